package japanese

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FoldName is the key under which the spellings of one name meet: NFKC, lower
// case, no spaces or middle dots, variants of kanji unified, the legal form
// stripped, the prefecture stripped before a municipality. A name that is
// nothing but a legal form keeps it.
func FoldName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(validUTF8(name)) {
		if v, ok := variants[r]; ok {
			r = v
		}
		switch {
		case unicode.IsSpace(r), r == '・', r == '･', r == '\'', r == '’', r == '`', unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			continue
		case r >= 0x2010 && r <= 0x2015, r == 0x2212:
			r = '-'
		}
		b.WriteRune(unicode.ToLower(r))
	}
	folded := b.String()
	out := folded
	for again := true; again; {
		again = false
		for k, l := range legalForms {
			w := legalFormsInLower[k]
			if strings.HasPrefix(out, w) && len(out) > len(w) {
				out, again = out[len(w):], true
			}
			if l.suffix && strings.HasSuffix(out, w) && len(out) > len(w) {
				out, again = out[:len(out)-len(w)], true
			}
		}
		for _, w := range [...]string{"co.,ltd.", ",inc.", "inc.", "inc", "ltd.", "llc", "corporation", "corp.", "gmbh", "limited"} {
			if strings.HasSuffix(out, w) && len(out) > len(w)+1 {
				out, again = strings.TrimRight(out[:len(out)-len(w)], ",."), true
			}
		}
	}
	if p, end := prefectureStarting(out, 0); p != "" && end < len(out) {
		if last := runeBefore(out, len(out)); last == '市' || last == '町' || last == '村' || last == '区' {
			out = out[end:]
		}
	}
	if out == "" {
		return folded
	}
	return out
}

// variants unites forms of kanji that names are spelt with.
var variants = map[rune]rune{
	'髙': '高', '﨑': '崎', '嵜': '崎', '邉': '辺', '邊': '辺', '齋': '斎', '齊': '斉', '濵': '浜', '濱': '浜', '澤': '沢', '眞': '真', '廣': '広', '國': '国', '學': '学', '會': '会', '嶋': '島', '嶌': '島', '櫻': '桜', '德': '徳', '瀨': '瀬', '黑': '黒', '塚': '塚', '淵': '渕', '冨': '富', '龍': '竜', '澁': '渋', '萬': '万', '應': '応', '榮': '栄', '惠': '恵', '圓': '円', '舘': '館', '條': '条', '彌': '弥', '與': '与', '遙': '遥', '藏': '蔵', '壽': '寿', '寳': '宝', '寶': '宝', '佛': '仏', '鐵': '鉄', 'ヶ': 'ケ', 'ヵ': 'カ',
}

// Kind tells what kind of organization name is, by its words; KindOther when
// they do not say.
func Kind(name string) string {
	n := Normalize(name)
	switch n {
	case "当社", "弊社", "当行", "弊行", "小社", "当金庫", "当店", "弊店", "当社グループ", "弊社グループ":
		return KindCompany
	case "本市", "当市", "本町", "当町", "本村", "当村", "本区", "当区":
		return KindMunicipality
	case "本県", "当県", "本府":
		return KindPrefecture
	case "本学", "本学園", "当学園", "本校", "当校", "弊学", "当大学", "当園":
		return KindSchool
	case "当院", "本院", "弊院":
		return KindHospital
	case "当機構", "当事業団", "当公社", "当局", "本機構":
		return KindPublicBody
	case "当庁", "当省", "本庁":
		return KindMinistry
	case "当組合", "当会", "本会", "当協会", "本協会", "当財団", "当連合会", "弊会", "弊協会", "当団体", "本組合", "本財団", "弊財団":
		return KindAssociation
	}
	for _, m := range ministries {
		if strings.HasPrefix(n, m) {
			return kindOfState(m)
		}
	}
	for _, l := range legalForms {
		if strings.HasPrefix(n, l.word) || l.suffix && strings.HasSuffix(n, l.word) {
			return l.kind
		}
	}
	if p, end := prefectureStarting(n, 0); p != "" && end == len(n) {
		return KindPrefecture
	}
	last := runeBefore(n, len(n))
	if last == '省' {
		return KindMinistry
	}
	for _, form := range suffixForms[last] {
		if strings.HasSuffix(n, form.word) && len(n) > len(form.word) {
			if form.kind == KindPrefecture {
				break
			}
			return form.kind
		}
	}
	if strings.HasSuffix(n, "協会") || strings.HasSuffix(n, "連盟") || strings.HasSuffix(n, "学会") || strings.HasSuffix(n, "生協") || strings.HasSuffix(n, "協同組合") || strings.HasSuffix(n, "組合") {
		return KindAssociation
	}
	lower := strings.ToLower(n)
	for _, w := range [...]string{"inc.", "inc", "ltd.", "ltd", "llc", "corporation", "corp.", "gmbh", "limited"} {
		if strings.HasSuffix(lower, w) && len(n) > len(w) {
			return KindCompany
		}
	}
	return KindOther
}
