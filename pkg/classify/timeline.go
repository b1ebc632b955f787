package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// account is a moment of the text with what its line, its heading or the
// predicate after it says it is.
type account struct {
	moment int
	field  string // occurred, detected, restored, ended
	score  float64
	rule   string
}

// readTimeline gives the dates of what happened.
func (r *reading) readTimeline() {
	told := map[string][]account{}
	for i := range r.v.Moments {
		for _, t := range r.tell(i) {
			if r.iso(t.moment) == "" {
				continue
			}
			told[t.field] = append(told[t.field], t)
		}
	}
	r.tellFound(told)
	best := map[string]account{}
	for field, list := range told {
		best[field] = r.choose(list, map[string]float64{"occurred": 1.2, "detected": 0.7}[field])
	}
	r.occurredBeforeDetected(best, told["occurred"])
	r.foundTheSameDay(best)
	r.endOfInterval(best)
	set := func(field string, to **string) {
		t, ok := best[field]
		if !ok {
			return
		}
		iso := r.iso(t.moment)
		*to = &iso
		r.evidence("timeline."+field, t.rule, r.v.Moments[t.moment].Range)
	}
	set("occurred", &r.out.Timeline.Occurred)
	set("detected", &r.out.Timeline.Detected)
	set("restored", &r.out.Timeline.Restored)
	set("ended", &r.out.Timeline.Ended)
}

// choose takes the earliest of those that are told about as well as the best:
// within slack of its score.
func (r *reading) choose(list []account, slack float64) account {
	best := list[0]
	for _, t := range list {
		if t.score > best.score {
			best = t
		}
	}
	chosen := best
	for _, t := range list {
		if t.score >= best.score-slack && r.iso(t.moment) < r.iso(chosen.moment) {
			chosen = t
		}
	}
	return chosen
}

// occurredBeforeDetected replaces a beginning that lies after the detection by
// the best-told one that does not.
func (r *reading) occurredBeforeDetected(best map[string]account, occurred []account) {
	o, ok := best["occurred"]
	d, detected := best["detected"]
	if !ok || !detected || day(r.iso(o.moment)) <= day(r.iso(d.moment)) {
		return
	}
	var before []account
	for _, t := range occurred {
		if day(r.iso(t.moment)) <= day(r.iso(d.moment)) {
			before = append(before, t)
		}
	}
	if len(before) == 0 {
		delete(best, "occurred")
		return
	}
	best["occurred"] = r.choose(before, 1.2)
}

// day is the part of an ISO date that both of two can have.
func day(iso string) string { return iso[:min(len(iso), len("2006-01-02"))] }

// dateOf is the date of moment i: its own, or for a bare clock time the one it
// follows in the text; -1 when there is none.
func (r *reading) dateOf(i int) int {
	m := r.v.Moments[i]
	if m.Date < 0 {
		return m.Carried
	}
	return m.Date
}

// iso is moment i as an ISO date, or date-time when its clock is exact; empty
// while its day or month is not known.
func (r *reading) iso(i int) string {
	m := r.v.Moments[i]
	at := r.dateOf(i)
	if at < 0 {
		return ""
	}
	d := r.v.Dates[at]
	if d.OutOfEra {
		return ""
	}
	day := d.ISO()
	if len(day) < len("2006-01") {
		return ""
	}
	if m.Clock >= 0 && d.Precision() == japanese.PrecisionDay {
		if c := r.v.Clocks[m.Clock]; c.Exact() && c.Hour < 24 {
			return fmt.Sprintf("%sT%02d:%02d:00+09:00", day, c.Hour, c.Minute)
		}
	}
	return day
}

// untold tells zones whose dates are not those of the incident.
func untold(z zone) bool {
	switch z {
	case zonePrevention, zoneContact, zoneGreeting, zoneBackground, zoneRequest:
		return true
	}
	return false
}

