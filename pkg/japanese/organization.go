package japanese

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
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

// legalForm is a word that makes what stands beside it the name of a legal person.
type legalForm struct {
	word   string
	kind   string
	suffix bool // also stands behind the name: X株式会社
}

// legalForms, longer words first where one begins with another.
var legalForms = []legalForm{
	{"特例有限会社", KindCompany, true},
	{"株式会社", KindCompany, true}, {"有限会社", KindCompany, true}, {"合同会社", KindCompany, true},
	{"合資会社", KindCompany, true}, {"合名会社", KindCompany, true}, {"相互会社", KindCompany, true},
	{"特定目的会社", KindCompany, true}, {"投資法人", KindCompany, true},
	{"(株)", KindCompany, true}, {"(有)", KindCompany, true}, {"(同)", KindCompany, true},
	{"(一社)", KindAssociation, false}, {"(公社)", KindAssociation, false}, {"(一財)", KindAssociation, false}, {"(公財)", KindAssociation, false},
	{"(社福)", KindAssociation, false}, {"(国研)", KindPublicBody, false}, {"(地独)", KindPublicBody, false}, {"(独)", KindPublicBody, false},
	{"国立大学法人", KindSchool, false}, {"公立大学法人", KindSchool, false}, {"大学共同利用機関法人", KindSchool, false},
	{"学校法人", KindSchool, false}, {"準学校法人", KindSchool, false},
	{"国立研究開発法人", KindPublicBody, false}, {"地方独立行政法人", KindPublicBody, false}, {"独立行政法人", KindPublicBody, false},
	{"特殊法人", KindPublicBody, false}, {"認可法人", KindPublicBody, false},
	{"特定医療法人社団", KindHospital, false}, {"社会医療法人社団", KindHospital, false}, {"社会医療法人財団", KindHospital, false}, {"特定医療法人", KindHospital, false},
	{"社会医療法人", KindHospital, false}, {"医療法人社団", KindHospital, false}, {"医療法人財団", KindHospital, false}, {"医療法人", KindHospital, false},
	{"一般社団法人", KindAssociation, false}, {"公益社団法人", KindAssociation, false},
	{"一般財団法人", KindAssociation, false}, {"公益財団法人", KindAssociation, false},
	{"社会福祉法人", KindAssociation, false}, {"特定非営利活動法人", KindAssociation, false}, {"NPO法人", KindAssociation, false},
	{"認定NPO法人", KindAssociation, false}, {"宗教法人", KindAssociation, false}, {"職業訓練法人", KindAssociation, false},
	{"社団法人", KindAssociation, false}, {"財団法人", KindAssociation, false}, {"更生保護法人", KindAssociation, false},
	{"農事組合法人", KindAssociation, false}, {"管理組合法人", KindAssociation, true},
	{"弁護士法人", KindCompany, false}, {"税理士法人", KindCompany, true}, {"司法書士法人", KindCompany, false},
	{"行政書士法人", KindCompany, false}, {"社会保険労務士法人", KindCompany, false}, {"特許業務法人", KindCompany, false}, {"監査法人", KindCompany, true},
}

// legalFormsInLower are their words as FoldName compares them.
var legalFormsInLower = func() []string {
	words := make([]string, len(legalForms))
	for i, l := range legalForms {
		words[i] = strings.ToLower(l.word)
	}
	return words
}()

// suffixForm is a last word of a name that tells what bears it.
type suffixForm struct {
	word string
	kind string
	full bool   // the word makes the name a full one: 信用金庫, 大学
	not  string // what follows makes it another word, alternatives by |
}

