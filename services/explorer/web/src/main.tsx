// The explorer's page: the head with what is common, and a page by the address.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Address, edited, go, href, kept, languageOf, useAddress } from "./address";
import { type Dashboards, useAnswer } from "./api";
import { Dashboard } from "./dashboard";
import { Notice } from "./notice";
import { Search, SearchBox } from "./search";
import { SQL } from "./sql";
import "./style.css";
import { say } from "./words";

function App() {
  const address = useAddress();
  const language = languageOf(address.query);
  const [theme, setTheme] = useTheme();
  const answer = useAnswer<Dashboards>(`/api/dashboards?lang=${language}`);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const all = answer.state === "there" ? answer.value.dashboards : [];
  const switchLanguage = () => {
    const next = language === "ja" ? "en" : "ja";
    localStorage.setItem("lang", next);
    go(address.path, edited(address.query, { lang: next }), true);
  };
  return (
    <>
      <header class="top">
        <a class="brand" href={href("/", kept(address.query))}>
          owabi <small>{say(language, "tagline")}</small>
        </a>
        <nav>
          {all.filter((d) => !d.hidden).map((d) => (
            <a key={d.uid} href={href(`/d/${d.uid}`, kept(address.query))} aria-current={address.path === `/d/${d.uid}` || (address.path === "/" && d === all[0]) ? "page" : undefined}>
              {d.title}
            </a>
          ))}
          <a href={href("/sql", kept(address.query))} aria-current={address.path === "/sql" ? "page" : undefined}>{say(language, "sql")}</a>
        </nav>
        <SearchBox address={address} language={language} />
        <button type="button" title={say(language, "theme")} aria-label={say(language, "theme")} onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>◐</button>
        <button type="button" onClick={switchLanguage}>{say(language, "language")}</button>
      </header>
      {answer.state === "failed" && <main><div class="failure" role="alert"><b>{say(language, "failed")}</b><p>{answer.error}</p></div></main>}
      {answer.state === "there" && <Page address={address} answer={answer.value} theme={theme} />}
    </>
  );
}

function Page(props: { address: Address; answer: Dashboards; theme: string }) {
  const { address, theme } = props;
  const language = languageOf(address.query);
  const all = props.answer.dashboards;
  const [, kind, name] = address.path.split("/");
  if (kind === "n" && name) return <Notice id={decodeURIComponent(name)} language={language} />;
  if (kind === "search") return <Search address={address} language={language} />;
  if (kind === "sql") return <SQL address={address} language={language} theme={theme} />;
  if (kind === "d" || kind === "") {
    const dashboard = kind === "" ? all[0] : all.find((d) => d.uid === name);
    if (!dashboard) {
      return (
        <main>
          <div class="failure" role="alert">
            <b>{say(language, "unknownDashboard")}: {name}</b>
            <ul>{all.filter((d) => !d.hidden).map((d) => <li key={d.uid}><a href={href(`/d/${d.uid}`, kept(address.query))}>{d.title}</a></li>)}</ul>
          </div>
        </main>
      );
    }
    return (
      <>
        <TimeRange address={address} years={dashboard.years} grafana={props.answer.grafana ? `${props.answer.grafana.replace(/\/$/, "")}/d/owabi-${dashboard.uid}-${language}` : undefined} />
        <Dashboard key={dashboard.uid} dashboard={dashboard} all={all} address={address} language={language} theme={theme} />
      </>
    );
  }
  return <main><div class="failure" role="alert"><b>{say(language, "unknownPage")}</b></div></main>;
}

function TimeRange(props: { address: Address; years: number; grafana?: string }) {
  const { address } = props;
  const language = languageOf(address.query);
  const today = new Date();
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const ago = (years: number) => day(new Date(Date.UTC(today.getUTCFullYear() - years, today.getUTCMonth(), today.getUTCDate())));
  const set = (from: string | null, to: string | null) => go(address.path, edited(address.query, { from, to }), true);
  const from = address.query.get("from") ?? ago(props.years || 1);
  const to = address.query.get("to") ?? day(today);
  return (
    <div class="range">
      <label>
        <input type="date" value={from} onChange={(e) => set(e.currentTarget.value || null, address.query.get("to"))} /> {say(language, "from")}
      </label>
      <label>
        <input type="date" value={to} onChange={(e) => set(address.query.get("from"), e.currentTarget.value || null)} /> {say(language, "to")}
      </label>
      <button type="button" onClick={() => set(ago(1), null)}>{say(language, "lastYear")}</button>
      <button type="button" onClick={() => set(ago(3), null)}>{say(language, "threeYears")}</button>
      <button type="button" onClick={() => set("1990-01-01", null)}>{say(language, "allTime")}</button>
      {props.grafana && <a href={props.grafana}>{say(language, "openGrafana")}</a>}
    </div>
  );
}

function useTheme(): [string, (theme: string) => void] {
  const [theme, set] = useState(() => localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  document.documentElement.dataset.theme = theme;
  return [
    theme,
    (next) => {
      localStorage.setItem("theme", next);
      set(next);
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
