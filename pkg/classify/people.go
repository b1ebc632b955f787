package classify

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// count is a counted number that may be the number of those or of the things
// affected.
type count struct {
	q      japanese.Quantity
	value  int64
	person bool
	score  float64
	rule   string

	clause   clause
	event    bool // its clause tells of something that happened
	data     bool // its clause names kinds of data behind it
	governed bool // the very word behind it does
	staff    bool // it counts those employed
	setting  bool // its clause tells how things always are: who is registered, employed, served
}

// close is how far a count's score may lie below the best for it to be chosen
// for its size.
const (
	peopleClose  = 5.0
	recordsClose = 1.5
	leastRecords = 0.9 // a number of things needs more than a passing word
)

// readCounts chooses people and records among the counted numbers. For the rules
// it is, of those that are about as likely as the likeliest, the largest; the
// model has a say as well.
func (r *reading) readCounts() {
	cs := r.candidates()
	people := r.model.ranker(fieldPeople).choose(cs, largest(cs, true, peopleClose), worth{r.rules.hearing.People, r.rules.hearing.NoPeople, r.rules.hearing.NoSetting})
	if people >= 0 {
		r.out.Impact.People = r.quantity(r.whole(cs, people), fieldPeople)
	}
	if told := r.out.Impact.People; told != nil {
		cs = slices.DeleteFunc(slices.Clone(cs), func(c counted) bool { return c.value == told.Value })
	}
	ruled := largest(cs, false, recordsClose)
	records := r.model.ranker(fieldRecords).choose(cs, ruled, worth{r.rules.hearing.Records, r.rules.hearing.NoRecords, 0})
	if records >= 0 {
		r.out.Impact.Records = r.quantity(r.whole(cs, records), fieldRecords)
	}
	r.warnOfSums()
}

// tabled reads rows such as 消失したファイル数　103,389, whose key holds the
// counter.
func (r *reading) tabled() []count {
	var out []count
	for _, p := range r.doc.Pairs {
		unit, person := "", false
		for _, k := range tableKeys {
			if strings.HasSuffix(p.Key, k.key) {
				unit, person = k.unit, k.person
				break
			}
		}
		if unit == "" || strings.Contains(p.Key, "復旧") || strings.Contains(p.Key, "うち") || strings.HasPrefix(p.Key, "内") {
			continue
		}
		value, err := strconv.ParseInt(strings.ReplaceAll(strings.ReplaceAll(r.words(p.Value), ",", ""), " ", ""), 10, 64)
		if err != nil || value <= 0 || untold(r.zoneAt(p.Value.Start)) {
			continue
		}
		q := japanese.Quantity{Span: r.text.Span(p.Value), Range: p.Value, Value: float64(value), Unit: unit, Bound: japanese.Exact}
		out = append(out, count{q: q, value: value, person: person, score: 2.5, rule: "records.table"})
	}
	return out
}

var tableKeys = []struct {
	key, unit string
	person    bool
}{
	{"ファイル数", "ファイル", false}, {"件数", "件", false}, {"枚数", "枚", false}, {"通数", "通", false}, {"冊数", "冊", false}, {"台数", "台", false}, {"データ数", "件", false},
	{"人数", "人", true}, {"者数", "人", true}, {"会員数", "人", true}, {"患者数", "人", true}, {"世帯数", "世帯", true}, {"契約数", "件", true}, {"戸数", "戸", true},
}

// largest is the largest number among those the rules let count and score nearly
// as well as the best; -1 when there is none.
func largest(cs []counted, person bool, within float64) int {
	best, chosen := math.Inf(-1), -1
	for _, c := range cs {
		if c.ruled && c.person == person {
			best = max(best, c.score)
		}
	}
	for i, c := range cs {
		if c.ruled && c.person == person && c.score >= best-within && (chosen < 0 || c.value > cs[chosen].value) {
			chosen = i
		}
	}
	return chosen
}

