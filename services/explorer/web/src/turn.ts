// Panels in view ask first; the others when those have their answers.
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

let asking = 0; // panels in view without an answer
const waiting = new Set<() => void>();

function settle(): void {
  asking -= 1;
  if (asking > 0) return;
  for (const go of waiting) go();
  waiting.clear();
}

/** useTurn says when the element's panel may ask; it is told when it was answered. */
export function useTurn(element: RefObject<HTMLElement | null>, answered: boolean): boolean {
  const [turn, setTurn] = useState<"" | "in view" | "after">("");
  useEffect(() => {
    if (!element.current) return;
    const after = () => setTurn((t) => t || "after");
    const watched = new IntersectionObserver(([entry]) => {
      watched.disconnect();
      if (entry?.isIntersecting) setTurn("in view");
      else if (asking === 0) requestAnimationFrame(() => (asking === 0 ? after() : waiting.add(after)));
      else waiting.add(after);
    });
    watched.observe(element.current);
    return () => {
      watched.disconnect();
      waiting.delete(after);
    };
  }, []);
  useEffect(() => {
    if (turn !== "in view" || answered) return;
    asking += 1;
    return settle;
  }, [turn, answered]);
  return turn !== "";
}
