// Draws a panel's rows with Apache ECharts.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import type { EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "preact/hooks";
import type { Language } from "./address";
import type { Column, Panel, Value } from "./api";
import { full, short } from "./format";

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, DataZoomComponent, AriaComponent, CanvasRenderer]);

/** Row is a row by the names of its columns. */
export type Row = Record<string, Value>;

type Drawn = { option: EChartsCoreOption; pick: (series: number, index: number) => Row | undefined };

// Twenty hues that stay apart on light and on dark ground, for the categories.
const palette = [
  "#3b7dd8", "#e4793a", "#2f9e77", "#c94f7c", "#8a6fd1", "#b8a02f", "#4aa8c0", "#d0524e", "#7a8f3a", "#a0623d",
  "#5c6f91", "#d98cb3", "#57b894", "#9d8df1", "#e0b04c", "#6aa0e8", "#c27bd0", "#89b35a", "#b06a6a", "#7d7d7d",
];

function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** tooltip makes the content of a hover as elements, so that no text is ever read as markup. */
function tooltip(title: string, lines: { color: string; name: string; value: string }[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "tip";
  box.appendChild(document.createElement("b")).textContent = title;
  for (const line of lines) {
    const row = box.appendChild(document.createElement("div"));
    const dot = row.appendChild(document.createElement("i"));
    dot.style.background = line.color;
    row.appendChild(document.createElement("span")).textContent = line.name;
    row.appendChild(document.createElement("em")).textContent = line.value;
  }
  return box;
}

const common = () => ({
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  animationDuration: 250,
  color: palette,
  textStyle: { fontFamily: "inherit", color: css("--ink") },
  aria: { enabled: true },
});

const tooltipStyle = () => ({
  backgroundColor: css("--paper"),
  borderColor: css("--line"),
  textStyle: { color: css("--ink"), fontSize: 12 },
  confine: true,
});

const axisStyle = () => ({
  axisLine: { lineStyle: { color: css("--line") } },
  axisTick: { show: false },
  axisLabel: { color: css("--soft"), hideOverlap: true },
  splitLine: { lineStyle: { color: css("--line"), opacity: 0.6 } },
});

const legend = (names: string[]) => ({
  type: "scroll",
  bottom: 0,
  data: names,
  icon: "roundRect",
  itemWidth: 10,
  itemHeight: 10,
  textStyle: { color: css("--soft") },
  pageTextStyle: { color: css("--soft") },
  pageIconColor: css("--ink"),
});

type Hover = { seriesName: string; color: string; dataIndex: number; seriesIndex: number; value: unknown };

/** times are all moments from the first to the last: months are filled up, so that a month without rows shows as none. */
function times(rows: Row[]): string[] {
  const found = [...new Set(rows.map((r) => String(r.time)))].sort();
  const first = found[0];
  const last = found.at(-1);
  if (!first || !last || !found.every((t) => /^\d{4}-\d{2}-01$/.test(t))) return found;
  const out: string[] = [];
  for (let [y, m] = first.split("-").map(Number) as [number, number]; ; m === 12 ? ((y += 1), (m = 1)) : (m += 1)) {
    const month = `${y}-${String(m).padStart(2, "0")}-01`;
    out.push(month);
    if (month >= last) return out;
  }
}

const named = (time: string) => (/^\d{4}-\d{2}-01$/.test(time) ? time.slice(0, 7) : time);

function stacked(panel: Panel, rows: Row[], language: Language): Drawn {
  const at = times(rows);
  const place = new Map(at.map((t, i) => [t, i]));
  const series = new Map<string, { name: string; data: (number | null)[]; rows: (Row | undefined)[]; total: number }>();
  for (const row of rows) {
    const code = String(row.code);
    let s = series.get(code);
    if (!s) {
      s = { name: String(row.series ?? code), data: at.map(() => null), rows: at.map(() => undefined), total: 0 };
      series.set(code, s);
    }
    const i = place.get(String(row.time)) ?? 0;
    s.data[i] = Number(row.value);
    s.rows[i] = row;
    s.total += Number(row.value);
  }
  const ordered = [...series.values()].sort((a, b) => b.total - a.total);
  return {
    pick: (s, i) => ordered[s]?.rows[i],
    option: {
      ...common(),
      grid: { left: 8, right: 8, top: 12, bottom: 34, containLabel: true },
      legend: legend(ordered.map((s) => s.name)),
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (hovers: Hover[]) => {
          const there = hovers.filter((h) => h.value !== null && h.value !== undefined);
          const sum = there.reduce((total, h) => total + Number(h.value), 0);
          const title = `${named(at[hovers[0]?.dataIndex ?? 0] ?? "")}  ${full(sum, panel.unit, language)}`;
          there.sort((a, b) => Number(b.value) - Number(a.value));
          return tooltip(title, there.map((h) => ({ color: h.color, name: h.seriesName, value: full(Number(h.value), panel.unit, language) })));
        },
      },
      dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }],
      xAxis: { type: "category", data: at.map(named), ...axisStyle(), splitLine: { show: false } },
      yAxis: { type: "value", ...axisStyle(), axisLabel: { color: css("--soft"), formatter: (v: number) => short(v, panel.unit, language) } },
      series: ordered.map((s) => ({ type: "bar", stack: "all", name: s.name, data: s.data, barMaxWidth: 40, cursor: "pointer", emphasis: { focus: "series" } })),
    },
  };
}

