package japanese

import (
	"strings"
	"time"
	"unicode/utf8"
)

// half is the half or part of the day written before a clock time.
type half int

const (
	noHalf half = iota
	morning
	afternoon
	evening // 夜, 夕方, 昼: the second half unless the hour says otherwise
	night   // 深夜, 未明: the small hours unless the hour is late
)

// halfDay reads AM, PM, a.m., p.m. at i.
func halfDay(s string, i int) (end int, h half) {
	switch prefixed(s, i, "a.m.", "p.m.", "A.M.", "P.M.", "AM", "PM", "am", "pm") {
	case "a.m.", "A.M.":
		return i + 4, morning
	case "p.m.", "P.M.":
		return i + 4, afternoon
	case "AM", "am":
		return i + 2, morning
	case "PM", "pm":
		return i + 2, afternoon
	}
	return 0, noHalf
}

// to24 turns an hour into that of the 24-hour clock.
func (h half) to24(hour, minute int) int {
	switch {
	case h == morning && hour == 12:
		return 0
	case h == afternoon && hour < 12:
		return hour + 12
	case h == evening && hour >= 1 && hour < 12:
		return hour + 12
	case h == night && hour >= 8 && hour < 12:
		return hour + 12
	case h == night && hour == 12:
		return 0
	}
	return hour
}

// dayPart reads 午後7時30分, 正午, 深夜0時, and the vague 未明, 夜 at i; 0 when
// the words are others.
func (sc *scanner) dayPart(i int) int {
	s := sc.s
	w := prefixed(s, i, "午前中", "午前", "午後", "正午", "深夜", "未明", "早朝", "夕方", "夕刻", "夜", "朝", "昼")
	if w == "" {
		return 0
	}
	j := i + len(w)
	if w == "正午" {
		return sc.keepClock(i, j, 12, 0, true)
	}
	var h half
	switch w {
	case "午前", "朝", "早朝":
		h = morning
	case "午後":
		h = afternoon
	case "夜", "夕方", "夕刻":
		h = evening
	case "昼":
		h = noHalf
	case "深夜", "未明":
		h = night
	}
	k := j
	if runeAt(s, k) == 'の' {
		k += len("の")
	}
	if e := sc.clock(i, skipSpaces(s, k), h); e > 0 {
		return e
	}
	// A vague time of day counts only beside a date: 夜 and 朝 are in many words.
	if runeBefore(s, i) == '翌' || !sc.besideDate(i) || prefixed(s, j, "間", "勤", "食", "礼", "刊", "休", "会") != "" {
		return 0
	}
	r := Range{i, j}
	sc.v.Clocks = append(sc.v.Clocks, Clock{Span: sc.span(r), Range: r, Vague: w})
	return j
}

// besideDate tells whether the last date ends just before i.
func (sc *scanner) besideDate(i int) bool {
	if len(sc.v.Dates) == 0 {
		return false
	}
	end := sc.v.Dates[len(sc.v.Dates)-1].Range.End
	if end > i || i-end > 9 {
		return false
	}
	switch strings.TrimSpace(sc.s[end:i]) {
	case "", "の", "、", ",":
		return true
	}
	return false
}

// clock reads 7時30分, 7時半, 19:30, 19:30:15 whose number begins at i; start
// is where the words before it begin. 0 when there is none.
func (sc *scanner) clock(start, i int, h half) int {
	s := sc.s
	if i >= len(s) {
		return 0
	}
	if isDigit(rune(s[i])) {
		hour, j := smallNumber(s, i)
		if j < len(s) && isDigit(rune(s[j])) {
			return 0
		}
		if j+2 < len(s) && s[j] == ':' && digitsAt(s, j+1, 2) {
			if start == i && insideFigure(s, i) {
				return 0
			}
			minute := int(s[j+1]-'0')*10 + int(s[j+2]-'0')
			end := j + 3
			if end < len(s) && s[end] == ':' {
				if !digitsAt(s, end+1, 2) {
					return 0
				}
				end += 3
			}
			if hour > 29 || minute > 59 {
				return 0
			}
			if k, suffix := halfDay(s, skipSpaces(s, end)); k > 0 && h == noHalf {
				h, end = suffix, k
			}
			if end < len(s) && s[end] == '+' && digitsAt(s, end+1, 2) && strings.HasPrefix(s[end+3:], ":") && digitsAt(s, end+4, 2) { // +09:00
				end += 6
			}
			return sc.keepClock(start, end, h.to24(hour, minute), minute, h != noHalf)
		}
	}
	n, ok := readNumeral(s, i)
	if !ok || n.vague || n.point || n.value > 29 || !n.plain && !(n.kanji && h != noHalf) {
		return 0
	}
	k := skipSpaces(s, n.End)
	if runeAt(s, k) != '時' {
		return 0
	}
	j := k + len("時")
	if prefixed(s, j, "間", "期", "限", "系", "短") != "" && prefixed(s, j, "間帯") == "" {
		return 0
	}
	hour, minute := int(n.value), 0
	if runeAt(s, j) == '半' {
		minute, j = 30, j+len("半")
	} else if m, ok := readNumeral(s, skipSpaces(s, j)); ok && !m.vague && !m.point && m.value <= 59 && (m.plain || m.kanji) {
		if mk := skipSpaces(s, m.End); runeAt(s, mk) == '分' && prefixed(s, mk+len("分"), "間", "の1") == "" {
			minute, j = int(m.value), mk+len("分")
			if sec, ok := readNumeral(s, skipSpaces(s, j)); ok && sec.plain && sec.value < 60 && runeAt(s, skipSpaces(s, sec.End)) == '秒' {
				j = skipSpaces(s, sec.End) + len("秒")
			}
		}
	}
	return sc.keepClock(start, j, h.to24(hour, minute), minute, h != noHalf)
}

