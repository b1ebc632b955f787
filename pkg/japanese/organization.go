package japanese

import (
	"strings"
	"unicode/utf8"
)

// Kinds of organizations, as plain strings.
const (
	KindCompany      = "company"
	KindMinistry     = "ministry"
	KindPrefecture   = "prefecture"
	KindMunicipality = "municipality"
	KindPublicBody   = "public_body"
	KindSchool       = "school"
	KindHospital     = "hospital"
	KindAssociation  = "association"
	KindOther        = "other"
)

// OrganizationName is a name found in a text.
type OrganizationName struct {
	Span  Span
	Range Range
	Name  string // normalised, as written; empty for a self-reference
	Key   string // FoldName(Name)
	Kind  string
	Legal bool // with its legal form (株式会社), or the full name of a public body
	Self  bool // 当社, 弊社, 本市: the publisher itself, unnamed
}

// Organizations finds the names of organizations in t, in order: those with a
// legal form, public bodies, schools, hospitals, banks by the last word of
// their names, foreign companies by Inc. and the like, and self-references.
// Names without any such mark (brands) are not found.
func Organizations(t *Text) []OrganizationName {
	f := finder{t: t, s: t.norm}
	f.run()
	return f.out
}

type finder struct {
	t   *Text
	s   string
	out []OrganizationName
}

func (f *finder) run() {
	s := f.s
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			switch c {
			case '(':
				if end := f.legal(i); end > 0 {
					i = end
					continue
				}
			case 'I', 'L', 'C', 'G', 'N', 'i', 'l':
				if end := f.foreign(i); end > 0 {
					i = end
					continue
				}
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		end := 0
		switch r {
		case '株', '有', '合', '相', '特', '投', '国', '公', '大', '学', '準', '地', '独', '認', '社', '医', '一', '宗', '職', '財', '更', '農', '管', '弁', '税', '司', '行', '監':
			end = f.legal(i)
		}
		if end == 0 {
			switch r {
			case '当', '弊', '本', '小':
				end = f.self(i, r)
			case '個', '東', '公', '原', '国', '証', '出', '資', '新', 'こ', '中', '海', '防', '最', 'デ', 'ス', '文', '厚', '農', '経', '会', '消', '総', '法', '外', '財', '環', '内', '警', '金', '特', '気', '観', '復', '林', '水', '宮', '検', '人', '衆', '参', '日':
				end = f.ministry(i)
			}
		}
		if end == 0 {
			if _, ok := suffixForms[r]; ok {
				end = f.suffix(i, r, i+size)
			}
		}
		i = max(end, i+size)
	}
}

// add keeps a name; one that covers the last replaces it.
func (f *finder) add(r Range, kind string, legal bool) int {
	r = trim(f.s, r)
	for n := len(f.out); n > 0 && f.out[n-1].Range.Overlaps(r); n = len(f.out) {
		if r.Contains(f.out[n-1].Range) {
			f.out = f.out[:n-1]
			continue
		}
		return r.End
	}
	name := f.s[r.Start:r.End]
	f.out = append(f.out, OrganizationName{Span: f.t.Span(r), Range: r, Name: name, Key: FoldName(name), Kind: kind, Legal: legal})
	return r.End
}

func (f *finder) self(i int, r rune) int {
	if b := runeBefore(f.s, i); isKanji(b) && b != '等' || b == '相' {
		return 0
	}
	for _, w := range selfReferences[r] {
		if strings.HasPrefix(f.s[i:], w) {
			if next := runeAt(f.s, i+len(w)); (w == "本学" || w == "当局" || w == "当所" || w == "本会" || w == "本庁") && strings.ContainsRune("習者年級議場計舎", next) || w == "本校" && next == '正' || w == "当会" && strings.ContainsRune("場社議員", next) || w == "本区" && next == '間' {
				continue
			}
			rg := Range{i, i + len(w)}
			f.out = append(f.out, OrganizationName{Span: f.t.Span(rg), Range: rg, Self: true, Kind: Kind(w)})
			return rg.End
		}
	}
	return 0
}

func (f *finder) ministry(i int) int {
	for _, m := range ministries {
		if strings.HasPrefix(f.s[i:], m) {
			if isKanji(runeBefore(f.s, i)) || isKatakana(runeBefore(f.s, i)) { // 東京消防庁, 北日本銀行
				return 0
			}
			return f.add(Range{i, i + len(m)}, kindOfState(m), true)
		}
	}
	return 0
}

// kindOfState tells the state's own offices from those that only stand in the
// same list for their names.
func kindOfState(name string) string {
	switch name {
	case "日本年金機構", "日本銀行", "東京消防庁", "警視庁":
		return KindPublicBody
	}
	return KindMinistry
}

