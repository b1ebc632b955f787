// Search over titles, organizations and text.
import { useEffect } from "preact/hooks";
import { type Address, edited, go, href, kept, type Language } from "./address";
import { type Result, rowsOf, useAnswer } from "./api";
import { Failure, Waiting } from "./failure";
import { full } from "./format";
import { Found } from "./found";
import { unsteered } from "./plain";
import { say } from "./words";

const pageOf = 50; // as the API gives them

export function Search(props: { address: Address; language: Language }) {
  const { address, language } = props;
  const q = (address.query.get("q") ?? "").trim();
  const offset = Number(address.query.get("offset")) || 0;
  const answer = useAnswer<Result>(q ? `/api/search?${new URLSearchParams({ q, lang: language, offset: String(offset) })}` : null);
  useEffect(() => {
    document.title = `${q ? `${unsteered(q)} · ` : ""}${say(language, "search")} · owabi`;
  }, [q, language]);
  const words = q.split(/\s+/);
  const turn = (to: number) => go(address.path, edited(address.query, { offset: to > 0 ? String(to) : null }));
  return (
    <main class="searching">
      <h1>{say(language, "search")}</h1>
      <SearchBox address={address} language={language} large />
      {!q && <p class="lead">{say(language, "searchHint")}</p>}
      {q && answer.state === "waiting" && <Waiting language={language} />}
      {q && answer.state === "failed" && <Failure failed={answer} language={language} />}
      {q && answer.state === "there" && (
        <>
          <p class="cost" role="status">
            {answer.value.rows.length === 0 ? say(language, "noHits") : `${full(offset + answer.value.rows.length, "", language)} ${say(language, answer.value.rows.length === pageOf ? "hitsAtLeast" : "hits")}`}
          </p>
          <ol class="hits">
            {rowsOf(answer.value).map((r) => (
              <li key={String(r.notice_id)}>
                <a href={href(`/n/${r.notice_id}`, kept(address.query))}><bdi><Found text={String(r.title || r.words).slice(0, 300)} words={words} /></bdi></a>
                <p>
                  {r.published ? full(r.published, "day", language) : say(language, "undated")} · <bdi><Found text={full(r.organization ?? null, "", language)} words={words} /></bdi> · {full(r.category ?? null, "", language)} · {full(r.sector ?? null, "", language)}
                </p>
                <p class="words"><bdi>…<Found text={String(r.words)} words={words} />…</bdi></p>
              </li>
            ))}
          </ol>
          <nav class="pages">
            {offset > 0 && <button type="button" onClick={() => turn(offset - pageOf)}>{say(language, "previous")}</button>}
            {answer.value.rows.length === pageOf && <button type="button" onClick={() => turn(offset + pageOf)}>{say(language, "more")}</button>}
          </nav>
        </>
      )}
    </main>
  );
}

export function SearchBox(props: { address: Address; language: Language; large?: boolean }) {
  const { address, language, large } = props;
  const q = address.query.get("q") ?? "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget as HTMLFormElement).get("q") ?? "").trim();
    go("/search", edited(kept(address.query), { q: typed || null }));
  };
  return (
    <form role="search" class={large ? "search large" : "search"} onSubmit={submit}>
      <input type="search" name="q" maxLength={200} aria-label={say(language, "searchFor")} placeholder={say(language, large ? "searchFor" : "searchShort")} key={q} defaultValue={q} />
    </form>
  );
}
