// One notice: the published text with its evidence marked, and what was read.
import { useMemo, useState } from "preact/hooks";
import type { Language } from "./address";
import { type Notice as NoticeOf, useAnswer, type Value } from "./api";
import { full } from "./format";
import { rowsOf } from "./panel";
import { say } from "./words";

type Evidence = { number: number; field: string; rule: string; text: string; start: number; end: number };

export function Notice(props: { id: string; language: Language }) {
  const answer = useAnswer<NoticeOf>(`/api/notices/${encodeURIComponent(props.id)}`);
  if (answer.state === "waiting") return <main><div class="waiting" role="status" aria-label={say(props.language, "loading")} /></main>;
  if (answer.state === "failed") return <main><div class="failure" role="alert"><b>{say(props.language, "failed")}</b><p>{answer.error}</p></div></main>;
  return <Read notice={answer.value} language={props.language} />;
}

function Read(props: { notice: NoticeOf; language: Language }) {
  const { notice, language } = props;
  const facts = rowsOf(notice.facts)[0] ?? {};
  const evidence = useMemo(
    () => rowsOf(notice.evidence).map((r, i): Evidence => ({ number: i + 1, field: String(r.field), rule: String(r.rule), text: String(r.text), start: Number(r.start_rune), end: Number(r.end_rune) })),
    [notice],
  );
  const [lit, light] = useState<number | null>(null);
  const text = useMemo(() => Array.from(notice.text), [notice]); // offsets count characters, not halves of them
  const url = webAddress(facts.url ?? null);
  return (
    <main class="notice">
      <h1><bdi>{String(facts.title ?? say(language, "notice"))}</bdi></h1>
      <p class="lead">
        <bdi>{String(facts.organization ?? facts.publisher ?? say(language, "unknown"))}</bdi> · {full(facts.published ?? null, "day", language)}
        {url && <> · <a href={url} rel="noopener noreferrer" target="_blank">{say(language, "source")}</a></>}
      </p>
      {facts.synthetic === true && <p class="synthetic">{say(language, "synthetic")}</p>}
      <div class="reading">
        <article lang="ja"><Marked text={text} evidence={evidence} lit={lit} light={light} /></article>
        <aside>
          <h2>{say(language, "facts")}</h2>
          <dl class="facts">
            {shownFacts.map(([name, ja, en, field]) => {
              const value = facts[name] ?? null;
              if (value === null || (Array.isArray(value) && value.length === 0)) return null;
              const numbers = evidence.filter((e) => e.field === field || e.field.startsWith(`${field}.`));
              return (
                <div key={name}>
                  <dt>{language === "ja" ? ja : en}</dt>
                  <dd>
                    <bdi>{shownFact(facts, name, value, language)}</bdi>{" "}
                    {numbers.map((e) => (
                      <button key={e.number} type="button" class={`number${lit === e.number ? " lit" : ""}`} title={e.rule} onClick={() => show(e.number, light)}>{e.number}</button>
                    ))}
                  </dd>
                </div>
              );
            })}
          </dl>
          <h2>{say(language, "evidence")}</h2>
          <ol class="evidence">
            {evidence.map((e) => (
              <li key={e.number} class={lit === e.number ? "lit" : ""} onMouseEnter={() => light(e.number)} onMouseLeave={() => light(null)}>
                <code>{e.field}</code> <q><bdi>{e.text}</bdi></q> <small>{e.rule}</small>
              </li>
            ))}
          </ol>
          <h2>{say(language, "readings")}</h2>
          <ul class="readings">
            {notice.readings.rows.map((r) => <li key={String(r[0])}>{String(r[0]).slice(0, 16)} · v{String(r[1])} · <code>{String(r[2]).slice(0, 12)}</code></li>)}
          </ul>
        </aside>
      </div>
    </main>
  );
}

function show(number: number, light: (n: number) => void) {
  light(number);
  document.querySelector(`mark[data-evidence~="${number}"]`)?.scrollIntoView({ block: "center", behavior: "smooth" });
}

/** webAddress is value where it is an address of the web: nothing else may become a link. */
function webAddress(value: Value): string | null {
  if (typeof value !== "string") return null;
  try {
    const url = new URL(value);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Marked parts the text where evidence begins and ends; where pieces overlap, one mark names them all. */
function Marked(props: { text: string[]; evidence: Evidence[]; lit: number | null; light: (n: number | null) => void }) {
  const { text, evidence } = props;
  const cuts = [...new Set([0, text.length, ...evidence.flatMap((e) => [e.start, e.end])])].filter((c) => c >= 0 && c <= text.length).sort((a, b) => a - b);
  return (
    <>
      {cuts.slice(0, -1).map((from, i) => {
        const to = cuts[i + 1] ?? from;
        const words = text.slice(from, to).join("");
        const over = evidence.filter((e) => e.start <= from && e.end >= to);
        if (over.length === 0) return words;
        const ends = over.filter((e) => e.end === to);
        return (
          <mark
            key={from}
            class={over.some((e) => e.number === props.lit) ? "lit" : ""}
            data-evidence={over.map((e) => e.number).join(" ")}
            data-from={from}
            data-to={to}
            title={over.map((e) => `${e.number} ${e.field}`).join("\n")}
            onMouseEnter={() => props.light(over[0]?.number ?? null)}
            onMouseLeave={() => props.light(null)}
          >
            {words}
            {ends.length > 0 && <sup aria-hidden="true">{ends.map((e) => e.number).join(",")}</sup>}
          </mark>
        );
      })}
    </>
  );
}

// What is shown of a notice: column, its name in both languages, and the field
// of the evidence.
const shownFacts: [string, string, string, string][] = [
  ["is_incident", "事案", "incident", "is_incident"],
  ["category", "分類", "category", "category"],
  ["sector", "業種", "sector", "sector"],
  ["organization", "組織", "organization", "organization"],
  ["prefecture", "都道府県", "prefecture", "organization.prefecture"],
  ["contractor_involved", "委託先", "contractor", "contractor"],
  ["stage", "報の段階", "stage", "stage"],
  ["people", "人数", "persons", "impact.people"],
  ["records", "件数", "records", "impact.records"],
  ["outage_minutes", "停止（分）", "outage (minutes)", "impact.outage_minutes"],
  ["exposure", "流出", "exposure", "impact.exposure"],
  ["data_types", "データの種類", "kinds of data", "impact.data_types"],
  ["secondary_damage", "二次被害", "secondary damage", "impact.secondary_damage"],
  ["occurred", "発生", "occurred", "timeline.occurred"],
  ["detected", "判明", "detected", "timeline.detected"],
  ["ended", "終了", "ended", "timeline.ended"],
  ["restored", "復旧", "restored", "timeline.restored"],
  ["found_by", "発見者", "found by", "found_by"],
  ["medium", "媒体", "medium", "medium"],
  ["severity", "重大度", "severity", "severity"],
  ["confidence", "確からしさ", "confidence", "confidence"],
  ["warnings", "注意", "warnings", "warnings"],
];

function shownFact(facts: Record<string, Value>, name: string, value: Value, language: Language): string {
  const label = facts[`${name}_${language}`];
  if (typeof label === "string") return label;
  if (name === "people" || name === "records") return `${full(value, "", language)} ${facts[`${name}_unit`] ?? ""}`;
  return full(value, name === "confidence" ? "share" : "", language);
}
