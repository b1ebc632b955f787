package classify

import (
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// readDiscovery reads who noticed the incident and what the data stood on.
func (r *reading) readDiscovery() {
	r.readFoundBy()
	r.readMedium()
}

// readFoundBy believes the first who is told to have noticed: what follows is
// what others did about it.
func (r *reading) readFoundBy() {
	r.each(groupFoundBy, func(m match) {
		switch r.zones[m.sentence] {
		case zonePrevention, zoneContact, zoneRequest, zoneGreeting, zoneBackground, zoneDamage:
			return
		}
		if r.out.FoundBy != nil || r.nobodyNoticed(m) {
			return
		}
		by := notice.FoundBy(r.cue(m).code)
		r.out.FoundBy = &by
		r.evidence("found_by", r.cue(m).id, r.rangeOf(m))
	})
}

// nobodyNoticed tells whether nothing was noticed at m: 職員が気づかなかった,
// 異常に気づいた際の手順.
func (r *reading) nobodyNoticed(m match) bool {
	switch r.polarity(m) {
	case japanese.Denied, japanese.Hypothetical, japanese.Planned:
		return true
	}
	if strings.HasSuffix(string(r.view.runes[m.start:m.end]), "誤認識") { // a mistake, not what found it
		return true
	}
	after := string(r.view.runes[m.end:min(len(r.view.runes), int(m.end)+6)])
	for _, w := range [...]string{"際の", "場合", "ときの", "時の", "ように", "ら、"} {
		if strings.Contains(after, w) {
			return true
		}
	}
	return false
}

// readMedium weighs the carriers that the text names where it tells what
// happened. One kind must outweigh the other clearly, unless a sentence names
// both as strongly: then it is both.
func (r *reading) readMedium() {
	if !slices.Contains(r.rules.discovery.MediumOf, string(r.out.Category)) {
		return
	}
	type side struct {
		weight float64
		first  *match
		strong map[int32]bool // sentences with a carrier that cannot be mistaken
	}
	sides := map[string]*side{}
	for _, code := range []notice.Medium{notice.MediumPaper, notice.MediumElectronic} {
		sides[string(code)] = &side{strong: map[int32]bool{}}
	}
	heard := map[int32]bool{}
	r.each(groupMedium, func(m match) {
		factor := 1.0
		switch r.zones[m.sentence] {
		case zoneTitle:
			factor = 2
		case zonePrevention, zoneContact, zoneRequest, zoneGreeting, zoneBackground, zoneResponse, zoneDamage:
			return
		}
		if r.polarity(m) == japanese.Denied {
			return
		}
		if r.cue(m).code == string(notice.MediumPaper) && startsWith(string(r.view.runes[m.end:min(len(r.view.runes), int(m.end)+8)]), "管理システム", "システム", "のデータ", "データ", "の電子", "の画像", "の写真データ") {
			return // of paper once: 公文書管理システム, 申込書のデータ
		}
		c, s := r.cue(m), sides[r.cue(m).code]
		if s.first == nil {
			s.first = &m
		}
		if c.weight >= strongCarrier {
			s.strong[m.sentence] = true
		}
		if !heard[m.cue] || factor > 1 {
			s.weight += factor * c.weight
		}
		heard[m.cue] = true
	})
	paper, electronic := sides[string(notice.MediumPaper)], sides[string(notice.MediumElectronic)]
	set := func(medium notice.Medium, sides ...*side) {
		r.out.Medium = &medium
		for _, s := range sides {
			r.evidence("medium", r.cue(*s.first).id, r.rangeOf(*s.first))
		}
	}
	const clearly = 2
	switch {
	case paper.first == nil && electronic.first == nil:
	case paper.weight >= clearly*electronic.weight:
		set(notice.MediumPaper, paper)
	case electronic.weight >= clearly*paper.weight:
		set(notice.MediumElectronic, electronic)
	default:
		for sentence := range paper.strong {
			if electronic.strong[sentence] {
				set(notice.MediumBoth, paper, electronic)
				return
			}
		}
	}
}

// strongCarrier is the weight from which a carrier cannot be mistaken for the other.
const strongCarrier = 3
