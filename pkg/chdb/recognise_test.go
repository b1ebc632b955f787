package chdb

import (
	"strings"
	"testing"
)

func TestRecognise(t *testing.T) {
	for _, test := range []struct {
		text      string
		statement string // of an insert, without its FORMAT clause
		format    string
		data      string
		output    string // of another statement
	}{
		{text: "SELECT 1"},
		{text: "SELECT 1 FORMAT JSON", output: "JSON"},
		{text: "select 1 format json settings max_threads=1", output: "json"},
		{text: "SELECT format FROM t"},
		{text: "SELECT 1 AS format, 2"},
		{text: "SELECT (SELECT 1 FORMAT CSV)"},
		{text: "SHOW TABLES FORMAT CSV;", output: "CSV"},
		{text: "INSERT INTO t VALUES (1)", statement: "INSERT INTO t ", format: "Values", data: " (1)"},
		{text: "insert into t values(1)", statement: "insert into t ", format: "Values", data: "(1)"},
		{text: "INSERT INTO t (a, `values`, \"format\") VALUES (1)", statement: "INSERT INTO t (a, `values`, \"format\") ", format: "Values", data: " (1)"},
		{text: "INSERT INTO t FORMAT CSV\n1,2\n", statement: "INSERT INTO t ", format: "CSV", data: "1,2\n"},
		{text: "INSERT INTO t FORMAT CSV \r\n\n1", statement: "INSERT INTO t ", format: "CSV", data: "\n1"},
		{text: "INSERT INTO t FORMAT JSONEachRow {\"a\":1}", statement: "INSERT INTO t ", format: "JSONEachRow", data: "{\"a\":1}"},
		{text: "INSERT INTO t FORMAT Native\n\x01\x02", statement: "INSERT INTO t ", format: "Native", data: "\x01\x02"},
		{text: "INSERT INTO t FORMAT Values (1)", statement: "INSERT INTO t ", format: "Values", data: " (1)"},
		{text: "INSERT INTO values.format FORMAT CSV\n1", statement: "INSERT INTO values.format ", format: "CSV", data: "1"},
		{text: "INSERT INTO format VALUES (1)", statement: "INSERT INTO format ", format: "Values", data: " (1)"},
		{text: "INSERT INTO TABLE t VALUES (1)", statement: "INSERT INTO TABLE t ", format: "Values", data: " (1)"},
		{text: "INSERT INTO FUNCTION null('a UInt8') VALUES (1)", statement: "INSERT INTO FUNCTION null('a UInt8') ", format: "Values", data: " (1)"},
		{text: "INSERT t VALUES (1)", statement: "INSERT t ", format: "Values", data: " (1)"},
		{text: "-- note\n/* INSERT INTO x VALUES */ INSERT INTO t /* VALUES */ VALUES (1)",
			statement: "-- note\n/* INSERT INTO x VALUES */ INSERT INTO t /* VALUES */ ", format: "Values", data: " (1)"},
		{text: "INSERT INTO t SETTINGS async_insert=1 FORMAT CSV\n1", statement: "INSERT INTO t SETTINGS async_insert=1 ", format: "CSV", data: "1"},
		{text: "INSERT INTO t FORMAT CSV SETTINGS a=1, b='x y', c=-2\n1", statement: "INSERT INTO t SETTINGS a=1, b='x y', c=-2 ", format: "CSV", data: "1"},
		{text: "INSERT INTO t FORMAT CSV settings, 1\n", statement: "INSERT INTO t ", format: "CSV", data: "settings, 1\n"},
		{text: "INSERT INTO t SELECT 1"},
		{text: "INSERT INTO t (a) SELECT * FROM u FORMAT CSV", output: "CSV"},
		{text: "INSERT INTO t (SELECT 1)"},
		{text: "INSERT INTO t WITH 1 AS a SELECT a"},
		{text: "EXPLAIN INSERT INTO t VALUES (1)"},
		{text: "INSERT INTO t (* EXCEPT(b)) VALUES (1)", statement: "INSERT INTO t (* EXCEPT(b)) ", format: "Values", data: " (1)"},
		{text: ""},
		{text: "INSERT"},
		{text: "INSERT INTO t"},
		{text: "INSERT INTO t FORMAT"},
		{text: "SELECT 'not closed"},
	} {
		t.Run(test.text, func(t *testing.T) {
			got, ok := recognise(test.text, true)
			if !ok {
				t.Fatal("asks for more of a whole text")
			}
			if got.insert != (test.format != "") || got.format != test.format || got.statement != test.statement || got.output != test.output {
				t.Errorf("got %+v", got)
			}
			if got.insert && test.text[got.data:] != test.data {
				t.Errorf("data %q, want %q", test.text[got.data:], test.data)
			}
			steady(t, test.text)
		})
	}
}

// steady checks that what is recognised of a beginning does not change when
// more of the text comes.
func steady(t *testing.T, text string) {
	t.Helper()
	whole, _ := recognise(text, true)
	for n := range len(text) {
		part, ok := recognise(text[:n], false)
		if !ok {
			continue
		}
		if part.insert != whole.insert || part.format != whole.format || part.statement != whole.statement ||
			part.insert && text[part.data:] != text[whole.data:] {
			t.Fatalf("of the first %d bytes %q: %+v; of the whole: %+v", n, text[:n], part, whole)
		}
		return
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT file('x')":             true,
		"SELECT FILE ('x')":            true,
		"SELECT `file`('x')":           true,
		"SELECT \"file\"":              true,
		"SELECT “file”":                true,
		"SELECT `f\\x69le`":            true,
		"SELECT 'file'":                false,
		"SELECT 'it''s a file'":        false,
		"SELECT 1 -- file":             false,
		"SELECT 1 /* file */":          false,
		"SELECT $$ file $$":            false,
		"SELECT $a$ file $a$":          false,
		"SELECT profile, files, file1": false,
		"SELECT x.file":                true,
		"SELECT 'open file":            true, // does not lex: doubt
		"SELECT /* file":               true,
	} {
		if got := mentions(text, "file"); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func FuzzRecognise(f *testing.F) {
	for _, text := range []string{
		"SELECT 1 FORMAT JSON", "INSERT INTO t (a) VALUES (1)", "INSERT INTO t FORMAT CSV SETTINGS a=1, b='x'\n1,2",
		"/* c */ insert into `a``b`.\"c\" format Native\n\x00\x01", "INSERT INTO FUNCTION null('a') FORMAT TSV \n", "-- x\nWITH $$a$$ AS b SELECT ‘c’",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		got, ok := recognise(text, true)
		if !ok {
			t.Fatal("asks for more of a whole text")
		}
		if got.insert && (got.data < 0 || got.data > len(text) || got.format == "") {
			t.Fatalf("%+v", got)
		}
		l := lexer{text: text}
		at := 0
		for {
			token, ok := l.next()
			if !ok {
				break
			}
			if token.start < at || token.end < token.start || token.end > len(text) || token.kind != broken && token.end == token.start {
				t.Fatalf("token %+v after byte %d", token, at)
			}
			at = token.end
		}
		if !strings.ContainsRune(text, 0) {
			steady(t, text)
		}
	})
}
