package chdb

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// call sends a request; target is what follows the address.
func call(t *testing.T, method, target string, body io.Reader, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, base+target, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return res, string(text)
}

func q(sql string) string { return "/?query=" + url.QueryEscape(sql) }

// exec runs a statement and fails the test when it fails.
func exec1(t *testing.T, sql string) {
	t.Helper()
	if _, err := engine.Exec(t.Context(), Statement{SQL: sql}); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func ask(t *testing.T, sql string) string {
	t.Helper()
	answer, err := engine.ask(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

// table makes a table for one test and drops it after.
func table(t *testing.T, name, columns string) {
	t.Helper()
	exec1(t, "CREATE TABLE "+name+" ("+columns+") ENGINE = MergeTree ORDER BY tuple()")
	t.Cleanup(func() {
		if _, err := engine.Exec(context.Background(), Statement{SQL: "DROP TABLE " + name}); err != nil {
			t.Error(err)
		}
	})
}

func TestHTTPRequests(t *testing.T) {
	table(t, "http_rows", "n UInt8, s String DEFAULT 'none'")
	for _, test := range []struct {
		name, method, target, body string
		header                     []string
		status                     int
		answer                     string // exact, or a prefix when it ends in …
	}{
		{name: "ping", method: "GET", target: "/ping", status: 200, answer: "Ok.\n"},
		{name: "ping by HEAD", method: "HEAD", target: "/ping", status: 200, answer: ""},
		{name: "root", method: "GET", target: "/", status: 200, answer: "Ok.\n"},
		{name: "replicas", method: "GET", target: "/replicas_status", status: 200, answer: "Ok.\n"},
		{name: "unknown path", method: "GET", target: "/play", status: 404, answer: "There is no handle /play…"},
		{name: "SELECT by GET", method: "GET", target: q("SELECT 1"), status: 200, answer: "1\n"},
		{name: "SELECT in the body", method: "POST", target: "/", body: "SELECT 2", status: 200, answer: "2\n"},
		{name: "SELECT in both", method: "POST", target: q("SELECT 3,"), body: "4", status: 200, answer: "3\t4\n"},
		{name: "default format", method: "GET", target: q("SELECT 1 AS a") + "&default_format=JSONEachRow", status: 200, answer: "{\"a\":1}\n"},
		{name: "format clause wins", method: "GET", target: q("SELECT 1 AS a FORMAT CSV") + "&default_format=JSONEachRow", status: 200, answer: "1\n"},
		{name: "parameter", method: "GET", target: q("SELECT {x:String}, {y:UInt8} + 1") + "&param_x=a%5C%5Cb&param_y=2", status: 200, answer: "a\\\\b\t3\n"},
		{name: "setting", method: "GET", target: q("SELECT getSetting('max_threads')") + "&max_threads=1", status: 200, answer: "1\n"},
		{name: "bad setting", method: "GET", target: q("SELECT 1") + "&no_such_setting=1", status: 404, answer: "Code: 115. DB::Exception: …"},
		{name: "bad value of a setting", method: "GET", target: q("SELECT 1") + "&max_threads=many", status: 400, answer: "Code: 27. DB::Exception: …"},
		{name: "database", method: "GET", target: q("SELECT count() > 0 FROM settings") + "&database=system", status: 200, answer: "1\n"},
		{name: "unknown database", method: "GET", target: q("SELECT 1") + "&database=nowhere", status: 404, answer: "Code: 81. DB::Exception: …"},
		{name: "unknown table", method: "GET", target: q("SELECT * FROM nothing_here"), status: 404, answer: "Code: 60. DB::Exception: …"},
		{name: "syntax error", method: "POST", target: "/", body: "SELEC 1", status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "two statements", method: "POST", target: "/", body: "SELECT 1; SELECT 2", status: 400, answer: "Code: 62. DB::Exception: Multi-statements are not allowed…"},
		{name: "a semicolon", method: "POST", target: "/", body: "SELECT 1; ", status: 200, answer: "1\n"},
		{name: "a semicolon in the URL", method: "GET", target: "/?query=SELECT+1;&max_threads=1", status: 200, answer: "1\n"},
		{name: "a semicolon in a value of the URL", method: "GET", target: "/?query=SELECT+%27a;b%27;", status: 200, answer: "a;b\n"},
		{name: "a broken escape in the URL", method: "GET", target: "/?query=SELECT+1%zz", status: 400, answer: "Code: 36. DB::Exception: the URL's parameters cannot be read…"},
		{name: "an open quote", method: "POST", target: "/", body: "SELECT 'abc", status: 400, answer: "Code: 62. DB::Exception: Single quoted string is not closed…"},
		{name: "nothing", method: "POST", target: "/", status: 400, answer: "Code: 62. DB::Exception: Syntax error: Empty query…"},
		{name: "only a comment", method: "POST", target: "/", body: "-- a comment", status: 400, answer: "Code: 62. DB::Exception: Syntax error: Empty query…"},
		{name: "only a semicolon", method: "POST", target: "/", body: ";", status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "exit", method: "POST", target: "/", body: "exit", status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "quit;", method: "POST", target: "/", body: " quit ; ", status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "logout", method: "POST", target: "/", body: "LOGOUT\n", status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "q", method: "GET", target: q("q"), status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "exit on another keyboard", method: "GET", target: q("учше"), status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "backslash l", method: "GET", target: q(`\l`), status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "backslash c", method: "GET", target: q(`\c system`), status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "colon q", method: "GET", target: q(":q"), status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "a question to the client", method: "GET", target: q("?? how many rows"), status: 400, answer: "Code: 62. DB::Exception: …"},
		{name: "a word that is a value", method: "GET", target: q("NULL"), status: 200, answer: "\\N\n"},
		{name: "SYSTEM SHUTDOWN", method: "POST", target: "/", body: "SYSTEM SHUTDOWN", status: 403, answer: "Code: 497. DB::Exception: SYSTEM SHUTDOWN…"},
		{name: "SYSTEM KILL", method: "POST", target: "/", body: "system/* */\u3000kill;", status: 403, answer: "Code: 497. DB::Exception: SYSTEM SHUTDOWN…"},
		{name: "SYSTEM SUSPEND", method: "POST", target: "/", body: "SYSTEM SUSPEND FOR 1 SECOND", status: 403, answer: "Code: 497. DB::Exception: SYSTEM SHUTDOWN…"},
		{name: "GET does not shut down", method: "GET", target: q("SYSTEM SHUTDOWN"), status: 403, answer: "Code: 497. DB::Exception: SYSTEM SHUTDOWN…"},
		{name: "SYSTEM FLUSH LOGS", method: "POST", target: "/", body: "SYSTEM FLUSH LOGS", status: 200},
		{name: "names of system and kill", method: "POST", target: "/", body: "SELECT 1 AS system, system kill", status: 200, answer: "1\t1\n"},
		{name: "SHOW", method: "GET", target: q("SHOW TABLES LIKE 'http_rows'"), status: 200, answer: "http_rows\n"},
		{name: "EXISTS", method: "GET", target: q("EXISTS TABLE http_rows"), status: 200, answer: "1\n"},
		{name: "GET does not write", method: "GET", target: q("INSERT INTO http_rows VALUES (1, 'a')"), status: 500, answer: "Code: 164. DB::Exception: …"},
		{name: "GET does not drop", method: "GET", target: q("DROP TABLE http_rows"), status: 500, answer: "Code: 164. DB::Exception: …"},
		{name: "GET does not write files", method: "GET", target: q("INSERT INTO FUNCTION file('/tmp/chdb-must-not-be', 'CSV', 'a UInt8') SELECT 1"), status: 500, answer: "Code: 164. DB::Exception: …"},
		{name: "no OUTFILE", method: "POST", target: q("SELECT 1 INTO OUTFILE '/tmp/chdb-must-not-be'"), status: 500, answer: "Code: 358. DB::Exception: …"},
		{name: "no OUTFILE after other spaces", method: "POST", target: q("SELECT 1 INTO\u2003OUTFILE\u3000'/tmp/chdb-must-not-be'"), status: 500, answer: "Code: 358. DB::Exception: …"},
		{name: "no INFILE", method: "POST", target: q("INSERT INTO http_rows FROM INFILE '/etc/hostname' FORMAT CSV"), status: 501, answer: "Code: 48. DB::Exception: …"},
		{name: "no session", method: "POST", target: q("SELECT 1") + "&session_id=a", status: 501, answer: "Code: 48. DB::Exception: session_id: …"},
		{name: "VALUES in the URL", method: "POST", target: q("INSERT INTO http_rows (n) VALUES (1), (1+1)"), status: 200},
		{name: "VALUES in the body", method: "POST", target: q("INSERT INTO http_rows VALUES"), body: "(3, 'it''s'), (4, 'x')", status: 200},
		{name: "all in the body", method: "POST", target: "/", body: "INSERT INTO http_rows FORMAT JSONEachRow\n{\"n\":5}\n{\"n\":6,\"s\":\"six\"}\n", status: 200},
		{name: "statement in the URL, data in the body", method: "POST", target: q("INSERT INTO http_rows FORMAT CSV"), body: "7,\"se,ven\"\n", status: 200},
		{name: "settings after FORMAT", method: "POST", target: q("INSERT INTO http_rows FORMAT CSV SETTINGS format_csv_delimiter='|'"), body: "8|acht\n", status: 200},
		{name: "INSERT SELECT", method: "POST", target: "/", body: "INSERT INTO http_rows SELECT 9, 'nine'", status: 200},
		{name: "parameter in VALUES", method: "POST", target: q("INSERT INTO http_rows VALUES ({n:UInt8}, {s:String})") + "&param_n=10&param_s=ten", status: 200},
		{name: "they are all there", method: "GET", target: q("SELECT * FROM http_rows ORDER BY n FORMAT CSV"), status: 200,
			answer: "1,\"none\"\n2,\"none\"\n3,\"it's\"\n4,\"x\"\n5,\"none\"\n6,\"six\"\n7,\"se,ven\"\n8,\"acht\"\n9,\"nine\"\n10,\"ten\"\n"},
		{name: "bad data", method: "POST", target: q("INSERT INTO http_rows FORMAT CSV"), body: "200,\"ok\"\nnot a number,1\n", status: 400, answer: "Code: 27. DB::Exception: …"},
		{name: "bad data left nothing", method: "GET", target: q("SELECT count() FROM http_rows WHERE n = 200"), status: 200, answer: "0\n"},
		{name: "unknown format", method: "POST", target: q("INSERT INTO http_rows FORMAT Nonsense"), body: "x", status: 404, answer: "Code: 73. DB::Exception: …"},
		{name: "unknown table of an insert", method: "POST", target: q("INSERT INTO nothing_here FORMAT CSV"), body: "1\n", status: 404, answer: "Code: 60. DB::Exception: …"},
		{name: "PUT", method: "PUT", target: q("SELECT 1"), status: 405, answer: "Method Not Allowed\n"},
		{name: "wrong host", method: "GET", target: q("SELECT 1"), header: []string{"Host", "example.org"}, status: 403, answer: "the Host header…"},
		{name: "localhost", method: "GET", target: q("SELECT 1"), header: []string{"Host", "localhost:8123"}, status: 200, answer: "1\n"},
		{name: "another site's page", method: "POST", target: q("SELECT 1"), header: []string{"Origin", "https://example.org"}, status: 403, answer: "requests of other origins…"},
		{name: "another site's form", method: "POST", target: q("SELECT 1"), header: []string{"Sec-Fetch-Site", "cross-site"}, status: 403, answer: "requests of other sites…"},
		{name: "wrong password", method: "GET", target: q("SELECT 1"), header: []string{"X-ClickHouse-User", "default", "X-ClickHouse-Key", "no"}, status: 403, answer: "Code: 516. DB::Exception: …"},
		{name: "unknown user", method: "GET", target: q("SELECT 1") + "&user=nobody", status: 403, answer: "Code: 516. DB::Exception: …"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var body io.Reader
			if test.body != "" {
				body = strings.NewReader(test.body)
			}
			res, text := call(t, test.method, test.target, body, test.header...)
			if res.StatusCode != test.status {
				t.Errorf("status %d, want %d: %s", res.StatusCode, test.status, text)
			}
			if prefix, ok := strings.CutSuffix(test.answer, "…"); ok {
				if !strings.HasPrefix(text, prefix) {
					t.Errorf("answer %q, want the beginning %q", text, prefix)
				}
			} else if text != test.answer {
				t.Errorf("answer %q, want %q", text, test.answer)
			}
		})
	}
}

// httpGet reads an answer to its end and gives its length.
func httpGet(t testing.TB, target string) (int64, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", base+target, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", res.Status)
	}
	return n, err
}