// quantity is a candidate as the value of field, with its evidence.
func (r *reading) quantity(c counted, field string) *notice.Quantity {
	rule := c.rule
	if !c.ruled {
		rule = "model." + strings.TrimPrefix(field, "impact.")
	}
	r.evidence(field, rule, c.q.Range)
	r.quoteItems(field, c)
	return &notice.Quantity{Value: c.value, Bound: notice.Bound(c.q.Bound), Unit: c.q.Unit, Text: r.quote(c.q.Span), Start: c.q.Span.Start, End: c.q.Span.End}
}

// weighCount tells what q counts and how likely it counts what was affected.
func (r *reading) weighCount(q japanese.Quantity) (count, bool) {
	value, ok := q.Count()
	if !ok || value <= 0 {
		return count{}, false
	}
	if q.Max > 0 {
		value = int64(q.Max)
	}
	c := count{q: q, value: value}
	if q.Per || q.Ordinal {
		return c, false
	}
	i := r.sentenceAt(q.Range.Start)
	if i < 0 {
		return c, false
	}
	before, after := r.around(q.Range, i)
	r.readClause(&c, i, before, after)
	z := r.zones[i]
	switch z {
	case zonePrevention, zoneContact, zoneGreeting, zoneBackground, zoneRequest:
		return c, false
	}
	switch q.Class {
	case japanese.ClassPerson, japanese.ClassHousehold, japanese.ClassAccount:
		c.person = true
		c.rule = "people.counter"
	case japanese.ClassCase, japanese.ClassDocument, japanese.ClassDevice, japanese.ClassPlace:
		c.rule = "records.counter"
		if q.Class == japanese.ClassCase {
			for _, w := range r.rules.people.PersonAfterCase {
				c.person = c.person || strings.HasPrefix(after, w)
			}
			for _, w := range r.rules.people.PersonBeforeCase {
				for _, p := range []string{"は", "が", "数", "数は", "", ":", "は計", "は合計", "は約"} {
					c.person = c.person || strings.HasSuffix(strings.TrimRight(before, "約 "), w+p)
				}
			}
		}
	case japanese.ClassOrganization:
		c.person = q.Unit == "事業者" || q.Unit == "者" || q.Unit == "先"
		c.rule = "people.organizations"
		if !c.person {
			c.rule = "records.organizations"
			if !q.Share && !strings.HasPrefix(after, "に関する") && !strings.HasPrefix(after, "の情報") && !strings.HasPrefix(after, "の担当者") {
				return c, false
			}
		}
	case japanese.ClassOccurrence:
		if !strings.HasPrefix(after, "ダウンロード") {
			return c, false
		}
		c.rule = "records.downloads"
	default:
		return c, false
	}
	if !c.person && !r.countsAsRecord(q, value) {
		return c, false
	}
	if value == 1 && (startsWith(after, "お一人", "ひとり", "一人", "おひとり", "ずれ", "で何", "でのご", "での予") || endsIn(before, "お一人", "一人")) {
		return c, false // お一人お一人: everybody; 1人分ずれた: by how much
	}
	c.staff = r.ofStaff(c, i, before)
	c.score = r.scoreCount(c, i, z, before, after)
	c.score += r.standing(c, i, before, after)
	if c.person && (c.setting && !c.event || c.governed) {
		c.score -= 6
	}
	if c.person && !c.event && r.seen[groupUncounted] > 0 {
		c.score -= 3
	}
	if value == 1 && c.person && !q.Share && z != zoneData && z != zoneImpact && (strings.HasPrefix(after, "が") || strings.HasPrefix(after, "から") || strings.HasPrefix(after, "は")) {
		c.score -= 3
	}
	if !c.person {
		return c, c.score >= leastRecords
	}
	return c, c.score > 0
}

