package explorer_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
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

// BenchmarkDashboard loads each dashboard through the API as the page does, all
// its panels at once, warm.
func BenchmarkDashboard(b *testing.B) {
	server, sql := pages(b, nil)
	multiply(b, sql)
	rows := told(b, sql, "SELECT count() FROM notice_rows")
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	for _, d := range grafana.Dashboards() {
		if d.Hidden {
			continue
		}
		load := func() error {
			var group errgroup.Group
			for _, p := range d.Panels {
				if p.SQL == "" {
					continue
				}
				group.Go(func() error {
					path := fmt.Sprintf("/api/dashboards/%s/panels/%d?lang=ja", d.UID, p.ID)
					response, err := client.Get(server.URL + path)
					if err != nil {
						return err
					}
					defer response.Body.Close()
					var body strings.Builder
					if err := response.Write(&body); err != nil || response.StatusCode != http.StatusOK {
						return fmt.Errorf("%s: %d, %v", path, response.StatusCode, err)
					}
					return nil
				})
			}
			return group.Wait()
		}
		b.Run(d.UID+"/"+rows+"-notices", func(b *testing.B) {
			if err := load(); err != nil { // the first time is cold
				b.Fatal(err)
			}
			for b.Loop() {
				if err := load(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
