package japanese

import (
	"strings"
	"time"
	"unicode/utf8"
)

// An era and the first day of it and of the next, as the laws and cabinet
// orders on era names fix them. The Gregorian calendar holds from 1873; days
// of Meiji before that are not converted.
type era struct {
	name   string
	letter byte
	offset int // Gregorian year = era year + offset
	from   int // yyyymmdd of its first day
	until  int // yyyymmdd of its last day; 0 while it lasts
}

var eras = [...]era{
	{"令和", 'R', 2018, 20190501, 0},
	{"平成", 'H', 1988, 19890108, 20190430},
	{"昭和", 'S', 1925, 19261225, 19890107},
	{"大正", 'T', 1911, 19120730, 19261224},
	{"明治", 'M', 1867, 18681023, 19120729},
}

const (
	firstYear = 1868
	lastYear  = 2100
	// Documents written before a change of era go on counting: 平成32年 is
	// 2020 beyond doubt, 平成99年 is a slip.
	eraOverrun = 12
)

// year converts an era year; false when the era never had it nor came near it.
func (e era) year(n int) (int, bool) {
	y := n + e.offset
	if n < 1 || y > lastYear {
		return 0, false
	}
	last := lastYear
	if e.until > 0 {
		last = e.until/10000 + eraOverrun
	} else if n > 60 {
		return 0, false
	}
	return y, y <= last
}

// holds tells whether the date lies within the era, as far as it is given.
func (e era) holds(y, m, d int) bool {
	low, high := y*10000+m*100+d, y*10000+m*100+d
	if m == 0 {
		low, high = y*10000+101, y*10000+1231
	} else if d == 0 {
		low, high = y*10000+m*100+1, y*10000+m*100+31
	}
	return high >= e.from && (e.until == 0 || low <= e.until)
}

// era reads 令和5年6月8日, 令和5(2023)年6月8日, 令和元年度 at i; 0 when there is none.
func (sc *scanner) era(i int) int {
	s := sc.s
	for _, e := range eras {
		if prefixed(s, i, e.name) == "" {
			continue
		}
		j := skipSpaces(s, i+len(e.name))
		n, end, ok := eraNumber(s, j)
		if !ok {
			return i + len(e.name)
		}
		k := skipSpaces(s, end)
		if y, close, ok := bracketedYear(s, k); ok && runeAt(s, close) == '年' { // 令和5(2023)年
			return sc.afterYear(i, y, close, &e)
		}
		y, valid := e.year(n)
		if r := runeAt(s, k); r == '年' {
			if !valid {
				return sc.impossible(i, k)
			}
			return sc.afterYear(i, y, k, &e)
		} else if (r == '.' || r == '/' || r == '-') && valid {
			if end := sc.dotted(i, y, end, &e); end > 0 {
				return end
			}
		}
		return end
	}
	return 0
}

// eraNumber reads the year of an era: 元, 5, 01, 五, 三十一.
func eraNumber(s string, i int) (year, end int, ok bool) {
	if runeAt(s, i) == '元' {
		return 1, i + len("元"), true
	}
	n, ok := readNumeral(s, i)
	if !ok || n.vague || n.value > 999 || !n.kanji && n.digits == 0 {
		return 0, i, false
	}
	end = n.End
	if n.point { // 令和5.6.8 reads 5.6 as a decimal
		end = i + n.digits
		v, _, _, _, _ := readDigits(s[:end], i)
		return int(v), end, true
	}
	return int(n.value), end, true
}

