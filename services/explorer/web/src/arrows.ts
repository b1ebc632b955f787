// What the keyboard does on a chart. The arrow keys show and tell what a pointer
// would: place after place and, where series are stacked, one series after the other.
// Enter leads where a click does.
import type { ECharts } from "echarts/core";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Row } from "./api";
import type { Drawn } from "./drawings";

type Props = {
  chart: RefObject<ECharts | null>;
  box: RefObject<HTMLElement | null>;
  drawn: Drawn | undefined;
  kind: string;
  /** off are the codes of the series that are switched off. */
  off: string[];
  choose?: (row: Row) => void;
};

/** useArrows is what to tell of where the keys have come to, and what happens when one is pressed and when the chart is left. */
export function useArrows(props: Props): { told: string; pressed: (event: KeyboardEvent) => void; leave: () => void } {
  const { chart, box, drawn, off } = props;
  const [told, tell] = useState("");
  const place = useRef(-1);
  const line = useRef(-1); // of the tooltip's series: the one that Up and Down have chosen
  useEffect(() => {
    place.current = line.current = -1;
    tell("");
  }, [drawn]);
  const upright = props.kind === "bars"; // whose first row is the uppermost, and has the last place
  const stacked = props.kind === "stacked";

  const isOn = (series: number) => !off.includes(drawn?.series[series]?.code ?? "");
  const shown = () => (drawn?.having(place.current) ?? []).filter(isOn);
  const lines = () => [...(box.current?.querySelectorAll(".tip > *") ?? [])];

  const mark = (to: number) => {
    line.current = to;
    chart.current?.dispatchAction({ type: "downplay" });
    if (to >= 0) chart.current?.dispatchAction({ type: "highlight", seriesIndex: shown()[to], dataIndex: place.current });
    lines().forEach((l, i) => l.classList.toggle("chosen", to >= 0 && i === to + 1)); // below the title
  };
  const arrive = (to: number) => {
    place.current = to;
    mark(-1);
    const anchor = shown()[0] ?? drawn?.series.findIndex((_, i) => isOn(i)) ?? -1;
    if (anchor < 0 && drawn?.series.length) return; // all are switched off
    chart.current?.dispatchAction({ type: "showTip", seriesIndex: Math.max(0, anchor), dataIndex: to });
    tell(lines().map(wordsOf).join("; "));
  };
  const turn = (by: number) => {
    if (shown().length === 0) return;
    mark(Math.min(Math.max(0, line.current + by), shown().length - 1));
    tell(wordsOf(lines()[line.current + 1]));
  };
  const enter = () => {
    const series = !stacked ? 0 : shown()[shown().length === 1 ? 0 : line.current];
    const row = series === undefined ? undefined : drawn?.pick(series, place.current);
    if (row) props.choose?.(row);
  };

  const pressed = (event: KeyboardEvent) => {
    if (!drawn) return;
    const [next, previous] = upright ? ["ArrowUp", "ArrowDown"] : ["ArrowRight", "ArrowLeft"];
    const last = drawn.places - 1;
    const at = place.current;
    if (event.key === "Enter") enter();
    else if (event.key === next) arrive(Math.min(at + 1, last));
    else if (event.key === previous) arrive(at < 0 ? last : Math.max(at - 1, 0));
    else if (event.key === "Home") arrive(upright ? last : 0);
    else if (event.key === "End") arrive(upright ? 0 : last);
    else if (stacked && event.key === "ArrowDown") turn(1);
    else if (stacked && event.key === "ArrowUp") turn(-1);
    else return;
    event.preventDefault();
  };
  const leave = () => {
    place.current = line.current = -1;
    chart.current?.dispatchAction({ type: "downplay" });
    chart.current?.dispatchAction({ type: "hideTip" });
    tell("");
  };
  return { told, pressed, leave };
}

/** wordsOf are those of a tooltip's line. */
function wordsOf(line: Element | undefined): string {
  return [...(line?.childNodes ?? [])].map((n) => n.textContent).filter(Boolean).join(" ");
}
