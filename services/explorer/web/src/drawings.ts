// How the kinds of panels are drawn, as options for Apache ECharts.
import type { EChartsCoreOption } from "echarts/core";
import type { Language } from "./address";
import type { Column, Labels, Panel, Row, Value } from "./api";
import { full, moment, short } from "./format";

/** Series is one button of the legend. Two may have one name, such as two operators; no two have one code. */
export type Series = { code: string; name: string; color: string };

/**
 * Drawn is what ECharts is given, its series, how many places the axis has, the
 * places in series of those with a value at one, as the tooltip lists them, the row
 * behind a point, and the moments along the axis, where that is time. ECharts knows
 * a series by its place, for it takes series of one name for one.
 */
export type Drawn = {
  option: EChartsCoreOption;
  series: Series[];
  places: number;
  having: (index: number) => number[];
  pick: (series: number, index: number) => Row | undefined;
  times?: string[];
};

// Twenty hues that stay apart on light and on dark ground, for the categories.
const palette = [
  "#3b7dd8", "#e4793a", "#2f9e77", "#c94f7c", "#8a6fd1", "#b8a02f", "#4aa8c0", "#d0524e", "#7a8f3a", "#a0623d",
  "#5c6f91", "#d98cb3", "#57b894", "#9d8df1", "#e0b04c", "#6aa0e8", "#c27bd0", "#89b35a", "#b06a6a", "#7d7d7d",
];

const color = (i: number) => palette[i % palette.length] ?? "";

/** colorsOf gives each code the colour that it has everywhere, whatever else is shown beside it. */
function colorsOf(codes: string[], labels: Labels): string[] {
  const kind = Object.values(labels).map((all) => Object.keys(all)).find((all) => codes.every((c) => all.includes(c)));
  return codes.map((c, i) => color(kind ? kind.indexOf(c) : i));
}

/** size is that of the words in a chart: a canvas takes none from the page. */
const size = () => Math.round(parseFloat(getComputedStyle(document.body).fontSize) * 0.8);

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
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: size(), color: css("--ink") },
  legend: { show: false }, // the page has its own, which the keyboard reaches
});

const tooltipStyle = () => ({
  backgroundColor: css("--paper"),
  borderColor: css("--line"),
  textStyle: { color: css("--ink"), fontSize: size() },
  confine: true,
});

const axisLabel = () => ({ color: css("--soft"), fontSize: size(), hideOverlap: true });

const axisStyle = () => ({
  axisLine: { lineStyle: { color: css("--line") } },
  axisTick: { show: false },
  axisLabel: axisLabel(),
  splitLine: { lineStyle: { color: css("--line"), opacity: 0.6 } },
});

type Hover = { color: string; dataIndex: number; seriesIndex: number; value: unknown };

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

const named = (time: string) => (/^\d{4}-\d{2}-01$/.test(time) ? time.slice(0, 7) : moment(time));

export function stacked(panel: Panel, rows: Row[], language: Language, labels: Labels): Drawn {
  const at = times(rows);
  const place = new Map(at.map((t, i) => [t, i]));
  const series = new Map<string, { code: string; name: string; data: (number | null)[]; rows: (Row | undefined)[]; total: number }>();
  for (const row of rows) {
    const code = String(row.code);
    let s = series.get(code);
    if (!s) {
      s = { code, name: String(row.series ?? code), data: at.map(() => null), rows: at.map(() => undefined), total: 0 };
      series.set(code, s);
    }
    const i = place.get(String(row.time)) ?? 0;
    s.data[i] = Number(row.value);
    s.rows[i] = row;
    s.total += Number(row.value);
  }
  const ordered = [...series.values()].sort((a, b) => b.total - a.total);
  const colors = colorsOf(ordered.map((s) => s.code), labels);
  const valueOf = (s: number, i: number) => ordered[s]?.data[i] ?? null;
  const having = (i: number) => [...ordered.keys()].filter((s) => valueOf(s, i) !== null).sort((a, b) => Number(valueOf(b, i)) - Number(valueOf(a, i)));
  return {
    times: at,
    series: ordered.map((s, i) => ({ code: s.code, name: s.name, color: colors[i] ?? "" })),
    places: at.length,
    having,
    pick: (s, i) => ordered[s]?.rows[i],
    option: {
      ...common(),
      grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (hovers: Hover[]) => {
          const place = hovers[0]?.dataIndex ?? 0;
          const shown = having(place).filter((s) => hovers.some((h) => h.seriesIndex === s));
          const sum = shown.reduce((total, s) => total + Number(valueOf(s, place)), 0);
          const title = `${named(at[place] ?? "")}  ${full(sum, panel.unit, language)}`;
          return tooltip(title, shown.map((s) => ({ color: colors[s] ?? "", name: ordered[s]?.name ?? "", value: full(valueOf(s, place), panel.unit, language) })));
        },
      },
      xAxis: { type: "category", data: at.map(named), ...axisStyle(), splitLine: { show: false } },
      yAxis: { type: "value", ...axisStyle(), axisLabel: { ...axisLabel(), formatter: (v: number) => short(v, panel.unit, language) } },
      series: ordered.map((s, i) => ({ type: "bar", stack: "all", name: String(i), data: s.data, color: colors[i], barMaxWidth: 40, cursor: "pointer", emphasis: { focus: "series" } })),
    },
  };
}

