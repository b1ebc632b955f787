// A drawing for a result that nobody described.
import type { Panel, Result } from "./api";

const isNumber = (type: string) => /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);
const isTime = (type: string) => /Date/.test(type);

const mostFigures = 4;
const comparable = 20; // times; a smaller figure could not be seen beside the first

/** panelOf guesses a drawing: lines over a first column of dates, else bars by the first column of words. */
export function panelOf(result: Result): { panel: Panel; key: string; from: string } | null {
  const figures = result.columns.filter((c) => isNumber(c.type));
  const by = result.columns.find((c) => isTime(c.type)) ?? result.columns.find((c) => !isNumber(c.type)) ?? result.columns[0];
  const size = (name: string) => {
    const at = result.columns.findIndex((c) => c.name === name);
    return result.rows.reduce((most, row) => Math.max(most, Math.abs(Number(row[at]))), 0);
  };
  const drawable = figures.filter((c) => c !== by);
  const first = drawable[0];
  if (!by || !first) return null;
  const most = size(first.name);
  const shown = drawable.filter((c) => c === first || (size(c.name) < most * comparable && size(c.name) * comparable > most)).slice(0, mostFigures);
  const kind = isTime(by.type) ? "lines" : "bars";
  const key = kind === "lines" ? "time" : "label";
  return {
    key,
    from: by.name,
    panel: {
      id: 0, kind, title: by.name, description: "", unit: "", grid: { x: 0, y: 0, w: 24, h: 12 }, links: [],
      columns: [{ name: key, label: by.name }, ...shown.map((c) => ({ name: c.name, label: c.name }))],
    },
  };
}
