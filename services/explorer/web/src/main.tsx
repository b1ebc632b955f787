// The explorer's page: the head with what is common, and a page by the address.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Address, edited, go, href, kept, languageOf, useAddress } from "./address";
import { type Dashboard as DashboardOf, type Dashboards, useAnswer } from "./api";
import { Dashboard } from "./dashboard";
import { Failure, Waiting } from "./failure";
import { Keys } from "./keys";
import { target } from "./links";
import { Notice } from "./notice";
import { Search, SearchBox } from "./search";
import { SQL } from "./sql";
import "./style.css";
import { say } from "./words";

function App() {
  const address = useAddress();
  const language = languageOf(address.query);
  const [theme, switchTheme] = useTheme();
  const answer = useAnswer<Dashboards>(`/api/dashboards?lang=${language}`);
  const all = answer.state === "there" ? answer.value.dashboards : [];
  const shown = all.filter((d) => !d.hidden);
  const current = address.path === "/" ? shown[0] : all.find((d) => address.path === `/d/${d.uid}`);
  useEffect(() => {
    document.documentElement.lang = language;
    if (current) document.title = `${current.title} · owabi`;
    document.querySelector("header nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }); // a phone shows some of the menu
  }, [language, current, address.path, answer.state]);
  useLanding(address.path);
  // What both dashboards can be narrowed by goes along.
  const to = (d: DashboardOf) => (current && target({ title: "", to: d.uid, set: [] }, null, current, all, address.query)) || href(`/d/${d.uid}`, kept(address.query));
  const switchLanguage = () => {
    const next = language === "ja" ? "en" : "ja";
    localStorage.setItem("lang", next);
    go(address.path, edited(address.query, { lang: next }), true);
  };
  const openSQL = () => go("/sql", kept(address.query));
  const does: Record<string, () => void> = {
    "/": () => document.querySelector<HTMLInputElement>("header input[name=q]")?.focus(), s: openSQL, t: switchTheme, l: switchLanguage,
  };
  for (const [i, d] of shown.entries()) {
    does[String(i + 1)] = () => {
      const at = new URL(to(d), location.href);
      go(at.pathname, at.searchParams);
    };
  }
  return (
    <>
      <button type="button" class="skip" onClick={land}>{say(language, "skip")}</button>
      <header class="top">
        <a class="brand" href={href("/", kept(address.query))}>owabi <small>{say(language, "tagline")}</small></a>
        <nav aria-label={say(language, "pages")}>
          {shown.map((d) => <a key={d.uid} href={to(d)} aria-current={d === current ? "page" : undefined}>{d.title}</a>)}
          <a href={href("/sql", kept(address.query))} aria-current={address.path === "/sql" ? "page" : undefined}>{say(language, "sql")}</a>
        </nav>
        <div class="tools">
          <SearchBox address={address} language={language} />
          <button type="button" title={say(language, "theme")} aria-label={say(language, "theme")} onClick={switchTheme}>◐</button>
          <Keys language={language} does={does} />
          <button type="button" onClick={switchLanguage}>{say(language, "language")}</button>
        </div>
      </header>
      {answer.state === "waiting" && <main><Waiting language={language} /></main>}
      {answer.state === "failed" && <main><Failure failed={answer} language={language} /></main>}
      {answer.state === "there" && <Page address={address} current={current} answer={answer.value} theme={theme} />}
    </>
  );
}

function Page(props: { address: Address; current: DashboardOf | undefined; answer: Dashboards; theme: string }) {
  const { address, current, answer, theme } = props;
  const language = languageOf(address.query);
  const [, kind, name = ""] = address.path.split("/");
  if (current) return <Dashboard key={current.uid} dashboard={current} all={answer.dashboards} labels={answer.labels} address={address} language={language} theme={theme} />;
  if (kind === "n" && name) return <Notice id={name} labels={answer.labels} language={language} />;
  if (kind === "search") return <Search address={address} language={language} />;
  if (kind === "sql") return <SQL address={address} open={answer.sql} language={language} theme={theme} />;
  return (
    <main>
      <div class="failure" role="alert" data-kind="not_found">
        <b>{say(language, "unknownPage")}: <bdi>{address.path}</bdi></b>
        <p>{say(language, "thereAre")}</p>
        <ul>{answer.dashboards.filter((d) => !d.hidden).map((d) => <li key={d.uid}><a href={href(`/d/${d.uid}`, kept(address.query))}>{d.title}</a></li>)}</ul>
      </div>
    </main>
  );
}

/** useLanding moves the focus to a new page's title where what had it is gone, so that a screen reader reads on there. */
function useLanding(path: string): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else if (!document.activeElement || document.activeElement === document.body) land();
  }, [path]);
}

function land(): void {
  const title = document.querySelector<HTMLElement>("main h1") ?? document.querySelector<HTMLElement>("main");
  if (!title) return;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

/** useTheme follows the system until a person chooses. */
function useTheme(): [string, () => void] {
  const [theme, set] = useState(() => localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  document.documentElement.dataset.theme = theme;
  const other = theme === "dark" ? "light" : "dark";
  return [
    theme,
    () => {
      localStorage.setItem("theme", other);
      set(other);
    },
  ];
}

// Links within the page change the address without loading it anew.
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
  const to = new URL(link.href, location.href);
  if (to.origin !== location.origin) return;
  event.preventDefault();
  go(to.pathname, to.searchParams);
});

const root = document.getElementById("app");
if (root) render(<App />, root);
