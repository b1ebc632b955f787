package japanese

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seed adds the texts of a case file, one by one: the fuzzer is slow on long ones.
func seed(f *testing.F, name string) {
	f.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range strings.Split(string(b), "\n\n") {
		var text []string
		for _, line := range strings.Split(c, "\n") {
			if strings.HasPrefix(line, "> ") {
				text = append(text, line[2:])
			}
		}
		f.Add(strings.Join(text, "\n"))
	}
	f.Add("\xff6月\xe38日")
}

func FuzzText(f *testing.F) {
	seed(f, "normalize.txt")
	f.Fuzz(func(t *testing.T, s string) {
		x := New(s)
		runes := []rune(s)
		if x.Runes() != len(runes) {
			t.Fatalf("%d runes, want %d", x.Runes(), len(runes))
		}
		for i := range x.Norm() {
			sp := x.Span(Range{i, i + 1})
			if sp.Len() < 1 || x.Quote(sp) != string(runes[sp.Start:sp.End]) {
				t.Fatalf("byte %d is %v", i, sp)
			}
		}
	})
}

func FuzzScan(f *testing.F) {
	for _, name := range []string{"dates.txt", "clocks.txt", "intervals.txt", "durations.txt", "quantities.txt", "sums.txt"} {
		seed(f, name)
	}
	f.Fuzz(func(t *testing.T, s string) { checkSpans(t, s) })
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"sections.txt", "sentences.txt", "pairs.txt"} {
		seed(f, name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x := New(s)
		checkDocument(t, x, Parse(x))
	})
}

func FuzzPolarity(f *testing.F) {
	seed(f, "polarity.txt")
	f.Fuzz(func(t *testing.T, s string) {
		x := New(s)
		d := Parse(x)
		for i := range min(len(x.Norm()), 500) {
			if d.Polarity(Range{i, min(i+6, len(x.Norm()))}) == "" {
				t.Fatal("no polarity")
			}
		}
	})
}

func FuzzOrganizations(f *testing.F) {
	seed(f, "organizations.txt")
	seed(f, "names.txt")
	f.Fuzz(func(t *testing.T, s string) {
		x := New(s)
		for _, o := range Organizations(x) {
			if o.Range.Start < 0 || o.Range.Start >= o.Range.End || o.Range.End > len(x.Norm()) {
				t.Fatalf("%+v", o)
			}
		}
		if k := FoldName(s); k != FoldName(k) && FoldName(FoldName(k)) != FoldName(k) {
			t.Fatalf("folding does not settle: %q", k)
		}
		Kind(s)
		Prefecture(s)
	})
}
