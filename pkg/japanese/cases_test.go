package japanese

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A case of testdata/*.txt: the text in lines that begin with "> ", then one
// line for each expected value, in the words of the file's renderer. "@ DATE"
// before the text is the day of publication. Lines that begin with # are
// comments; an empty line ends the case. README.md tells more.
type textCase struct {
	line      int
	text      string
	published time.Time
	want      []string
}

func readCases(t *testing.T, path string) []textCase {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []textCase
	var c *textCase
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case strings.TrimSpace(line) == "":
			c = nil
			continue
		}
		if c == nil {
			out = append(out, textCase{line: n})
			c = &out[len(out)-1]
		}
		switch {
		case strings.HasPrefix(line, "@ "):
			c.published, err = time.Parse("2006-01-02", line[2:])
			if err != nil {
				t.Fatalf("%s:%d: %v", path, n, err)
			}
		case strings.HasPrefix(line, ">"):
			if c.text != "" {
				c.text += "\n"
			}
			c.text += unescape.Replace(strings.TrimPrefix(line[1:], " "))
		default:
			c.want = append(c.want, line)
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// unescape lets a case hold what an editor would change or hide.
var unescape = strings.NewReplacer(`\r`, "\r", `\t`, "\t", `\n`, "\n", `\u00a0`, "\u00a0", `\u200b`, "\u200b", `\x80`, "\x80", `\e`, "")

// renderers say how the values of a file are written, by the file's name.
var renderers = map[string]func(c textCase) []string{
	"normalize.txt":     renderNormalized,
	"dates.txt":         renderDates,
	"clocks.txt":        renderClocks,
	"intervals.txt":     renderIntervals,
	"durations.txt":     renderDurations,
	"quantities.txt":    renderQuantities,
	"sums.txt":          renderSums,
	"polarity.txt":      renderPolarity,
	"sections.txt":      renderSections,
	"sentences.txt":     renderSentences,
	"pairs.txt":         renderPairs,
	"organizations.txt": renderOrganizations,
	"names.txt":         renderNames,
	"announcers.txt":    renderAnnouncers,
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name := range renderers {
		if _, err := os.Stat(filepath.Join("testdata", name)); err != nil {
			t.Errorf("no cases for %s", name)
		}
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			render, ok := renderers[name]
			if !ok {
				t.Fatalf("%s has no renderer", path)
			}
			for _, c := range readCases(t, path) {
				if diff := cmp.Diff(c.want, render(c)); diff != "" {
					t.Errorf("%s:%d: %q (-want +got):\n%s", path, c.line, c.text, diff)
				}
			}
		})
	}
}

func flags(parts ...any) string {
	var b strings.Builder
	for i := 0; i+1 < len(parts); i += 2 {
		if parts[i].(bool) {
			b.WriteString(" " + parts[i+1].(string))
		}
	}
	return b.String()
}

func renderNormalized(c textCase) []string { return strings.Split(New(c.text).Norm(), "\n") }

func renderDates(c textCase) []string {
	v := Scan(New(c.text))
	v.Resolve(Anchor{Published: c.published})
	var out []string
	for _, d := range v.Dates {
		iso := d.ISO()
		if iso == "" {
			iso = fmt.Sprintf("?-%02d-%02d", d.Month, d.Day)
		}
		s := fmt.Sprintf("%s %s", v.text.Quote(d.Span), iso)
		if d.Part != "" {
			s += " " + string(d.Part)
		}
		out = append(out, s+flags(d.WeekdayDiffers, "weekday-differs", d.OutOfEra, "out-of-era", d.Planned, "planned"))
	}
	for _, f := range v.FiscalYears {
		out = append(out, fmt.Sprintf("%s fiscal %d", v.text.Quote(f.Span), f.Year))
	}
	for _, r := range v.Impossible {
		out = append(out, fmt.Sprintf("%s impossible", v.text.Quote(v.text.Span(r))))
	}
	return out
}

func renderClocks(c textCase) []string {
	v := Scan(New(c.text))
	var out []string
	for _, k := range v.Clocks {
		s := fmt.Sprintf("%s %02d:%02d", v.text.Quote(k.Span), k.Hour, k.Minute)
		if !k.Exact() {
			s = v.text.Quote(k.Span) + " vague"
		}
		out = append(out, s+flags(k.Approx, "approx"))
	}
	return out
}

func renderIntervals(c textCase) []string {
	v := Scan(New(c.text))
	v.Resolve(Anchor{Published: c.published})
	var out []string
	for _, iv := range v.Intervals {
		m := "?"
		if n, ok := v.IntervalMinutes(iv); ok {
			m = fmt.Sprint(n)
		}
		out = append(out, fmt.Sprintf("%s %s %s", v.text.Quote(iv.Span), iv.Kind, m))
	}
	return out
}

func renderDurations(c textCase) []string {
	v := Scan(New(c.text))
	var out []string
	for _, d := range v.Durations {
		length := fmt.Sprintf("%d months", d.Months)
		if m, ok := d.Minutes(); ok {
			length = fmt.Sprintf("%d min", m)
		}
		s := fmt.Sprintf("%s %s %s", v.text.Quote(d.Span), length, d.Bound)
		if d.Use != "" {
			s += " " + string(d.Use)
		}
		out = append(out, s)
	}
	return out
}

func renderQuantities(c textCase) []string {
	v := Scan(New(c.text))
	var out []string
	for _, q := range v.Quantities {
		value := fmt.Sprint(q.Value)
		if n, ok := q.Count(); ok {
			value = fmt.Sprint(n)
		}
		if q.Vague {
			value = "?"
		}
		if q.Max > 0 {
			value += fmt.Sprintf("..%g", q.Max)
		}
		s := fmt.Sprintf("%s = %s %s %s", v.text.Quote(q.Span), value, q.Unit, q.Bound)
		s += flags(q.Share, "share", q.Total, "total", q.Part, "part", q.Gross, "gross", q.Per, "per", q.Ordinal, "ordinal")
		s += fmt.Sprintf(" [%s|%s]", v.text.Words(q.Before), v.text.Words(q.After))
		out = append(out, s)
	}
	return out
}

func renderSums(c textCase) []string {
	v := Scan(New(c.text))
	var out []string
	for _, sum := range v.Sums() {
		s := fmt.Sprintf("%s = %g %s %s", strings.ReplaceAll(v.text.Quote(sum.Span), "\n", "/"), sum.Value, sum.Unit, sum.Bound)
		if sum.Told >= 0 {
			s += map[bool]string{false: " told ", true: " differs "}[sum.Differs] + v.text.Quote(v.Quantities[sum.Told].Span)
		}
		out = append(out, s+flags(sum.Disjoint, "disjoint"))
	}
	return out
}

// renderPolarity asks about each word between ⟦ and ⟧.
func renderPolarity(c textCase) []string {
	var asked []Range
	var plain strings.Builder
	for rest := c.text; ; {
		before, after, ok := strings.Cut(rest, "⟦")
		plain.WriteString(before)
		if !ok {
			break
		}
		word, tail, _ := strings.Cut(after, "⟧")
		start := len([]rune(plain.String()))
		asked = append(asked, Range{start, start + len([]rune(word))})
		plain.WriteString(word)
		rest = tail
	}
	t := New(plain.String())
	d := Parse(t)
	var out []string
	for _, a := range asked {
		s := Span(a)
		out = append(out, fmt.Sprintf("%s %s", t.Quote(s), d.Polarity(t.Range(s))))
	}
	return out
}

func renderSections(c textCase) []string {
	t := New(c.text)
	var out []string
	for _, s := range Parse(t).Sections[1:] {
		body := strings.ReplaceAll(strings.TrimSpace(t.Words(s.Own)), "\n", "/")
		out = append(out, fmt.Sprintf("%d [%s] %s = %s", s.Level, s.Marker, s.Title, body))
	}
	return out
}

func renderSentences(c textCase) []string {
	t := New(c.text)
	var out []string
	for _, s := range Parse(t).Sentences {
		out = append(out, strings.ReplaceAll(t.Words(s.Range), "\n", "/"))
	}
	return out
}

func renderPairs(c textCase) []string {
	t := New(c.text)
	d := Parse(t)
	var out []string
	for _, p := range d.Pairs {
		out = append(out, fmt.Sprintf("%s = %s", p.Key, t.Words(p.Value)))
	}
	for _, q := range d.Questions {
		out = append(out, strings.ReplaceAll(fmt.Sprintf("%s %s => %s", q.Label, t.Words(q.Question), t.Words(q.Answer)), "\n", "/"))
	}
	return out
}

func renderOrganizations(c textCase) []string {
	t := New(c.text)
	var out []string
	for _, o := range Organizations(t) {
		s := fmt.Sprintf("%s %s", t.Quote(o.Span), o.Kind)
		if p := Prefecture(o.Name); p != "" {
			s += " " + p
		}
		out = append(out, s+flags(o.Legal, "legal", o.Self, "self"))
	}
	return out
}

func renderAnnouncers(c textCase) []string {
	t := New(c.text)
	var out []string
	for _, o := range Announcers(Parse(t)) {
		out = append(out, fmt.Sprintf("%s %s", t.Quote(o.Span), o.Kind))
	}
	return out
}

func renderNames(c textCase) []string {
	return []string{fmt.Sprintf("%s %s %s", FoldName(c.text), Kind(c.text), Prefecture(c.text))}
}
