// What a person sees is wholly in the address, so that a link reproduces it:
// the page in the path; lang, from, to, var-NAME and what a page adds in the query.
import { useEffect, useState } from "preact/hooks";

export type Language = "ja" | "en";

export type Address = { path: string; query: URLSearchParams };

const changed = "owabi:address";

function current(): Address {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export function useAddress(): Address {
  const [address, set] = useState(current);
  useEffect(() => {
    const update = () => set(current());
    addEventListener("popstate", update);
    addEventListener(changed, update);
    return () => {
      removeEventListener("popstate", update);
      removeEventListener(changed, update);
    };
  }, []);
  return address;
}

export function href(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** go opens an address of this page; replace leaves no step to go back to. */
export function go(path: string, query: URLSearchParams, replace = false): void {
  const to = href(path, query);
  if (to === location.pathname + location.search) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  if (!replace) scrollTo(0, 0);
  dispatchEvent(new Event(changed));
}

/** edited is query with some names set to values; no value takes the name out. */
export function edited(query: URLSearchParams, changes: Record<string, string | string[] | null>): URLSearchParams {
  const out = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    out.delete(name);
    for (const v of value === null ? [] : Array.isArray(value) ? value : [value]) out.append(name, v);
  }
  return out;
}

/** kept are the parts of query that go along to every page. */
export function kept(query: URLSearchParams): URLSearchParams {
  const out = new URLSearchParams();
  for (const name of ["lang", "from", "to"]) {
    const value = query.get(name);
    if (value) out.set(name, value);
  }
  return out;
}

/** allTime stands in place of the first day where no time range is wanted. */
export const allTime = "all";

export function languageOf(query: URLSearchParams): Language {
  const asked = query.get("lang") ?? localStorage.getItem("lang");
  if (asked === "ja" || asked === "en") return asked;
  return navigator.language.startsWith("ja") ? "ja" : "en";
}
