package source

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

func fixedNow() time.Time { return time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC) }

// readAll opens text as standard input and returns every item.
func readAll(t testing.TB, input string, opts Options) []Item {
	t.Helper()
	items, err := tryReadAll(input, opts)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func tryReadAll(input string, opts Options) ([]Item, error) {
	opts.Stdin = strings.NewReader(input)
	if opts.Now == nil {
		opts.Now = fixedNow
	}
	in, err := Open(context.Background(), Stdin, opts)
	if err != nil {
		return nil, err
	}
	var items []Item
	for {
		item, err := in.Read(context.Background())
		if errors.Is(err, io.EOF) {
			return items, in.Close()
		}
		if err != nil {
			return items, err
		}
		items = append(items, item)
	}
}

// show writes items in the form of the golden files.
func show(items []Item) string {
	var out strings.Builder
	for _, item := range items {
		fmt.Fprintf(&out, "line %d\n", item.Line)
		if item.Rejected != nil {
			fmt.Fprintf(&out, "rejected: %v\n", item.Rejected)
			showText(&out, string(item.Rejected.Raw))
			continue
		}
		n := item.Notice
		for _, field := range []struct{ name, value string }{
			{"caller id", n.CallerID}, {"source", n.Source}, {"heading", n.Heading}, {"publisher", n.Publisher},
			{"title", n.Title}, {"published", n.Published}, {"url", n.URL}, {"lang", n.Lang},
		} {
			if field.value != "" {
				fmt.Fprintf(&out, "%s: %s\n", field.name, field.value)
			}
		}
		showText(&out, n.Body)
	}
	return out.String()
}

func showText(out *strings.Builder, text string) {
	for _, s := range strings.Split(text, "\n") {
		fmt.Fprintf(out, "\t|%s\n", s)
	}
	out.WriteByte('\n')
}

// Each file in testdata/digest is a digest; the .golden beside it says what is
// read from it. A new case is a new file and -update.
func TestDigestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/digest/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			input, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".txt")+".golden", show(readAll(t, string(input), Options{Format: Digest})))
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// Words of a made-up digest, put together in all the forms an entry has.
var (
	drawPublisher = rapid.SampledFrom([]string{"株式会社みなも商会", "風待市", "沿海資源庁", "月詠大学(TGU)", "霧浜市消防本部 司令課", "一般社団法人くもいの会", "ソラミネ電機株式会社 北支社"})
	drawHeadline  = rapid.SampledFrom([]string{"個人情報の漏えいについて", "【重要】つながりにくい状況について(復旧報)", "メールの誤送信に関するお詫び", "119 番通報の一時不通について(第2報)", "社員証の紛失について", "クラウドの誤設定によるお客様情報の漏えいの可能性について"})
	drawDate      = rapid.SampledFrom([][2]string{{"2024年3月5日", "2024-03-05"}, {"令 和 6 年 3 月 5 日", "2024-03-05"}, {"2024.3.6", "2024-03-06"}, {"令和6年(2024年)3月7日(木)", "2024-03-07"}})
	drawParagraph = rapid.SampledFrom([]string{"12名に誤って送りました。", " ご迷惑をおかけし、お詫び申し上げます。", "1 概要\n3月5日、停止しました。\n2 原因\n調査中です。", "経緯\n\n・3月5日 発生\n・3月6日 復旧", "※ 対象は約3万人です。", "対象:会員の方", "\u00a0\n続けて調べております。", "お問い合わせ先\n広報室 電話 00-0000-0000"})
	drawSeparator = rapid.SampledFrom([]string{"\n\u00a0\n\n", "\u3000\n", "---\n", "\n=====\n\n", "＊＊＊＊＊\n", "\n\n\n"})
)

type madeEntry struct{ publisher, title, published, body, text string }

