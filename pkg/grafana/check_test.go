package grafana_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/grafana"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

func TestMain(m *testing.M) { os.Exit(chdbtest.Main(m)) }

func open(t *testing.T) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// openWith opens a warehouse that holds notices of two years in which every
// dashboard finds something.
func openWith(t *testing.T) *warehouse.Warehouse {
	t.Helper()
	w := open(t)
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows []warehouse.Row
	for i := range 120 {
		rows = append(rows, row(i))
	}
	if rejected, err := w.Load(t.Context(), rows); err != nil || len(rejected) > 0 {
		t.Fatalf("%v %v", rejected, err)
	}
	return w
}

// row makes the i-th notice; what it tells runs through the codes, and every few
// tell nothing of it. Its organization's name tries the quoting.
func row(i int) warehouse.Row {
	categories, sectors, dataTypes := notice.Categories(), notice.Sectors(), notice.DataTypes()
	published := day("2024-01-15").AddDate(0, i/5, i%5)
	name := fmt.Sprintf(`It's "%d" 組合 \ %%`, i/3)
	n := notice.Notice{
		Source: "jsonl", Publisher: name, Title: "お知らせ", Published: published.Format(time.DateOnly),
		Body: fmt.Sprintf("通知%d。二つ目の文です。", i), FetchedAt: published.Add(30 * time.Hour), Lang: "ja",
	}
	n.ID = n.ComputeID()
	c := notice.Classification{
		NoticeID: n.ID, Source: n.Source, Title: &n.Title, Published: &n.Published, IsIncident: true,
		Category: categories[i%len(categories)].Code, Sector: sectors[i%len(sectors)].Code, Severity: notice.SeverityMinor,
		Organization: notice.Organization{Name: &name, Key: &name, Kind: ptr(notice.KindCompany)},
		Confidence:   0.9, Evidence: []notice.Evidence{{Field: "category", Rule: "loss.named", Text: "通知", Start: 5, End: 7}},
		Classifier: notice.ClassifiedBy{Version: "1", RulesSHA256: strings.Repeat("0", 64)},
	}
	if i%3 != 0 {
		c.Impact.People = &notice.Quantity{Value: int64(10 + i*i*i), Bound: notice.BoundExact, Unit: "人", Text: "人"}
		c.Impact.DataTypes = []notice.DataType{dataTypes[i%len(dataTypes)].Code, notice.DataHealth}
		c.Impact.Exposure = ptr(notice.ExposureConfirmed)
		c.FoundBy, c.Medium = ptr(notice.FoundByStaff), ptr(notice.MediumPaper)
	}
	if i%4 == 0 {
		c.Category, c.Sector, c.Effects = notice.SystemOutage, notice.Telecom, []notice.Effect{notice.Availability}
		c.Impact.OutageMinutes = &notice.Duration{Value: int64(60 + i), Text: "1時間"}
		c.Impact.People = &notice.Quantity{Value: 2_000_000, Bound: notice.BoundApprox, Unit: "人", Text: "約200万人"}
	}
	if i%5 != 0 {
		occurred := published.AddDate(0, 0, -10-i%3).Format(time.DateOnly) + "T08:30:00+09:00"
		detected := published.AddDate(0, 0, -3).Format(time.DateOnly)
		c.Timeline.Occurred, c.Timeline.Detected = &occurred, &detected
	}
	if i%6 == 0 {
		c.Contractor = notice.Contractor{Involved: true, Name: ptr("北野発送株式会社")}
		c.Organization.Kind, c.Sector = ptr(notice.KindMunicipality), notice.GovernmentLocal
		c.Category = notice.Misdelivery
	}
	if i%30 == 2 { // a later report of the notice before
		c.Organization = notice.Organization{Name: ptr(fmt.Sprintf(`It's "%d" 組合 \ %%`, (i-1)/3)), Key: ptr(fmt.Sprintf(`It's "%d" 組合 \ %%`, (i-1)/3))}
		c.Timeline = row(i - 1).Classified.Classification.Timeline
		c.Stage = ptr(notice.StageFinal)
	}
	return warehouse.Row{Classified: notice.Classified{Notice: &n, Classification: c}, ClassifiedAt: n.FetchedAt.Add(2 * time.Second)}
}

func ptr[T any](v T) *T { return &v }

// twoYears is the time range of the notices of openWith.
func twoYears() grafana.CheckConfig {
	return grafana.CheckConfig{From: day("2024-01-01"), To: day("2026-06-30"), Slow: time.Hour}
}

