package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"owabi/pkg/chdb"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

func TestMain(m *testing.M) {
	os.Exit(chdbtest.MainWith(m, func(config *chdb.Config) {
		// The benchmarks' notices can be kept for the next run: OWABI_BENCH_DATA names the folder.
		if kept := os.Getenv("OWABI_BENCH_DATA"); kept != "" {
			config.Path = kept
		}
		withUsers(config)
	}))
}

func openUnmigrated(t testing.TB) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func open(t testing.TB) *warehouse.Warehouse {
	t.Helper()
	w := openUnmigrated(t)
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func ptr[T any](v T) *T { return &v }

// row is a classified notice with every field known.
func row(body string) warehouse.Row {
	n := notice.Notice{
		CallerID: "case-1", Source: "jsonl", URL: "https://example.com/n", Publisher: "株式会社みなと商会", Title: "誤送信について",
		Published: "2024-02-03", Body: body, FetchedAt: time.Date(2024, 2, 4, 1, 2, 3, 0, time.UTC), Lang: "ja", Heading: "漏えい",
	}
	n.ID = n.ComputeID()
	return warehouse.Row{
		ClassifiedAt: time.Date(2024, 2, 4, 1, 2, 4, 0, time.UTC),
		Classified: notice.Classified{
			Notice: &n,
			Classification: notice.Classification{
				NoticeID: n.ID, ID: n.CallerID, Source: n.Source, URL: &n.URL, Title: &n.Title, Published: &n.Published,
				IsIncident: true, Category: notice.Misdelivery, Also: []notice.Category{notice.Loss}, Effects: []notice.Effect{notice.Confidentiality},
				Sector: notice.RetailWholesale, JSIC: ptr("I"),
				Organization: notice.Organization{Name: ptr("株式会社みなと商会"), Key: ptr("みなと商会"), Kind: ptr(notice.KindCompany), Prefecture: ptr("兵庫県")},
				Contractor:   notice.Contractor{Involved: true, Name: ptr("北野発送株式会社")},
				Stage:        ptr(notice.StageFirst),
				Impact: notice.Impact{
					People:        &notice.Quantity{Value: 1234, Bound: notice.BoundApprox, Unit: "名", Text: "約1,234名", Start: 10, End: 17},
					Records:       &notice.Quantity{Value: 12, Bound: notice.BoundExact, Unit: "件", Text: "12件", Start: 20, End: 23},
					OutageMinutes: &notice.Duration{Value: 90, Text: "1時間半", Start: 30, End: 34},
					Exposure:      ptr(notice.ExposureConfirmed), DataTypes: []notice.DataType{notice.DataName, notice.DataEmail},
					SecondaryDamage: ptr(notice.SecondaryNoneFound),
				},
				FoundBy: ptr(notice.FoundByAffected), Medium: ptr(notice.MediumElectronic),
				Timeline: notice.Timeline{
					Occurred: ptr("2024-02-01T10:30:00+09:00"), Ended: ptr("2024-02-02"), Detected: ptr("2024-02"), Restored: nil,
				},
				Severity: notice.SeverityModerate, Confidence: 0.93,
				Evidence:   []notice.Evidence{{Field: "impact.people", Rule: "people.affected", Text: "約1,234名", Start: 10, End: 17}},
				Warnings:   []notice.Warning{notice.WarnTitleBodyMismatch},
				Classifier: notice.ClassifiedBy{Version: "1", RulesSHA256: strings.Repeat("0", 64)},
			},
		},
	}
}

// unknownRow is a classified notice of which nothing is known but its text.
func unknownRow(body string) warehouse.Row {
	n := notice.Notice{Source: "text", Body: body}
	n.ID = n.ComputeID()
	return warehouse.Row{Classified: notice.Classified{
		Notice: &n,
		Classification: notice.Classification{
			NoticeID: n.ID, Source: n.Source, Category: notice.Other, Sector: notice.OtherSector, Severity: notice.SeverityInfo,
		},
	}}
}

func load(t *testing.T, w *warehouse.Warehouse, rows ...warehouse.Row) []warehouse.RejectedRow {
	t.Helper()
	rejected, err := w.Load(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return rejected
}

func query(t *testing.T, w *warehouse.Warehouse, format warehouse.Format, statement string) string {
	t.Helper()
	var out strings.Builder
	if err := w.Query(t.Context(), statement, format, &out); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return out.String()
}

// The driver would make 1970-01-01 of it.
func TestADayThatTheColumnCannotHoldIsUnknown(t *testing.T) {
	w := open(t)
	early, late := row("開業したその日から公開していました。"), row("遠い先のことです。")
	from, until := "0001-01-01", "9999-12-31"
	early.Timeline.Occurred, late.Timeline.Occurred = &from, &until
	load(t, w, early, late)
	got := query(t, w, warehouse.FormatCSV, "SELECT occurred, occurred_date IS NULL AS unknown FROM notices ORDER BY occurred")
	if want := "occurred,unknown\n0001-01-01,1\n9999-12-31,1\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEveryFieldComesBack(t *testing.T) {
	w := open(t)
	load(t, w, row("本文です。"), unknownRow("何も分からない文。"))
	const made = "year, month, category_ja, category_en, sector_ja, sector_en, ownership, follow_up, size_band, detection_days, disclosure_days, total_days, occurred_hour, tsr_group, severity_ja, severity_en, severity_level, case_key, organization_hash, moment, data_bits, category_bits, effect_bits"
	facts := query(t, w, warehouse.FormatJSON, "SELECT * EXCEPT (notice_id, fetched_at, classified_at, rules_sha256, "+made+") FROM notices ORDER BY source")
	wantFacts := `{"caller_id":"case-1","source":"jsonl","url":"https://example.com/n","heading":"漏えい","lang":"ja","synthetic":false,"publisher":"株式会社みなと商会","title":"誤送信について","published":"2024-02-03","is_incident":true,"category":"misdelivery","also":["loss"],"effects":["confidentiality"],"sector":"retail_wholesale","jsic":"I","organization":"株式会社みなと商会","organization_key":"みなと商会","organization_kind":"company","prefecture":"兵庫県","contractor_involved":true,"contractor":"北野発送株式会社","stage":"first","people":1234,"people_bound":"approx","people_unit":"名","people_text":"約1,234名","records":12,"records_bound":"exact","records_unit":"件","records_text":"12件","outage_minutes":90,"outage_text":"1時間半","exposure":"confirmed","data_types":["name","email"],"secondary_damage":"none_found","found_by":"affected","medium":"electronic","occurred":"2024-02-01T10:30:00+09:00","occurred_date":"2024-02-01","ended":"2024-02-02","ended_date":"2024-02-02","detected":"2024-02","detected_date":null,"restored":null,"restored_date":null,"severity":"moderate","confidence":0.93,"warnings":["title_body_mismatch"],"classifier_version":"1"}
{"caller_id":null,"source":"text","url":null,"heading":null,"lang":null,"synthetic":false,"publisher":null,"title":null,"published":null,"is_incident":false,"category":"other","also":[],"effects":[],"sector":"other","jsic":null,"organization":null,"organization_key":null,"organization_kind":null,"prefecture":null,"contractor_involved":false,"contractor":null,"stage":null,"people":null,"people_bound":null,"people_unit":null,"people_text":null,"records":null,"records_bound":null,"records_unit":null,"records_text":null,"outage_minutes":null,"outage_text":null,"exposure":null,"data_types":[],"secondary_damage":null,"found_by":null,"medium":null,"occurred":null,"occurred_date":null,"ended":null,"ended_date":null,"detected":null,"detected_date":null,"restored":null,"restored_date":null,"severity":"info","confidence":0,"warnings":[],"classifier_version":""}
`
	if facts != wantFacts {
		t.Errorf("got\n%s\nwant\n%s", facts, wantFacts)
	}
	texts := query(t, w, warehouse.FormatJSON, "SELECT title, published, body FROM texts ORDER BY source")
	if want := `{"title":"誤送信について","published":"2024-02-03","body":"本文です。"}
{"title":null,"published":null,"body":"何も分からない文。"}
`; texts != want {
		t.Errorf("got %s, want %s", texts, want)
	}
	evidence := query(t, w, warehouse.FormatJSON, "SELECT field, rule, text, start_rune, end_rune FROM evidence")
	if want := `{"field":"impact.people","rule":"people.affected","text":"約1,234名","start_rune":10,"end_rune":17}
`; evidence != want {
		t.Errorf("got %s, want %s", evidence, want)
	}
	// What a reading says is what the facts say.
	if got := query(t, w, warehouse.FormatCSV, `SELECT count() AS n FROM (SELECT * EXCEPT (case_key, year) FROM notices) AS facts
JOIN readings USING (notice_id, synthetic, publisher, title, is_incident, category, also, effects, sector, organization_kind, contractor_involved, data_types, severity, confidence, warnings, classifier_version, rules_sha256, classified_at)`); got != "n\n1\n" {
		t.Errorf("readings like the facts: %q", got)
	}
}

func TestANoticeLoadedTwiceShowsOnce(t *testing.T) {
	w := open(t)
	first := row("同じ本文。")
	load(t, w, first, first) // nothing has merged the one part that both stand in
	if got := query(t, w, warehouse.FormatCSV, "SELECT sum(rows) AS n FROM system.parts WHERE active AND database = currentDatabase() AND table = 'notice_rows'"); got != "n\n1\n" {
		t.Errorf("the table of figures holds %q rows: a part with doubles in it, which FINAL has to look through for ever where no other comes", got)
	}
	for _, view := range []string{"notices", "texts", "readings"} {
		if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM "+view); got != "n\n1\n" {
			t.Errorf("%s shows %q after one batch with the notice twice", view, got)
		}
	}
	load(t, w, first)
	reread := row("同じ本文。")
	reread.Category, reread.ClassifiedAt = notice.Theft, first.ClassifiedAt.Add(time.Microsecond)
	load(t, w, reread)
	load(t, w, first) // an old reading that is delivered late does not win
	for _, view := range []string{"notices", "incidents"} {
		if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n, any(category) AS c FROM "+view); got != "n,c\n1,theft\n" {
			t.Errorf("%s shows %q", view, got)
		}
	}
}

