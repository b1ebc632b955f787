// A variable above the panels: what is chosen stands in the address.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, edited, go, type Language } from "./address";
import { type Dashboard, type Option, type Result, useAnswer, type Variable as VariableOf } from "./api";
import { Failure } from "./failure";
import { question } from "./links";
import { say } from "./words";
import { useWritten } from "./written";

type Props = { variable: VariableOf; dashboard: Dashboard; address: Address; language: Language };

export function Variable(props: Props) {
  const { variable: v, address } = props;
  const chosen = address.query.getAll(`var-${v.name}`);
  const choose = (values: string[]) => go(address.path, edited(address.query, { [`var-${v.name}`]: values }), true);
  if (v.kind === "text") return <Text variable={v} value={chosen[0] ?? v.default ?? ""} choose={choose} />;
  if (v.kind === "choice") {
    return (
      <label class="variable" data-variable={v.name}>
        <span>{v.label}</span>
        <select value={chosen[0] ?? v.default} onChange={(e) => choose(e.currentTarget.value === v.default ? [] : [e.currentTarget.value])}>
          {v.options?.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
        </select>
      </label>
    );
  }
  return <Many {...props} chosen={chosen} choose={choose} />;
}

function Text(props: { variable: VariableOf; value: string; choose: (values: string[]) => void }) {
  const { variable: v, value, choose } = props;
  const field = useWritten(value);
  return (
    <label class="variable" data-variable={v.name}>
      <span>{v.label}</span>
      <input ref={field} type="text" onChange={(e) => choose(e.currentTarget.value ? [e.currentTarget.value] : [])} />
    </label>
  );
}

const mostShown = 200;

/** Many lets choose any number of options; none chosen is all. */
function Many(props: Props & { chosen: string[]; choose: (values: string[]) => void }) {
  const { variable: v, language, chosen, choose } = props;
  const [open, setOpen] = useState(false);
  const [filter, setFilter] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const needed = v.kind === "lookup" && (open || chosen.length > 0);
  const looked = useAnswer<Result>(needed ? `/api/dashboards/${props.dashboard.uid}/variables/${v.name}?${question(props.address.query, language)}` : null);
  const options: Option[] = v.options ?? (looked.state === "there" ? looked.value.rows.map((r) => ({ value: String(r[0]), label: String(r[1] ?? r[0]) })) : []);
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector("input")?.focus();
    const close = (event: Event) => {
      const away = event instanceof KeyboardEvent ? event.key === "Escape" : !box.current?.contains(event.target as Node);
      if (!away) return;
      setOpen(false);
      if (event instanceof KeyboardEvent) box.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("keydown", close);
    };
  }, [open]);
  const label = (value: string) => options.find((o) => o.value === value)?.label ?? value;
  const wanted = filter.toLowerCase();
  const shown = options.filter((o) => chosen.includes(o.value) || `${o.label} ${o.value}`.toLowerCase().includes(wanted)).slice(0, mostShown);
  return (
    <div class="variable" ref={box} data-variable={v.name}>
      <span id={`label-${v.name}`}>{v.label}</span>
      <button type="button" id={`chosen-${v.name}`} class={chosen.length ? "chosen" : ""} aria-expanded={open} aria-labelledby={`label-${v.name} chosen-${v.name}`} onClick={() => setOpen(!open)}>
        {chosen.length === 0 ? say(language, "all") : chosen.length <= 2 ? chosen.map(label).join("、") : `${label(chosen[0] ?? "")} +${chosen.length - 1}`}
      </button>
      {open && (
        <div class="options" role="group" aria-labelledby={`label-${v.name}`}>
          {(v.kind === "lookup" || options.length > 8) && (
            <input type="search" aria-label={say(language, "filter")} placeholder={say(language, "filter")} value={filter} onInput={(e) => setFilter(e.currentTarget.value)} />
          )}
          {looked.state === "failed" && needed && <Failure failed={looked} language={language} />}
          {shown.map((o) => (
            <label key={o.value}>
              <input type="checkbox" value={o.value} checked={chosen.includes(o.value)} onChange={(e) => choose(e.currentTarget.checked ? [...chosen, o.value] : chosen.filter((c) => c !== o.value))} />
              {o.label}
            </label>
          ))}
          {chosen.length > 0 && <button type="button" onClick={() => choose([])}>{say(language, "clear")}</button>}
        </div>
      )}
    </div>
  );
}
