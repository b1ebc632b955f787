package main

import (
	"net/http"
	"strings"
	"testing"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/warehouse"
)

// The explorer as a process of its own shows what is in somebody's ClickHouse, and
// lets people ask in SQL only as a user who was named for it.
func TestExplorerBesideAClickHouse(t *testing.T) {
	address := chdbtest.URL(t)
	w, err := warehouse.Open(warehouse.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		flags  []string
		status int
	}{
		{"closed", nil, http.StatusForbidden},
		{"open", []string{"--explorer-clickhouse-user", "default"}, http.StatusOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := launch(t, nil, append([]string{"explorer", "--clickhouse-url", address, "--http-listen", anyPort}, c.flags...)...)
			page := strings.TrimSpace(p.says("HTTP:"))
			if status, body := fetchPage(t, page+"/api/state"); status != http.StatusOK || body != `{"notices":0,"synthetic":0}` {
				t.Errorf("state: %d %s", status, body)
			}
			response, err := http.Post(page+"/api/sql", "application/json", strings.NewReader(`{"sql":"SELECT 1"}`))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != c.status {
				t.Errorf("SQL: %s", response.Status)
			}
		})
	}
	for _, grafana := range []string{"grafana.example.org", "javascript:alert(1)", "https://"} {
		var said strings.Builder
		if status := run([]string{"explorer", "--clickhouse-url", address, "--grafana", grafana}, stdio{err: &said}); status != exitUsage || !strings.Contains(said.String(), "--grafana") {
			t.Errorf("--grafana %s: %d %s", grafana, status, &said)
		}
	}
	var said strings.Builder
	if status := run([]string{"explorer"}, stdio{err: &said}); status != exitUsage || !strings.Contains(said.String(), "needs --clickhouse-url") {
		t.Errorf("without a ClickHouse: %d %s", status, &said)
	}
}
