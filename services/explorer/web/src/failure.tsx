// What went wrong, in the page's words first and owabi's own after them.
import type { Language } from "./address";
import type { Failed } from "./api";
import { isWord, say } from "./words";

export function Failure(props: { failed: Failed; language: Language; retry?: () => void }) {
  const { failed, language, retry } = props;
  return (
    <div class="failure" role="alert" data-kind={failed.kind}>
      <b>{say(language, "failed")}</b>
      {isWord(failed.kind) && <p>{say(language, failed.kind)}</p>}
      {failed.error && <pre>{failed.error}</pre>}
      {retry && <button type="button" onClick={retry}>{say(language, "retry")}</button>}
    </div>
  );
}

export function Waiting(props: { language: Language }) {
  return <div class="waiting" role="status" aria-label={say(props.language, "loading")} />;
}