// suffixForms by last rune, longer words first.
var suffixForms = map[rune][]suffixForm{
	'行': {{"銀行", KindCompany, true, "口座|業|員|名|コード|側|取引|振込|等"}},
	'庫': {{"信用金庫", KindAssociation, true, "等"}, {"労働金庫", KindAssociation, true, ""}, {"商工組合中央金庫", KindCompany, true, ""}, {"農林中央金庫", KindAssociation, true, ""}},
	'合': {{"信用組合", KindAssociation, true, ""}, {"協同組合", KindAssociation, true, "連合会"}, {"健康保険組合", KindAssociation, true, "連合会|員"}, {"共済組合", KindAssociation, true, "員|連合会"}, {"事務組合", KindPublicBody, true, ""}, {"広域連合", KindPublicBody, true, "長"}, {"労働組合", KindAssociation, true, "員"}, {"森林組合", KindAssociation, true, ""}},
	'学': {{"大学", KindSchool, true, "院|校|病院|生|入|附属|付属|側|等|教|構|名|医学部|受験|職員|名誉|当局|当|図書|関係|本部|事務|全|ホーム|法人|公式|及|内|間|学|発|向|共|進|卒|祭|ノート|生協|ごと"}},
	'校': {{"高等専門学校", KindSchool, true, "生"}, {"特別支援学校", KindSchool, true, ""}, {"中等教育学校", KindSchool, true, ""}, {"高等学校", KindSchool, true, "等|教|生"}, {"専門学校", KindSchool, true, "生"}, {"小学校", KindSchool, true, "教|等|給|児童|区|費"}, {"中学校", KindSchool, true, "教|等|給|生徒|区|費|卒"}, {"高校", KindSchool, false, "生|教|等|側|入|受"}, {"自動車学校", KindCompany, true, ""}},
	'園': {{"学園", KindSchool, false, "祭|内"}, {"幼稚園", KindSchool, true, "児|教"}, {"保育園", KindSchool, true, "児"}, {"こども園", KindSchool, true, "児"}},
	'院': {{"医療センター病院", KindHospital, true, ""}, {"附属病院", KindHospital, true, "院|長|内"}, {"付属病院", KindHospital, true, "院|長|内"}, {"大学病院", KindHospital, true, "機構|内|側"}, {"病院", KindHospital, true, "内|側|長|局|企業団|機構|等|職員|関係|名|事業|機|外|から提供|システム|管理"}, {"学院", KindSchool, false, "内|大学"}},
	'ク': {{"クリニック", KindHospital, true, "等"}},
	'ー': {{"医療センター", KindHospital, true, ""}, {"がんセンター", KindHospital, true, ""}, {"総合センター", KindPublicBody, false, ""}},
	'会': {{"教育委員会", KindPublicBody, true, "事務局|等"}, {"選挙管理委員会", KindPublicBody, true, ""}, {"農業委員会", KindPublicBody, true, ""}, {"社会福祉協議会", KindAssociation, true, ""}, {"協議会", KindAssociation, false, ""}, {"連合会", KindAssociation, false, ""}, {"観光協会", KindAssociation, false, ""}, {"医師会", KindAssociation, false, ""}, {"弁護士会", KindAssociation, false, ""}, {"生活協同組合連合会", KindAssociation, true, ""}, {"商工会", KindAssociation, true, "議所"}, {"体育協会", KindAssociation, false, ""}},
	'所': {{"商工会議所", KindAssociation, true, ""}, {"地方裁判所", KindMinistry, true, ""}, {"家庭裁判所", KindMinistry, true, ""}, {"研究所", KindPublicBody, false, "内|員"}, {"法律事務所", KindCompany, false, ""}, {"会計事務所", KindCompany, false, ""}},
	'局': {{"消防局", KindPublicBody, true, "員|長"}, {"水道局", KindPublicBody, true, "員|長"}, {"交通局", KindPublicBody, true, "員|長"}, {"企業局", KindPublicBody, true, "長"}, {"労働局", KindMinistry, true, "員|長"}, {"国税局", KindMinistry, true, "員|長"}, {"運輸局", KindMinistry, true, "長"}, {"整備局", KindMinistry, true, "長"}, {"農政局", KindMinistry, true, "長"}, {"法務局", KindMinistry, true, ""}, {"財務局", KindMinistry, true, ""}, {"放送局", KindCompany, false, ""}, {"薬局", KindHospital, false, "等|内"}},
	'部': {{"消防本部", KindPublicBody, true, ""}, {"警察本部", KindPublicBody, true, "長"}},
	'警': {{"県警", KindPublicBody, false, ""}, {"府警", KindPublicBody, false, ""}, {"道警", KindPublicBody, false, ""}},
	'署': {{"警察署", KindPublicBody, true, "員|長|に|へ|と"}, {"税務署", KindMinistry, true, "員|長"}, {"消防署", KindPublicBody, true, "員|長"}},
	'社': {{"新聞社", KindCompany, true, "員|等"}, {"放送社", KindCompany, true, ""}, {"通信社", KindCompany, true, "員"}, {"出版社", KindCompany, false, ""}, {"公社", KindPublicBody, true, ""}, {"福祉公社", KindPublicBody, true, ""}},
	'団': {{"企業団", KindPublicBody, true, ""}, {"財団", KindAssociation, false, "法人"}, {"事業団", KindPublicBody, true, ""}, {"楽団", KindAssociation, false, ""}},
	'構': {{"機構", KindPublicBody, false, "改革|的"}},
	'険': {{"生命保険", KindCompany, false, "料|証|契約|会社|金|業"}, {"損害保険", KindCompany, false, "料|証|契約|会社|金|代理|業"}, {"火災保険", KindCompany, false, "料|証|契約|会社|金"}},
	'券': {{"証券", KindCompany, false, "口座|会社|化|取引|番号|コード|業|番|記号"}},
	'力': {{"電力", KindCompany, false, "会社|量|供給|料|使用|自由|の|を|消費|契約|広域|需|設備|系統|小売"}},
	'市': {{"市", KindMunicipality, true, "場|民|内|外|長|立|町|区|議|税|営|販|道|況|街|政|役所|職員|債|中|県|村|価|庁|教育委員会|消防|水道|交通|病院|社会福祉|選挙|農業"}},
	'区': {{"土地改良区", KindPublicBody, true, ""}, {"区", KindMunicipality, true, "分|域|間|画|民|内|長|立|外|切|別|役所|議|税|教育委員会|選挙|町|職"}},
	'町': {{"町", KindMunicipality, true, "民|内|長|立|村|役場|議|税|営|職|教育委員会|選挙|会|工場|外|家"}},
	'村': {{"村", KindMunicipality, true, "民|内|長|立|役場|議|税|営|職|教育委員会|選挙|上|田|山|井|瀬|木|松|岡|外"}},
	'県': {{"県", KindPrefecture, true, "内|民|外|立|知事|警|議|営|税|職員|境|道|教育委員会|教委|下|央|北|南|東|西|選挙|病院|社会|企業局|公安"}},
	'府': {{"府", KindPrefecture, true, "内|民|外|立|知事|警|議|営|税|職員|道|中|県|教育委員会|教委|下|選挙"}},
	'都': {{"都", KindPrefecture, true, "内|民|外|立|知事|議|営|税|職員|道|心|市|合|度|教育委員会|教委|下|交通|水道|下水"}},
	'道': {{"北海道", KindPrefecture, true, "内|民|外|立|庁|知事|議|職員|教育委員会|警|電力|銀行|大学|新聞|ガス|旅客|放送|文化|教育|医療|労働|エア|日本|フ"}},
}