// legal reads a legal form at i with the name before or after it.
func (f *finder) legal(i int) int {
	s := f.s
	var form legalForm
	for _, l := range legalForms {
		if strings.HasPrefix(s[i:], l.word) {
			form = l
			break
		}
	}
	if form.word == "" {
		return 0
	}
	after := i + len(form.word)
	end := f.nameForward(after)
	start := i
	if form.suffix {
		start = f.nameBackward(i)
	}
	switch {
	case start < i && (end == after || !f.prefixForm(start, i, after, end)):
		return f.add(Range{start, after}, form.kind, true)
	case end > after:
		return f.add(Range{i, end}, form.kind, true)
	}
	return after
}

// prefixForm decides for 株式会社X where words stand on both sides.
func (f *finder) prefixForm(start, form, after, end int) bool {
	s := f.s
	before := s[start:form]
	for _, w := range [...]string{"委託先", "再委託先", "業者", "事業者", "親会社", "子会社", "運営会社", "取引先", "加盟店", "販売元", "提供元", "提供会社", "グループ会社", "関連会社", "管理会社", "開発会社", "同社", "弊社", "当社", "連結子会社", "保守会社", "印刷会社", "先", "元", "運営"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	next := s[after:end]
	for _, w := range [...]string{"代表", "取締役", "様", "御中", "殿", "本社", "本店", "支店", "支社", "広報", "総務", "経営", "営業", "情報", "及び", "並び", "宛", "内", "等", "他", "側", "製", "発行", "運営", "グループ", "所属", "個人", "担当", "お客", "カスタマー", "サポート", "各位", "社長", "執行", "企画", "管理", "人事", "法務", "事務", "東京", "大阪", "名古屋", "福岡"} {
		if strings.HasPrefix(next, w) {
			return false
		}
	}
	b := runeBefore(s, start)
	if b == '\n' || b == utf8.RuneError || b == ' ' || b == '、' || b == '。' || b == '「' || b == '(' {
		// X株式会社Y at a line's beginning: the nearer name is X, unless a space stands before the form.
		return false
	}
	return true
}

// suffix reads a name by its last word, which ends at end with the rune r at i.
func (f *finder) suffix(i int, r rune, end int) int {
	s := f.s
	for _, form := range suffixForms[r] {
		if !strings.HasSuffix(s[:end], form.word) || form.not != "" && followedBy(s, end, form.not) {
			continue
		}
		from := end - len(form.word)
		switch form.kind {
		case KindPrefecture:
			p, start := prefectureEnding(s, end)
			if p == "" {
				return 0
			}
			return f.add(Range{start, end}, form.kind, true)
		case KindMunicipality:
			start := f.municipality(from, form.word)
			if start < 0 {
				continue
			}
			return f.add(Range{start, end}, form.kind, true)
		}
		if form.word == "県警" || form.word == "府警" || form.word == "道警" {
			p, start := prefectureEnding(s, end-len("警"))
			if p == "" {
				continue
			}
			return f.add(Range{start, end}, form.kind, false)
		}
		start := f.nameBackward(from)
		if start == from || generic(s[start:from]) {
			continue
		}
		return f.add(Range{start, end}, form.kind, form.full)
	}
	return 0
}

// generic tells whether the words before a last word only describe: 地方銀行,
// 各大学, 医療機関.
func generic(w string) bool {
	switch w {
	case "大学", "地方", "ある", "各", "同", "当", "本", "他", "全", "両", "同一", "複数", "一部", "取引", "都市", "信託", "民間", "大手", "国立", "公立", "私立", "県立", "市立", "町立", "総合", "救急", "大", "他の", "入院先", "転院先", "近隣", "主要", "関係", "受診", "地域", "小中", "同大", "指定", "金融", "提携", "該当", "対象", "個人", "電子", "有価", "インターネット", "ネット", "ネットバンク", "自", "貴", "別", "外部", "紹介先", "動物", "県内", "市内", "町内", "道内", "新", "旧", "全国", "両大", "他大", "他行", "通信", "大規模", "短期", "産業", "大企業", "中", "小", "高", "職域", "国際", "所轄", "最寄り", "管轄", "調剤", "保険", "門前", "実証", "推進", "連絡", "機械", "端末", "処理", "制御", "停止", "駆動", "安全", "開閉", "自家", "非常用", "必要", "最大", "消費", "契約", "再生可能", "余剰", "売", "買", "送", "配", "定期", "終身", "民間の", "団体":
		return true
	}
	if lone(w, 0, len(w)) && w != "東" {
		return true
	}
	return strings.HasSuffix(w, "など") || strings.HasSuffix(w, "の") || strings.HasSuffix(w, "・")
}

// municipality is the beginning of the name of a city, ward, town or village
// that ends before its last word at i; -1 when it is none. Names are two to
// six runes; what stands before is the prefecture, which is taken in.
func (f *finder) municipality(i int, word string) int {
	s := f.s
	j, n := i, 0
	for n < 6 && j > 0 {
		r := runeBefore(s, j)
		if isKanji(r) || r == 'ヶ' || r == 'ケ' || r == 'ノ' || r == 'ツ' {
			if _, start := prefectureEnding(s, j); start >= 0 && j-start >= 6 {
				return f.placed(start, j, i, word)
			}
			if (r == '市' || r == '郡') && word != "市" && n > 0 {
				break
			}
			j -= utf8.RuneLen(r)
			n++
			continue
		}
		if isHiragana(r) && r != 'の' && r != 'は' && r != 'が' && r != 'を' && r != 'と' {
			if k := f.hiraganaInName(j); k >= 0 {
				if j-k >= 6 || n > 0 {
					n += runeCount(s[k:j])
					j = k
					continue
				}
			}
		}
		break
	}
	if _, start := prefectureEnding(s, j); start >= 0 && j < i {
		return f.placed(start, j, i, word)
	}
	for k := j; k < i; k += utf8.RuneLen(runeAt(s, k)) { // 令和5年度青空市給付金
		if runeBefore(s, k) == '度' && prefectureOfCity[s[k:i]+word] != "" {
			return k
		}
	}
	if n < 1 || n > 5 || genericPlace(s[j:i]) {
		return -1
	}
	b := runeBefore(s, j)
	boundary := !isKanji(b) && !isKatakana(b) && !isLatin(b) && !isDigit(b) || b == '・'
	if !boundary {
		return -1
	}
	if n == 1 && word != "市" {
		return -1
	}
	if known := prefectureOfCity[s[j:i]+word]; known != "" {
		return j
	}
	if word != "市" { // 窓口の区, 下町: only beside a prefecture or at a line's beginning
		if !(b == '\n' || b == utf8.RuneError || b == '\u3000' || b == ' ') {
			return -1
		}
		next := runeAt(s, i+len(word))
		if next != 'は' && next != 'が' && next != 'の' && next != 'で' && next != '\n' && next != utf8.RuneError && next != '、' {
			return -1
		}
	}
	return j
}

func (f *finder) placed(start, from, i int, word string) int {
	if genericPlace(f.s[from:i]) {
		return -1
	}
	return start
}

func genericPlace(w string) bool {
	switch w {
	case "", "各", "同", "本", "当", "他", "全", "両", "都", "朝", "一", "二", "三", "青果", "政令", "政令指定都", "指定都", "中核", "姉妹", "地", "学", "選挙", "行政", "校", "工", "管", "鉱", "農", "漁", "近隣", "周辺", "関係", "対象", "該当", "特別", "全市", "構成", "上水道給水", "給水", "排水", "配水", "自治", "通学", "特", "株式", "海浜", "下", "門前", "城下", "港", "市", "市区", "区", "町", "村", "大都", "中心", "禁止", "業務", "担当", "街", "新", "旧", "沿線", "県", "府", "道":
		return true
	}
	return strings.HasSuffix(w, "の")
}

// foreign reads a Latin name that ends with Inc., Ltd. and the like at i.
func (f *finder) foreign(i int) int {
	s := f.s
	w := prefixed(s, i, "Inc.", "Inc", "INC.", "Ltd.", "Ltd", "LTD.", "LLC", "L.L.C.", "Corporation", "Corp.", "Corp", "Co., Ltd.", "Co.,Ltd.", "Co.", "GmbH", "N.V.", "Limited", "LIMITED", "plc")
	if w == "" || i == 0 || isLatin(runeAt(s, i+len(w))) || s[i-1] != ' ' && s[i-1] != ',' {
		return 0
	}
	j := i
	for j > 0 && (s[j-1] == ' ' || s[j-1] == ',') {
		j--
	}
	end := j
	for n := 0; n < 60 && j > 0; n++ {
		c := s[j-1]
		if isLatin(rune(c)) || isDigit(rune(c)) || c == '.' || c == '&' || c == '-' || c == '\'' || c == ',' && n > 0 || c == ' ' && j > 1 && (isLatin(rune(s[j-2])) || isDigit(rune(s[j-2])) || s[j-2] == ',' || s[j-2] == '.') {
			j--
			continue
		}
		break
	}
	if j == end {
		return 0
	}
	return f.add(Range{j, i + len(w)}, KindCompany, true)
}
