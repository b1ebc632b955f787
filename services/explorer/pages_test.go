package explorer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/source/synthetic"
	"owabi/pkg/warehouse"
	"owabi/services/explorer"
)

// demoCount is how many synthetic notices the pages of these tests show, nearly
// all published from 2023 to 2025; for pictures and benchmarks as many as in make
// demo.
var demoCount = flag.Int("notices", 700, "synthetic notices behind the pages")

// hostile tries to be anything but text.
var hostile = notice.Notice{
	Source: "test", Publisher: `株式会社"><img src=x onerror=alert(1)>`, Published: "2024-06-05",
	Title: `<script>alert("title")</script> '"` + "\u202eさかさま " + strings.Repeat("不正アクセスのお詫び", 100<<10/30),
	Body: "<script>document.title='stolen'</script>\n\u202e右から左\u202c {{7*7}} <b>太字</b> '; DROP TABLE notice_rows; --\n" +
		"当社は不正アクセスを受け、お客様1,234人の氏名が流出しました。深くお詫び申し上げます。😀終わり",
	URL: "javascript:alert(1)",
}

// untitled has no headline, so that the offsets of its evidence begin with its body.
var untitled = notice.Notice{
	Source: "test", Published: "2024-06-06", Body: "職員がUSBメモリを紛失し、児童生徒321人の氏名が含まれていました。お詫びします。",
}

// undated does not say when it was published.
var undated = notice.Notice{
	Source: "test", Publisher: "株式会社日なし商会", Title: "システム障害のお詫び",
	Body: "2024年6月7日午前10時30分、当社のシステムに障害が発生し、同日11時30分に復旧しました。深くお詫び申し上げます。",
}

// demo fills a database once for all tests, and returns its address.
var demo = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	address := chdbtest.URLOf(&testing.T{}, "demo")
	w, err := warehouse.Open(warehouse.Config{URL: address})
	if err != nil {
		return "", err
	}
	defer w.Close()
	if err := w.Migrate(ctx); err != nil {
		return "", err
	}
	reader, err := classify.New(classify.Options{})
	if err != nil {
		return "", err
	}
	var rows []warehouse.Row
	add := func(n notice.Notice) {
		n.FetchedAt, n.Lang = time.Now().UTC(), "ja"
		n.ID = n.ComputeID()
		c := reader.Classify(n)
		rows = append(rows, warehouse.Row{Classified: notice.Classified{Classification: c, Notice: &n}, ClassifiedAt: time.Now().UTC()})
	}
	records, err := synthetic.Generate(1, *demoCount)
	if err != nil {
		return "", err
	}
	for r := range records {
		title, body := notice.SplitTitle(r.Title, r.Text)
		add(notice.Notice{Source: "synthetic", Publisher: r.Publisher, Title: title, Published: r.Published, Body: body, Synthetic: true})
	}
	add(hostile)
	add(untitled)
	add(undated)
	_, err = w.Load(ctx, rows)
	return address, err
})

// pages serves the explorer as owabi up does, on the demo's data and as a user
// who may only read. It returns a way to ask the same data with all rights.
func pages(t testing.TB, change func(*explorer.Config)) (server *httptest.Server, w *warehouse.Warehouse) {
	t.Helper()
	address, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	return pagesOf(t, address, change)
}

func pagesOf(t testing.TB, address string, change func(*explorer.Config)) (*httptest.Server, *warehouse.Warehouse) {
	t.Helper()
	cfg := explorer.Config{Metrics: prometheus.NewRegistry(), Pages: &explorer.Pages{Warehouse: openWarehouse(t, readerOf(address)), SQL: true}}
	if change != nil {
		change(&cfg)
	}
	server := httptest.NewServer(cfg.Handler())
	t.Cleanup(server.Close)
	return server, openWarehouse(t, warehouse.Config{URL: address})
}

// readerOf is the user who may only read, as whom the pages ask.
func readerOf(address string) warehouse.Config {
	return warehouse.Config{URL: address, User: "explorer", Password: "of the tests", MaxConnections: explorer.MaxConnections}
}

func openWarehouse(t testing.TB, cfg warehouse.Config) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// send asks the API and returns what it answers.
func send(t testing.TB, server *httptest.Server, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, out.String()
}

// askSQL sends a statement as the page does.
func askSQL(t testing.TB, server *httptest.Server, sql, format string) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"sql": sql, "format": format})
	if err != nil {
		t.Fatal(err)
	}
	return send(t, server, http.MethodPost, "/api/sql", string(body))
}

// told asks w and returns the rows as CSV, without their heads and quotes.
func told(t testing.TB, w *warehouse.Warehouse, sql string) string {
	t.Helper()
	var out strings.Builder
	if err := w.Query(t.Context(), sql, warehouse.FormatCSV, &out); err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(out.String(), "\n")
	return strings.ReplaceAll(strings.TrimSpace(rows), `"`, "")
}
