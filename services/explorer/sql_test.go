package explorer_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"owabi/services/explorer"
)

// What a person sends may read the tables, and neither change anything nor reach
// beyond them to files, addresses, programs or its own limits.
func TestSQLReadsTablesAndNothingElse(t *testing.T) {
	server, w := pages(t, nil)
	folder := t.TempDir()
	secret, written := filepath.Join(folder, "secret.csv"), filepath.Join(folder, "written.csv")
	if err := os.WriteFile(secret, []byte("topsecret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 100)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer elsewhere.Close()
	before := told(t, w, "SELECT count(), sum(cityHash64(*)) FROM notice_rows")
	statements, err := os.ReadFile("testdata/refused.sql")
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("SECRET", secret, "WRITTEN", written, "ELSEWHERE", elsewhere.URL, "HOST", strings.TrimPrefix(elsewhere.URL, "http://"))
	for statement := range strings.Lines(string(statements)) {
		statement = strings.TrimSpace(statement)
		if statement == "" || strings.HasPrefix(statement, "--") {
			continue
		}
		for _, format := range []string{"json", "csv"} {
			status, body := askSQL(t, server, fill.Replace(statement), format)
			if status != http.StatusUnprocessableEntity || strings.Contains(body, "topsecret") {
				t.Errorf("%s as %s: %d %s", statement, format, status, body)
			}
		}
	}
	if _, err := os.Stat(written); err == nil {
		t.Error("a file was written")
	}
	select {
	case path := <-asked:
		t.Errorf("an address was fetched: %s", path)
	default:
	}
	if after := told(t, w, "SELECT count(), sum(cityHash64(*)) FROM notice_rows"); after != before {
		t.Errorf("the tables were changed: %s, then %s", before, after)
	}
}

func TestSQLWithinItsLimits(t *testing.T) {
	server, _ := pages(t, nil)
	for _, c := range []struct {
		name, sql, says string
		status          int
	}{
		{"rows", "SELECT number FROM numbers(1000000)", "max rows", 422},
		{"bytes", "SELECT repeat('x', 900000 + number % 2) FROM numbers(100)", "Limit for result exceeded", 422},
		{"bytes that the engine counts once", "SELECT repeat('x', 1000000) FROM numbers(100)", "larger than 64 MiB", 422},
		{"memory", "SELECT length(groupArray(repeat('x', 1000000))) FROM numbers(10000)", "MEMORY_LIMIT_EXCEEDED", 422},
		{"length", "SELECT '" + strings.Repeat("x", 300<<10) + "'", "longer than", 413},
		{"syntax", "SELEC 1", "Syntax error", 422},
		{"nothing", "", "Empty query", 422},
		{"two", "SELECT 1; SELECT 2", "", 422},
		{"two that are each too much", "SELECT * FROM numbers(1000000000) UNION ALL SELECT * FROM numbers(1000000000)", "max rows", 422},
		{"one after another without an end", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r", "recursive", 422},
		{"a format of its own", "SELECT 1 FORMAT CSV", "leave the FORMAT clause out", 422},
		{"a format with settings", "SELECT 1\nformat JSONEachRow SETTINGS output_format_json_quote_64bit_integers = 0;", "leave the FORMAT clause out", 422},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := askSQL(t, server, c.sql, ""); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %.400s; want %d with %q", status, body, c.status, c.says)
			}
		})
	}
}

func TestSQLAnswers(t *testing.T) {
	server, w := pages(t, nil)
	const question = "SELECT category, count() AS n FROM incidents GROUP BY category ORDER BY category"
	status, body := askSQL(t, server, question, "csv")
	_, rows, _ := strings.Cut(body, "\n")
	if want := told(t, w, question); status != 200 || strings.TrimSpace(rows) != want {
		t.Errorf("%d %s; want %s", status, body, want)
	}
	status, body = askSQL(t, server, "SELECT 1 AS a, NULL AS b, 'x' AS c", "json")
	if status != 200 || !strings.Contains(body, `"rows":[[1,null,"x"]]`) {
		t.Errorf("%d %s", status, body)
	}
}

func TestSQLIsClosedWithoutAUserWhoMayOnlyRead(t *testing.T) {
	server, _ := pages(t, func(c *explorer.Config) { c.Pages.SQL = false })
	if status, body := askSQL(t, server, "SELECT 1", ""); status != http.StatusForbidden || !strings.Contains(body, "OWABI_EXPLORER_CLICKHOUSE_USER") {
		t.Errorf("%d %s", status, body)
	}
}

// A page of another site cannot have a statement run, and a file for a spreadsheet
// holds no formula of a notice's.
func TestSQLAcceptsJSONOnly(t *testing.T) {
	server, _ := pages(t, nil)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/sql", strings.NewReader(`{"sql":"SELECT 1"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("Content-Type %q: %s", kind, response.Status)
		}
	}
	if status, body := askSQL(t, server, "SELECT '=1+1' AS a", "spreadsheet"); status != 200 || body != "\ufeff\"a\"\n\"'=1+1\"\n" {
		t.Errorf("%d %q", status, body)
	}
}
