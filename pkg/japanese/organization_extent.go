package japanese

import (
	"strings"
	"unicode/utf8"
)

// longestName is how many runes a name may have.
const longestName = 32

// nameForward is the end of the name that begins at i, behind a legal form.
func (f *finder) nameForward(i int) int {
	s := f.s
	if i < len(s) && s[i] == ' ' && i+1 < len(s) && isNameRune(runeAt(s, i+1)) && !isHiragana(runeAt(s, i+1)) {
		if isLatin(runeAt(s, i+1)) || f.lineOpens(i) {
			i++
		}
	}
	if nameStop(s, i) {
		return i
	}
	j, hiragana := i, 0
	for n := 0; n < longestName && j < len(s); n++ {
		r, size := utf8.DecodeRuneInString(s[j:])
		if isHiragana(r) {
			if stop := particleAt(s, j, j == i); stop {
				break
			}
			if hiragana++; hiragana > 6 {
				break
			}
			j += size
			continue
		}
		if r == ' ' && j > i && isLatin(runeBefore(s, j)) && isLatin(runeAt(s, j+1)) { // Sample Works
			j += size
			continue
		}
		if !isNameRune(r) || j > i && nameStop(s, j) {
			break
		}
		hiragana = 0
		j += size
	}
	// A trailing hiragana run is a name only where the name is nothing else.
	k := j
	for k > i && isHiragana(runeBefore(s, k)) {
		k -= utf8.RuneLen(runeBefore(s, k))
	}
	if k > i && k < j {
		return k
	}
	for j > i && strings.ContainsRune("・&-. ", runeBefore(s, j)) {
		j--
		for j > i && !utf8.RuneStart(s[j]) {
			j--
		}
	}
	return j
}

// lineOpens tells whether the legal form that ends at i began its line.
func (f *finder) lineOpens(i int) bool {
	low := max(0, i-48)
	k := strings.LastIndexByte(f.s[low:i], '\n')
	line := strings.TrimSpace(f.s[low+k+1 : i])
	for _, l := range legalForms {
		if line == l.word {
			return true
		}
	}
	return false
}