// tell says what moment i is the moment of.
func (r *reading) tell(i int) []account {
	m := r.v.Moments[i]
	date := r.dateOf(i)
	if date < 0 {
		return nil
	}
	s := r.sentenceAt(m.Range.Start)
	if s < 0 {
		return nil
	}
	z := r.zones[s]
	if untold(z) || z == zoneTitle && r.mismatch || r.publishedSpan.Overlaps(m.Range) || r.v.Dates[date].Planned {
		return nil
	}
	sentence := r.words(r.doc.Sentences[s].Range)
	if holds(sentence, unrelated...) || r.measures(m) || r.ofAnother(m) {
		return nil
	}
	before, after := r.around(m.Range, s)
	if clause, _, _ := strings.Cut(head(after, 40), "。"); strings.Contains(head(clause, 8), "順次") && !strings.Contains(clause, "した「") && holds(clause, "報告", "連絡", "ご案内", "説明", "知らせ", "返金", "返還", "お返し", "謝罪", "お詫び") {
		return nil // when those affected are told
	}
	if key, ok := r.keyAt(m.Range); ok && holds(key, "返金", "還付", "今後", "再発", "予定", "支給", "締切", "補償") {
		return nil
	}
	var out []account
	add := func(field string, score float64, rule string) {
		out = append(out, account{i, field, score, rule})
	}
	early := 1 / float64(2+i) // of two equal ones the earlier
	if r.v.Dates[date].Precision() != japanese.PrecisionDay {
		early -= 1
	}
	zoneScore := map[zone]float64{zoneOverview: 1, zoneLead: 1, zoneTitle: 0.5, zoneImpact: 0.5, zoneBody: 0.4, zoneCause: 0.3}[z]
	if field, ok := r.keyOf(m.Range); ok {
		add(field, 8+early, "timeline.key")
		if field != "occurred" || m.Date < 0 {
			return out
		}
	}
	at := r.viewAt(m.Range)
	if rest := string(r.view.runes[at.end:min(int(at.end)+3, len(r.view.runes))]); strings.HasPrefix(rest, "まで") || strings.HasPrefix(rest, "頃まで") {
		return out // the end of something
	}
	stop := int32(len(r.view.runes))
	for k := i + 1; k < len(r.v.Moments) && k < i+4; k++ {
		if !r.measures(r.v.Moments[k]) {
			stop = r.viewIndex(r.v.Moments[k].Range.Start)
			break
		}
	}
	joined := i+1 < len(r.v.Moments) && r.joined[i]
	if joined && i+2 < len(r.v.Moments) {
		stop = r.viewIndex(r.v.Moments[i+2].Range.Start)
	}
	reported := r.brief && m.Clock < 0 && r.announces(s)
	notAt := int32(-1) // where a predicate stands that makes the date neither
	for _, mt := range r.inSentence(s) {
		if r.cue(mt).group == groupTimeNot && mt.start >= at.end && (mt.start-at.end <= 3 || mt.start-at.end <= 12 && mt.start < stop) && (notAt < 0 || mt.start < notAt) {
			notAt = mt.start
		}
	}
	covers := startsWith(after, "から", "~", "より", "以降", "-") && r.coversData(after)
	if covers && holds(before, "対象", "該当") {
		return out
	}
	title := r.doc.Sections[r.doc.Sentences[s].Section].Title
	foundHere := holds(title, "発覚", "判明", "気づ", "気付", "分かった", "分かりました", "きっかけ", "端緒", "発見")
	// A predicate before the date: 送信したのは10月25日.
	for _, mt := range r.inSentence(s) {
		if mt.end > at.start || at.start-mt.end > 8 {
			continue
		}
		between := string(r.view.runes[mt.end:at.start])
		if !strings.Contains(between, "のは") && !strings.Contains(between, "日は") && !strings.Contains(between, "時期は") && !strings.Contains(between, "日時は") {
			continue
		}
		switch r.cue(mt).group {
		case groupOccurred:
			add("occurred", 4+zoneScore+early, "timeline.occurred")
		case groupDetected:
			add("detected", 4+zoneScore+early, "timeline.detected")
		}
	}
	foundHere = foundHere || r.foundFirst(s, at.end, stop)
	// An account of what happened begins with what happened: its dates count a
	// little for the beginning even without a telling predicate.
	if !reported && notAt < 0 && !foundHere && (z == zoneOverview || z == zoneLead || z == zoneBody || z == zoneCause) {
		add("occurred", 0.6+early, "timeline.account")
	}
	nearest := groupNone
	line := r.doc.Sentences[s].Line
	for k := s; k < len(r.doc.Sentences) && k <= s+3; k++ {
		if k > s && r.doc.Sentences[k].Line != line && !r.continues(s, at.end, k) {
			break
		}
		if k > s && r.doc.Sentences[k].Line == line && untold(r.zones[k]) {
			break
		}
		for _, mt := range r.inSentence(k) {
			if mt.start < at.end || r.quoted(at.end, mt.start) {
				continue
			}
			if k == s && notAt >= 0 && mt.end > notAt {
				return out
			}
			distance := float64(mt.start-at.end) - r.quotedRunes(at.end, mt.start)
			near := 3 - distance/15
			if mt.start >= stop && !(joined && k == s) { // beyond the next date
				continue
			}
			if distance > 1 && string(r.view.runes[mt.start:mt.end]) == "から" {
				continue
			}
			if near < 0.2 {
				near = 0.2
			}
			if k > s {
				near = min(near, 2)
				if r.cue(mt).group == groupDetected && r.dated(k) {
					near = min(near, 0.5) // rather on the day that sentence names
				}
			}
			if g := r.cue(mt).group; nearest == groupNone && (g == groupOccurred || g == groupDetected) {
				nearest = g
			} else if g != nearest && (g == groupOccurred && nearest == groupDetected) {
				near = max(0.1, near-1.5)
			}
			switch r.cue(mt).group {
			case groupOccurred:
				if k == s && r.isFound(mt, stop) {
					continue
				}
				if covers {
					near -= 0.8
				}
				if k == s && distance <= 2 && startsWith(string(r.view.runes[mt.start:mt.end]), "発生", "起き") {
					near++
				}
				if foundHere {
					near -= 1.5
				}
				if !reported || distance < 6 {
					add("occurred", near+zoneScore+early, "timeline.occurred")
				}
			case groupDetected:
				if r.heldAt(at.end, mt.start) || r.emergencyCall(mt) {
					continue
				}
				if !reported || distance < 6 {
					strong := 0.0
					if w := string(r.view.runes[mt.start:mt.end]); strings.Contains(w, "判明") || strings.Contains(w, "発覚") || strings.Contains(w, "分か") {
						strong = 0.8
					}
					if nearest == groupOccurred && startsWith(after, "に") && holds(before, "調べ", "調査", "その後", "解析") && r.complement(at.end, mt.start) {
						strong -= 1.5 // 送信したことが分かった: the day of the sending
					}
					add("detected", near+zoneScore+early+0.5+strong, "timeline.detected")
				}
			case groupTimeRestored:
				add("restored", near+zoneScore+early, "timeline.restored")
			case groupTimeNot:
				if distance <= 3 || distance <= 12 && mt.start < stop && k == s {
					return out
				}
			}
		}
	}
	return out
}

// unrelated are words of sentences that tell of another matter.
var unrelated = []string{"とは関係が", "とは関係ありま", "とは関係ござい", "と関係はありま", "とは原因が異な", "とは別の事", "本件とは関係", "とは無関係"}

// measures tells whether m is part of what a thing is called, and no day of an
// event: 10月分, 3月号, 4月1日付.
func (r *reading) measures(m japanese.Moment) bool {
	if m.Clock >= 0 {
		return false
	}
	rest := r.text.Norm()[m.Range.End:]
	if r.v.Dates[m.Date].Day == 0 {
		// 1月ご使用分の料金; but 4月の検針分から: since when.
		billed := strings.TrimPrefix(strings.TrimPrefix(rest, "の"), "ご")
		for _, w := range [...]string{"使用分", "請求分", "利用分", "検針分", "支給分", "診療分", "支払い分", "支払分", "購入分"} {
			if after, ok := strings.CutPrefix(billed, w); ok && !startsWith(after, "から", "より", "~", "-", "以降") {
				return true
			}
		}
	}
	return startsWith(rest, "分の", "分と", "分に", "分を", "分は", "分、", "分給", "分仕", "分ま", "号", "付の", "付けの", "生まれ", "期の", "度") || r.v.Dates[m.Date].Day == 0 && startsWith(rest, "分")
}

