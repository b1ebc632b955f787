package classify

import (
	"fmt"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// told is a moment of the text with what its line, its heading or the
// predicate after it says it is.
type told struct {
	moment int
	field  string // occurred, detected, restored, ended
	score  float64
	rule   string
}

// readTimeline gives the dates of what happened.
func (r *reading) readTimeline() {
	best := map[string]told{}
	for i := range r.v.Moments {
		for _, t := range r.tell(i) {
			if r.iso(t.moment) == "" {
				continue
			}
			if b, ok := best[t.field]; !ok || t.score > b.score {
				best[t.field] = t
			}
		}
	}
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

// iso is moment i as an ISO date, or date-time when its clock is exact; empty
// while its day or month is not known.
func (r *reading) iso(i int) string {
	m := r.v.Moments[i]
	if m.Date < 0 {
		return ""
	}
	d := r.v.Dates[m.Date]
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

// tell says what moment i is the moment of.
func (r *reading) tell(i int) []told {
	m := r.v.Moments[i]
	if m.Date < 0 {
		return nil
	}
	s := r.sentenceAt(m.Range.Start)
	if s < 0 {
		return nil
	}
	z := r.zones[s]
	switch z {
	case zonePrevention, zoneContact, zoneGreeting, zoneBackground, zoneRequest:
		return nil
	}
	if r.publishedSpan.Overlaps(m.Range) {
		return nil
	}
	d := r.v.Dates[m.Date]
	if d.Planned {
		return nil
	}
	var out []told
	add := func(field string, score float64, rule string) {
		out = append(out, told{i, field, score, rule})
	}
	zoneScore := map[zone]float64{zoneOverview: 1, zoneLead: 1, zoneTitle: 0.5, zoneImpact: 0.5, zoneBody: 0.4, zoneCause: 0.3}[z]
	early := 1 / float64(2+i) // of two equal ones the earlier
	if field, ok := r.keyOf(m.Range); ok {
		add(field, 8+early, "timeline.key")
		return out
	}
	at := r.viewAt(m.Range)
	for _, mt := range r.inSentence(s) {
		if mt.start < at.end {
			continue
		}
		distance := float64(mt.start - at.end)
		near := 3 - distance/15
		if near < 0.2 {
			near = 0.2
		}
		switch r.cue(mt).group {
		case groupOccurred:
			add("occurred", near+zoneScore+early, "timeline.occurred")
		case groupDetected:
			add("detected", near+zoneScore+early+0.5, "timeline.detected")
		case groupTimeRestored:
			add("restored", near+zoneScore+early, "timeline.restored")
		case groupTimeNot:
			if distance <= 12 {
				return nil
			}
		}
	}
	return out
}

// keyOf gives the field that the key of rg's line, or the heading right above
// it, names.
func (r *reading) keyOf(rg japanese.Range) (string, bool) {
	for _, p := range r.doc.Pairs {
		if p.Value.Contains(rg) {
			if f, ok := r.rules.keys[plain(p.Key)]; ok {
				return f, true
			}
		}
	}
	if i := r.sentenceAt(rg.Start); i >= 0 {
		sec := r.doc.Sections[r.doc.Sentences[i].Section]
		if sec.Level > 0 && rg.Start-sec.Own.Start < 60 {
			if f, ok := r.rules.keys[plain(sec.Title)]; ok {
				return f, true
			}
		}
	}
	return "", false
}

// readOutage gives the length of the unavailability in minutes: a stated
// length, an interval of clock times, or the time between a line of beginning
// and a line of restoring.
func (r *reading) readOutage() {
	switch r.out.Category {
	case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure, notice.SoftwareDefect, notice.DataLoss, notice.Malware, notice.ProcessingError:
	default:
		return
	}
	set := func(minutes int, rg japanese.Range, rule string) {
		span := r.text.Span(rg)
		r.out.Impact.OutageMinutes = &notice.Duration{Value: int64(minutes), Text: r.text.Quote(span), Start: span.Start, End: span.End}
		r.evidence("impact.outage_minutes", rule, rg)
	}
	total, seen := 0, map[[2]int]bool{}
	var first japanese.Range
	for _, iv := range r.v.Intervals {
		i := r.sentenceAt(iv.Range.Start)
		if i < 0 {
			continue
		}
		switch r.zones[i] {
		case zonePrevention, zoneContact, zoneGreeting, zoneRequest, zoneBackground:
			continue
		}
		n, ok := r.v.IntervalMinutes(iv)
		if !ok || n == 0 {
			continue
		}
		a, b := r.v.Clocks[r.v.Moments[iv.From].Clock], r.v.Clocks[r.v.Moments[iv.To].Clock]
		key := [2]int{a.Hour*60 + a.Minute, b.Hour*60 + b.Minute}
		if seen[key] {
			continue
		}
		seen[key] = true
		total += n
		if first.Len() == 0 {
			first = iv.Range
		}
	}
	if total > 0 {
		set(total, first, "outage.interval")
		return
	}
	for _, d := range r.v.Durations {
		i := r.sentenceAt(d.Range.Start)
		if i < 0 || d.Use != japanese.LengthUse {
			continue
		}
		switch r.zones[i] {
		case zonePrevention, zoneContact, zoneGreeting, zoneRequest, zoneBackground, zoneResponse:
			continue
		}
		if n, ok := d.Minutes(); ok && n > 0 {
			set(n, d.Range, "outage.length")
			return
		}
	}
}