// eraLetter reads R5.6.8, H31.4, S63/1/7, R5年6月8日 at i.
func (sc *scanner) eraLetter(i int) int {
	s := sc.s
	if i+2 >= len(s) || !isDigit(rune(s[i+1])) {
		return 0
	}
	if b := runeBefore(s, i); isLatin(b) || isDigit(b) || b == '-' || b == '_' || b == '/' {
		return 0
	}
	for _, e := range eras {
		if s[i] != e.letter || e.letter == 'M' {
			continue
		}
		j, n := i+1, 0
		for j < len(s) && isDigit(rune(s[j])) && j-i <= 2 {
			n = n*10 + int(s[j]-'0')
			j++
		}
		y, ok := e.year(n)
		if !ok {
			return 0
		}
		if r := runeAt(s, j); r == '年' {
			return sc.afterYear(i, y, j, &e)
		}
		return sc.dotted(i, y, j, &e)
	}
	return 0
}

// dotted reads the .6.8 or /4 that follows an era year ending at j.
func (sc *scanner) dotted(i, y, j int, e *era) int {
	s := sc.s
	if j >= len(s) || s[j] != '.' && s[j] != '/' && s[j] != '-' {
		return 0
	}
	sep := s[j]
	m, k := smallNumber(s, skipSpaces(s, j+1))
	if k == 0 || m < 1 || m > 12 {
		return 0
	}
	d, end := 0, k
	if k < len(s) && s[k] == sep {
		if v, after := smallNumber(s, skipSpaces(s, k+1)); after > 0 {
			d, end = v, after
		}
	}
	if end < len(s) && (isDigit(rune(s[end])) || isLatin(rune(s[end]))) {
		return 0
	}
	return sc.date(i, end, Date{Year: y, Month: m, Day: d}, e)
}

// smallNumber reads one or two ASCII digits; end is 0 when there are none.
func smallNumber(s string, i int) (n, end int) {
	j := i
	for j < len(s) && j < i+2 && isDigit(rune(s[j])) {
		n = n*10 + int(s[j]-'0')
		j++
	}
	if j == i {
		return 0, 0
	}
	return n, j
}

// numericDate reads 2023/06/08, 2023.5.8, 2023-06-08, 2023/6, 6/8(木) at i.
func (sc *scanner) numericDate(i int) int {
	s := sc.s
	if b := runeBefore(s, i); b == '-' || b == '.' || b == '/' || b == ':' || isLatin(b) {
		return 0
	}
	j := i
	for j < len(s) && isDigit(rune(s[j])) && j-i < 5 {
		j++
	}
	if j >= len(s) {
		return 0
	}
	sep := s[j]
	if sep != '/' && sep != '.' && sep != '-' {
		return 0
	}
	if j-i == 4 {
		y := int(s[i]-'0')*1000 + int(s[i+1]-'0')*100 + int(s[i+2]-'0')*10 + int(s[i+3]-'0')
		if y < firstYear || y > lastYear {
			return 0
		}
		m, k := smallNumber(s, spaceAfterDot(s, j))
		if k == 0 {
			return 0
		}
		if k < len(s) && s[k] == sep {
			d, end := smallNumber(s, spaceAfterDot(s, k))
			if end > 0 && !(end < len(s) && (isDigit(rune(s[end])) || (s[end] == sep || s[end] == '-') && end+1 < len(s) && isDigit(rune(s[end+1])))) {
				if sep == '.' && (m < 1 || m > 12) {
					return 0
				}
				end = sc.date(i, end, Date{Year: y, Month: m, Day: d}, nil)
				if end+1 < len(s) && s[end] == 'T' && isDigit(rune(s[end+1])) {
					end++
				}
				return end
			}
		}
		if sep == '/' && m >= 1 && m <= 12 && !(k < len(s) && (isDigit(rune(s[k])) || s[k] == '/')) {
			return sc.date(i, k, Date{Year: y, Month: m}, nil)
		}
		if sep == '.' && m >= 1 && m <= 12 && k-j == 3 && y >= 1989 && (k >= len(s) || !isDigit(rune(s[k])) && s[k] != '.' && !isLatin(rune(s[k]))) {
			if _, w := readCounter(s, k); w == 0 && runeAt(s, k) != '万' && runeAt(s, k) != '億' {
				return sc.date(i, k, Date{Year: y, Month: m}, nil)
			}
		}
		return 0
	}
	if sep != '/' || j-i > 2 { // 6/8 is a date only where its neighbours say so
		return 0
	}
	m, _ := smallNumber(s, i)
	d, k := smallNumber(s, j+1)
	if k == 0 || m < 1 || m > 12 || d < 1 || d > 31 || k < len(s) && (isDigit(rune(s[k])) || s[k] == '/') {
		return 0
	}
	_, _, close := weekday(s, k)
	c := skipSpaces(s, k)
	h, after := smallNumber(s, c)
	next := runeAt(s, k)
	if ds := sc.v.Dates; len(ds) > 0 && (runeBefore(s, i) == '~' || runeBefore(s, i) == ' ' || runeBefore(s, i) == 'ら') && connects(s, ds[len(ds)-1].Range.End, i) { // 2023/4/1~4/30
		return sc.date(i, k, Date{Month: m, Day: d}, nil)
	}
	if close > 0 || after > 0 && h < 30 && (runeAt(s, after) == ':' || runeAt(s, after) == '時') || next == '付' || prefixed(s, c, "午前", "午後", "~", "から", "より", "まで", "に", "頃", "時点") != "" {
		return sc.date(i, k, Date{Month: m, Day: d}, nil)
	}
	return 0
}

