package source

import (
	"errors"
	"os"
	"strings"
	"testing"

	"owabi/pkg/notice"
)

func TestJSONLReadsGoodLinesAroundBadOnes(t *testing.T) {
	file, err := os.ReadFile("testdata/lines.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	input := string(file)
	items := readAll(t, input, Options{})
	golden(t, "testdata/lines.golden", show(items))

	reasons := map[int]error{
		4: ErrMalformed, 5: ErrMalformed, 6: notice.ErrNoText, 7: notice.ErrNoText, 8: ErrMalformed,
		9: ErrMalformed, 10: ErrMalformed, 15: ErrMalformed, 17: ErrMalformed, 18: ErrMalformed,
		21: notice.ErrNoText, 23: notice.ErrInvalid, 24: notice.ErrInvalid,
	}
	lines := strings.Split(input, "\n")
	for _, item := range items {
		want := reasons[item.Line]
		switch {
		case item.Rejected == nil && want != nil:
			t.Errorf("line %d was read, want %v", item.Line, want)
		case item.Rejected != nil && !errors.Is(item.Rejected, want):
			t.Errorf("line %d: %v, want %v", item.Line, item.Rejected, want)
		case item.Rejected != nil && string(item.Rejected.Raw) != lines[item.Line-1]:
			t.Errorf("line %d: raw %q", item.Line, item.Rejected.Raw)
		}
	}
}

func TestJSONLLimits(t *testing.T) {
	long := strings.Repeat("あ", 100)
	input := `{"text":"` + long + `"}` + "\n" + `{"text":"短い"}` + "\n" + `{"text":"` + strings.Repeat(long, 3000) + `"}` + "\r\n" + `{"text":"終わり"}`
	items := readAll(t, input, Options{Format: JSONL, MaxNoticeBytes: 100, MaxLineBytes: 1000})
	if len(items) != 4 {
		t.Fatalf("%d items, want 4:\n%s", len(items), show(items))
	}
	for i, tooLarge := range []bool{true, false, true, false} {
		if got := items[i].Rejected != nil; got != tooLarge || got && !errors.Is(items[i].Rejected, ErrNoticeTooLarge) {
			t.Errorf("line %d: rejected %v", items[i].Line, items[i].Rejected)
		}
	}
	if r := items[2].Rejected; !r.Truncated || len(r.Raw) != 1000 || !r.Rejection(notice.StageIngest).Truncated {
		t.Errorf("the long line: %d bytes, truncated %v", len(r.Raw), r.Truncated)
	}
	// Exactly at the limit is not over it, whatever ends the line.
	for _, end := range []string{"", "\n", "\r\n"} {
		line := `{"text":"` + strings.Repeat("x", 1000-11) + `"}`
		if item := readAll(t, line+end, Options{Format: JSONL, MaxLineBytes: 1000})[0]; item.Rejected != nil {
			t.Errorf("a line of exactly the limit ending in %q: %v", end, item.Rejected)
		}
	}
}

func FuzzJSONL(f *testing.F) {
	f.Add(`{"id":"1","publisher":"p","title":"t","published":"2024-01-02","url":"u","text":"t\nx"}` + "\n{\n")
	f.Add("{\"text\":\"\\ud800\"}\r\n\n[]\nnull\n7")
	f.Add("{\"text\":\"1\xff2\"}\n{\"text\":\"名\xe3\x81\",\"other\":0}\n{\"Text\":\"\xed\xa0\x80\",\"title\":\"\\udc00\\ud800\"}")
	f.Fuzz(func(t *testing.T, input string) {
		items, err := tryReadAll(input, Options{Format: JSONL, MaxLineBytes: 200})
		if err != nil {
			return
		}
		for _, item := range items {
			if item.Rejected == nil && item.Notice.Validate() != nil {
				t.Error(item.Notice.Validate())
			}
		}
		if ascii := strings.IndexFunc(input, func(r rune) bool { return r > '~' || r == esc }) < 0; ascii {
			lines := 0
			for _, s := range strings.Split(input, "\n") {
				if strings.TrimSpace(s) != "" || len(s) > 200 {
					lines++
				}
			}
			if lines != len(items) {
				t.Errorf("%d items of %d lines", len(items), lines)
			}
		}
	})
}

func BenchmarkJSONL(b *testing.B) {
	line := `{"id":"%","publisher":"株式会社みなも商会","title":"第%号の誤送信について","text":"第%号の誤送信について\n` + strings.Repeat("このたび、お客様の情報を含むメールを、誤って別の方に送りました。", 20) + `"}` + "\n"
	benchmarkReading(b, line)
}
