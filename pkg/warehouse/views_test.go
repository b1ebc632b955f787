package warehouse_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// viewCase is a file of testdata/views: a few notices, and what the views answer,
// worked out by hand in the file's comments.
type viewCase struct {
	Rows []viewRow
	Ask  []struct{ SQL, Want string }
}

// viewRow is a notice as far as the views look at it. What is left out is unknown.
type viewRow struct {
	Org        string
	Kind       notice.OrganizationKind
	Sector     notice.Sector
	Published  string
	Category   notice.Category
	Also       []notice.Category
	Effects    []notice.Effect
	Stage      notice.ReportStage
	People     *int64
	Outage     *int64 // minutes
	Exposure   notice.Exposure
	Data       []notice.DataType
	Occurred   string
	Detected   string
	Contractor string         // "?": involved and not named
	FoundBy    notice.FoundBy `yaml:"found_by"`
	Medium     notice.Medium
	Synthetic  bool
	Page       bool // reports no incident
}

func unlessEmpty[T ~string](v T) *T {
	if v == "" {
		return nil
	}
	return &v
}

func (v viewRow) row(i int) warehouse.Row {
	n := notice.Notice{Source: "jsonl", Publisher: v.Org, Published: v.Published, Body: fmt.Sprintf("お知らせ%d", i), Synthetic: v.Synthetic, FetchedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	n.ID = n.ComputeID()
	c := notice.Classification{
		NoticeID: n.ID, Source: n.Source, Published: unlessEmpty(v.Published), IsIncident: !v.Page,
		Category: v.Category, Also: v.Also, Effects: v.Effects, Sector: v.Sector,
		Organization: notice.Organization{Name: unlessEmpty(v.Org), Key: unlessEmpty(v.Org), Kind: unlessEmpty(v.Kind)},
		Contractor:   notice.Contractor{Involved: v.Contractor != ""},
		Stage:        unlessEmpty(v.Stage),
		Impact:       notice.Impact{Exposure: unlessEmpty(v.Exposure), DataTypes: v.Data},
		Timeline:     notice.Timeline{Occurred: unlessEmpty(v.Occurred), Detected: unlessEmpty(v.Detected)},
		FoundBy:      unlessEmpty(v.FoundBy), Medium: unlessEmpty(v.Medium),
		Severity: notice.SeverityMinor, Classifier: notice.ClassifiedBy{Version: "2"},
	}
	if c.Category == "" {
		c.Category = notice.Loss
	}
	if c.Sector == "" {
		c.Sector = notice.OtherSector
	}
	if v.Contractor != "?" {
		c.Contractor.Name = unlessEmpty(v.Contractor)
	}
	if v.People != nil {
		c.Impact.People = &notice.Quantity{Value: *v.People, Bound: notice.BoundExact, Unit: "人"}
	}
	if v.Outage != nil {
		c.Impact.OutageMinutes = &notice.Duration{Value: *v.Outage}
	}
	return warehouse.Row{Classified: notice.Classified{Classification: c, Notice: &n}, ClassifiedAt: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
}

// stale is another reading of the same notice, by an older classifier, that must
// show nowhere.
func stale(r warehouse.Row) warehouse.Row {
	r.IsIncident, r.Category, r.Sector, r.Organization = !r.IsIncident, notice.Other, notice.Telecom, notice.Organization{Key: ptr("古い読み取り")}
	r.Impact = notice.Impact{People: &notice.Quantity{Value: 9_999_999}, OutageMinutes: &notice.Duration{Value: 99_999}}
	r.Classifier.Version, r.ClassifiedAt = "1", r.ClassifiedAt.Add(-time.Hour)
	return r
}

func TestViews(t *testing.T) {
	files, err := filepath.Glob("testdata/views/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var asked strings.Builder
	ran := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			ran++
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var c viewCase
			decoder := yaml.NewDecoder(strings.NewReader(string(text)))
			decoder.KnownFields(true)
			if err := decoder.Decode(&c); err != nil {
				t.Fatal(err)
			}
			w := open(t)
			var rows, old []warehouse.Row
			for i, v := range c.Rows {
				r := v.row(i)
				rows, old = append(rows, r), append(old, stale(r))
			}
			load(t, w, old...)
			load(t, w, rows...)
			load(t, w, append(rows, old...)...) // all of it again, the old readings last
			for _, a := range c.Ask {
				fmt.Fprintln(&asked, a.SQL)
				_, got, _ := strings.Cut(query(t, w, warehouse.FormatCSV, a.SQL), "\n")
				if strings.TrimSpace(got) != strings.TrimSpace(a.Want) {
					t.Errorf("%s\ngot\n%swant\n%s", a.SQL, got, a.Want)
				}
			}
		})
	}
	if ran < len(files) {
		return // only some cases were asked for
	}
	for _, v := range warehouse.Views() {
		if !strings.Contains(asked.String(), "FROM "+v.Name) {
			t.Errorf("no case asks %s", v.Name)
		}
	}
}

// Two notices of one day can have ids so much alike that they have one moment: the
// latest notice of each organization is its own all the same.
func TestRepeatedOrganizationsOfOneMoment(t *testing.T) {
	w := open(t)
	execute(t, w, `INSERT INTO notice_rows (notice_id, is_incident, organization, organization_key)
SELECT concat('00112233445566', leftPad(lower(hex(number)), 18, '0')), true, name, name
FROM (SELECT number, ['甲組', '乙組', '丙組'][1 + number % 3] AS name FROM numbers(600))`)
	if got := values(t, w, "SELECT concat(organization, ' ', toString(incidents)) FROM repeat_organizations ORDER BY organization"); !slices.Equal(got, []string{"丙組 200", "乙組 200", "甲組 200"}) {
		t.Errorf("got %q", got)
	}
}
