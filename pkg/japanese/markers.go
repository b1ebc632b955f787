package japanese

import (
	"strings"
	"unicode/utf8"
)

// markerLength is the length of the bullet or number that line begins with.
func markerLength(line string) int {
	r, size := utf8.DecodeRuneInString(line)
	if r == utf8.RuneError {
		return 0
	}
	if strings.ContainsRune("・●○◯■□◆◇▼▲△▽★☆※→⇒◎▪•‣◾◼▶►✓✔➤●⚫", r) {
		return size
	}
	if isCircled(r) {
		if n := len(line) - len(strings.TrimLeft(line[size:], " .")); n > size {
			return n
		}
		return size
	}
	switch {
	case r == '〇':
		if n := runeAt(line, size); !isDigit(n) && kanjiDigit(n) < 0 {
			return size
		}
	case r == '-' || r == '*':
		if len(line) > 1 && line[1] == ' ' {
			return 2
		}
	case isDigit(r):
		return numberMarker(line)
	case r == '(':
		j := 1
		for j < len(line) && j <= 3 && isDigit(rune(line[j])) {
			j++
		}
		if j > 1 && j < len(line) && line[j] == ')' {
			return j + 1
		}
		if c, w := utf8.DecodeRuneInString(line[1:]); (kanjiDigit(c) > 0 || c == '十' || strings.ContainsRune("アイウエオカキクケコ", c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') && strings.HasPrefix(line[1+w:], ")") {
			return 2 + w
		}
	case r == '第':
		n, ok := readNumeral(line, size)
		if !ok || n.value < 1 || n.value > 30 {
			return 0
		}
		if w := prefixed(line, n.End, "章", "節"); w != "" {
			return n.End + len(w)
		}
		if c := runeAt(line, n.End); c == ' ' || c == '、' || c == '.' {
			_, w := utf8.DecodeRuneInString(line[n.End:])
			return n.End + w
		}
	case kanjiDigit(r) > 0 || r == '十':
		n, ok := readNumeral(line, 0)
		if !ok || n.value > 30 {
			return 0
		}
		if c := runeAt(line, n.End); c == '、' || c == '.' || c == ' ' {
			_, w := utf8.DecodeRuneInString(line[n.End:])
			return n.End + w
		}
	case romanMarker(line) > 0:
		return romanMarker(line)
	case strings.ContainsRune("アイウエオカキク", r) || r >= 'a' && r <= 'h' || r >= 'A' && r <= 'H':
		if c := runeAt(line, size); c == '.' && runeAt(line, size+1) == ' ' || c == ')' {
			return size + 1
		}
		if c := runeAt(line, size); c == ' ' && isKatakana(r) {
			return size + 1
		}
	}
	return 0
}

// romanMarker is the length of I. or IV at the beginning of line, with what
// sets it off.
func romanMarker(line string) int {
	j := 0
	for j < len(line) && j < 5 && strings.IndexByte("IVX", line[j]) >= 0 {
		j++
	}
	if j == 0 || j >= len(line) || line[0] == 'X' && j == 1 {
		return 0
	}
	switch c := line[j]; {
	case c == '.', c == ')':
		return j + 1
	case c == ' ' && isKanji(runeAt(line, j+1)):
		return j + 1
	}
	return 0
}

// numberMarker reads 1. 1) 1、 1: 1 1-2 1.2 before words, but no 2023年, 3.5万, 10 日, 8:35.
func numberMarker(line string) int {
	j := 0
	for j < len(line) && isDigit(rune(line[j])) {
		j++
	}
	if j > 2 {
		return 0
	}
	for depth := 0; depth < 3 && j+1 < len(line) && (line[j] == '.' || line[j] == '-') && isDigit(rune(line[j+1])); depth++ {
		k := j + 1
		for k < len(line) && isDigit(rune(line[k])) {
			k++
		}
		if k-j > 3 || k < len(line) && line[k] != ' ' && line[k] != '.' && line[k] != ')' {
			return 0
		}
		j = k
	}
	if j >= len(line) {
		return 0
	}
	c, size := utf8.DecodeRuneInString(line[j:])
	switch c {
	case '.', ')', '、', ':':
		if c == ':' && j+1 < len(line) && isDigit(rune(line[j+1])) {
			return 0
		}
		if c == '.' && j+1 < len(line) && isDigit(rune(line[j+1])) && !(j+3 < len(line) && isDigit(rune(line[j+2])) && isDigit(rune(line[j+3]))) {
			return 0
		}
		return j + size
	case ' ', '\t':
		k := skipSpaces(line, j)
		next := runeAt(line, k)
		if next == utf8.RuneError || isDigit(next) || strings.ContainsRune("年月日時分秒人名件社校台通枚冊回世戸個%:/,~-.", next) && !headingWord(line[k:]) {
			return 0
		}
		return k
	}
	if runeCount(line) <= 20 && prefixed(line, j, headingStarts...) != "" { // １概要
		return j
	}
	return 0
}

// headingStarts are words that a heading begins with and no counter does.
var headingStarts = []string{"概要", "経緯", "経過", "原因", "対応", "対象", "発生", "内容", "再発", "今後", "事案", "事故", "状況", "影響", "被害", "お詫び", "おわび", "お問", "問い合わせ", "問合せ", "判明", "漏えい", "流出", "件名", "日時", "場所", "その他", "障害", "復旧", "調査", "個人情報", "公表", "発覚", "二次被害"}

// headingWord tells 人的… or 日時 from the counters 人 and 日.
func headingWord(s string) bool {
	return prefixed(s, 0, "日時", "件名", "名称", "人的", "時系列", "時期", "回収", "通知", "社内", "社会", "年月日", "分析", "校内", "個人", "個別", "名簿", "通信", "時間", "月日", "日程") != ""
}

func isCircled(r rune) bool {
	return r >= 0x2460 && r <= 0x2473 || r >= 0x2488 && r <= 0x249B || r >= 0x24B6 && r <= 0x24FF ||
		r >= 0x3251 && r <= 0x325F || r >= 0x32B1 && r <= 0x32BF || r >= 0x2776 && r <= 0x2793
}
