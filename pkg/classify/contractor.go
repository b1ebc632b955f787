package classify

import (
	"slices"
	"strconv"
	"strings"

	"owabi/pkg/japanese"
)

// onlyAsked tells whether what is named at m was only asked, told or consulted:
// 委託業者と相談して, 保守会社に確認.
func (r *reading) onlyAsked(m match) bool {
	after := string(r.view.runes[m.end:min(len(r.view.runes), int(m.end)+6)])
	if strings.HasPrefix(after, "と") || strings.HasPrefix(after, "へ") || strings.HasPrefix(after, "の技術者") {
		return true
	}
	if !strings.HasPrefix(after, "に") {
		return false
	}
	for _, w := range []string{"依頼", "確か", "確認", "指示", "相談", "連絡", "記録", "伝", "要請", "求", "報告", "対し", "も", "調査"} {
		if strings.HasPrefix(after[len("に"):], w) {
			return true
		}
	}
	return false
}

// setAside tells whether m is part of a phrase that names the firm for another
// reason: 保守会社が到着し, 委託先の監督.
func (r *reading) setAside(m match) bool {
	return slices.ContainsFunc(r.inSentence(int(m.sentence)), func(o match) bool {
		return r.cue(o).group == groupContractorNot && o.start < m.end && m.start < o.end
	})
}

// readContractor decides whether it happened at a contractor, and at which.
func (r *reading) readContractor() {
	best := map[int32]float64{}
	var first *match
	r.each(groupContractor, func(m match) {
		z := r.zones[m.sentence]
		switch z {
		case zonePrevention, zoneContact, zoneGreeting, zoneRequest, zoneBackground:
			return
		}
		if r.onlyAsked(m) || r.setAside(m) || r.polarity(m) == japanese.Denied {
			return
		}
		w := r.cue(m).weight
		if z == zoneResponse {
			w *= 0.5
		}
		best[m.cue] = max(best[m.cue], w)
		if first == nil {
			first = &m
		}
	})
	score := 0.0
	for _, v := range sortedValues(best) {
		score += v
	}
	if r.seen[groupContractor] == 0 {
		return
	}
	ruled := first != nil && score >= r.rules.contractor.Threshold
	if r.judge(contractorVerdict, strconv.FormatBool(ruled), r.rules.hearing.Contractor, nil) != "true" {
		return
	}
	if ruled {
		r.evidence(fieldContractor, r.cue(*first).id, r.rangeOf(*first))
	} else if words, ok := r.loudest(contractorVerdict, "true"); ok {
		r.evidence(fieldContractor, contractorVerdict.rule(), words)
	} else {
		return
	}
	r.out.Contractor.Involved = true
	for _, o := range japanese.Organizations(r.text) {
		if o.Self || o.Key == r.organizationKey || o.Key == "" || o.Kind != japanese.KindCompany {
			continue
		}
		i := r.sentenceAt(o.Range.Start)
		if i < 0 || r.zones[i] == zoneContact || r.zones[i] == zonePrevention || !r.has(i, groupContractor) {
			continue
		}
		name := strings.Clone(r.words(o.Range)) // it outlives the text
		r.out.Contractor.Name = &name
		r.evidence("contractor.name", "organization", o.Range)
		return
	}
}
