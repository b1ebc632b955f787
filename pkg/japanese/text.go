package japanese

import (
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Span is a stretch of the original string, counted in runes: [Start, End).
// This is how every value says where its words stand, and what evidence
// shown to people uses.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Len is the number of runes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains tells whether o lies within s.
func (s Span) Contains(o Span) bool { return s.Start <= o.Start && o.End <= s.End }

// Overlaps tells whether s and o share a rune.
func (s Span) Overlaps(o Span) bool { return s.Start < o.End && o.Start < s.End }

// Range is a stretch of the normalised text, counted in bytes: [Start, End).
// It is the working coordinate: Norm()[r.Start:r.End] are the words. Text.Span
// turns it into the original's coordinate.
type Range struct {
	Start, End int
}

// Len is the number of bytes in the range.
func (r Range) Len() int { return r.End - r.Start }

// Contains tells whether o lies within r.
func (r Range) Contains(o Range) bool { return r.Start <= o.Start && o.End <= r.End }

// Overlaps tells whether r and o share a byte.
func (r Range) Overlaps(o Range) bool { return r.Start < o.End && o.Start < r.End }

// markEvery is how many runes lie between two remembered byte offsets of the
// original: the price of Quote is at most that many runes of walking.
const markEvery = 64

// Text is a string, its normalised form, and the way back. It never changes
// after New and may be used from several goroutines.
type Text struct {
	original string
	norm     string
	from, to []uint32 // for each byte of norm: the original runes [from, to) it came from
	marks    []uint32 // byte offset in original of every markEvery-th rune
	runes    int
}

// New normalises original. Every input is accepted: each byte that is no
// UTF-8 counts as one rune U+FFFD, as in a range loop. The work and the memory
// (about ten times the input) grow linearly; callers limit the size.
func New(original string) *Text {
	t := &Text{original: validUTF8(original)}
	t.normalise()
	t.closeSpacedOut()
	return t
}

// Normalize is New for callers that need only the normalised words.
func Normalize(s string) string { return New(s).norm }

// Original is the string as given, invalid bytes replaced by U+FFFD.
func (t *Text) Original() string { return t.original }

// Norm is the normalised text. Ranges index its bytes.
func (t *Text) Norm() string { return t.norm }

// Runes is the length of the original in runes.
func (t *Text) Runes() int { return t.runes }

// Whole is the range of the whole normalised text.
func (t *Text) Whole() Range { return Range{0, len(t.norm)} }

// Span gives the original runes that r came from. A range that cuts through
// what was one rune in the original (㈱ is three here) covers it whole. Ends
// outside the text are drawn in.
func (t *Text) Span(r Range) Span {
	start, end := clamp(r.Start, len(t.norm)), clamp(r.End, len(t.norm))
	if start >= end {
		at := t.runes
		if start < len(t.norm) {
			at = int(t.from[start])
		}
		return Span{at, at}
	}
	return Span{int(t.from[start]), int(t.to[end-1])}
}

// Range gives the normalised bytes that came from s: the way back of Span.
func (t *Text) Range(s Span) Range {
	start := sort.Search(len(t.norm), func(i int) bool { return int(t.to[i]) > s.Start })
	end := sort.Search(len(t.norm), func(i int) bool { return int(t.from[i]) >= s.End })
	if end < start {
		end = start
	}
	return Range{start, end}
}

// Quote returns the original's own words at s. They are a part of it: who keeps them, and not
// a copy of them, keeps all of it in memory. Ends outside the text are drawn in.
func (t *Text) Quote(s Span) string {
	start, end := clamp(s.Start, t.runes), clamp(s.End, t.runes)
	if start >= end {
		return ""
	}
	return t.original[t.byteAt(start):t.byteAt(end)]
}

// Words returns the normalised words at r.
func (t *Text) Words(r Range) string {
	start, end := clamp(r.Start, len(t.norm)), clamp(r.End, len(t.norm))
	if start >= end {
		return ""
	}
	return t.norm[start:end]
}

func (t *Text) byteAt(r int) int {
	if r >= t.runes {
		return len(t.original)
	}
	i := int(t.marks[r/markEvery])
	for n := r % markEvery; n > 0; n-- {
		_, size := utf8.DecodeRuneInString(t.original[i:])
		i += size
	}
	return i
}

func clamp(i, n int) int { return max(0, min(i, n)) }

func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for _, r := range s { // one U+FFFD for each bad byte
		b.WriteRune(r)
	}
	return b.String()
}

