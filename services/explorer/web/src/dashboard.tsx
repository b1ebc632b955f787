// A dashboard: its variables, then its panels on a grid.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, edited, go, type Language } from "./address";
import { type Dashboard as DashboardOf, type Option, type Result, useAnswer, type Variable as VariableOf } from "./api";
import { Panel, question } from "./panel";
import { say } from "./words";

type Props = { dashboard: DashboardOf; all: DashboardOf[]; address: Address; language: Language; theme: string };

export function Dashboard(props: Props) {
  const { dashboard, address } = props;
  return (
    <main>
      <h1>{dashboard.title}</h1>
      <p class="lead">{dashboard.description}</p>
      <div class="variables">
        {dashboard.variables.map((v) => (
          <Variable key={v.name} variable={v} dashboard={dashboard} address={address} language={props.language} />
        ))}
      </div>
      <div class="grid">
        {dashboard.panels.map((p) => (
          <Panel key={`${dashboard.uid}/${p.id}`} {...props} panel={p} />
        ))}
      </div>
    </main>
  );
}

function Variable(props: { variable: VariableOf; dashboard: DashboardOf; address: Address; language: Language }) {
  const { variable: v, address } = props;
  const chosen = address.query.getAll(`var-${v.name}`);
  const choose = (values: string[]) => go(address.path, edited(address.query, { [`var-${v.name}`]: values }), true);
  if (v.kind === "text") {
    return (
      <label class="variable">
        <span>{v.label}</span>
        <input type="text" value={chosen[0] ?? v.default ?? ""} onChange={(e) => choose(e.currentTarget.value ? [e.currentTarget.value] : [])} />
      </label>
    );
  }
  if (v.kind === "choice") {
    return (
      <label class="variable">
        <span>{v.label}</span>
        <select value={chosen[0] ?? v.default} onChange={(e) => choose(e.currentTarget.value === v.default ? [] : [e.currentTarget.value])}>
          {v.options?.map((o) => (
            <option key={o.value} value={o.value}>
              {o.label}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return <Many {...props} chosen={chosen} choose={choose} />;
}

/** Many lets choose any number of options; none chosen is all. */
function Many(props: { variable: VariableOf; dashboard: DashboardOf; address: Address; language: Language; chosen: string[]; choose: (values: string[]) => void }) {
  const { variable: v, language, chosen } = props;
  const [open, setOpen] = useState(false);
  const [filter, setFilter] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const needed = v.kind === "lookup" && (open || chosen.length > 0);
  const looked = useAnswer<Result>(needed ? `/api/dashboards/${props.dashboard.uid}/variables/${v.name}?${question(props.dashboard, props.address.query, language)}` : null);
  const options: Option[] =
    v.options ?? (looked.state === "there" ? looked.value.rows.map((r) => ({ value: String(r[0]), label: String(r[1] ?? r[0]) })) : []);
  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => {
      const away = event instanceof KeyboardEvent ? event.key === "Escape" : !box.current?.contains(event.target as Node);
      if (away) setOpen(false);
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("keydown", close);
    };
  }, [open]);
  const label = (value: string) => options.find((o) => o.value === value)?.label ?? value;
  const shown = options.filter((o) => `${o.label} ${o.value}`.toLowerCase().includes(filter.toLowerCase())).slice(0, 200);
  return (
    <div class="variable" ref={box} data-variable={v.name}>
      <span id={`label-${v.name}`}>{v.label}</span>
      <button type="button" class={chosen.length ? "chosen" : ""} aria-haspopup="true" aria-expanded={open} aria-labelledby={`label-${v.name}`} onClick={() => setOpen(!open)}>
        {chosen.length === 0 ? say(language, "all") : chosen.length <= 2 ? chosen.map(label).join("、") : `${label(chosen[0] ?? "")} +${chosen.length - 1}`} ▾
      </button>
      {open && (
        <div class="options" role="group" aria-labelledby={`label-${v.name}`}>
          {(v.options?.length ?? 99) > 8 && (
            <input type="search" placeholder={say(language, "filter")} value={filter} onInput={(e) => setFilter(e.currentTarget.value)} ref={(e) => void (e && !filter && e.focus())} />
          )}
          {looked.state === "failed" && needed && <p class="failure">{looked.error}</p>}
          {shown.map((o) => (
            <label key={o.value}>
              <input
                type="checkbox"
                checked={chosen.includes(o.value)}
                onChange={(e) => props.choose(e.currentTarget.checked ? [...chosen, o.value] : chosen.filter((c) => c !== o.value))}
              />
              {o.label}
            </label>
          ))}
          {chosen.length > 0 && (
            <button type="button" onClick={() => props.choose([])}>
              {say(language, "clear")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
