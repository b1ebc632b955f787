package grafana_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"owabi/pkg/grafana"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// panelAnswer asks a panel and returns its rows as CSV.
func panelAnswer(t *testing.T, w *warehouse.Warehouse, dashboard string, id int, chosen grafana.Values) string {
	t.Helper()
	d, err := grafana.Find(dashboard)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := d.Panel(id)
	if !ok {
		t.Fatalf("%s has no panel %d", dashboard, id)
	}
	s, err := d.Bind(p, grafana.English, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return answer(t, w, s)
}

// What is asked of the facts in a panel's own way, for speed, is what the view of
// that question says.
func TestPanelsAgreeWithTheViews(t *testing.T) {
	w := openWith(t)
	for _, tt := range []struct {
		name, dashboard string
		panel           int
		view            string
	}{
		{"organizations that come again", "organizations", 3, `SELECT organization AS name, incidents, in_12_months, in_36_months, last_incident AS last, organization_key AS code
FROM repeat_organizations INNER JOIN (SELECT organization_key AS key, max(published) AS last_incident FROM incidents WHERE NOT follow_up GROUP BY key) AS told ON key = organization_key
ORDER BY in_12_months DESC, incidents DESC, cityHash64(code, false)`},
		{"outages by operator", "outages", 4, `SELECT organization AS name, incidents AS outages, minutes, max AS most, unknown_share, organization_key AS code
FROM outages_by_operator WHERE incidents = notices AND organization_key IS NOT NULL ORDER BY minutes DESC NULLS LAST, outages DESC, cityHash64(code, false) LIMIT 50`},
		{"later reports", "timeliness", 5, `SELECT organization AS name, case_date, notices, first_published, follow_up_days, first_people, last_people, people_growth, organization_key AS code
FROM follow_ups ORDER BY first_published DESC, case_key LIMIT 100`},
		{"reportable classes", "impact", 6, `SELECT any(l.en) AS name, count() AS incidents, countIf(disclosure_window = 'within_5') AS within_5, countIf(disclosure_window = '6_30') AS from_6,
    countIf(disclosure_window = '31_60') AS from_31, countIf(disclosure_window = 'over_60') AS over_60, countIf(disclosure_window = 'unknown') AS unknown
FROM (SELECT toString(arrayJoin(ppc_classes)) AS class, disclosure_window FROM reportable WHERE NOT follow_up) AS c
INNER JOIN labels AS l ON l.code = c.class WHERE l.kind = 'ppc_class' GROUP BY class ORDER BY class`},
		{"organizations with most incidents", "overview", 7, `SELECT argMax(organization, moment) AS name, argMax(sector_en, moment) AS sector_label, count() AS incidents, sum(people) AS persons,
    countIf(people IS NULL) / count() AS unknown_share, max(published) AS last, organization_key AS code
FROM incidents WHERE NOT follow_up AND organization_key IS NOT NULL GROUP BY organization_key ORDER BY incidents DESC, persons DESC NULLS LAST, cityHash64(code, false) LIMIT 20`},
		{"kinds of data", "impact", 3, `SELECT any(l.en) AS label, count() AS incidents, kind AS code
FROM (SELECT toString(arrayJoin(arrayDistinct(data_types))) AS kind FROM incidents WHERE NOT follow_up) AS kinds
INNER JOIN labels AS l ON l.code = kind WHERE l.kind = 'data_type' GROUP BY kinds.kind AS kind ORDER BY incidents DESC, code`},
		{"hours", "outages", 6, `SELECT leftPad(toString(hour), 2, '0') AS label, countIf(toHour(parseDateTimeBestEffortOrNull(occurred, 'Asia/Tokyo')) = hour) AS outages
FROM incidents CROSS JOIN (SELECT arrayJoin(range(24)) AS hour) AS hours
WHERE NOT follow_up AND length(occurred) > 10 AND (category = 'system_outage' OR has(effects, 'availability') OR outage_minutes IS NOT NULL) GROUP BY hour ORDER BY hour`},
		{"sensitive and card data", "impact", 4, `SELECT month AS time, countIf(hasAny(data_types, [` + dataTypes(func(d notice.DataTypeInfo) bool { return d.Sensitive }) + `])) AS sensitive,
    countIf(hasAny(data_types, [` + dataTypes(func(d notice.DataTypeInfo) bool { return d.Financial }) + `])) AS financial, countIf(hasAny(data_types, ['credit_card', 'security_code'])) AS card
FROM incidents WHERE NOT follow_up GROUP BY month ORDER BY month`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, want := panelAnswer(t, w, tt.dashboard, tt.panel, fiveYears()), answer(t, w, grafana.Statement{SQL: tt.view})
			if got != want || got == "" {
				t.Errorf("the panel says\n%s\nthe view\n%s", got, want)
			}
		})
	}
}