func drawEntry(t *rapid.T) madeEntry {
	e := madeEntry{publisher: drawPublisher.Draw(t, "publisher"), title: drawHeadline.Draw(t, "title")}
	var top []string // after the publisher
	date := drawDate.Draw(t, "date")
	switch rapid.IntRange(0, 4).Draw(t, "form") {
	case 0:
		top = []string{e.title, date[0]}
	case 1:
		top = []string{date[0], e.title}
	case 2:
		top = []string{e.title}
	case 3:
		top = []string{date[0]}
	case 4:
		top = []string{e.title, date[0], e.title}
	}
	if strings.Contains(strings.Join(top, "\n"), date[0]) {
		e.published = date[1]
	}
	blank := rapid.SampledFrom([]string{"\n", "\n\n"}).Draw(t, "blank")
	paragraphs := append([]string{"このたびの件についてご報告します。"}, rapid.SliceOfN(drawParagraph, 0, 4).Draw(t, "paragraphs")...)
	paragraphs = append(paragraphs, "以上、お知らせします。")
	e.text = strings.Join(append(append([]string{e.publisher}, top...), paragraphs...), blank) + blank + e.title + "\n"
	inBody := top
	if top[0] == e.title {
		inBody = top[1:]
	}
	e.body = strings.Join(append(append([]string{}, inBody...), paragraphs...), blank)
	return e
}

func TestDigestGivesBackWhatItWasMadeOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := rapid.SliceOfN(rapid.Custom(drawEntry), 2, 8).Draw(t, "entries")
		separator := drawSeparator.Draw(t, "separator")
		heading := rapid.SampledFrom([]string{"", "設備不備", "6月の事案"}).Draw(t, "heading")
		var input strings.Builder
		if heading != "" {
			input.WriteString(heading + "\n\n")
		}
		for i, e := range made {
			if i > 0 {
				input.WriteString(separator)
			}
			input.WriteString(e.text)
		}
		text := input.String()
		if rapid.Bool().Draw(t, "CRLF") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		items, err := tryReadAll(text, Options{Format: Digest})
		if err != nil || len(items) != len(made) {
			t.Fatalf("%d items of %d, %v:\n%s", len(items), len(made), err, show(items))
		}
		for i, e := range made {
			n := items[i].Notice
			got := madeEntry{publisher: n.Publisher, title: n.Title, published: n.Published, body: n.Body, text: e.text}
			if got != e || n.Heading != heading || items[i].Rejected != nil {
				t.Fatalf("entry %d: %v\n%s", i, cmp.Diff(e, got, cmp.AllowUnexported(madeEntry{})), show(items[i:i+1]))
			}
		}
	})
}

// checkNothingLost fails when a line with words of the input stands in no item,
// or in more than it stood in.
func checkNothingLost(t testing.TB, input string, items []Item) {
	t.Helper()
	left := map[string]int{}
	count := func(s string, by int) {
		if strings.TrimSpace(s) != "" && kindOf([]byte(s)) == wordsLine {
			left[sameLine(s)] += by
		}
	}
	titles := map[string]bool{}
	for _, s := range strings.Split(strings.ReplaceAll(input, "\r\n", "\n"), "\n") {
		count(s, 1)
	}
	heading := ""
	for _, item := range items {
		text := string(item.Rejected.text())
		if item.Rejected == nil {
			n := item.Notice
			text = n.Publisher + "\n" + n.Body
			titles[sameLine(n.Title)] = true // stands once or twice
			if n.Heading != heading {
				heading = n.Heading
				for _, s := range strings.Split(heading, " / ") {
					titles[sameLine(s)] = true // may be given again later
				}
			}
		}
		for _, s := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
			count(s, -1)
		}
	}
	for s, n := range left {
		if n != 0 && !titles[s] {
			t.Errorf("line %q stands %d times more in the input than in what was read", s, n)
		}
	}
}

func (r *Rejected) text() []byte {
	if r == nil {
		return nil
	}
	return r.Raw
}

func FuzzDigest(f *testing.F) {
	files, _ := filepath.Glob("testdata/digest/*.txt")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(string(b))
		}
	}
	f.Add("設備不備\n\u00a0\n紛失\n\u00a0\n風待市\n2024.1.1\n")
	f.Fuzz(func(t *testing.T, input string) {
		if !utf8.ValidString(input) || strings.ContainsAny(input, "\x00\x1b") || strings.HasPrefix(input, "\uFEFF") || len(input) > 1<<16 {
			return // what these become is the decoder's matter
		}
		items, err := tryReadAll(input, Options{Format: Digest})
		if err != nil {
			return
		}
		checkNothingLost(t, input, items)
		for _, item := range items {
			if item.Rejected == nil && item.Notice.Validate() != nil {
				t.Error(item.Notice.Validate())
			}
			if item.Line < 1 || item.Line > strings.Count(input, "\n")+1 {
				t.Errorf("line %d", item.Line)
			}
		}
	})
}

