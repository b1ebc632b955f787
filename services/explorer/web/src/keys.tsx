// What the keyboard does anywhere on the page.
import { useEffect, useRef, useState } from "preact/hooks";
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

/**
 * Keys listens, and shows on ? or its button what it listens to. What is typed into a
 * field stays there. Keys alone can be switched off, for they come by accident where
 * speech is the keyboard (WCAG 2.1.4).
 */
export function Keys(props: { language: Language; does: Record<string, () => void> }) {
  const help = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(localStorage.getItem("keys") !== "off");
  const open = () => help.current?.showModal();
  const does = useRef(props.does);
  does.current = on ? { ...props.does, "?": open } : {};
  const turn = (to: boolean) => {
    localStorage.setItem("keys", to ? "on" : "off");
    setOn(to);
  };
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
    <>
      <button type="button" title={say(props.language, "keys")} aria-label={say(props.language, "keys")} onClick={open}>⌨</button>
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
        <label><input type="checkbox" checked={on} onChange={(event) => turn(event.currentTarget.checked)} /> {say(props.language, "keysOn")}</label>
        <form method="dialog"><button class="primary">{say(props.language, "close")}</button></form>
      </dialog>
    </>
  );
}
