// A dashboard: its time range and variables, then its panels on a grid.
import { useEffect, useState } from "preact/hooks";
import { type Address, edited, go, href, type Language } from "./address";
import { type Dashboard as DashboardOf, type Failed, type Labels, type State, useAnswer } from "./api";
import { Failure } from "./failure";
import { full } from "./format";
import { Panel } from "./panel";
import { TimeRange } from "./range";
import { Variable } from "./variable";
import { say } from "./words";

type Props = { dashboard: DashboardOf; all: DashboardOf[]; labels: Labels; address: Address; language: Language; theme: string };

export function Dashboard(props: Props) {
  const { dashboard, address, language } = props;
  const [narrowing, narrow] = useState(false); // on a phone the filters open on demand
  const view = `${address.path}?${address.query}`;
  const [wrong, setWrong] = useState<{ view: string; failed: Failed } | null>(null);
  const tell = (failed: Failed) => setWrong((w) => (w?.view === view ? w : { view, failed }));
  const [round, again] = useState(0);
  const chosen = dashboard.variables.filter((v) => address.query.has(`var-${v.name}`)).length;
  return (
    <main>
      <div class="head">
        <div>
          <h1>{dashboard.title}</h1>
          <p class="lead">{dashboard.description}</p>
        </div>
        <TimeRange address={address} dashboard={dashboard} language={language} />
      </div>
      {dashboard.variables.length > 0 && (
        <div class={narrowing ? "variables open" : "variables"}>
          <button type="button" class={chosen ? "narrow chosen" : "narrow"} aria-expanded={narrowing} onClick={() => narrow(!narrowing)}>
            {say(language, "filters")}{chosen > 0 && ` (${chosen})`}
          </button>
          {dashboard.variables.map((v) => <Variable key={v.name} variable={v} dashboard={dashboard} address={address} language={language} />)}
        </div>
      )}
      {wrong?.view === view ? (
        <Failure
          failed={wrong.failed}
          language={language}
          retry={() => { setWrong(null); again(round + 1); }}
          reset={wrong.failed.kind === "chosen" ? href(address.path, edited(new URLSearchParams(), { lang: address.query.get("lang") })) : undefined}
        />
      ) : (
        <About key={round} address={address} dashboard={dashboard} language={language} tell={tell} />
      )}
      <div class="grid">
        {dashboard.panels.map((p) => <Panel key={`${dashboard.uid}/${p.id}/${round}`} {...props} panel={p} tell={tell} />)}
      </div>
    </main>
  );
}

/** About says once why no panel can show anything, or that what they show is made up. */
function About(props: { address: Address; dashboard: DashboardOf; language: Language; tell: (failed: Failed) => void }) {
  const { address, dashboard, language } = props;
  const state = useAnswer<State>("/api/state");
  useEffect(() => {
    if (state.state === "failed") props.tell(state);
  }, [state]);
  if (state.state !== "there") return null;
  const { notices, synthetic } = state.value;
  if (notices === 0) return <div class="hint" role="status"><p>{say(language, "emptyWarehouse")}</p><pre>owabi up notices.txt</pre></div>;
  const choice = dashboard.variables.some((v) => v.name === "synthetic");
  if (synthetic === 0 || (choice && address.query.get("var-synthetic") === "leave_out")) return null;
  return (
    <div class="hint made-up" role="status">
      <p>{say(language, synthetic === notices ? "syntheticAll" : "syntheticSome").replace("{all}", full(notices, "", language)).replace("{made}", full(synthetic, "", language))}</p>
      {choice && synthetic < notices && <button type="button" onClick={() => go(address.path, edited(address.query, { "var-synthetic": "leave_out" }), true)}>{say(language, "leaveOut")}</button>}
    </div>
  );
}
