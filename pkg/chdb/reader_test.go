package chdb

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheReaderMayOnlyRead(t *testing.T) {
	table(t, "readers", "n UInt8")
	exec1(t, "INSERT INTO readers SELECT 7")
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("topsecret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	written := filepath.Join(t.TempDir(), "written.txt")
	replace := strings.NewReplacer("SECRET", secret, "WRITTEN", written)
	for _, sql := range []string{
		"SELECT file('SECRET')",
		"SELECT `file`('SECRET')",
		"SELECT \"file\"('SECRET')",
		"SELECT “file”('SECRET')",
		"SELECT `fil\\x65`('SECRET')",
		"SELECT /* a */ file /* b */ ('SECRET')",
		"SELECT * APPLY(file) FROM (SELECT 'SECRET' AS a)",
		"SELECT * APPLY file FROM (SELECT 'SECRET' AS a)",
		"SELECT arrayMap(x -> file(x), ['SECRET'])",
		"WITH 'SECRET' AS p SELECT file(p)",
		"SELECT {f:Identifier}('SECRET')",
		"SELECT * FROM {f:Identifier}('SECRET', 'LineAsString')",
		"SELECT * FROM file('SECRET', 'LineAsString')",
		"SELECT * FROM 'SECRET'",
		"SELECT * FROM `SECRET`",
		"SELECT * FROM url('file://SECRET', 'LineAsString')",
		"SELECT * FROM fileCluster('default', 'SECRET', 'LineAsString')",
		"SELECT * FROM sqlite('SECRET', 'x')",
		"SELECT * FROM remote('127.0.0.1:1', 'system.one')",
		"SELECT * FROM s3('http://127.0.0.1:1/x', 'CSV')",
		"SELECT * FROM executable('cat SECRET', 'LineAsString', 'a String')",
		"DESCRIBE TABLE file('SECRET', 'LineAsString')",
		"SELECT * FROM filesystem('/etc')",
		"SELECT * FROM eval('SELECT file(\\'SECRET\\')')",
		"DESCRIBE TABLE url('http://127.0.0.1:1/x', 'CSV')",
		"DESCRIBE TABLE `URL` /* a */ ('http://127.0.0.1:1/x', 'CSV')",
		"DESCRIBE TABLE \"\\x75rl\"('http://127.0.0.1:1/x', 'CSV')",
		"DESCRIBE TABLE {f:Identifier}('http://127.0.0.1:1/x', 'CSV')",
		"DESCRIBE (SELECT * FROM s3('http://127.0.0.1:1/b/x', 'CSV'))",
		"EXPLAIN SELECT file('SECRET')",
		"EXISTS TABLE (SELECT file('SECRET'))",
		"SELECT 1 INTO OUTFILE 'WRITTEN'",
		"SELECT 1 INTO/**/OUTFILE 'WRITTEN'",
		"INSERT INTO FUNCTION file('WRITTEN', 'CSV', 'a UInt8') SELECT 1",
		"INSERT INTO FUNCTION file('WRITTEN', 'CSV', 'a UInt8') VALUES (1)",
		"INSERT INTO readers SELECT 8",
		"INSERT INTO readers VALUES (8)",
		"INSERT INTO readers FORMAT CSV\n8\n",
		"CREATE TABLE readers_own (n UInt8) ENGINE = Memory",
		"CREATE TEMPORARY TABLE readers_own (n UInt8)",
		"ALTER TABLE readers DELETE WHERE 1",
		"DELETE FROM readers WHERE 1",
		"TRUNCATE TABLE readers",
		"DROP TABLE readers",
		"RENAME TABLE readers TO writers",
		"OPTIMIZE TABLE readers",
		"KILL QUERY WHERE 1",
		"SYSTEM STOP MERGES",
		"SET readonly = 0",
		"SET max_threads = 1",
		"SELECT 1 SETTINGS readonly = 0",
		"SELECT 1 SETTINGS max_memory_usage = 0",
		"SELECT 1; DROP TABLE readers",
		"BACKUP TABLE readers TO File('WRITTEN')",
		"ATTACH TABLE x FROM 'SECRET' (a String) ENGINE = File(CSV)",
		"CREATE FUNCTION f AS (x) -> file(x)",
		"SELECT demangle('_Z1fv')",
		"SELECT * FROM readers FORMAT Null INTO OUTFILE 'WRITTEN'",
		"EXPLAIN INSERT INTO readers VALUES (8); SELECT 1",
		"(SELECT 1) INTO OUTFILE 'WRITTEN'",
		"PARALLEL WITH DROP TABLE readers",
		"DROP TABLE readers PARALLEL WITH DROP TABLE readers",
		"EXECUTE AS default SELECT 1",
		"UNDROP TABLE readers",
		"SELECT $$a$$, file($$SECRET$$)",
		"SELECT 'a\\'', file('SECRET') --'",
		"SELECT 'a''', file('SECRET') --'",
		"SELECT 1 -- x\n, file('SECRET')",
		"SELECT 1 # x\n, file('SECRET')",
		"SELECT 1 #!x\n, file('SECRET')",
		"SELECT 1 #x\n, file('SECRET')",
		"SELECT $a$ $a$, file('SECRET') --$a$",
		"SELECT $a $ 1 $, file('SECRET')",
		"SELECT x'61', b'01', file('SECRET')",
		"SELECT 1e, file('SECRET')",
		"SELECT '‘', file('SECRET') --’",
		"SELECT /* /* */ file('SECRET') /* */",
		"SELECT /* /* */ 1 */ , file('SECRET')",
		"SELECT \"a\"\"\", file('SECRET')",
		"SELECT `a```, file('SECRET') FROM (SELECT 1 AS `a```)",
		"SELECT 1\x00, file('SECRET')",
		"SELECT 1\u00a0, file('SECRET')",
		"SELECT 1\u3000, file('SECRET')",
		"SELECT 1\u2212 1, file('SECRET')",
		"SELECT file\u200b('SECRET')",
		"SELECT -1--1\n, file('SECRET')",
		"SELECT 1—comment\n, file('SECRET')",
	} {
		sql = replace.Replace(sql)
		t.Run(sql, func(t *testing.T) {
			target := "/?user=reader&max_execution_time=0&readonly=0&allow_ddl=1&allow_introspection_functions=1&param_f=file"
			res, text := call(t, "POST", target, strings.NewReader(sql))
			if res.StatusCode == http.StatusOK {
				t.Errorf("it was answered: %s", text)
			}
			if strings.Contains(text, "topsecret") {
				t.Errorf("it told the secret: %s", text)
			}
			if _, err := os.Stat(written); err == nil {
				t.Error("it wrote a file")
				_ = os.Remove(written)
			}
		})
	}
	if got := ask(t, "SELECT * FROM readers"); got != "7\n" {
		t.Errorf("the table holds %q", got)
	}
	for sql, want := range map[string]string{
		"SELECT n FROM readers":                         "7\n",
		"SELECT 'a file' AS word":                       "a file\n",
		"SELECT 'x' AS url, url || ('(') AS file_name":  "x\tx(\n",
		"SELECT getSetting('max_execution_time')":       "30\n",
		"SELECT getSetting('max_memory_usage')":         "2147483648\n",
		"SELECT number FROM numbers(2)":                 "0\n1\n",
		"SHOW TABLES LIKE 'readers'":                    "readers\n",
		"WITH x AS (SELECT 1 AS a) SELECT a FROM x":     "1\n",
		"SELECT count() > 0 FROM system.columns":        "1\n",
		"DESCRIBE TABLE readers FORMAT JSONEachRow":     "",
		"EXPLAIN SYNTAX SELECT 1":                       "",
		"SELECT a FROM values('a UInt8', 1) ORDER BY a": "1\n",
		"SELECT * FROM view(SELECT n FROM readers)":     "7\n",
		"SELECT * FROM merge('default', '^readers$')":   "7\n",
	} {
		res, text := call(t, "GET", q(sql)+"&user=reader&max_memory_usage=999999999999", nil)
		if res.StatusCode != http.StatusOK || want != "" && text != want {
			t.Errorf("%s: %d %q, want %q", sql, res.StatusCode, text, want)
		}
	}
	_, text := call(t, "GET", q("SELECT getSetting('max_execution_time')")+"&user=reader&max_execution_time=5", nil)
	if text != "5\n" {
		t.Errorf("a lower limit in the URL: %q", text)
	}
}

func TestPasswords(t *testing.T) {
	config, err := Config{
		Path: t.TempDir(), User: "owner", Password: "pass:word ä",
		Reader: &Reader{Password: "reading"},
	}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	// The rules need no engine of their own, only its configuration.
	e := &Engine{config: config}
	for _, test := range []struct {
		name   string
		basic  []string
		header []string
		query  string
		access Access
		code   int
	}{
		{name: "nothing", code: codeRequiredPassword},
		{name: "basic", basic: []string{"owner", "pass:word ä"}, access: Full},
		{name: "headers", header: []string{"owner", "pass:word ä"}, access: Full},
		{name: "headers without a user", header: []string{"", "pass:word ä"}, access: Full},
		{name: "URL", query: "user=owner&password=pass%3Aword+%C3%A4", access: Full},
		{name: "reader", basic: []string{"reader", "reading"}, access: ReadLeast},
		{name: "reader in the URL", query: "user=reader&password=reading", access: ReadLeast},
		{name: "wrong", basic: []string{"owner", "reading"}, code: codeAuthenticationFails},
		{name: "empty", basic: []string{"owner", ""}, code: codeAuthenticationFails},
		{name: "reader with the owner's", basic: []string{"reader", "pass:word ä"}, code: codeAuthenticationFails},
		{name: "default", basic: []string{"default", ""}, code: codeAuthenticationFails},
		{name: "user alone", query: "user=owner", code: codeAuthenticationFails},
		{name: "two ways", basic: []string{"owner", "pass:word ä"}, header: []string{"owner", "pass:word ä"}, code: codeAuthenticationFails},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := http.NewRequest("GET", "http://localhost/?"+test.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.basic != nil {
				r.SetBasicAuth(test.basic[0], test.basic[1])
			}
			if test.header != nil {
				r.Header.Set("X-ClickHouse-User", test.header[0])
				r.Header.Set("X-ClickHouse-Key", test.header[1])
			}
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			access, err := e.authenticate(r, query)
			if test.code != 0 {
				if err == nil || asError(err).Code != test.code {
					t.Errorf("got %v, want code %d", err, test.code)
				}
				if err != nil && strings.Contains(err.Error(), "pass:word") {
					t.Errorf("the error tells the password: %v", err)
				}
				return
			}
			if err != nil || access != test.access {
				t.Errorf("got access %v, %v; want %v", access, err, test.access)
			}
		})
	}
}