// ministries and agencies of the state, whose names end like other words.
var ministries = []string{
	"個人情報保護委員会", "公正取引委員会", "原子力規制委員会", "国家公安委員会", "証券取引等監視委員会", "出入国在留管理庁", "資源エネルギー庁", "新型インフルエンザ等対策推進室",
	"原子力規制庁", "こども家庭庁", "中小企業庁", "公安調査庁", "海上保安庁", "防衛装備庁", "最高裁判所", "国立国会図書館", "デジタル庁", "スポーツ庁", "文部科学省", "厚生労働省", "農林水産省",
	"経済産業省", "国土交通省", "会計検査院", "消費者庁", "総務省", "法務省", "外務省", "財務省", "環境省", "防衛省", "内閣官房", "内閣府", "警察庁", "金融庁", "国税庁", "特許庁", "気象庁",
	"観光庁", "警視庁", "東京消防庁", "復興庁", "林野庁", "水産庁", "文化庁", "消防庁", "宮内庁", "検察庁", "人事院", "衆議院", "参議院", "日本年金機構", "日本銀行",
}

// selfReferences are how a publisher speaks of itself.
var selfReferences = map[rune][]string{
	'当': {"当社グループ", "当社", "当行", "当院", "当組合", "当金庫", "当法人", "当会", "当協会", "当財団", "当機構", "当事業団", "当センター", "当局", "当庁", "当省", "当校", "当大学", "当学園", "当園", "当館", "当店", "当公社", "当連合会", "当所", "当団体", "当県", "当市", "当町", "当村", "当区", "当サイト"},
	'弊': {"弊社グループ", "弊社", "弊行", "弊会", "弊法人", "弊学", "弊院", "弊協会", "弊店", "弊財団"},
	'本': {"本市", "本学園", "本学", "本県", "本町", "本村", "本区", "本会", "本校", "本院", "本法人", "本協会", "本府", "本庁", "本機構", "本組合", "本財団"},
	'小': {"小社"},
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
