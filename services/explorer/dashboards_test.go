package explorer_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/grafana"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
	"owabi/services/explorer"
)

// allDays holds every notice of the demo, whatever day it is today.
const allDays = "from=2022-01-01&to=2026-12-31"

// Every dashboard draws every panel with data, in both languages and themes, on a
// phone and on a wall, and nothing is wider than the screen.
func TestEveryDashboardShowsData(t *testing.T) {
	server, _ := pages(t, nil)
	for _, d := range grafana.Dashboards() {
		if d.Hidden {
			continue
		}
		for lang, s := range map[grafana.Language]screen{grafana.Japanese: phone, grafana.English: wall} {
			t.Run(d.UID+"/"+string(lang), func(t *testing.T) {
				w := openTab(t, server, s)
				path := "/d/" + d.UID + "?lang=" + string(lang)
				if d.UID != "pipeline" { // which is about when notices were fetched: now
					path += "&" + allDays
				}
				w.open(path)
				w.shown()
				if bad := get1[[]string](w, `[...document.querySelectorAll(".failure, .empty")].map(e => e.closest(".panel")?.innerText ?? e.innerText)`); len(bad) > 0 {
					t.Errorf("panels without data: %q", bad)
				}
				if blank := get1[[]string](w, `[...document.querySelectorAll(".panel.stacked, .panel.lines, .panel.bars")].filter(p => {
						const canvas = p.querySelector("canvas");
						if (!canvas) return true;
						const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
						return new Set(new Uint32Array(pixels.buffer)).size < 10;
					}).map(p => p.innerText)`); len(blank) > 0 {
					t.Errorf("charts that show nothing: %q", blank)
				}
				if wide := get1[int](w, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
					t.Errorf("%d pixels wider than the screen", wide)
				}
				if title, want := get1[string](w, "document.querySelector('h1').innerText"), lang.Of(d.Title); title != want {
					t.Errorf("the title is %q, want %q", title, want)
				}
			})
		}
	}
}

const firstFigure = `document.querySelector('[data-panel="1"] dd')?.innerText.replaceAll(",", "")`

func TestVariablesChangeTheNumbersToWhatSQLSays(t *testing.T) {
	server, sql := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=ja&" + allDays)
	w.shown()
	if all, want := get1[string](w, firstFigure), told(t, sql, "SELECT countIf(NOT follow_up) FROM incidents WHERE published BETWEEN '2022-01-01' AND '2026-12-31'"); all != want {
		t.Errorf("incidents: %s, SQL says %s", all, want)
	}
	w.do(
		click(`[data-variable=category] > button`),
		click(`[data-variable=category] input[value=misdelivery]`),
		click(`[data-variable=category] input[value=theft]`),
		chromedp.KeyEvent(kb.Escape),
	)
	want := told(t, sql, "SELECT countIf(NOT follow_up) FROM incidents WHERE category IN ('misdelivery', 'theft') AND published BETWEEN '2022-01-01' AND '2026-12-31'")
	w.until(firstFigure + " === " + quote(want))
	address := get1[string](w, "location.pathname + location.search")
	if !strings.Contains(address, "var-category=misdelivery&var-category=theft") {
		t.Errorf("the address is %s", address)
	}
	other := openTab(t, server, laptop)
	other.open(address)
	other.until(firstFigure + " === " + quote(want))

	// A time range typed by hand, and a value looked up.
	organization := told(t, sql, "SELECT organization_key FROM incidents WHERE category = 'theft' GROUP BY 1 ORDER BY count() DESC, 1 LIMIT 1")
	other.open("/d/overview?lang=en&from=2023-06-01&to=2024-05-31&var-organization=" + url.QueryEscape(organization))
	other.until(firstFigure + " === " + quote(told(t, sql, "SELECT countIf(NOT follow_up) FROM incidents WHERE organization_key = '"+organization+"' AND published BETWEEN '2023-06-01' AND '2024-05-31'")))
}