// foundFirst tells whether the first predicate behind a date at end, in sentence i
// and before stop, is one of finding.
func (r *reading) foundFirst(i int, end, stop int32) bool {
	for _, mt := range r.inSentence(i) {
		if mt.start < end || mt.start >= stop {
			continue
		}
		switch r.cue(mt).group {
		case groupDetected:
			return true
		case groupOccurred, groupCategory, groupLost, groupLeak:
			return false
		}
	}
	return false
}

// heldAt tells whether what stands between a date's end and to is an event of the
// date's own that a noun is described by: 午後8時から実施した「…」において、….
func (r *reading) heldAt(from, to int32) bool {
	clause, _, _ := strings.Cut(string(r.view.runes[from:min(to, from+40)]), "、")
	for _, w := range [...]string{"実施", "開催", "開始", "募集", "販売", "発売"} {
		_, rest, ok := strings.Cut(clause, w)
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "いた"), "さ")
		if ok && (startsWith(rest, "しました", "した", "れました", "れた", "しておりました") && holds(rest, "において", "における", "では", "で", "」", "「")) {
			return true
		}
	}
	return false
}

// isFound tells whether what m tells is what a finding before stop is about:
// 感染していることに気づき is told of the day of the finding.
func (r *reading) isFound(m match, stop int32) bool {
	for _, found := range r.inSentence(int(m.sentence)) {
		if r.cue(found).group != groupDetected || found.start < m.end || found.start >= stop || found.start-m.end > 16 {
			continue
		}
		if between := string(r.view.runes[m.end:found.start]); endsIn(between, "ことに", "ことを", "ことが", "のに", "のを") && !holds(between, "、") {
			return true
		}
	}
	return false
}

// emergencyCall tells whether m is what fire brigades call a call: 119番通報. It tells
// that nobody found anything out.
func (r *reading) emergencyCall(m match) bool {
	return m.start > 0 && string(r.view.runes[m.start:m.end]) == "通報" && endsIn(string(r.view.runes[max(0, m.start-4):m.start]), "119", "119番", "110", "緊急")
}

// ofAnother tells whether m is the day of something else that is named right
// before it: one end of the period in which people applied, 応募期間:2月1日~4月7日, or
// the day of a press conference in brackets.
func (r *reading) ofAnother(m japanese.Moment) bool {
	norm := r.text.Norm()
	before := strings.NewReplacer("\n", "", " ", "").Replace(tail(norm[max(0, m.Range.Start-200):m.Range.Start], anotherReaches))
	if open := strings.LastIndexByte(before, '('); open >= 0 && !strings.Contains(before[open:], ")") && endsIn(before[:open], occasions...) {
		return true
	}
	k := strings.LastIndex(before, "期間")
	if k < 0 || strings.ContainsAny(before[k:], "。、)」") {
		return false
	}
	return endsIn(strings.TrimSuffix(strings.TrimSuffix(before[:k], "予定"), "の"), "応募", "募集", "受付", "受け付け", "申込", "申し込み", "開催", "販売", "会期", "キャンペーン", "登録", "契約", "保存", "回答", "投票", "受講", "補償", "製造", "出荷")
}

// anotherReaches is how many characters before a date name what it is the day of.
const anotherReaches = 40

// occasions are what is named before the brackets that hold its day.
var occasions = []string{"会見", "説明会", "発表", "公表", "閣議", "委員会", "通知", "通達", "議会", "公布", "施行", "改正", "契約", "締結"}

// coversData tells whether the words behind a date name people or things by when
// they came in: から2019年5月までに応募された方.
func (r *reading) coversData(after string) bool {
	clause, _, _ := strings.Cut(head(after, 60), "。")
	k := strings.Index(clause, "まで")
	if k < 0 {
		return false
	}
	return holds(clause[k:], "方", "お客", "申し込", "申込", "応募", "投稿", "受信", "登録", "予約", "来店", "採用", "在籍", "受け付け", "受付", "提出", "届け出", "契約し", "撮影", "寄せられ", "問い合わせ", "発行", "受診", "卒業", "入会", "製造", "出荷", "手術", "販売し", "購入", "宿泊", "お支払い")
}

// quoted tells whether a quotation that begins behind from is still open at to.
func (r *reading) quoted(from, to int32) bool {
	open := 0
	for _, c := range r.view.runes[from:max(from, min(to, from+200))] {
		switch c {
		case '「', '『':
			open++
		case '」', '』':
			open = max(0, open-1)
		}
	}
	return open > 0
}

// quotedRunes counts the runes of quotations between from and to.
func (r *reading) quotedRunes(from, to int32) float64 {
	n, open := 0, false
	for _, c := range r.view.runes[from:max(from, min(to, from+200))] {
		switch c {
		case '「', '『':
			open = true
		case '」', '』':
			open = false
		}
		if open {
			n++
		}
	}
	return float64(n)
}

// complement tells whether the clause between from and to is what the predicate
// at to is about, and nobody looked into it meanwhile.
func (r *reading) complement(from, to int32) bool {
	if to-from > 200 {
		return false
	}
	between := string(r.view.runes[from:to])
	if !endsIn(between, "ことが", "ことも", "ことを", "ていたのが", "事実が") {
		return false
	}
	return !holds(between, "確認", "調べ", "調査", "点検", "突き合わせ", "照合", "ところ", "際", "連絡", "指摘", "問い合わせ", "電話", "申し出", "により", "から「", "通報", "監査", "集計", "作業", "見直")
}

