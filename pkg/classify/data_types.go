package classify

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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

// itemMarks stand before an item that has a line of its own.
const itemMarks = "・-*●○◯■□◆◇▽▼☆※→>•‣ー 　"

// itemText is sentence i without the mark or number before it and without
// brackets, and where it begins.
func (r *reading) itemText(i int) (string, int) {
	rg := r.doc.Sentences[i].Range
	w := r.words(rg)
	k := 0
	for k < len(w) {
		c, size := utf8.DecodeRuneInString(w[k:])
		if !strings.ContainsRune(itemMarks+"0123456789.)(①②③④⑤⑥⑦⑧⑨⑩アイウエオ\n", c) || strings.ContainsRune("アイウエオ", c) && !strings.HasPrefix(w[k+size:], ")") && !strings.HasPrefix(w[k+size:], " ") {
			break
		}
		k += size
	}
	at := rg.Start + k
	w = strings.TrimRight(w[k:], " 　\n")
	if open := strings.IndexByte(w, '('); open > 0 {
		w = strings.TrimRight(w[:open], " ")
	}
	return w, at
}

// onlyItem tells whether sentence i is nothing but one kind of data: the line of
// a list.
func (r *reading) onlyItem(i int, hits []dataHit) bool {
	w, at := r.itemText(i)
	last := hits[len(hits)-1].rg
	for k := len(hits) - 1; k >= 0 && hits[k].rg.Start >= at+len(w); k-- {
		if k > 0 {
			last = hits[k-1].rg // those behind it stand in brackets
		}
	}
	return w != "" && len(w) <= 3*last.Len()+len("お客様の") && at+len(w)-last.End <= len("に関する情報") && !strings.ContainsAny(w, "。、")
}

// itemLines tells which sentences are nothing but one kind of data and stand in
// a row of such lines, or follow one in a section with several.
func (r *reading) itemLines() []bool {
	n := len(r.doc.Sentences)
	only := make([]bool, n+2) // with a place before the first and behind the last
	count := make([]int, len(r.doc.Sections))
	for i, s := range r.doc.Sentences {
		if r.rules.dataZones&(1<<r.zones[i]) == 0 {
			continue
		}
		if hits, _ := r.dataHits(i); len(hits) > 0 && r.onlyItem(i, hits) {
			only[i+1] = true
			count[s.Section]++
		}
	}
	lines := make([]bool, n)
	for i, s := range r.doc.Sentences {
		beside := only[i] || only[i+2]
		lines[i] = only[i+1] && (beside || count[s.Section] >= 2) || count[s.Section] >= 2 && only[i]
	}
	return lines
}

// bareItem gives the line of a list of data that is of no known kind.
func (r *reading) bareItem(i int) (japanese.Range, bool) {
	w, at := r.itemText(i)
	rg := japanese.Range{Start: at, End: at + len(w)}
	if strings.ContainsAny(w, "。、:") {
		return rg, false
	}
	return rg, r.isItem(piece{start: rg.Start, end: rg.End, clean: true}, nil, true)
}

// A piece is what stands between two separators of a sentence.
type piece struct {
	start, end int // bytes of the normalised text
	first      int // its hits: from first up to last
	last       int
	joined     bool // a mark that joins items of a list stands before it
	clean      bool // nothing but a label or a bracket stands before it
	topic      bool // は, も or について closes its list
	closed     bool // a particle and a word for holding data close its list
	ends       bool // its list ends with it
}

// A dataItem is a member of a list of data that is of no known kind.
type dataItem struct {
	japanese.Range
	end int // where the list ends
}

// joinMarks are the words that join the items of a list. The longer first.
var joinMarks = []string{"ならびに", "並びに", "もしくは", "若しくは", "あるいは", "および", "及び", "または", "又は", "に加えて", "に加え", "のほかに", "のほか", "をはじめ", "ほか", "それに", "やその", "とその", "や", "と"}

// dataLists finds the lists of data in sentence i, marks the hits that stand in
// one, and gives the items of no known kind. under: the sentence stands under a
// heading that announces data.
func (r *reading) dataLists(i int, hits []dataHit, under bool) []dataItem {
	rg := r.doc.Sentences[i].Range
	var unknown []dataItem
	for _, span := range brackets(r.text.Norm(), rg) {
		pieces := r.pieces(span, hits)
		for a := 0; a < len(pieces); {
			b := a + 1
			for b < len(pieces) && pieces[b].joined && !pieces[b-1].ends {
				b++
			}
			unknown = r.readList(pieces[a:b], hits, under, rg, unknown)
			a = b
		}
	}
	return unknown
}

