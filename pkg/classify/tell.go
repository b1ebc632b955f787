package classify

import (
	"strings"

	"owabi/pkg/japanese"
)

// tell says what moment i is the moment of.
func (r *reading) tell(i int) []account {
	if !r.tellsOfIncident(i) {
		return nil
	}
	t := r.newTeller(i)
	if field, ok := r.keyOf(t.moment.Range); ok {
		t.add(field, 8+t.early, "timeline.key")
		if field != "occurred" || t.moment.Date < 0 {
			return t.out
		}
	}
	if rest := string(r.view.runes[t.at.end:min(int(t.at.end)+3, len(r.view.runes))]); startsWith(rest, "まで", "頃まで") {
		return t.out // the end of something
	}
	t.lookAround()
	if t.covers && holds(t.before, "対象", "該当") {
		return t.out
	}
	t.predicateBefore()
	t.account()
	t.predicatesBehind()
	return t.out
}

// tellsOfIncident tells whether moment i can be one of the incident's: whether it has
// a date, and is not told of something else.
func (r *reading) tellsOfIncident(i int) bool {
	m, date := r.v.Moments[i], r.dateOf(i)
	s := r.sentenceAt(m.Range.Start)
	if date < 0 || s < 0 {
		return false
	}
	z := r.zones[s]
	if untold(z) || z == zoneTitle && r.mismatch || r.publishedSpan.Overlaps(m.Range) || r.v.Dates[date].Planned {
		return false
	}
	if holds(r.words(r.doc.Sentences[s].Range), unrelated...) || r.measures(m) || r.ofAnother(m) {
		return false
	}
	_, after := r.around(m.Range, s)
	if clause, _, _ := strings.Cut(head(after, 40), "。"); strings.Contains(head(clause, 8), "順次") && !strings.Contains(clause, "した「") && holds(clause, "報告", "連絡", "ご案内", "説明", "知らせ", "返金", "返還", "お返し", "謝罪", "お詫び") {
		return false // when those affected are told
	}
	key, ok := r.keyAt(m.Range)
	return !ok || !holds(key, "返金", "還付", "今後", "再発", "予定", "支給", "締切", "補償")
}

// teller collects what a moment is told to be the moment of.
type teller struct {
	r             *reading
	i             int // the moment's
	moment        japanese.Moment
	sentence      int
	zone          zone
	at            span
	before, after string  // in its sentence
	early         float64 // of two equal ones the earlier
	worth         float64 // of its zone

	stop     int32 // where the next moment stands, or the one behind the interval this one begins
	joined   bool  // it begins an interval
	reported bool  // it may be the day of an announcement
	covers   bool  // it says when people or things came in
	notAt    int32 // where a predicate stands that makes it neither, or -1

	inspected bool // something was found on it by looking whether all is in order
	found     bool // the first told of it is that something was found

	out []account
}

func (r *reading) newTeller(i int) *teller {
	t := &teller{r: r, i: i, moment: r.v.Moments[i], early: 1 / float64(2+i)}
	t.sentence = r.sentenceAt(t.moment.Range.Start)
	t.zone = r.zones[t.sentence]
	t.at = r.viewAt(t.moment.Range)
	t.before, t.after = r.around(t.moment.Range, t.sentence)
	t.worth = zoneWorth[t.zone]
	if r.v.Dates[r.dateOf(i)].Precision() != japanese.PrecisionDay {
		t.early--
	}
	return t
}

// zoneWorth is what it counts for a date to stand in a zone.
var zoneWorth = [zones]float64{zoneOverview: 1, zoneLead: 1, zoneTitle: 0.5, zoneImpact: 0.5, zoneBody: 0.4, zoneCause: 0.3}

func (t *teller) add(field string, score float64, rule string) {
	t.out = append(t.out, account{t.i, field, score, rule})
}

// lookAround finds how far what follows is told of the moment, and as what.
func (t *teller) lookAround() {
	r := t.r
	t.stop = int32(len(r.view.runes))
	for k := t.i + 1; k < len(r.v.Moments) && k < t.i+4; k++ {
		if !r.measures(r.v.Moments[k]) {
			t.stop = r.viewIndex(r.v.Moments[k].Range.Start)
			break
		}
	}
	t.joined = t.i+1 < len(r.v.Moments) && r.joined[t.i]
	if t.joined && t.i+2 < len(r.v.Moments) {
		t.stop = r.viewIndex(r.v.Moments[t.i+2].Range.Start)
	}
	t.reported = r.brief && t.moment.Clock < 0 && r.announces(t.sentence) &&
		(r.iso(t.i) == r.published || t.i == 0 || r.sentenceAt(r.v.Moments[t.i-1].Range.Start) != t.sentence)
	t.notAt = -1
	for _, m := range r.inSentence(t.sentence) {
		if r.cue(m).group == groupTimeNot && !r.onOccasion(m) && m.start >= t.at.end && (m.start-t.at.end <= 3 || m.start-t.at.end <= 12 && m.start < t.stop) && (t.notAt < 0 || m.start < t.notAt) {
			t.notAt = m.start
		}
	}
	t.covers = startsWith(t.after, "から", "~", "より", "以降", "-") && r.coversData(t.after)
	t.inspected = r.inspected(t.after, t.sentence, t.at.end, t.stop)
	closed := startsWith(t.after, "で、", "です", "でした", "だった", "。") // 届いたのは9月12日で、: what follows tells of another day
	title := r.doc.Sections[r.doc.Sentences[t.sentence].Section].Title
	t.found = holds(title, "発覚", "判明", "気づ", "気付", "分かった", "分かりました", "きっかけ", "端緒", "発見") ||
		t.inspected || !closed && r.foundFirst(t.sentence, t.at.end, t.stop)
}