// dated tells whether a date stands in sentence i.
func (r *reading) dated(i int) bool {
	rg := r.doc.Sentences[i].Range
	at, _ := slices.BinarySearchFunc(r.v.Dates, rg.Start, func(d japanese.Date, at int) int { return cmp.Compare(d.Range.Start, at) })
	return at < len(r.v.Dates) && rg.Contains(r.v.Dates[at].Range)
}

// tellFound adds the moments whose predicate of finding stands before them:
// 客からの電話で分かり、午後6時10分に止めた. They are the last resort.
func (r *reading) tellFound(told map[string][]account) {
	if len(told["detected"]) > 0 {
		return
	}
	for i, m := range r.v.Moments {
		s := r.sentenceAt(m.Range.Start)
		date := r.dateOf(i)
		if s < 0 || date < 0 || untold(r.zones[s]) || r.zones[s] == zoneTitle || r.publishedSpan.Overlaps(m.Range) || r.v.Dates[date].Planned || r.iso(i) == "" || r.measures(m) {
			continue
		}
		if i > 0 && r.doc.Sentences[s].Range.Contains(r.v.Moments[i-1].Range) {
			continue
		}
		at := r.viewAt(m.Range)
		for _, mt := range r.inSentence(s) {
			if r.cue(mt).group == groupDetected && mt.end <= at.start && at.start-mt.end <= 14 && r.polarity(mt) == japanese.Asserted {
				told["detected"] = append(told["detected"], account{i, "detected", 1, "timeline.found_then"})
				break
			}
		}
	}
}

// endOfInterval gives the end of the interval that the chosen beginning opens, where
// no other end is told: 2021年4月1日~2023年3月31日.
func (r *reading) endOfInterval(best map[string]account) {
	o, ok := best["occurred"]
	if _, ended := best["ended"]; ended || !ok {
		return
	}
	for _, iv := range r.v.Intervals {
		if iv.From != o.moment || r.iso(iv.To) == "" || r.iso(iv.To) < r.iso(iv.From) {
			continue
		}
		if s := r.sentenceAt(iv.Range.Start); s >= 0 {
			if _, after := r.around(iv.Range, s); r.coversData("から" + after) {
				return
			}
		}
		best["ended"] = account{iv.To, "ended", 1, "timeline.interval"}
		return
	}
}

// sameDay are words that say that something happened on the day told of.
var sameDay = []string{"その日のうち", "その日の", "当日中", "当日に", "当日、", "直後に", "その場で", "すぐに気"}

// foundTheSameDay gives the day of the incident to a finding that is told to be
// of that day.
func (r *reading) foundTheSameDay(best map[string]account) {
	o, ok := best["occurred"]
	if _, detected := best["detected"]; detected || !ok {
		return
	}
	for i := range r.doc.Sentences {
		if untold(r.zones[i]) || r.dated(i) || !r.has(i, groupDetected) || !holds(r.words(r.doc.Sentences[i].Range), sameDay...) {
			continue
		}
		if m, ok := r.first(i, groupDetected); ok && r.polarity(m) == japanese.Asserted {
			best["detected"] = account{o.moment, "detected", 1, "timeline.same_day"}
			return
		}
	}
}

// announces tells whether sentence i says that something was made public, so
// that its date may be the day of that.
func (r *reading) announces(i int) bool {
	for _, m := range r.inSentence(i) {
		if r.cue(m).group == groupReported {
			if w := string(r.view.runes[m.start:m.end]); strings.Contains(w, "発表") || strings.Contains(w, "公表") || strings.Contains(w, "明らか") {
				return true
			}
		}
	}
	return false
}

// continues tells whether sentence k, on a line of its own, goes on with what
// the date at the end of sentence s began.
func (r *reading) continues(s int, dateEnd int32, k int) bool {
	first := r.doc.Sentences[s]
	rest := r.words(japanese.Range{Start: int(r.view.at[min(int(dateEnd), len(r.view.at)-1)]), End: first.Range.End})
	if utf8.RuneCountInString(strings.Trim(rest, " ()月火水木金土日・祝頃ごろ:、曜")) > 0 || r.doc.Sentences[k].Line > first.Line+2 {
		return false
	}
	// Dates are in the order of the text: the first at or after the sentence decides.
	at, _ := slices.BinarySearchFunc(r.v.Dates, r.doc.Sentences[k].Range.Start, func(d japanese.Date, at int) int { return cmp.Compare(d.Range.Start, at) })
	return at == len(r.v.Dates) || !r.doc.Sentences[k].Range.Contains(r.v.Dates[at].Range)
}

// keyOf gives the field that the key of rg's line, or the heading right above
// it, names.
func (r *reading) keyOf(rg japanese.Range) (string, bool) {
	if key, ok := r.keyAt(rg); ok {
		if f, ok := r.keyField(key); ok {
			return f, true
		}
	}
	if i := r.sentenceAt(rg.Start); i >= 0 {
		sec := r.doc.Sections[r.doc.Sentences[i].Section]
		if sec.Level > 0 && rg.Start-sec.Own.Start < 60 {
			if f, ok := r.keyField(sec.Title); ok {
				return f, true
			}
		}
	}
	return "", false
}

// keyedLength tells whether the key of rg's line names the length of an
// unavailability: 障害継続時間, 停止時間.
func (r *reading) keyedLength(rg japanese.Range) bool {
	key, ok := r.keyAt(rg)
	if !ok || !strings.Contains(key, "時間") {
		return false
	}
	for _, w := range []string{"障害", "停止", "継続", "停電", "断水", "影響", "不通", "ダウン"} {
		if strings.Contains(key, w) {
			return true
		}
	}
	return false
}

// keyAt is the key of the line whose value holds rg.
func (r *reading) keyAt(rg japanese.Range) (string, bool) {
	at, exact := slices.BinarySearchFunc(r.doc.Pairs, rg.Start, func(p japanese.Pair, at int) int { return cmp.Compare(p.Range.Start, at) })
	if !exact {
		at--
	}
	if at < 0 || !r.doc.Pairs[at].Value.Contains(rg) {
		return "", false
	}
	return r.doc.Pairs[at].Key, true
}

