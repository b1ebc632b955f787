package explorer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// pixels tells one drawing of a panel's chart from another.
func pixels(panel string) string {
	return `document.querySelector('[data-panel="` + panel + `"] canvas').toDataURL()`
}

// What the pointer does with a chart the keyboard does too: values, the legend, and
// what stands behind a bar.
func TestChartsByKeyboard(t *testing.T) {
	server, sql := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=en&" + allDays)
	w.shown()
	if role := get1[string](w, `(c => [c.role, c.ariaRoleDescription, c.ariaLabel.includes("Enter")].join())(document.querySelector('[data-panel="3"] .chart'))`); role != "application,Chart,true" {
		t.Errorf("the chart's role, its name and whether Enter is told of: %s", role) // any other role leaves the arrow keys to the screen reader
	}
	before := get1[string](w, pixels("3"))
	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="3"] .legend button`)), chromedp.KeyEvent(" "))
	w.until(`document.activeElement.getAttribute("aria-pressed") === "false" && ` + pixels("3") + ` !== ` + quote(before))
	w.do(chromedp.KeyEvent(" "))
	w.until(`document.activeElement.getAttribute("aria-pressed") === "true" && ` + pixels("3") + ` === ` + quote(before))

	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="3"] .chart`)), chromedp.KeyEvent(kb.ArrowRight))
	w.until(`/^2023-\d\d \d+; /.test(document.querySelector('[data-panel="3"] [role=status]').innerText) && document.querySelector('[data-panel="3"] .tip').checkVisibility()`)
	first := get1[string](w, `document.querySelector('[data-panel="3"] [role=status]').innerText`)
	w.do(chromedp.KeyEvent(kb.ArrowRight))
	w.until(`!["", ` + quote(first) + `].includes(document.querySelector('[data-panel="3"] [role=status]').innerText)`)
	w.do(chromedp.KeyEvent(kb.Home))
	w.until(`document.querySelector('[data-panel="3"] [role=status]').innerText === ` + quote(first))

	// What is switched off is not told; the rest is.
	largest := get1[string](w, `document.querySelector('[data-panel="3"] .legend button').innerText`)
	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="3"] .legend button`)), chromedp.KeyEvent(" "))
	w.until(`document.activeElement.getAttribute("aria-pressed") === "false"`)
	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="3"] .chart`)), chromedp.KeyEvent(kb.ArrowRight))
	w.until(`/^2023-\d\d \d+; /.test(document.querySelector('[data-panel="3"] [role=status]').innerText) && !document.querySelector('[data-panel="3"] [role=status]').innerText.includes(` + quote(largest) + `)`)

	// Up and Down choose a series of the month, and Enter leads to its notices.
	lines := get1[[]string](w, `document.querySelector('[data-panel="3"] [role=status]').innerText.split("; ")`)
	if len(lines) < 4 {
		t.Fatalf("too few series in a month to choose from: %q", lines)
	}
	for _, step := range []struct{ key, told string }{{kb.ArrowDown, lines[1]}, {kb.ArrowDown, lines[2]}, {kb.ArrowUp, lines[1]}, {kb.ArrowUp, lines[1]}, {kb.ArrowDown, lines[2]}} {
		w.do(chromedp.KeyEvent(step.key))
		w.until(`[document.querySelector('[data-panel="3"] [role=status]'), document.querySelector('[data-panel="3"] .tip .chosen')].every(e => e.innerText.replace(/\s+/g, " ") === ` + quote(step.told) + `)`)
	}
	w.do(chromedp.KeyEvent(kb.Enter))
	w.until(`location.pathname === "/d/notices" && location.search.includes("var-category=")`)
	category := get1[string](w, `new URLSearchParams(location.search).get("var-category")`)
	if name := told(t, sql, "SELECT any(category_en) FROM incidents WHERE category = '"+category+"'"); !strings.HasPrefix(lines[2], name+" ") {
		t.Errorf("Enter on %q leads to the notices of %s", lines[2], name)
	}
	if month := get1[string](w, `new URLSearchParams(location.search).get("var-month")`); !strings.HasPrefix(lines[0], month) {
		t.Errorf("Enter in %q leads to %s", lines[0], month)
	}
	w.do(chromedp.NavigateBack())
	w.until(`location.pathname === "/d/overview"`)
	w.shown()

	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="4"] .chart`)), chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.Enter))
	w.until(`location.pathname === "/d/notices" && location.search.includes("var-sector=")`)
	w.until(`document.activeElement.tagName === "H1"`) // a screen reader reads on at the new page's title
}

// Two operators of one name are two: each has its button, and its own notices.
func TestOperatorsOfOneName(t *testing.T) {
	address := chdbtest.URLOf(t, "namesakes")
	loader := openWarehouse(t, warehouse.Config{URL: address})
	if err := loader.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	name, published := "市民病院", "2024-06-06"
	var rows []warehouse.Row
	for minutes, key := range map[int64]string{90: "北町市民病院", 30: "南町市民病院"} {
		n := notice.Notice{Source: "test", Title: key, Published: published, Body: "システム障害のお詫び", FetchedAt: time.Now().UTC(), Lang: "ja"}
		n.ID = n.ComputeID()
		read := notice.Classification{NoticeID: n.ID, Source: n.Source, Title: &n.Title, Published: &n.Published, IsIncident: true, Category: notice.SystemOutage,
			Organization: notice.Organization{Name: &name, Key: &key}, Impact: notice.Impact{OutageMinutes: &notice.Duration{Value: minutes}},
			Sector: notice.MedicalWelfare, Severity: notice.SeverityMinor, Classifier: notice.ClassifiedBy{Version: "1", RulesSHA256: strings.Repeat("0", 64)}}
		rows = append(rows, warehouse.Row{Classified: notice.Classified{Notice: &n, Classification: read}, ClassifiedAt: n.FetchedAt})
	}
	if rejected, err := loader.Load(t.Context(), rows); err != nil || len(rejected) > 0 {
		t.Fatalf("%v %v", rejected, err)
	}
	server, _ := pagesOf(t, address, nil)
	w := openTab(t, server, laptop)
	w.open("/d/outages?lang=ja&" + allDays)
	w.shown()
	const legend = `[...document.querySelectorAll('[data-panel="2"] .legend button')].map(b => b.innerText + " " + b.ariaPressed).join()`
	w.until(legend + ` === "市民病院 true,市民病院 true"`)
	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="2"] .legend button`)), chromedp.KeyEvent(" "))
	w.until(legend + ` === "市民病院 false,市民病院 true"`)
	w.do(chromedp.Focus(chromedp.CSS(`[data-panel="2"] .chart`)), chromedp.KeyEvent(kb.ArrowRight))
	w.until(`document.querySelector('[data-panel="2"] [role=status]').innerText === "2024-06 30; 市民病院 30"`)
	w.do(chromedp.KeyEvent(kb.Enter))
	w.until(`location.pathname === "/d/notices" && new URLSearchParams(location.search).get("var-organization") === "南町市民病院"`)
}

