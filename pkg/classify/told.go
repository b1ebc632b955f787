package classify

import (
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// telling is how plainly a page says that something happened at its publisher's.
type telling uint8

const (
	notTold     telling = iota // nothing, or others' events, what might be, what is planned
	onlyNamed                  // an event is spoken of as a fact
	plainlyTold                // … and the predicate behind it says that it came to pass
)

// heardIn tells how plainly sentence i says that something happened. A frame
// (incident.yaml) makes a sentence speak of others, of a plan, of what might be.
func (r *reading) heardIn(i int) (telling, float64) {
	if r.has(i, groupIncidentFrame) {
		return notTold, 0
	}
	sentence := r.doc.Sentences[i].Range
	best, weight, looked := notTold, 0.0, 0
	for _, m := range r.inSentence(i) {
		c := r.cue(m)
		switch {
		case c.group == groupIncidentTold:
		case c.group == groupCategory && c.weight >= eventWeight && c.countsIn(r.zones[i]) && !r.isTopic(m):
		default:
			continue
		}
		// Each look reads to the sentence's end, so that an endless list of events
		// would be compared with itself.
		if looked++; looked > mostLooks {
			break
		}
		at := r.rangeOf(m)
		if !c.anyhow {
			switch r.polarity(m) {
			case japanese.Denied, japanese.Hypothetical, japanese.Planned, japanese.InQuestion, japanese.Quoted:
				continue
			}
		}
		words := r.words(japanese.Range{Start: sentence.Start, End: sentence.End})
		if quotedAt(words, at.Start-sentence.Start) {
			continue
		}
		weight = max(weight, c.weight)
		best = max(best, onlyNamed)
		if c.group == groupIncidentTold || pastIn(words[at.Start-sentence.Start:]) {
			best = plainlyTold
		}
	}
	return best, weight
}

// mostLooks is how many words for events are looked at in one sentence.
const mostLooks = 12

// eventWeight is the least weight of a word that names an event.
const eventWeight = 4

// howTold is how plainly the page, its headline aside, tells of an event; first
// is whether one of its first sentences does.
func (r *reading) howTold() (all, first telling) {
	for i := range r.doc.Sentences {
		switch r.zones[i] {
		case zoneTitle, zonePrevention, zoneContact, zoneGreeting, zoneBackground, zoneRequest:
			continue
		}
		t, _ := r.heardIn(i)
		all = max(all, t)
		if r.zones[i] == zoneLead {
			first = max(first, t)
		}
	}
	return all, first
}

// quotedAt tells whether byte at of words stands between 「 and 」.
func quotedAt(words string, at int) bool {
	open := strings.LastIndex(words[:at], "「")
	return open >= 0 && !strings.Contains(words[open:at], "」") && strings.Contains(words[at:], "」")
}

// pastIn tells whether a predicate in the past, or one of a state that goes on,
// stands in words.
func pastIn(words string) bool {
	for _, w := range [...]string{"ております", "ています", "ており", "ている", "てお", "ておらず", "でした", "なくなって"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	for at := 0; ; {
		k := strings.IndexAny(words[at:], "ただ")
		if k < 0 {
			return false
		}
		k += at
		at = k + len("た")
		before, _ := utf8.DecodeLastRuneInString(words[:k])
		if strings.HasPrefix(words[k:], "だ") && before != 'ん' || before == 'ま' || before == 'な' {
			continue
		}
		after := words[at:]
		if after == "" {
			return true
		}
		for _, w := range [...]string{"。", "、", "こと", "と", "が", "た", "もの", "ので", "ため", "件", "事", "\n", ")", "。"} {
			if strings.HasPrefix(after, w) && !strings.HasPrefix(after, "とき") && !strings.HasPrefix(after, "ところで") && !strings.HasPrefix(after, "とした") {
				return true
			}
		}
	}
}

// headedByEvent tells whether the event that stands at rune event of the view
// is what the headline is about: neither in quotation marks nor before a word
// that makes it another's, a plan or a lesson.
func (r *reading) headedByEvent(event int32) bool {
	if event < 0 || r.title < 0 {
		return false
	}
	title := r.doc.Sentences[r.title].Range
	for i := range r.doc.Sentences {
		if r.zones[i] != zoneTitle {
			break
		}
		for _, m := range r.inSentence(i) {
			if c := r.cue(m); c.group == groupIncidentFrame && m.end > event {
				return false
			}
		}
	}
	at := r.view.textRange(event, event+1).Start
	return at < title.Start || at >= title.End || !quotedAt(r.words(title), at-title.Start)
}
