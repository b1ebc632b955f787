package classify

import (
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// part is what a counted number is in a list of numbers.
type part string

const (
	noPart      part = ""
	totalPart   part = "total"      // the items of a list add up to it
	itemOfTotal part = "item"       // an item of a list whose total is told
	itemOfList  part = "other item" // an item of a list whose total is not told
)

// readSums finds the lists of numbers, what each number is in them, and a told
// total that is not the sum of its items.
func (r *reading) readSums() {
	r.sums = r.v.Sums()
	r.parts = make([]part, len(r.v.Quantities))
	for _, s := range r.sums {
		item := itemOfList
		switch {
		case s.Agrees():
			item = itemOfTotal
			r.parts[s.Told] = totalPart
		case !s.Disjoint:
			continue
		}
		for _, i := range s.Items {
			if r.parts[i] != totalPart {
				r.parts[i] = item
			}
		}
	}
}

// warnOfSums warns of the first told total that its items do not add up to.
func (r *reading) warnOfSums() {
	for _, s := range r.sums {
		if i := r.sentenceAt(s.Range.Start); !s.Differs || i >= 0 && untold(r.zones[i]) {
			continue
		}
		r.out.Warnings = append(r.out.Warnings, notice.WarnSumMismatch)
		r.evidence("warnings", string(notice.WarnSumMismatch), r.someItems(s))
		r.evidence("warnings", string(notice.WarnSumMismatch), r.v.Quantities[s.Told].Range)
		return
	}
}

// whole leads from candidate i, when it is an item of a list, to what the list
// adds up to: the candidate that tells the total, or, where none does and the items
// stand in one sentence and count different people or things, the list as one number.
func (r *reading) whole(cs []counted, i int) counted {
	c := cs[i]
	if c.at < 0 || c.part != itemOfTotal && c.part != itemOfList {
		return c
	}
	k := slices.IndexFunc(r.sums, func(s japanese.Sum) bool { return s.Plain && !s.Differs && slices.Contains(s.Items, c.at) })
	if k < 0 {
		return c
	}
	s := r.sums[k]
	for _, total := range cs {
		told := total.at == s.Told
		if s.Told < 0 { // elsewhere, if at all
			told = total.ruled && total.value == int64(s.Value)
		}
		if told && total.person == c.person {
			return total
		}
	}
	if s.Told >= 0 || strings.Contains(r.words(s.Range), "\n") || !r.allCount(cs, s.Items, c.person) {
		return c
	}
	c.value, c.rule, c.ruled = int64(s.Value), "sum.items", true
	c.q.Value, c.q.Bound, c.q.Range, c.q.Span = s.Value, s.Bound, s.Range, s.Span
	return c
}

// allCount tells whether each of these items may be added to the others: the rules let
// it count by itself, or leave it out only because it counts those employed, whose data
// are data as others' are where data got out.
func (r *reading) allCount(cs []counted, items []int, person bool) bool {
	e := r.out.Impact.Exposure
	dataOut := e != nil && *e != notice.ExposureDenied
	for _, item := range items {
		k := slices.IndexFunc(cs, func(c counted) bool { return c.at == item })
		if k < 0 || cs[k].person != person || !cs[k].ruled && !(dataOut && cs[k].staff) {
			return false
		}
	}
	return true
}

// quotedBytes bounds the words that are quoted: of a list beside its total, of a sentence.
const quotedBytes = 600

// someItems is where a list stands, as far as it is quoted: its first items.
func (r *reading) someItems(s japanese.Sum) japanese.Range {
	some := s.Range
	some.End = r.v.Quantities[s.Items[0]].Range.End
	for _, item := range s.Items[1:] {
		end := r.v.Quantities[item].Range.End
		if end-some.Start > quotedBytes {
			break
		}
		some.End = end
	}
	return some
}

// quoteItems adds to the evidence of a total the list that adds up to it.
func (r *reading) quoteItems(field string, c counted) {
	if c.part != totalPart {
		return
	}
	for _, s := range r.sums {
		if s.Told == c.at {
			r.evidence(field, "sum.items", r.someItems(s))
			return
		}
	}
}