func spaceAfterDot(s string, sep int) int {
	if s[sep] == '.' && sep+1 < len(s) && s[sep+1] == ' ' {
		return sep + 2
	}
	return sep + 1
}

// bracketedYear reads (2023年), (2023), (令和5年) at i; end is behind the bracket.
func bracketedYear(s string, i int) (year, end int, ok bool) {
	if i >= len(s) || s[i] != '(' {
		return 0, 0, false
	}
	j := skipSpaces(s, i+1)
	if n, isYear := readNumeral(s, j); isYear && n.plain && n.digits == 4 && n.value >= firstYear && n.value <= lastYear {
		year, j = int(n.value), n.End
	} else {
		for _, e := range eras {
			if prefixed(s, j, e.name) == "" {
				continue
			}
			v, k, isNumber := eraNumber(s, skipSpaces(s, j+len(e.name)))
			if !isNumber {
				return 0, 0, false
			}
			y, valid := e.year(v)
			if !valid {
				return 0, 0, false
			}
			year, j = y, k
			break
		}
		if year == 0 {
			return 0, 0, false
		}
	}
	j = skipSpaces(s, j)
	if runeAt(s, j) == '年' {
		j += len("年")
	}
	j = skipSpaces(s, j)
	if j >= len(s) || s[j] != ')' {
		return 0, 0, false
	}
	return year, j + 1, true
}

// parenthesisedYear reads 2023(令和5)年6月8日.
func (sc *scanner) parenthesisedYear(n numeral) int {
	if n.digits != 4 || n.value < firstYear || n.value > lastYear {
		return 0
	}
	k := skipSpaces(sc.s, n.End)
	_, close, ok := bracketedYear(sc.s, k)
	if !ok || runeAt(sc.s, close) != '年' {
		return 0
	}
	return sc.afterYear(n.Start, int(n.value), close, nil)
}

// year reads what follows the number n and 年 at k: a date, a fiscal year, or
// nothing of the kind (0).
func (sc *scanner) year(n numeral, k int) int {
	s := sc.s
	y := int(n.value)
	j := k + len("年")
	switch {
	case n.value >= firstYear && n.value <= lastYear && (n.digits == 4 || n.kanji):
	case n.digits == 2 && n.runes == 1: // 17年9月
		m, ok := readNumeral(s, skipSpaces(s, j))
		if !ok || m.value < 1 || m.value > 12 || runeAt(s, skipSpaces(s, m.End)) != '月' || runeBefore(s, n.Start) == '約' {
			return 0
		}
		if y += 2000; y > 2069 {
			y -= 100
		}
		if runeBefore(s, n.Start) == '\'' || runeBefore(s, n.Start) == '’' {
			return sc.afterYear(n.Start-len(string(runeBefore(s, n.Start))), y, k, nil)
		}
	default:
		return 0
	}
	if prefixed(s, j, "間", "以上", "余", "ぶり", "目", "物", "問題", "版") != "" {
		if prefixed(s, j, "問題", "版") == "" {
			return 0
		}
		return j
	}
	return sc.afterYear(n.Start, y, k, nil)
}

