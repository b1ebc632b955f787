// A dashboard: its time range and variables, then its panels on a grid.
import type { Address, Language } from "./address";
import { type Dashboard as DashboardOf, type State, useAnswer } from "./api";
import { Failure } from "./failure";
import { Panel } from "./panel";
import { TimeRange } from "./range";
import { Variable } from "./variable";
import { say } from "./words";

type Props = { dashboard: DashboardOf; all: DashboardOf[]; address: Address; language: Language; theme: string };

export function Dashboard(props: Props) {
  const { dashboard, address, language } = props;
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
        <div class="variables">
          {dashboard.variables.map((v) => <Variable key={v.name} variable={v} dashboard={dashboard} address={address} language={language} />)}
        </div>
      )}
      <Emptiness language={language} />
      <div class="grid">
        {dashboard.panels.map((p) => <Panel key={`${dashboard.uid}/${p.id}`} {...props} panel={p} />)}
      </div>
    </main>
  );
}

/** Emptiness says once why no panel can show anything. */
function Emptiness(props: { language: Language }) {
  const { language } = props;
  const state = useAnswer<State>("/api/state");
  if (state.state === "failed") return <Failure failed={state} language={language} />;
  if (state.state === "waiting" || !state.value.empty) return null;
  return <div class="hint" role="status"><p>{say(language, "emptyWarehouse")}</p><pre>owabi up notices.txt</pre></div>;
}
