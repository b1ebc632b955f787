// Zooming: dragging over a chart whose axis is time chooses that time.
import type { ECharts } from "echarts/core";
import { moment } from "./format";

const leastPixels = 8; // a shorter drag is a click

/** draggable calls zoom with the moments of the axis between which a mouse or pen was dragged. */
export function draggable(chart: ECharts, box: HTMLElement, times: string[], zoom: (from: string, to: string) => void): void {
  const shade = document.createElement("div");
  shade.className = "shade";
  let start: number | null = null;
  const at = (x: number) => {
    const index = chart.convertFromPixel({ xAxisIndex: 0 }, x);
    return Math.min(times.length - 1, Math.max(0, Math.round(index)));
  };
  type Pointer = { offsetX: number; offsetY: number };
  chart.getZr().on("mousedown", ({ offsetX, offsetY }: Pointer) => {
    if (chart.containPixel("grid", [offsetX, offsetY])) start = offsetX;
  });
  chart.getZr().on("mousemove", ({ offsetX }: Pointer) => {
    if (start === null || Math.abs(offsetX - start) < leastPixels) return;
    box.append(shade);
    shade.style.left = `${Math.min(start, offsetX)}px`;
    shade.style.width = `${Math.abs(offsetX - start)}px`;
  });
  const end = (x: number | null) => {
    const from = start;
    start = null;
    shade.remove();
    if (from === null || x === null || Math.abs(x - from) < leastPixels) return;
    const [first, last] = [at(Math.min(from, x)), at(Math.max(from, x))];
    zoom(times[first] ?? "", times[last] ?? "");
  };
  chart.getZr().on("mouseup", ({ offsetX }: Pointer) => end(offsetX));
  chart.getZr().on("globalout", () => end(null));
}

/** days are the first and the last day, Japan's, of what stands on an axis between two moments: years, months, or the days of moments, each of which begins a bar of so many seconds. */
export function days(from: string, to: string, seconds = 1): [string, string] {
  const first = from.length === 4 ? `${from}-01-01` : moment(from).slice(0, 10);
  if (to.length === 4) return [first, `${to}-12-31`];
  const last = moment(to, seconds - 1).slice(0, 10);
  if (to.length > 10 || !last.endsWith("-01")) return [first, last];
  const [year = 0, month = 1] = last.split("-").map(Number);
  return [first, new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10)];
}
