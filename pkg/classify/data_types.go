package classify

import (
	"slices"
	"strconv"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// dataHit is a word for a kind of data, at its place.
type dataHit struct {
	m      match
	rg     japanese.Range
	code   notice.DataType
	end    int  // where the list ends that it stands in, else where it ends
	listed bool // it stands in a list with other kinds of data
	kept   bool // the notice says it is kept elsewhere, or is not shown
}

// dataGate says which sentences may tell what data were concerned, by what
// happened and whether data got out.
type dataGate uint8

const (
	dataAnywhere dataGate = iota
	dataInLead            // only what leads the notice
	dataNowhere
)

func (r *reading) dataGate() dataGate {
	if r.out.Category == notice.Vulnerability {
		return dataNowhere // what a flaw would show, if anybody used it
	}
	if r.out.Impact.Exposure == nil {
		switch r.out.Category {
		case notice.SystemOutage, notice.EquipmentFailure, notice.DenialOfService, notice.Phishing, notice.Other, notice.Malware, notice.UnauthorizedAccess:
			return dataNowhere
		case notice.ProcessingError, notice.SoftwareDefect, notice.Misconfiguration:
			return dataInLead
		}
	} else if *r.out.Impact.Exposure == notice.ExposureDenied {
		switch r.out.Category {
		case notice.Loss, notice.Theft, notice.Misdelivery, notice.UnintendedPublication, notice.DataLoss:
		default:
			return dataNowhere
		}
	}
	return dataAnywhere
}

// dataMention is a kind of data that words of the notice name: what the rules
// make of it, and its features for the ranker.
type dataMention struct {
	code     notice.DataType
	ruled    bool
	rule     string
	at       japanese.Range
	features []uint16
	set      featureSet
	told     int // how many of its words were described
}

var dataTypeList = func() []notice.DataType {
	var out []notice.DataType
	for _, info := range notice.DataTypes() {
		out = append(out, info.Code)
	}
	return out
}()

// mostTold is how many words for a kind of data are described.
const mostTold = 20

// readDataTypes lists the kinds of personal data the notice says were
// concerned: of those its words name, those that the rules and the model
// together believe.
func (r *reading) readDataTypes() {
	given := map[notice.DataType]bool{}
	k := r.model.ranker(fieldDataTypes)
	for _, m := range r.dataMentions() {
		yes := m.ruled
		if k != nil {
			log := k.shares([][]uint16{m.features})
			if m.ruled {
				log[0] += r.rules.hearing.DataType
			} else {
				log[1] += r.rules.hearing.NoDataType
			}
			yes = log[0] > log[1]
		}
		if yes {
			given[m.code] = true
			r.evidence(fieldDataTypes, m.rule, m.at)
		}
	}
	if len(given) == 0 && r.dataGate() == dataAnywhere {
		r.unnamedData(given)
	}
	for _, code := range dataTypeList {
		if given[code] {
			r.out.Impact.DataTypes = append(r.out.Impact.DataTypes, code)
		}
	}
}

// dataMentions are the kinds of data that words of the notice name, each once.
// For the rules a word counts when it names a kind of data by itself, stands in a
// list with others, or under a heading that announces data; an item of such a
// list that is of no known kind is data of another kind.
func (r *reading) dataMentions() []dataMention {
	gate := r.dataGate()
	if r.seen[groupData] == 0 || gate == dataNowhere && r.seen[groupDataAlone] == 0 {
		return nil
	}
	narrow := gate == dataInLead
	var mentions []dataMention
	index := map[notice.DataType]int{}
	mention := func(code notice.DataType, rule string, at japanese.Range) *dataMention {
		k, ok := index[code]
		if !ok {
			k = len(mentions)
			index[code] = k
			mentions = append(mentions, dataMention{code: code, rule: rule, at: at})
		}
		return &mentions[k]
	}
	give := func(m *dataMention, rule string, at japanese.Range) {
		if gate != dataNowhere && !m.ruled {
			m.ruled, m.rule, m.at = true, rule, at
		}
	}
	lines := r.itemLines()
	for i := range r.doc.Sentences {
		z := r.zones[i]
		if r.rules.dataZones&(1<<z) == 0 || r.asks(i) {
			continue
		}
		leads := z == zoneTitle || z == zoneLead
		hits, beside := r.dataHits(i)
		if len(hits) == 0 {
			if !lines[i] || narrow {
				continue
			}
			if rg, ok := r.bareItem(i); ok && !r.takenBack(rg) {
				m := mention(notice.DataOther, "data.unknown_item", rg)
				m.set.say("item of a row")
				give(m, "data.unknown_item", rg)
			}
			continue
		}
		under := z == zoneData && r.doc.Sections[r.doc.Sentences[i].Section].Level > 0
		lists := r.dataLists(i, hits, under)
		// Items told line by line under a heading that does not speak of data.
		inRow := lines[i] && r.onlyItem(i, hits)
		spoken := beside || z == zoneData || len(hits) >= 2 || len(lists) > 0 || inRow || r.inPhrase(i, hits)
		for _, h := range hits {
			alone := r.standsAlone(i, h.m)
			sure := h.listed || z == zoneData && (h.code != notice.DataOther || len(hits) == 1) || inRow || alone
			taken := r.takenBack(japanese.Range{Start: h.rg.Start, End: h.end})
			m := mention(h.code, "data."+string(h.code), h.rg)
			r.describeData(m, h, i, []fact{{"alone", alone}, {"listed", h.listed}, {"under", under}, {"row", inRow}, {"kept", h.kept}, {"taken back", taken}, {"beside", beside}, {"spoken", spoken}, {"sure", sure && spoken && !h.kept && !taken}})
			if spoken && sure && (!narrow || leads && alone) && !h.kept && !taken {
				give(m, "data."+string(h.code), h.rg)
			}
		}
		if narrow || !spoken {
			continue
		}
		for _, rg := range lists {
			if !r.takenBack(japanese.Range{Start: rg.Start, End: rg.end}) {
				m := mention(notice.DataOther, "data.unknown_item", rg.Range)
				m.set.say("item of a list")
				give(m, "data.unknown_item", rg.Range)
			}
		}
	}
	r.describeMentions(mentions, gate)
	return mentions
}

// fact is something that holds of a candidate or not.
type fact struct {
	what string
	so   bool
}

// describeData adds the features of one word for a kind of data.
func (r *reading) describeData(m *dataMention, h dataHit, i int, facts []fact) {
	if m.told++; m.told > mostTold {
		return
	}
	f, code, z := &m.set, string(h.code), r.zones[i].String()
	for _, is := range facts {
		if is.so {
			f.say(is.what)
			f.say(is.what, code)
			f.say(is.what, z)
		}
	}
	f.say("zone", z)
	f.say("zone", z, code)
	f.say("word", r.words(h.rg))
	before, after := r.around(h.rg, i)
	const near = 12
	f.pieces("<<", tail(before, near), 2)
	f.pieces(">>", head(after, near), 2)
	f.say("<", tail(before, 1))
	f.say("<", tail(before, 2))
	f.say(">", head(after, 1))
	f.say(">", head(after, 2))
	f.say("polarity", string(r.doc.Polarity(h.rg)))
}

// describeMentions adds what is the same for all words of a kind.
func (r *reading) describeMentions(mentions []dataMention, gate dataGate) {
	category, exposure := string(r.out.Category), text((*string)(r.out.Impact.Exposure))
	for k := range mentions {
		m := &mentions[k]
		code := string(m.code)
		m.set.say("kind", code)
		m.set.say("category", category)
		m.set.say("category", category, code)
		m.set.say("exposure", exposure)
		m.set.say("exposure", exposure, category)
		m.set.say("exposure", exposure, code)
		m.set.say("gate", strconv.Itoa(int(gate)))
		m.set.say("gate", strconv.Itoa(int(gate)), category)
		m.set.say("kinds", strconv.Itoa(min(len(mentions), 6)))
		m.features = m.set.take(&r.scratch.features)
	}
}

// takenBack tells whether the notice denies what stands in rg or only supposes
// it, or names it as something people check, enter or change.
func (r *reading) takenBack(rg japanese.Range) bool {
	s := r.text.Norm()
	if strings.HasPrefix(s[rg.End:], "(") {
		// What stands in the bracket is said of something else.
		if k := strings.IndexByte(s[rg.End:min(len(s), rg.End+300)], ')'); k > 0 && !strings.Contains(s[rg.End:rg.End+k], "\n") {
			rg.End += k + 1
		}
	}
	if line := strings.IndexByte(s[rg.End:min(len(s), rg.End+40)], '\n'); line >= 0 {
		// What a list that ends its line says is not taken back by the next.
		if rest := strings.TrimSpace(s[rg.End : rg.End+line]); rest == "" || rest == "など" || rest == "等" {
			return r.doc.Polarity(japanese.Range{Start: rg.Start, End: rg.Start}) == japanese.Hypothetical
		}
	}
	if slices.ContainsFunc(handled, func(w string) bool { return strings.HasPrefix(s[rg.End:], w) }) {
		return true
	}
	tail := s[rg.End:min(len(s), rg.End+90)]
	if k := strings.IndexAny(tail, "、。\n"); k >= 0 && containsAny(tail[:k], []string{"わけではな", "ものではな", "ことはな", "ではありま"}) {
		return true
	}
	p := r.doc.Polarity(rg)
	return p == japanese.Denied || p == japanese.Hypothetical
}

// handled are the beginnings of what follows data that are only worked with.
var handled = []string{"を照合", "を確かめ", "を突き合わせ", "を読み合わせ", "を声に出", "の照合", "を求めること", "をお尋ね", "を尋ね", "をお聞き", "を聞き出", "をお伺い", "をうかが", "を無断で使", "で本人と", "だけで本人", "を変更", "の変更", "を再設定", "の再設定", "を再発行", "の再発行", "が一致", "が同じ", "が似", "などが似", "を取り違え", "を確認せず", "を確認しな", "の確認を"}

// unnamedData gives the kind "other" where data of persons got out, or may have,
// and the notice does not say which.
func (r *reading) unnamedData(given map[notice.DataType]bool) {
	if e := r.out.Impact.Exposure; e == nil || *e == notice.ExposureDenied {
		return
	}
	switch r.out.Category {
	case notice.ProcessingError, notice.SystemOutage, notice.EquipmentFailure, notice.DenialOfService, notice.Other:
		return
	}
	// Who got another's papers got another's data, whatever they are called.
	handed := r.out.Category == notice.Misdelivery || r.out.Category == notice.UnintendedPublication || r.out.Category == notice.InsiderMisuse
	for i := range r.doc.Sentences {
		switch r.zones[i] {
		case zonePrevention, zoneContact, zoneGreeting, zoneRequest, zoneBackground, zoneResponse:
			continue
		}
		m, ok := r.first(i, groupPersonal)
		if !ok {
			continue
		}
		words := r.words(r.doc.Sentences[i].Range)
		if !handed && !ofPersons(words) || containsAny(words, openWords) || r.polarity(m) == japanese.Denied {
			continue
		}
		given[notice.DataOther] = true
		r.evidence("impact.data_types", "data.unnamed", r.rangeOf(m))
		return
	}
}

// persons are those whose data are kept; openWords say that the notice only asks
// whether data are concerned.
var (
	persons   = []string{"個人", "顧客", "お客様", "お客さま", "利用者", "会員", "契約", "従業員", "職員", "社員", "患者", "学生", "生徒", "児童", "園児", "住民", "市民", "町民", "村民", "区民", "県民", "応募", "申込", "申し込", "受講", "入居", "入所", "組合員", "取引先", "担当者", "参加者", "本人", "受験", "購入者", "ユーザ", "登録者", "加入者", "保護者", "寄附者", "寄付者", "来場者", "店舗"}
	papers    = []string{"情報", "データ", "名簿", "記録", "書類", "カルテ", "台帳", "リスト", "一覧", "証明書", "申請書", "申込書", "伝票", "票"}
	alonePlus = []string{"個人情報", "個人データ", "名簿", "戸籍", "カルテ", "証明書"}
	openWords = []string{"かどうか", "有無", "含まれるか", "含まれていたか", "含まれているか", "か否か", "かは、", "かは調"}
)

// ofPersons tells whether a sentence speaks of records about persons.
func ofPersons(words string) bool {
	if containsAny(words, alonePlus) {
		return true
	}
	const near = 24 // bytes: eight characters
	for _, w := range persons {
		if k := strings.Index(words, w); k >= 0 {
			k += len(w)
			if containsAny(words[k:min(len(words), k+near)], papers) {
				return true
			}
		}
	}
	return false
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// asks tells a question, which names data without saying anything of them.
func (r *reading) asks(i int) bool {
	w := strings.TrimRight(r.words(r.doc.Sentences[i].Range), "。」) \n")
	return strings.HasSuffix(w, "か") && !strings.HasSuffix(w, "ほか") || strings.HasSuffix(w, "?")
}

// dataHits gives the words for kinds of data in sentence i, the longest at each
// place, and whether the sentence speaks of data at all.
func (r *reading) dataHits(i int) (hits []dataHit, beside bool) {
	var not []match
	for _, m := range r.inSentence(i) {
		switch c := r.cue(m); c.group {
		case groupData:
			hits = append(hits, dataHit{m: m, code: notice.DataType(c.code)})
		case groupDataNot:
			not = append(not, m)
		case groupDataBeside:
			beside = true
		}
	}
	const most = 200 // kinds of data in one sentence; more is no sentence
	if len(hits) > most {
		hits = hits[:most]
	}
	all := slices.Clone(hits)
	hits = slices.DeleteFunc(hits, func(h dataHit) bool {
		return slices.ContainsFunc(not, func(n match) bool { return n.start < h.m.end && h.m.start < n.end }) ||
			slices.ContainsFunc(all, func(o dataHit) bool {
				if o.m.end-o.m.start > h.m.end-h.m.start && o.m.start <= h.m.start && h.m.end <= o.m.end {
					return true
				}
				// A compound is what its last part is: 給与振込口座 is an account.
				return o.m.start == h.m.end && o.code != h.code && o.code != notice.DataOther && qualifies(h.code)
			})
	})
	slices.SortStableFunc(hits, func(a, b dataHit) int { return int(a.m.start - b.m.start) })
	for k := range hits {
		hits[k].rg = r.rangeOf(hits[k].m)
		hits[k].end = hits[k].rg.End
	}
	return hits, beside
}

// qualifies tells whether a word for this kind of data, right before another
// one, only says whose or what for: 給与|振込口座, 健康保険|証番号.
func qualifies(code notice.DataType) bool {
	switch code {
	case notice.DataIncome, notice.DataEmployment, notice.DataHealth, notice.DataSchoolRecord, notice.DataFamily, notice.DataOther, notice.DataPurchaseHistory, notice.DataMemberID:
		return true
	}
	return false
}

// standsAlone tells whether the word at m names data without a list.
func (r *reading) standsAlone(i int, m match) bool {
	for _, o := range r.inSentence(i) {
		if r.cue(o).group == groupDataAlone && o.start <= m.start && m.end <= o.end {
			return true
		}
	}
	return false
}

// inPhrase tells whether a word of hits stands in a phrase that says enough by
// itself: 全員のアドレスが.
func (r *reading) inPhrase(i int, hits []dataHit) bool {
	return slices.ContainsFunc(hits, func(h dataHit) bool {
		return slices.ContainsFunc(r.inSentence(i), func(o match) bool {
			return r.cue(o).group == groupDataAlone && o.start <= h.m.start && h.m.end <= o.end && o.end-o.start > h.m.end-h.m.start
		})
	})
}
