package prompt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatementsArePartedOutsideQuotesAndComments(t *testing.T) {
	for _, tc := range []struct {
		text string
		want []string // the statements; the last is what is left without a semicolon
	}{
		{"SELECT 1;", []string{"SELECT 1"}},
		{"SELECT 1; SELECT 2;\nSELECT\n3;", []string{"SELECT 1", "SELECT 2", "SELECT\n3"}},
		{"SELECT ';', \"a;b\", `c;d`;", []string{"SELECT ';', \"a;b\", `c;d`"}},
		{`SELECT 'it''s;', 'a\';b';`, []string{`SELECT 'it''s;', 'a\';b'`}},
		{"SELECT 1 -- no; end\n+ 1;", []string{"SELECT 1 -- no; end\n+ 1"}},
		{"SELECT 1 # no; end\n;", []string{"SELECT 1 # no; end"}},
		{"SELECT /* a;\n ; */ 2;", []string{"SELECT /* a;\n ; */ 2"}},
		{"SELECT $$a;'$$, $x$ $$; $x$;", []string{"SELECT $$a;'$$, $x$ $$; $x$"}},
		{"SELECT 'two\nlines;';", []string{"SELECT 'two\nlines;'"}},
		{"SELECT 'お詫び；';", []string{"SELECT 'お詫び；'"}},
		{";;\n ;", nil},
		{"SELECT 1;\nSELECT 2", []string{"SELECT 1", "SELECT 2"}},
		{"SELECT a$b;", []string{"SELECT a$b"}},
	} {
		var r statementReader
		var got []string
		for line := range strings.SplitSeq(tc.text, "\n") {
			for _, s := range r.add(line) {
				got = append(got, s.text)
			}
		}
		if s, ok := r.take(); ok {
			got = append(got, s.text)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q:\n%s", tc.text, diff)
		}
	}
}

func TestAStatementOnOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT\n  1;":               "SELECT   1",
		"SELECT 1 -- a comment\n+2;": "",
		"SELECT 'a\nb';":             "",
		"SELECT /* a\nb */ 1;":       "SELECT /* a b */ 1",
	} {
		var r statementReader
		var got []statement
		for line := range strings.SplitSeq(text, "\n") {
			got = append(got, r.add(line)...)
		}
		if len(got) != 1 || got[0].line != want {
			t.Errorf("%q: %+v, want the line %q", text, got, want)
		}
	}
}