func TestDrillDownArrivesAtTheNotice(t *testing.T) {
	server, sql := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=en&" + allDays)
	w.shown()
	// The bars as a table: its rows lead where the bars do, for the keyboard.
	w.do(click(`[data-panel="3"] button[aria-label="As a table"]`), click(`[data-panel="3"] tbody tr:first-child a`))
	w.until(`location.pathname === "/d/notices"`)
	w.shown()
	query := get1[string](w, "location.search")
	values, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil || values.Get("var-month") == "" || values.Get("var-category") == "" || values.Get("from") != "2022-01-01" {
		t.Errorf("the notices are asked for by %s, %v", query, err)
	}
	want := told(t, sql, "SELECT toString(count()) FROM incidents WHERE category = '"+values.Get("var-category")+"' AND formatDateTime(published, '%Y-%m') = '"+values.Get("var-month")+"'")
	if got := get1[string](w, `String(document.querySelectorAll("tbody tr").length)`); `"`+got+`"` != want && got != want {
		t.Errorf("%s notices behind the bar, SQL says %s", got, want)
	}
	w.do(click(`tbody tr:first-child td:nth-child(2)`))
	w.until(`location.pathname.startsWith("/n/") && document.querySelector("article mark")`)
	w.do(chromedp.NavigateBack())
	w.until(`location.pathname === "/d/notices" && document.querySelector("tbody tr")`)
	w.do(chromedp.NavigateBack())
	w.until(`location.pathname === "/d/overview"`)

	// A bar itself.
	w.shown()
	w.do(chromedp.ScrollIntoView(chromedp.CSS(`[data-panel="4"] canvas`)))
	box := get1[[]float64](w, `(r => [r.left, r.top, r.width, r.height])(document.querySelector('[data-panel="4"] canvas').getBoundingClientRect())`)
	w.do(chromedp.MouseClickXY(box[0]+box[2]*0.35, box[1]+box[3]*0.05))
	w.until(`location.pathname === "/d/notices" && location.search.includes("var-sector=")`)
}

