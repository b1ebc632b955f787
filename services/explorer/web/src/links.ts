// Where the parts of a dashboard lead, and what they ask.
import { edited, href, kept } from "./address";
import type { Dashboard, Link, Row } from "./api";
import type { Language } from "./address";

/** question is what the API is asked: the time range and the variables, in a set order. */
export function question(query: URLSearchParams, language: Language): string {
  const out = new URLSearchParams({ lang: language });
  for (const name of ["from", "to"]) {
    const value = query.get(name);
    if (value) out.set(name, value);
  }
  for (const [name, value] of query) if (name.startsWith("var-")) out.append(name, value);
  return out.toString();
}

/** target is where a link leads from a row: the time range goes along, and every variable that both dashboards have. */
export function target(link: Link, row: Row | null, from: Dashboard, all: Dashboard[], query: URLSearchParams): string | null {
  const to = all.find((d) => d.uid === link.to);
  if (!to) return null;
  let out = kept(query);
  if (link.any_time) out = edited(out, { from: null, to: null });
  for (const v of from.variables) {
    if (to.variables.some((other) => other.name === v.name)) out = edited(out, { [`var-${v.name}`]: query.getAll(`var-${v.name}`) });
  }
  for (const s of row ? link.set : []) {
    let value = row?.[s.column];
    if (value === null || value === undefined) return null;
    if (s.column === "time" && typeof value === "string") value = value.slice(0, 7);
    if (to.uid === "notice" && s.variable === "notice_id") return href(`/n/${encodeURIComponent(String(value))}`, kept(query));
    out = edited(out, { [`var-${s.variable}`]: String(value) });
  }
  return href(`/d/${to.uid}`, out);
}
