package classify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"owabi/pkg/classify"
	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// benchNotices are the labelled notices of testdata, or those of the file that
// OWABI_BENCH_JSONL names.
func benchNotices(b *testing.B) (notices []notice.Notice, characters int) {
	b.Helper()
	gold := readGold(b, filepath.Join("testdata", "gold", "*.jsonl"))
	if file := os.Getenv("OWABI_BENCH_JSONL"); file != "" {
		gold = readGold(b, file)
	}
	for _, g := range gold {
		n := g.Notice()
		notices = append(notices, n)
		characters += utf8.RuneCountInString(n.Text())
	}
	return notices, characters
}

// BenchmarkAgainstTokenizer classifies and tokenizes the same notices on one
// core, in one run, so that the two figures can be compared: characters a
// second, and how many times faster classifying is.
func BenchmarkAgainstTokenizer(b *testing.B) {
	c := newClassifier(b)
	tokenizer, err := japanese.NewTokenizer()
	if err != nil {
		b.Fatal(err)
	}
	notices, characters := benchNotices(b)
	perSecond := map[string]float64{}
	b.Run("classify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, n := range notices {
				c.Classify(n)
			}
		}
		perSecond["classify"] = float64(characters) * float64(b.N) / b.Elapsed().Seconds()
		b.ReportMetric(perSecond["classify"], "chars/s")
	})
	b.Run("kagome", func(b *testing.B) {
		for b.Loop() {
			for _, n := range notices {
				t := japanese.New(n.Text())
				tokenizer.Tokens(t, t.Whole())
			}
		}
		perSecond["kagome"] = float64(characters) * float64(b.N) / b.Elapsed().Seconds()
		b.ReportMetric(perSecond["kagome"], "chars/s")
		b.ReportMetric(perSecond["classify"]/perSecond["kagome"], "times-faster")
	})
}

// BenchmarkLength shows that the time grows with the length and no faster:
// chars/s stays about the same from 1 KB to 10 MB.
func BenchmarkLength(b *testing.B) {
	c := newClassifier(b)
	notices, _ := benchNotices(b)
	var whole strings.Builder
	for whole.Len() < 1<<20 {
		for _, n := range notices {
			whole.WriteString(n.Text())
			whole.WriteString("\n")
		}
	}
	for _, size := range []struct {
		name  string
		bytes int
	}{{"1KB", 1 << 10}, {"100KB", 100 << 10}, {"1MB", 1 << 20}} {
		body := strings.ToValidUTF8(whole.String()[:size.bytes], "")
		characters := utf8.RuneCountInString(body)
		b.Run(size.name, func(b *testing.B) {
			for b.Loop() {
				c.Classify(notice.Notice{Source: "text", Body: body})
			}
			b.ReportMetric(float64(characters)*float64(b.N)/b.Elapsed().Seconds(), "chars/s")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := classify.New(classify.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
