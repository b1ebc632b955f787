package japanese

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// checkSpans fails unless every span of every value lies in the text, quotes
// exactly its runes, and agrees with its range.
func checkSpans(t interface {
	Helper()
	Fatalf(string, ...any)
}, original string) {
	t.Helper()
	x := New(original)
	runes := []rune(original)
	if x.Runes() != len(runes) {
		t.Fatalf("%q: %d runes, want %d", original, x.Runes(), len(runes))
	}
	check := func(what string, s Span, r Range) {
		t.Helper()
		if s.Start < 0 || s.Start > s.End || s.End > len(runes) {
			t.Fatalf("%q: %s: span %v outside the text", original, what, s)
		}
		if got, want := x.Quote(s), string(runes[s.Start:s.End]); got != want {
			t.Fatalf("%q: %s: quote %q, want %q", original, what, got, want)
		}
		if r.Start < 0 || r.Start > r.End || r.End > len(x.Norm()) {
			t.Fatalf("%q: %s: range %v outside the text", original, what, r)
		}
		if x.Span(r) != s {
			t.Fatalf("%q: %s: range %v is span %v, want %v", original, what, r, x.Span(r), s)
		}
		if r.Len() > 0 && !x.Range(s).Contains(r) {
			t.Fatalf("%q: %s: span %v is range %v, want %v", original, what, s, x.Range(s), r)
		}
	}
	v := Scan(x)
	v.Resolve(Anchor{Published: time.Date(2023, 6, 10, 0, 0, 0, 0, time.UTC)})
	for _, d := range v.Dates {
		check("date", d.Span, d.Range)
		if tm, ok := d.Time(); ok && (tm.Year() != d.Year || int(tm.Month()) != d.Month || tm.Day() != d.Day) {
			t.Fatalf("%q: %q is no day: %v", original, x.Quote(d.Span), d.ISO())
		}
	}
	for _, f := range v.FiscalYears {
		check("fiscal year", f.Span, f.Range)
	}
	for _, r := range v.Impossible {
		check("impossible date", x.Span(r), r)
	}
	for _, c := range v.Clocks {
		check("clock", c.Span, c.Range)
		if c.Hour < 0 || c.Hour > 36 || c.Minute < 0 || c.Minute > 59 {
			t.Fatalf("%q: clock %d:%d", original, c.Hour, c.Minute)
		}
	}
	for _, m := range v.Moments {
		check("moment", m.Span, m.Range)
	}
	for _, iv := range v.Intervals {
		check("interval", iv.Span, iv.Range)
		if n, ok := v.IntervalMinutes(iv); ok && n < 0 {
			t.Fatalf("%q: %d minutes", original, n)
		}
	}
	for _, d := range v.Durations {
		check("duration", d.Span, d.Range)
	}
	d := Parse(x)
	for _, q := range v.Quantities {
		check("quantity", q.Span, q.Range)
		check("noun before", x.Span(q.Before), q.Before)
		check("noun after", x.Span(q.After), q.After)
		if q.Value < 0 || q.Vague && q.Value != 0 {
			t.Fatalf("%q: quantity %v", original, q)
		}
		if d.Polarity(q.Range) == "" {
			t.Fatalf("%q: no polarity", original)
		}
	}
	checkSums(t, original, v, check)
	for _, o := range Organizations(x) {
		check("organization", o.Span, o.Range)
		if !o.Self && (o.Name == "" || o.Key == "") {
			t.Fatalf("%q: organization without a name: %+v", original, o)
		}
	}
	for _, o := range Announcers(d) {
		check("announcer", o.Span, o.Range)
	}
	checkDocument(t, x, d)
}