// normalise fills norm, from, to, marks and runes.
func (t *Text) normalise() {
	s := t.original
	out := make([]byte, 0, len(s)+len(s)/16)
	from := make([]uint32, 0, cap(out))
	to := make([]uint32, 0, cap(out))
	marks := make([]uint32, 0, len(s)/(2*markEvery)+1)
	n := 0 // runes of the original so far
	mark := func(at int) {
		if n%markEvery == 0 {
			marks = append(marks, uint32(at))
		}
		n++
	}
	emit := func(first, count int) { // what was appended to out since len(from)
		for len(from) < len(out) {
			from = append(from, uint32(first))
			to = append(to, uint32(first+count))
		}
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			first := n
			mark(i)
			i++
			count := 1
			switch {
			case c == '\r':
				if i < len(s) && s[i] == '\n' {
					mark(i)
					i++
					count = 2
				}
				c = '\n'
			case c == '\n' || c == '\t':
			case c == '\v' || c == '\f':
				c = '\n'
			case c < ' ' || c == 0x7f:
				c = ' '
			}
			if i < len(s) && s[i] >= 0xCC && s[i] <= 0xCD { // a combining mark follows
				if seg := segment(s[i-1:]); seg > 1 {
					end := i - 1 + seg
					for j := i; j < end; {
						_, size := utf8.DecodeRuneInString(s[j:])
						mark(j)
						j += size
					}
					out = norm.NFKC.AppendString(out, s[i-1:end])
					emit(first, n-first)
					i = end
					continue
				}
			}
			out = append(out, c)
			emit(first, count)
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if inert(r) && !marked(s[i+size:]) {
			first := n
			mark(i)
			out = append(out, s[i:i+size]...)
			emit(first, 1)
			i += size
			continue
		}
		if a, ok := folded(r); ok {
			first := n
			mark(i)
			if a >= 0 {
				out = utf8.AppendRune(out, a)
				emit(first, 1)
			}
			i += size
			continue
		}
		first := n
		end := i + segment(s[i:])
		for j := i; j < end; {
			_, w := utf8.DecodeRuneInString(s[j:])
			mark(j)
			j += w
		}
		before := len(out)
		out = norm.NFKC.AppendString(out, s[i:end])
		if w := out[before:]; len(w) > 1 && w[0] == ' ' && r != ' ' {
			out = append(out[:before], s[i:end]...) // ゛ and ￣ would fall apart into a space and a mark
		}
		emit(first, n-first)
		i = end
	}
	t.norm, t.from, t.to, t.marks, t.runes = string(out), from, to, marks, n
}

// segment is the length of the first piece of s that NFKC treats as one.
func segment(s string) int {
	const most = 128 // bytes; a longer run of combining marks is no writing
	if len(s) > most {
		if n := norm.NFKC.NextBoundaryInString(s[:most], false); n > 0 {
			return n
		}
		_, size := utf8.DecodeRuneInString(s)
		return size
	}
	if n := norm.NFKC.NextBoundaryInString(s, true); n > 0 {
		return n
	}
	_, size := utf8.DecodeRuneInString(s)
	return size
}

// inert tells whether r stays as it is. Circled and dotted numbers (①, ⒈),
// superscripts and fractions would become digits under NFKC and then read as
// part of the number beside them, so they are kept.
func inert(r rune) bool {
	switch {
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3041 && r <= 0x3096, r >= 0x30A1 && r <= 0x30FE,
		r >= 0x3001 && r <= 0x301B, r >= 0x3400 && r <= 0x4DBF, r == 0x309D, r == 0x309E:
		return true
	case r >= 0x2460 && r <= 0x2473, r >= 0x2488 && r <= 0x249B, r >= 0x24B6 && r <= 0x24FF, // ① ⒈ Ⓐ ⓫
		r >= 0x3251 && r <= 0x325F, r >= 0x32B1 && r <= 0x32BF, // ㉑ ㊱
		r >= 0x2500 && r <= 0x27BF, r >= 0x2070 && r <= 0x209F, // ■ ❶, superscripts
		r == 0xB2, r == 0xB3, r == 0xB9, r >= 0xBC && r <= 0xBE, r >= 0x2150 && r <= 0x215F, // fractions
		r == 0x2026, r == 0x2025, r == 0x203B, r >= 0x2018 && r <= 0x201F:
		return r != 0x2796 // ➖ is written for a minus
	}
	return false
}

// marked tells whether s begins with a combining mark.
func marked(s string) bool {
	if len(s) < 2 || s[0] < 0xCC {
		return false
	}
	if s[0] == 0xE3 { // kana voicing marks U+3099, U+309A
		return len(s) > 2 && s[1] == 0x82 && (s[2] == 0x99 || s[2] == 0x9A)
	}
	return s[0] <= 0xCD
}