// Two notices of one day can have ids so much alike that they have one moment: each
// organization is named by its own all the same.
func TestTwoNoticesOfOneMoment(t *testing.T) {
	w := openWith(t)
	const put = `INSERT INTO notice_rows (notice_id, published, is_incident, category, sector, severity, organization, organization_key, people)
SELECT concat('00112233445566', leftPad(lower(hex(number)), 18, '0')), '2025-06-01', true, 'loss', 'media', 'minor', name, name, 7
FROM (SELECT number, ['甲組', '乙組', '丙組'][1 + number % 3] AS name FROM numbers(600))`
	if err := w.Query(t.Context(), put, warehouse.FormatCSV, io.Discard); err != nil {
		t.Fatal(err)
	}
	got := panelAnswer(t, w, "overview", 7, grafana.Values{Chosen: map[string][]string{"organization": {"甲組", "乙組", "丙組"}}})
	for _, name := range []string{"甲組", "乙組", "丙組"} {
		if !strings.Contains(got, `{"name":"`+name+`","sector_label":"media","incidents":200,"persons":1400,`) {
			t.Errorf("%s is not in\n%s", name, got)
		}
	}
	if lines := strings.Count(got, "\n"); lines != 3 {
		t.Errorf("%d organizations, want three:\n%s", lines, got)
	}
}

func dataTypes(keep func(notice.DataTypeInfo) bool) string {
	var codes []string
	for _, d := range notice.DataTypes() {
		if keep(d) {
			codes = append(codes, "'"+string(d.Code)+"'")
		}
	}
	return strings.Join(codes, ", ")
}

// Notices that do not say when they were published are in no span of time, but in
// all time; where a chart needs a month they are not in it.
func TestAllTimeHoldsTheUndated(t *testing.T) {
	w := openWith(t)
	name := "日付のない組合"
	load(t, w, changed(1, func(n *notice.Notice, c *notice.Classification) {
		n.Published, n.Body = "", "いつのことか書かれていない通知です。"
		c.Organization.Name, c.Organization.Key = &name, &name
	}))
	for _, tt := range []struct {
		dashboard string
		panel     int
		more      bool // the answer over all time has the undated notice
	}{
		{"overview", 1, true},
		{"overview", 3, false},
		{"overview", 4, true},
		{"overview", 6, false},
		{"impact", 1, true},
		{"impact", 4, false},
		{"timeliness", 2, false},
		{"notices", 1, true},
	} {
		spanned, everything := panelAnswer(t, w, tt.dashboard, tt.panel, fiveYears()), panelAnswer(t, w, tt.dashboard, tt.panel, grafana.Values{})
		if more := spanned != everything; more != tt.more {
			t.Errorf("%s, panel %d: over five years\n%s\nover all time\n%s", tt.dashboard, tt.panel, spanned, everything)
		}
	}
	organizations, err := grafana.Find("organizations")
	if err != nil {
		t.Fatal(err)
	}
	variable, _ := organizations.Variable("organization")
	for chosen, want := range map[*grafana.Values]bool{{}: true, {From: day("2021-01-01"), To: day("2025-12-31")}: false} {
		s, err := organizations.BindLookup(variable, grafana.English, *chosen)
		if err != nil {
			t.Fatal(err)
		}
		if found := strings.Contains(answer(t, w, s), name); found != want {
			t.Errorf("from %v: the undated organization is offered: %v", chosen.From, found)
		}
	}
}

