package explorer_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/warehouse"
	"owabi/services/explorer"
)

// The page for SQL refuses to write, in ClickHouse's words, and goes on reading.
func TestTheSQLPage(t *testing.T) {
	server, sql := pages(t, nil)
	w := openTab(t, server, laptop)
	w.refusals = true
	w.open("/sql?lang=en")
	w.until(`document.querySelector("tbody tr")`)
	run := func(statement string) {
		w.do(chromedp.Focus(chromedp.CSS("textarea")), chromedp.Evaluate[chromedp.Void](`document.querySelector("textarea").select()`))
		w.enter(statement)
		w.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	}
	before := told(t, sql, "SELECT count() FROM notice_rows")
	run("DROP TABLE notice_rows")
	w.until(`document.querySelector('.failure[data-kind=refused] pre')?.innerText.includes("readonly")`)
	run("SELECT * FROM url('http://127.0.0.1:1/', 'CSV')")
	w.until(`document.querySelector('.failure[data-kind=refused] pre')?.innerText.includes("privileges")`)
	run("SELECT number FROM numbers(10000000)")
	w.until(`document.querySelector('.failure[data-kind=heavy]')`)
	if after := told(t, sql, "SELECT count() FROM notice_rows"); after != before {
		t.Errorf("%s rows, then %s", before, after)
	}
	run("SELECT category_en, count() AS n FROM incidents GROUP BY 1 ORDER BY n DESC")
	first := strings.Split(told(t, sql, "SELECT category_en, count() AS n FROM incidents GROUP BY 1 ORDER BY n DESC LIMIT 1"), ",")
	w.until(`document.querySelector("tbody tr")?.innerText.startsWith(` + quote(strings.Trim(first[0], `"`)) + `)`)
	w.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".actions button")].find(b => b.innerText === "Chart").click()`))
	w.until(`document.querySelector(".sql > .chart canvas")`)
	other := openTab(t, server, phone) // the address says it all
	other.open(get1[string](w, "location.pathname + location.search"))
	other.until(`document.querySelector(".sql > .chart canvas") && document.documentElement.scrollWidth <= innerWidth`)
}

// Whatever is wrong, the page says what, and what to do.
func TestWhatIsWrongIsTold(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.refusals = true
	for path, kind := range map[string]string{
		"/d/nothing":                                 "not_found",
		"/nothing/at/all":                            "not_found",
		"/n/00000000000000000000000000000000":        "not_found",
		"/n/%3Cscript%3E":                            "chosen",
		"/d/overview?from=2024-13-45":                "chosen",
		"/d/overview?from=2025-01-01&to=2024-01-01":  "chosen",
		"/d/overview?var-severity=worst":             "chosen",
		"/d/overview?var-nothing=1":                  "chosen",
		"/search?q=" + strings.Repeat("a+", 12):      "chosen",
		"/sql?sql=" + url.QueryEscape("SELECT nope"): "refused",
	} {
		w.open(path)
		w.until(`document.querySelector(".failure[data-kind=` + kind + `]")`)
	}
}

func TestAnEmptyWarehouseSaysSo(t *testing.T) {
	address := chdbtest.URL(t)
	server, sql := pagesOf(t, address, nil)
	w := openTab(t, server, laptop)
	w.refusals = true
	w.open("/?lang=en")
	w.until(`document.querySelector("main > .failure[data-kind=tables]")?.innerText.includes("owabi setup")`)
	if err := sql.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.open("/?lang=en")
	w.until(`document.querySelector(".hint")?.innerText.includes("owabi up")`)
	w.shown()
}

func TestWithoutClickHouse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	listener.Close()
	server, _ := pagesOf(t, nobody, nil)
	w := openTab(t, server, laptop)
	w.refusals = true
	w.open("/?lang=ja")
	w.until(`document.querySelector("main > .failure[data-kind=down]")?.innerText.includes("ClickHouse が応答しません")`)
	w.shown()
}

// A browser that is asked for the token sends it with everything.
func TestThePageWithAToken(t *testing.T) {
	server, _ := pages(t, func(c *explorer.Config) { c.Token = "geheim" })
	w := openTab(t, server, laptop)
	w.origin = strings.Replace(server.URL, "http://", "http://anybody:geheim@", 1)
	w.open("/?lang=ja&" + allDays)
	w.shown()
	if get1[bool](w, `!!document.querySelector(".failure")`) {
		t.Error(get1[string](w, "document.body.innerText"))
	}
}

func TestHeadersKeepABrowserFromMore(t *testing.T) {
	server := httptest.NewServer(explorer.Config{Metrics: prometheus.NewRegistry(), Pages: &explorer.Pages{Warehouse: &warehouse.Warehouse{}}}.Handler())
	defer server.Close()
	response, err := http.Get(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	policy := response.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("policy %q", policy)
	}
	// A page of another site may not send what changes or costs.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/sql", strings.NewReader(`{"sql":"SELECT 1"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "http://evil.example")
	if response, err = http.DefaultClient.Do(r); err != nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("%v, %v", response, err)
	}
}