// particleAt tells whether grammar, not a name, goes on at i. Behind a legal
// form a name may begin with any kana (はるか), so one particle alone does not
// end it there unless a word of another script follows.
func particleAt(s string, i int, first bool) bool {
	for _, w := range [...]string{"において", "における", "について", "に対", "による", "により", "によれ", "に関", "に係", "から", "より", "など", "および", "ならびに", "または", "では", "には", "との", "とは", "とで", "への", "へは", "でも", "にて", "として", "という", "といった", "さま", "さん", "ほか", "のほか", "および", "です", "である", "まで", "だけ", "のうち", "のみ", "が", "を", "は、", "と、", "に、", "も、", "の"} {
		if strings.HasPrefix(s[i:], w) {
			return true
		}
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	if strings.ContainsRune("はにでとへもや", r) {
		next := runeAt(s, i+size)
		return !first || !isHiragana(next)
	}
	return false
}

// nameStop tells whether a word stands at i that is no part of a name.
func nameStop(s string, i int) bool {
	return prefixed(s, i, "代表取締役", "代表理事", "代表社員", "取締役", "代表者", "様", "御中", "殿", "及び", "並びに", "又は", "等の", "等が", "等に", "等は", "等を", "の", "様", "広報", "総務部", "各位", "側", "宛", "所属", "提供", "製", "社長", "会長", "理事長", "学長", "院長", "が") != ""
}

func isNameRune(r rune) bool {
	return isKanji(r) || isKana(r) || isLatin(r) || isDigit(r) || r == 'ー' || r == '・' || r == '&' || r == '-' || r == '.' || r == '’' || r == 'é' || r == 'ö' || r == 'ü'
}

// nameBackward is the beginning of the name that ends at i, before a legal
// form or a last word: kanji, katakana and Latin; hiragana only inside.
func (f *finder) nameBackward(i int) int {
	s := f.s
	j := i
	if j > 0 && s[j-1] == ' ' && (isLatin(runeBefore(s, j-1)) || f.onlyName(j-1)) {
		j--
	}
	start := j
	for n := 0; n < longestName && j > 0; n++ {
		r := runeBefore(s, j)
		switch {
		case isKanji(r), isKatakana(r), r == 'ー', isLatin(r), isDigit(r), r == '・', r == '&':
			j -= utf8.RuneLen(r)
		case (r == '.' || r == '-') && isLatin(runeBefore(s, j-1)):
			j--
		case r == ' ' && isLatin(runeBefore(s, j-1)) && isLatin(runeAt(s, j)):
			j--
		case isHiragana(r) && r != 'の' && r != 'を' && r != 'が' && r != 'は':
			k := f.hiraganaInName(j)
			if k < 0 {
				return f.cutName(j, start, i)
			}
			j = k
		default:
			return f.cutName(j, start, i)
		}
	}
	return f.cutName(j, start, i)
}

// onlyName tells whether the line up to i is one unbroken word: Sample 株式会社
// on a line of its own.
func (f *finder) onlyName(i int) bool {
	low := max(0, i-90)
	line := f.s[low+strings.LastIndexByte(f.s[low:i], '\n')+1 : i]
	line = strings.TrimSpace(line)
	return line != "" && !strings.ContainsAny(line, " 。、:")
}

// hiraganaInName passes a short hiragana run that ends at j and belongs to a
// name (いすゞ, みずほ, つくば); -1 when it is grammar.
func (f *finder) hiraganaInName(j int) int {
	s := f.s
	k, n := j, 0
	for k > 0 && isHiragana(runeBefore(s, k)) {
		k -= utf8.RuneLen(runeBefore(s, k))
		n++
		if n > 6 {
			return -1
		}
	}
	word := s[k:j]
	b := runeBefore(s, k)
	open := b == utf8.RuneError || b == '\n' || b == ' ' || b == '「' || b == '(' || b == '、' || b == '。' || b == '・' || b == '】' || b == ':'
	for _, w := range [...]string{"さいたま", "つくば", "いわき", "ひたちなか", "かすみがうら", "つがる", "にかほ", "みどり", "いすみ", "あわら", "みよし", "あま", "いなべ", "かほく", "うきは", "みやま", "みやこ", "えびの", "いちき串木野", "うるま", "むつ", "さくら", "ふじみ野", "おいらせ", "みなべ", "すさみ", "かつらぎ", "せたな", "えりも", "ニセコ", "さぬき", "まんのう", "東かがわ", "いの", "たつの", "みずほ", "りそな", "きらぼし", "あおぞら", "ゆうちょ", "みなと", "もみじ", "きらやか", "ほくほく", "ひろぎん", "いよぎん", "ろうきん", "かんぽ", "こども", "ひまわり"} {
		if strings.HasSuffix(word, w) {
			return j - len(w)
		}
	}
	if open && n >= 2 && !strings.HasPrefix(word, "この") && !strings.HasPrefix(word, "その") && !strings.HasPrefix(word, "なお") && !strings.HasPrefix(word, "また") && !strings.HasPrefix(word, "さらに") && !strings.HasPrefix(word, "ただし") && !strings.HasPrefix(word, "すべて") && !strings.HasPrefix(word, "さて") && !strings.HasPrefix(word, "および") {
		return k
	}
	if n <= 2 && (isKanji(b) || isKatakana(b)) && (word == "み" || word == "し" || word == "き" || word == "け" || word == "げ" || word == "つ" || word == "ヶ" || word == "り" || word == "さき" || word == "ゞ") {
		return k
	}
	return -1
}

// cutName drops words before a name that are no part of it.
func (f *finder) cutName(j, start, i int) int {
	s := f.s
	for j < start {
		w := prefixed(s[:start], j, "業務委託先企業", "業務委託先", "再委託先", "委託先", "連結子会社", "子会社", "親会社", "運営会社", "関連会社", "取引先", "弊社", "当社", "同社", "一方", "今回", "現在", "今般", "先般", "株主", "加盟店", "主催者", "販売代理店", "代理店", "事業者", "業者", "・", "-", "&")
		if w == "" || j+len(w) > start {
			break
		}
		j += len(w)
	}
	if j < start && isDigit(runeAt(s, j)) { // 8日山田銀行
		k := j
		for k < start && (isDigit(rune(s[k])) || s[k] == '.') {
			k++
		}
		if w := prefixed(s, k, "日", "月", "年", "時", "分"); w != "" {
			return f.cutName(k+len(w), start, i)
		}
	}
	return j
}