// afterYear reads on behind the 年 at k: 度, (令和5年), a month, a day.
func (sc *scanner) afterYear(start, y, k int, e *era) int {
	s := sc.s
	j := k + len("年")
	if runeAt(s, j) == '度' {
		r := Range{start, j + len("度")}
		sc.v.FiscalYears = append(sc.v.FiscalYears, FiscalYear{Span: sc.span(r), Range: r, Year: y})
		return r.End
	}
	if _, close, ok := bracketedYear(s, skipSpaces(s, j)); ok {
		j = close
		if runeAt(s, j) == '年' {
			j += len("年")
		}
	}
	m, ok := readNumeral(s, skipSpaces(s, j))
	if ok && !m.vague && !m.point {
		mk := skipSpaces(s, m.End)
		if runeAt(s, mk) == '月' && prefixed(s, mk+len("月"), "間", "額", "分") == "" {
			return sc.afterMonth(start, Date{Year: y}, int(m.value), mk, e)
		}
	}
	d := Date{Year: y}
	j = sc.part(j, &d)
	return sc.date(start, j, d, e)
}

// month reads the yearless 6月8日 whose number is n, with 月 at k.
func (sc *scanner) month(n numeral, k int) int {
	j := k + len("月")
	if prefixed(sc.s, j, "間", "額", "分", "号", "例") != "" && prefixed(sc.s, j, "分かけ") == "" {
		return 0
	}
	return sc.afterMonth(n.Start, Date{}, int(n.value), k, nil)
}

// afterMonth reads on behind the 月 at k: a day, a list of days, a part.
func (sc *scanner) afterMonth(start int, d Date, m, k int, e *era) int {
	s := sc.s
	if m < 1 || m > 12 {
		return sc.impossible(start, k+len("月"))
	}
	d.Month = m
	j := k + len("月")
	if runeAt(s, j) == '期' { // 2025年3月期 is a business year
		return j + len("期")
	}
	n, ok := readNumeral(s, skipSpaces(s, j))
	if !ok || n.vague || n.point || n.value > 99 {
		j = sc.part(j, &d)
		return sc.date(start, j, d, e)
	}
	dk := skipSpaces(s, n.End)
	switch r := runeAt(s, dk); r {
	case '日':
		if prefixed(s, dk+len("日"), "間", "目") == "" {
			d.Day = int(n.value)
			return sc.date(start, dk+len("日"), d, e)
		}
	case '~', '-', '・', '、', ',':
		if second, ok := readNumeral(s, skipSpaces(s, dk+utf8.RuneLen(r))); ok && second.value <= 31 && !second.point {
			if ek := skipSpaces(s, second.End); runeAt(s, ek) == '日' && prefixed(s, ek+len("日"), "間", "目") == "" {
				d.Day = int(n.value)
				sc.date(start, n.End, d, e)
				d.Day = int(second.value)
				return sc.date(second.Start, ek+len("日"), d, e)
			}
		}
	}
	return sc.date(start, j, d, e)
}

