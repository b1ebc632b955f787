package japanese

import (
	"strings"
	"time"
	"unicode/utf8"
)

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