// brackets gives the sentence without what stands in brackets, and then what
// stands in each: (契約者の氏名、住所など) is a list of its own.
func brackets(s string, rg japanese.Range) [][]japanese.Range {
	const deepest = 4
	var done [][]japanese.Range
	open := [][]japanese.Range{{}}
	from := rg.Start
	add := func(to int) {
		top := len(open) - 1
		if to > from {
			open[top] = append(open[top], japanese.Range{Start: from, End: to})
		}
	}
	for k := rg.Start; k < rg.End; k++ {
		switch s[k] {
		case '(':
			if len(open) < deepest {
				add(k)
				open = append(open, nil)
				from = k + 1
			}
		case ')':
			if len(open) > 1 {
				add(k)
				done = append(done, open[len(open)-1])
				open = open[:len(open)-1]
				from = k + 1
			}
		}
	}
	add(rg.End)
	return append(done, open...)
}

// pieces cuts a text with holes, where brackets stood, at its separators.
func (r *reading) pieces(span []japanese.Range, hits []dataHit) []piece {
	s := r.text.Norm()
	var out []piece
	current := piece{start: -1, clean: true}
	flush := func(joined, clean bool) {
		if current.start >= 0 && strings.TrimSpace(s[current.start:current.end]) != "" {
			out = append(out, current)
		} else {
			// Two separators in a row: the stronger counts.
			joined = joined && (current.joined || len(out) == 0 || current.start < 0)
			clean = clean || current.clean
		}
		current = piece{start: -1, joined: joined, clean: clean}
	}
	next := 0 // the first hit that may end after the place read
	inHit := func(at int) bool {
		for next < len(hits) && hits[next].rg.End <= at {
			next++
		}
		return next < len(hits) && hits[next].rg.Start < at
	}
	for _, part := range span {
		for k := part.Start; k < part.End; {
			c, size := utf8.DecodeRuneInString(s[k:])
			if inHit(k) {
				current.end = k + size
				k += size
				continue
			}
			switch {
			case partsItems(c):
				flush(true, false)
				k += size
				continue
			case c == '\n' && current.start < 0: // a list over several lines
				k += size
				continue
			case partsLists(c):
				flush(false, true)
				k += size
				continue
			case c == ' ' || c == '\u3000':
				e := k
				for e < part.End && (s[e] == ' ' || strings.HasPrefix(s[e:], "\u3000")) {
					_, n := utf8.DecodeRuneInString(s[e:])
					e += n
				}
				flush(false, true)
				k = e
				continue
			}
			if n := joinAt(s, k, part, current); n > 0 {
				flush(true, false)
				k += n
				continue
			}
			if current.start < 0 {
				current.start = k
			}
			current.end = k + size
			k += size
		}
	}
	flush(false, false)
	at := 0
	for k := range out {
		p := &out[k]
		for at < len(hits) && hits[at].rg.Start < p.start {
			at++
		}
		p.first = at
		for at < len(hits) && hits[at].rg.End <= p.end {
			at++
		}
		p.last = at
		r.qualifiers(*p, hits)
		r.closePiece(p, hits)
	}
	return out
}

// partsItems tells a mark between the items of a list.
func partsItems(c rune) bool {
	switch c {
	case '、', ',', '・', '/', ';':
		return true
	}
	return false
}

// partsLists tells a mark between lists.
func partsLists(c rune) bool {
	switch c {
	case '。', '「', '」', '『', '』', '【', '】', '〈', '〉', '《', '》', '<', '>', '\n', ':':
		return true
	}
	return false
}

// qualifiers sets the words of p aside that only tell of which thing the last
// one is: 連絡先の電話番号, 写真に写った氏名.
func (r *reading) qualifiers(p piece, hits []dataHit) {
	s := r.text.Norm()
	for h := p.first; h+1 < p.last; h++ {
		if hits[h].rg.End > hits[h+1].rg.Start {
			continue
		}
		between := s[hits[h].rg.End:hits[h+1].rg.Start]
		if hits[h].code == notice.DataOther && utf8.RuneCountInString(between) <= 3 || containsAny(between, []string{"を", "が"}) ||
			strings.ContainsRune("たるだい", lastRune(between)) && containsAny(between, []string{"に", "で"}) {
			hits[h].kept = true
		}
	}
}