func (r *reading) keyField(key string) (string, bool) {
	k := strings.Trim(plain(key), "【】[]<>()・:■●○")
	if f, ok := r.rules.keys[k]; ok {
		return f, true
	}
	return composedKey(k)
}

// composedKey reads keys that are put together of what happened and when:
// 停電が発生した時刻, 障害の復旧日時. It is the order of the table that decides.
func composedKey(k string) (string, bool) {
	if utf8.RuneCountInString(k) > 16 || !endsIn(k, "日時", "時刻", "日", "時間帯", "期間", "時期", "完了", "送電", "時間", "始まり", "開始", "終了", "発生") || holds(k, "受付", "営業", "公表", "報告", "予定", "見込", "対応", "調査", "掲載日", "次回", "訂正", "発表", "休", "地区", "世帯数", "区分", "件数") {
		return "", false
	}
	for _, c := range composed {
		if holds(k, c.words...) {
			return c.field, true
		}
	}
	return "", false
}

var composed = []struct {
	field string
	words []string
}{
	{"restored", []string{"復旧", "解消", "再開", "回復", "復電", "通水", "全戸送電", "送電完了", "障害の終了", "障害終了", "開通"}},
	{"detected", []string{"判明", "発覚", "検知", "認知", "発見", "気づい", "気付い", "覚知", "把握"}},
	{"occurred", []string{"発生", "停止", "停電", "断水", "障害", "不通", "故障", "紛失", "盗難", "誤送", "利用できな", "つながりにく", "漏えい", "流出", "閲覧でき", "閲覧可能", "表示され", "公開され"}},
}

func endsIn(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(s, w) })
}

func holds(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

func startsWith(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(s, w) })
}

// outageEvent is a clock time at which something began or ended.
type outageEvent struct {
	moment int
	ends   bool
	whole  bool // すべて, 全面
	keyed  bool
	rough  bool // told in the headline, or as an hour before or after it
}

// readOutage gives the length of the unavailability in minutes: an interval of
// clock times, the time between what began and what restored it, or a stated
// length.
func (r *reading) readOutage() {
	service := false // the category is itself an unavailability
	switch r.out.Category {
	case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure:
		service = true
	case notice.SoftwareDefect, notice.DataLoss, notice.Malware, notice.UnauthorizedAccess, notice.Other:
	default:
		return
	}
	set := func(minutes int, rg japanese.Range, rule string) {
		span := r.text.Span(rg)
		r.out.Impact.OutageMinutes = &notice.Duration{Value: int64(minutes), Text: r.text.Quote(span), Start: span.Start, End: span.End}
		r.evidence("impact.outage_minutes", rule, rg)
	}
	if n, rg, ok := r.outageStated(service); ok {
		// A length shorter than an interval from one time to another was part of it.
		if k, at, ok := r.outageInterval(service); ok {
			r.restoredAt = &at
			if k > n {
				set(k, at, "outage.interval")
				return
			}
		}
		set(n, rg, "outage.stated")
		if r.restoredAt != nil {
			return
		}
		if _, end, ok := r.outageEnds(service); ok {
			r.restoredAt = &r.v.Moments[end].Range
		}
		return
	}
	if service {
		if n, rg, ok := r.outageLength(true); ok {
			set(n, rg, "outage.length")
			return
		}
	}
	if n, rg, ok := r.outageInterval(service); ok {
		r.restoredAt = &rg
		set(n, rg, "outage.interval")
		return
	}
	begin, end, ok := r.outageEnds(service)
	if ok {
		if n, ok := r.v.MinutesBetween(begin, end); ok && n > 0 && n <= maxOutage {
			a, b := r.v.Moments[begin].Range, r.v.Moments[end].Range
			set(n, b, "outage.restored")
			r.restoredAt = &b
			r.evidence("impact.outage_minutes", "outage.begun", a)
			return
		}
	}
	if !service || r.still() {
		return
	}
	if n, rg, ok := r.outageLength(false); ok {
		set(n, rg, "outage.length")
	}
}

// out are words of something that cannot be used.
var outWords = []string{"止ま", "止め", "停止", "停電", "断水", "つなが", "繋が", "できな", "できません", "できず", "できなく", "いただけな", "いただけま", "使え", "不通", "中断", "開か", "開け", "ダウン", "見合わせ", "途絶", "受けられ", "受けつけられ", "受け付けられ", "表示されな", "見られな", "動かな", "障害が続", "状態が続", "供給"}

// stops are words that, right behind a length of time, say that it is that of
// the unavailability.
var stops = []string{"止ま", "停止", "停電", "断水", "つなが", "不通", "中断", "使えな", "使えず", "利用できな", "利用できず", "ご利用いただけ", "ご利用でき", "ダウン", "途絶", "動かな", "サービスが", "サービスを停", "全面的に停"}

// outageStated finds a length of the unavailability told as such and to the
// minute; when two differ none is taken.
func (r *reading) outageStated(service bool) (int, japanese.Range, bool) {
	found, at := 0, japanese.Range{}
	for _, d := range r.v.Durations {
		i := r.sentenceAt(d.Range.Start)
		if i < 0 || untold(r.zones[i]) || d.Use != japanese.LengthUse || d.Bound != japanese.Exact {
			continue
		}
		n, ok := d.Minutes()
		if !ok || n <= 0 || n > maxOutage || n%60 == 0 {
			continue
		}
		if !r.lasted(d, i, service) {
			continue
		}
		if found > 0 && found != n {
			return 0, at, false
		}
		if found == 0 {
			found, at = n, d.Range
		}
	}
	return found, at, found > 0
}