// checkSums fails unless each list holds two items of its unit or more, in order
// and no one twice, adds up to its sum, and agrees with its total unless it says so.
func checkSums(t interface {
	Helper()
	Fatalf(string, ...any)
}, original string, v *Values, check func(string, Span, Range)) {
	t.Helper()
	seen := map[int]bool{}
	for _, s := range v.Sums() {
		check("sum", s.Span, s.Range)
		total := 0.0
		for n, i := range s.Items {
			q := v.Quantities[i]
			if seen[i] || n > 0 && i <= s.Items[n-1] || q.kind() != (Quantity{Unit: s.Unit}).kind() || !s.Range.Contains(q.Number) {
				t.Fatalf("%q: item %d of %+v", original, i, s)
			}
			seen[i] = true
			total += q.Value
		}
		if len(s.Items) < 2 || total != s.Value || s.Disjoint && !s.Plain {
			t.Fatalf("%q: sum %+v, items add up to %g", original, s, total)
		}
		if s.Differs && s.Told < 0 || s.Told >= 0 && (v.Quantities[s.Told].Value == s.Value) == s.Differs {
			t.Fatalf("%q: told total of %+v", original, s)
		}
	}
}

func checkDocument(t interface {
	Helper()
	Fatalf(string, ...any)
}, x *Text, d *Document) {
	t.Helper()
	in := func(what string, r Range) {
		t.Helper()
		if r.Start < 0 || r.Start > r.End || r.End > len(x.Norm()) {
			t.Fatalf("%q: %s %v outside the text", x.Original(), what, r)
		}
	}
	last := 0
	for _, l := range d.Lines {
		in("line", l.Range)
		in("line body", l.Body)
		if l.Range.Start < last {
			t.Fatalf("%q: lines out of order", x.Original())
		}
		last = l.Range.End
	}
	for i, s := range d.Sections {
		in("heading", s.Heading)
		in("section", s.Body)
		in("section's own", s.Own)
		if s.Parent >= i {
			t.Fatalf("%q: section %d within %d", x.Original(), i, s.Parent)
		}
	}
	last = 0
	for _, s := range d.Sentences {
		in("sentence", s.Range)
		if s.Range.Start < last || s.Range.Len() == 0 {
			t.Fatalf("%q: sentence %v after %d", x.Original(), s.Range, last)
		}
		last = s.Range.End
	}
	for _, p := range d.Pairs {
		in("pair", p.Range)
		in("pair's value", p.Value)
	}
	for _, q := range d.Questions {
		in("question", q.Question)
		in("answer", q.Answer)
	}
}

// pieces are what notices are put together from, whole and broken.
var pieces = []string{
	"令和5年", "２０２３年", "6月", "８日", "（木）", "同日", "翌", "午後", "7時", "30分", "頃", "から", "まで", "～", "−", "1,234", "約", "最大", "名", "人分", "件", "世帯", "万", "億", "十二", "数十",
	"株式会社", "㈱", "(株)", "青空", "ﾊﾟ", "ﾞ", "゛", "①", "１．", "（１）", "■", "【", "】", "「", "」", "(", ")", "。", "、", "\n", "\r\n", "　", " ", "\t", "\u00a0", "\u200b", "流出", "した", "おそれ", "は", "確認されておりません", "が", "場合", "以上", "記",
	"https://example.jp/", "03-1234-5678", "R5.6.8", "Inc.", "Example ", "\xff", "\xe3\x81", "か\u3099", "é", "e\u0301", "横浜市", "神奈川県", "当社", "Q1", "A1", "：", "👪", "\u1100\u1161", "％", "年", "月", "日", "0", "9", "99999999999999999999",
}

func TestSpansLieInTheText(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 6, -1)), 0, 60).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) { checkSpans(t, text.Draw(t, "text")) })
}

func TestQuoteReturnsTheRunes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 200).Draw(t, "pieces"), "")
		x, runes := New(s), []rune(s)
		a := rapid.IntRange(0, len(runes)).Draw(t, "start")
		b := rapid.IntRange(a, len(runes)).Draw(t, "end")
		if got, want := x.Quote(Span{a, b}), string(runes[a:b]); got != want {
			t.Fatalf("quote %q, want %q", got, want)
		}
	})
}