// joinAt gives the length of the word at byte k that joins two items, or 0. と
// and や join where no kana stand around them that would make them part of a
// word.
func joinAt(s string, k int, part japanese.Range, p piece) int {
	if p.start < 0 {
		return 0
	}
	rest := s[k:part.End]
	for _, w := range joinMarks {
		if !strings.HasPrefix(rest, w) {
			continue
		}
		if len(w) > len("と") {
			return len(w)
		}
		before, _ := utf8.DecodeLastRuneInString(s[part.Start:k])
		after, _ := utf8.DecodeRuneInString(rest[len(w):])
		if unicode.Is(unicode.Hiragana, before) && !endsNoun(s[part.Start:k]) || unicode.Is(unicode.Hiragana, after) && after != 'お' && after != 'ご' && after != 'ふ' && after != 'よ' {
			return 0
		}
		if w == "や" {
			return len(w)
		}
		for _, verb := range []string{"発表", "公表", "説明", "連絡し", "連絡が", "連絡を", "確認", "判明", "同じ", "別", "異な", "一緒", "共に", "考え", "思", "話", "述", "言", "称", "題", "指摘", "照合", "連携", "相談", "協議", "比", "違", "判断"} {
			if strings.HasPrefix(rest[len(w):], verb) {
				return 0
			}
		}
		return len(w)
	}
	return 0
}

// nounEndings are nouns that end in kana.
var nounEndings = []string{"など", "やり取り", "やりとり", "申し込み", "申込み", "問い合わせ", "問合せ", "お問合わせ", "お知らせ", "ふりがな", "フリガナ", "よみがな", "読みがな", "振り込み", "振込み", "勤め", "お勤め", "住まい", "お住まい", "支払い", "お支払い", "の方", "ほか", "取り組み", "手続き", "お名まえ", "書き", "好み", "生い立ち", "悩み", "お悩み", "引き落とし", "貸し出し", "借り入れ", "受け取り", "見込み", "振る舞い", "付き合い", "つながり", "うち", "ひも付け", "お届け", "届け", "くせ", "けが", "うつ"}

func endsNoun(s string) bool {
	return slices.ContainsFunc(nounEndings, func(w string) bool { return strings.HasSuffix(s, w) })
}

// holding are the beginnings of what follows a list of data and its particle:
// (氏名、住所が)記載されていた, 含まれる, 漏えいした.
var holding = []string{"、", "書", "記", "含", "入", "保", "残", "載", "登", "印", "漏", "流出", "見", "閲", "表", "読", "映", "写", "添", "あ", "並", "収", "盗", "持", "調べ", "知", "送", "渡", "誤", "第三者", "外部", "紛失", "掲", "公", "です", "手書", "綴", "暗号", "消", "取", "対象", "わか", "分か", "判", "わたり", "出て", "出力", "入力", "他", "ほか", "別", "自由", "誰", "不正", "流", "確認でき", "該当", "混", "貼", "付", "一覧", "複", "転", "見え", "露", "のぞ", "窃", "格納", "伝"}

