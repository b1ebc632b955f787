// One panel: asks for its rows and shows them.
import { useMemo, useState } from "preact/hooks";
import { type Address, edited, go, href, kept, type Language } from "./address";
import { type Dashboard, type Link, type Panel as PanelOf, type Result, useAnswer } from "./api";
import { Chart, type Row } from "./chart";
import { full } from "./format";
import { Table } from "./table";
import { say } from "./words";

type Props = { dashboard: Dashboard; all: Dashboard[]; panel: PanelOf; address: Address; language: Language; theme: string };

/** rowsOf names the values of each row. */
export function rowsOf(result: Result): Row[] {
  return result.rows.map((values) => Object.fromEntries(result.columns.map((c, i) => [c.name, values[i] ?? null])));
}

/** question is what the API is asked: the time range and the variables, in a set order. */
export function question(dashboard: Dashboard, query: URLSearchParams, language: Language): string {
  const out = new URLSearchParams({ lang: language });
  for (const name of ["from", "to"]) {
    const value = query.get(name);
    if (value) out.set(name, value);
  }
  for (const v of dashboard.variables) for (const value of query.getAll(`var-${v.name}`)) out.append(`var-${v.name}`, value);
  return out.toString();
}

/** target is where a link leads from a row: the time range goes along, and every variable that both dashboards have. */
export function target(link: Link, row: Row | null, from: Dashboard, all: Dashboard[], query: URLSearchParams): string | null {
  const to = all.find((d) => d.uid === link.to);
  if (!to) return null;
  let out = kept(query);
  for (const v of from.variables) {
    if (to.variables.some((other) => other.name === v.name)) out = edited(out, { [`var-${v.name}`]: query.getAll(`var-${v.name}`) });
  }
  for (const s of link.set) {
    let value = row?.[s.column];
    if (value === null || value === undefined) {
      if (row) return null;
      continue;
    }
    if (s.column === "time" && typeof value === "string") value = value.slice(0, 7);
    if (to.uid === "notice" && s.variable === "notice_id") return href(`/n/${encodeURIComponent(String(value))}`, kept(query));
    out = edited(out, { [`var-${s.variable}`]: String(value) });
  }
  return href(`/d/${to.uid}`, out);
}

export function Panel(props: Props) {
  const { panel, dashboard, language } = props;
  const [tries, again] = useState(0);
  const [about, setAbout] = useState(false);
  const path = `/api/dashboards/${dashboard.uid}/panels/${panel.id}?${question(dashboard, props.address.query, language)}${tries ? `&try=${tries}` : ""}`;
  const answer = useAnswer<Result>(path);
  const rows = useMemo(() => (answer.state === "there" ? rowsOf(answer.value) : []), [answer]);
  const follow = (row: Row) => {
    for (const link of panel.links) {
      const to = target(link, row, dashboard, props.all, props.address.query);
      if (to) {
        const at = new URL(to, location.href);
        go(at.pathname, at.searchParams);
        return;
      }
    }
  };
  const whole = panel.links.map((l) => ({ title: l.title, to: target({ ...l, set: [] }, null, dashboard, props.all, props.address.query) })).filter((l) => l.to);
  return (
    <section class={`panel ${panel.kind}`} style={{ gridColumn: `${panel.grid.x + 1} / span ${panel.grid.w}`, gridRow: `${panel.grid.y + 1} / span ${panel.grid.h}` }} data-panel={panel.id} aria-busy={answer.state === "waiting"}>
      <header>
        <h2>{panel.title}</h2>
        {panel.kind !== "table" && whole.slice(0, 1).map((l) => <a key={l.to} class="drill" href={l.to ?? ""} title={l.title}>→</a>)}
        <button type="button" class="about" aria-expanded={about} aria-label={say(language, "about")} title={panel.description} onClick={() => setAbout(!about)}>
          ?
        </button>
      </header>
      {about && <p class="description">{panel.description}</p>}
      {answer.state === "waiting" && <div class="waiting" role="status" aria-label={say(language, "loading")} />}
      {answer.state === "failed" && (
        <div class="failure" role="alert">
          <b>{say(language, "failed")}</b>
          <p>{answer.error}</p>
          <button type="button" onClick={() => again(tries + 1)}>
            {say(language, "retry")}
          </button>
        </div>
      )}
      {answer.state === "there" && rows.length === 0 && <p class="empty">{say(language, "empty")}</p>}
      {answer.state === "there" && rows.length > 0 && <Drawing {...props} rows={rows} follow={follow} />}
    </section>
  );
}

function Drawing(props: Props & { rows: Row[]; follow: (row: Row) => void }) {
  const { panel, rows, language } = props;
  switch (panel.kind) {
    case "stat":
      return (
        <dl class="stat">
          {panel.columns
            .filter((c) => !c.hidden)
            .map((c) => (
              <div key={c.name}>
                <dd>{full(rows[0]?.[c.name] ?? null, c.unit || panel.unit, language)}</dd>
                <dt>{c.label}</dt>
              </div>
            ))}
        </dl>
      );
    case "stacked":
    case "lines":
    case "bars":
      return <Chart panel={panel} rows={rows} language={language} theme={props.theme} choose={props.follow} />;
    default:
      return (
        <Table
          columns={panel.columns}
          unit={panel.unit}
          rows={rows}
          language={language}
          link={(row) => panel.links.map((l) => target(l, row, props.dashboard, props.all, props.address.query)).find((to) => to) ?? null}
        />
      );
  }
}