// dayList reads the first of 8、9日 or 3〜8日; the second is read in its turn.
func (sc *scanner) dayList(n numeral, k int) int {
	s := sc.s
	if n.digits > 2 || n.value < 1 || n.value > 31 {
		return 0
	}
	r, size := utf8.DecodeRuneInString(s[k:])
	second, ok := readNumeral(s, skipSpaces(s, k+size))
	if !ok || !second.plain || second.digits > 2 || second.value > 31 || second.value <= n.value {
		return 0
	}
	ek := skipSpaces(s, second.End)
	if runeAt(s, ek) != '日' || !isDayOfMonth(s, ek+len("日")) || r == ',' {
		return 0
	}
	sc.date(n.Start, n.End, Date{Day: int(n.value)}, nil)
	return second.Start
}

// isDayOfMonth tells the 8日 of a calendar from the 8日 of a length of time,
// by what follows 日 at j.
func isDayOfMonth(s string, j int) bool {
	return prefixed(s, j, "間", "目", "以内", "程度", "ほど", "分", "当たり", "あたり", "連続", "おき", "ごと", "毎", "常", "後", "前", "以上", "余", "半", "遅れ", "たって", "経", "営業", "かけて") == "" ||
		prefixed(s, j, "前後", "後半", "前半", "分として", "以上の") != "" && prefixed(s, j, "以上") == ""
}

// day reads the 8日 whose number is n, with 日 at k.
func (sc *scanner) day(n numeral, k int) int {
	s := sc.s
	j := k + len("日")
	if n.digits > 2 || n.value < 1 || n.value > 31 || !isDayOfMonth(s, j) {
		return 0
	}
	if n.value == 1 && (prefixed(s, j, "1回", "1人", "1件", "に1", "に数", "数") != "" || isDigit(runeAt(s, j)) && runeBefore(s, n.Start) != '月') {
		return 0
	}
	if strings.HasSuffix(s[:n.Start], "毎月") || prefixed(s, j, "過ぎた", "過ぎて", "過ぎる", "すぎた", "すぎて", "超え", "動か", "延ば") != "" {
		return 0
	}
	if b := runeBefore(s, n.Start); b == '約' || b == '丸' || b == '計' || b == '各' {
		return 0
	}
	return sc.date(n.Start, j, Date{Day: int(n.value)}, nil)
}

// part reads 上旬, 末 … behind a month or year, and returns the end.
func (sc *scanner) part(j int, d *Date) int {
	s := sc.s
	k := j
	if runeAt(s, k) == 'の' {
		k += len("の")
	}
	w := prefixed(s, k, "上旬", "初旬", "中旬", "下旬", "末", "初め", "はじめ", "半ば", "なかば", "頃", "ごろ", "以降")
	if w == "" {
		return j
	}
	switch w {
	case "上旬", "初旬", "初め", "はじめ":
		d.Part = EarlyPart
	case "中旬", "半ば", "なかば":
		d.Part = MiddlePart
	case "下旬":
		d.Part = LatePart
	case "末":
		d.Part = EndPart
	case "頃", "ごろ":
		d.Part = AroundPart
	case "以降":
		d.Part = OnwardsPart
		return j // it belongs to the sentence, not to the date
	}
	return k + len(w)
}

// date checks and keeps a date read at [start, end), with the day of the week
// that may follow. It returns the end.
func (sc *scanner) date(start, end int, d Date, e *era) int {
	if d.Year == 0 && d.Month == 0 && d.Day == 0 && d.Relation == NoRelation {
		return end
	}
	if d.Month < 0 || d.Month > 12 || d.Day > 0 && d.Day > daysIn(d.Year, d.Month) || (d.Year > 0 || d.Month > 0) && !validParts(sc.s, start, end, d) {
		return sc.impossible(start, end)
	}
	if e != nil && d.Year > 0 {
		d.OutOfEra = !e.holds(d.Year, d.Month, d.Day)
	}
	if d.Day > 0 || d.Relation != NoRelation && d.Month == 0 {
		if w, ok, close := weekday(sc.s, end); ok {
			d.Weekday, d.HasWeekday = w, true
			end = close
			if t, known := d.Time(); known && t.Weekday() != w {
				d.WeekdayDiffers = true
			}
		}
	}
	d.Range = Range{start, end}
	d.Span = sc.span(d.Range)
	d.Planned = planned(sc.s, end)
	sc.v.Dates = append(sc.v.Dates, d)
	return end
}