func TestEveryQuestionOfEveryDashboardIsAnswered(t *testing.T) {
	findings, err := grafana.Check(t.Context(), openWith(t), twoYears())
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, f := range findings {
		if f.Verdict == grafana.Failed || f.Verdict == grafana.Empty {
			t.Errorf("%s: %s, %s: %v", f.Verdict, f.Dashboard, f.Where, f.Err)
		}
		if f.Verdict != grafana.Skipped {
			asked++
		}
	}
	panels := 0
	for _, d := range grafana.Dashboards() {
		for _, p := range d.Panels {
			if p.SQL != "" {
				panels += len(grafana.Languages())
			}
		}
	}
	if asked < panels {
		t.Errorf("%d asked of %d", asked, panels)
	}
}

// TestGrafanaAsksTheSame expands what is rendered for Grafana as Grafana 9.4 and its
// ClickHouse plugin 3.3 and 4 do, and holds the answers against those of Bind.
func TestGrafanaAsksTheSame(t *testing.T) {
	w := openWith(t)
	for _, published := range []string{"1965-03-31", "2199-12-01"} { // outside of what a DateTime holds
		load(t, w, changed(4, func(n *notice.Notice, c *notice.Classification) { // an outage, which tells its time
			n.Published, c.Organization.Name, c.Organization.Key = published, &published, &published
		}))
	}
	everything := grafana.Values{From: day("2024-01-01"), To: day("2026-06-30"), Interval: time.Hour, Chosen: map[string][]string{}}
	narrowed := everything
	narrowed.Chosen = map[string][]string{
		"category": {"misdelivery", "loss", "system_outage"}, "sector": {"telecom", "government_local", "media"}, "organization": {`It's "4" 組合 \ %`, `It's "9" 組合 \ %`},
		"synthetic": {"leave_out"}, "ownership": {"public", "private", "unknown"},
	}
	centuries := everything
	centuries.From, centuries.To = day("1960-01-01"), day("2199-12-31")
	for _, d := range grafana.Dashboards() {
		data, err := d.JSON(grafana.Japanese)
		if err != nil {
			t.Fatal(err)
		}
		var board rendered
		if err := json.Unmarshal(data, &board); err != nil {
			t.Fatal(err)
		}
		for i, p := range d.Panels {
			if p.SQL == "" {
				continue
			}
			rounds := map[string]grafana.Values{"narrowed": known(d, narrowed)}
			if i == 0 { // one is enough to see how all is written
				rounds["everything"] = everything
			}
			if strings.Contains(p.SQL, "{month}") {
				rounds["centuries"] = centuries
			}
			for name, chosen := range rounds {
				bound, err := d.Bind(p, grafana.Japanese, chosen)
				if err != nil {
					t.Fatal(err)
				}
				want := answer(t, w, bound)
				got := answer(t, w, grafana.Statement{SQL: asGrafana(d, board.Panels[i].Targets[0].RawSQL, chosen)})
				if name == "centuries" && !(strings.Contains(got, `"1965-03-01`) && strings.Contains(got, `"2199-12-01`)) {
					t.Errorf("%s, panel %d: 1965 and 2199 are not in\n%s", d.UID, p.ID, got)
				}
				got = strings.ReplaceAll(got, `-01 12:00:00"`, `-01"`) // months, which Grafana has at noon
				if got != want {
					t.Errorf("%s, panel %d, %s: Grafana sees\n%s\nwant\n%s", d.UID, p.ID, name, got, want)
				}
			}
		}
	}
}

// known leaves of what was chosen what the dashboard has variables for.
func known(d grafana.Dashboard, chosen grafana.Values) grafana.Values {
	some := map[string][]string{}
	for name, values := range chosen.Chosen {
		if _, ok := d.Variable(name); ok {
			some[name] = values
		}
	}
	chosen.Chosen = some
	return chosen
}

func answer(t *testing.T, w *warehouse.Warehouse, s grafana.Statement) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := w.Ask(t.Context(), warehouse.Question{SQL: s.SQL, Parameters: s.Parameters, Format: warehouse.FormatJSON}, &out); err != nil {
		t.Fatalf("%v\n%s", err, s.SQL)
	}
	return out.String()
}

var variable = regexp.MustCompile(`\$\{(\w+):singlequote\}`)