// readClause tells of the clause c stands in whether it tells of an event or of
// the setting.
func (r *reading) readClause(c *count, sentence int, before, after string) {
	c.clause = newClause(before, after)
	at := r.viewAt(c.q.Range)
	left, right := c.clause.reaches()
	from, to := at.start-left, at.end+right
	for _, m := range r.inSentence(sentence) {
		if m.end <= from || m.start >= to {
			continue
		}
		switch r.cue(m).group {
		case groupCategory, groupLeak, groupLost, groupIncidentTold:
			c.event = true
		case groupData, groupPersonal:
			c.data = c.data || m.start >= at.end
		case groupSetting:
			if m.end <= at.start && m.start > 0 && r.view.runes[m.start-1] == 'た' {
				continue // ログインされた会員は: those to whom it happened
			}
			c.setting = true
			if m.start >= at.end && m.start-at.end <= 2 { // 2万人を抱えるアカウントが乗っ取られ
				c.governed = true
			}
		}
	}
}

// revised are words behind a number that was told before and no longer holds.
var revised = []string{"」としてお", "」としてい", "」とお知らせ", "」と発表", "」と公表", "としておりましたが", "としていましたが", "としていたが", "としておりました数", "とお知らせしておりましたが", "とお知らせしていましたが", "と発表していたが", "と公表していたが", "と公表しておりましたが", "とご報告しておりましたが", "と見込んでいたが", "とみていたが"}

// harmed are words that make even those of whom a part is told affected ones.
var harmed = []string{"おそれ", "恐れ", "可能性", "対象", "漏えい", "漏洩", "流出", "被害", "不正", "閲覧", "誤って"}

// standing weighs what the words around a number say of its place in the
// account: one that was put right since, or one of which only a part is affected,
// one that counts the same person twice.
func (r *reading) standing(c count, i int, before, after string) float64 {
	score := 0.0
	bare := strings.TrimLeft(after, "分様人名程度余りほど")
	if startsWith(after, revised...) || startsWith(bare, revised...) || endsIn(before, "当初発表した", "当初公表した", "当初の発表では", "前回発表した", "前回公表した", "前回の公表時") {
		score -= 8
	}
	if !c.person {
		return score
	}
	if endsIn(before, "実人数", "実人数は", "実数") {
		score += 3
	}
	if startsWith(after, "に影響", "の足に影響", "が影響を受け") {
		score += 3
	}
	whole := holds(before, "ログイン", "参加", "受験", "来場", "来店", "利用した", "開いた", "アクセスした") && startsWith(after, "で、そのうち", "で、このうち", "で、うち", "、そのうち", "いて、うち")
	if h := head(after, 14); strings.Index(h, "のうち") > 0 && !holds(h, "このうち", "そのうち", "、", "。") {
		whole = true
	}
	if !whole && i+1 < len(r.doc.Sentences) && r.doc.Sentences[i+1].Line == r.doc.Sentences[i].Line {
		next := r.words(r.doc.Sentences[i+1].Range)
		whole = startsWith(next, "このうち", "そのうち") && startsWith(after, "の方へ", "の方に", "に送", "へ送", "に案内", "が参加", "が申し込", "が受験", "がログイン")
	}
	if whole && !holds(before+head(after, 6), harmed...) {
		score -= 6
	}
	return score
}

// countsAsRecord tells whether what q counts can be what was affected in an
// incident of this category.
func (r *reading) countsAsRecord(q japanese.Quantity, value int64) bool {
	switch q.Class {
	case japanese.ClassPlace:
		return q.Unit == "棟" || q.Unit == "軒" || q.Unit == "戸" || q.Unit == "筆"
	case japanese.ClassDevice:
		switch q.Unit {
		case "両", "床", "機種", "品":
			return false
		case "点":
			if r.out.Sector == notice.Education { // marks of an examination
				return false
			}
		}
		switch r.out.Category {
		case notice.Theft, notice.Loss, notice.SystemOutage, notice.Vulnerability, notice.DataLoss, notice.DenialOfService, notice.Other, notice.SoftwareDefect, notice.ProcessingError:
			return true
		}
		return value > 1
	}
	return true
}

