package japanese

import (
	"strings"
	"unicode/utf8"
)

// counter is a word that counts: as written, its plain form, what it counts.
type counter struct {
	word  string
	unit  string
	class Class
	share bool
	not   string // what follows makes it another word: 通 but 通信, 部 but 部署; alternatives by |
}

// counters by first rune, longer words first.
var counters = map[rune][]counter{
	'人': {{"人様分", "人", ClassPerson, true, ""}, {"人日", "人日", ClassNone, false, ""}, {"人分", "人", ClassPerson, true, ""}, {"人", "人", ClassPerson, false, "的|権|員|気|材|事|口|工|体|類|格|生|数"}},
	'名': {{"名様分", "名", ClassPerson, true, ""}, {"名様", "名", ClassPerson, false, ""}, {"名さま分", "名", ClassPerson, true, ""}, {"名さま", "名", ClassPerson, false, ""}, {"名分", "名", ClassPerson, true, ""}, {"名", "名", ClassPerson, false, "称|義|前|古屋|簿|刺|寄|誉|目"}},
	'件': {{"件分", "件", ClassCase, true, ""}, {"件", "件", ClassCase, false, "名|費|数"}},
	'世': {{"世帯分", "世帯", ClassHousehold, true, ""}, {"世帯", "世帯", ClassHousehold, false, ""}},
	'戸': {{"戸", "戸", ClassHousehold, false, "籍|別|建"}},
	'軒': {{"軒", "軒", ClassHousehold, false, ""}},
	'通': {{"通分", "通", ClassDocument, true, ""}, {"通", "通", ClassDocument, false, "信|常|話|知|報|り|学|勤|称|帳|貨|過|院|販|行"}},
	'枚': {{"枚分", "枚", ClassDocument, true, ""}, {"枚", "枚", ClassDocument, false, ""}},
	'冊': {{"冊分", "冊", ClassDocument, true, ""}, {"冊", "冊", ClassDocument, false, "子"}},
	'部': {{"部署", "部署", ClassOrganization, false, ""}, {"部局", "部局", ClassOrganization, false, ""}, {"部", "部", ClassDocument, false, "門|屋|分|会|長|品|内|員|活|下|材|隊"}},
	'台': {{"台分", "台", ClassDevice, true, ""}, {"台", "台", ClassDevice, false, "帳|風|湾|数|所|北|東"}},
	'口': {{"口座分", "口座", ClassAccount, true, ""}, {"口座", "口座", ClassAccount, false, ""}, {"口", "口", ClassNone, false, "頭|径|コミ"}},
	'ア': {{"アカウント分", "アカウント", ClassAccount, true, ""}, {"アカウント", "アカウント", ClassAccount, false, ""}, {"アドレス", "アドレス", ClassCase, false, ""}},
	'ユ': {{"ユーザー分", "ユーザー", ClassAccount, true, ""}, {"ユーザー", "ユーザー", ClassAccount, false, ""}, {"ユーザ", "ユーザー", ClassAccount, false, ""}, {"ユーロ", "ユーロ", ClassMoney, false, ""}},
	'フ': {{"ファイル", "ファイル", ClassDocument, false, ""}, {"フォルダー", "フォルダー", ClassDocument, false, ""}, {"フォルダ", "フォルダー", ClassDocument, false, ""}, {"フロア", "フロア", ClassPlace, false, ""}},
	'レ': {{"レコード", "レコード", ClassCase, false, ""}},
	'ペ': {{"ページ", "ページ", ClassDocument, false, ""}},
	'サ': {{"サイト", "サイト", ClassPlace, false, ""}, {"サーバー", "サーバー", ClassDevice, false, ""}, {"サーバ", "サーバー", ClassDevice, false, ""}, {"サービス", "サービス", ClassNone, false, ""}},
	'シ': {{"システム", "システム", ClassDevice, false, ""}},
	'セ': {{"セット", "セット", ClassNone, false, ""}},
	'ケ': {{"ケース", "ケース", ClassCase, false, ""}, {"ケ所", "箇所", ClassPlace, false, ""}},
	'グ': {{"グループ", "グループ", ClassOrganization, false, ""}},
	'ポ': {{"ポイント", "ポイント", ClassNone, false, ""}},
	'回': {{"回線", "回線", ClassDevice, false, ""}, {"回分", "回", ClassOccurrence, true, ""}, {"回", "回", ClassOccurrence, false, "収|答|復|避|覧|転"}},
	'契': {{"契約分", "契約", ClassAccount, true, ""}, {"契約", "契約", ClassAccount, false, ""}},
	'会': {{"会員分", "会員", ClassAccount, true, ""}, {"会員", "会員", ClassAccount, false, ""}, {"会場", "会場", ClassPlace, false, ""}, {"会社", "会社", ClassOrganization, false, ""}},
	'箇': {{"箇所", "箇所", ClassPlace, false, ""}},
	'個': {{"個所", "箇所", ClassPlace, false, ""}, {"個", "個", ClassDevice, false, "人|別|室|展"}},
	'か': {{"か寺", "か寺", ClassOrganization, false, ""}, {"か所", "箇所", ClassPlace, false, ""}, {"か国", "か国", ClassPlace, false, ""}},
	'ヶ': {{"ヶ所", "箇所", ClassPlace, false, ""}, {"ヶ国", "か国", ClassPlace, false, ""}},
	'ヵ': {{"ヵ所", "箇所", ClassPlace, false, ""}, {"ヵ国", "か国", ClassPlace, false, ""}},
	'カ': {{"カ所", "箇所", ClassPlace, false, ""}, {"カ国", "か国", ClassPlace, false, ""}},
	'本': {{"本", "本", ClassDevice, false, "部|社|店|人|市|県|学|校|件|庁|院|当|来|日|年|書|報"}},
	'社': {{"社分", "社", ClassOrganization, true, ""}, {"社", "社", ClassOrganization, false, "員|会|内|外|長|名|債"}},
	'校': {{"校分", "校", ClassOrganization, true, ""}, {"校", "校", ClassOrganization, false, "内|外|長|区|舎|正"}},
	'園': {{"園", "園", ClassOrganization, false, "児|長|芸"}},
	'団': {{"団体", "団体", ClassOrganization, false, ""}},
	'機': {{"機関", "機関", ClassOrganization, false, ""}, {"機種", "機種", ClassDevice, false, ""}, {"機", "機", ClassDevice, false, "器|能|密|会|械"}},
	'事': {{"事業所", "事業所", ClassPlace, false, ""}, {"事業者", "事業者", ClassOrganization, false, ""}, {"事業", "事業", ClassNone, false, ""}, {"事例", "件", ClassCase, false, ""}, {"事案", "件", ClassCase, false, ""}},
	'法': {{"法人分", "法人", ClassOrganization, true, ""}, {"法人", "法人", ClassOrganization, false, ""}},
	'企': {{"企業", "企業", ClassOrganization, false, ""}},
	'施': {{"施設", "施設", ClassPlace, false, ""}},
	'店': {{"店舗", "店舗", ClassPlace, false, ""}, {"店", "店", ClassPlace, false, "頭|内|長|員"}},
	'支': {{"支店", "支店", ClassPlace, false, ""}, {"支社", "支社", ClassPlace, false, ""}, {"支所", "支所", ClassPlace, false, ""}},
	'自': {{"自治体", "自治体", ClassOrganization, false, ""}},
	'市': {{"市町村", "市町村", ClassOrganization, false, ""}, {"市区町村", "市町村", ClassOrganization, false, ""}, {"市町", "市町村", ClassOrganization, false, "村"}, {"市", "市", ClassOrganization, false, "民|長|役|立|場|内|外|販"}},
	'町': {{"町", "町", ClassOrganization, false, "民|長|役|立|内|目"}},
	'村': {{"村", "村", ClassOrganization, false, "民|長|役|立|内"}},
	'県': {{"県", "県", ClassOrganization, false, "民|立|内|外|庁|知|警"}},
	'府': {{"府県", "府県", ClassOrganization, false, ""}},
	'都': {{"都道府県", "都道府県", ClassOrganization, false, ""}, {"都県", "都県", ClassOrganization, false, ""}},
	'区': {{"区画", "区画", ClassPlace, false, ""}, {"区間", "区間", ClassPlace, false, ""}, {"区", "区", ClassOrganization, false, "民|長|役|立|内|域|分"}},
	'拠': {{"拠点", "拠点", ClassPlace, false, ""}},
	'棟': {{"棟", "棟", ClassPlace, false, ""}},
	'室': {{"室", "室", ClassPlace, false, "内|外|長"}},
	'地': {{"地点", "箇所", ClassPlace, false, ""}, {"地区", "地区", ClassPlace, false, ""}, {"地域", "地域", ClassPlace, false, ""}},
	'駅': {{"駅", "駅", ClassPlace, false, "前|員|長"}},
	'局': {{"局", "局", ClassPlace, false, "長|員|番|地"}},
	'先': {{"先分", "先", ClassOrganization, true, ""}, {"先", "先", ClassOrganization, false, "生|日|頭|着|般|週"}},
	'行': {{"行政区", "行政区", ClassPlace, false, ""}, {"行", "行", ClassOrganization, false, "目|為|動|政|員"}},
	'点': {{"点", "点", ClassDevice, false, "検|数|目|滴|灯"}},
	'筆': {{"筆", "筆", ClassPlace, false, "記|者"}},
	'項': {{"項目", "項目", ClassNone, false, ""}},
	'種': {{"種類", "種類", ClassNone, false, ""}, {"種", "種類", ClassNone, false, "別|目"}},
	'例': {{"例", "件", ClassCase, false, "年|外|え|示"}},
	'両': {{"両", "両", ClassDevice, false, "者|方|日"}},
	'便': {{"便", "便", ClassOccurrence, false, "利|宜|覧"}},
	'列': {{"列車", "本", ClassDevice, false, ""}},
	'基': {{"基地局", "局", ClassDevice, false, ""}, {"基", "基", ClassDevice, false, "本|準|地|盤|幹|礎"}},
	'隻': {{"隻", "隻", ClassDevice, false, ""}},
	'床': {{"床", "床", ClassDevice, false, ""}},
	'頭': {{"頭", "頭", ClassNone, false, "部|取"}},
	'匹': {{"匹", "頭", ClassNone, false, ""}},
	'羽': {{"羽", "羽", ClassNone, false, "田"}},
	'食': {{"食分", "食", ClassNone, true, ""}, {"食", "食", ClassNone, false, "品|事|料|堂|中"}},
	'着': {{"着", "着", ClassDevice, false, "信|用|手|席|陸"}},
	'品': {{"品目", "品目", ClassNone, false, ""}, {"品", "品", ClassDevice, false, "質|番|名"}},
	'箱': {{"箱", "箱", ClassDocument, false, ""}},
	'束': {{"束", "束", ClassDocument, false, ""}},
	'組': {{"組", "組", ClassNone, false, "織|合|み|長"}},
	'票': {{"票", "票", ClassDocument, false, ""}},
	'袋': {{"袋", "袋", ClassDevice, false, "小"}},
	'缶': {{"缶", "缶", ClassDevice, false, "詰"}},
	'瓶': {{"瓶", "瓶", ClassDevice, false, "詰"}},
	'巻': {{"巻", "巻", ClassDocument, false, "き|末|頭"}},
	'席': {{"席", "席", ClassPlace, false, "次|上"}},
	'座': {{"座席", "席", ClassPlace, false, "表|番"}},
	'番': {{"番号", "番号", ClassDevice, false, ""}},
	'家': {{"家庭", "家庭", ClassHousehold, false, ""}, {"家族", "家族", ClassHousehold, false, ""}},
	'曲': {{"曲", "曲", ClassNone, false, ""}},
	'円': {{"円分", "円", ClassMoney, true, ""}, {"円", "円", ClassMoney, false, "滑"}},
	'ド': {{"ドル", "ドル", ClassMoney, false, ""}, {"ドメイン", "ドメイン", ClassDevice, false, ""}},
	'パ': {{"パーセント", "%", ClassPercent, false, ""}},
	'割': {{"割", "割", ClassPercent, false, "り|合|引|当"}},
	'つ': {{"つ", "つ", ClassNone, false, ""}},
	'キ': {{"キロバイト", "KB", ClassSize, false, ""}},
	'メ': {{"メガバイト", "MB", ClassSize, false, ""}, {"メールアドレス", "アドレス", ClassCase, false, ""}, {"メール", "通", ClassDocument, false, ""}},
	'ギ': {{"ギガバイト", "GB", ClassSize, false, ""}, {"ギガ", "GB", ClassSize, false, ""}},
	'テ': {{"テラバイト", "TB", ClassSize, false, ""}},
	'バ': {{"バイト", "B", ClassSize, false, ""}},
	'ロ': {{"ロット", "ロット", ClassNone, false, ""}},
	'ラ': {{"ライセンス", "ライセンス", ClassAccount, false, ""}},
	'デ': {{"データ", "件", ClassCase, false, ""}},
	'利': {{"利用者", "人", ClassPerson, false, ""}},
	'顧': {{"顧客", "人", ClassPerson, false, ""}},
	'患': {{"患者", "人", ClassPerson, false, ""}},
	'加': {{"加盟店", "店舗", ClassPlace, false, ""}},
	'病': {{"病院", "病院", ClassOrganization, false, ""}, {"病棟", "病棟", ClassPlace, false, ""}},
	'大': {{"大学", "大学", ClassOrganization, false, ""}},
	'学': {{"学校", "校", ClassOrganization, false, ""}},
	'%': {{"%", "%", ClassPercent, false, ""}},
	'K': {{"KB", "KB", ClassSize, false, ""}, {"Kバイト", "KB", ClassSize, false, ""}},
	'k': {{"kB", "KB", ClassSize, false, ""}, {"kb", "KB", ClassSize, false, ""}},
	'M': {{"MB", "MB", ClassSize, false, ""}, {"Mバイト", "MB", ClassSize, false, ""}},
	'G': {{"GB", "GB", ClassSize, false, ""}},
	'T': {{"TB", "TB", ClassSize, false, ""}},
	'I': {{"ID", "アカウント", ClassAccount, false, ""}, {"IPアドレス", "アドレス", ClassCase, false, ""}},
	'P': {{"Pページ", "ページ", ClassDocument, false, ""}},
}

