package synthetic_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"owabi/pkg/notice"
	"owabi/pkg/source"
	"owabi/pkg/source/synthetic"
)

func generate(t testing.TB, seed uint64, count int) []synthetic.Record {
	t.Helper()
	records, err := synthetic.Generate(seed, count)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(records)
}

func jsonl(t testing.TB, seed uint64, count int) []byte {
	t.Helper()
	records, err := synthetic.Generate(seed, count)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := synthetic.Write(&out, records, true); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// goldenSum is the SHA-256 of the first thousand records of seed 1. It must be the
// same everywhere; it changes when a word of data/ or a draw does, and then only.
const goldenSum = "762b4b92add52431ecc26ec7cd35b09578e6484a2b029ef530f9d8096b97831b"

func TestSameSeedSameBytes(t *testing.T) {
	first := jsonl(t, 1, 1000)
	if sum := sha256.Sum256(first); hex.EncodeToString(sum[:]) != goldenSum {
		t.Errorf("the first thousand records of seed 1 have the sum %x, want %s", sum, goldenSum)
	}
	if few := jsonl(t, 1, 137); !bytes.HasPrefix(first, few) {
		t.Error("few records are not the first of many")
	}
	if other := jsonl(t, 2, 1000); bytes.Equal(first, other) {
		t.Error("another seed gives the same records")
	}
}

func TestEveryRecordIsReadAsANotice(t *testing.T) {
	const count = 3000
	records := generate(t, 7, count)
	in, err := source.Open(context.Background(), source.Stdin, source.Options{Stdin: bytes.NewReader(jsonl(t, 7, count))})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for i := range count {
		item, err := in.Read(context.Background())
		if err != nil || item.Rejected != nil {
			t.Fatalf("record %d: %v, %v", i, err, item.Rejected)
		}
		n := item.Notice
		if err := n.Validate(); err != nil {
			t.Fatal(err)
		}
		if !n.Synthetic || n.Source != source.Synthetic || n.Lang != "ja" || n.CallerID != records[i].ID || strings.HasPrefix(n.Body, n.Title) {
			t.Errorf("record %d: %+v", i, n)
		}
		if ids[n.ID] {
			t.Errorf("record %d is the same notice as an earlier one", i)
		}
		ids[n.ID] = true
	}
	if _, err := in.Read(context.Background()); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

func TestWhatTheyAreAbout(t *testing.T) {
	const count = 20_000
	categories, sectors, bounds, months := map[notice.Category]int{}, map[notice.Sector]int{}, map[notice.Bound]int{}, map[string]int{}
	stages, exposures, data := map[notice.ReportStage]int{}, map[notice.Exposure]int{}, map[notice.DataType]int{}
	var people []int64
	contractors, outages, quotes, undisclosed := 0, 0, 0, 0
	for _, r := range generate(t, 3, count) {
		truth := r.Truth
		categories[truth.Category]++
		sectors[truth.Sector]++
		months[r.Published[:7]]++
		for _, d := range truth.DataTypes {
			data[d]++
		}
		if truth.People != nil {
			people = append(people, *truth.People)
			bounds[*truth.PeopleBound]++
		} else {
			undisclosed++
		}
		if truth.Stage != nil {
			stages[*truth.Stage]++
			if *truth.Stage != notice.StageFirst && strings.Contains(r.Text, "「") {
				quotes++
			}
		}
		if truth.Exposure != nil {
			exposures[*truth.Exposure]++
		}
		if truth.Contractor {
			contractors++
		}
		if truth.OutageMinutes != nil {
			outages++
		}
		if !r.Synthetic || !strings.Contains(r.Text, "合成データ") || !utf8.ValidString(r.Text) || strings.ContainsAny(r.Text+r.Title, "{}[]") {
			t.Fatalf("%s: %s\n%s", r.ID, r.Title, r.Text)
		}
	}
	for _, info := range notice.Categories() {
		if categories[info.Code] < count/500 {
			t.Errorf("category %s: %d of %d", info.Code, categories[info.Code], count)
		}
	}
	for _, info := range notice.Sectors() {
		if sectors[info.Code] < count/1000 {
			t.Errorf("sector %s: %d of %d", info.Code, sectors[info.Code], count)
		}
	}
	if len(months) < 36 {
		t.Errorf("%d months, want at least 36", len(months))
	}
	if len(bounds) != 4 || len(stages) != 4 || len(exposures) != 3 || len(data) < 20 {
		t.Errorf("bounds %v, stages %v, exposures %v, kinds of data %v", bounds, stages, exposures, data)
	}
	slices.Sort(people)
	if median, largest := people[len(people)/2], people[len(people)-1]; median < 20 || median > 5000 || largest < 1_000_000 {
		t.Errorf("the median of persons is %d, the largest %d", median, largest)
	}
	if contractors < count/50 || outages < count/20 || quotes < count/50 || undisclosed < count/10 {
		t.Errorf("contractors %d, outages %d, quoted reports %d, undisclosed %d", contractors, outages, quotes, undisclosed)
	}
}

// The truth is what the text says: each number of it stands there.
func TestTruthStandsInTheText(t *testing.T) {
	for _, r := range generate(t, 5, 5000) {
		text := strings.ReplaceAll(norm.NFKC.String(r.Title+"\n"+r.Text), " ", "") // a spaced-out date is one
		says := func(what string, forms ...string) {
			if !slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, form) }) {
				t.Fatalf("%s: %s: none of %q in\n%s", r.ID, what, forms, text)
			}
		}
		for what, n := range map[string]*int64{"people": r.Truth.People, "records": r.Truth.Records} {
			if n != nil {
				says(what, numberForms(*n)...)
			}
		}
		for what, day := range map[string]*string{"occurred": r.Truth.Occurred, "detected": r.Truth.Detected} {
			if day != nil {
				var y, m, d int
				if _, err := fmt.Sscanf(*day, "%d-%d-%d", &y, &m, &d); err != nil {
					t.Fatal(err)
				}
				says(what, fmt.Sprintf("%d月%d日", m, d), fmt.Sprintf("%02d月%02d日", m, d))
				says(what+"'s year", fmt.Sprintf("%d年", y), fmt.Sprintf("令和%d年", y-2018))
			}
		}
		if r.Truth.Occurred != nil && *r.Truth.Occurred > r.Published {
			t.Errorf("%s: published on %s, before it occurred on %s", r.ID, r.Published, *r.Truth.Occurred)
		}
		if r.Truth.Detected != nil && *r.Truth.Detected > r.Published {
			t.Errorf("%s: published on %s, before it was detected on %s", r.ID, r.Published, *r.Truth.Detected)
		}
		if !r.Truth.IsIncident && (r.Truth.People != nil || r.Truth.Exposure != nil || r.Truth.Stage != nil) {
			t.Errorf("%s: no incident, and %+v", r.ID, r.Truth)
		}
	}
}

