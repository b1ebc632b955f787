// The SQL page: a statement, its rows as a table or a chart, and as CSV.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Address, edited, go, type Language } from "./address";
import { ask, type Asked, type Column, failed, type Result, rowsOf, send, useAnswer } from "./api";
import { Chart } from "./chart";
import { Failure, Waiting } from "./failure";
import { full } from "./format";
import { panelOf } from "./guess";
import { Table } from "./table";
import { say } from "./words";

const first = (language: Language) => `SELECT category_${language} AS category, count() AS notices, sum(people) AS persons, countIf(people IS NULL) AS unknown
FROM incidents
GROUP BY category
ORDER BY notices DESC`;

function post(sql: string, format: "json" | "spreadsheet", signal?: AbortSignal): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ sql, format }), signal };
}

// A longer one has no place in an address that browsers and servers take.
const longestInAddress = 30_000;

type View = "table" | "chart";

export function SQL(props: { address: Address; open: boolean; language: Language; theme: string }) {
  const { address, language } = props;
  const [sql, setSQL] = useState(address.query.get("sql") ?? first(language));
  const [answer, setAnswer] = useState<Asked<Result> | null>(null);
  const running = useRef<AbortController | null>(null);
  const view: View = address.query.get("view") === "chart" ? "chart" : "table";
  const see = (v: View) => go(address.path, edited(address.query, { view: v === "chart" ? v : null }), true);
  const run = async (statement: string) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setAnswer({ state: "waiting" });
    try {
      setAnswer({ state: "there", value: await ask<Result>("/api/sql", post(statement, "json", controller.signal)) });
    } catch (error) {
      if (!controller.signal.aborted) setAnswer(failed(error));
      else if (running.current === controller) setAnswer(null);
    }
  };
  const [unlinked, setUnlinked] = useState(false);
  const submit = () => {
    const long = encodeURIComponent(sql).length > longestInAddress;
    setUnlinked(long);
    go(address.path, edited(address.query, { sql: long ? null : sql }), true);
    void run(sql);
  };
  useEffect(() => {
    document.title = "SQL · owabi";
    if (props.open) void run(sql);
    return () => running.current?.abort();
  }, []);
  const download = async () => {
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await (await send("/api/sql", post(sql, "spreadsheet"))).blob());
      link.download = "owabi.csv";
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      setAnswer(failed(error));
    }
  };
  if (!props.open) return <main class="sql"><h1>SQL</h1><Failure failed={{ state: "failed", kind: "closed", error: "OWABI_EXPLORER_CLICKHOUSE_USER" }} language={language} /></main>;
  return (
    <main class="sql">
      <h1>SQL</h1>
      <p class="lead">{say(language, "runHint")}</p>
      <div class="asking">
        <div>
          <textarea
            spellcheck={false}
            rows={10}
            value={sql}
            aria-label="SQL"
            onInput={(e) => setSQL(e.currentTarget.value)}
            onKeyDown={(e) => {
              if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey)) return;
              e.preventDefault();
              submit();
            }}
          />
          <div class="actions">
            <button type="button" class="primary" onClick={submit}>{say(language, "run")}</button>
            {answer?.state === "waiting" && <button type="button" onClick={() => running.current?.abort()}>{say(language, "stop")}</button>}
            <button type="button" aria-pressed={view === "table"} onClick={() => see("table")}>{say(language, "table")}</button>
            <button type="button" aria-pressed={view === "chart"} onClick={() => see("chart")}>{say(language, "chart")}</button>
            <button type="button" onClick={() => void download()}>{say(language, "csv")}</button>
            {answer?.state === "there" && (
              <span class="cost">
                {full(answer.value.rows.length, "", language)} {say(language, "rows")} · {answer.value.took_ms} ms · {say(language, "read")} {full(answer.value.read_rows, "", language)}
              </span>
            )}
          </div>
        </div>
        <Views language={language} choose={setSQL} />
      </div>
      {unlinked && <p class="hint" role="status">{say(language, "tooLongForLink")}</p>}
      {answer?.state === "waiting" && <Waiting language={language} />}
      {answer?.state === "failed" && <Failure failed={answer} language={language} />}
      {answer?.state === "there" && <Rows result={answer.value} view={view} language={language} theme={props.theme} />}
    </main>
  );
}

/** comment is the part in a language of a comment that has both, parted by a slash. */
function comment(text: string, language: Language): string {
  const both = text.split(" / ");
  return (both.length === 2 && both[language === "ja" ? 0 : 1]) || text;
}

/** Views lists what can be asked; choosing one writes a statement. */
function Views(props: { language: Language; choose: (sql: string) => void }) {
  const { language } = props;
  const views = useAnswer<Result>("/api/sql/views");
  return (
    <aside class="views">
      <h2>{say(language, "views")}</h2>
      {views.state === "failed" && <Failure failed={views} language={language} />}
      {views.state === "there" && rowsOf(views.value).map((v) => (
        <details key={String(v.view)} name="view">
          <summary title={comment(String(v.answers), language)}>
            <b>{String(v.view)}</b> <span>{comment(String(v.answers), language)}</span>
          </summary>
          <button type="button" onClick={() => props.choose(`SELECT *\nFROM ${v.view}\nLIMIT 100`)}>SELECT … FROM {String(v.view)}</button>
          <ul>
            {(v.columns as string[][]).map(([name = "", type, told = ""]) => <li key={name}><code>{name}</code> <small>{type}</small> {comment(told, language)}</li>)}
          </ul>
        </details>
      ))}
    </aside>
  );
}

function Rows(props: { result: Result; view: "table" | "chart"; language: Language; theme: string }) {
  const { result, language } = props;
  const columns: Column[] = useMemo(() => result.columns.map((c) => ({ name: c.name, label: c.name, unit: /year|id$/i.test(c.name) ? "text" : "" })), [result]);
  const rows = useMemo(() => rowsOf(result), [result]);
  const drawn = useMemo(() => panelOf(result), [result]);
  const named = useMemo(() => rows.map((r) => (drawn ? { ...r, [drawn.key]: r[drawn.from] ?? null } : r)), [rows, drawn]);
  if (props.view === "table") return <Table columns={columns} unit="" rows={rows} language={language} />;
  if (!drawn) return <p class="empty">{say(language, "nothingToDraw")}</p>;
  return <Chart panel={drawn.panel} rows={named} language={language} theme={props.theme} />;
}
