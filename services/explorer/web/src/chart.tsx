// Draws a panel's rows with Apache ECharts. The legend is of buttons below the chart;
// what a pointer does with it the keyboard does too.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Language } from "./address";
import type { Labels, Panel, Row } from "./api";
import { useArrows } from "./arrows";
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
  const [off, setOff] = useState<string[]>([]); // codes; what was switched off stays off when the rows change
  const drawn = useMemo(() => drawings[panel.kind]?.(panel, rows, language, props.labels ?? {}), [panel, rows, language, theme]);
  useLayoutEffect(() => { // at once: a key that follows finds the chart as the legend says
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
  useLayoutEffect(() => {
    chart.current?.setOption({ legend: { selected: Object.fromEntries(drawn?.series.map((s, i) => [i, !off.includes(s.code)]) ?? []) } });
  }, [drawn, off]);
  const { told, pressed, leave } = useArrows({ chart, box, drawn, kind: panel.kind, off, choose: props.choose });
  const toggle = (code: string) => setOff(off.includes(code) ? off.filter((c) => c !== code) : [...off, code]);
  const keys = [say(language, "chartOf"), panel.kind === "stacked" && say(language, "chartSeries"), panel.links.length > 0 && say(language, "chartLeads")];
  const label = `${panel.title}: ${keys.filter(Boolean).join(language === "ja" ? "" : " ")}`;
  return (
    <>
      <div class="chart" ref={box} role="application" aria-roledescription={say(language, "chart")} tabIndex={0} aria-label={label} onKeyDown={pressed} onBlur={leave} />
      <p class="unseen" role="status">{told}</p>
      {drawn && drawn.series.length > 0 && (
        <div class="legend" role="group" aria-label={say(language, "legend")}>
          {drawn.series.map((s) => (
            <button key={s.code} type="button" aria-pressed={!off.includes(s.code)} onClick={() => toggle(s.code)}>
              <i style={{ background: s.color }} />{s.name}
            </button>
          ))}
        </div>
      )}
    </>
  );
}
