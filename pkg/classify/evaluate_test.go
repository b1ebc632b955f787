package classify_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"owabi/pkg/classify"
	"owabi/pkg/notice"
)

const goldLines = `{"id":"a","kind":"notice","publisher":"株式会社みなと商会","title":"t","published":"2024-05-01","text":"t\nb","gold":{"is_incident":true,"category":"loss","also":["theft"],"sector":"retail_wholesale","people":100,"people_bound":"exact","records":null,"outage_minutes":100,"occurred":"2024-04","detected":null,"exposure":"suspected","data_types":["name","phone"],"stage":null,"contractor":false,"secondary_damage":null}}

{"id":"b","text":"x","gold":{"is_incident":true,"category":"theft","sector":"education","data_types":[]}}
{"id":"c","text":"x","gold":{"is_incident":false,"category":"other","sector":"education"}}
{"id":"d","text":"x","gold":{"is_incident":true,"category":"loss","sector":"education"}}
`

func ptr[T any](v T) *T { return &v }

// TestEvaluateMeasures checks each measure on answers whose figures were worked
// out by hand.
func TestEvaluateMeasures(t *testing.T) {
	gold, err := classify.ReadGold(strings.NewReader(goldLines))
	if err != nil {
		t.Fatal(err)
	}
	a := notice.Classification{ID: "a", IsIncident: true, Category: notice.Theft, Sector: notice.RetailWholesale, Published: ptr("2024-05-01")}
	a.Organization.Name = ptr("みなと商会")
	a.Impact.People = &notice.Quantity{Value: 100}
	a.Impact.OutageMinutes = &notice.Duration{Value: 102}
	a.Timeline.Occurred = ptr("2024-04-03T10:00:00+09:00")
	a.Impact.DataTypes = []notice.DataType{notice.DataName, notice.DataEmail}
	b := notice.Classification{ID: "b", IsIncident: true, Category: notice.Theft, Sector: notice.Media}
	b.Impact.Records = &notice.Quantity{Value: 3}
	b.Contractor.Involved = true
	c := notice.Classification{ID: "c", IsIncident: true}
	report := classify.Evaluate(gold, []notice.Classification{a, b, c})
	for name, want := range map[string]float64{
		"rows": 4, "incidents": 3, "missing": 1,
		"incident_f1":        2.0 / 3, // 2 found, 1 too many, 1 missed
		"lookalike_rejected": 0,
		"category_accuracy":  1.0 / 3, "category_lenient": 2.0 / 3,
		"category_macro_f1": (0 + 2.0/3) / 2, // loss never right; theft 1 right, 1 too many
		"sector_accuracy":   1.0 / 3,
		"people_exact_all":  1, "people_exact_when_stated": 1, "people_invented": 0,
		"records_exact_all": 2.0 / 3, "records_invented": 1.0 / 3,
		"outage_minutes_exact_all": 1, // 2 minutes off 100 is within 2 %
		"occurred_when_stated":     1, "published_when_stated": 1,
		"exposure_accuracy": 2.0 / 3, "stage_accuracy": 1, "secondary_damage_accuracy": 1,
		"publisher_accuracy": 1, "contractor_accuracy": 2.0 / 3,
		"data_types_f1": 0.5,
	} {
		got, ok := report.Value(name)
		if !ok || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v (%v), want %v", name, got, ok, want)
		}
	}
	if _, ok := report.Value("detected_when_stated"); ok {
		t.Error("detected was measured on nothing and has a value")
	}
	var table, misses, out bytes.Buffer
	if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "category_accuracy                0.333\n") || !strings.Contains(table.String(), "detected_when_stated             None\n") {
		t.Errorf("table %v:\n%s", err, &table)
	}
	if err := report.WriteMisses(&misses, "category"); err != nil || !strings.HasPrefix(misses.String(), "a\tcategory\tloss\ttheft") {
		t.Errorf("misses %v: %s", err, &misses)
	}
	if err := report.WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(out.Bytes(), &m); err != nil || m["rows"] != 4.0 || m["detected_when_stated"] != nil {
		t.Errorf("JSON %v: %s", err, &out)
	}
}

func TestReadGoldNamesTheLine(t *testing.T) {
	for want, in := range map[string]string{
		"line 1":           "{",
		"line 2: no id":    "\n" + `{"text":"x","gold":{"category":"loss"}}`,
		"has no text":      `{"id":"a","gold":{"category":"loss"}}`,
		"no category":      `{"id":"a","text":"x","gold":{"category":"mislaid"}}`,
		"stands on line 1": `{"id":"a","text":"x","gold":{"category":"loss"}}` + "\n" + `{"id":"a","text":"x","gold":{"category":"loss"}}`,
	} {
		if _, err := classify.ReadGold(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestGoldCountsTheHeadlineOnce(t *testing.T) {
	gold, err := classify.ReadGold(strings.NewReader(goldLines))
	if err != nil {
		t.Fatal(err)
	}
	if n := gold[0].Notice(); n.Title != "t" || n.Body != "b" || n.Text() != "t\nb" {
		t.Errorf("got title %q, body %q", n.Title, n.Body)
	}
	if n := gold[0].Blind(); n.Title != "" || n.Publisher != "" || n.Published != "" || n.Body != "t\nb" {
		t.Errorf("blind, the notice has %+v", n)
	}
}

func TestExplain(t *testing.T) {
	n := notice.Notice{Source: "text", Title: "書類の紛失について", Body: "お客様３名の申込書を紛失しました。深くお詫び申し上げます。"}
	c := newClassifier(t).Classify(n)
	plain, ansi := classify.Explain(n, c, false), classify.Explain(n, c, true)
	if !strings.Contains(plain, "«３名»") || !strings.Contains(plain, "impact.people") || strings.Contains(plain, "\x1b") {
		t.Errorf("plain:\n%s", plain)
	}
	if !strings.Contains(ansi, "\x1b[1;4m３名\x1b[0m") {
		t.Errorf("ANSI:\n%q", ansi)
	}
	other := n
	other.Title, other.Body = "", "別"
	classify.Explain(other, c, false) // marks what it can, and does not panic
}
