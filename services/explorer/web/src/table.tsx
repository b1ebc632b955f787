// A table of rows, sortable by its heads. A row that leads somewhere does so by
// the link in its first column, and by a click anywhere on it.
import { useMemo, useState } from "preact/hooks";
import { go, type Language } from "./address";
import type { Column, Row, Value } from "./api";
import { full } from "./format";
import { Plain } from "./plain";

const pageOf = 100;
const shortText = 18; // columns of a Latin letter that are not broken into lines
const widest = "24cqi"; // of its panel, that a column asks for at most
const few = 4; // columns that a phone can show side by side

/** widthOf counts a text in Latin letters: a Japanese character is as wide as two. */
const widthOf = (text: string) => [...text].reduce((sum, c) => sum + (c > "\u2fff" ? 2 : 1), 0);

type Props = { columns: Column[]; unit: string; rows: Row[]; language: Language; link?: (row: Row) => string | null };

export function Table(props: Props) {
  const [sorted, sort] = useState<{ name: string; down: boolean } | null>(null);
  const [pages, setPages] = useState(1);
  const columns = props.columns.filter((c) => !c.hidden);
  const numbers = useMemo(() => new Set(columns.filter((c) => props.rows.some((r) => typeof r[c.name] === "number")).map((c) => c.name)), [props.rows, props.columns]);
  const rows = useMemo(() => {
    if (!sorted) return props.rows;
    const sign = sorted.down ? -1 : 1;
    return [...props.rows].sort((a, b) => compare(a[sorted.name] ?? null, b[sorted.name] ?? null, sign));
  }, [props.rows, sorted]);
  return (
    <div class="scroll" tabIndex={0}>
      <table class={columns.length > few ? "many" : ""}>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.name} class={numbers.has(c.name) ? "number" : ""} aria-sort={sorted?.name === c.name ? (sorted.down ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => sort({ name: c.name, down: sorted?.name === c.name ? !sorted.down : numbers.has(c.name) })}>
                  {c.label}
                  {sorted?.name === c.name ? (sorted.down ? " ↓" : " ↑") : ""}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, pages * pageOf).map((row, i) => (
            <Line key={i} row={row} columns={columns} numbers={numbers} unit={props.unit} language={props.language} to={props.link?.(row) ?? null} />
          ))}
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

function Line(props: { row: Row; columns: Column[]; numbers: Set<string>; unit: string; language: Language; to: string | null }) {
  const { row, to } = props;
  const open = (event: MouseEvent) => {
    if (!to || (event.target as Element).closest("a") || getSelection()?.toString()) return;
    const at = new URL(to, location.href);
    go(at.pathname, at.searchParams);
  };
  return (
    <tr class={to ? "leads" : undefined} onClick={to ? open : undefined}>
      {props.columns.map((c, at) => {
        const value = row[c.name] ?? null;
        const text = full(value, c.unit || props.unit, props.language);
        const long = widthOf(text) > shortText;
        const kinds = [props.numbers.has(c.name) && "number", value === null && "unknown", long ? "long" : "short"].filter(Boolean).join(" ");
        return (
          <td key={c.name} class={kinds} data-label={c.label} style={c.width && long ? { minWidth: `min(${c.width}px, ${widest})` } : undefined}>
            {at === 0 && to ? <a href={to}><bdi><Plain text={text} /></bdi></a> : <bdi><Plain text={text} /></bdi>}
          </td>
        );
      })}
    </tr>
  );
}

/** compare orders values; unknown is last either way. */
function compare(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "ja");
}