// However many items a list has and however it is written, the total beside it is
// found; one that is off by one is told to differ.
func TestSumsFindTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offices := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"東支店", "西支店", "総務課", "本社", "青空市", "10月4日", "職員", "二年生"}), 2, 6, rapid.ID).Draw(t, "offices")
		unit := rapid.SampledFrom([]string{"件", "名", "通", "世帯", "台"}).Draw(t, "unit")
		form := rapid.SampledFrom([]struct{ before, joins, between, after string }{
			{"", "で", "、", "の計%d%s"}, {"", "が", "及び", "、合計%d%s"}, {"", "　", "\n", "\n合計　%d%s"}, {"", "：", "\n・", "\n計：%d%s"}, {"%d%s（", "", "・", "）"}, {"%d%s。内訳は、", "が", "、", "。"},
		}).Draw(t, "form")
		off := rapid.IntRange(0, 1).Draw(t, "off")
		var items []string
		sum := 0
		for _, o := range offices {
			n := rapid.IntRange(1, 99999).Draw(t, "count")
			sum += n
			items = append(items, fmt.Sprintf("%s%s%d%s", o, form.joins, n, unit))
		}
		text := strings.Join(items, form.between)
		for _, side := range []string{form.before, form.after} {
			if strings.Contains(side, "%d") {
				side = fmt.Sprintf(side, sum+off, unit)
			}
			if form.before != "" && !strings.HasPrefix(text, "対象は") {
				text = "対象は" + side + text
			} else {
				text += side
			}
		}
		sums := Scan(New(text)).Sums()
		if len(sums) != 1 || sums[0].Value != float64(sum) || sums[0].Told < 0 || sums[0].Differs != (off == 1) || !sums[0].Disjoint {
			t.Fatalf("%q: %+v", text, sums)
		}
	})
}

// Normalising twice is normalising once, so that texts can be compared.
func TestNormalizeIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SliceOfN(rapid.SampledFrom([]string{"令 和", "５", "ﾊﾟ", "（株）", "−", "～", "　", "\n", "①", "青空", "㈱", "A b", "\u00a0"}), 0, 30).Draw(t, "pieces")
		once := Normalize(strings.Join(s, "|"))
		if twice := Normalize(once); twice != once {
			t.Fatalf("%q becomes %q", once, twice)
		}
	})
}

func TestHardInputs(t *testing.T) {
	const n = 60_000
	inputs := map[string]string{
		"empty":           "",
		"one byte":        "a",
		"one bad byte":    "\xff",
		"a cut rune":      "日本"[:4],
		"one line":        strings.Repeat("二千三百件の情報が6月8日に流出した可能性は、", n/20),
		"digits":          strings.Repeat("1234567890", n/10),
		"grouped digits":  strings.Repeat("123,", n/4),
		"dotted digits":   strings.Repeat("1.", n/2),
		"kanji digits":    strings.Repeat("一二三十百千万億", n/8),
		"open brackets":   strings.Repeat("(「【", n/3),
		"closed brackets": strings.Repeat("」)】", n/3),
		"numbers":         strings.Repeat("約12名、", n/5),
		"dates":           strings.Repeat("2023年6月8日から", n/11),
		"clocks":          strings.Repeat("午後7時30分～", n/8),
		"headings":        strings.Repeat("■\n1.\n【a】\n", n/10),
		"questions":       strings.Repeat("Q1\nA1\n", n/6),
		"companies":       strings.Repeat("株式会社", n/4),
		"cities":          strings.Repeat("市県区", n/3),
		"foreign names":   strings.Repeat("A Inc. ", n/7),
		"combining marks": "か" + strings.Repeat("\u3099\u0301", n/2),
		"spaced out":      strings.Repeat("令 和 ", n/4),
		"spaces":          strings.Repeat(" 　\t", n/3),
		"line ends":       strings.Repeat("\r\n\n\r", n/4),
		"Arabic":          strings.Repeat("تسرب البيانات ٢٠٢٣ ", n/18),
		"Thai":            strings.Repeat("ข้อมูลรั่วไหล ๑๒๓ ", n/18),
		"Korean":          strings.Repeat("개인정보 유출 2023년 6월 8일 ", n/20),
		"English":         strings.Repeat("On 8 June 2023, 1,234 records leaked. ", n/38),
		"negations":       strings.Repeat("ないずません", n/6),
		"bad bytes":       strings.Repeat("\xf0\x9f6月\xff", n/5),
	}
	for name, s := range inputs {
		t.Run(name, func(t *testing.T) { checkSpans(t, s) })
	}
}
