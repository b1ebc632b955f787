// The time range of a dashboard, in days.
import { type Address, allTime, edited, go, type Language } from "./address";
import type { Dashboard } from "./api";
import { Day } from "./day";
import { say } from "./words";

const firstDay = "1900-01-01"; // that can be asked for

export function TimeRange(props: { address: Address; dashboard: Dashboard; language: Language }) {
  const { address, dashboard, language } = props;
  const set = (from: string | null, to: string | null) => go(address.path, edited(address.query, { from, to }), true);
  const from = address.query.get("from");
  const to = address.query.get("to");
  const always = from === allTime;
  const ago = (years: number) => `${Number(dashboard.to.slice(0, 4)) - years}${dashboard.to.slice(4)}`.replace("-02-29", "-02-28");
  const presets: [string | null, string][] = [
    [ago(1), say(language, "lastYear")],
    [ago(3), say(language, "threeYears")],
    [allTime, say(language, "allTime")],
  ];
  if (ago(5) === dashboard.from) presets.splice(2, 0, [null, say(language, "fiveYears")]); // what it begins with
  const grafana = dashboard.grafana && inGrafana(dashboard, dashboard.grafana, address.query);
  return (
    <fieldset class="range">
      <legend>{say(language, "timeRange")}</legend>
      <Day label={say(language, "from")} value={always ? "" : from ?? dashboard.from} language={language} set={(day) => set(day, to)} />
      <span aria-hidden="true">–</span>
      <Day label={say(language, "to")} value={always ? "" : to ?? dashboard.to} language={language} set={(day) => set(always ? firstDay : from, day)} />
      {presets.map(([begin, name]) => (
        <button key={name} type="button" aria-pressed={from === begin && !to} onClick={() => set(begin, null)}>{name}</button>
      ))}
      {grafana && <a href={grafana} target="_blank" rel="noopener noreferrer">{say(language, "openGrafana")}</a>}
    </fieldset>
  );
}

/** inGrafana is the same view there: its time range is in milliseconds, its variables are called the same. */
function inGrafana(dashboard: Dashboard, address: string, query: URLSearchParams): string {
  const out = new URLSearchParams();
  const moment = (day: string, time: string) => String(Date.parse(`${day}T${time}+09:00`));
  const always = query.get("from") === allTime;
  out.set("from", moment(always ? "1990-01-01" : query.get("from") ?? dashboard.from, "00:00:00")); // Grafana has no time without bounds
  out.set("to", moment((!always && query.get("to")) || dashboard.to, "23:59:59"));
  for (const v of dashboard.variables) for (const value of query.getAll(`var-${v.name}`)) out.append(`var-${v.name}`, value);
  return `${address}?${out}`;
}
