package classify

import (
	"cmp"
	"fmt"
	"slices"

	"owabi/pkg/japanese"
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
			if r.cue(mt).group == groupDetected && r.finds(mt) && mt.end <= at.start && at.start-mt.end <= 14 && r.polarity(mt) == japanese.Asserted {
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
