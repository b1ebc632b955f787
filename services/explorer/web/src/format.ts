// Values as people read them, by their unit.
import type { Language } from "./address";
import type { Value } from "./api";
import { say } from "./words";

const locale = (language: Language) => (language === "ja" ? "ja-JP" : "en-GB");

/** short is for axes: 120万 or 1.2M; in English smaller numbers stand in full. */
export function short(value: number, unit: string, language: Language): string {
  if (unit === "share") return new Intl.NumberFormat(locale(language), { style: "percent", maximumFractionDigits: 0 }).format(value);
  if (unit === "bytes") return bytes(value);
  if (unit === "yen") return `¥${compact(value, language)}`;
  return compact(value, language);
}

function compact(value: number, language: Language): string {
  if (Math.abs(value) < 1) return new Intl.NumberFormat(locale(language), { maximumSignificantDigits: 2 }).format(value);
  if (language === "en" && Math.abs(value) < 1e6) return new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 }).format(value);
  // Of English ones the American says M and B: the British m and bn read like thousandths.
  return new Intl.NumberFormat(language === "ja" ? "ja-JP" : "en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

// What says no zone is of ClickHouse, which keeps moments in UTC.
const inZone = (text: string) => (/(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text.replace(" ", "T")}Z`);

const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Tokyo", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });

/** moment is a moment of ISO 8601, some seconds later, on the clocks of Japan, as 2024-05-20 07:12; a day or a month stays as it is. */
export function moment(text: string, later = 0): string {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return text;
  const at = Date.parse(inZone(text)) + later * 1000;
  return Number.isNaN(at) ? text : clock.format(at);
}

function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  while (Math.abs(value) >= 1024 && i < units.length - 1) {
    value /= 1024;
    i++;
  }
  return `${value.toFixed(i === 0 ? 0 : 1)} ${units[i]}`;
}

/** full is for tables, figures and tooltips; null is unknown, never nought. */
export function full(value: Value, unit: string, language: Language): string {
  if (value === null || value === undefined) return say(language, "unknown");
  if (typeof value === "boolean") return say(language, value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((v) => full(v, unit, language)).join("、");
  if (typeof value === "object") return JSON.stringify(value);
  if (unit === "month" && typeof value === "string") return /^\d{4}-\d{2}-01$/.test(value) ? value.slice(0, 7) : value;
  if (typeof value === "string") return unit === "moment" ? moment(value) : value;
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale(language), options).format(value);
  switch (unit) {
    case "share":
      return format({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
    case "bytes":
      return bytes(value);
    case "yen":
      return `¥${format({ maximumFractionDigits: 0 })}`;
    case "seconds":
      return `${format({ maximumFractionDigits: 3 })} s`;
    case "ratio":
      return `×${format({ maximumFractionDigits: 2 })}`;
    case "text": // a year or another number that counts nothing
      return String(value);
    default:
      return format({ maximumFractionDigits: 1 });
  }
}