// repeated gives text over and over, with its ordinal number, up to n times.
type repeated struct {
	text    string
	n, done int
	rest    []byte
}

func (r *repeated) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.done == r.n {
			return 0, io.EOF
		}
		r.done++
		r.rest = []byte(strings.ReplaceAll(r.text, "%", strconv.Itoa(r.done)))
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func largeEntry() string {
	return "株式会社みなも商会\n\n第%号の誤送信について\n\n2024年3月5日\n\n" +
		strings.Repeat("このたび、お客様の情報を含むメールを、誤って別の方に送りました。ご迷惑をおかけし、お詫び申し上げます。\n\n", 12) +
		"第%号の誤送信について\n\n\u00a0\n\n"
}

// A digest of any size is read within the memory of a few entries.
func TestDigestIsReadAsAStream(t *testing.T) {
	entry := largeEntry()
	count := 8 << 20 / len(entry)
	in, err := Open(t.Context(), Stdin, Options{Stdin: &repeated{text: entry, n: count}})
	if err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := 1; i <= count; i++ {
		item, err := in.Read(t.Context())
		if err != nil || item.Rejected != nil {
			t.Fatal(err, item.Rejected)
		}
		if want := fmt.Sprintf("第%d号の誤送信について", i); item.Notice.Title != want {
			t.Fatalf("got %q, want %q", item.Notice.Title, want)
		}
		if i%500 == 0 {
			if now := heap(); now > before+4<<20 {
				t.Fatalf("after %d entries %d bytes are held, %d at the start", i, now, before)
			}
		}
	}
	if _, err := in.Read(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

// An entry over the limit is rejected with its place, and those around it are read.
func TestDigestLimits(t *testing.T) {
	small := "株式会社みなも商会\n\n誤送信について\n\n12名に送りました。\n\n誤送信について\n\n\u00a0\n\n"
	for name, big := range map[string]string{
		"many lines":    "風待市\n\n誤送付について\n\n" + strings.Repeat("とても長い通知です。\n", 20_000) + "\n誤送付について\n\n\u00a0\n\n",
		"one long line": "風待市\n\n誤送付について\n\n" + strings.Repeat("とても長い通知です。", 20_000) + "\n\n誤送付について\n\n\u00a0\n\n",
		"just over":     "風待市\n\n誤送付について\n\n" + strings.Repeat("x", 1001) + "\n\n誤送付について\n\n\u00a0\n\n",
	} {
		items := readAll(t, small+big+small, Options{Format: Digest, MaxNoticeBytes: 1000})
		if len(items) != 3 || items[0].Rejected != nil || items[2].Rejected != nil || !errors.Is(items[1].Rejected, ErrNoticeTooLarge) || items[1].Line != 11 {
			t.Errorf("%s: %.500s", name, show(items))
		}
	}
}

func TestDigestCutByFailureGivesNoHalfEntry(t *testing.T) {
	small := "株式会社みなも商会\n\n誤送信について\n\n12名に送りました。\n\n誤送信について\n\n\u00a0\n\n"
	broken := errors.New("the cable is out")
	in, err := Open(t.Context(), Stdin, Options{Format: Digest, Stdin: io.MultiReader(strings.NewReader(strings.Repeat(small, 4000)+"風待市\n\n誤送付に"), failing{broken})})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		if _, err = in.Read(t.Context()); err != nil {
			break
		}
		n++
	}
	if !errors.Is(err, broken) || n > 4000 || n < 3900 {
		t.Errorf("%d entries, then %v", n, err)
	}
}

// benchmarkReading reads about 4 MB made of piece again and again.
func benchmarkReading(b *testing.B, piece string) {
	b.Helper()
	count := 4 << 20 / len(piece)
	b.SetBytes(int64(count * len(piece)))
	b.ReportAllocs()
	for b.Loop() {
		in, err := Open(b.Context(), Stdin, Options{Stdin: &repeated{text: piece, n: count}})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			if _, err := in.Read(b.Context()); err != nil {
				break
			}
			n++
		}
		if n != count {
			b.Fatal(n)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	entry := largeEntry()
	benchmarkReading(b, entry)
}