// lasted tells whether the words around d in sentence i say that something
// could not be used for so long.
func (r *reading) lasted(d japanese.Duration, i int, service bool) bool {
	before, after := r.around(d.Range, i)
	if endsIn(before, "うち", "さらに", "最大", "最長", "遅れは") || startsWith(after, "遅れ", "の遅れ", "以上遅", "おき", "ごと") || r.aboutPassengers(i) || holds(before, "予定", "最大で", "過去", "年前") {
		return false
	}
	if cut := strings.LastIndexAny(before, "、"); cut >= 0 && len(before)-cut < 60 && holds(before, "前にも") {
		return false
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(after, "ほど"), "の間"), "、"), "断続的に")
	clause, _, _ := strings.Cut(rest, "。")
	clause = head(clause, 40)
	if startsWith(rest, "にわたって", "にわたり", "に渡り", "に渡って", "に及び", "に及んだ", "におよ") {
		return holds(clause, outWords...) || holds(before, outWords...)
	}
	if startsWith(rest, stops...) {
		return service || holds(rest, "サービス", "サイト", "システム")
	}
	if service && startsWith(after, "、", "の間", "、断続") && holds(head(rest, 24), outWords...) {
		return true
	}
	if startsWith(rest, "を要し", "かかっ", "続い", "でした", "だった", "です", "でございま") || rest == "" {
		if k := strings.TrimRight(head(tail(before, 14), 14), "は約計:、"); holds(k, "停止時間", "停止した時間", "停止していた時間", "不通時間", "停電時間", "断水時間", "使えなかった時間", "利用できなかった時間", "ご利用いただけなかった時間", "停止していたのは", "止まっていたのは", "使えなかったのは", "利用できなかったのは", "までの時間", "できなかった時間") {
			return true
		}
		return startsWith(rest, "を要し", "かかっ") && holds(before, "止めてから", "停止から", "停止してから", "発生から", "止まってから", "復旧まで", "復旧に", "再開まで")
	}
	return false
}

// back are words that say a service came back, after a length of time: 4時間後に回復.
var back = []string{"回復", "復旧", "解消", "再開", "全面", "元に戻", "元の", "使えるよう", "すべて使え", "すべて復旧", "全て復旧", "正常"}

// outageLength finds a stated length of the unavailability. With only exact ones
// wanted, it takes a sum (延べ, 合計) or a length to the minute.
func (r *reading) outageLength(exact bool) (int, japanese.Range, bool) {
	for _, d := range r.v.Durations {
		i := r.sentenceAt(d.Range.Start)
		if i < 0 || untold(r.zones[i]) || r.zones[i] == zoneResponse {
			continue
		}
		before, after := r.around(d.Range, i)
		after = strings.TrimLeft(after, "後に、ほどでぶり")
		if d.Use != japanese.LengthUse && !(d.Use == japanese.OffsetUse && slices.ContainsFunc(back, func(w string) bool { return strings.HasPrefix(after, w) })) {
			continue
		}
		if words := r.words(d.Range); exact && !(strings.HasSuffix(before, "延べ") || strings.HasSuffix(before, "合計") || strings.HasSuffix(before, "合わせて") ||
			strings.HasPrefix(words, "延べ") || strings.HasPrefix(words, "合計") || d.Use == japanese.LengthUse && d.Bound == japanese.Exact && strings.HasSuffix(words, "分間") && r.zones[i] == zoneLead) {
			continue
		}
		if strings.HasSuffix(before, "平日") || strings.Contains(before, "最大") || strings.HasPrefix(after, "以上の遅") || strings.HasPrefix(after, "の遅れ") || strings.HasPrefix(after, "遅れ") || strings.HasPrefix(after, "体制") || strings.Contains(head(before+after, 80), "前にも") {
			continue
		}
		if n, ok := d.Minutes(); ok && n > 0 && n < 24*60*30 && (r.aboutOutage(i) || r.zones[i] == zoneTitle || r.keyedLength(d.Range) || r.has(i, groupTimeRestored) || r.lasted(d, i, true)) && !r.aboutPassengers(i) {
			return n, d.Range, true
		}
	}
	return 0, japanese.Range{}, false
}

// maxOutage bounds an unavailability read from two clock times, in minutes.
const maxOutage = 60 * 24 * 60

// still tells whether the notice says that it goes on.
func (r *reading) still() bool {
	on := false
	r.each(groupOngoing, func(m match) {
		if !untold(r.zones[m.sentence]) && r.polarity(m) != japanese.Denied {
			on = true
		}
	})
	back := false
	r.each(groupRestored, func(m match) {
		if !untold(r.zones[m.sentence]) && r.polarity(m) == japanese.Asserted {
			back = true
		}
	})
	return on && !back
}

// goesOn tells whether the notice says, as things stand, that something cannot
// be used: 断水中, つながったり切れたりする状態.
func (r *reading) goesOn() bool {
	if r.still() {
		return true
	}
	back := false
	r.each(groupRestored, func(m match) {
		back = back || !untold(r.zones[m.sentence]) && r.polarity(m) == japanese.Asserted
	})
	if back {
		return false
	}
	for i := range r.doc.Sentences {
		if untold(r.zones[i]) {
			continue
		}
		w := r.words(r.doc.Sentences[i].Range)
		if k := strings.TrimRight(w, "。 　\n"); endsIn(k, "断水中", "停電中", "停止中", "調査中", "復旧作業中", "対応中", "切れたりする状態です", "断水しております", "停電しております", "が続いております", "が続いています") || holds(w, "復旧の時刻は、まだ", "復旧しておりません", "復旧していません", "復旧には至って", "再開の時刻は申し上げ", "再開の見通しは立って", "復旧の見通しは立って") {
			return true
		}
	}
	return false
}

// aboutOutage tells whether sentence i speaks of something that could not be used.
func (r *reading) aboutOutage(i int) bool {
	for _, m := range r.inSentence(i) {
		c := r.cue(m)
		if c.group != groupCategory {
			continue
		}
		switch notice.Category(c.code) {
		case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure:
			return true
		}
	}
	return false
}