// validParts refuses a month or day that is written as zero.
func validParts(s string, start, end int, d Date) bool {
	if d.Month == 0 && d.Day == 0 {
		return d.Year > 0 && !hasUnit(s[start:end], '月')
	}
	return d.Month > 0 && (d.Day > 0 || !hasUnit(s[start:end], '日'))
}

func hasUnit(s string, unit rune) bool {
	for _, r := range s {
		if r == unit {
			return true
		}
	}
	return false
}

func (sc *scanner) impossible(start, end int) int {
	s := sc.s
	for end < len(s) { // the rest of 令和99年13月45日
		n, ok := readNumeral(s, end)
		r := runeAt(s, end)
		if r == '年' || r == '月' || r == '日' {
			end += utf8.RuneLen(r)
			continue
		}
		if ok && (runeAt(s, n.End) == '月' || runeAt(s, n.End) == '日') {
			end = n.End
			continue
		}
		break
	}
	sc.v.Impossible = append(sc.v.Impossible, Range{start, end})
	return end
}

// daysIn is the length of a month; the longest it can be where the year is unknown.
func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y == 0 || y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// weekday reads the (木), (木曜日), (月・祝) at s[i:].
func weekday(s string, i int) (day time.Weekday, ok bool, end int) {
	j := skipSpaces(s, i)
	if j >= len(s) || s[j] != '(' && s[j] != '[' {
		return 0, false, 0
	}
	j = skipSpaces(s, j+1)
	r, size := utf8.DecodeRuneInString(s[j:])
	day, ok = weekdayOf(r)
	if !ok {
		return 0, false, 0
	}
	j += size
	if w := prefixed(s, j, "曜日", "曜"); w != "" {
		j += len(w)
	}
	j = skipSpaces(s, j)
	// ・祝, ・振休, 、年末: what else the bracket says of the day.
	for n := 0; n < 6 && j < len(s) && s[j] != ')' && s[j] != ']'; n++ {
		c, w := utf8.DecodeRuneInString(s[j:])
		if n == 0 && !strings.ContainsRune("・、,/祝休", c) || n > 0 && !isKanji(c) {
			break
		}
		j += w
	}
	j = skipSpaces(s, j)
	if j < len(s) && (s[j] == ')' || s[j] == ']') {
		return day, true, j + 1
	}
	return 0, false, 0
}

func weekdayOf(r rune) (time.Weekday, bool) {
	switch r {
	case '日':
		return time.Sunday, true
	case '月':
		return time.Monday, true
	case '火':
		return time.Tuesday, true
	case '水':
		return time.Wednesday, true
	case '木':
		return time.Thursday, true
	case '金':
		return time.Friday, true
	case '土':
		return time.Saturday, true
	}
	return 0, false
}

