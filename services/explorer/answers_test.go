package explorer_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
	"owabi/services/explorer"
)

// remembering serves the pages over an empty warehouse of its own, and counts where
// answers came from.
func remembering(t *testing.T) (server *httptest.Server, w *warehouse.Warehouse, from func() (kept, shared, asked int)) {
	t.Helper()
	return rememberingAt(t, chdbtest.URLOf(t, "remembering"))
}

func rememberingAt(t *testing.T, address string) (server *httptest.Server, w *warehouse.Warehouse, from func() (kept, shared, asked int)) {
	t.Helper()
	answers := explorer.NewAnswers()
	server, w = pagesOf(t, address, func(c *explorer.Config) { c.Pages.Answers = answers })
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return server, w, func() (int, int, int) {
		registry := prometheus.NewRegistry()
		registry.MustRegister(answers)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, f := range families {
			for _, m := range f.Metric {
				if f.GetName() == "owabi_explorer_answers_total" {
					count[m.Label[0].GetValue()] = int(m.Counter.GetValue())
				}
			}
		}
		return count["kept"], count["shared"], count["clickhouse"]
	}
}

// loadOne loads a notice of an organization and returns its id.
func loadOne(t *testing.T, w *warehouse.Warehouse, organization string) string {
	t.Helper()
	n := notice.Notice{Source: "test", Publisher: organization, Published: "2024-05-01", Title: "お詫び", Body: organization + "の通知", FetchedAt: time.Now(), Lang: "ja"}
	n.ID = n.ComputeID()
	c := notice.Classification{
		NoticeID: n.ID, Source: n.Source, Title: &n.Title, Published: &n.Published, IsIncident: true, Category: notice.Loss, Sector: notice.Telecom, Severity: notice.SeverityMinor,
		Organization: notice.Organization{Name: &organization, Key: &organization}, Classifier: notice.ClassifiedBy{Version: "1", RulesSHA256: strings.Repeat("0", 64)},
	}
	rejected, err := w.Load(t.Context(), []warehouse.Row{{Classified: notice.Classified{Notice: &n, Classification: c}, ClassifiedAt: time.Now()}})
	if err != nil || len(rejected) > 0 {
		t.Fatal(err, rejected)
	}
	return n.ID
}

const latestNotices = "/api/dashboards/notices/panels/1?lang=ja&from=2024-01-01&to=2024-12-31"

// What was asked once is not asked again until something was loaded, and what was
// erased is never told again.
func TestAnswersAreKeptUntilTheTablesChange(t *testing.T) {
	server, w, from := remembering(t)
	erased := loadOne(t, w, "消える会社")
	see := func(path string, kept bool, want ...string) {
		t.Helper()
		before, _, _ := from()
		status, body := send(t, server, "GET", path, "")
		after, _, _ := from()
		if status != 200 || (after > before) != kept {
			t.Errorf("%s: status %d, kept %v, want %v", path, status, after > before, kept)
		}
		for _, name := range []string{"消える会社", "残る会社"} {
			if found := strings.Contains(body, name); found != strings.Contains(strings.Join(want, " "), name) {
				t.Errorf("%s: %s is there: %v\n%s", path, name, found, body)
			}
		}
	}
	see(latestNotices, false, "消える会社")
	see(latestNotices, true, "消える会社")
	see(strings.Replace(latestNotices, "ja", "en", 1), false, "消える会社")
	see(latestNotices+"&var-category=theft", false)
	see(latestNotices, true, "消える会社")
	see("/api/dashboards/notices/variables/organization?lang=ja&from=all", false, "消える会社")
	see("/api/dashboards/notices/variables/organization?lang=ja&from=all", true, "消える会社")
	loadOne(t, w, "残る会社")
	see(latestNotices, false, "消える会社", "残る会社")
	see(latestNotices, true, "消える会社", "残る会社")
	if err := w.Forget(t.Context(), []string{erased}); err != nil {
		t.Fatal(err)
	}
	see(latestNotices, false, "残る会社")
	see(latestNotices, true, "残る会社")
}

// People who open a page at once ask its questions once.
func TestEqualQuestionsAreAskedOnce(t *testing.T) {
	server, w, from := remembering(t)
	loadOne(t, w, "ある会社")
	const people = 20
	var wg sync.WaitGroup
	for range people {
		wg.Go(func() {
			if status, body := send(t, server, "GET", latestNotices, ""); status != 200 || !strings.Contains(body, "ある会社") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	wg.Wait()
	if kept, shared, asked := from(); asked != 1 || kept+shared != people-1 {
		t.Errorf("kept %d, shared %d, asked %d of %d", kept, shared, asked, people)
	}
}

// While nobody can tell whether the tables have changed, nothing that is kept is told,
// and nothing of it is lost.
func TestAFailedLookDropsNothing(t *testing.T) {
	proxy, err := faultproxy.Start(chdbtest.URLOf(t, "unlooked"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	server, w, from := rememberingAt(t, proxy.URL())
	loadOne(t, w, "ある会社")
	for _, c := range []struct {
		name        string
		fault       faultproxy.Fault
		kept, asked int
	}{
		{"asked", faultproxy.None, 0, 1},
		{"kept", faultproxy.None, 1, 1},
		{"no look", onLook(faultproxy.Refuse(241, "MEMORY_LIMIT_EXCEEDED", "Memory limit exceeded")), 1, 2},
		{"the connection of the look breaks", onLook(faultproxy.Reset), 1, 3},
		{"kept still", faultproxy.None, 2, 3},
		{"a look that is never allowed: asked, and kept for a while", onLook(faultproxy.Refuse(497, "ACCESS_DENIED", "Not enough privileges")), 2, 4},
		{"kept for a while", onLook(faultproxy.Refuse(497, "ACCESS_DENIED", "Not enough privileges")), 3, 4},
	} {
		proxy.Use(c.fault)
		status, body := send(t, server, "GET", latestNotices, "")
		if kept, _, asked := from(); status != 200 || !strings.Contains(body, "ある会社") || kept != c.kept || asked != c.asked {
			t.Errorf("%s: %d, kept %d (want %d), asked %d (want %d)", c.name, status, kept, c.kept, asked, c.asked)
		}
	}
}

// onLook keeps a fault to the look at the tables.
func onLook(fault faultproxy.Fault) faultproxy.Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err == nil && bytes.Contains(body, []byte("FROM system.parts")) {
			fault(w, r, forward)
			return
		}
		forward.ServeHTTP(w, r)
	}
}

// A fault of owabi's own is told as one, where it happens and in the log.
func TestAFaultIsToldAndLogged(t *testing.T) {
	var log bytes.Buffer
	server := httptest.NewServer(explorer.Config{
		Metrics: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Pages: &explorer.Pages{Warehouse: &warehouse.Warehouse{}}, // which no caller may give
	}.Handler())
	defer server.Close()
	status, body := send(t, server, "GET", latestNotices, "")
	if status != http.StatusInternalServerError || !strings.Contains(body, `"kind":"broken"`) || strings.Contains(body, "goroutine") {
		t.Errorf("%d %s", status, body)
	}
	if said := log.String(); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "warehouse.go") && !strings.Contains(said, "query.go") {
		t.Errorf("the log says %s", said)
	}
	if status, _ := send(t, server, "GET", "/api/dashboards", ""); status != http.StatusOK {
		t.Errorf("then %d", status)
	}
}
