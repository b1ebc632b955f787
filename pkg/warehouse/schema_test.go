package warehouse_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"owabi/pkg/warehouse"
)

var update = flag.Bool("update", false, "write migrations/tables.txt, views/types.txt and testdata/migrations*.sql anew")

// golden holds the file at path against got, or writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it is now; run go test -run %s -update, and look at the difference:\n%s", path, t.Name(), got)
	}
}

func TestTablesAreAsTheirFileSays(t *testing.T) {
	w := openUnmigrated(t)
	statements, err := warehouse.TableStatements(w.Database(), "")
	if err != nil {
		t.Fatal(err)
	}
	createDatabase(t, w)
	for _, statement := range statements {
		execute(t, w, statement)
	}
	shape, err := w.Shape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "migrations/tables.txt", strings.Join(shape, "\n")+"\n")
}

// applied is what the migrations say to the engine, without the comments.
func applied(t *testing.T, cluster string) string {
	t.Helper()
	statements, err := warehouse.TableStatements("owabi", cluster)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(statements, ";\n") + ";\n"
	all = regexp.MustCompile(`\s*(?m:--.*$)`).ReplaceAllString(all, "")
	return regexp.MustCompile(`\s*\n\s*`).ReplaceAllString(all, "\n")
}

// A database has what a migration said when it was applied, whatever the migration
// says today: the file of all that was ever said may only grow.
func TestMigrationsSayWhatTheyAlwaysSaid(t *testing.T) {
	for cluster, path := range map[string]string{"": "testdata/migrations.sql", "c": "testdata/migrations-cluster.sql"} {
		said, err := os.ReadFile(path)
		if err != nil && !*update {
			t.Fatal(err)
		}
		got := applied(t, cluster)
		if !strings.HasPrefix(got, string(said)) {
			t.Errorf("a migration that databases have no longer says what it said to them (%s). "+
				"Write what it said into it as it stands there, and what it should say now into a new migration:\n%s",
				path, cmp.Diff(strings.Split(string(said), "\n"), strings.Split(got, "\n")))
			continue
		}
		golden(t, path, got)
	}
}

// The types of the views are declared; a query of another type would be converted
// silently, row by row.
func TestViewsAreAsTheirFileSays(t *testing.T) {
	w := open(t)
	var types strings.Builder
	for _, v := range warehouse.Views() {
		_, statement, err := v.Definition("")
		if err != nil {
			t.Fatal(err)
		}
		execute(t, w, "CREATE OR REPLACE VIEW described AS "+statement)
		for _, column := range values(t, w, "SELECT concat(name, ' ', type) FROM system.columns WHERE database = currentDatabase() AND table = 'described' ORDER BY position") {
			fmt.Fprintln(&types, v.Name, column)
		}
	}
	golden(t, "views/types.txt", types.String())
}

func TestEveryViewAndColumnIsDocumented(t *testing.T) {
	w := open(t)
	asked := map[int]bool{}
	for _, v := range warehouse.Views() {
		for _, q := range v.Questions {
			asked[q] = true
		}
		if v.Answers.JA == "" || v.Answers.EN == "" || v.Row == "" || len(v.Columns) == 0 {
			t.Errorf("%s: Japanese, English, the meaning of a row or the columns are missing", v.Name)
		}
		for _, c := range v.Columns {
			if c.Meaning.JA == "" || c.Meaning.EN == "" {
				t.Errorf("%s.%s: Japanese or English is missing", v.Name, c.Name)
			}
		}
		want := fmt.Sprintf("n\n%d\n", len(v.Columns))
		if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM system.columns WHERE database = currentDatabase() AND table = '"+v.Name+"' AND position(comment, ' / ') > 1"); got != want {
			t.Errorf("%s: columns with a comment: %q, want %q", v.Name, got, want)
		}
	}
	for q := 1; q <= 15; q++ {
		if !asked[q] {
			t.Errorf("no view answers question %d", q)
		}
	}
}

func TestEveryTableSaysWhatItHolds(t *testing.T) {
	w := open(t)
	relations, err := w.Relations(t.Context())
	if err != nil || len(relations) <= len(warehouse.Views()) {
		t.Fatalf("%d relations, %v", len(relations), err)
	}
	for _, r := range relations {
		if !strings.Contains(r.Comment, " / ") {
			t.Errorf("%s: the comment %q is not Japanese and English", r.Name, r.Comment)
		}
	}
}

// createDatabase makes the database of w, empty.
func createDatabase(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	server, err := warehouse.Open(warehouse.Config{URL: strings.TrimSuffix(w.URL(), w.Database()) + "default"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	execute(t, server, "CREATE DATABASE "+w.Database())
}

// values are the first column of what a statement gives.
func values(t testing.TB, w *warehouse.Warehouse, statement string) []string {
	t.Helper()
	var out strings.Builder
	if err := w.Query(t.Context(), statement, warehouse.FormatJSON, &out); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	var list []string
	for line := range strings.Lines(out.String()) {
		_, value, _ := strings.Cut(strings.TrimSuffix(line, "}\n"), ":")
		var text string
		if err := json.Unmarshal([]byte(value), &text); err != nil {
			t.Fatalf("%s: %q is not one text", statement, line)
		}
		list = append(list, text)
	}
	return list
}

func TestReadmeListsTheViews(t *testing.T) {
	const begin, end = "-update -->\n", "<!-- end -->"
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the views")
	}
	var b strings.Builder
	b.WriteString("| Question | View | Answers | A row is |\n| --- | --- | --- | --- |\n")
	for _, v := range warehouse.Views() {
		questions := strings.Trim(strings.ReplaceAll(fmt.Sprint(v.Questions), " ", ", "), "[]")
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", questions, v.Name, v.Answers.EN, v.Row)
	}
	golden(t, "README.md", head+begin+b.String()+end+tail)
}
