package japanese

import "unicode/utf8"

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
