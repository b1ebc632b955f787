// Draws a panel's rows with Apache ECharts. The legend is of buttons below the chart;
// the arrow keys go from place to place and show what a pointer would.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Language } from "./address";
import type { Labels, Panel, Row } from "./api";
import { bars, type Drawn, lines, stacked } from "./drawings";
import { say } from "./words";
import { draggable } from "./zoom";

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, CanvasRenderer]);

const drawings: Record<string, (panel: Panel, rows: Row[], language: Language, labels: Labels) => Drawn> = { stacked, lines, bars };

type Props = {
  panel: Panel;
  rows: Row[];
  language: Language;
  theme: string;
  /** labels are those of all codes, which have their colours by them. */
  labels?: Labels;
  /** choose is called with the row behind what was clicked. */
  choose?: (row: Row) => void;
  /** zoom is called with the moments between which the pointer was dragged. */
  zoom?: (from: string, to: string) => void;
};

export function Chart(props: Props) {
  const { panel, rows, language, theme } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [off, setOff] = useState<string[]>([]); // what was switched off stays off when the rows change
  const [told, tell] = useState("");
  const drawn = useMemo(() => drawings[panel.kind]?.(panel, rows, language, props.labels ?? {}), [panel, rows, language, theme]);
  useEffect(() => {
    if (!box.current || !drawn) return;
    const made = echarts.init(box.current);
    chart.current = made;
    made.setOption(drawn.option);
    made.on("click", (event: { seriesIndex?: number; dataIndex?: number }) => {
      const row = drawn.pick(event.seriesIndex ?? 0, event.dataIndex ?? 0);
      if (row) latest.current.choose?.(row);
    });
    if (drawn.times && props.zoom) draggable(made, box.current, drawn.times, (from, to) => latest.current.zoom?.(from, to));
    const resized = new ResizeObserver(() => made.resize());
    resized.observe(box.current);
    return () => {
      resized.disconnect();
      made.dispose();
    };
  }, [drawn]);
  useEffect(() => {
    chart.current?.setOption({ legend: { selected: Object.fromEntries(drawn?.series.map((s) => [s.name, !off.includes(s.name)]) ?? []) } });
  }, [drawn, off]);
  const at = useRef(-1);
  const pressed = (event: KeyboardEvent) => {
    if (!drawn || !chart.current) return;
    const upright = panel.kind === "bars"; // whose first row is the uppermost, and has the last place
    const [next, previous] = upright ? ["ArrowUp", "ArrowDown"] : ["ArrowRight", "ArrowLeft"];
    const last = drawn.places - 1;
    if (event.key === "Enter" && panel.kind !== "stacked") {
      const row = drawn.pick(0, at.current);
      if (row) props.choose?.(row);
      return;
    }
    if (event.key === next) at.current = Math.min(at.current + 1, last);
    else if (event.key === previous) at.current = at.current < 0 ? last : Math.max(at.current - 1, 0);
    else if (event.key === "Home") at.current = upright ? last : 0;
    else if (event.key === "End") at.current = upright ? 0 : last;
    else return;
    event.preventDefault();
    chart.current.dispatchAction({ type: "showTip", seriesIndex: Math.max(0, drawn.first(at.current)), dataIndex: at.current });
    tell([...(box.current?.querySelectorAll(".tip > *") ?? [])].map((line) => [...line.childNodes].map((n) => n.textContent).filter(Boolean).join(" ")).join("; "));
  };
  const leave = () => {
    at.current = -1;
    chart.current?.dispatchAction({ type: "hideTip" });
    tell("");
  };
  const toggle = (name: string) => setOff(off.includes(name) ? off.filter((n) => n !== name) : [...off, name]);
  return (
    <>
      <div class="chart" ref={box} role="img" tabIndex={0} aria-label={`${panel.title}: ${say(language, "chartOf")}`} onKeyDown={pressed} onBlur={leave} />
      <p class="unseen" role="status">{told}</p>
      {drawn && drawn.series.length > 0 && (
        <div class="legend" role="group" aria-label={say(language, "legend")}>
          {drawn.series.map((s) => (
            <button key={s.name} type="button" aria-pressed={!off.includes(s.name)} onClick={() => toggle(s.name)}>
              <i style={{ background: s.color }} />{s.name}
            </button>
          ))}
        </div>
      )}
    </>
  );
}
