package japanese

import (
	"strings"
	"unicode/utf8"
)

// Scan reads all values of t in one pass over the normalised text. What is
// read as a date is not read again as a quantity, and the digits of telephone
// numbers, postal codes, addresses, versions, identifiers, articles of law and
// URLs are nobody's quantity.
func Scan(t *Text) *Values {
	sc := scanner{t: t, s: t.norm, v: &Values{text: t}}
	sc.run()
	v := sc.v
	v.join()
	return v
}

type scanner struct {
	t *Text
	s string
	v *Values
}

func (sc *scanner) run() {
	s := sc.s
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= '0' && c <= '9':
				i = sc.number(i)
			case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
				i = sc.latin(i)
			default:
				i++
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		end := 0
		switch r {
		case '令', '平', '昭', '大', '明':
			end = sc.era(i)
		case '同', '翌', '前', '昨', '今', '本', '去', '先', '来', '一':
			end = sc.relative(i)
			if end == 0 && r == '一' {
				end = sc.kanjiNumber(i)
			}
		case '午', '正', '深', '未', '早', '夜', '夕', '朝', '昼':
			end = sc.dayPart(i)
		case '〇', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '数':
			end = sc.kanjiNumber(i)
		case '半':
			end = 0
		case '第':
			end = sc.ordinal(i + size)
		case '〒':
			end = skipSpaces(s, i+size)
			for end < len(s) && (isDigit(rune(s[end])) || s[end] == '-') {
				end++
			}
		}
		i = max(end, i+size)
	}
}

// span fills both coordinates of a value.
func (sc *scanner) span(r Range) Span { return sc.t.Span(r) }

// ordinal passes the number after 第: it counts nothing.
func (sc *scanner) ordinal(i int) int {
	n, ok := readNumeral(sc.s, skipSpaces(sc.s, i))
	if !ok {
		return i
	}
	j := n.End
	if _, w := readCounter(sc.s, j); w > 0 {
		j += w
	}
	return j
}

// latin passes a Latin word, address or identifier at i. R5.6.8 and PM 3:00
// are read; PC10台 leaves its number to be counted.
func (sc *scanner) latin(i int) int {
	s := sc.s
	if j := sc.eraLetter(i); j > 0 {
		return j
	}
	j := i
	for j < len(s) && isLatin(rune(s[j])) {
		j++
	}
	if j-i <= 2 && (s[i]|0x20 == 'a' || s[i]|0x20 == 'p') {
		if k, half := halfDay(s, i); k > 0 {
			if e := sc.clock(i, skipSpaces(s, k), half); e > 0 {
				return e
			}
		}
	}
	if strings.HasPrefix(s[j:], "://") {
		for j < len(s) && s[j] > ' ' && s[j] < utf8.RuneSelf && !strings.ContainsRune("()<>\"", rune(s[j])) {
			j++
		}
		return j
	}
	letters := j
	for j < len(s) {
		c := s[j]
		if isLatin(rune(c)) || isDigit(rune(c)) || c == '_' {
			j++
			continue
		}
		if strings.IndexByte("-.@/:&?=#+%", c) >= 0 && j+1 < len(s) && (isLatin(rune(s[j+1])) || isDigit(rune(s[j+1]))) {
			if c == ':' && isDigit(rune(s[j+1])) { // TEL:03-…
				return j
			}
			j++
			continue
		}
		break
	}
	if letters-i >= 2 && letters < j && isDigit(rune(s[letters])) {
		if n, ok := readNumeral(s, letters); ok && n.End >= j {
			if _, w := readCounter(s, n.End); w > 0 {
				return sc.quantity(n)
			}
			return n.End
		}
	}
	return j
}

// number reads what begins with an ASCII digit at i and returns its end.
func (sc *scanner) number(i int) int {
	s := sc.s
	if e := sc.numericDate(i); e > 0 {
		return e
	}
	if e := sc.clock(i, i, noHalf); e > 0 {
		return e
	}
	if e := identifier(s, i); e > 0 {
		return e
	}
	n, ok := readNumeral(s, i)
	if !ok {
		return i + 1
	}
	k := skipSpaces(s, n.End)
	r := runeAt(s, k)
	if n.plain {
		if e := sc.parenthesisedYear(n); e > 0 {
			return e
		}
		switch r {
		case '年':
			if e := sc.year(n, k); e > 0 {
				return e
			}
		case '月':
			if e := sc.month(n, k); e > 0 {
				return e
			}
		case '日':
			if e := sc.day(n, k); e > 0 {
				return e
			}
		case '~', '-', '・', '、', ',':
			if e := sc.dayList(n, k); e > 0 {
				return e
			}
			if e := sc.hourRange(n, k); e > 0 {
				return e
			}
		}
	}
	if e := sc.duration(n); e > 0 {
		return e
	}
	return sc.quantity(n)
}

