// A table of rows, sortable by its heads.
import { useMemo, useState } from "preact/hooks";
import type { Language } from "./address";
import type { Column, Value } from "./api";
import type { Row } from "./chart";
import { full } from "./format";

const pageOf = 100;

export function Table(props: { columns: Column[]; unit: string; rows: Row[]; language: Language; link?: (row: Row) => string | null }) {
  const [sorted, sort] = useState<{ name: string; down: boolean } | null>(null);
  const [pages, setPages] = useState(1);
  const columns = props.columns.filter((c) => !c.hidden);
  const rows = useMemo(() => {
    if (!sorted) return props.rows;
    const sign = sorted.down ? -1 : 1;
    return [...props.rows].sort((a, b) => compare(a[sorted.name] ?? null, b[sorted.name] ?? null, sign));
  }, [props.rows, sorted]);
  const unit = (c: Column) => c.unit || props.unit;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.name} class={isNumber(rows, c) ? "number" : ""} aria-sort={sorted?.name === c.name ? (sorted.down ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => sort({ name: c.name, down: sorted?.name === c.name ? !sorted.down : true })}>
                  {c.label}
                  {sorted?.name === c.name ? (sorted.down ? " ↓" : " ↑") : ""}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, pages * pageOf).map((row, i) => {
            const to = props.link?.(row);
            return (
              <tr key={i}>
                {columns.map((c, at) => {
                  const value = row[c.name] ?? null;
                  const text = full(value, unit(c), props.language);
                  return (
                    <td key={c.name} class={(typeof value === "number" ? "number" : "") + (value === null ? " unknown" : "")}>
                      {at === 0 && to ? <a href={to}>{text}</a> : text}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length > pages * pageOf && (
        <button type="button" class="more" onClick={() => setPages(pages + 1)}>
          {pages * pageOf} / {rows.length} ＋
        </button>
      )}
    </div>
  );
}

function isNumber(rows: Row[], c: Column): boolean {
  return rows.some((r) => typeof r[c.name] === "number");
}

/** compare orders values; unknown is last either way. */
function compare(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "ja");
}
