package explorer_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
	"owabi/services/explorer"
)

// copies makes many notices of few.
var copies = flag.Int("copies", 1, "how often each notice stands in the benchmark's warehouse, as another's, in another year")

// multiply fills the facts up: each notice of the demo once more for every copy,
// as one of ten years and of other organizations.
func multiply(b *testing.B, sql *warehouse.Warehouse) {
	b.Helper()
	run := func(statement string) {
		if err := sql.Query(b.Context(), statement, warehouse.FormatCSV, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	run("CREATE TABLE demo_rows ENGINE = Memory AS SELECT * FROM notice_rows")
	for from := 1; from < *copies; from += 100 {
		run(fmt.Sprintf(`INSERT INTO notice_rows SELECT r.* REPLACE (
    concat(substring(r.notice_id, 1, 24), leftPad(lower(hex(n.number)), 8, '0')) AS notice_id, r.published - toIntervalYear(n.number %% 10) AS published,
    concat(r.organization_key, toString(n.number %% 199)) AS organization_key)
FROM demo_rows AS r CROSS JOIN numbers(%d, %d) AS n SETTINGS max_partitions_per_insert_block = 0`, from, min(100, *copies-from)))
	}
	run("DROP TABLE demo_rows")
}

// connections are as many as a browser opens to one server.
const connections = 6

// largeURL names a ClickHouse with notices, for example of owabi up on a large data
// folder, which the benchmark asks in place of its own.
const largeURL = "OWABI_BENCH_CLICKHOUSE_URL"

// readerOfBench opens the notices as the pages do, and tells how many there are.
func readerOfBench(b *testing.B) (reader *warehouse.Warehouse, rows string) {
	b.Helper()
	if address := os.Getenv(largeURL); address != "" {
		reader = openWarehouse(b, warehouse.Config{URL: address, MaxConnections: explorer.MaxConnections})
		return reader, told(b, reader, "SELECT count() FROM notices")
	}
	address, err := demo()
	if err != nil {
		b.Fatal(err)
	}
	sql := openWarehouse(b, warehouse.Config{URL: address})
	if *copies > 1 {
		multiply(b, sql)
	}
	return openWarehouse(b, readerOf(address)), told(b, sql, "SELECT count() FROM notices")
}

// BenchmarkDashboard loads each dashboard through the API as the page does, all its
// panels at once, warm: for the first time, when ClickHouse is asked every question,
// and for the second, when it is asked whether anything has changed since. The default
// time range, and all time.
func BenchmarkDashboard(b *testing.B) {
	reader, rows := readerOfBench(b)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	for _, d := range grafana.Dashboards() {
		if d.Hidden {
			continue
		}
		for name, from := range map[string]string{"years": "", "all": "&from=all"} {
			open := func() *httptest.Server {
				cfg := explorer.Config{Metrics: prometheus.NewRegistry(), Pages: &explorer.Pages{Warehouse: reader}}
				return httptest.NewServer(cfg.Handler())
			}
			load := func(server *httptest.Server) {
				if err := loadPage(client, server.URL, d, from); err != nil {
					b.Fatal(err)
				}
			}
			where := fmt.Sprintf("%s/%s/%s-notices", d.UID, name, rows)
			b.Run(where+"/first", func(b *testing.B) {
				server := open()
				load(server) // the very first is cold
				for b.Loop() {
					b.StopTimer()
					server.Close()
					server = open() // which remembers nothing
					b.StartTimer()
					load(server)
				}
				server.Close()
			})
			b.Run(where+"/second", func(b *testing.B) {
				server := open()
				defer server.Close()
				load(server)
				for b.Loop() {
					load(server)
				}
			})
		}
	}
}

// loadPage asks for all panels of a dashboard, over as many connections as client has.
func loadPage(client *http.Client, address string, d grafana.Dashboard, from string) error {
	var group errgroup.Group
	for _, p := range d.Panels {
		if p.SQL == "" {
			continue
		}
		group.Go(func() error {
			path := fmt.Sprintf("/api/dashboards/%s/panels/%d?lang=ja%s", d.UID, p.ID, from)
			response, err := client.Get(address + path)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			var body strings.Builder
			if err := response.Write(&body); err != nil || response.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %d, %v %.300s", path, response.StatusCode, err, body.String())
			}
			return nil
		})
	}
	return group.Wait()
}
