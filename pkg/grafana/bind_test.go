package grafana_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"owabi/pkg/grafana"
)

// day is when a day begins in Japan.
func day(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, grafana.Japan)
	if err != nil {
		panic(err)
	}
	return t
}

// fiveYears is a time range that holds what tests load.
func fiveYears() grafana.Values {
	return grafana.Values{From: day("2021-01-01"), To: day("2025-12-31")}
}

func TestAChosenValueIsNeverPartOfTheSQL(t *testing.T) {
	const hostile = "x') OR 1=1; DROP TABLE notice_rows --"
	for _, d := range grafana.Dashboards() {
		chosen := fiveYears()
		chosen.Chosen = map[string][]string{}
		for _, v := range d.Variables {
			if len(v.Options) == 0 {
				chosen.Chosen[v.Name] = []string{hostile}
			}
		}
		for _, p := range d.Panels {
			if p.SQL == "" {
				continue
			}
			s, err := d.Bind(p, grafana.English, chosen)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(s.SQL, "DROP") {
				t.Errorf("%s, panel %d: %s", d.UID, p.ID, s.SQL)
			}
			for name := range s.Parameters {
				if !strings.Contains(s.SQL, "{"+name+":") {
					t.Errorf("%s, panel %d: parameter %s is not in the SQL", d.UID, p.ID, name)
				}
			}
		}
	}
}

// Bars over moments go into days, so that none is of two.
func TestBarsGoIntoDays(t *testing.T) {
	d, err := grafana.Find("pipeline")
	if err != nil {
		t.Fatal(err)
	}
	p, _ := d.Panel(2)
	for _, tt := range []struct {
		first, after string // day
		want         time.Duration
	}{
		{"2024-03-01", "2024-03-02", 30 * time.Minute},
		{"2024-03-01", "2024-04-01", 24 * time.Hour},
		{"2024-03-01", "2024-03-31", 12 * time.Hour},
		{"2024-03-01", "2024-04-30", 24 * time.Hour},
		{"2024-03-01", "2024-05-01", 2 * 24 * time.Hour},
		{"2024-01-01", "2025-01-01", 7 * 24 * time.Hour},
	} {
		s, err := d.Bind(p, grafana.English, grafana.Values{From: day(tt.first), To: day(tt.after).Add(-time.Millisecond)})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Parameters["interval_seconds"]; got != uint32(tt.want/time.Second) || s.Interval != tt.want {
			t.Errorf("from %s to %s: bars of %v s, told as %v, want %v", tt.first, tt.after, got, s.Interval, tt.want)
		}
	}
}

func TestAllChosenAsksForNoCondition(t *testing.T) {
	d, err := grafana.Find("overview")
	if err != nil {
		t.Fatal(err)
	}
	chosen := fiveYears()
	all, err := d.Bind(d.Panels[0], grafana.English, chosen)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(all.SQL, "sector") {
		t.Errorf("asks for sectors although all are wanted: %s", all.SQL)
	}
	chosen.Chosen = map[string][]string{"sector": {"telecom", "media"}}
	some, err := d.Bind(d.Panels[0], grafana.English, chosen)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(some.SQL, "sector IN {sector:Array(String)}") || !slices.Equal(some.Parameters["sector"].([]string), []string{"telecom", "media"}) {
		t.Errorf("%s %v", some.SQL, some.Parameters)
	}
}

func TestWhatCannotBeChosenIsToldInWords(t *testing.T) {
	d, err := grafana.Find("overview")
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, values ...string) grafana.Values {
		chosen := fiveYears()
		chosen.Chosen = map[string][]string{name: values}
		return chosen
	}
	for name, tc := range map[string]struct {
		chosen grafana.Values
		want   error
		words  string
	}{
		"end before begin": {grafana.Values{From: day("2025-01-02"), To: day("2025-01-01")}, grafana.ErrTimeRange, "begins 2025-01-02, after its end 2025-01-01"},
		"too early":        {grafana.Values{From: day("1899-12-31"), To: day("2025-01-01")}, grafana.ErrTimeRange, "from 1900-01-01"},
		"too late":         {grafana.Values{From: day("2025-01-01"), To: day("2300-01-01")}, grafana.ErrTimeRange, "to 2299-12-31"},
		"no such variable": {with("weather", "rain"), grafana.ErrUnknownVariable, `"weather"`},
		"no such category": {with("category", "rain"), grafana.ErrValue, `variable category: impossible value "rain"`},
		"two of one":       {with("synthetic", "include", "leave_out"), grafana.ErrValue, "want one value"},
		"too many":         {with("organization", make([]string, 1001)...), grafana.ErrValue, "more than 1000"},
	} {
		_, err := d.Bind(d.Panels[0], grafana.Japanese, tc.chosen)
		if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := grafana.Find("overwiew"); !errors.Is(err, grafana.ErrUnknownDashboard) || !strings.Contains(err.Error(), "overview") {
		t.Errorf("an unknown dashboard: %v", err)
	}
}