func TestSkippingTheMenu(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/d/overview?lang=ja&" + allDays)
	w.shown()
	w.do(chromedp.KeyEvent(kb.Tab))
	w.until(`document.activeElement.innerText === "本文へ" && document.activeElement.getBoundingClientRect().top >= 0`)
	w.do(chromedp.KeyEvent(kb.Enter))
	w.until(`document.activeElement.tagName === "H1"`)
}

// Letters stand out from their ground as WCAG 2.2 AA asks, 4.5 to 1, and the edges of
// what can be filled in 3 to 1.
func TestContrast(t *testing.T) {
	server, _ := pages(t, nil)
	for _, dark := range []bool{false, true} {
		w := openTab(t, server, screen{1440, 900, dark})
		w.open("/search?lang=ja")
		w.until(`document.querySelector("main h1")`)
		low := get1[[]string](w, `(() => {
			const style = getComputedStyle(document.documentElement);
			const light = (name) => {
				const part = (i) => { const c = parseInt(style.getPropertyValue(name).trim().slice(1 + 2 * i, 3 + 2 * i), 16) / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
				return 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2);
			};
			const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
			const pairs = [["--ink", "--ground"], ["--ink", "--paper"], ["--soft", "--ground"], ["--soft", "--paper"], ["--accent", "--ground"], ["--accent", "--paper"], ["--accent", "--wash"], ["--paper", "--accent"],
				["--ink", "--mark"], ["--ink", "--lit"], ["--accent", "--mark"], ["--soft", "--mark"], ["--bad", "--paper"]].map((p) => [...p, 4.5]);
			pairs.push(["--edge", "--paper", 3], ["--edge", "--ground", 3]);
			return pairs.filter(([a, b, least]) => !(ratio(a, b) >= least)).map(([a, b]) => a + " on " + b + ": " + ratio(a, b).toFixed(2));
		})()`)
		if len(low) > 0 {
			t.Errorf("dark %v: %q", dark, low)
		}
	}
}

