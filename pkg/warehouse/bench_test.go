package warehouse_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/warehouse"
)

// benchRows is how many notices the benchmarks ask: OWABI_BENCH_ROWS, else a million.
func benchRows(b *testing.B) int {
	text := os.Getenv("OWABI_BENCH_ROWS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("OWABI_BENCH_ROWS: %v", err)
	}
	return n
}

// generated makes n notices from the first-th on inside the engine: ten years, 17
// categories of very different frequency, up to 400,000 organizations of which few
// publish often, persons unknown for 38 %, dates of occurrence for 40 %.
const generated = `SELECT
    lower(hex(sipHash128(number))) AS notice_id, 'synthetic' AS source, concat('https://www.example.jp/news/', toString(number)) AS url, 'ja' AS lang, number %% 10 = 0 AS synthetic,
    floor(400000 * pow(cityHash64(number, 1) %% 1000000 / 1000000, 3)) AS org,
    concat('株式会社第', toString(org), '商会') AS publisher, concat('個人情報の取り扱いに関するお詫び（', toString(number %% 977), '）') AS title,
    if(number %% 50 = 7, NULL, toDate32('2015-01-01') + toIntervalDay(toInt32((3650 * intDiv(number, 1000) * 1000 / %[1]d + cityHash64(number, 2) %% 60)) %% 3650)) AS published,
    toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalSecond(intDiv(number, 100)) AS fetched_at, number %% 20 != 3 AS is_incident,
    ['unauthorized_access','misdelivery','processing_error','loss','misconfiguration','malware','system_outage','unintended_publication','theft','phishing','insider_misuse','software_defect','denial_of_service','data_loss','vulnerability','equipment_failure','other'][1 + toUInt8(floor(17 * pow(cityHash64(number, 3) %% 10000 / 10000, 1.8)))] AS category,
    if(number %% 7 = 0, ['loss'], []) AS also, if(category IN ('system_outage', 'equipment_failure'), ['availability'], ['confidentiality']) AS effects,
    ['government_local','education','medical_welfare','finance_insurance','telecom','it_services','media','transport_logistics','utilities','manufacturing','construction','retail_wholesale','real_estate','accommodation_food','entertainment_sports','professional_services','associations','government_national','agriculture_mining','other'][1 + toUInt8(floor(20 * pow(cityHash64(org, 4) %% 10000 / 10000, 1.4)))] AS sector,
    publisher AS organization, if(number %% 33 = 1, NULL, concat('第', toString(org), '商会')) AS organization_key,
    [NULL, 'company', 'company', 'company', 'company', 'municipality', 'school', 'hospital', 'prefecture', 'ministry', 'public_body'][1 + toUInt8(org %% 11)] AS organization_kind, '東京都' AS prefecture,
    number %% 9 = 0 AS contractor_involved, if(number %% 18 = 0, concat('委託先', toString(cityHash64(number, 6) %% 3000)), NULL) AS contractor,
    [NULL, NULL, NULL, 'first', 'first', 'first', 'update', 'final', 'restored', NULL][1 + cityHash64(number, 7) %% 10] AS stage,
    if(cityHash64(number, 8) %% 100 < 38, NULL, toUInt64(exp(15 * pow(cityHash64(number, 9) %% 100000 / 100000, 1.6)))) AS people,
    if(people IS NULL, NULL, 'exact') AS people_bound, if(people IS NULL, NULL, '名') AS people_unit, if(people IS NULL, NULL, concat(toString(people), '名')) AS people_text,
    if(category = 'system_outage' OR number %% 20 = 0, toUInt64(exp(8 * (cityHash64(number, 11) %% 1000) / 1000)), NULL) AS outage_minutes,
    if(category IN ('system_outage', 'software_defect', 'processing_error', 'equipment_failure', 'vulnerability'), NULL, ['confirmed', 'suspected', 'denied'][1 + cityHash64(number, 12) %% 3]) AS exposure,
    if(exposure IS NULL OR number %% 5 = 0, [], arraySlice(['name','address','phone','email','birthdate','gender','age','credit_card','bank_account','password','health','school_record','income','member_id','purchase_history','other','name','address','phone','email'], 1 + cityHash64(number, 22) %% 16, 1 + cityHash64(number, 13) %% 5)) AS data_types,
    [NULL, 'staff', 'affected', 'outside', 'monitoring'][1 + cityHash64(number, 20) %% 5] AS found_by, [NULL, 'paper', 'electronic'][1 + cityHash64(number, 21) %% 3] AS medium,
    if(cityHash64(number, 14) %% 10 < 6, published - toIntervalDay(cityHash64(number, 15) %% 400), NULL) AS occurred_date, toString(occurred_date) AS occurred,
    if(cityHash64(number, 17) %% 10 < 6, published - toIntervalDay(cityHash64(number, 15) %% 60), NULL) AS detected_date, toString(detected_date) AS detected,
    ['minor', 'moderate', 'major', 'critical'][1 + cityHash64(number, 18) %% 4] AS severity, cityHash64(number, 19) %% 100 / 100 AS confidence,
    '1' AS classifier_version, repeat('0', 64) AS rules_sha256, toDateTime64('2026-01-01 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(number, 100)) AS classified_at
FROM numbers(%[2]d, %[3]d) SETTINGS max_partitions_per_insert_block = 0`