// predicateBefore reads a predicate before the date: 送信したのは10月25日.
func (t *teller) predicateBefore() {
	for _, m := range t.r.inSentence(t.sentence) {
		if m.end > t.at.start || t.at.start-m.end > 8 || !holds(string(t.r.view.runes[m.end:t.at.start]), "のは", "日は", "時期は", "日時は") {
			continue
		}
		switch t.r.cue(m).group {
		case groupOccurred:
			t.add("occurred", 4+t.worth+t.early, "timeline.occurred")
		case groupDetected:
			t.found = true
			t.add("detected", 4+t.worth+t.early, "timeline.detected")
		}
	}
}

// account counts a date a little for the beginning even without a telling predicate: an
// account of what happened begins with what happened.
func (t *teller) account() {
	// Who tells the hour of a call noticed it at once.
	asItHappened := !t.inspected && t.moment.Date >= 0 && t.moment.Clock >= 0 && t.r.v.Clocks[t.moment.Clock].Exact()
	if t.reported || t.notAt >= 0 || t.found && !asItHappened {
		return
	}
	switch t.zone {
	case zoneOverview, zoneLead, zoneBody, zoneCause:
		t.add("occurred", 0.6+t.early, "timeline.account")
	}
}

// predicatesBehind reads the predicates behind the date, in its sentence and in those
// that go on with it, up to one that makes it the date of nothing asked for.
func (t *teller) predicatesBehind() {
	r := t.r
	nearest := groupNone
	line := r.doc.Sentences[t.sentence].Line
	for k := t.sentence; k < len(r.doc.Sentences) && k <= t.sentence+3; k++ {
		later := k > t.sentence
		if sameLine := r.doc.Sentences[k].Line == line; later && (!sameLine && !r.continues(t.sentence, t.at.end, k) || sameLine && untold(r.zones[k])) {
			return
		}
		for _, m := range r.inSentence(k) {
			if m.start < t.at.end || r.quoted(t.at.end, m.start) {
				continue
			}
			if !later && t.notAt >= 0 && m.end > t.notAt {
				return
			}
			distance := float64(m.start-t.at.end) - r.quotedRunes(t.at.end, m.start)
			if m.start >= t.stop && !(t.joined && !later) { // beyond the next date
				continue
			}
			if distance > 1 && r.says(m, "から") {
				continue
			}
			g := r.cue(m).group
			if g == groupTimeNot && !r.onOccasion(m) && (distance <= 3 || distance <= 12 && m.start < t.stop && !later) {
				return
			}
			near := max(0.2, 3-distance/15)
			if later {
				near = min(near, 2)
				if g == groupDetected && r.dated(k) {
					near = min(near, 0.5) // rather on the day that sentence names
				}
			}
			if nearest == groupNone && (g == groupOccurred || g == groupDetected) {
				nearest = g
			} else if g == groupOccurred && nearest == groupDetected {
				near = max(0.1, near-1.5)
			}
			switch g {
			case groupOccurred:
				t.occurred(m, near, distance, later)
			case groupDetected:
				t.detected(m, near, distance, nearest)
			case groupTimeRestored:
				t.add("restored", near+t.worth+t.early, "timeline.restored")
			}
		}
	}
}

// occurred weighs a predicate of beginning at m; later: it stands in a later sentence.
func (t *teller) occurred(m match, near, distance float64, later bool) {
	if t.inspected || !later && t.r.isFound(m, t.stop) || later && t.found || t.reported && distance >= 6 {
		return
	}
	if t.covers {
		near -= 0.8
	}
	if !later && distance <= 2 && startsWith(string(t.r.view.runes[m.start:m.end]), "発生", "起き") {
		near++
	}
	if t.found {
		near -= 1.5
	}
	t.add("occurred", near+t.worth+t.early, "timeline.occurred")
}

// detected weighs a predicate of finding at m; nearest is of what group the predicate
// nearest to the date is.
func (t *teller) detected(m match, near, distance float64, nearest group) {
	r := t.r
	if !t.inspected && r.heldAt(t.at.end, m.start) || !r.finds(m) || t.reported && distance >= 6 {
		return
	}
	if startsWith(t.after, "から", "以降", "以来", "より") && r.complement(t.at.end, m.start) {
		return // 3月2日以降、改ざんされていたことを確認: since when, not when it was found
	}
	strong := 0.0
	if holds(string(r.view.runes[m.start:m.end]), "判明", "発覚", "分か") {
		strong = 0.8
	}
	if nearest == groupOccurred && startsWith(t.after, "に") && holds(t.before, "調べ", "調査", "その後", "解析") && r.complement(t.at.end, m.start) {
		strong -= 1.5 // 送信したことが分かった: the day of the sending
	}
	t.add("detected", near+t.worth+t.early+0.5+strong, "timeline.detected")
}
