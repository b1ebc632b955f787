// Search over titles, organizations and text.
import { type Address, edited, go, href, kept, type Language } from "./address";
import { type Result, useAnswer } from "./api";
import { full } from "./format";
import { rowsOf } from "./panel";
import { say } from "./words";

const pageOf = 50;

export function Search(props: { address: Address; language: Language }) {
  const { address, language } = props;
  const q = address.query.get("q") ?? "";
  const offset = Number(address.query.get("offset") ?? 0);
  const query = new URLSearchParams({ q, lang: language, offset: String(offset) });
  const answer = useAnswer<Result>(q.trim() ? `/api/search?${query}` : null);
  const turn = (to: number) => go(address.path, edited(address.query, { offset: to > 0 ? String(to) : null }));
  return (
    <main>
      <h1>{say(language, "search")}</h1>
      <SearchBox address={address} language={language} large />
      {q.trim() && answer.state === "waiting" && <div class="waiting" role="status" aria-label={say(language, "loading")} />}
      {answer.state === "failed" && <div class="failure" role="alert"><b>{say(language, "failed")}</b><p>{answer.error}</p></div>}
      {answer.state === "there" && answer.value.rows.length === 0 && <p class="empty">{say(language, "empty")}</p>}
      {answer.state === "there" && (
        <ol class="hits">
          {rowsOf(answer.value).map((r) => (
            <li key={String(r.notice_id)}>
              <a href={href(`/n/${r.notice_id}`, kept(address.query))}><bdi>{String(r.title ?? r.words ?? "")}</bdi></a>
              <p>{full(r.published ?? null, "day", language)} · <bdi>{full(r.organization ?? null, "", language)}</bdi> · {String(r.category)} · {String(r.sector)}</p>
              <p class="words"><bdi>…{String(r.words)}…</bdi></p>
            </li>
          ))}
        </ol>
      )}
      {answer.state === "there" && (
        <nav class="pages">
          {offset > 0 && <button type="button" onClick={() => turn(offset - pageOf)}>{say(language, "previous")}</button>}
          {answer.value.rows.length === pageOf && <button type="button" onClick={() => turn(offset + pageOf)}>{say(language, "more")}</button>}
        </nav>
      )}
    </main>
  );
}

export function SearchBox(props: { address: Address; language: Language; large?: boolean }) {
  return (
    <form
      role="search"
      class={props.large ? "search large" : "search"}
      onSubmit={(e) => {
        e.preventDefault();
        const q = String(new FormData(e.currentTarget).get("q") ?? "");
        go("/search", edited(kept(props.address.query), { q: q.trim() ? q : null }));
      }}
    >
      <input type="search" name="q" maxLength={200} aria-label={say(props.language, "searchFor")} placeholder={say(props.language, "searchFor")} value={props.address.query.get("q") ?? ""} />
    </form>
  );
}
