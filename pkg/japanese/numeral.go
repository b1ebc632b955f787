package japanese

import (
	"strings"
	"unicode/utf8"
)

// numeral is a number as written, before it is known what it counts.
type numeral struct {
	Range
	value  float64
	digits int  // of the first group of ASCII digits
	plain  bool // ASCII digits and nothing else
	kanji  bool // kanji and nothing else
	runes  int  // length of a kanji numeral
	point  bool
	vague  bool // 数十
}

// maxNumeral bounds a figure: no count in a notice comes near it, and float64
// holds every whole number below.
const maxNumeral = 1e15

// readNumeral reads 1,234 / 3 , 775 / 2億3千456万7890 / 3.5万 / 十二 /
// 二〇二三 / 数十 at s[i:].
func readNumeral(s string, i int) (numeral, bool) {
	n := numeral{Range: Range{i, i}, plain: true, kanji: true}
	var total, section, current float64
	have := false   // current holds a number
	lastBig := 1e17 // multipliers must fall: 億 before 万
	lastSmall := 1e5
	for n.runes < 40 {
		if n.End >= len(s) {
			break
		}
		c := s[n.End]
		if c >= '0' && c <= '9' {
			if have || n.point {
				break
			}
			v, end, digits, point, grouped := readDigits(s, n.End)
			if n.digits == 0 {
				n.digits = digits
			}
			if n.End > i || grouped || point {
				n.plain = false
			}
			n.point = point
			n.kanji = false
			current, have, n.End = v, true, end
			n.runes++
			continue
		}
		if c == ' ' && (have || n.End > i && lastBig < 1e17) { // 1 万 2 千人
			next := runeAt(s, n.End+1)
			if have && (bigMultiplier(next) > 0 || smallMultiplier(next) > 0) || !have && isDigit(next) && multiplierFollows(s, n.End+1) {
				n.End++
				continue
			}
			break
		}
		if c < utf8.RuneSelf {
			break
		}
		r, size := utf8.DecodeRuneInString(s[n.End:])
		if d := kanjiDigit(r); d >= 0 {
			if !n.kanji && have { // 3一 is no number
				break
			}
			if have {
				current = current*10 + float64(d)
			} else {
				current, have = float64(d), true
			}
		} else if m := smallMultiplier(r); m > 0 {
			if m >= lastSmall {
				break
			}
			lastSmall = m
			if !have {
				if n.End > i && section == 0 && total == 0 && !n.vague {
					break
				}
				current = 1
			}
			section += current * m
			current, have = 0, false
		} else if m := bigMultiplier(r); m > 0 {
			if m >= lastBig || !have && section == 0 && !n.vague {
				break
			}
			lastBig, lastSmall = m, 1e5
			total += (section + current) * m
			section, current, have = 0, 0, false
			n.point = false
		} else if r == '数' && (n.End == i || !have) {
			next, _ := utf8.DecodeRuneInString(s[n.End+size:])
			if n.End == i && smallMultiplier(next) == 0 && bigMultiplier(next) == 0 {
				n.vague, n.plain = true, false
				n.End += size
				n.runes++
				break
			}
			n.vague = true
		} else {
			break
		}
		n.plain = false
		n.End += size
		n.runes++
	}
	n.value = total + section + current
	if n.End == i {
		return n, false
	}
	if n.value > maxNumeral {
		n.vague, n.plain = true, false
		n.value = 0
	}
	if n.vague {
		n.value = 0
	}
	return n, true
}

// multiplierFollows tells whether the digits at s[i:] go on with 千 and the
// like, so that they belong to the 万 before them.
func multiplierFollows(s string, i int) bool {
	j := i
	for j < len(s) && j < i+4 && isDigit(rune(s[j])) {
		j++
	}
	return smallMultiplier(runeAt(s, skipSpaces(s, j))) > 0
}

// readDigits reads ASCII digits with grouping commas and a decimal point.
func readDigits(s string, i int) (v float64, end, digits int, point, grouped bool) {
	end = i
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		if v < 1e18 {
			v = v*10 + float64(s[end]-'0')
		}
		end++
	}
	digits = end - i
	if digits <= 3 {
		for {
			j := end
			spaced := j < len(s) && s[j] == ' '
			if spaced {
				j++
			}
			if j >= len(s) || s[j] != ',' {
				break
			}
			j++
			if spaced && j < len(s) && s[j] == ' ' {
				j++
			}
			if !digitsAt(s, j, 3) {
				break
			}
			for k := j; k < j+3; k++ {
				if v < 1e18 {
					v = v*10 + float64(s[k]-'0')
				}
			}
			end, grouped = j+3, true
		}
	}
	if end+1 < len(s) && s[end] == '.' && s[end+1] >= '0' && s[end+1] <= '9' {
		j, scale, frac := end+1, 1.0, 0.0
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			if scale < 1e9 {
				scale *= 10
				frac = frac*10 + float64(s[j]-'0')
			}
			j++
		}
		if !(j+1 < len(s) && s[j] == '.' && s[j+1] >= '0' && s[j+1] <= '9') { // else a version or an address
			v += frac / scale
			end, point = j, true
		}
	}
	return v, end, digits, point, grouped
}

// digitsAt tells whether exactly n digits stand at s[i:].
func digitsAt(s string, i, n int) bool {
	if i+n > len(s) {
		return false
	}
	for k := i; k < i+n; k++ {
		if s[k] < '0' || s[k] > '9' {
			return false
		}
	}
	return i+n == len(s) || s[i+n] < '0' || s[i+n] > '9'
}

func kanjiDigit(r rune) int {
	switch r {
	case '〇', '零', '○':
		if r == '○' { // a circle is a bullet more often than a zero
			return -1
		}
		return 0
	case '一':
		return 1
	case '二':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	}
	return -1
}

func smallMultiplier(r rune) float64 {
	switch r {
	case '十':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	}
	return 0
}

func bigMultiplier(r rune) float64 {
	switch r {
	case '万':
		return 1e4
	case '億':
		return 1e8
	case '兆':
		return 1e12
	}
	return 0
}

// skipSpaces passes up to three spaces, never a line's end.
func skipSpaces(s string, i int) int {
	for n := 0; n < 3 && i < len(s) && (s[i] == ' ' || s[i] == '\t'); n++ {
		i++
	}
	return i
}

// prefixed returns the first of words that s[i:] begins with.
func prefixed(s string, i int, words ...string) string {
	for _, w := range words {
		if strings.HasPrefix(s[i:], w) {
			return w
		}
	}
	return ""
}

// runeBefore is the rune that ends at s[i], utf8.RuneError at the beginning.
func runeBefore(s string, i int) rune {
	if i <= 0 {
		return utf8.RuneError
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return r
}

// runeAt is the rune at s[i], utf8.RuneError at the end.
func runeAt(s string, i int) rune {
	if i >= len(s) {
		return utf8.RuneError
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}
