// What is shown of a notice, under which name, and whose labels its codes have.
import type { Language } from "./address";
import type { Labels, Row, Value } from "./api";
import { full } from "./format";

type Field = {
  column: string; // of the facts
  evidence: string; // the field of its evidence
  ja: string;
  en: string;
  labels?: string; // kind of the code
  unit?: string;
};

export const fields: Field[] = [
  { column: "is_incident", evidence: "is_incident", ja: "事案", en: "incident" },
  { column: "category", evidence: "category", ja: "分類", en: "category", labels: "category" },
  { column: "also", evidence: "also", ja: "ほかの分類", en: "also", labels: "category" },
  { column: "effects", evidence: "effects", ja: "損なわれたもの", en: "what suffered", labels: "effect" },
  { column: "sector", evidence: "sector", ja: "業種", en: "sector", labels: "sector" },
  { column: "organization", evidence: "organization.name", ja: "組織", en: "organization" },
  { column: "organization_kind", evidence: "organization.kind", ja: "組織の種類", en: "kind of organization", labels: "organization_kind" },
  { column: "prefecture", evidence: "organization.prefecture", ja: "都道府県", en: "prefecture" },
  { column: "contractor_involved", evidence: "contractor.involved", ja: "委託先の関与", en: "contractor involved" },
  { column: "contractor", evidence: "contractor.name", ja: "委託先", en: "contractor" },
  { column: "published", evidence: "published", ja: "公表日", en: "published" },
  { column: "stage", evidence: "stage", ja: "報の段階", en: "stage of the report", labels: "stage" },
  { column: "people", evidence: "impact.people", ja: "人数", en: "persons" },
  { column: "records", evidence: "impact.records", ja: "件数", en: "records" },
  { column: "outage_minutes", evidence: "impact.outage_minutes", ja: "停止（分）", en: "outage (minutes)" },
  { column: "exposure", evidence: "impact.exposure", ja: "漏えい", en: "exposure", labels: "exposure" },
  { column: "data_types", evidence: "impact.data_types", ja: "データの種類", en: "kinds of data", labels: "data_type" },
  { column: "secondary_damage", evidence: "impact.secondary_damage", ja: "二次被害", en: "secondary damage", labels: "secondary_damage" },
  { column: "occurred", evidence: "timeline.occurred", ja: "発生", en: "occurred", unit: "moment" },
  { column: "detected", evidence: "timeline.detected", ja: "判明", en: "detected", unit: "moment" },
  { column: "ended", evidence: "timeline.ended", ja: "終了", en: "ended", unit: "moment" },
  { column: "restored", evidence: "timeline.restored", ja: "復旧", en: "restored", unit: "moment" },
  { column: "found_by", evidence: "found_by", ja: "発見した人", en: "found by", labels: "found_by" },
  { column: "medium", evidence: "medium", ja: "媒体", en: "medium", labels: "medium" },
  { column: "severity", evidence: "severity", ja: "重大度", en: "severity", labels: "severity" },
  { column: "confidence", evidence: "confidence", ja: "確からしさ", en: "confidence", unit: "share" },
  { column: "warnings", evidence: "warnings", ja: "注意", en: "warnings", labels: "warning" },
];

/** nameOf is how a piece of evidence is called; of an unknown field its own name. */
export function nameOf(evidence: string, language: Language): string {
  return fields.find((f) => f.evidence === evidence)?.[language] ?? evidence;
}

/** valueOf is a fact in words, or null where the notice does not say it. */
export function valueOf(facts: Row, field: Field, labels: Labels, language: Language): string | null {
  const value = facts[field.column] ?? null;
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return null;
  const label = (code: Value) => (field.labels && labels[field.labels]?.[String(code)]) || full(code, field.unit ?? "", language);
  if (Array.isArray(value)) return value.map(label).join(language === "ja" ? "・" : ", ");
  if (field.column !== "people" && field.column !== "records") return label(value);
  const bound = String(facts[`${field.column}_bound`] ?? "exact");
  const words = `${full(value, "", language)} ${facts[`${field.column}_unit`] ?? ""}`.trim();
  if (bound === "exact") return words;
  const about = labels.bound?.[bound] ?? bound;
  return language === "ja" && bound === "at_least" ? `${words}${about}` : `${about} ${words}`;
}