func numberForms(n int64) []string {
	digits := fmt.Sprint(n)
	grouped := func(n int64) string {
		s := fmt.Sprint(n)
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	}
	forms := []string{digits, grouped(n)}
	if n < 100 {
		kanji := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
		s := kanji[n%10]
		if n >= 10 {
			s = "十" + s
		}
		if n >= 20 {
			s = kanji[n/10] + s
		}
		forms = append(forms, s)
	}
	if n >= 10_000 {
		man, rest := n/10_000, n%10_000
		forms = append(forms, fmt.Sprintf("%d万%s", man, grouped(rest)), fmt.Sprintf("%d万%d", man, rest))
		if rest == 0 {
			forms = append(forms, fmt.Sprintf("%d万", man))
		}
		if rest%1000 == 0 {
			forms = append(forms, fmt.Sprintf("%d.%d万", man, rest/1000), fmt.Sprintf("%d万%d千", man, rest/1000))
		}
	}
	return forms
}

func TestReportsOfAnIncidentAgree(t *testing.T) {
	last := synthetic.Record{Truth: &synthetic.Truth{}}
	for _, r := range generate(t, 9, 5000) {
		if r.Truth.IncidentLink == last.Truth.IncidentLink {
			switch {
			case r.Publisher != last.Publisher || r.Truth.Category != last.Truth.Category || r.Truth.Sector != last.Truth.Sector:
				t.Errorf("%s and %s are of one incident and differ", last.ID, r.ID)
			case r.Published < last.Published:
				t.Errorf("%s follows %s and is older", r.ID, last.ID)
			case r.Truth.Stage == nil:
				t.Errorf("%s follows %s and has no stage", r.ID, last.ID)
			case last.Truth.People != nil && r.Truth.People != nil && *r.Truth.People < *last.Truth.People:
				t.Errorf("%s: fewer people than in %s", r.ID, last.ID)
			}
		}
		last = r
	}
}

func TestWriteWithoutTruth(t *testing.T) {
	records, err := synthetic.Generate(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := synthetic.Write(&out, records, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, s := range lines {
		var fields map[string]any
		if err := json.Unmarshal([]byte(s), &fields); err != nil || fields["truth"] != nil || fields["synthetic"] != true || fields["text"] == "" {
			t.Errorf("%v: %s", err, s)
		}
	}
	broken := errors.New("the disk is full")
	records, _ = synthetic.Generate(1, 1000)
	if err := synthetic.Write(failing{broken}, records, true); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		records, err := synthetic.Generate(1, 10_000)
		if err != nil {
			b.Fatal(err)
		}
		if err := synthetic.Write(io.Discard, records, true); err != nil {
			b.Fatal(err)
		}
		n += 10_000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