const unitOf = (column: Column | undefined, panel: Panel) => column?.unit || panel.unit;

export function lines(panel: Panel, rows: Row[], language: Language): Drawn {
  const at = times(rows);
  const byTime = new Map(rows.map((r) => [String(r.time), r]));
  const figures = panel.columns.filter((c) => !c.hidden && c.name !== "time");
  const units = [...new Set(figures.map((c) => unitOf(c, panel)))].slice(0, 2);
  return {
    times: at,
    series: figures.map((c, i) => ({ code: c.name, name: c.label, color: color(i) })),
    places: at.length,
    having: (i) => [...figures.keys()].filter((s) => (byTime.get(at[i] ?? "")?.[figures[s]?.name ?? ""] ?? null) !== null),
    pick: (_, i) => byTime.get(at[i] ?? ""),
    option: {
      ...common(),
      grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        formatter: (hovers: Hover[]) =>
          tooltip(
            named(at[hovers[0]?.dataIndex ?? 0] ?? ""),
            hovers.map((h) => ({ color: h.color, name: figures[h.seriesIndex]?.label ?? "", value: full((h.value ?? null) as Value, unitOf(figures[h.seriesIndex], panel), language) })),
          ),
      },
      xAxis: { type: "category", data: at.map(named), ...axisStyle(), splitLine: { show: false } },
      yAxis: units.map((unit, i) => ({
        type: "value",
        ...axisStyle(),
        ...(i > 0 ? { splitLine: { show: false } } : {}),
        ...(unit === "share" ? { min: 0, max: 1 } : {}),
        axisLabel: { ...axisLabel(), formatter: (v: number) => short(v, unit, language) },
      })),
      series: figures.map((c, i) => ({
        type: "line",
        name: String(i),
        yAxisIndex: Math.max(0, units.indexOf(unitOf(c, panel))),
        data: at.map((t) => byTime.get(t)?.[c.name] ?? null),
        showSymbol: at.length < 60,
        symbolSize: 5,
        lineStyle: unitOf(c, panel) === units[0] ? {} : { type: "dashed" },
      })),
    },
  };
}

export function bars(panel: Panel, rows: Row[], language: Language): Drawn {
  const figures = panel.columns.filter((c) => !c.hidden && c.name !== "label");
  const downward = [...rows].reverse(); // the axis counts from below
  return {
    series: figures.length > 1 ? figures.map((c, i) => ({ code: c.name, name: c.label, color: color(i) })) : [],
    places: downward.length,
    having: (i) => [...figures.keys()].filter((s) => (downward[i]?.[figures[s]?.name ?? ""] ?? null) !== null),
    pick: (_, i) => downward[i],
    option: {
      ...common(),
      grid: { left: 8, right: 24, top: 8, bottom: 4, containLabel: true },
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (hovers: Hover[]) => {
          const row = downward[hovers[0]?.dataIndex ?? 0];
          return tooltip(
            String(row?.label ?? ""),
            hovers.map((h) => ({ color: h.color, name: figures[h.seriesIndex]?.label ?? "", value: full((h.value ?? null) as Value, unitOf(figures[h.seriesIndex], panel), language) })),
          );
        },
      },
      xAxis: { type: "value", ...axisStyle(), axisLabel: { ...axisLabel(), formatter: (v: number) => short(v, unitOf(figures[0], panel), language) } },
      yAxis: {
        type: "category",
        data: downward.map((r) => String(r.label ?? "")),
        ...axisStyle(),
        axisLabel: { ...axisLabel(), color: css("--ink"), interval: 0, hideOverlap: false, width: size() * 15, overflow: "truncate" },
      },
      series: figures.map((c, i) => ({ type: "bar", name: String(i), data: downward.map((r) => r[c.name] ?? null), barMaxWidth: 18, cursor: "pointer" })),
    },
  };
}