// insideFigure tells whether the number at i goes on a figure: 1:22:33, 2.10:15;
// not whether it follows a key: 障害時間:13:15.
func insideFigure(s string, i int) bool {
	b := runeBefore(s, i)
	return isDigit(b) || (b == ':' || b == '.') && isDigit(runeBefore(s, i-1))
}

// hourRange reads the first of 10~12時; the second is read in its turn.
func (sc *scanner) hourRange(n numeral, k int) int {
	s := sc.s
	if n.digits > 2 || n.value > 24 || s[k] != '~' && s[k] != '-' {
		return 0
	}
	second, ok := readNumeral(s, skipSpaces(s, k+1))
	if !ok || !second.plain || second.value > 29 || runeAt(s, second.End) != '時' || prefixed(s, second.End, "時間") != "" && prefixed(s, second.End, "時間帯") == "" {
		return 0
	}
	return sc.keepClock(n.Start, n.End, int(n.value), 0, false)
}

// keepClock keeps a clock time with the 頃 or 過ぎ behind it.
func (sc *scanner) keepClock(start, end, hour, minute int, half bool) int {
	c := Clock{Hour: hour, Minute: minute, meridiem: half}
	if w := prefixed(sc.s, skipSpaces(sc.s, end), "頃", "ごろ", "ころ", "過ぎ", "すぎ", "前後", "台"); w != "" {
		c.Approx = true
		end = skipSpaces(sc.s, end) + len(w)
	} else if runeAt(sc.s, end) == '前' && prefixed(sc.s, end, "前日", "前か", "前回") == "" {
		c.Approx = true
		end += len("前")
	}
	c.Range = Range{start, end}
	c.Span = sc.span(c.Range)
	sc.v.Clocks = append(sc.v.Clocks, c)
	return end
}

// duration reads 2時間30分, 1時間半, 3日間, 約6分間 whose first number is n; 0
// when it is none.
func (sc *scanner) duration(n numeral) int {
	s := sc.s
	d := Duration{}
	number, end := n, n.Start
	last := 9
	for {
		unit, length, months, rank, w := durationUnit(s, skipSpaces(s, number.End), number)
		if w == 0 || rank >= last {
			break
		}
		last = rank
		d.Length += time.Duration(number.value * float64(length))
		d.Months += int(number.value * float64(months))
		end = skipSpaces(s, number.End) + w
		if runeAt(s, end) == '半' && unit != '分' && prefixed(s, end, "半ば") == "" {
			d.Length += length / 2
			d.Months += months / 2
			end += len("半")
			if runeAt(s, end) == '間' {
				end += len("間")
			}
			break
		}
		k := skipSpaces(s, end)
		if runeAt(s, k) == 'と' {
			k += len("と")
		}
		next, ok := readNumeral(s, k)
		if !ok || !next.plain && !next.kanji || next.vague || next.value > 59 {
			break
		}
		number = next
	}
	if end == n.Start || d.Length < 0 || d.Months < 0 || n.value > 1e6 {
		return 0
	}
	start, q := qualifiersBefore(s, n.Start)
	d.Bound = q.bound
	end, q2 := qualifiersAfter(s, end)
	if q2.bound != Exact {
		d.Bound = q2.bound
	}
	switch {
	case q2.per, prefixed(s, end, "おき", "体制", "365", "営業", "対応", "受付", "受け付け", "いつでも", "年中") != "":
		d.Use = RepeatUse
	case q2.within, prefixed(s, end, "をめど", "を目途", "までに") != "":
		d.Use = DeadlineUse
		d.Bound = AtMost
	case prefixed(s, end, "後", "前", "目", "連続で", "ぶり") != "" && prefixed(s, end, "前後") == "":
		d.Use = OffsetUse
	case runeAt(s, end) == '分' && prefixed(s, end, "分かり", "分から") == "", prefixed(s, end, "代", "生", "次", "物", "版") != "":
		return end // 3年分, 10年物: no length of time
	}
	d.Range = Range{start, end}
	d.Span = sc.span(d.Range)
	if n.vague {
		return end
	}
	sc.v.Durations = append(sc.v.Durations, d)
	if k := sc.daysLater(d, n); k > 0 {
		return k
	}
	return end
}