// Over all time the notices without a day of publication count too, and data that
// were made up are said to be so.
func TestAllTimeAndSyntheticData(t *testing.T) {
	server, sql := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=en")
	w.shown()
	w.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".range button")].find(b => b.innerText === "All time").click()`))
	w.until(`location.search.includes("from=all")`)
	w.until(firstFigure + " === " + quote(told(t, sql, "SELECT countIf(NOT follow_up) FROM incidents")))
	w.until(`[...document.querySelectorAll('[data-panel="1"] dd')].at(-1).innerText === ` + quote(told(t, sql, "SELECT count() FROM incidents WHERE published IS NULL")))
	made, all := told(t, sql, "SELECT countIf(synthetic) FROM notices"), told(t, sql, "SELECT count() FROM notices")
	w.until(`document.querySelector(".made-up")?.innerText.startsWith("Demonstration data: ` + made + ` of ` + all + ` notices are synthetic.")`)
	w.do(click(".made-up button"))
	w.until(firstFigure + " === " + quote(told(t, sql, "SELECT countIf(NOT follow_up) FROM incidents WHERE NOT synthetic")) + ` && !document.querySelector(".made-up")`)
	w.open("/d/overview?lang=ja&from=all")
	w.until(`document.querySelector(".made-up")?.innerText.includes("実在の組織や出来事ではありません")`)

	// The notice that does not say when it was published comes last, and says so.
	id := told(t, sql, "SELECT notice_id FROM incidents WHERE published IS NULL")
	w.open("/n/" + id + "?lang=ja")
	w.until(`document.querySelector(".lead")?.innerText.includes("公表日 不明")`)
	if raw := get1[[]string](w, `[...document.querySelectorAll(".facts dd, .readings li")].map(e => e.innerText).filter(t => /\dT\d|Z$|\+09:00/.test(t))`); len(raw) > 0 {
		t.Errorf("moments as machines write them: %q", raw)
	}
	w.until(`[...document.querySelectorAll(".facts dd")].some(e => e.innerText.startsWith("2024-06-07 10:30"))`)
}

// A phone shows filters on demand, and a row of many columns as a card.
func TestOnAPhone(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, phone)
	w.open("/d/notices?lang=ja&" + allDays)
	w.shown()
	if shown := get1[bool](w, `document.querySelector("[data-variable=category]").checkVisibility()`); shown {
		t.Error("the filters are open at first")
	}
	w.do(click(".variables .narrow"), click("[data-variable=category] > button"), click("[data-variable=category] input[value=theft]"))
	w.until(`document.querySelector(".variables .narrow").innerText === "絞り込み (1)"`)
	w.shown()
	if cut := get1[[]string](w, `[...document.querySelectorAll("tbody td bdi")].filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.innerText)`); len(cut) > 0 {
		t.Errorf("cut at the edge: %q", cut)
	}
}

func TestDraggingZoomsIn(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=ja&" + allDays)
	w.shown()
	w.drag(3, 0.3, 0.6)
	w.until(`!location.search.includes("from=2022-01-01")`)
	w.shown()
	values, err := url.ParseQuery(strings.TrimPrefix(get1[string](w, "location.search"), "?"))
	from, to := values.Get("from"), values.Get("to")
	if err != nil || !strings.HasSuffix(from, "-01") || from <= "2023-01-01" || to >= "2026-01-01" || from >= to {
		t.Errorf("zoomed to %s – %s, %v", from, to, err)
	}
	w.do(chromedp.NavigateBack())
	w.until(`location.search.includes("from=2022-01-01")`)
}

// A day is written the same way everywhere, whatever the browser's own language is,
// and typed in any way that Japan writes it; shares have one digit.
func TestDaysAndSharesAreWrittenAlike(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.refusals = true
	w.open("/d/overview?lang=ja&" + allDays)
	w.shown()
	const days = `[...document.querySelectorAll(".range input")].filter(e => e.checkVisibility({opacityProperty: true})).map(e => e.type + " " + e.value).join()`
	w.until(days + ` === "text 2022-01-01,text 2026-12-31"`)
	for typed, day := range map[string]string{
		"２０２４年２月３日": "2024-02-03", "2024/5/1": "2024-05-01", "20240601": "2024-06-01", "2024-07-01": "2024-07-01",
		"令和6年5月2日": "2024-05-02", "令和元年５月１日": "2019-05-01", "㋿６年１２月３１日": "2024-12-31", "平成31年4月30日": "2019-04-30", "昭和64年1月7日": "1989-01-07", "R6.5.3": "2024-05-03",
	} {
		w.do(chromedp.Focus(chromedp.CSS(".range input")), chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`))
		w.enter(typed)
		w.do(chromedp.KeyEvent(kb.Enter))
		w.until(`new URLSearchParams(location.search).get("from") === ` + quote(day) + ` && document.querySelector(".range input").value === ` + quote(day))
		if !get1[bool](w, `document.activeElement === document.querySelector(".range input")`) {
			t.Fatalf("%s: the focus is on %s afterwards", typed, get1[string](w, "document.activeElement.outerHTML.slice(0, 200)"))
		}
	}
	w.shown()
	if uneven := get1[[]string](w, `[...document.querySelectorAll("td, dd")].map(e => e.innerText).filter(t => /^\d+%$/.test(t))`); len(uneven) > 0 {
		t.Errorf("shares without a digit beside shares with one: %q", uneven)
	}
	w.do(chromedp.Focus(chromedp.CSS(".range input")), chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`))
	w.enter("きのう")
	w.do(chromedp.KeyEvent(kb.Enter))
	w.until(`document.querySelector(".failure[data-kind=chosen]") && document.querySelector(".range input").value === "きのう"`)
}

// Days are Japan's: of what is asked for, and of what was dragged over.
func TestDaysAreJapans(t *testing.T) {
	address := chdbtest.URLOf(t, "days")
	loader := openWarehouse(t, warehouse.Config{URL: address})
	if err := loader.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows []warehouse.Row
	for _, fetched := range []string{"2024-03-01T16:00:00Z", "2024-03-01T17:00:00Z", "2024-03-02T16:00:00Z"} {
		at, err := time.Parse(time.RFC3339, fetched)
		if err != nil {
			t.Fatal(err)
		}
		n := untitled
		n.Title, n.FetchedAt, n.Lang = fetched, at, "ja"
		n.ID = n.ComputeID()
		read := notice.Classification{NoticeID: n.ID, Source: n.Source, Title: &n.Title, Published: &n.Published, IsIncident: true, Category: notice.Loss,
			Sector: notice.Education, Severity: notice.SeverityMinor, Classifier: notice.ClassifiedBy{Version: "1", RulesSHA256: strings.Repeat("0", 64)}}
		rows = append(rows, warehouse.Row{Classified: notice.Classified{Notice: &n, Classification: read}, ClassifiedAt: at.Add(time.Second)})
	}
	if rejected, err := loader.Load(t.Context(), rows); err != nil || len(rejected) > 0 {
		t.Fatalf("%v %v", rejected, err)
	}
	server, _ := pagesOf(t, address, nil)
	if status, body := send(t, server, "GET", "/api/dashboards/pipeline/panels/1?from=2024-03-02&to=2024-03-02", ""); status != 200 || !strings.Contains(body, `"rows":[[2,`) {
		t.Errorf("fetched on the second of March: %d %s", status, body)
	}
	w := openTab(t, server, laptop)
	w.open("/d/pipeline?lang=en&from=2024-03-01&to=2024-03-30")
	w.shown()
	w.drag(2, 0.2, 0.9)
	w.until(`location.search.includes("from=2024-03-02") && location.search.includes("to=2024-03-03")`)
	// A bar of seven days is all of them, as far as they are in the time range.
	for asked, zoomed := range map[[2]string][2]string{
		{"2024-01-01", "2024-12-31"}: {"2024-02-29", "2024-03-06"},
		{"2024-03-01", "2025-02-28"}: {"2024-03-01", "2024-03-06"},
		{"2023-03-04", "2024-03-03"}: {"2024-02-29", "2024-03-03"},
	} {
		w.open("/d/pipeline?lang=en&from=" + asked[0] + "&to=" + asked[1])
		w.shown()
		w.drag(2, 0.2, 0.9)
		w.until(fmt.Sprintf(`location.search.includes("from=%s&to=%s")`, zoomed[0], zoomed[1]))
	}
}

func TestKeyboard(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/?lang=en&" + allDays)
	w.shown()
	w.do(chromedp.KeyEvent("2"))
	w.until(`location.pathname === "/d/organizations"`)
	w.do(chromedp.KeyEvent("?"))
	w.until(`document.querySelector("dialog").open`)
	w.do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("t"))
	w.until(`!document.querySelector("dialog").open && document.documentElement.dataset.theme === "dark"`)
	w.do(chromedp.KeyEvent("l"))
	w.until(`document.documentElement.lang === "ja"`)
	w.do(chromedp.KeyEvent("/"))
	w.until(`document.activeElement.name === "q"`)
	w.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`)) // the simulated key also writes itself
	w.enter("ＵＳＢ 紛失")
	w.do(chromedp.KeyEvent(kb.Enter))
	w.until(`location.pathname === "/search" && new URLSearchParams(location.search).get("q") === "ＵＳＢ 紛失" && document.querySelectorAll(".hits li").length > 3`)
	hits := get1[[]string](w, `[...document.querySelectorAll(".hits li")].map(li => [...li.querySelectorAll("mark")].map(m => m.innerText).join("|"))`)
	for _, marks := range hits {
		if !strings.Contains(marks, "USB") && !strings.Contains(marks, "ＵＳＢ") && !strings.Contains(marks, "紛失") {
			t.Errorf("a hit without its words marked: %q", marks)
		}
	}
	w.do(chromedp.KeyEvent(kb.Tab)) // out of the field
	w.do(chromedp.Focus(chromedp.CSS(".hits a")), chromedp.KeyEvent(kb.Enter))
	w.until(`location.pathname.startsWith("/n/") && document.querySelector("article mark")`)
	w.do(chromedp.KeyEvent("s"))
	w.until(`location.pathname === "/sql" && document.querySelector("tbody tr")`)
}