// closePiece finds where the list ends within p, cuts p there and says how.
func (r *reading) closePiece(p *piece, hits []dataHit) {
	s := r.text.Norm()
	from := p.start
	if p.last > p.first {
		from = max(from, hits[p.last-1].rg.End)
	}
	for k := from; k < p.end; {
		c, size := utf8.DecodeRuneInString(s[k:])
		rest := s[k+size : p.end]
		switch {
		case strings.HasPrefix(s[k:p.end], "など"), c == '等' && k > p.start:
			tail := strings.TrimPrefix(strings.TrimPrefix(s[k:p.end], "など"), "等")
			p.ends, p.closed = true, true
			p.topic = strings.HasPrefix(tail, "は") || strings.HasPrefix(tail, "も") || strings.HasPrefix(tail, "につ")
			p.end = k
			return
		case strings.HasPrefix(s[k:p.end], "について"), strings.HasPrefix(s[k:p.end], "につきまして"), strings.HasPrefix(s[k:p.end], "に関して"):
			p.ends, p.topic, p.end = true, true, k
			return
		case strings.ContainsRune("がをはもにで", c):
			if k == p.start || p.last == p.first && unicode.Is(unicode.Hiragana, lastRune(s[p.start:k])) && !endsNoun(s[p.start:k]) {
				break
			}
			holds := rest == "" || slices.ContainsFunc(holding, func(w string) bool { return strings.HasPrefix(rest, w) })
			if p.last > p.first && strings.ContainsRune("がをはも", c) || holds && c != 'に' && c != 'で' || strings.HasPrefix(s[k:p.end], "です") || strings.HasPrefix(s[k:p.end], "であ") || strings.HasPrefix(s[k:p.end], "でし") {
				p.ends, p.closed = true, holds || c == 'で'
				p.topic = c == 'は' || c == 'も'
				p.end = k
				return
			}
		case strings.HasPrefix(s[k:p.end], "だっ"), strings.HasPrefix(s[k:p.end], "まで"), strings.HasPrefix(s[k:p.end], "のみ"), strings.HasPrefix(s[k:p.end], "だけ"):
			if p.last > p.first {
				p.ends, p.closed, p.end = true, true, k
				return
			}
		}
		k += size
	}
}

func lastRune(s string) rune {
	c, _ := utf8.DecodeLastRuneInString(s)
	return c
}

func (r *reading) readList(row []piece, hits []dataHit, under bool, sentence japanese.Range, unknown []dataItem) []dataItem {
	// The list begins at the first piece from which on every one is an item.
	for len(row) > 0 {
		n := 0
		for n < len(row) && r.isItem(row[n], hits, n == 0) {
			n++
		}
		if n == 0 {
			row = row[1:]
			continue
		}
		unknown = r.closeList(row[:n], hits, under, sentence, unknown)
		row = row[n:]
	}
	return unknown
}

// isItem tells whether p can stand in a list of data. What stands before a
// known word may be anything in the first item (市によると職員が患者の氏名).
func (r *reading) isItem(p piece, hits []dataHit, first bool) bool {
	s := r.text.Norm()
	if p.last > p.first {
		tail := s[hits[p.last-1].rg.End:p.end]
		if utf8.RuneCountInString(tail) > 16 || tail != "" && unicode.Is(unicode.Hiragana, lastRune(tail)) && !endsNoun(tail) && !p.ends {
			return false
		}
		return first || !strings.ContainsAny(s[p.start:hits[p.first].rg.Start], "はをが")
	}
	item := s[p.start:p.end]
	n := utf8.RuneCountInString(item)
	if n < 2 || n > 24 || first && !p.clean {
		return false
	}
	last := lastRune(item)
	if unicode.Is(unicode.Hiragana, last) && !endsNoun(item) || last >= '0' && last <= '9' {
		return false
	}
	if strings.ContainsRune("者員生客主様氏さ職課部署社局省庁市県町村区校院", last) {
		return false // somebody, not something
	}
	return !containsAny(item, []string{"は", "を", "が", "により", "によると", "ため", "として", "における"}) && !countedThing(item) && !slices.Contains(noItems, item)
}

// noItems stand in lists of data and are no data, or head such a list.
var noItems = []string{"項目", "情報", "個人情報", "データ", "書類", "対象", "内容", "対象者", "該当者", "件数", "人数", "合計", "内訳", "範囲", "期間", "その他", "一部", "各種", "漢字", "カナ", "カタカナ", "ふりがな", "フリガナ", "よみがな", "半角", "全角", "以上", "以下", "有効期限", "発行日", "記載日", "作成日", "任意", "必須", "ほか", "など", "関係者", "取引先", "家族", "法人", "個人", "団体", "市", "県", "同社", "弊社", "当社", "本人", "現在", "同日", "当日", "なお", "また", "ただし", "このうち", "うち", "法人名", "寺院名", "名簿", "一覧", "一覧表", "台帳", "ファイル", "紙", "封筒", "現金", "財布", "かばん", "名称", "番号", "記号"}

// countedThing tells an item that counts something (1,088名, 3月分) or a date.
func countedThing(item string) bool {
	for k := 0; k < len(item); k++ {
		if item[k] < '0' || item[k] > '9' {
			continue
		}
		rest := strings.TrimLeft(item[k:], "0123456789.,")
		for _, w := range []string{"人", "名", "件", "通", "日", "月", "年", "時", "分", "円", "社", "枚", "回", "台", "冊", "世帯", "校", "店", "万", "億", "千", "か", "カ", "ヶ", "歳", "代", "点", "戸"} {
			if strings.HasPrefix(rest, w) {
				return true
			}
		}
		k = len(item) - len(rest) - 1
	}
	return false
}

