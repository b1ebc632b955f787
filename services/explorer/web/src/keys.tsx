// What the keyboard does anywhere on the page.
import { useEffect, useRef } from "preact/hooks";
import type { Language } from "./address";
import { say, type Word } from "./words";

const listed: [string, Word][] = [
  ["/", "keySearch"],
  ["1 … 9", "keyPages"],
  ["s", "keySQL"],
  ["t", "keyTheme"],
  ["l", "keyLanguage"],
  ["Ctrl Enter", "keyRun"],
  ["?", "keyHelp"],
];

/** Keys listens, and shows on ? what it listens to. What is typed into a field stays there. */
export function Keys(props: { language: Language; does: Record<string, () => void> }) {
  const help = useRef<HTMLDialogElement>(null);
  const does = useRef(props.does);
  does.current = { ...props.does, "?": () => help.current?.showModal() };
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || help.current?.open) return;
      const act = does.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return (
    <dialog ref={help} aria-label={say(props.language, "keys")}>
      <h2>{say(props.language, "keys")}</h2>
      <dl>
        {listed.map(([key, word]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{say(props.language, word)}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog"><button class="primary">{say(props.language, "close")}</button></form>
    </dialog>
  );
}