// readCounter reads the counter at s[i:]; w is its length, 0 when there is none.
func readCounter(s string, i int) (c counter, w int) {
	if i >= len(s) {
		return counter{}, 0
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	for _, c := range counters[r] {
		if !strings.HasPrefix(s[i:], c.word) {
			continue
		}
		end := i + len(c.word)
		if c.not != "" && followedBy(s, end, c.not) {
			continue
		}
		if isLatin(r) && end < len(s) && (isLatin(rune(s[end])) || isDigit(rune(s[end]))) && isLatin(rune(s[end-1])) {
			continue
		}
		return c, len(c.word)
	}
	return counter{}, 0
}

func followedBy(s string, i int, alternatives string) bool {
	for alternatives != "" {
		w, rest, _ := strings.Cut(alternatives, "|")
		if strings.HasPrefix(s[i:], w) {
			return true
		}
		alternatives = rest
	}
	return false
}

// qualifiers are the words around a figure that say how it is meant.
type qualifiers struct {
	bound                          Bound
	total, part, gross, per, order bool
	within                         bool
}

type qualifier struct {
	word string
	set  func(*qualifiers)
}

func atMost(q *qualifiers)  { q.bound = AtMost }
func atLeast(q *qualifiers) { q.bound = AtLeast }
func approx(q *qualifiers) {
	if q.bound == Exact {
		q.bound = Approx
	}
}
func total(q *qualifiers) { q.total = true }
func part(q *qualifiers)  { q.part = true }
func gross(q *qualifiers) { q.gross = true }
func per(q *qualifiers)   { q.per = true }
func order(q *qualifiers) { q.order = true }
func within(q *qualifiers) {
	q.within = true
	q.bound = AtMost
}
func noted(*qualifiers) {}

// before lists what stands before a figure, by the last rune of the word.
var before = map[rune][]qualifier{
	'約': {{"約", approx}},
	'そ': {{"おおよそ", approx}, {"およそ", approx}},
	'ぼ': {{"ほぼ", approx}},
	'ね': {{"おおむね", approx}, {"概ね", approx}},
	'計': {{"推計", approx}, {"合計", total}, {"総計", total}, {"累計", total}, {"計", total}},
	'定': {{"推定", approx}},
	'で': {{"推定で", approx}, {"推計で", approx}, {"概算で", approx}, {"最大で", atMost}, {"最多で", atMost}, {"合計で", total}, {"総計で", total}, {"累計で", total}, {"全部で", total}, {"全体で", total}, {"計で", total}, {"延べで", gross}},
	'大': {{"最大", atMost}},
	'多': {{"最多", atMost}},
	'も': {{"少なくとも", atLeast}, {"多くとも", atMost}},
	'低': {{"最低", atLeast}},
	'べ': {{"延べ", gross}, {"のべ", gross}},
	'延': {{"延", gross}},
	'て': {{"あわせて", total}, {"合わせて", total}, {"併せて", total}, {"多くて", atMost}, {"すべて", total}, {"全て", total}},
	'全': {{"全", total}},
	'総': {{"総", total}},
	'ち': {{"このうち", part}, {"そのうち", part}, {"うち", part}},
	'内': {{"内", part}},
	'か': {{"わずか", noted}},
	'各': {{"各", per}},
}

// after lists what stands behind a counter, by the first rune of the word.
var after = map[rune][]qualifier{
	'程': {{"程度", approx}},
	'ほ': {{"ほど", approx}},
	'余': {{"余り", approx}, {"余", approx}},
	'あ': {{"あまり", approx}, {"あたり", per}},
	'前': {{"前後", approx}},
	'強': {{"強", approx}},
	'弱': {{"弱", approx}},
	'近': {{"近く", approx}},
	'規': {{"規模", approx}},
	'以': {{"以上", atLeast}, {"以下", atMost}, {"以内", within}},
	'未': {{"未満", atMost}},
	'超': {{"超", atLeast}},
	'を': {{"を超える", atLeast}, {"を超え", atLeast}, {"を上回", atLeast}, {"を超す", atLeast}, {"をこえる", atLeast}, {"を下回る", atMost}},
	'当': {{"当たり", per}, {"当り", per}},
	'に': {{"につき", per}},
	'ご': {{"ごと", per}},
	'毎': {{"毎", per}},
	'ず': {{"ずつ", per}},
	'目': {{"目", order}},
}

// qualifiersBefore walks left from a figure at i over its qualifiers.
func qualifiersBefore(s string, i int) (start int, q qualifiers) {
	q.bound = Exact
	for range 5 {
		j := i
		for j > 0 && (s[j-1] == ' ' || s[j-1] == '\t') && i-j < 2 {
			j--
		}
		found := false
		for _, c := range before[runeBefore(s, j)] {
			if !strings.HasSuffix(s[:j], c.word) {
				continue
			}
			if prev := runeBefore(s, j-len(c.word)); rejects(c.word, prev) {
				continue
			}
			c.set(&q)
			i, found = j-len(c.word), true
			break
		}
		if !found {
			if r := runeBefore(s, j); r == '、' && (q.total || q.part) {
				return i, q
			} else if r == 'は' || r == 'の' {
				// うちの, 合計は: look one word further
				for _, c := range before[runeBefore(s, j-utf8.RuneLen(r))] {
					if (c.word == "合計" || c.word == "総計" || c.word == "計" || c.word == "累計" || c.word == "うち" || c.word == "このうち") && strings.HasSuffix(s[:j-utf8.RuneLen(r)], c.word) && !rejects(c.word, runeBefore(s, j-utf8.RuneLen(r)-len(c.word))) {
						c.set(&q)
						return i, q
					}
				}
			}
			break
		}
	}
	return i, q
}

// rejects tells whether prev makes a qualifier part of another word: 設計,
// 国内, 契約, 安全.
func rejects(word string, prev rune) bool {
	switch word {
	case "約":
		return strings.ContainsRune("契予規制条要解確誓", prev)
	case "計":
		return isKanji(prev) && !strings.ContainsRune("人名件者分月年日", prev)
	case "内":
		return prev != '(' && prev != ' ' && prev != '、' && prev != '。' && prev != utf8.RuneError && prev != '\n'
	case "全":
		return strings.ContainsRune("安完保健万", prev)
	case "総", "各", "延":
		return isKanji(prev)
	}
	return false
}

// qualifiersAfter walks right from the end of a counter over its qualifiers.
func qualifiersAfter(s string, i int) (end int, q qualifiers) {
	q.bound = Exact
	for range 3 {
		found := false
		for _, c := range after[runeAt(s, i)] {
			if !strings.HasPrefix(s[i:], c.word) {
				continue
			}
			next := runeAt(s, i+len(c.word))
			switch c.word {
			case "強", "弱":
				if isKanji(next) || next == 'い' || next == 'く' {
					continue
				}
			case "超":
				if next == '過' {
					continue
				}
			case "目":
				if strings.ContainsRune("的標視次", next) {
					continue
				}
			case "余":
				if strings.ContainsRune("分裕計", next) {
					continue
				}
			}
			c.set(&q)
			i, found = i+len(c.word), true
			break
		}
		if !found {
			break
		}
	}
	return i, q
}

// quantity reads on behind the number n: counter, qualifiers, nouns. It
// returns where reading goes on.
func (sc *scanner) quantity(n numeral) int {
	s := sc.s
	q := Quantity{Value: n.value, Vague: n.vague, Number: n.Range}
	at := skipSpaces(s, n.End)
	c, w := readCounter(s, at)
	if b := runeBefore(s, n.Start); w > len("件") && at > n.End && n.plain && (b == '\n' || b == utf8.RuneError) && nominal(c.word) {
		return n.End // 1 事案の概要: the number of a heading
	}
	if w == 0 && runeAt(s, at) == 'の' && (n.digits > 0 || n.runes > 1) { // 約15,000の世帯
		k := skipSpaces(s, at+len("の"))
		if c2, w2 := readCounter(s, k); w2 > 0 && (nominal(c2.word) || c2.word == "世帯" || c2.word == "家庭" || c2.word == "口座" || c2.word == "市町村") {
			c, w, at = c2, w2, k
		}
	}
	if w == 0 && at < len(s) && s[at] == '(' { // 1,234(件)
		if c2, w2 := readCounter(s, at+1); w2 > 0 && at+1+w2 < len(s) && s[at+1+w2] == ')' {
			c, w = c2, w2+2
		}
	}
	if w == 0 && at < len(s) && (s[at] == '~' || s[at] == '-' || strings.HasPrefix(s[at:], "ー") || strings.HasPrefix(s[at:], "から") || strings.HasPrefix(s[at:], "、")) {
		// 10～20名
		_, size := utf8.DecodeRuneInString(s[at:])
		if strings.HasPrefix(s[at:], "から") {
			size = len("から")
		}
		if m, ok := readNumeral(s, skipSpaces(s, at+size)); ok && !m.vague && !n.vague {
			mk := skipSpaces(s, m.End)
			if c2, w2 := readCounter(s, mk); w2 > 0 && m.value > n.value && !strings.HasPrefix(s[at:], "、") {
				c, w, at = c2, w2, mk
				q.Max = m.value
			}
		}
	}
	start, lead := qualifiersBefore(s, n.Start)
	if w == 0 {
		unit, class := sc.unitOfKey(start)
		if unit == "" || n.vague || !figureEnds(s, n.End) {
			return sc.afterFigure(n.End)
		}
		q.Unit, q.Class = unit, class
		at = n.End
	} else {
		q.Unit, q.Class, q.Share = c.unit, c.class, c.share
	}
	end, trail := qualifiersAfter(s, at+w)
	if w == 0 {
		end, trail = n.End, qualifiers{bound: Exact}
	}
	if w > 0 && q.Max == 0 && !n.vague { // 10名から20名, 10名～20名
		k := skipSpaces(s, end)
		if j := k + len(prefixed(s, k, "から", "~", "-")); j > k {
			if m, ok := readNumeral(s, skipSpaces(s, j)); ok && !m.vague && m.value > n.value {
				if c2, w2 := readCounter(s, skipSpaces(s, m.End)); w2 > 0 && c2.unit == c.unit {
					q.Max = m.value
					end, trail = qualifiersAfter(s, skipSpaces(s, m.End)+w2)
				}
			}
		}
	}
	q.Bound = lead.bound
	if trail.bound != Exact {
		q.Bound = trail.bound
	}
	if (q.Max > 0 || q.Vague) && q.Bound == Exact {
		q.Bound = Approx
	}
	q.Total = lead.total || trail.total
	q.Part = lead.part
	q.Gross = lead.gross
	q.Per = lead.per || trail.per
	q.Ordinal = trail.order || runeBefore(s, start) == '第'
	if next := runeAt(s, end); q.Value == 1 && isDigit(next) && w > 0 { // 1人10万円
		q.Per = true
	}
	if prefixed(s, end, "ひとり", "一人") != "" && q.Value == 1 {
		return end
	}
	q.Range = Range{start, end}
	q.Span = sc.span(q.Range)
	q.Before = nounBefore(s, start)
	q.After = nounAfter(s, end)
	sc.byNoun(&q)
	sc.v.Quantities = append(sc.v.Quantities, q)
	return end
}

// byNoun reads what the noun before a quantity, and the word before that, say
// of it: 合計件数 12件, 延べ人数 20人, (うち、法人12件).
func (sc *scanner) byNoun(q *Quantity) {
	s := sc.s
	noun := s[q.Before.Start:q.Before.End]
	if strings.HasPrefix(noun, "合計") || strings.HasPrefix(noun, "総") && strings.HasSuffix(noun, "数") || strings.HasSuffix(noun, "合計") || strings.HasPrefix(noun, "全体") {
		q.Total = true
	}
	lead := strings.TrimRight(s[max(0, q.Before.Start-30):q.Before.Start], "、, ")
	if strings.HasSuffix(lead, "延べ") || strings.HasSuffix(lead, "のべ") {
		q.Gross = true
	}
	if q.Before.Len() > 0 && (strings.HasSuffix(lead, "うち") || strings.HasSuffix(lead, "(内")) {
		q.Part = true
	}
}

// nominal tells the counters that are nouns of their own from mere counters.
func nominal(w string) bool {
	switch w {
	case "事案", "事例", "事業", "事業所", "事業者", "利用者", "顧客", "患者", "データ", "システム", "サービス", "サーバー", "サーバ", "サイト", "項目", "施設", "機関", "団体", "企業", "法人", "会員", "契約", "会社", "病院", "大学", "学校", "加盟店", "メール", "メールアドレス", "アドレス", "アカウント", "ファイル", "地域", "地区", "回線", "店舗", "自治体", "部署":
		return true
	}
	return false
}

// afterFigure passes letters that belong to a bare figure: 5G, 2FA, 10Mbps.
func (sc *scanner) afterFigure(j int) int {
	s := sc.s
	for j < len(s) && (isLatin(rune(s[j])) || isDigit(rune(s[j]))) {
		j++
	}
	return j
}

// figureEnds tells whether nothing but white space, a bracket or a stop follows.
func figureEnds(s string, i int) bool {
	j := skipSpaces(s, i)
	if j >= len(s) || j > i {
		return true
	}
	r := runeAt(s, j)
	return r == '\n' || r == ')' || r == '(' || r == '。' || r == '、'
}

// unitOfKey finds the unit that the word before a bare figure at i gives:
// 対象者数: 1,264 counts persons.
func (sc *scanner) unitOfKey(i int) (unit string, class Class) {
	s := sc.s
	j := i
	for n := 0; j > 0 && n < 6; n++ {
		r := runeBefore(s, j)
		if r != ' ' && r != '\t' && r != ':' && r != 'は' && r != '」' && r != '】' {
			break
		}
		j -= utf8.RuneLen(r)
	}
	if j == i || !strings.HasSuffix(s[:j], "数") {
		return "", ClassNone
	}
	switch {
	case strings.HasSuffix(s[:j], "件数"):
		return "件", ClassCase
	case strings.HasSuffix(s[:j], "世帯数"):
		return "世帯", ClassHousehold
	case strings.HasSuffix(s[:j], "戸数"):
		return "戸", ClassHousehold
	case strings.HasSuffix(s[:j], "口座数"):
		return "口座", ClassAccount
	case strings.HasSuffix(s[:j], "台数"):
		return "台", ClassDevice
	case strings.HasSuffix(s[:j], "会員数"):
		return "会員", ClassAccount
	case strings.HasSuffix(s[:j], "契約数"):
		return "契約", ClassAccount
	case strings.HasSuffix(s[:j], "社数"):
		return "社", ClassOrganization
	case strings.HasSuffix(s[:j], "人数"), strings.HasSuffix(s[:j], "者数"), strings.HasSuffix(s[:j], "名数"), strings.HasSuffix(s[:j], "客数"), strings.HasSuffix(s[:j], "客様数"), strings.HasSuffix(s[:j], "員数"):
		return "人", ClassPerson
	}
	return "", ClassNone
}

// longestNoun is how many runes of a noun beside a quantity are looked at.
const longestNoun = 16

// nounBefore is the noun that a quantity beginning at i counts, with at most
// two particles between.
func nounBefore(s string, i int) Range {
	j := i
	for j > 0 && i-j < 40 && (s[j-1] == ' ' || s[j-1] == '\t') {
		j--
	}
	for range 3 {
		r := runeBefore(s, j)
		if r == '、' && !strings.ContainsRune("はがもに", runeBefore(s, j-len("、"))) {
			break // 46人分、このうち3件: what stands before the comma is another matter
		}
		if r == ' ' || r == ':' || r == '(' || r == '、' || strings.ContainsRune("はがをにのでもと", r) {
			j -= utf8.RuneLen(r)
			continue
		}
		break
	}
	if runeBefore(s, j) == ')' { // 利用者(会員)46人
		if o := strings.LastIndexByte(s[max(0, j-60):j], '('); o >= 0 {
			j = max(0, j-60) + o
		}
	}
	if r := runeBefore(s, j); r == '」' || r == '』' {
		j -= utf8.RuneLen(r)
	}
	k := j
	for n := 0; n < longestNoun && k > 0; n++ {
		r := runeBefore(s, k)
		if !isNoun(r) {
			break
		}
		k -= utf8.RuneLen(r)
	}
	if r := runeBefore(s, k); k < j && (r == 'お' || r == 'ご') {
		k -= utf8.RuneLen(r)
	}
	return Range{k, j}
}

// nounAfter is the noun behind a quantity ending at i: 氏名 in 9名の氏名.
func nounAfter(s string, i int) Range {
	j := i
	if r := runeAt(s, j); r == 'の' || r == '分' {
		j += utf8.RuneLen(r)
		if runeAt(s, j) == 'の' {
			j += len("の")
		}
	}
	if r := runeAt(s, j); r == '「' || r == '『' {
		j += utf8.RuneLen(r)
	}
	if r := runeAt(s, j); (r == 'お' || r == 'ご') && isNoun(runeAt(s, j+utf8.RuneLen(r))) {
		k := j + utf8.RuneLen(r)
		return Range{j, nounEnd(s, k)}
	}
	return Range{j, nounEnd(s, j)}
}

func nounEnd(s string, j int) int {
	for n := 0; n < longestNoun && j < len(s); n++ {
		r, size := utf8.DecodeRuneInString(s[j:])
		if !isNoun(r) || isDigit(r) {
			break
		}
		j += size
	}
	return j
}

func isNoun(r rune) bool {
	return isKanji(r) || isKatakana(r) || isLatin(r) || r == 'ー' || r == '・'
}
