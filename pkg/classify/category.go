package classify

import (
	"math"
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// statedFactor is what a cue is worth in a clause of this polarity.
func statedFactor(p japanese.Polarity) float64 {
	switch p {
	case japanese.Denied:
		return 0
	case japanese.Hypothetical:
		return 0.15
	case japanese.Planned:
		return 0.2
	case japanese.Negligible:
		return 0.3
	case japanese.InQuestion:
		return 0.1
	case japanese.Quoted:
		return 0.6
	}
	return 1
}

// tally is what the cues say for each category.
type tally struct {
	score [17]float64
	value map[string]float64 // what each cue counted for, by id
	best  [17][]match        // the cues that counted, the loudest first
}

var categoryIndex = func() map[notice.Category]int {
	m := map[notice.Category]int{}
	for i, c := range notice.Categories() {
		m[c.Code] = i
	}
	return m
}()

var categoryList = func() []notice.Category {
	var out []notice.Category
	for _, c := range notice.Categories() {
		out = append(out, c.Code)
	}
	return out
}()

// tallyCategories adds up the cues for each category: each cue once, where it
// is loudest. With only, cues of other zones do not count.
func (r *reading) tallyCategories(counts func(zone) bool) tally {
	type loud struct {
		value float64
		m     match
	}
	best := map[int32]loud{}
	r.each(groupCategory, func(m match) {
		c := r.cue(m)
		z := r.zones[m.sentence]
		if !c.countsIn(z) || !counts(z) {
			return
		}
		value := c.weight * r.rules.zoneFactor[z]
		if value == 0 || value > 0 && value <= best[m.cue].value || value < 0 && value >= best[m.cue].value {
			return
		}
		if r.isTopic(m) {
			return
		}
		if value > 0 && !c.anyhow {
			value *= statedFactor(r.polarity(m))
			if value <= best[m.cue].value {
				return
			}
		}
		best[m.cue] = loud{value, m}
	})
	t := tally{value: map[string]float64{}}
	ids := make([]int32, 0, len(best))
	for id := range best {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	values := map[int32]float64{}
	for _, id := range ids {
		b := best[id]
		i := categoryIndex[notice.Category(r.rules.cues[id].code)]
		t.score[i] += b.value
		if b.value > 0 {
			t.best[i] = append(t.best[i], b.m)
			values[id] = b.value
			t.value[r.rules.cues[id].id] = b.value
		}
	}
	for i := range t.best {
		slices.SortStableFunc(t.best[i], func(a, b match) int {
			switch {
			case values[a.cue] > values[b.cue]:
				return -1
			case values[a.cue] < values[b.cue]:
				return 1
			}
			return 0
		})
	}
	return t
}

// purposeWithin is how many characters may lie between a word and the purpose
// that makes it a topic.
const purposeWithin = 10

// isTopic tells whether a word that makes it a topic follows the match:
// 不正アクセス対策.
func (r *reading) isTopic(m match) bool {
	for _, o := range r.inSentence(int(m.sentence)) {
		switch r.cue(o).group {
		case groupTopicAfter:
			if o.start == m.end {
				return true
			}
		case groupPurposeAfter:
			if o.start >= m.end-1 && o.start-m.end <= purposeWithin {
				return true
			}
		}
	}
	return false
}

// winner is the category that the tally speaks for, and by how much: 0 to 1.
func (r *reading) winner(t tally) (win int, margin float64) {
	win = categoryIndex[notice.Other]
	for i, s := range t.score {
		if s > t.score[win] {
			win = i
		}
	}
	for range t.score { // a beaten winner may be beaten again
		changed := false
		for i, s := range t.score {
			least, ok := r.rules.beats[categoryList[i]][categoryList[win]]
			if ok && i != win && s >= least && s >= 0.4*t.score[win] && s < t.score[win] {
				win, changed = i, true
				break
			}
		}
		if !changed {
			break
		}
	}
	for _, d := range r.rules.categories.Decisive {
		if t.value[d.Cue] >= d.Least && slices.Contains(d.Over, categoryList[win]) {
			win = categoryIndex[d.Winner]
			break
		}
	}
	if t.score[win] < r.rules.categories.Threshold {
		return categoryIndex[notice.Other], 0
	}
	second := 0.0
	for i, s := range t.score {
		if i == win {
			continue
		}
		if _, beaten := r.rules.beats[categoryList[win]][categoryList[i]]; beaten {
			s *= 0.5
		}
		second = max(second, s)
	}
	strength := math.Min(1, t.score[win]/16)
	return win, strength * max(0, t.score[win]-second) / t.score[win]
}

// readCategory decides what happened and whether anything happened.
func (r *reading) readCategory() {
	t := r.tallyCategories(func(zone) bool { return true })
	if r.mismatched(t) {
		t = r.tallyCategories(func(z zone) bool { return z != zoneTitle })
		r.mismatch = true
		r.out.Warnings = append(r.out.Warnings, notice.WarnTitleBodyMismatch)
		if r.title >= 0 {
			r.evidence("warnings", string(notice.WarnTitleBodyMismatch), r.doc.Sentences[r.title].Range)
		}
	}
	win, margin := r.winner(t)
	ruled := t.score[win]
	_, _, heard := r.ask(fieldCategory)
	if heard {
		win, margin = r.hearCategory(win, margin)
	}
	incident, against, why := r.incident(ruled)
	r.out.IsIncident = incident
	if !incident {
		r.out.Category = notice.Other
		if against != nil {
			r.evidence("is_incident", r.cue(*against).id, r.rangeOf(*against))
		}
		r.margin = math.Min(1, why/8)
		r.out.Confidence = r.rules.confidence(r.margin, heard)
		return
	}
	r.out.Category = categoryList[win]
	for k, m := range t.best[win] {
		if k == 3 {
			break
		}
		r.evidence("category", r.cue(m).id, r.rangeOf(m))
	}
	if len(t.best[win]) == 0 {
		r.quoteModel(fieldCategory, string(r.out.Category))
	}
	for i, s := range t.score {
		if i != win && s >= r.rules.categories.AlsoMin && s >= r.rules.categories.AlsoShare*math.Max(ruled, t.score[win]) {
			r.out.Also = append(r.out.Also, categoryList[i])
			m := t.best[i][0]
			r.evidence("also", r.cue(m).id, r.rangeOf(m))
		}
	}
	r.out.Effects = append(r.out.Effects, r.rules.effects[r.out.Category]...)
	r.margin = margin
	r.out.Confidence = r.rules.confidence(r.margin, heard)
}

// incident tells whether the page reports an incident; against is the cue that
// spoke loudest for a look-alike, sure how far from the threshold.
func (r *reading) incident(category float64) (yes bool, against *match, sure float64) {
	cfg := r.rules.incident
	best := map[int32]float64{}
	eventHead, otherHead := r.titleHeads()
	all, first := r.howTold()
	headed := r.headedByEvent(eventHead)
	if headed && r.brief && first == plainlyTold {
		eventHead = math.MaxInt32 // 点検中に停電、手術を延期: what stands behind it is what came of it
	}
	if r.toldInLead() {
		eventHead = math.MaxInt32
	}
	if otherHead > eventHead { // 不正アクセス対策の強化について: the headline's event is a topic
		category *= topicShare
	}
	if all == notTold && !headed {
		category = 0
	}
	score := math.Min(cfg.CategoryMost, cfg.CategoryShare*category)
	r.each(groupIncidentFor, func(m match) {
		c := r.cue(m)
		z := r.zones[m.sentence]
		if !c.countsIn(z) || z == zonePrevention && c.id != "incident.apology" || best[m.cue] >= c.weight {
			return
		}
		if z != zoneTitle && c.id != "incident.apology" && r.has(int(m.sentence), groupIncidentFrame) {
			return
		}
		if f := statedFactor(r.polarity(m)); f*c.weight > best[m.cue] {
			best[m.cue] = f * c.weight
		}
	})
	loudest := 0.0
	minus := map[int32]float64{}
	r.each(groupIncidentAgainst, func(m match) {
		c := r.cue(m)
		if !c.countsIn(r.zones[m.sentence]) || r.zones[m.sentence] == zonePrevention {
			return
		}
		w := c.weight
		if r.zones[m.sentence] == zoneTitle && eventHead > m.start {
			w *= topicShare // 終了案内メールの誤配信について: the headline is about the slip
		}
		minus[m.cue] = max(minus[m.cue], w)
		if w > loudest {
			loudest, against = w, &m
		}
	})
	for _, v := range sortedValues(best) {
		score += v
	}
	for _, v := range sortedValues(minus) {
		score -= v
	}
	heard := r.hearIncident()
	if all == notTold && !headed { // the words of incidents are those of their prevention, too
		heard = min(heard, 0)
	}
	if headed && first == plainlyTold { // a page that tells of one twice is not made another by its other words
		heard = max(heard, -leastHeard)
	}
	score += heard
	switch {
	case first == plainlyTold:
		score += cfg.ToldFirst
	case all == notTold && !headed:
		score -= cfg.NotTold
	case all == notTold:
		score -= cfg.NotToldHead
	}
	happened := 0.0 // what says that something did happen, beside naming what
	for id, v := range best {
		switch r.rules.cues[id].id {
		case "incident.report", "incident.brief":
		default:
			happened = max(happened, v)
		}
	}
	threshold := cfg.Threshold
	if (against == nil || loudest < 2) && happened >= cfg.Happened && category >= cfg.NamedEvent {
		threshold = cfg.Unopposed
	}
	if headed && first == plainlyTold { // the headline and the first sentences agree on an event
		threshold = min(threshold, cfg.Unopposed)
	}
	return score >= threshold, against, math.Abs(score - threshold)
}

// topicShare is what is left of a word in the headline that another, nearer to
// its end, makes a mere topic.
const topicShare = 0.3

// leastHeard bounds what the model may say against an event that the headline and
// the first sentences tell.
const leastHeard = 3.0

// plainEvent is the least weight of a word that names an event plainly.
const plainEvent = 6

// toldInLead tells whether one of the first sentences says plainly that
// something happened: サーバーがランサムウェアの被害を受けました.
func (r *reading) toldInLead() bool {
	for i := range r.doc.Sentences {
		if r.zones[i] != zoneLead || r.has(i, groupIncidentFrame) {
			continue
		}
		if w := r.words(r.doc.Sentences[i].Range); strings.Contains(w, "全国で") || strings.Contains(w, "相次いで") || strings.Contains(w, "増えて") {
			continue // what happens to others
		}
		event, found := false, false
		for _, m := range r.inSentence(i) {
			switch c := r.cue(m); {
			case c.group == groupCategory && c.weight >= plainEvent && !r.isTopic(m) && r.polarity(m) == japanese.Asserted:
				event = true
			case c.group == groupIncidentFor && c.id == "incident.found" && r.polarity(m) == japanese.Asserted:
				after := string(r.view.runes[m.end:min(len(r.view.runes), int(m.end)+3)])
				found = found || !strings.HasPrefix(after, "際") && !strings.HasPrefix(after, "場合") && !strings.HasPrefix(after, "とき") && !strings.HasPrefix(after, "時")
			}
		}
		if event && found {
			return true
		}
	}
	return false
}

// titleHeads gives the last places in the headline of a word for an event and of
// a word for a look-alike, or -1. Japanese headlines have their head at the end.
func (r *reading) titleHeads() (event, other int32) {
	event, other = -1, -1
	for i := range r.doc.Sentences {
		if r.zones[i] != zoneTitle {
			if i > 3 {
				break
			}
			continue
		}
		for _, m := range r.inSentence(i) {
			switch c := r.cue(m); c.group {
			case groupCategory:
				if c.weight >= 4.5 && !r.isTopic(m) && m.start > event {
					event = m.start
				}
			case groupIncidentAgainst:
				if c.countsIn(zoneTitle) && m.start > other {
					other = m.start
				}
			case groupIncidentFault:
				if m.start > event && !r.isTopic(m) {
					event = m.start
				}
			}
		}
	}
	return event, other
}

// sortedValues gives m's values in the order of its keys, so that sums of
// fractions are the same every time.
func sortedValues(m map[int32]float64) []float64 {
	keys := make([]int32, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]float64, len(keys))
	for i, k := range keys {
		out[i] = m[k]
	}
	return out
}

// A headline and a body that speak of different things: each has a category of
// its own at least this strongly, and hardly a word of the other's.
const (
	mismatchTitle = 8
	mismatchBody  = 8
	mismatchTrace = 1.5
)

// mismatched tells whether the headline speaks of something else than the body,
// as when a digest put a notice under the wrong headline.
func (r *reading) mismatched(t tally) bool {
	if r.title < 0 {
		return false
	}
	title := r.tallyCategories(func(z zone) bool { return z == zoneTitle })
	body := r.tallyCategories(func(z zone) bool { return z != zoneTitle })
	a, _ := r.winner(title)
	b, _ := r.winner(body)
	return a != b && title.score[a] >= mismatchTitle && body.score[b] >= mismatchBody &&
		body.score[a] <= mismatchTrace && title.score[b] <= mismatchTrace
}