func TestABadRowSinksNobody(t *testing.T) {
	w := open(t)
	rows := make([]warehouse.Row, 100)
	for i := range rows {
		rows[i] = row(fmt.Sprintf("本文%d。", i))
	}
	rows[37].Notice = nil
	rejected := load(t, w, rows...)
	if len(rejected) != 1 || rejected[0].Index != 37 || !strings.Contains(rejected[0].Err.Error(), rows[37].NoticeID) {
		t.Errorf("rejected %v, want the one at 37 with its id", rejected)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() FROM notices"); got != "count()\n99\n" {
		t.Errorf("stored %q, want 99", got)
	}
}

func TestLoadFailsAsAWholeWithoutAServer(t *testing.T) {
	w, err := warehouse.Open(warehouse.Config{URL: "http://127.0.0.1:1/owabi", DialTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Load(t.Context(), []warehouse.Row{row("本文。")}); err == nil {
		t.Error("a load into nothing succeeded")
	}
}

func TestMigrateTwiceAndAtOnce(t *testing.T) {
	w := open(t)
	done := make(chan error)
	for range 4 {
		go func() { done <- w.Migrate(context.WithoutCancel(t.Context())) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT name FROM schema_migrations FINAL ORDER BY name"); got != "name\nmigrations/0001_tables.sql\nmigrations/0002_worked_out.sql\nviews\n" {
		t.Errorf("applied: %q", got)
	}
}

func TestSummary(t *testing.T) {
	w := open(t)
	other := row("二つ目。")
	other.Category, other.Published = notice.Loss, nil
	load(t, w, row("一つ目。"), row("三つ目。"), other, unknownRow("事案ではない。"))
	s, err := w.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Notices != 4 || s.Incidents != 3 {
		t.Errorf("%d notices, %d incidents, want 4 and 3", s.Notices, s.Incidents)
	}
	if got, want := fmt.Sprint(s.ByCategory, s.BySector, s.ByMonth), "[{misdelivery 2} {loss 1}] [{retail_wholesale 3}] [{2024-02 2} { 1}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestQueryFormats(t *testing.T) {
	w := open(t)
	const statement = `SELECT 1 AS n, NULL AS u, 'か"く' AS s, [1, 2] AS a, toDateTime64('2024-02-03 04:05:06.789', 3, 'UTC') AS t, map('k', 0.5) AS m, nan AS x`
	for format, want := range map[warehouse.Format]string{
		warehouse.FormatCSV:  "n,u,s,a,t,m,x\n1,,\"か\"\"く\",\"[1,2]\",2024-02-03 04:05:06.789,\"{\"\"k\"\":0.5}\",\n",
		warehouse.FormatJSON: `{"n":1,"u":null,"s":"か\"く","a":[1,2],"t":"2024-02-03 04:05:06.789","m":{"k":0.5},"x":null}` + "\n",
	} {
		if got := query(t, w, format, statement); got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
	table := query(t, w, warehouse.FormatTable, "SELECT 'みなと' AS name, NULL AS n UNION ALL SELECT 'a', 5")
	for _, want := range []string{"name", "みなと", "NULL", "2 rows"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	var out strings.Builder
	if err := w.Query(t.Context(), "SELECT nothing FROM nowhere", warehouse.FormatCSV, &out); err == nil || out.Len() > 0 {
		t.Errorf("a bad statement: error %v, output %q", err, out.String())
	}
	if err := w.Query(t.Context(), "SELECT 1", "xml", &out); err == nil {
		t.Error("an unknown format was taken")
	}
	if got := query(t, w, warehouse.FormatTable, "CREATE TABLE made (n UInt8) ENGINE = Memory"); got != "" {
		t.Errorf("a statement without rows wrote %q", got)
	}
}

func TestValuesAsClickHouseWritesThem(t *testing.T) {
	w := open(t)
	for statement, want := range map[string]string{
		"SELECT 1e6 AS v":                 "1000000",
		"SELECT 12345678.9 AS v":          "12345678.9",
		"SELECT 1 / 3 AS v":               "0.3333333333333333",
		"SELECT toFloat32(0.1) AS v":      "0.1",
		"SELECT toInt256('-5') AS v":      "-5",
		"SELECT toDecimal64(1.5, 2) AS v": "1.5",
		"SELECT toDateTime64('2024-02-03 04:05:06.123456', 6, 'UTC') AS v": "2024-02-03 04:05:06.123456",
		"SELECT toDate('2024-02-03') AS v":                                 "2024-02-03",
		"SELECT toUUID('00000000-0000-0000-0000-000000000001') AS v":       "00000000-0000-0000-0000-000000000001",
	} {
		if got := query(t, w, warehouse.FormatCSV, statement); got != "v\n"+want+"\n" {
			t.Errorf("%s: %q, want %s", statement, got, want)
		}
	}
	if got := query(t, w, warehouse.FormatTable, "SELECT 'a\\x1b[31mb' AS v"); strings.Contains(got, "\x1b[31m") || !strings.Contains(got, `\x1b[31mb`) {
		t.Errorf("an escape reaches the terminal: %q", got)
	}
	var out strings.Builder
	err := w.Query(t.Context(), "SELECT nothing", warehouse.FormatCSV, &out)
	if err == nil || !strings.HasPrefix(err.Error(), "Code: 47. ") {
		t.Errorf("got %v, want ClickHouse's words", err)
	}
}

func TestURLs(t *testing.T) {
	for _, bad := range []string{"", "ftp://h/", "localhost:8123", "http://", "http://user:geheim@[bad/owabi"} {
		_, err := warehouse.Open(warehouse.Config{URL: bad})
		if !errors.Is(err, warehouse.ErrURL) {
			t.Errorf("%q: got %v, want ErrURL", bad, err)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	for _, tc := range []struct{ url, database string }{
		{"http://h", "owabi"}, {"https://u:p@h:1/db", "db"}, {"clickhouse://h1:9000,h2:9000/db", "db"}, {"clickhouse://h?secure=true", "owabi"},
	} {
		w, err := warehouse.Open(warehouse.Config{URL: tc.url})
		if err != nil {
			t.Errorf("%s: %v", tc.url, err)
			continue
		}
		if w.Database() != tc.database {
			t.Errorf("%s: database %s, want %s", tc.url, w.Database(), tc.database)
		}
		w.Close()
	}
	if got := warehouse.Redact("http://u:geheim@h/?password=geheim"); strings.Contains(got, "geheim") {
		t.Errorf("Redact left the password in %s", got)
	}
}
