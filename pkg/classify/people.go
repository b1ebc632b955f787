package classify

import (
	"strings"
	"unicode/utf8"

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
}

// readCounts chooses people and records among the counted numbers.
func (r *reading) readCounts() {
	var people, records *count
	for _, q := range r.v.Quantities {
		c, ok := r.weighCount(q)
		if !ok {
			continue
		}
		switch {
		case c.person:
			if people == nil || c.value > people.value {
				people = &c
			}
		default:
			if records == nil || c.score > records.score || c.score == records.score && c.value > records.value {
				records = &c
			}
		}
	}
	if people != nil {
		r.out.Impact.People = r.quantity(*people)
		r.evidence("impact.people", people.rule, people.q.Range)
	}
	if records != nil && (people == nil || records.value != people.value) {
		r.out.Impact.Records = r.quantity(*records)
		r.evidence("impact.records", records.rule, records.q.Range)
	}
}

func (r *reading) quantity(c count) *notice.Quantity {
	return &notice.Quantity{Value: c.value, Bound: notice.Bound(c.q.Bound), Unit: c.q.Unit, Text: r.text.Quote(c.q.Span), Start: c.q.Span.Start, End: c.q.Span.End}
}

// weighCount tells what q counts and how likely it counts what was affected.
func (r *reading) weighCount(q japanese.Quantity) (count, bool) {
	value, ok := q.Count()
	if !ok || value <= 0 || q.Per || q.Ordinal {
		return count{}, false
	}
	if q.Max > 0 {
		value = int64(q.Max)
	}
	c := count{q: q, value: value}
	i := r.sentenceAt(q.Range.Start)
	if i < 0 {
		return c, false
	}
	z := r.zones[i]
	switch z {
	case zonePrevention, zoneContact, zoneGreeting, zoneBackground, zoneRequest:
		return c, false
	}
	before, after := r.around(q.Range, i)
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
	case japanese.ClassOccurrence:
		if !strings.HasPrefix(after, "ダウンロード") {
			return c, false
		}
		c.rule = "records.downloads"
	default:
		return c, false
	}
	c.score = r.scoreCount(c, i, z, before, after)
	return c, c.score > 0
}

// around gives the words before and after rg in its sentence, spaces closed.
func (r *reading) around(rg japanese.Range, sentence int) (before, after string) {
	s := r.doc.Sentences[sentence].Range
	return strings.ReplaceAll(r.words(japanese.Range{Start: s.Start, End: rg.Start}), " ", ""),
		strings.ReplaceAll(r.words(japanese.Range{Start: rg.End, End: s.End}), " ", "")
}

const (
	nearBefore = 30 // characters before a number that speak about it
	nearAfter  = 40 // and after it
)

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
	nb, na := tail(before, nearBefore), head(after, nearAfter)
	at := r.viewAt(c.q.Range)
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
		case groupStaff:
			if m.end == at.start || m.end <= at.start && distance <= 1 || m.start >= at.end && distance <= 1 {
				score -= 6
			}
		case groupSeenBy:
			if m.start >= at.end && distance <= 12 {
				score -= 5
			}
		case groupExcluded:
			if distance <= 10 {
				score -= 4
			}
		case groupRecordsNoun:
			if !c.person && distance <= 6 {
				score += 1
			}
		}
	}
	_, _ = nb, na
	if c.person && c.q.Share {
		score += 2
	}
	if !r.rules.countsPeopleAnyway(r.out.Category) && score < 2 {
		score -= 0.5
	}
	return score
}

func (r *rules) countsPeopleAnyway(c notice.Category) bool { return c != notice.Other }

type viewSpan struct{ start, end int32 }

// viewAt is where rg stands in the view.
func (r *reading) viewAt(rg japanese.Range) viewSpan {
	return viewSpan{r.viewIndex(rg.Start), r.viewIndex(rg.End)}
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

func tail(s string, n int) string {
	for utf8.RuneCountInString(s) > n {
		_, w := utf8.DecodeRuneInString(s)
		s = s[w:]
	}
	return s
}

func head(s string, n int) string {
	i := 0
	for range n {
		if i >= len(s) {
			break
		}
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
	}
	return s[:i]
}
