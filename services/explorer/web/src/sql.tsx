// The SQL page: a statement, its rows as a table or a chart, and as CSV.
import { useMemo, useRef, useState } from "preact/hooks";
import { type Address, edited, go, type Language } from "./address";
import { ask, type Asked, type Column, type Panel, type Result, useAnswer } from "./api";
import { Chart } from "./chart";
import { rowsOf } from "./panel";
import { Table } from "./table";
import { say } from "./words";

const first = "SELECT category_ja, count() AS notices, sum(people) AS persons, countIf(people IS NULL) AS unknown\nFROM incidents\nGROUP BY category_ja\nORDER BY notices DESC";

function post(sql: string, format: string, signal?: AbortSignal): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ sql, format }), signal };
}

export function SQL(props: { address: Address; language: Language; theme: string }) {
  const { address, language } = props;
  const [sql, setSQL] = useState(address.query.get("sql") ?? first);
  const [answer, setAnswer] = useState<Asked<Result> | null>(null);
  const [view, setView] = useState<"table" | "chart">("table");
  const running = useRef<AbortController | null>(null);
  const views = useAnswer<Result>("/api/sql/views");
  const run = async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setAnswer({ state: "waiting" });
    go(address.path, edited(address.query, { sql }), true);
    try {
      setAnswer({ state: "there", value: await ask<Result>("/api/sql", post(sql, "json", controller.signal)) });
    } catch (error) {
      setAnswer(controller.signal.aborted ? null : { state: "failed", error: (error as Error).message });
    }
  };
  const download = async () => {
    const response = await fetch("/api/sql", post(sql, "csv"));
    if (!response.ok) {
      setAnswer({ state: "failed", error: ((await response.json()) as { error: string }).error });
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = "owabi.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <main class="sql">
      <h1>{say(language, "sql")}</h1>
      <p class="lead">{say(language, "runHint")}</p>
      <textarea
        spellcheck={false}
        rows={8}
        value={sql}
        aria-label="SQL"
        onInput={(e) => setSQL(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
            e.preventDefault();
            void run();
          }
        }}
      />
      <div class="actions">
        <button type="button" class="primary" onClick={() => void run()}>{say(language, "run")}</button>
        {answer?.state === "waiting" && <button type="button" onClick={() => running.current?.abort()}>{say(language, "stop")}</button>}
        <button type="button" aria-pressed={view === "table"} onClick={() => setView("table")}>{say(language, "table")}</button>
        <button type="button" aria-pressed={view === "chart"} onClick={() => setView("chart")}>{say(language, "chart")}</button>
        <button type="button" onClick={() => void download()}>{say(language, "csv")}</button>
        {answer?.state === "there" && (
          <span class="cost">
            {answer.value.rows.length.toLocaleString()} {say(language, "rows")} · {answer.value.took_ms} ms · {say(language, "read")} {answer.value.read_rows.toLocaleString()}
          </span>
        )}
      </div>
      {answer?.state === "waiting" && <div class="waiting" role="status" aria-label={say(language, "running")} />}
      {answer?.state === "failed" && <div class="failure" role="alert"><b>{say(language, "failed")}</b><pre>{answer.error}</pre></div>}
      {answer?.state === "there" && <Rows result={answer.value} view={view} language={language} theme={props.theme} />}
      <details>
        <summary>{say(language, "views")}</summary>
        {views.state === "there" && (
          <dl class="facts">
            {views.value.rows.map((r) => (
              <div key={String(r[0])}>
                <dt><button type="button" onClick={() => setSQL(`SELECT *\nFROM ${r[0]}\nLIMIT 100`)}>{String(r[0])}</button></dt>
                <dd>{String(r[1])}</dd>
              </div>
            ))}
          </dl>
        )}
      </details>
    </main>
  );
}

const isNumber = (type: string) => /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);
const isTime = (type: string) => /Date/.test(type);

function Rows(props: { result: Result; view: "table" | "chart"; language: Language; theme: string }) {
  const { result, language } = props;
  const columns: Column[] = useMemo(() => result.columns.map((c) => ({ name: c.name, label: c.name, unit: /year|id$/i.test(c.name) ? "text" : "" })), [result]);
  const rows = useMemo(() => rowsOf(result), [result]);
  const drawn = useMemo(() => panelOf(result), [result]);
  if (props.view === "table") return <Table columns={columns} unit="" rows={rows} language={language} />;
  if (!drawn) return <p class="empty">{say(language, "nothingToDraw")}</p>;
  const named = rows.map((r) => ({ ...r, [drawn.key]: r[drawn.from] ?? null }));
  return <Chart panel={drawn.panel} rows={named} language={language} theme={props.theme} />;
}

/** panelOf guesses a drawing: lines over a first column of dates, else bars by the first column of words. */
function panelOf(result: Result): { panel: Panel; key: string; from: string } | null {
  const figures = result.columns.filter((c) => isNumber(c.type));
  const by = result.columns.find((c) => isTime(c.type)) ?? result.columns.find((c) => !isNumber(c.type)) ?? result.columns[0];
  const shown = figures.filter((c) => c !== by).slice(0, 4);
  if (!by || shown.length === 0) return null;
  const kind = isTime(by.type) ? "lines" : "bars";
  const key = kind === "lines" ? "time" : "label";
  return {
    key,
    from: by.name,
    panel: {
      id: 0, kind, title: by.name, description: "", unit: "", grid: { x: 0, y: 0, w: 24, h: 12 }, links: [],
      columns: [{ name: key, label: by.name }, ...shown.map((c) => ({ name: c.name, label: c.name }))],
    },
  };
}