// generatedColumns are what generated gives and notice_rows has.
const generatedColumns = `notice_id, source, url, lang, synthetic, publisher, title, published, fetched_at, is_incident, category, also, effects, sector,
    organization, organization_key, organization_kind, prefecture, contractor_involved, contractor, stage, people, people_bound, people_unit, people_text,
    outage_minutes, exposure, data_types, found_by, medium, occurred_date, occurred, detected_date, detected, severity, confidence, classifier_version, rules_sha256, classified_at`

// generate fills notice_rows with n notices, in loads of 500,000, one in twenty of
// which comes twice.
func generate(b *testing.B, w *warehouse.Warehouse, n int) {
	const load = 500_000
	start := time.Now()
	for first := 0; first < n; first += load {
		count := min(load, n-first)
		for _, c := range []int{count, count / 20} {
			ask(b, w, fmt.Sprintf("INSERT INTO notice_rows (%s) SELECT %s FROM (%s)", generatedColumns, generatedColumns, fmt.Sprintf(generated, n, first, c)))
		}
	}
	b.Logf("%d notices made in %s", n, time.Since(start).Round(time.Second))
}

// state is how long ago the notices came.
type state string

const (
	loaded state = "loaded" // just now: a part for each load and year, doubles not yet merged
	atRest state = "rest"   // long ago: merged, as a year that is at rest is within ten minutes
)

// filled opens the database of the notices in a state, and fills it unless an
// earlier run did and OWABI_BENCH_DATA kept it.
func filled(b *testing.B, in state, n int) *warehouse.Warehouse {
	b.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URLOf(b, fmt.Sprintf("notices_%s_%d", in, n))})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.Close() })
	if err := w.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	fill(b, w, "notice_rows", in, n, func() { generate(b, w, n) })
	return w
}

// fill brings a table into a state, with insert, unless it holds the n notices.
func fill(b *testing.B, w *warehouse.Warehouse, table string, in state, n int, insert func()) {
	b.Helper()
	if in == loaded { // never merged, also when the database is opened again
		ask(b, w, "ALTER TABLE "+table+" MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1, min_age_to_force_merge_seconds = 0")
		ask(b, w, "SYSTEM STOP MERGES "+table)
	}
	if count := ask(b, w, "SELECT count() FROM "+table+" FINAL").answer; strings.TrimSpace(count) != strconv.Itoa(n) {
		ask(b, w, "TRUNCATE TABLE "+table)
		insert()
	}
	if in == atRest {
		ask(b, w, "OPTIMIZE TABLE "+table+" FINAL SETTINGS optimize_skip_merged_partitions = 1")
	}
	b.Logf("%s: bytes a row on disk: %s", table, ask(b, w, "SELECT round(sum(bytes_on_disk) / sum(rows), 1) FROM system.parts WHERE active AND database = currentDatabase() AND table = '"+table+"'").answer)
}