// aboutPassengers tells whether sentence i speaks of people who were held up,
// which is not how long the service was.
func (r *reading) aboutPassengers(i int) bool {
	w := r.words(r.doc.Sentences[i].Range)
	return strings.Contains(w, "車内") || strings.Contains(w, "閉じ込め") || strings.Contains(w, "救助") || strings.Contains(w, "立ち往生") || strings.Contains(w, "避難")
}

// repeated are words of a notice that tells of several unavailabilities, whose
// lengths add up.
var repeated = []string{"回目", "2回", "二回", "度目", "二度", "三度", "第1波", "第2波"}

// openingHours are words of sentences whose clock times are when somebody answers.
var openingHours = []string{"受付", "電話", "フリーダイヤル", "給水", "窓口", "営業", "開館", "0120-", "平日"}

// outageInterval adds up the intervals of clock times in sentences that speak
// of the unavailability.
func (r *reading) outageInterval(service bool) (int, japanese.Range, bool) {
	total, seen := 0, map[[2]int]bool{}
	var first japanese.Range
	longest := 0
	times := 0
	emergency := strings.Contains(r.text.Norm(), "緊急メンテナンス")
	for _, iv := range r.v.Intervals {
		i := r.sentenceAt(iv.Range.Start)
		if i < 0 || untold(r.zones[i]) {
			continue
		}
		n, ok := r.v.IntervalMinutes(iv)
		if !ok || n == 0 || n > maxOutage {
			continue
		}
		before, _ := r.around(iv.Range, i)
		words := r.words(r.doc.Sentences[i].Range)
		if strings.Contains(words, "予告") || strings.Contains(words, "予定") || strings.Contains(before, "メンテナンス") || strings.HasSuffix(before, "平日") || strings.HasSuffix(before, "受付時間") {
			continue
		}
		about := r.aboutOutage(i)
		if strings.Contains(words, "メンテナンス") && holds(words, "臨時", "定期", "計画") || holds(words, "計画停電", "問い合わせ", "問合せ") && !r.statesOut(iv.Range, i) {
			continue // what was planned, and when somebody answers
		}
		if !about && slices.ContainsFunc(openingHours, func(w string) bool { return strings.Contains(words, w) }) {
			continue
		}
		field, keyed := r.keyOf(iv.Range)
		keyed = keyed && field == "occurred"
		// Opening hours stand in lists of places and have no date; an
		// unavailability is dated, or its sentence speaks of it.
		dated := r.v.Moments[iv.From].Date >= 0
		switch {
		case service && (keyed || dated || about || iv.Kind == japanese.UntilRestore || !r.doc.Lines[r.doc.Sentences[i].Line].Item):
		case !service && (about || r.emergency(iv.Range, emergency)):
		default:
			continue
		}
		a, b := r.v.Clocks[r.v.Moments[iv.From].Clock], r.v.Clocks[r.v.Moments[iv.To].Clock]
		key := [2]int{a.Hour*60 + a.Minute, b.Hour*60 + b.Minute}
		if seen[key] {
			continue
		}
		seen[key] = true
		total += n
		times++
		longest = max(longest, n)
		if first.Len() == 0 {
			first = iv.Range
		}
	}
	if total == 0 {
		return 0, first, false
	}
	if times > 1 && !slices.ContainsFunc(repeated, func(w string) bool { return strings.Contains(r.text.Norm(), w) }) {
		total = longest
	}
	return total, first, true
}

// statesOut tells whether the words behind rg in sentence i say that something
// could not be used.
func (r *reading) statesOut(rg japanese.Range, i int) bool {
	_, after := r.around(rg, i)
	return holds(after, outWords...)
}

// emergency tells whether the key or the heading of rg names a maintenance that
// nobody had planned; said is whether the text speaks of such.
func (r *reading) emergency(rg japanese.Range, said bool) bool {
	title := ""
	if key, ok := r.keyAt(rg); ok {
		title = key
	} else if i := r.sentenceAt(rg.Start); i >= 0 {
		title = r.doc.Sections[r.doc.Sentences[i].Section].Title
	}
	return said && strings.Contains(title, "メンテナンス") || strings.Contains(title, "サービス停止") || strings.Contains(title, "停止期間") || strings.Contains(title, "停止時間")
}

