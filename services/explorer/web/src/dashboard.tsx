// A dashboard: its time range and variables, then its panels on a grid.
import { useState } from "preact/hooks";
import { type Address, edited, go, type Language } from "./address";
import { type Dashboard as DashboardOf, type State, useAnswer } from "./api";
import { Failure } from "./failure";
import { Panel } from "./panel";
import { TimeRange } from "./range";
import { Variable } from "./variable";
import { say } from "./words";

type Props = { dashboard: DashboardOf; all: DashboardOf[]; address: Address; language: Language; theme: string };

export function Dashboard(props: Props) {
  const { dashboard, address, language } = props;
  const [narrowing, narrow] = useState(false); // on a phone the filters open on demand
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
      <About address={address} dashboard={dashboard} language={language} />
      <div class="grid">
        {dashboard.panels.map((p) => <Panel key={`${dashboard.uid}/${p.id}`} {...props} panel={p} />)}
      </div>
    </main>
  );
}

/** About says once why no panel can show anything, or that what they show is made up. */
function About(props: { address: Address; dashboard: DashboardOf; language: Language }) {
  const { address, dashboard, language } = props;
  const state = useAnswer<State>("/api/state");
  if (state.state === "failed") return <Failure failed={state} language={language} />;
  if (state.state === "waiting") return null;
  const { notices, synthetic } = state.value;
  if (notices === 0) return <div class="hint" role="status"><p>{say(language, "emptyWarehouse")}</p><pre>owabi up notices.txt</pre></div>;
  const choice = dashboard.variables.some((v) => v.name === "synthetic");
  if (synthetic === 0 || (choice && address.query.get("var-synthetic") === "leave_out")) return null;
  return (
    <div class="hint made-up" role="status">
      <p>{say(language, synthetic === notices ? "syntheticAll" : "syntheticSome").replace("{all}", notices.toLocaleString()).replace("{made}", synthetic.toLocaleString())}</p>
      {choice && synthetic < notices && <button type="button" onClick={() => go(address.path, edited(address.query, { "var-synthetic": "leave_out" }), true)}>{say(language, "leaveOut")}</button>}
    </div>
  );
}
