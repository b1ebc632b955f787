package japanese

import "strings"

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
