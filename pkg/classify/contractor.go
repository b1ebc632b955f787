package classify

import (
	"owabi/pkg/japanese"
)

// readContractor decides whether it happened at a contractor, and at which.
func (r *reading) readContractor() {
	best := map[int32]float64{}
	var first *match
	add := func(g group) {
		r.each(g, func(m match) {
			z := r.zones[m.sentence]
			switch z {
			case zonePrevention, zoneContact, zoneGreeting, zoneRequest, zoneBackground:
				return
			}
			c := r.cue(m)
			if r.polarity(m) == japanese.Denied && c.weight > 0 {
				return
			}
			w := c.weight
			if z == zoneResponse || z == zoneData {
				w *= 0.5
			}
			if c.weight < 0 || w > best[m.cue] {
				best[m.cue] = w
			}
			if first == nil && c.weight > 0 {
				first = &m
			}
		})
	}
	add(groupContractor)
	add(groupContractorNot)
	score := 0.0
	for _, v := range sortedValues(best) {
		score += v
	}
	if first == nil || score < r.rules.contractor.Threshold {
		return
	}
	r.out.Contractor.Involved = true
	r.evidence("contractor.involved", r.cue(*first).id, r.rangeOf(*first))
	own := japanese.FoldName(r.organization)
	for _, o := range japanese.Organizations(r.text) {
		if o.Self || o.Key == own || o.Key == "" || o.Kind != japanese.KindCompany {
			continue
		}
		i := r.sentenceAt(o.Range.Start)
		if i < 0 || r.zones[i] == zoneContact || r.zones[i] == zonePrevention || !r.has(i, groupContractor) {
			continue
		}
		name := r.words(o.Range)
		r.out.Contractor.Name = &name
		r.evidence("contractor.name", "organization", o.Range)
		return
	}
}