// A notice of two in the morning in Japan is of that day, which in UTC is the one
// before; Grafana, which knows moments alone, finds the same days.
func TestDaysAreJapans(t *testing.T) {
	w := open(t)
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows []warehouse.Row
	for i, fetched := range []string{"2024-03-01T16:00:00Z", "2024-03-01T17:00:00Z", "2024-03-02T14:59:59Z", "2024-03-02T15:00:00Z"} {
		at, err := time.Parse(time.RFC3339, fetched)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, changed(i, func(n *notice.Notice, _ *notice.Classification) {
			n.Published, n.FetchedAt = at.In(grafana.Japan).Format(time.DateOnly), at
		}))
	}
	load(t, w, rows...)
	second := grafana.Values{From: day("2024-03-02"), To: day("2024-03-03").Add(-time.Millisecond)}
	both := grafana.Values{From: day("2024-03-02"), To: day("2024-03-04").Add(-time.Millisecond), Interval: 24 * time.Hour}
	for _, tt := range []struct {
		name, dashboard string
		panel           int
		chosen          grafana.Values
		want            string
	}{
		{"fetched on a day", "pipeline", 1, second, `"fetched":3,`},
		{"published on a day", "overview", 1, second, `"notices":3,`},
		{"a bar a day", "pipeline", 2, both, `{"time":"2024-03-01 15:00:00","code":"jsonl","series":"jsonl","value":3}` + "\n" +
			`{"time":"2024-03-02 15:00:00","code":"jsonl","series":"jsonl","value":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := panelAnswer(t, w, tt.dashboard, tt.panel, tt.chosen); !strings.Contains(got, tt.want) {
				t.Errorf("the explorer sees\n%s\nwant\n%s", got, tt.want)
			}
			d, err := grafana.Find(tt.dashboard)
			if err != nil {
				t.Fatal(err)
			}
			if got := answer(t, w, grafana.Statement{SQL: asGrafana(d, targetSQL(t, d, tt.panel), tt.chosen)}); !strings.Contains(got, tt.want) {
				t.Errorf("Grafana sees\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// targetSQL is what Grafana is told to ask for a panel.
func targetSQL(t *testing.T, d grafana.Dashboard, panel int) string {
	t.Helper()
	data, err := d.JSON(grafana.English)
	if err != nil {
		t.Fatal(err)
	}
	var board rendered
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.ID == panel {
			return p.Targets[0].RawSQL
		}
	}
	t.Fatalf("%s has no panel %d", d.UID, panel)
	return ""
}

// changed is a notice of row(i) after change has had its way with it.
func changed(i int, change func(*notice.Notice, *notice.Classification)) warehouse.Row {
	r := row(i)
	n, c := *r.Classified.Notice, r.Classified.Classification
	change(&n, &c)
	n.ID = n.ComputeID()
	c.NoticeID = n.ID
	if c.Published = nil; n.Published != "" {
		c.Published = &n.Published
	}
	return warehouse.Row{Classified: notice.Classified{Notice: &n, Classification: c}, ClassifiedAt: r.ClassifiedAt}
}

func load(t *testing.T, w *warehouse.Warehouse, rows ...warehouse.Row) {
	t.Helper()
	if rejected, err := w.Load(t.Context(), rows); err != nil || len(rejected) > 0 {
		t.Fatalf("%v %v", rejected, err)
	}
}

// Somebody's slip of a day to come does not move the months that are looked back on.
func TestANoticeOfTheFutureMovesNoSpan(t *testing.T) {
	w := openWith(t)
	values := grafana.Values{From: day("2021-01-01"), To: day("2199-12-31")}
	before := panelAnswer(t, w, "organizations", 3, values)
	load(t, w, changed(1, func(n *notice.Notice, c *notice.Classification) {
		n.Published = "2199-01-01"
		c.Organization.Name, c.Organization.Key = ptr("明日の組合"), ptr("明日の組合")
	}))
	if after := panelAnswer(t, w, "organizations", 3, values); after != before {
		t.Errorf("with a notice of 2199\n%s\nwithout\n%s", after, before)
	}
}

// Of telecom accidents a notice has as many rows as there are services; a hundred
// notices are listed, the rows of one together and in order.
func TestTelecomAccidentsAreListedByNotices(t *testing.T) {
	w := openWith(t)
	var rows []warehouse.Row
	for i := 120; i < 420; i++ {
		rows = append(rows, row(i))
	}
	load(t, w, rows...)
	values := grafana.Values{From: day("2021-01-01"), To: day("2040-12-31")}
	got := strings.Split(strings.TrimSpace(panelAnswer(t, w, "outages", 5, values)), "\n")
	want := strings.Split(strings.TrimSpace(answer(t, w, grafana.Statement{SQL: `SELECT notice_id, service_en AS service_label FROM telecom_accidents
WHERE NOT follow_up AND verdict != 'no' ORDER BY verdict = 'yes' DESC, outage_minutes DESC NULLS LAST, moment, service`})), "\n")
	notices := map[string]bool{}
	for i, line := range got {
		var shown, listed struct {
			ID      string `json:"notice_id"`
			Service string `json:"service_label"`
		}
		if err := errors.Join(json.Unmarshal([]byte(line), &shown), json.Unmarshal([]byte(want[min(i, len(want)-1)]), &listed)); err != nil {
			t.Fatal(err)
		}
		if shown != listed {
			t.Fatalf("row %d is %v, want %v", i, shown, listed)
		}
		notices[shown.ID] = true
	}
	if len(got) != len(want) || len(got) <= 100 {
		t.Errorf("%d rows of %d notices, want %d rows and more than a hundred", len(got), len(notices), len(want))
	}
}

// A later report that does not say when it was published still makes a case of the
// one before.
func TestLaterReportsWithoutADay(t *testing.T) {
	w := openWith(t)
	first := changed(1, func(n *notice.Notice, c *notice.Classification) {
		c.Organization.Name, c.Organization.Key = ptr("続報の組合"), ptr("続報の組合")
		n.Body = "第一報です。"
	})
	load(t, w, first, changed(1, func(n *notice.Notice, c *notice.Classification) {
		c.Organization.Name, c.Organization.Key = ptr("続報の組合"), ptr("続報の組合")
		n.Published, n.Body, c.Stage = "", "続報です。", ptr(notice.StageUpdate)
	}))
	for name, values := range map[string]grafana.Values{"five years": fiveYears(), "all time": {}} {
		if got := panelAnswer(t, w, "timeliness", 5, values); !strings.Contains(got, `{"name":"続報の組合","case_date":"2024-01-05","notices":2,"first_published":"2024-01-16"`) {
			t.Errorf("over %s the case is not there:\n%s", name, got)
		}
	}
}

// What was read of a notice stands there in words: what it is to be read with care
// for, and which value a piece of evidence is of.
func TestANoticeIsToldInWords(t *testing.T) {
	w := openWith(t)
	doubtful := changed(1, func(n *notice.Notice, c *notice.Classification) {
		n.Body, c.Warnings = "食い違う通知です。", []notice.Warning{notice.WarnTitleBodyMismatch, notice.WarnSumMismatch}
	})
	load(t, w, doubtful)
	values := grafana.Values{Chosen: map[string][]string{"notice_id": {doubtful.Classified.NoticeID}}}
	for panel, want := range map[int]string{
		1: `"headline and body disagree, total and items disagree"`,
		2: `{"field_label":"category","text":"通知"`,
		4: `"category_label":"malware"`,
	} {
		if got := panelAnswer(t, w, "notice", panel, values); !strings.Contains(got, want) {
			t.Errorf("panel %d: want %s in\n%s", panel, want, got)
		}
	}
}