// kanjiNumber reads a number that begins with a kanji at i; 0 when it is none.
// Kanji numerals are parts of so many words (一部, 三重県, 十分) that only
// dates, and counts that nothing else can be, are taken.
func (sc *scanner) kanjiNumber(i int) int {
	s := sc.s
	n, ok := readNumeral(s, i)
	if !ok {
		return 0
	}
	r := runeAt(s, n.End)
	if n.kanji && !n.vague {
		switch r {
		case '年':
			if n.value >= 1868 && n.value <= 2100 {
				if e := sc.year(n, n.End); e > 0 {
					return e
				}
			}
			return n.End
		case '月':
			if n.value >= 1 && n.value <= 12 {
				if d, ok := readNumeral(s, n.End+len("月")); ok && runeAt(s, d.End) == '日' {
					if e := sc.month(n, n.End); e > 0 {
						return e
					}
				}
			}
			return n.End
		}
	}
	if !n.vague && prefixed(s, n.End, "時間", "日間", "分間", "週間", "か月", "ヶ月", "カ月", "年間", "日半") != "" && prefixed(s, n.End, "時間帯", "時間目") == "" {
		if e := sc.duration(n); e > 0 {
			return e
		}
	}
	before := runeBefore(s, i)
	if n.vague {
		if isKanji(before) && before != '約' && before != '計' && before != '者' && before != '名' && before != '人' {
			return n.End
		}
		if _, w := readCounter(s, n.End); w > 0 {
			return sc.quantity(n)
		}
		return n.End
	}
	c, w := readCounter(s, n.End)
	if w == 0 || isKanji(before) && !strings.ContainsRune("約計徒者員客延等生様民", before) || isDigit(before) {
		return n.End
	}
	after := runeAt(s, n.End+w)
	if strings.ContainsRune("市町村木区郡ひ化駅一丁前", after) {
		return n.End
	}
	if n.runes == 1 || n.value < 20 && n.runes < 3 && n.value == 10 {
		switch c.unit {
		case "人", "名", "件", "通", "台", "冊", "世帯", "社", "校", "箇所":
		default:
			return n.End
		}
	} else {
		switch c.unit {
		case "戸", "市", "町", "村", "区", "県", "本", "度", "部", "回", "局", "つ", "条", "行", "点", "割", "例", "先", "店":
			if n.runes < 3 {
				return n.End
			}
		}
	}
	return sc.quantity(n)
}

// identifier is the end of the telephone number, postal code, version, network
// address or lot number at s[i:], or 0.
func identifier(s string, i int) int {
	j, hyphens, dots := i, 0, 0
	for j < len(s) {
		c := s[j]
		if isDigit(rune(c)) {
			j++
			continue
		}
		if (c == '-' || c == '.') && j > i && j+1 < len(s) && isDigit(rune(s[j+1])) {
			if c == '-' {
				hyphens++
			} else {
				dots++
			}
			j++
			continue
		}
		break
	}
	digits := j - i - hyphens - dots
	if s[i] == '0' && j < len(s) && s[j] == '(' && digits <= 5 { // 03(1234)5678
		k := j + 1
		for k < len(s) && isDigit(rune(s[k])) {
			k++
		}
		if k-j-1 >= 1 && k-j-1 <= 4 && k+1 < len(s) && s[k] == ')' && (isDigit(rune(s[k+1])) || s[k+1] == '-') {
			k++
			for k < len(s) && (isDigit(rune(s[k])) || s[k] == '-') {
				k++
			}
			return k
		}
	}
	switch {
	case hyphens == 0 && dots < 2:
		if digits >= 10 && s[i] == '0' {
			return j
		}
		return 0
	case hyphens >= 2, dots >= 2, hyphens == 1 && s[i] == '0' && digits > 3:
		return j
	case hyphens == 1 && dots == 0:
		first := strings.IndexByte(s[i:j], '-')
		if first == 3 && digits == 7 {
			return j
		}
		if _, w := readCounter(s, skipSpaces(s, j)); w > 0 || strings.ContainsRune("日時月年分", runeAt(s, skipSpaces(s, j))) || s[min(j, len(s)-1)] == ':' {
			return 0 // 10-20名, 3-8日, 10-12時
		}
		return j
	}
	return 0
}