// asked is what a statement cost.
type asked struct {
	wall, cpu time.Duration
	answer    string
}

// ask runs a statement over HTTP, without what a client does with the rows.
func ask(b *testing.B, w *warehouse.Warehouse, statement string) asked {
	b.Helper()
	base, database, _ := strings.Cut(strings.TrimPrefix(w.URL(), "http://"), "/")
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+base+"/?wait_end_of_query=1&database="+url.QueryEscape(database), strings.NewReader(statement))
	if err != nil {
		b.Fatal(err)
	}
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before) // the engine is in this process
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	a := asked{wall: time.Since(start), answer: string(body)}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatalf("%.200s: %v %.500s", statement, err, body)
	}
	a.cpu = cpuTime(after) - cpuTime(before)
	return a
}

func cpuTime(u syscall.Rusage) time.Duration {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// selected is what the engine has read so far, rows and bytes.
func selected(b *testing.B, w *warehouse.Warehouse) (rows, bytes float64) {
	b.Helper()
	answer := ask(b, w, "SELECT sumIf(value, event = 'SelectedRows'), sumIf(value, event = 'SelectedBytes') FROM system.events").answer
	if _, err := fmt.Sscan(answer, &rows, &bytes); err != nil {
		b.Fatalf("system.events: %q: %v", answer, err)
	}
	return rows, bytes
}

// measure reports the fastest of three tries, the first of which warms up.
func measure(b *testing.B, w *warehouse.Warehouse, statement string) {
	b.Helper()
	best := ask(b, w, statement)
	for range 2 {
		if again := ask(b, w, statement); again.wall < best.wall {
			best = again
		}
	}
	rows, bytes := selected(b, w)
	ask(b, w, statement)
	rowsAfter, bytesAfter := selected(b, w)
	for b.Loop() {
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(best.wall.Microseconds())/1000, "ms")
	b.ReportMetric(float64(best.cpu.Microseconds())/1000, "cpu-ms")
	b.ReportMetric((rowsAfter-rows)/1e6, "Mrows-read")
	b.ReportMetric((bytesAfter-bytes)/1e6, "MB-read")
}

// viewQuestions is how each view is asked that is not asked whole.
var viewQuestions = map[string]string{
	"notices":           "SELECT * FROM notices WHERE published BETWEEN '2019-05-01' AND '2019-05-31' AND category = 'loss' ORDER BY published DESC LIMIT 50",
	"incidents":         "SELECT month, count(), median(people) FROM incidents WHERE sector = 'education' AND NOT synthetic GROUP BY month",
	"texts":             "SELECT body FROM texts WHERE notice_id = lower(hex(sipHash128(toUInt64(4711))))",
	"readings":          "SELECT * FROM readings WHERE notice_id = lower(hex(sipHash128(toUInt64(4711))))",
	"evidence":          "SELECT * FROM evidence WHERE notice_id = lower(hex(sipHash128(toUInt64(4711))))",
	"million_plus":      "SELECT * FROM million_plus ORDER BY people DESC LIMIT 50",
	"reportable":        "SELECT year, countIf(reportable), countIf(reportable IS NULL), countIf(within_final) FROM reportable GROUP BY year",
	"assumed_damage":    "SELECT organization, published, people, jo_yen, explanation_ja FROM assumed_damage ORDER BY jo_yen DESC NULLS LAST LIMIT 50",
	"telecom_accidents": "SELECT organization, service, verdict, outage_minutes, people FROM telecom_accidents WHERE verdict = 'yes' ORDER BY people DESC LIMIT 50",
	"follow_ups":        "SELECT organization, case_date, notices, follow_up_days, people_growth FROM follow_ups ORDER BY people_growth DESC NULLS LAST LIMIT 50",
}

// BenchmarkViews asks every view.
func BenchmarkViews(b *testing.B) {
	n := benchRows(b)
	for _, in := range []state{loaded, atRest} {
		b.Run(string(in), func(b *testing.B) {
			w := filled(b, in, n)
			for _, v := range warehouse.Views() {
				statement, ok := viewQuestions[v.Name]
				if !ok {
					statement = "SELECT * FROM " + v.Name
				}
				b.Run(v.Name, func(b *testing.B) { measure(b, w, statement+" FORMAT Null") })
			}
			b.Run("notice_by_id", func(b *testing.B) {
				measure(b, w, "SELECT * FROM notices WHERE notice_id = lower(hex(sipHash128(toUInt64(4711)))) FORMAT Null")
			})
		})
	}
}

// BenchmarkOrderings holds the table's order and the way to one row a notice against
// others, over the same rows.
func BenchmarkOrderings(b *testing.B) {
	n := benchRows(b)
	for _, in := range []state{loaded, atRest} {
		b.Run(string(in), func(b *testing.B) { benchmarkOrderings(b, filled(b, in, n), in, n) })
	}
}

func benchmarkOrderings(b *testing.B, w *warehouse.Warehouse, in state, n int) {
	const settings = " SETTINGS allow_nullable_key = 1"
	tables := []struct{ name, order string }{
		{"notice_rows", ""}, // year; published, notice_id
		{"by_id", "PARTITION BY tuple() ORDER BY notice_id"},
		{"by_day", "PARTITION BY tuple() ORDER BY (published, notice_id)" + settings},
		{"by_month", "PARTITION BY toYYYYMM(published) ORDER BY (published, notice_id)" + settings},
	}
	for _, t := range tables[1:] {
		ask(b, w, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s AS notice_rows ENGINE = ReplacingMergeTree(classified_at) %s", t.name, t.order))
		fill(b, w, t.name, in, n, func() {
			order := ""
			if in == loaded { // in parts like those of the loads
				order = "ORDER BY classified_at"
			}
			ask(b, w, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM notice_rows %s SETTINGS max_partitions_per_insert_block = 0, min_insert_block_size_rows = 500000, max_insert_block_size = 500000, max_threads = 1, max_insert_threads = 1", t.name, generatedColumns, generatedColumns, order))
		})
	}
	questions := []struct{ name, from, where string }{
		{"all", "SELECT toStartOfMonth(published) AS m, sector, count() FROM %s %s GROUP BY m, sector FORMAT Null", "WHERE is_incident"},
		{"month", "SELECT category, count() FROM %s %s GROUP BY category FORMAT Null", "WHERE is_incident AND published BETWEEN '2019-05-01' AND '2019-05-31'"},
	}
	// Ways to one row a notice that do without FINAL. The month is asked for outside: the
	// columns of a notice may differ from reading to reading.
	ways := []struct{ name, from string }{
		{"argmax", "(SELECT notice_id, argMax(published, classified_at) AS published, argMax(sector, classified_at) AS sector, argMax(category, classified_at) AS category, argMax(is_incident, classified_at) AS is_incident FROM notice_rows GROUP BY notice_id)"},
		{"limit_by", "(SELECT notice_id, published, sector, category, is_incident FROM notice_rows ORDER BY published, notice_id, classified_at DESC LIMIT 1 BY notice_id)"},
		{"no_dedup", "notice_rows"},
	}
	for _, q := range questions {
		for _, t := range tables {
			b.Run(q.name+"/"+t.name+"/final", func(b *testing.B) { measure(b, w, fmt.Sprintf(q.from, t.name+" FINAL", q.where)) })
		}
		for _, way := range ways {
			b.Run(q.name+"/notice_rows/"+way.name, func(b *testing.B) { measure(b, w, fmt.Sprintf(q.from, way.from, q.where)) })
		}
	}
}