// outageEnds finds the clock times at which the unavailability began and ended.
func (r *reading) outageEnds(service bool) (begin, end int, ok bool) {
	var events []outageEvent
	for i, m := range r.v.Moments {
		if m.Clock < 0 || !r.v.Clocks[m.Clock].Exact() || r.publishedSpan.Overlaps(m.Range) {
			continue
		}
		s := r.sentenceAt(m.Range.Start)
		if s < 0 || untold(r.zones[s]) {
			continue
		}
		if field, ok := r.keyOf(m.Range); ok {
			switch field {
			case "occurred":
				if !service {
					continue // when the defect was, not the unavailability
				}
				events = append(events, outageEvent{moment: i, keyed: true})
				continue
			case "restored", "ended":
				events = append(events, outageEvent{moment: i, ends: true, whole: true, keyed: true})
				continue
			}
		}
		at := r.viewAt(m.Range)
		stop := int32(len(r.view.runes))
		if i+1 < len(r.v.Moments) {
			stop = r.viewIndex(r.v.Moments[i+1].Range.Start)
		}
		title := r.doc.Sections[r.doc.Sentences[s].Section].Title
		rough := r.zones[s] == zoneTitle || strings.HasSuffix(r.words(m.Range), "前") || strings.HasSuffix(r.words(m.Range), "台") || strings.HasSuffix(r.words(m.Range), "過ぎ")
		before, after := r.around(m.Range, s)
		near, _, _ := strings.Cut(head(after, 24), "。")
		if still, _, _ := strings.Cut(near, "した"); holds(still, "目指", "見込", "予定", "見通し") || holds(title, "見込", "見通し", "予定") {
			continue // still to come
		}
		if startsWith(after, "になっても", "を過ぎても") && service {
			events = append(events, outageEvent{moment: i, keyed: true})
			continue
		}
		if startsWith(after, "まで") && holds(near, "続い", "続きま", "できな", "できません", "使え", "つなが", "止ま", "及") && !holds(near, "受け", "受付", "作業") && service {
			events = append(events, outageEvent{moment: i, ends: true, rough: rough})
			continue
		}
		if sentence := before + after; strings.Contains(sentence, "予定") && holds(sentence, "計画停電", "工事", "定期", "次回", "来月", "点検のため") && !holds(sentence, "予定どおり終", "の後、") {
			continue // what was planned anyway
		}
		if service && startsWith(after, "から順", "より順", "以降順", "から徐々", "から段階") {
			continue // the first of many
		}
		if w := r.words(r.doc.Sentences[s].Range); !r.aboutOutage(s) && slices.ContainsFunc(openingHours, func(o string) bool { return strings.Contains(w, o) }) && !r.has(s, groupOccurred) && !holds(near, "再開", "復旧", "回復") {
			continue // when somebody answers
		}
		kind := 0
		if rest := string(r.view.runes[at.end:min(int(at.end)+4, len(r.view.runes))]); strings.HasPrefix(rest, "0戸") || strings.HasPrefix(rest, "0軒") || strings.HasPrefix(rest, "0世帯") {
			events = append(events, outageEvent{moment: i, ends: true, whole: true, keyed: true}) // the last row of a table of households
			continue
		}
		for _, mt := range r.inSentence(s) {
			if mt.start < at.end || mt.start >= stop || mt.start-at.end > 60 {
				continue
			}
			c := r.cue(mt)
			switch {
			case c.group == groupTimeNot && mt.start-at.end <= 2 && strings.Contains(string(r.view.runes[mt.start:mt.end]), "現在"):
				kind = -1
			case kind < 0:
			case c.group == groupTimeRestored && r.polarity(mt) == japanese.Asserted:
				kind = 2
			case kind == 0 && (c.group == groupStopped || service && (c.group == groupOccurred || c.group == groupDetected || c.group == groupCategory && isOutage(c.code))):
				kind = 1
			}
		}
		if near := tail(before, 14); kind == 0 && (strings.HasSuffix(strings.TrimRight(near, "、"), "のは") || holds(near, "復旧の時刻は", "復旧時刻は", "復旧は")) { // 開けなくなったのは午前6時43分
			clause := strings.TrimRight(before, "、")
			if k := strings.LastIndex(clause, "。"); k >= 0 {
				clause = clause[k+len("。"):]
			}
			switch {
			case holds(tail(clause, 20), "復旧", "再開", "ようになったの", "ようになりましたの", "戻ったの", "解消", "回復", "収まったの", "直ったの", "着いたの", "終わったの", "終えたの"):
				if !holds(clause, "支払いが終わ", "会計が終わ") {
					kind = 2
				}
			case service && endsIn(clause, "たのは"):
				kind = 1
			}
		}
		if kind == 0 && service && (strings.Contains(before, "復旧の時刻は") || strings.Contains(before, "復旧時刻は")) {
			kind = 2 // one after the other
		}
		if kind == 0 && service { // 故障が起きたのは午前6時43分
			for _, mt := range r.inSentence(s) {
				if mt.end > at.start || at.start-mt.end > 12 || !strings.Contains(string(r.view.runes[mt.start:at.start]), "のは") {
					continue
				}
				switch c := r.cue(mt); {
				case c.group == groupTimeRestored:
					kind = 2
				case kind == 0 && (c.group == groupOccurred || c.group == groupCategory && isOutage(c.code)):
					kind = 1
				}
			}
		}
		words := r.words(r.doc.Sentences[s].Range)
		if kind == 1 || kind == 0 {
			if title := title; holds(title, "発生", "開始", "障害の") && kind == 1 {
				// 発生と復旧: its rows say which is which.
			} else if strings.Contains(title, "復旧") || strings.Contains(title, "通水") || strings.Contains(title, "解消") || strings.Contains(title, "再開") {
				kind = 2
			}
		}
		switch kind {
		case 1:
			events = append(events, outageEvent{moment: i, rough: rough})
		case 2:
			whole := false
			for _, w := range []string{"すべて", "全て", "全面", "全戸", "全世帯", "全線", "全台", "全機能", "全サーバ", "全域", "全地域", "完全", "全ての", "全回線", "全システム", "障害の終了", "全員"} {
				whole = whole || strings.Contains(words, w)
			}
			if strings.Contains(words, "のみ") || strings.Contains(words, "いったん") || strings.Contains(words, "一部") && !whole {
				continue
			}
			events = append(events, outageEvent{moment: i, ends: true, whole: whole, rough: rough})
		}
	}
	if r.goesOn() {
		events = slices.DeleteFunc(events, func(e outageEvent) bool { return e.ends && !e.keyed && !e.whole })
	}
	begin, end = -1, -1
	beginKeyed, beginRough := false, false
	for _, e := range events {
		if !e.ends && (begin < 0 || e.keyed && !beginKeyed || !e.rough && beginRough && !beginKeyed) {
			begin, beginKeyed, beginRough = e.moment, e.keyed, e.rough
		}
	}
	if begin < 0 {
		return 0, 0, false
	}
	best := -1
	for k, e := range events {
		if !e.ends {
			continue
		}
		if n, ok := r.v.MinutesBetween(begin, e.moment); !ok || n <= 0 || n > maxOutage {
			continue
		}
		if best < 0 || rank(e) > rank(events[best]) || rank(e) == rank(events[best]) && !e.keyed && !e.whole {
			best = k
		}
	}
	if best < 0 {
		return 0, 0, false
	}
	end = events[best].moment
	return begin, end, true
}

func rank(e outageEvent) int {
	n := 0
	switch {
	case e.keyed:
		n = 4
	case e.whole:
		n = 2
	}
	if e.rough {
		n--
	}
	return n
}

func isOutage(code string) bool {
	switch notice.Category(code) {
	case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure:
		return true
	}
	return false
}
