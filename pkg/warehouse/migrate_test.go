package warehouse_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// A migration that was killed after any of its statements is gone on with.
func TestMigrateGoesOnWhereItWasKilled(t *testing.T) {
	scratch := openUnmigrated(t)
	statements, err := warehouse.TableStatements(scratch.Database(), "")
	if err != nil {
		t.Fatal(err)
	}
	for done := range len(statements) {
		w := openUnmigrated(t)
		createDatabase(t, w)
		for _, statement := range statements[:done] {
			execute(t, w, statement)
		}
		if status, err := w.Status(t.Context()); err != nil || len(status.Pending) != 3 || status.Current() {
			t.Errorf("after %d statements: %+v, %v; want the tables and the views pending", done, status, err)
		}
		if err := w.Migrate(t.Context()); err != nil {
			t.Errorf("after %d statements: %v", done, err)
			continue
		}
		load(t, w, row("本文。"))
		if got := values(t, w, "SELECT body FROM texts"); !slices.Equal(got, []string{"本文。"}) {
			t.Errorf("after %d statements: %q", done, got)
		}
	}
}

// What the second migration has worked out at the insert is as right for rows that were
// stored before it.
func TestRowsOfTheFirstMigration(t *testing.T) {
	w := openUnmigrated(t)
	createDatabase(t, w)
	statements, err := warehouse.TableStatements(w.Database(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if strings.Contains(statement, "CREATE TABLE") {
			execute(t, w, statement)
		}
	}
	execute(t, w, `INSERT INTO notice_rows (notice_id, published, is_incident, category, sector, occurred, occurred_date, detected_date, people, data_types)
VALUES ('1', '1969-05-17', true, 'loss', 'other', '1969-05-01T23:50:00+09:00', '1969-05-01', '1969-05-11', 3, ['name']), ('2', NULL, true, 'loss', 'media', NULL, NULL, NULL, NULL, [])`)
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const facts = `SELECT concat_ws(' ', toString(month), toString(detection_days), toString(disclosure_days), toString(total_days), toString(occurred_hour)) FROM notices WHERE notice_id = '1'`
	if got := values(t, w, facts); !slices.Equal(got, []string{"1969-05-01 10 6 16 23"}) {
		t.Errorf("got %q", got)
	}
	const known = `SELECT field FROM coverage WHERE known = 1 AND notices = 2 ORDER BY field`
	if got := values(t, w, known); !slices.Equal(got, []string{"data_types", "detected_date", "occurred_date", "people", "published", "sector"}) {
		t.Errorf("told of one of the two: %q", got)
	}
	const unknown = "SELECT notice_id FROM notices WHERE notice_id = '2' AND month IS NULL AND detection_days IS NULL AND disclosure_days IS NULL AND total_days IS NULL AND occurred_hour IS NULL"
	if got := values(t, w, unknown); !slices.Equal(got, []string{"2"}) {
		t.Errorf("of a notice that tells nothing: %q", got)
	}
}

func TestStatusOfACurrentDatabase(t *testing.T) {
	w := open(t)
	status, err := w.Status(t.Context())
	if err != nil || !status.Current() || len(status.Applied) != 3 {
		t.Errorf("%+v, %v; want three entries and nothing to do", status, err)
	}
	execute(t, w, "DROP VIEW lags")
	if status, err = w.Status(t.Context()); err != nil || fmt.Sprint(status.Pending) != "[views]" {
		t.Errorf("a view was dropped: %+v, %v; want the views pending", status, err)
	}
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM lags"); got != "n\n0\n" {
		t.Errorf("the view that was dropped gives %q", got)
	}
}

func TestMigrateRefusesWhatANewerOwabiMade(t *testing.T) {
	w := open(t)
	execute(t, w, "INSERT INTO schema_migrations (name) SELECT 'migrations/0999_later.sql'")
	err := w.Migrate(t.Context())
	if !errors.Is(err, warehouse.ErrNewer) || !strings.Contains(err.Error(), "0999_later.sql") {
		t.Errorf("got %v, want ErrNewer with the migration's name", err)
	}
	if status, err := w.Status(t.Context()); err != nil || fmt.Sprint(status.Unknown) != "[migrations/0999_later.sql]" {
		t.Errorf("%+v, %v", status, err)
	}
}

