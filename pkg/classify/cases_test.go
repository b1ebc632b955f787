package classify_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"owabi/pkg/notice"
)

// testCase is one case of testdata/cases; the README there tells the format.
type testCase struct {
	name   string
	line   int
	notice notice.Notice
	want   [][2]string
}

func readCases(t *testing.T, file string) []testCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []testCase
	part := 0
	var body []string
	for i, line := range strings.Split(string(data), "\n") {
		if name, ok := strings.CutPrefix(line, "=== "); ok {
			cases = append(cases, testCase{name: name, line: i + 1, notice: notice.Notice{Source: "text"}})
			part, body = 0, nil
			continue
		}
		if len(cases) == 0 {
			if strings.TrimSpace(line) != "" {
				t.Fatalf("%s:%d: words before the first case", file, i+1)
			}
			continue
		}
		c := &cases[len(cases)-1]
		if line == "---" {
			if part++; part == 2 {
				c.notice.Body = strings.Join(body, "\n")
			}
			continue
		}
		if part == 1 {
			body = append(body, line)
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("%s:%d: want field: value", file, i+1)
		}
		if part == 2 {
			c.want = append(c.want, [2]string{key, value})
			continue
		}
		switch key {
		case "publisher":
			c.notice.Publisher = value
		case "title":
			c.notice.Title = value
		case "published":
			c.notice.Published = value
		default:
			t.Fatalf("%s:%d: a notice has no %q", file, i+1, key)
		}
	}
	return cases
}

func orDash[T ~string](s *T) string {
	if s == nil || *s == "" {
		return "-"
	}
	return string(*s)
}

func list[T ~string](values []T) string {
	if len(values) == 0 {
		return "-"
	}
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

// field renders one field of c as the case files write it.
func field(c notice.Classification, name string) (string, bool) {
	number := func(q *notice.Quantity) string {
		if q == nil {
			return "-"
		}
		return strconv.FormatInt(q.Value, 10)
	}
	bound := func(q *notice.Quantity) string {
		if q == nil {
			return "-"
		}
		return string(q.Bound)
	}
	switch name {
	case "incident":
		return strconv.FormatBool(c.IsIncident), true
	case "category":
		return string(c.Category), true
	case "also":
		return list(c.Also), true
	case "sector":
		return string(c.Sector), true
	case "people":
		return number(c.Impact.People), true
	case "people.bound":
		return bound(c.Impact.People), true
	case "people.text":
		if c.Impact.People == nil {
			return "-", true
		}
		return c.Impact.People.Text, true
	case "records":
		return number(c.Impact.Records), true
	case "records.bound":
		return bound(c.Impact.Records), true
	case "outage_minutes":
		if c.Impact.OutageMinutes == nil {
			return "-", true
		}
		return strconv.FormatInt(c.Impact.OutageMinutes.Value, 10), true
	case "exposure":
		return orDash(c.Impact.Exposure), true
	case "data_types":
		return list(c.Impact.DataTypes), true
	case "secondary_damage":
		return orDash(c.Impact.SecondaryDamage), true
	case "occurred":
		return orDash(c.Timeline.Occurred), true
	case "detected":
		return orDash(c.Timeline.Detected), true
	case "restored":
		return orDash(c.Timeline.Restored), true
	case "ended":
		return orDash(c.Timeline.Ended), true
	case "effects":
		return list(c.Effects), true
	case "published":
		return orDash(c.Published), true
	case "stage":
		return orDash(c.Stage), true
	case "found_by":
		return orDash(c.FoundBy), true
	case "medium":
		return orDash(c.Medium), true
	case "contractor":
		return strconv.FormatBool(c.Contractor.Involved), true
	case "contractor.name":
		return orDash(c.Contractor.Name), true
	case "publisher":
		return orDash(c.Organization.Name), true
	case "severity":
		return string(c.Severity), true
	case "warnings":
		return list(c.Warnings), true
	}
	return "", false
}

func TestCases(t *testing.T) {
	c := newClassifier(t)
	files, err := filepath.Glob(filepath.Join("testdata", "cases", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatal("no case files", err)
	}
	for _, file := range files {
		for _, tc := range readCases(t, file) {
			t.Run(filepath.Base(file)+"/"+tc.name, func(t *testing.T) {
				got := c.Classify(tc.notice)
				checkClassification(t, tc.notice, got)
				for _, w := range tc.want {
					value, ok := field(got, w[0])
					if !ok {
						t.Fatalf("%s:%d: no field %q", file, tc.line, w[0])
					}
					same := value == w[1]
					switch w[0] {
					case "occurred", "detected", "restored", "ended":
						same = strings.HasPrefix(value, w[1])
					}
					if !same {
						t.Errorf("%s:%d: %s is %s, want %s", file, tc.line, w[0], value, w[1])
					}
				}
				if t.Failed() {
					for _, e := range got.Evidence {
						t.Logf("%s %s %q", e.Field, e.Rule, e.Text)
					}
				}
			})
		}
	}
}