// asGrafana writes a rendered question as it reaches ClickHouse: the front end
// resolves conditionalAll, then variables, the plugin its macros: those of time by a
// DateTime, which ends in 1970 and 2106, or (4.0.0) by a DateTime64.
func asGrafana(d grafana.Dashboard, sql string, chosen grafana.Values) string {
	for {
		before, macro, found := strings.Cut(sql, "$__conditionalAll(")
		if !found {
			break
		}
		end := closing(macro)
		condition, name := macro[:strings.LastIndex(macro[:end], ", $")], macro[strings.LastIndex(macro[:end], ", $")+3:end]
		if len(chosen.Chosen[name]) == 0 {
			condition = "1=1"
		}
		sql = before + condition + macro[end+1:]
	}
	sql = variable.ReplaceAllStringFunc(sql, func(name string) string {
		name = variable.FindStringSubmatch(name)[1]
		values := chosen.Chosen[name]
		if v, _ := d.Variable(name); len(values) == 0 {
			values = []string{v.Default}
		}
		var quoted []string
		for _, value := range values {
			// Grafana 9.4 escapes the quote alone; later ones the backslash too.
			quoted = append(quoted, "'"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)+"'")
		}
		return strings.Join(quoted, ",")
	})
	moment := "toDateTime(intDiv(%d,1000))"
	if chosen.From.Unix() < 0 {
		moment = "toDateTime64(%d/1000, 3)"
	}
	return strings.NewReplacer(
		"$__fromTime", fmt.Sprintf(moment, chosen.From.UnixMilli()),
		"$__interval_s", fmt.Sprint(int(chosen.Interval.Seconds())),
		"$__toTime", fmt.Sprintf(moment, chosen.To.UnixMilli()),
	).Replace(sql)
}

// closing is where the parenthesis closes that was opened before text.
func closing(text string) int {
	open := 1
	for i, r := range text {
		switch r {
		case '(':
			open++
		case ')':
			open--
		}
		if open == 0 {
			return i
		}
	}
	return -1
}

func TestACheckTellsWhatIsWrongInWords(t *testing.T) {
	unmigrated, empty := open(t), open(t)
	if err := empty.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	down, err := warehouse.Open(warehouse.Config{URL: "http://127.0.0.1:1/owabi", DialTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = down.Close() })
	for name, tc := range map[string]struct {
		warehouse *warehouse.Warehouse
		want      error
		words     string
	}{
		"no tables": {unmigrated, grafana.ErrNoViews, "owabi setup"},
		"no rows":   {empty, grafana.ErrEmptyWarehouse, "holds no notices"},
		"down":      {down, nil, "no ClickHouse answers"},
	} {
		_, err := grafana.Check(t.Context(), tc.warehouse, twoYears())
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	unknown := twoYears()
	unknown.Dashboards = []string{"weather"}
	if _, err := grafana.Check(t.Context(), empty, unknown); !errors.Is(err, grafana.ErrUnknownDashboard) {
		t.Errorf("unknown: %v", err)
	}
	future := grafana.CheckConfig{From: time.Now().AddDate(0, 0, 2)}
	if _, err := grafana.Check(t.Context(), empty, future); !errors.Is(err, grafana.ErrTimeRange) {
		t.Errorf("from a day to come: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := grafana.Check(ended, empty, twoYears()); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

func overviewOnly() grafana.CheckConfig {
	cfg := twoYears()
	cfg.Dashboards = []string{"overview"}
	return cfg
}

func TestACheckFindsTheHeavyTheSlowAndTheEmpty(t *testing.T) {
	w := openWith(t)
	heavy := overviewOnly()
	heavy.Limits = warehouse.Limits{ResultRows: 1}
	slow := overviewOnly()
	slow.Slow = time.Nanosecond
	nothing := overviewOnly()
	nothing.From, nothing.To = day("1950-01-01"), day("1950-12-31")
	for want, cfg := range map[grafana.Verdict]grafana.CheckConfig{grafana.Failed: heavy, grafana.Slow: slow, grafana.Empty: nothing} {
		findings, err := grafana.Check(t.Context(), w, cfg)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, f := range findings {
			if f.Verdict != want {
				continue
			}
			found++
			if want == grafana.Failed && (!errors.Is(f.Err, grafana.ErrTooHeavy) || !strings.Contains(f.Err.Error(), "shorter time range")) {
				t.Errorf("%s: %v", f.Where, f.Err)
			}
		}
		if found == 0 {
			t.Errorf("none %s", want)
		}
	}
}