const unitOf = (column: Column | undefined, panel: Panel) => column?.unit || panel.unit;

function lines(panel: Panel, rows: Row[], language: Language): Drawn {
  const at = times(rows);
  const byTime = new Map(rows.map((r) => [String(r.time), r]));
  const figures = panel.columns.filter((c) => !c.hidden && c.name !== "time");
  const units = [...new Set(figures.map((c) => unitOf(c, panel)))].slice(0, 2);
  return {
    pick: (_, i) => byTime.get(at[i] ?? ""),
    option: {
      ...common(),
      grid: { left: 8, right: 8, top: 12, bottom: 34, containLabel: true },
      legend: legend(figures.map((c) => c.label)),
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        formatter: (hovers: Hover[]) =>
          tooltip(
            named(at[hovers[0]?.dataIndex ?? 0] ?? ""),
            hovers.map((h) => ({ color: h.color, name: h.seriesName, value: full((h.value ?? null) as Value, unitOf(figures[h.seriesIndex], panel), language) })),
          ),
      },
      dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }],
      xAxis: { type: "category", data: at.map(named), ...axisStyle(), splitLine: { show: false } },
      yAxis: units.map((unit, i) => ({
        type: "value",
        ...axisStyle(),
        ...(i > 0 ? { splitLine: { show: false } } : {}),
        ...(unit === "share" ? { min: 0, max: 1 } : {}),
        axisLabel: { color: css("--soft"), formatter: (v: number) => short(v, unit, language) },
      })),
      series: figures.map((c) => ({
        type: "line",
        name: c.label,
        yAxisIndex: Math.max(0, units.indexOf(unitOf(c, panel))),
        data: at.map((t) => byTime.get(t)?.[c.name] ?? null),
        showSymbol: at.length < 60,
        symbolSize: 5,
        lineStyle: unitOf(c, panel) === units[0] ? {} : { type: "dashed" },
      })),
    },
  };
}

function bars(panel: Panel, rows: Row[], language: Language): Drawn {
  const figures = panel.columns.filter((c) => !c.hidden && c.name !== "label");
  const downward = [...rows].reverse(); // the axis counts from below
  return {
    pick: (_, i) => downward[i],
    option: {
      ...common(),
      grid: { left: 8, right: 24, top: 8, bottom: figures.length > 1 ? 34 : 8, containLabel: true },
      ...(figures.length > 1 ? { legend: legend(figures.map((c) => c.label)) } : {}),
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (hovers: Hover[]) => {
          const row = downward[hovers[0]?.dataIndex ?? 0];
          return tooltip(
            String(row?.label ?? ""),
            hovers.map((h) => ({ color: h.color, name: h.seriesName, value: full((h.value ?? null) as Value, unitOf(figures[h.seriesIndex], panel), language) })),
          );
        },
      },
      xAxis: { type: "value", ...axisStyle(), axisLabel: { color: css("--soft"), hideOverlap: true, formatter: (v: number) => short(v, unitOf(figures[0], panel), language) } },
      yAxis: {
        type: "category",
        data: downward.map((r) => String(r.label ?? "")),
        ...axisStyle(),
        axisLabel: { color: css("--ink"), width: 150, overflow: "truncate" },
      },
      series: figures.map((c) => ({ type: "bar", name: c.label, data: downward.map((r) => r[c.name] ?? null), barMaxWidth: 18, cursor: "pointer" })),
    },
  };
}

const drawings: Record<string, (panel: Panel, rows: Row[], language: Language) => Drawn> = { stacked, lines, bars };

/** Chart draws one panel; choose is called with the row behind what was clicked. */
export function Chart(props: { panel: Panel; rows: Row[]; language: Language; theme: string; choose?: (row: Row) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const choose = useRef(props.choose);
  choose.current = props.choose;
  useEffect(() => {
    const draw = drawings[props.panel.kind];
    if (!box.current || !draw) return;
    const chart = echarts.init(box.current);
    const drawn = draw(props.panel, props.rows, props.language);
    chart.setOption(drawn.option);
    chart.on("click", (event: { seriesIndex?: number; dataIndex?: number }) => {
      const row = drawn.pick(event.seriesIndex ?? 0, event.dataIndex ?? 0);
      if (row) choose.current?.(row);
    });
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(box.current);
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [props.panel, props.rows, props.language, props.theme]);
  return <div class="chart" ref={box} role="img" aria-label={props.panel.title} />;
}
