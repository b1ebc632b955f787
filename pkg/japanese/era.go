package japanese

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