// folded gives the rune that stands for r, -1 when r is dropped. It covers
// what NFKC misses and the commonest of what it does, to spare the tables.
func folded(r rune) (rune, bool) {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E: // full-width ASCII
		return r - 0xFEE0, true
	case r == 0x3000, r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x1680, r == 0x180E:
		return ' ', true
	case r == 0x85, r == 0x2028, r == 0x2029:
		return '\n', true
	case r >= 0x80 && r < 0xA0:
		return ' ', true
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFE58, r == 0xFE63, r == 0x2796, r == 0x2043:
		return '-', true
	case r == 0x301C, r == 0x223C, r == 0x3030, r == 0x2053:
		return '~', true
	case r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2064, r == 0xFEFF, r == 0xAD,
		r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return -1, true
	case r >= 0x2E80 && r <= 0x2EF3: // radicals that PDF fonts map common kanji to and NFKC leaves
		switch r {
		case 0x2EA0:
			return '民', true
		case 0x2EC4:
			return '西', true
		case 0x2EC5, 0x2EC6:
			return '見', true
		case 0x2ED1:
			return '長', true
		case 0x2ED8:
			return '青', true
		case 0x2EEB:
			return '斉', true
		case 0x2EED:
			return '歯', true
		case 0x2EE8:
			return '麦', true
		case 0x2EE9:
			return '黄', true
		case 0x2EDD, 0x2EDE, 0x2EDF:
			return '食', true
		case 0x2EC9:
			return '貝', true
		case 0x2ECB:
			return '車', true
		case 0x2ED4:
			return '門', true
		case 0x2EE2:
			return '馬', true
		case 0x2EE5:
			return '魚', true
		case 0x2EE6:
			return '鳥', true
		}
	}
	return 0, false
}

// closeSpacedOut drops the spaces of spaced-out writing (令 和 5 年 5 月 1 6 日,
// お 知 ら せ): three or more single characters in a row with one space
// between. Digits are joined only where a unit follows, so that the cells
// 1 2 3 of a table stay apart.
func (t *Text) closeSpacedOut() {
	s := t.norm
	var drop []int
	run := run{}
	joined := false // a stretch of this line was: then 合 計  3 1 9 件 goes on with figures
	above := false  // … and one of the line above: then two characters are enough
	flush := func() {
		if run.tokens >= 3 && (run.letters >= 2 || joined && run.letters == 1) || above && run.tokens == 2 && run.letters == 2 {
			drop = append(drop, run.joins(s)...)
			joined = true
		}
		run.reset()
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || r == '\n' || r == '\t' {
			flush()
			if r == '\n' {
				joined, above = false, joined
			}
			i++
			continue
		}
		// A token of one rune is followed by one space or by the line's end.
		j := i + size
		single := j >= len(s) || s[j] == ' ' || s[j] == '\n'
		if !single {
			flush()
			for j < len(s) && s[j] != ' ' && s[j] != '\n' && s[j] != '\t' {
				j++
			}
			i = j
			continue
		}
		if !spacedOut(r) {
			flush()
			i = j
			continue
		}
		run.add(i, r)
		i = j
		if i < len(s) && s[i] == ' ' {
			i++
			if i < len(s) && (s[i] == ' ' || s[i] == '\n') {
				flush()
			}
		}
	}
	flush()
	if len(drop) == 0 {
		return
	}
	out := make([]byte, 0, len(s))
	k := 0
	for i := range len(s) {
		if k < len(drop) && drop[k] == i {
			k++
			continue
		}
		t.from[len(out)], t.to[len(out)] = t.from[i], t.to[i]
		out = append(out, s[i])
	}
	t.norm, t.from, t.to = string(out), t.from[:len(out)], t.to[:len(out)]
}

// run is a stretch of single characters with one space after each.
type run struct {
	at      []int
	digit   []bool
	tokens  int
	letters int
}

func (u *run) reset() { u.at, u.digit, u.tokens, u.letters = u.at[:0], u.digit[:0], 0, 0 }

func (u *run) add(at int, r rune) {
	u.at = append(u.at, at)
	u.digit = append(u.digit, isDigit(r) || r == ',')
	u.tokens++
	if isKanji(r) || isKana(r) {
		u.letters++
	}
}

// joins lists the positions of the spaces that fall away.
func (u *run) joins(s string) []int {
	var drop []int
	unit := false // the digits being walked, from the right, stand before a unit
	for k := len(u.at) - 1; k > 0; k-- {
		r, _ := utf8.DecodeRuneInString(s[u.at[k]:])
		if !u.digit[k] {
			unit = strings.ContainsRune("年月日時分秒万", r) || len(counters[r]) > 0
		}
		if u.digit[k] && u.digit[k-1] && !unit {
			continue
		}
		drop = append(drop, u.at[k]-1)
	}
	sort.Ints(drop)
	return drop
}

func spacedOut(r rune) bool {
	return isDigit(r) || isKanji(r) || isKana(r) || strings.ContainsRune("(),、。「」・", r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isKanji(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r >= 0xF900 && r <= 0xFAFF || r == '々' || r == '〇' || r >= 0x20000 && r <= 0x323AF
}

func isHiragana(r rune) bool { return r >= 0x3041 && r <= 0x309E }

func isKatakana(r rune) bool { return r >= 0x30A1 && r <= 0x30FE && r != '・' }

func isKana(r rune) bool { return isHiragana(r) || isKatakana(r) }

func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
