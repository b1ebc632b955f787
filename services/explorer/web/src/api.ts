// The explorer's API, as services/explorer answers it.
import { useEffect, useState } from "preact/hooks";

export type Column = { name: string; label: string; unit?: string; hidden?: boolean; width?: number };
export type Option = { value: string; label: string };
export type Variable = { name: string; label: string; kind: "choices" | "choice" | "lookup" | "text"; default?: string; options?: Option[] };
export type Link = { title: string; to: string; any_time?: boolean; set: { variable: string; column: string }[] };
export type Panel = {
  id: number;
  kind: string;
  title: string;
  description: string;
  unit: string;
  grid: { x: number; y: number; w: number; h: number };
  columns: Column[];
  links: Link[];
};
export type Dashboard = {
  uid: string;
  title: string;
  description: string;
  from: string;
  to: string;
  grafana?: string;
  hidden?: boolean;
  variables: Variable[];
  panels: Panel[];
};
export type Labels = Record<string, Record<string, string>>;
export type Dashboards = { dashboards: Dashboard[]; labels: Labels; sql: boolean };

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Result = {
  columns: { name: string; type: string }[];
  rows: Value[][];
  took_ms: number;
  read_rows: number;
  read_bytes: number;
  /** bar_seconds is how long each bar of a chart over moments is. */
  bar_seconds?: number;
};
export type Notice = { facts: Result; text: string; evidence: Result; readings: Result };
/** State is how many notices there are, and how many of them are made up. */
export type State = { notices: number; synthetic: number };

/** Row is a row by the names of its columns. */
export type Row = Record<string, Value>;

export function rowsOf(result: Result): Row[] {
  return result.rows.map((values) => Object.fromEntries(result.columns.map((c, i) => [c.name, values[i] ?? null])));
}

/** Refusal is what owabi says is wrong; kind tells what can be done about it. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly kind: string,
  ) {
    super(message);
  }
}

/** send fetches an answer, or throws a Refusal; what is aborted throws as fetch does. */
export async function send(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    // The page's own address may hold a name and a password, which fetch does not take.
    response = await fetch(new URL(path, location.origin), init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new Refusal("", "gone");
  }
  if (response.ok) return response;
  const text = await response.text();
  try {
    const { error, kind } = JSON.parse(text) as { error: string; kind: string };
    throw new Refusal(error, kind);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(text.trim() || `${response.status} ${response.statusText}`, "");
  }
}

export async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  return (await send(path, init)).json() as Promise<T>;
}

export type Failed = { state: "failed"; error: string; kind: string };
export type Asked<T> = { state: "waiting" } | Failed | { state: "there"; value: T };

export function failed(error: unknown): Failed {
  return { state: "failed", error: error instanceof Error ? error.message : String(error), kind: error instanceof Refusal ? error.kind : "" };
}

/** useAnswer asks when path changes and drops what is no longer wanted; null asks nothing. */
export function useAnswer<T>(path: string | null): Asked<T> {
  const [asked, set] = useState<{ path: string | null; answer: Asked<T> }>({ path: null, answer: { state: "waiting" } });
  useEffect(() => {
    if (path === null) return;
    const controller = new AbortController();
    ask<T>(path, { signal: controller.signal }).then(
      (value) => set({ path, answer: { state: "there", value } }),
      (error: unknown) => {
        if (!controller.signal.aborted) set({ path, answer: failed(error) });
      },
    );
    return () => controller.abort();
  }, [path]);
  return asked.path === path ? asked.answer : { state: "waiting" };
}
