package explorer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one Chromium for all tests of the process.
var browser = sync.OnceValues(func() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), // nothing beyond this machine is found
		chromedp.Flag("lang", "ja"), chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 { // Chromium's sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		endAllocator()
		return nil, fmt.Errorf("Chromium does not start (Debian: apt-get install chromium fonts-noto-cjk): %w", err)
	}
	closeBrowser = func() { end(); endAllocator() }
	return ctx, nil
})

// closeBrowser ends it when the tests are over.
var closeBrowser = func() {}

// tab is a page of the browser. At its end it complains about what went wrong in
// it: exceptions, messages to the console, dialogs, and requests to anywhere else.
type tab struct {
	t      testing.TB
	ctx    context.Context
	server *httptest.Server
	origin string // of the server, with a login where it needs one

	mu       sync.Mutex
	problems []string
	// refusals are expected: answers of 400 and more are no problem.
	refusals bool
}

type screen struct {
	width, height int64
	dark          bool
}

var (
	phone  = screen{390, 844, false}
	laptop = screen{1440, 900, false}
	wall   = screen{2560, 1440, true}
)

func openTab(t testing.TB, server *httptest.Server, s screen) *tab {
	t.Helper()
	b, err := browser()
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(b, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	w := &tab{t: t, ctx: ctx, server: server, origin: server.URL}
	if err := errors.Join(chromedp.Do(ctx), chromedp.Listen(ctx, w.watch)); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	w.do(chromedp.EmulateViewport(s.width, s.height), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, media)
		return err
	}))
	t.Cleanup(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, p := range w.problems {
			t.Errorf("in the browser: %s", p)
		}
	})
	return w
}

func (w *tab) watch(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	problem := func(format string, args ...any) { w.problems = append(w.problems, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem("exception: %s", &chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails})
	case *runtime.EventConsoleAPICalled:
		problem("console.%s: %v", e.Type, e.Args)
	case *log.EventEntryAdded:
		if !w.refusals || e.Entry.Source != log.EntrySourceNetwork {
			problem("log: %s %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *page.EventJavascriptDialogOpening:
		problem("dialog: %s", e.Message)
	case *network.EventRequestWillBeSent:
		if to, err := url.Parse(e.Request.URL); err != nil || to.Scheme != "data" && to.Scheme != "blob" && "http://"+to.Host != w.server.URL {
			problem("request to %.200s", e.Request.URL)
		}
	}
}

func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, steps...); err != nil {
		w.t.Fatal(err)
	}
}

// enter writes text into what has the focus, as an input method does.
func (w *tab) enter(text string) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

func click(selector chromedp.CSS) chromedp.Action[chromedp.Void] { return chromedp.Click(selector) }

// drag draws the mouse over a panel's chart, between two parts of its width.
func (w *tab) drag(panel int, from, to float64) {
	w.t.Helper()
	box := get1[[]float64](w, fmt.Sprintf(`(r => [r.left, r.top, r.width, r.height])(document.querySelector('[data-panel="%d"] canvas').getBoundingClientRect())`, panel))
	x := func(part float64) float64 { return box[0] + box[2]*part }
	y := box[1] + box[3]*0.4
	w.do(
		chromedp.MouseEvent(chromedp.MousePressed, x(from), y, chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseMoved, x((from+to)/2), y, chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseMoved, x(to), y, chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseReleased, x(to), y, chromedp.ButtonLeft),
	)
}

// open loads an address of the page's own.
func (w *tab) open(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.origin + path))
}

// until waits for an expression to be true.
func (w *tab) until(expression string) {
	w.t.Helper()
	err := chromedp.Do(w.ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(40*time.Second)))
	if err != nil {
		w.t.Fatalf("waiting for %s at %s: %v; the page says:\n%.1500s", expression, get1[string](w, "location.href"), err, get1[string](w, "document.body.innerText"))
	}
}

// shown waits until every panel has its answer and is drawn.
func (w *tab) shown() {
	w.t.Helper()
	w.until(`document.querySelector(".panel") && !document.querySelector(".panel[aria-busy=true], .chart:empty")`)
}

// get1 evaluates an expression.
func get1[T any](w *tab, expression string) T {
	w.t.Helper()
	out, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// quote writes a value as JavaScript.
func quote(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return string(data)
}
