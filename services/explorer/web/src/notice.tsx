// One notice: the published text with its evidence marked and named, and what was read.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Language } from "./address";
import { type Labels, type Notice as NoticeOf, rowsOf, useAnswer, type Value } from "./api";
import { Failure, Waiting } from "./failure";
import { fields, nameOf, valueOf } from "./fields";
import { full, moment } from "./format";
import { type Evidence, Marked } from "./marked";
import { Plain, unsteered } from "./plain";
import { say } from "./words";

type Props = { id: string; labels: Labels; language: Language };

export function Notice(props: Props) {
  const answer = useAnswer<NoticeOf>(`/api/notices/${props.id}`);
  if (answer.state === "waiting") return <main><Waiting language={props.language} /></main>;
  if (answer.state === "failed") return <main><Failure failed={answer} language={props.language} /></main>;
  return <Read notice={answer.value} labels={props.labels} language={props.language} />;
}

function Read(props: { notice: NoticeOf; labels: Labels; language: Language }) {
  const { notice, language, labels } = props;
  const facts = rowsOf(notice.facts)[0] ?? {};
  const evidence = useMemo(
    () =>
      rowsOf(notice.evidence).map((r, i): Evidence => ({
        number: i + 1, field: String(r.field), name: nameOf(String(r.field), language), rule: String(r.rule), text: String(r.text), start: Number(r.start_rune), end: Number(r.end_rune),
      })),
    [notice, language],
  );
  const [lit, light] = useState<number | null>(null);
  const title = String(facts.title || say(language, "notice"));
  const url = webAddress(facts.url ?? null);
  useEffect(() => {
    document.title = `${unsteered(title).slice(0, 80)} · owabi`;
  }, [title]);
  const numbered = (e: Evidence) => (
    <button key={e.number} type="button" class={lit === e.number ? "number lit" : "number"} title={e.rule} onClick={() => show(`mark[data-evidence~="${e.number}"]`, e.number, light)}>{e.number}</button>
  );
  return (
    <main class="notice">
      <h1><bdi lang="ja"><Plain text={title} /></bdi></h1>
      <p class="lead">
        <bdi><Plain text={String(facts.organization || facts.publisher || say(language, "unknown"))} /></bdi> · {facts.published ? full(facts.published, "day", language) : say(language, "undated")}
        {url && <> · <a href={url} rel="noopener noreferrer" target="_blank">{say(language, "source")}</a></>}
      </p>
      {facts.synthetic === true && <p class="hint">{say(language, "synthetic")}</p>}
      <div class="reading">
        <article lang="ja" tabIndex={0}>
          <Marked text={notice.text} evidence={evidence} lit={lit} light={light} choose={(n) => show(`#evidence-${n}`, n, light)} />
        </article>
        <aside>
          <h2>{say(language, "facts")}</h2>
          <dl class="facts">
            {fields.map((f) => {
              const value = valueOf(facts, f, labels, language);
              return value !== null && (
                <div key={f.column} data-fact={f.column}>
                  <dt>{f[language]}</dt>
                  <dd><bdi><Plain text={value} /></bdi> {evidence.filter((e) => e.field === f.evidence).map(numbered)}</dd>
                </div>
              );
            })}
          </dl>
          <h2>{say(language, "evidence")}</h2>
          <p class="lead">{say(language, "evidenceHint")}</p>
          <ol class="evidence">
            {evidence.map((e) => (
              <li key={e.number} id={`evidence-${e.number}`} class={lit === e.number ? "lit" : ""} onMouseEnter={() => light(e.number)} onMouseLeave={() => light(null)}>
                {numbered(e)} <b title={e.field}>{e.name}</b> <q lang="ja"><bdi><Plain text={e.text} /></bdi></q> <code>{e.rule}</code>
              </li>
            ))}
          </ol>
          <h2>{say(language, "readings")}</h2>
          <ul class="readings">
            {notice.readings.rows.map((r) => <li key={String(r[0])}>{moment(String(r[0]))} · {String(r[1])} · <code>{String(r[2]).slice(0, 12)}</code></li>)}
          </ul>
        </aside>
      </div>
    </main>
  );
}

function show(selector: string, number: number, light: (n: number) => void): void {
  light(number);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(selector)?.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
}

/** webAddress is value where it is an address of the web: nothing else may become a link. */
function webAddress(value: Value): string | null {
  if (typeof value !== "string") return null;
  try {
    const url = new URL(value);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