// relative reads 同日, 同月8日, 翌8日, 前日, 昨年9月, 本日, 今月15日 at i; 0 when
// the words are others.
func (sc *scanner) relative(i int) int {
	s := sc.s
	before := runeBefore(s, i)
	r, size := utf8.DecodeRuneInString(s[i:])
	j := i + size
	next, nsize := utf8.DecodeRuneInString(s[j:])
	k := j + nsize
	if r != '同' && r != '翌' && isKanji(before) { // 日本年金, 以前日本, 説明日
		return 0
	}
	relation := NoRelation
	switch r {
	case '同':
		switch {
		case next == '日' && prefixed(s, k, "本", "程", "常") == "":
			relation = SameDay
		case next == '月':
			relation = SameMonth
		case next == '年':
			relation = SameYear
		case isDigit(next):
			if n, _ := readNumeral(s, j); n.plain && n.value >= 1 && n.value <= 31 && runeAt(s, n.End) == '日' && isDayOfMonth(s, n.End+len("日")) {
				return sc.date(i, n.End+len("日"), Date{Relation: SameMonth, Day: int(n.value)}, nil)
			}
		}
	case '翌':
		switch {
		case next == '日':
			relation = NextDay
		case next == '朝':
			return sc.date(i, j, Date{Relation: NextDay}, nil)
		case next == '々': // 翌々日 is named so rarely that it stays open
			return 0
		case next == '月':
			relation = NextMonth
		case next == '年':
			relation = NextYear
		case next == '午', next == '未', next == '早':
			return sc.date(i, j, Date{Relation: NextDay}, nil)
		case isDigit(next):
			n, _ := readNumeral(s, j)
			if !n.plain {
				return 0
			}
			switch u := runeAt(s, n.End); {
			case u == '日' && n.value >= 1 && n.value <= 31:
				return sc.date(i, n.End+len("日"), Date{Relation: NextDay, Day: int(n.value)}, nil)
			case u == '時' || u == ':':
				return sc.date(i, j, Date{Relation: NextDay}, nil)
			}
		}
	case '前':
		switch {
		case next == '日':
			relation = PreviousDay
		case next == '夜' || next == '晩':
			relation = PreviousDay
		case next == '月':
			relation = PreviousMonth
		case next == '年' && prefixed(s, k, "度", "比", "同", "並", "の同") == "":
			relation = PreviousYear
		}
	case '昨':
		switch next {
		case '年':
			relation = LastYear
		case '日', '夜', '晩':
			relation = Yesterday
		}
	case '去':
		if next == '年' {
			relation = LastYear
		}
	case '今':
		switch next {
		case '年':
			relation = ThisYear
		case '月':
			relation = ThisMonth
		case '日', '朝':
			relation = Today
		}
	case '本':
		switch next {
		case '年':
			if prefixed(s, k, "金") == "" {
				relation = ThisYear
			}
		case '日':
			relation = Today
		case '月':
			if isDigit(runeAt(s, k)) {
				relation = ThisMonth
			}
		}
	case '先':
		if next == '月' {
			relation = LastMonth
		}
	case '来':
		switch next {
		case '年':
			relation = ComingYear
		case '月':
			relation = ComingMonth
		}
	}
	if relation == NoRelation {
		return 0
	}
	d := Date{Relation: relation}
	switch relation {
	case SameYear, NextYear, PreviousYear, ThisYear, LastYear, ComingYear:
		if runeAt(s, k) == '度' {
			rg := Range{i, k + len("度")}
			sc.v.FiscalYears = append(sc.v.FiscalYears, FiscalYear{Span: sc.span(rg), Range: rg, Relation: relation})
			return rg.End
		}
		if m, ok := readNumeral(s, skipSpaces(s, k)); ok && !m.vague && m.value >= 1 && m.value <= 12 {
			if mk := skipSpaces(s, m.End); runeAt(s, mk) == '月' && prefixed(s, mk+len("月"), "間") == "" {
				return sc.afterMonth(i, d, int(m.value), mk, nil)
			}
		}
		if relation == PreviousYear { // 前年 alone compares: 前年との差
			return k
		}
		end := sc.part(k, &d)
		if d.Part == EndPart { // 昨年末
			d.Month = 12
		}
		return sc.date(i, end, d, nil)
	case SameMonth, NextMonth, PreviousMonth, ThisMonth, LastMonth, ComingMonth:
		if n, ok := readNumeral(s, skipSpaces(s, k)); ok && n.value >= 1 && n.value <= 31 && !n.point {
			if dk := skipSpaces(s, n.End); runeAt(s, dk) == '日' && isDayOfMonth(s, dk+len("日")) {
				d.Day = int(n.value)
				return sc.date(i, dk+len("日"), d, nil)
			}
		}
		return sc.date(i, sc.part(k, &d), d, nil)
	}
	return sc.date(i, k, d, nil)
}