// closeList decides what a list says.
func (r *reading) closeList(row []piece, hits []dataHit, under bool, sentence japanese.Range, unknown []dataItem) []dataItem {
	kinds := map[notice.DataType]bool{}
	firstKnown, others := -1, 0
	for k, p := range row {
		if p.last == p.first {
			others++
			continue
		}
		if firstKnown < 0 {
			firstKnown = k
		}
		for _, h := range hits[p.first:p.last] {
			if !h.kept {
				kinds[h.code] = true
			}
		}
	}
	last := row[len(row)-1]
	if firstKnown < 0 || len(row) < 2 && !sideBySide(hits[last.first:last.last]) {
		// Under a heading of data every row of nouns is a list of data.
		if kept := last.topic && r.keptElsewhere(last.end, sentence.End); kept {
			r.keep(row, hits)
		}
		return unknown
	}
	if len(kinds) < 2 && (others == 0 || !under && !last.closed) {
		return unknown
	}
	if last.topic && r.keptElsewhere(last.end, sentence.End) {
		r.keep(row, hits)
		return unknown
	}
	for _, p := range row {
		for h := p.first; h < p.last; h++ {
			hits[h].listed, hits[h].end = true, max(hits[h].end, last.end)
		}
	}
	s := r.text.Norm()
	for k, p := range row {
		if p.last > p.first || k < firstKnown && !under {
			continue
		}
		// The last piece of a sentence that runs on is an item only where a
		// word closes the list, or where the list stands by itself.
		if k == len(row)-1 && !p.closed && !under && p.end < sentence.End && !strings.ContainsAny(s[p.end:p.end+1], "。)(\n") && !strings.HasPrefix(s[p.end:], "。") && !strings.HasPrefix(s[p.end:], "」") {
			continue
		}
		rg := japanese.Range{Start: p.start, End: p.end}
		for rg.Start < rg.End && s[rg.Start] == ' ' {
			rg.Start++
		}
		unknown = append(unknown, dataItem{rg, last.end})
	}
	return unknown
}

// sideBySide tells whether two kinds of data follow each other with nothing
// between: 住所氏名.
func sideBySide(hits []dataHit) bool {
	for k := 1; k < len(hits); k++ {
		if hits[k].code != hits[k-1].code && hits[k].rg.Start == hits[k-1].rg.End {
			return true
		}
	}
	return false
}

func (r *reading) keep(row []piece, hits []dataHit) {
	for _, p := range row {
		for h := p.first; h < p.last; h++ {
			hits[h].kept = true
		}
	}
}

// elsewhere are the ways of saying that the data a sentence is about were not
// concerned, without denying that they exist.
var elsewhere = []string{"決済会社", "会社が管理", "側が管理", "側で管理", "仕組みがあ", "仕組みはあ", "出ない仕組み", "ない仕組み", "決済代行", "カード会社が", "別に保管", "別に管理", "別の場所", "別の仕組み", "別の環境", "別の経路", "別の書類", "別の画面", "別系統", "別のシステム", "別のサーバ", "別途保管", "別途管理", "別途", "保有して", "保持して", "保有する", "取り扱って", "取扱って", "お預かりして", "預かって", "映りません", "映らない", "表示されない", "表示されません", "表示されて(い", "対象外", "対象ではな", "対象では", "見られない", "見えない", "見ることができない", "閲覧できない", "伏せて", "伏せ字", "無事", "影響はな", "影響はあ", "影響はござ", "影響を受けて", "影響がな", "使っており", "入れ替わりは", "復元できない", "切り離し", "別に伝え", "口頭で伝え", "暗号化して", "1枚目にのみ", "公表されて", "問題はな", "関係はあり", "関係ありません", "持たない", "持っていな"}

// keptElsewhere tells whether the rest of the sentence takes back what its topic
// names: クレジットカード番号は決済代行会社が管理しており.
func (r *reading) keptElsewhere(from, to int) bool {
	return from < to && containsAny(r.text.Norm()[from:to], elsewhere)
}