func TestMigrateTellsWhatSomebodyAltered(t *testing.T) {
	for _, tc := range []struct{ alter, words string }{
		{"ALTER TABLE notice_rows MODIFY COLUMN people Nullable(UInt32)", "notice_rows.people is Nullable(UInt32) and was made Nullable(UInt64)"},
		{"ALTER TABLE reading_rows DROP COLUMN medium", "reading_rows.medium is missing"},
		{"DROP TABLE text_rows", "text_rows order is missing; text_rows.notice_id is missing"},
	} {
		w := open(t)
		execute(t, w, tc.alter)
		if err := w.Migrate(t.Context()); !errors.Is(err, warehouse.ErrAltered) || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: got %v, want ErrAltered and %q", tc.alter, err, tc.words)
		}
		if status, err := w.Status(t.Context()); err != nil || !strings.Contains(strings.Join(status.Altered, "; "), tc.words) {
			t.Errorf("%s: status %+v, %v", tc.alter, status, err)
		}
	}
	w := open(t)
	execute(t, w, "ALTER TABLE notice_rows ADD COLUMN theirs String")
	if err := w.Migrate(t.Context()); err != nil {
		t.Errorf("a column that somebody added: %v", err)
	}
}

// What cannot be run on one machine is parsed by the real engine.
func TestClusterStatementsParse(t *testing.T) {
	w := open(t)
	statements, err := warehouse.TableStatements("owabi", "c")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range warehouse.Views() {
		statement, _, err := v.Definition("c")
		if err != nil {
			t.Fatal(err)
		}
		statements = append(statements, statement)
	}
	for _, statement := range statements {
		if !strings.Contains(statement, "ON CLUSTER `c`") {
			t.Errorf("not for the cluster: %s", statement)
		}
		execute(t, w, "EXPLAIN AST "+statement)
	}
	all := strings.Join(statements, "\n")
	for _, want := range []string{
		"notice_rows_local ON CLUSTER", "ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', classified_at)",
		"ALTER TABLE notice_rows_local ON CLUSTER `c`\n    ADD COLUMN", "(bits.go)\nSETTINGS alter_sync = 2",
		"CREATE TABLE IF NOT EXISTS notice_rows ON CLUSTER `c` AS notice_rows_local ENGINE = Distributed('c', 'owabi', 'notice_rows_local', cityHash64(notice_id))",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the statements lack %q", want)
		}
	}
	if strings.Contains(all, "= ReplacingMergeTree") {
		t.Error("a table of the cluster is not replicated")
	}
}

// Ten years of notices in one batch, and some far out.
func TestOneLoadOverManyYears(t *testing.T) {
	w := open(t)
	var rows []warehouse.Row
	for year := 1950; year < 2090; year++ {
		r := row(fmt.Sprint(year))
		r.Published = ptr(fmt.Sprintf("%d-06-15", year))
		rows = append(rows, r)
	}
	if rejected := load(t, w, rows...); len(rejected) > 0 {
		t.Errorf("rejected %v", rejected)
	}
	got := query(t, w, warehouse.FormatCSV, "SELECT uniqExact(month) AS months, min(month) AS first, max(year) AS last FROM incidents")
	if want := "months,first,last\n140,1950-06-01,2089\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every reading by a classifier of its own is kept; the latest shows.
func TestHistoryOfReadings(t *testing.T) {
	w := open(t)
	read := func(version string, category notice.Category, after int) warehouse.Row {
		r := row("同じ本文。")
		r.Classifier.Version, r.Category, r.ClassifiedAt = version, category, r.ClassifiedAt.AddDate(0, 0, after)
		return r
	}
	load(t, w, read("2", notice.Theft, 1))
	load(t, w, read("1", notice.Loss, 0), read("2", notice.Theft, 1))
	load(t, w, read("2", notice.Theft, 2)) // read again by the same one
	got := query(t, w, warehouse.FormatCSV, "SELECT classifier_version AS v, category, latest FROM readings ORDER BY v")
	if want := "v,category,latest\n1,loss,false\n2,theft,true\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT category FROM incidents"); got != "category\ntheft\n" {
		t.Errorf("incidents: %q", got)
	}
}
