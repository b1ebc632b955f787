// Draws a panel's rows with Apache ECharts.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "preact/hooks";
import type { Language } from "./address";
import type { Panel, Row } from "./api";
import { bars, type Drawn, lines, stacked } from "./drawings";
import { draggable } from "./zoom";

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer]);

const drawings: Record<string, (panel: Panel, rows: Row[], language: Language, width: number) => Drawn> = { stacked, lines, bars };

type Props = {
  panel: Panel;
  rows: Row[];
  language: Language;
  theme: string;
  /** choose is called with the row behind what was clicked. */
  choose?: (row: Row) => void;
  /** zoom is called with the moments between which the pointer was dragged. */
  zoom?: (from: string, to: string) => void;
};

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const legend = useRef<Record<string, boolean>>({}); // what was switched off stays off when the rows change
  useEffect(() => {
    const draw = drawings[props.panel.kind];
    if (!box.current || !draw) return;
    const chart = echarts.init(box.current);
    const drawn = draw(props.panel, props.rows, props.language, box.current.clientWidth);
    chart.setOption(drawn.option);
    if (drawn.option.legend) chart.setOption({ legend: { selected: legend.current } });
    chart.on("legendselectchanged", (event) => {
      legend.current = (event as { selected: Record<string, boolean> }).selected;
    });
    chart.on("click", (event: { seriesIndex?: number; dataIndex?: number }) => {
      const row = drawn.pick(event.seriesIndex ?? 0, event.dataIndex ?? 0);
      if (row) latest.current.choose?.(row);
    });
    if (drawn.times && props.zoom) draggable(chart, box.current, drawn.times, (from, to) => latest.current.zoom?.(from, to));
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(box.current);
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [props.panel, props.rows, props.language, props.theme]);
  return <div class="chart" ref={box} role="img" aria-label={props.panel.title} />;
}