// daysLater reads the 2日後 of a day that is told by the days since the last one
// named; 0 when it is not, or still to come.
func (sc *scanner) daysLater(d Duration, n numeral) int {
	const day = 24 * time.Hour
	end := d.Range.End
	if d.Use != OffsetUse || d.Bound != Exact || d.Months > 0 || d.Length%day != 0 || d.Length > 31*day || d.Length == 0 || d.Range.Start != n.Start {
		return 0
	}
	if b := runeBefore(sc.s, n.Start); isKanji(b) || b == 'ら' || b == 'の' || len(sc.v.Dates) == 0 {
		return 0
	}
	if prefixed(sc.s, end, "後、", "後の朝", "後の夕", "後の夜", "後の午", "後の昼", "後に") == "" || prefixed(sc.s, end, "後にも", "後には") != "" {
		return 0
	}
	end += len("後")
	return sc.date(n.Start, end, Date{Relation: DaysLater, days: int(d.Length / day)}, nil)
}

// durationUnit reads the unit of a length of time at s[i:]. w is 0 when there
// is none; rank falls from years to seconds.
func durationUnit(s string, i int, n numeral) (unit rune, length time.Duration, months, rank, w int) {
	const day = 24 * time.Hour
	r := runeAt(s, i)
	switch r {
	case '秒':
		w = len("秒")
		if prefixed(s, i, "秒間") != "" {
			w = len("秒間")
		}
		return r, time.Second, 0, 1, w
	case '分':
		if prefixed(s, i, "分の", "分野", "分類", "分割", "分析", "分校", "分団") != "" && prefixed(s, i, "分の間") == "" && !strings.HasPrefix(s[i:], "分の遅") {
			return 0, 0, 0, 0, 0
		}
		w = len("分")
		if prefixed(s, i, "分間") != "" {
			w = len("分間")
		}
		return r, time.Minute, 0, 2, w
	case '時':
		if prefixed(s, i, "時間") == "" || prefixed(s, i, "時間帯", "時間目") != "" {
			return 0, 0, 0, 0, 0
		}
		return r, time.Hour, 0, 3, len("時間")
	case '日':
		if prefixed(s, i, "日本", "日目", "日程", "日常", "日時") != "" {
			return 0, 0, 0, 0, 0
		}
		w = len("日")
		if prefixed(s, i, "日間") != "" {
			w = len("日間")
		}
		return r, day, 0, 4, w
	case '週':
		if prefixed(s, i, "週間") != "" {
			return r, 7 * day, 0, 5, len("週間")
		}
	case 'か', 'ヶ', 'ヵ', 'カ', 'ケ', '箇', 'ヽ':
		_, size := utf8.DecodeRuneInString(s[i:])
		if runeAt(s, i+size) == '月' {
			w = size + len("月")
			if prefixed(s, i+w, "間") != "" {
				w += len("間")
			}
			return r, 0, 1, 6, w
		}
		if runeAt(s, i+size) == '年' {
			return r, 0, 12, 7, size + len("年")
		}
	case '月':
		if prefixed(s, i, "月間") != "" {
			return r, 0, 1, 6, len("月間")
		}
	case '年':
		if prefixed(s, i, "年度", "年目", "年生", "年次", "年代", "年版", "年齢", "年末", "年始", "年前期") != "" || n.value >= 1000 || n.Start < len(s) && s[n.Start] == '0' {
			return 0, 0, 0, 0, 0
		}
		w = len("年")
		if prefixed(s, i, "年間") != "" {
			w = len("年間")
		}
		return r, 0, 12, 7, w
	}
	return 0, 0, 0, 0, 0
}
