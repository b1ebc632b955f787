// What went wrong, in the page's words first and owabi's own after them.
import type { Language } from "./address";
import type { Failed } from "./api";
import { isWord, say } from "./words";

export function Failure(props: { failed: Failed; language: Language; retry?: () => void; reset?: string }) {
  const { failed, language, retry, reset } = props;
  return (
    <div class="failure" role="alert" data-kind={failed.kind}>
      <b>{say(language, "failed")}</b>
      {isWord(failed.kind) && <p>{say(language, failed.kind)}</p>}
      {failed.error && <pre>{failed.error}</pre>}
      {reset && <p><a href={reset}>{say(language, "reset")}</a></p>}
      {retry && !reset && <button type="button" onClick={retry}>{say(language, "retry")}</button>}
    </div>
  );
}

export function Waiting(props: { language: Language }) {
  return <div class="waiting" role="status" aria-label={say(props.language, "loading")} />;
}

// What is wrong with every panel of a view alike, and is told once above them.
const common = ["chosen", "down", "tables", "denied", "gone"];

export const isCommon = (failed: Failed) => common.includes(failed.kind);