func TestLinksToGrafana(t *testing.T) {
	server, _ := pages(t, func(c *explorer.Config) { c.Pages.Grafana = "https://grafana.example.org/" })
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=en&from=2024-01-01&to=2024-01-31&var-category=theft")
	w.until(`document.querySelector(".range a")?.href === "https://grafana.example.org/d/owabi-overview-en?from=1704034800000&to=1706713199000&var-category=theft"`)
}

// Keys alone do nothing beside Ctrl, Alt or Meta, and nothing when they are switched
// off, which lasts.
func TestKeysCanBeSwitchedOff(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/sql?lang=en")
	w.until(`document.querySelector("main h1, main textarea")`)
	const theme = `document.documentElement.dataset.theme`
	press := func(with string) {
		w.do(chromedp.Evaluate[chromedp.Void](`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "t", bubbles: true, ` + with + `}))`))
	}
	still := func(when string) {
		t.Helper()
		if got := get1[string](w, theme); got != "light" {
			t.Errorf("%s: the theme is %s", when, got)
		}
	}
	for _, with := range []string{"ctrlKey: true", "altKey: true", "metaKey: true"} {
		press(with)
		still(with)
	}
	turn := func() {
		w.do(click(`.tools button[aria-label="Keys"]`))
		w.until(`document.querySelector("dialog").open`)
		w.do(click("dialog input"), click("dialog button"))
		w.until(`!document.querySelector("dialog").open`)
	}
	turn()
	press("")
	w.open("/sql?lang=en")
	w.until(`document.querySelector("main h1, main textarea")`)
	still("switched off")
	press("")
	w.open("/sql?lang=en")
	w.until(`document.querySelector("main h1, main textarea")`)
	still("switched off before")
	turn()
	press("")
	w.until(theme + ` === "dark"`)
}