// A wall of 3840 pixels is filled, and its letters are as large as that asks.
func TestOnAWall(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, screen{3840, 2160, true})
	w.open("/d/overview?lang=ja&" + allDays)
	w.shown()
	if size, width := get1[float64](w, `parseFloat(getComputedStyle(document.body).fontSize)`), get1[float64](w, `document.querySelector(".grid").clientWidth`); size < 28 || width < 3700 {
		t.Errorf("letters of %g pixels, panels over %g", size, width)
	}
	if cut := get1[[]string](w, `[...document.querySelectorAll(".panel h2, dl.stat dd, .legend")].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)`); len(cut) > 0 {
		t.Errorf("cut: %q", cut)
	}
}

// On paper tables are whole and light, and nothing stands there that can only be pressed.
func TestOnPaper(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, screen{800, 1100, true})
	w.open("/d/notices?lang=ja&" + allDays)
	w.shown()
	media := emulation.SetEmulatedMediaParams{Media: "print"}
	w.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, media)
		return err
	}))
	w.until(`!document.querySelector("header.top").checkVisibility() && !document.querySelector(".icon").checkVisibility()`)
	w.until(`[...document.querySelectorAll(".scroll")].every(e => e.scrollHeight <= e.clientHeight + 1) && getComputedStyle(document.body).color === "rgb(27, 33, 41)"`)
}

// What is wrong with all panels alike is said once, with the way back.
func TestOneFaultIsToldOnce(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.refusals = true
	w.open("/d/overview?lang=en&from=2025-01-01&to=2024-01-01&var-category=theft")
	w.until(`document.querySelectorAll(".panel .empty").length > 3 && !document.querySelector(".panel[aria-busy=true]")`)
	if n := get1[int](w, `document.querySelectorAll("[role=alert]").length`); n != 1 {
		t.Errorf("it is told %d times", n)
	}
	w.do(click("main > .failure a"))
	w.until(`location.search === "?lang=en" && !document.querySelector(".failure")`)
	w.shown()
}

// A character that turns the direction of writing shows by its name and turns nothing.
func TestDirectionsAreNotTurned(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	const turned = `[...document.querySelectorAll("h1, article")].map(e => {
		const words = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
		for (let n = words.nextNode(); n; n = words.nextNode()) {
			const at = n.data.indexOf("さか");
			if (at < 0) continue;
			const left = (i) => { const r = document.createRange(); r.setStart(n, at + i); r.setEnd(n, at + i + 1); return r.getBoundingClientRect().left; };
			return left(0) < left(1) ? "as written" : "turned";
		}
		return "missing";
	}).join()`
	w.open("/n/" + hostile.ComputeID() + "?lang=ja")
	w.until(`document.querySelector("article")`)
	if got := get1[string](w, turned); got != "as written,as written" {
		t.Errorf("title and text are %s", got)
	}
	if name := get1[string](w, `getComputedStyle(document.querySelector("article .steer"), "::before").content`); !strings.Contains(name, "U+202E") {
		t.Errorf("it shows as %s", name)
	}
	if title := get1[string](w, "document.title"); strings.Contains(title, "\u202e") {
		t.Errorf("the tab's title is %q", title)
	}
}

// A statement that no address can hold runs all the same, and the page says so.
func TestALongStatement(t *testing.T) {
	server, _ := pages(t, nil)
	w := openTab(t, server, laptop)
	w.open("/sql?lang=en")
	w.until(`document.querySelector("tbody tr")`)
	w.do(chromedp.Focus(chromedp.CSS("textarea")), chromedp.Evaluate[chromedp.Void](`document.querySelector("textarea").select()`))
	w.enter("SELECT 'long' AS said -- " + strings.Repeat("長", 20_000))
	w.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	w.until(`document.querySelector("tbody td")?.innerText === "long" && document.querySelector(".hint")?.innerText.includes("too long") && location.search.length < 100`)
}
