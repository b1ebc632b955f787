// The explorer's API, as services/explorer answers it.
import { useEffect, useState } from "preact/hooks";

export type Column = { name: string; label: string; unit?: string; hidden?: boolean };
export type Option = { value: string; label: string };
export type Variable = { name: string; label: string; kind: "choices" | "choice" | "lookup" | "text"; default?: string; options?: Option[] };
export type Link = { title: string; to: string; set: { variable: string; column: string }[] };
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
  years: number;
  hidden?: boolean;
  variables: Variable[];
  panels: Panel[];
};
export type Dashboards = { dashboards: Dashboard[]; grafana?: string };

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Result = {
  columns: { name: string; type: string }[];
  rows: Value[][];
  took_ms: number;
  read_rows: number;
  read_bytes: number;
};
export type Notice = { facts: Result; text: string; evidence: Result; readings: Result };

/** ask fetches an answer; the error's message is what owabi says is wrong. */
export async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new Error("owabi does not answer. Is it running?");
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = { error: text.trim() };
  }
  if (!response.ok) throw new Error((body as { error?: string }).error || `${response.status} ${response.statusText}`);
  return body as T;
}

export type Asked<T> = { state: "waiting" } | { state: "failed"; error: string } | { state: "there"; value: T };

/** useAnswer asks when path changes and drops what is no longer wanted; null asks nothing. */
export function useAnswer<T>(path: string | null): Asked<T> {
  const [asked, set] = useState<{ path: string | null; answer: Asked<T> }>({ path: null, answer: { state: "waiting" } });
  useEffect(() => {
    if (path === null) return;
    const controller = new AbortController();
    ask<T>(path, { signal: controller.signal }).then(
      (value) => set({ path, answer: { state: "there", value } }),
      (error: Error) => {
        if (!controller.signal.aborted) set({ path, answer: { state: "failed", error: error.message } });
      },
    );
    return () => controller.abort();
  }, [path]);
  return asked.path === path ? asked.answer : { state: "waiting" };
}
