// One panel: asks for its rows and shows them.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Address, allTime, edited, go, type Language } from "./address";
import { type Column, type Dashboard, type Failed, type Labels, type Panel as PanelOf, type Result, type Row, rowsOf, useAnswer } from "./api";
import { Chart } from "./chart";
import { Failure, isCommon, Waiting } from "./failure";
import { full } from "./format";
import { question, target } from "./links";
import { Table } from "./table";
import { useTurn } from "./turn";
import { say } from "./words";
import { days } from "./zoom";

type Props = { dashboard: Dashboard; all: Dashboard[]; panel: PanelOf; labels: Labels; address: Address; language: Language; theme: string; tell: (failed: Failed) => void };

const charts = ["stacked", "lines", "bars"];

export function Panel(props: Props) {
  const { panel, dashboard, language, address } = props;
  const [tries, setTries] = useState(0);
  const [about, setAbout] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const section = useRef<HTMLElement>(null);
  const [settled, setSettled] = useState("");
  const path = `/api/dashboards/${dashboard.uid}/panels/${panel.id}?${question(address.query, language)}`;
  const turn = useTurn(section, settled === path);
  const answer = useAnswer<Result>(turn ? `${path}${tries ? `&try=${tries}` : ""}` : null);
  if (answer.state !== "waiting" && settled !== path) setSettled(path);
  const shared = answer.state === "failed" && isCommon(answer);
  useEffect(() => {
    if (answer.state === "failed" && shared) props.tell(answer);
  }, [answer]);
  const rows = useMemo(() => (answer.state === "there" ? rowsOf(answer.value) : []), [answer]);
  const link = (row: Row) => panel.links.map((l) => target(l, row, dashboard, props.all, address.query)).find((to) => to) ?? null;
  const whole = panel.links.map((l) => target(l, null, dashboard, props.all, address.query)).find((to) => to && !to.startsWith("/d/notice?") && to !== "/d/notice");
  const place = { gridColumn: `${panel.grid.x + 1} / span ${panel.grid.w}`, gridRow: `${panel.grid.y + 1} / span ${panel.grid.h}` };
  return (
    <section ref={section} class={`panel ${panel.kind}`} style={place} data-panel={panel.id} aria-busy={answer.state === "waiting"} aria-labelledby={`title-${panel.id}`}>
      <header>
        <h2 id={`title-${panel.id}`} title={panel.title}>{panel.title}</h2>
        {charts.includes(panel.kind) && (
          <button type="button" class="icon" aria-pressed={asTable} aria-label={say(language, asTable ? "asChart" : "asTable")} title={say(language, asTable ? "asChart" : "asTable")} onClick={() => setAsTable(!asTable)}>▤</button>
        )}
        {panel.kind !== "table" && whole && <a class="icon" href={whole} aria-label={say(language, "notices")} title={say(language, "notices")}>→</a>}
        <button type="button" class="icon" aria-expanded={about} aria-label={say(language, "about")} title={panel.description} onClick={() => setAbout(!about)}>?</button>
      </header>
      {about && <p class="description">{panel.description}</p>}
      {answer.state === "waiting" && <Waiting language={language} />}
      {shared && <p class="empty">{say(language, "failed")}</p>}
      {answer.state === "failed" && !shared && <Failure failed={answer} language={language} retry={() => setTries(tries + 1)} />}
      {answer.state === "there" && rows.length === 0 && <p class="empty">{say(language, "empty")}</p>}
      {answer.state === "there" && rows.length > 0 && <Drawing {...props} rows={rows} seconds={answer.value.bar_seconds} asTable={asTable} link={link} />}
    </section>
  );
}

function Drawing(props: Props & { rows: Row[]; seconds: number | undefined; asTable: boolean; link: (row: Row) => string | null }) {
  const { panel, dashboard, rows, seconds, language, address, link } = props;
  if (panel.kind === "stat") return <Figures panel={panel} row={rows[0] ?? {}} language={language} />;
  if (props.asTable || !charts.includes(panel.kind)) {
    return <Table columns={columnsOf(panel, language)} unit={panel.unit} rows={rows} language={language} link={link} />;
  }
  const follow = (row: Row) => {
    const to = link(row);
    if (to) open(to);
  };
  const zoom = (from: string, to: string) => {
    let [first, last] = days(from, to, seconds);
    const begin = address.query.get("from") || dashboard.from;
    if (seconds && begin !== allTime) { // a bar begins and ends by its own days, and holds those in the time range
      const end = address.query.get("to") || dashboard.to;
      first = first < begin ? begin : first;
      last = last > end ? end : last;
    }
    go(address.path, edited(address.query, { from: first, to: last }));
  };
  return <Chart panel={panel} rows={rows} language={language} theme={props.theme} labels={props.labels} choose={follow} zoom={zoom} />;
}

function open(to: string): void {
  const at = new URL(to, location.href);
  go(at.pathname, at.searchParams);
}

/** columnsOf names the columns of a chart's rows too; those of a stacked one are always the same. */
function columnsOf(panel: PanelOf, language: Language): Column[] {
  if (panel.kind !== "stacked") return panel.columns;
  return [
    { name: "time", label: say(language, "time"), unit: "month" },
    { name: "series", label: say(language, "group") },
    { name: "value", label: say(language, "value") },
  ];
}

function Figures(props: { panel: PanelOf; row: Row; language: Language }) {
  return (
    <dl class="stat">
      {props.panel.columns.filter((c) => !c.hidden).map((c) => (
        <div key={c.name}>
          <dd>{full(props.row[c.name] ?? null, c.unit || props.panel.unit, props.language)}</dd>
          <dt>{c.label}</dt>
        </div>
      ))}
    </dl>
  );
}
