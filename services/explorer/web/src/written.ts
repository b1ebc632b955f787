// A field whose text counts once it is entered.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** useWritten writes a value into a field whenever the value changes: the field stays the same element, with the focus, and keeps what is typed meanwhile. */
export function useWritten(value: string): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (field.current) field.current.value = value;
  }, [value]);
  return field;
}