// around gives the words before and after rg in its sentence, spaces closed.
func (r *reading) around(rg japanese.Range, sentence int) (before, after string) {
	s := r.doc.Sentences[sentence].Range
	return strings.ReplaceAll(r.words(japanese.Range{Start: s.Start, End: rg.Start}), " ", ""),
		strings.ReplaceAll(r.words(japanese.Range{Start: rg.End, End: s.End}), " ", "")
}

// ofStaff tells whether a word for those employed stands beside the number: 職員3人.
func (r *reading) ofStaff(c count, i int, before string) bool {
	if strings.HasPrefix(before, "対象は") {
		return false
	}
	at := r.viewAt(c.q.Range)
	return slices.ContainsFunc(r.inSentence(i), func(m match) bool {
		return r.cue(m).group == groupStaff && (m.end <= at.start && at.start-m.end <= 1 || m.start >= at.end && m.start-at.end <= 1)
	})
}

// scoreCount adds up what speaks for and against the number.
func (r *reading) scoreCount(c count, i int, z zone, before, after string) float64 {
	score := 0.0
	switch z {
	case zoneTitle:
		score += 2.5
	case zoneLead:
		score += 2
	case zoneImpact:
		score += 2
	case zoneData, zoneOverview:
		score += 1
	case zoneResponse, zoneDamage:
		score -= 0.5
	}
	if c.q.Total {
		score += 2
	}
	if c.q.Part {
		score -= 1
	}
	if c.staff {
		score -= 6
	}
	at := r.viewAt(c.q.Range)
	whose := false
	for _, m := range r.inSentence(i) {
		cue := r.cue(m)
		distance := int32(0)
		switch {
		case m.end <= at.start:
			distance = at.start - m.end
		case m.start >= at.end:
			distance = m.start - at.end
		}
		switch cue.group {
		case groupAffected:
			if distance <= 30 {
				score += 0.5
			} else {
				score += 0.2
			}
		case groupAffectedNoun:
			if m.end == at.start || m.start-at.end <= 2 && m.start >= at.end || m.end < at.start && distance <= 3 {
				score += 2
			}
		case groupSeenBy:
			if m.start >= at.end && distance <= 24 || m.end <= at.start && distance <= 1 {
				score -= 5
			}
		case groupExcluded:
			if distance <= 10 {
				score -= 4
			}
		case groupNotAffected:
			if m.start >= at.end && distance <= 45 {
				score -= 6
			}
		case groupWhole:
			if m.end <= at.start && distance <= 2 && (m.start == 0 || r.view.runes[m.start-1] != 'た') { // not ログインされた会員は
				score -= 4
			}
		case groupData, groupPersonal:
			// 64名のお名前: whose data it is.
			if c.person && !whose && m.start >= at.end && distance <= 4 && (strings.HasPrefix(after, "の") || strings.HasPrefix(after, "様の") || strings.HasPrefix(after, "分の") || strings.HasPrefix(after, "さまの") || strings.HasPrefix(after, "の方の")) {
				whose = true
				score += 2
			}
		case groupRecordsNoun:
			if !c.person && distance <= 6 {
				score += 1
			}
		}
	}
	if strings.HasPrefix(after, "のうち") || strings.HasPrefix(after, "中、") || strings.HasPrefix(after, "中の") || strings.HasPrefix(after, "の中") {
		score -= 4
	}
	if c.person && c.q.Share {
		score += 2
	}
	return score
}

// span is a stretch of the view.
type span struct{ start, end int32 }

// viewAt is where rg stands in the view.
func (r *reading) viewAt(rg japanese.Range) span {
	return span{r.viewIndex(rg.Start), r.viewIndex(rg.End)}
}

// viewIndex is the first rune of the view at or after byte at.
func (r *reading) viewIndex(at int) int32 {
	lo, hi := 0, len(r.view.at)
	for lo < hi {
		mid := (lo + hi) / 2
		if int(r.view.at[mid]) < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	// The line feed before a line stands at the byte of the line's first rune.
	if lo < len(r.view.runes) && r.view.runes[lo] == '\n' && lo+1 < len(r.view.at) && int(r.view.at[lo+1]) == at {
		lo++
	}
	return int32(lo)
}