// The API refuses what cannot be, and says what kind of thing is wrong.
func TestRefusals(t *testing.T) {
	server, _ := pages(t, nil)
	for path, want := range map[string]string{
		"/api/nothing":                                                      "not_found",
		"/api/dashboards/nothing/panels/1":                                  "not_found",
		"/api/dashboards/overview/panels/99":                                "not_found",
		"/api/dashboards/overview/panels/x":                                 "not_found",
		"/api/dashboards/overview/variables/nothing":                        "not_found",
		"/api/dashboards/overview/panels/1?from=2024-13-45":                 "chosen",
		"/api/dashboards/overview/panels/1?from=yesterday":                  "chosen",
		"/api/dashboards/overview/panels/1?from=2024-02-01&to=2024-01-01":   "chosen",
		"/api/dashboards/overview/panels/1?from=0001-01-01":                 "chosen",
		"/api/dashboards/overview/panels/1?var-nothing=1":                   "chosen",
		"/api/dashboards/overview/panels/1?var-severity=worst":              "chosen",
		"/api/dashboards/overview/panels/1?var-synthetic=a&var-synthetic=b": "chosen",
		"/api/notices/nothing":                                              "chosen",
		"/api/notices/00000000000000000000000000000000":                     "not_found",
		"/api/search":                               "chosen",
		"/api/search?q=a&offset=-1":                 "chosen",
		"/api/search?q=" + strings.Repeat("a+", 20): "chosen",
	} {
		status, body := send(t, server, "GET", path, "")
		var refused struct{ Error, Kind string }
		if err := json.Unmarshal([]byte(body), &refused); err != nil || status < 400 || status >= 500 || refused.Kind != want || refused.Error == "" {
			t.Errorf("%s: %d %s, want %s", path, status, body, want)
		}
	}
}

// Whatever is chosen stays a value.
func TestValuesAreBound(t *testing.T) {
	server, w := pages(t, nil)
	for _, value := range []string{"' OR 1=1 --", `\' OR 1=1 --`, "{x:String}", "'); DROP TABLE notice_rows; --", "%", "\x00"} {
		for _, path := range []string{
			"/api/dashboards/notices/panels/1?" + allDays + "&var-organization=" + url.QueryEscape(value),
			"/api/dashboards/notices/panels/1?" + allDays + "&var-contractor=" + url.QueryEscape(value),
			"/api/search?q=" + url.QueryEscape(value+"☃"),
		} {
			status, body := send(t, server, "GET", path, "")
			if status != 200 || !strings.Contains(body, `"rows":[]`) {
				t.Errorf("%s: %d %.300s", path, status, body)
			}
		}
	}
	if n := told(t, w, "SELECT count() > 500 FROM notice_rows"); n != "true" && n != "1" {
		t.Errorf("rows are gone: %s", n)
	}
}
