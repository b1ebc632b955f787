package explorer_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"owabi/pkg/grafana"
)

// connections are as many as a browser opens to one server.
const connections = 6

// BenchmarkDashboard loads each dashboard through the API as the page does, all
// its panels at once, warm.
func BenchmarkDashboard(b *testing.B) {
	server, sql := pages(b, nil)
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
					path := fmt.Sprintf("/api/dashboards/%s/panels/%d?lang=ja&%s", d.UID, p.ID, allDays)
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
