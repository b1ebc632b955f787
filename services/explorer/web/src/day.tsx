// A day, written the way every day on these pages is: 2024-05-20, whatever the browser's
// own language. A calendar helps to choose one.
import { useRef } from "preact/hooks";
import type { Language } from "./address";
import { say } from "./words";
import { useWritten } from "./written";

type Props = { label: string; value: string; language: Language; set: (day: string | null) => void };

export function Day(props: Props) {
  const { label, value, language, set } = props;
  const field = useWritten(value);
  const calendar = useRef<HTMLInputElement>(null);
  const typed = (input: HTMLInputElement) => {
    const day = dayOf(input.value);
    input.value = day ?? value;
    set(day);
  };
  return (
    <span class="day">
      <input ref={field} type="text" inputMode="numeric" maxLength={20} placeholder="YYYY-MM-DD" aria-label={`${label} (YYYY-MM-DD)`} onChange={(e) => typed(e.currentTarget)} />
      <button type="button" aria-label={`${label}: ${say(language, "calendar")}`} title={say(language, "calendar")} onClick={() => calendar.current?.showPicker()}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 1.5v3M10.5 1.5v3" /></svg>
      </button>
      <input ref={calendar} type="date" tabIndex={-1} aria-hidden="true" value={isDay(value) ? value : ""} onChange={(e) => set(e.currentTarget.value || null)} />
    </span>
  );
}

// The year before the first of each era, which is written 令和6年, R6 or, in its first year, 令和元年.
const eras: Record<string, number> = { 令和: 2018, R: 2018, 平成: 1988, H: 1988, 昭和: 1925, S: 1925 };

/** dayOf is what was typed as YYYY-MM-DD: 2024/5/1, 2024年5月1日, 20240501 and 令和6年5月1日 are days too; what is none stays, for owabi to say so. */
export function dayOf(typed: string): string | null {
  const text = typed.normalize("NFKC").trim();
  const western = text.replace(/^(令和|平成|昭和|[RHS])\s*(元|[1-9]\d?)(?=\D)/i, (_, era: string, year: string) => String((eras[era.toUpperCase()] ?? 0) + (year === "元" ? 1 : Number(year))));
  const [, year = "", month = "", day = ""] = /^(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*$/.exec(western) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(western) ?? [];
  return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : text || null;
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
