package classify

import (
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// dataHit is a word for a kind of data, at its place.
type dataHit struct {
	m    match
	code notice.DataType
}

// besideAt is how many characters may lie between two items of a list of data.
const besideAt = 12

// readDataTypes lists the kinds of personal data the notice says were
// concerned. A word counts when it names a kind of data by itself, stands in a
// list with others, or under a heading that announces data.
func (r *reading) readDataTypes() {
	narrow := false // only what leads the notice says what was concerned
	if r.out.Impact.Exposure == nil {
		switch r.out.Category {
		case notice.SystemOutage, notice.EquipmentFailure, notice.DenialOfService, notice.Vulnerability, notice.Phishing, notice.Other, notice.Malware, notice.UnauthorizedAccess:
			return
		case notice.ProcessingError, notice.SoftwareDefect, notice.Misconfiguration:
			narrow = true
		}
	} else if *r.out.Impact.Exposure == notice.ExposureDenied {
		switch r.out.Category {
		case notice.Loss, notice.Theft, notice.Misdelivery, notice.UnintendedPublication:
		default:
			return
		}
	}
	given := map[notice.DataType]bool{}
	for i := range r.doc.Sentences {
		z := r.zones[i]
		if r.rules.dataZones&(1<<z) == 0 || narrow && z != zoneTitle && z != zoneLead {
			continue
		}
		hits, beside := r.dataHits(i)
		if len(hits) == 0 || !beside && z != zoneData && len(hits) < 2 {
			continue
		}
		var last japanese.Range
		counted := 0
		for k, h := range hits {
			inList := z == zoneData && !narrow || k > 0 && h.m.start-hits[k-1].m.end <= besideAt && hits[k-1].code != h.code ||
				k+1 < len(hits) && hits[k+1].m.start-h.m.end <= besideAt && hits[k+1].code != h.code
			if !inList && !r.standsAlone(i, h.m) || narrow && !r.standsAlone(i, h.m) {
				continue
			}
			rg := r.rangeOf(h.m)
			if p := r.doc.Polarity(rg); p == japanese.Denied || p == japanese.Hypothetical {
				continue
			}
			counted++
			last = rg
			if given[h.code] {
				continue
			}
			given[h.code] = true
			r.evidence("impact.data_types", "data."+string(h.code), rg)
		}
		if counted >= 2 && !given[notice.DataOther] && !narrow {
			if rg, ok := r.unknownItem(i, hits, last); ok {
				given[notice.DataOther] = true
				r.evidence("impact.data_types", "data.unknown_item", rg)
			}
		}
	}
	if len(given) == 0 && r.out.Impact.Exposure != nil && *r.out.Impact.Exposure != notice.ExposureDenied {
		given[notice.DataOther] = true // something got out, and it is none of the kinds named
		for _, e := range r.out.Evidence {
			if e.Field == "impact.exposure" {
				r.out.Evidence = append(r.out.Evidence, notice.Evidence{Field: "impact.data_types", Rule: "data.unnamed", Text: e.Text, Start: e.Start, End: e.End})
				break
			}
		}
	}
	for _, info := range notice.DataTypes() {
		if given[info.Code] {
			r.out.Impact.DataTypes = append(r.out.Impact.DataTypes, info.Code)
		}
	}
}

// dataHits gives the words for kinds of data in sentence i, the longest at each
// place, and whether the sentence speaks of data at all.
func (r *reading) dataHits(i int) (hits []dataHit, beside bool) {
	var not []match
	for _, m := range r.inSentence(i) {
		switch c := r.cue(m); c.group {
		case groupData:
			hits = append(hits, dataHit{m, notice.DataType(c.code)})
		case groupDataNot:
			not = append(not, m)
		case groupDataBeside:
			beside = true
		}
	}
	const most = 200 // kinds of data in one sentence; more is no sentence
	if len(hits) > most {
		hits = hits[:most]
	}
	all := slices.Clone(hits)
	hits = slices.DeleteFunc(hits, func(h dataHit) bool {
		return slices.ContainsFunc(not, func(n match) bool { return n.start < h.m.end && h.m.start < n.end }) ||
			slices.ContainsFunc(all, func(o dataHit) bool {
				return o.m.end-o.m.start > h.m.end-h.m.start && o.m.start <= h.m.start && h.m.end <= o.m.end
			})
	})
	slices.SortStableFunc(hits, func(a, b dataHit) int { return int(a.m.start - b.m.start) })
	return hits, beside
}

// standsAlone tells whether the word at m names data without a list.
func (r *reading) standsAlone(i int, m match) bool {
	for _, o := range r.inSentence(i) {
		if r.cue(o).group == groupDataAlone && o.start <= m.start && m.end <= o.end {
			return true
		}
	}
	return false
}

// unknownItem finds an item of a list of data that is of no known kind: 氏名、
// 住所、趣味. The items stand between the first and the last known one, or
// right behind it up to など.
func (r *reading) unknownItem(i int, hits []dataHit, last japanese.Range) (japanese.Range, bool) {
	start := hits[0].m.end
	end := hits[len(hits)-1].m.end
	sentence := r.view.runes[:min(len(r.view.runes), int(end)+30)]
	stop := int(end)
	for k := int(end); k < len(sentence); k++ {
		if strings.ContainsRune("がをにはで。(\n", sentence[k]) {
			break
		}
		if k > int(end) && sentence[k] == 'な' && k+1 < len(sentence) && sentence[k+1] == 'ど' || sentence[k] == '等' {
			stop = k
			break
		}
	}
	from := int(start)
	for k := int(start); k <= stop; k++ {
		if k < stop && !strings.ContainsRune("、・,及", r.view.runes[k]) {
			continue
		}
		item := r.view.runes[from:k]
		known := slices.ContainsFunc(hits, func(h dataHit) bool { return int(h.m.start) < k && from < int(h.m.end) })
		if n := len(item); !known && n >= 2 && n <= 12 && !strings.ContainsAny(string(item), "はがをにでしまた。「」()\n0123456789") && !slices.Contains(joiners, string(item)) {
			return r.view.textRange(int32(from), int32(k)), true
		}
		from = k + 1
	}
	return japanese.Range{}, false
}

// joiners link the items of a list and are none.
var joiners = []string{"など", "および", "及び", "並びに", "ならびに", "又は", "または", "もしくは", "その他", "のほか", "ほか", "とその", "漢字", "カナ", "ふりがな", "よみがな"}

// leaks is what the notice says about data getting out: the first place of
// each way of saying it, in what leads the notice and in the rest.
type leaks struct {
	confirmed, suspected, denied          *match
	leadConfirmed, leadSuspected          *match
	seenSuspected, seenDenied, seenStated *match
	handed                                *match
}

func (r *reading) findLeaks() leaks {
	var l leaks
	set := func(p **match, m match) {
		if *p == nil {
			*p = &m
		}
	}
	for _, m := range r.matches {
		c := r.cue(m)
		if c.group != groupLeak {
			continue
		}
		z := r.zones[m.sentence]
		if z == zonePrevention || z == zoneContact || z == zoneGreeting || z == zoneBackground || z == zoneRequest || r.isTopic(m) || r.elsewhere(m) {
			continue
		}
		p := r.polarity(m)
		lead := z == zoneTitle || z == zoneLead
		switch c.code {
		case "exposure.leak", "exposure.taken":
			switch p {
			case japanese.Asserted:
				if z == zoneDamage {
					continue
				}
				set(&l.confirmed, m)
				if lead {
					set(&l.leadConfirmed, m)
				}
			case japanese.Possible, japanese.Negligible:
				set(&l.suspected, m)
				if lead {
					set(&l.leadSuspected, m)
				}
			case japanese.Denied:
				set(&l.denied, m)
			}
		case "exposure.doubt":
			set(&l.suspected, m)
		case "exposure.seen":
			switch p {
			case japanese.Asserted:
				set(&l.seenStated, m)
			case japanese.Possible, japanese.Negligible:
				set(&l.seenSuspected, m)
			case japanese.Denied:
				if w := r.words(r.doc.Sentences[m.sentence].Range); strings.Contains(w, "閲覧され") || strings.Contains(w, "第三者") || strings.Contains(w, "外部") || strings.Contains(w, "実際に") || strings.Contains(w, "痕跡") || strings.Contains(w, "形跡") || strings.Contains(w, "記録") {
					set(&l.seenDenied, m)
				}
			}
		case "exposure.handed":
			if p == japanese.Asserted {
				set(&l.handed, m)
			}
		}
	}
	return l
}

// elsewhere tells whether the words at m speak of somebody else's leak.
func (r *reading) elsewhere(m match) bool {
	for _, o := range r.inSentence(int(m.sentence)) {
		if r.cue(o).group == groupLeakElsewhere && o.start < m.end && m.start < o.end {
			return true
		}
	}
	return false
}

// readExposure decides whether data got out. What a leak is depends on what
// happened: handing papers to the wrong person is one in itself, losing them a
// possible one.
func (r *reading) readExposure() {
	l := r.findLeaks()
	personal, hasPersonal := match{}, false
	r.each(groupPersonal, func(m match) {
		z := r.zones[m.sentence]
		if !hasPersonal && z != zonePrevention && z != zoneContact && z != zoneGreeting && z != zoneRequest && r.polarity(m) != japanese.Denied {
			personal, hasPersonal = m, true
		}
	})
	data := r.seen[groupDataAlone] > 0 && hasPersonal
	var noLeak *match
	r.each(groupNotLeaked, func(m match) {
		if z := r.zones[m.sentence]; noLeak == nil && z != zonePrevention && z != zoneContact {
			noLeak = &m
		}
	})
	pick := func(e notice.Exposure, ms ...*match) {
		r.out.Impact.Exposure = &e
		for _, m := range ms {
			if m != nil {
				r.evidence("impact.exposure", r.cue(*m).id, r.rangeOf(*m))
				return
			}
		}
		if hasPersonal {
			r.evidence("impact.exposure", "exposure.by_category", r.rangeOf(personal))
		}
	}
	switch r.out.Category {
	case notice.Misdelivery, notice.UnintendedPublication, notice.InsiderMisuse:
		switch {
		case l.confirmed == nil && l.leadSuspected != nil && r.out.Category == notice.UnintendedPublication:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case data || hasPersonal || l.confirmed != nil:
			pick(notice.ExposureConfirmed, l.confirmed, l.handed, l.seenStated)
		case l.suspected != nil:
			pick(notice.ExposureSuspected, l.suspected)
		}
	case notice.Loss, notice.Theft:
		switch {
		case data || hasPersonal || l.suspected != nil || l.confirmed != nil:
			pick(notice.ExposureSuspected, l.suspected, l.confirmed)
		case l.denied != nil || noLeak != nil:
			pick(notice.ExposureDenied, l.denied, noLeak)
		}
	case notice.Misconfiguration:
		switch {
		case l.leadSuspected != nil:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case l.seenDenied != nil || l.denied != nil && l.confirmed == nil:
			pick(notice.ExposureSuspected, l.seenDenied, l.denied)
		case l.seenSuspected != nil && l.leadConfirmed == nil:
			pick(notice.ExposureSuspected, l.seenSuspected)
		case l.confirmed != nil || l.seenStated != nil:
			pick(notice.ExposureConfirmed, l.confirmed, l.seenStated)
		case data || hasPersonal:
			pick(notice.ExposureSuspected, l.suspected)
		}
	case notice.SoftwareDefect:
		defect := false
		r.each(groupCategory, func(m match) { defect = defect || r.cue(m).id == "defect.display" })
		switch {
		case l.leadSuspected != nil:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case l.confirmed != nil:
			pick(notice.ExposureConfirmed, l.confirmed)
		case defect && (data || hasPersonal) && l.seenStated != nil:
			pick(notice.ExposureConfirmed, l.seenStated)
		case l.suspected != nil:
			pick(notice.ExposureSuspected, l.suspected)
		case noLeak != nil:
			pick(notice.ExposureDenied, noLeak)
		}
	default:
		intrusion := r.out.Category == notice.UnauthorizedAccess || r.out.Category == notice.Malware || r.out.Category == notice.Phishing
		switch {
		case l.leadSuspected != nil:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case l.leadConfirmed != nil:
			pick(notice.ExposureConfirmed, l.leadConfirmed)
		case l.suspected != nil && intrusion:
			pick(notice.ExposureSuspected, l.suspected)
		case l.confirmed != nil && intrusion:
			pick(notice.ExposureConfirmed, l.confirmed)
		case l.seenSuspected != nil && intrusion:
			pick(notice.ExposureSuspected, l.seenSuspected)
		case l.denied != nil || noLeak != nil:
			pick(notice.ExposureDenied, l.denied, noLeak)
		case l.suspected != nil:
			pick(notice.ExposureSuspected, l.suspected)
		}
	}
}

// readSecondaryDamage decides whether misuse is known.
func (r *reading) readSecondaryDamage() {
	set := func(d notice.SecondaryDamage, m match) {
		r.out.Impact.SecondaryDamage = &d
		r.evidence("impact.secondary_damage", r.cue(m).id, r.rangeOf(m))
	}
	var found *match
	for i := range r.doc.Sentences {
		if z := r.zones[i]; z == zoneContact || z == zoneGreeting {
			continue
		}
		var topic *match
		none := false
		var damage *match
		for _, m := range r.inSentence(i) {
			switch r.cue(m).group {
			case groupSecondaryTopic:
				topic = &m
			case groupSecondaryNone:
				if topic != nil && m.start >= topic.start && m.start-topic.end <= 40 {
					none = true
				}
			case groupSecondaryFound:
				damage = &m
			}
		}
		if none && topic != nil {
			set(notice.SecondaryNoneFound, *topic)
			return
		}
		if damage != nil && found == nil && r.zones[i] != zonePrevention && r.zones[i] != zoneRequest && r.polarity(*damage) == japanese.Asserted {
			found = damage
		}
	}
	switch r.out.Category {
	case notice.UnauthorizedAccess, notice.Malware, notice.Phishing, notice.Misconfiguration, notice.UnintendedPublication,
		notice.Misdelivery, notice.Loss, notice.Theft, notice.InsiderMisuse:
		if found != nil && r.secondHand(*found) {
			set(notice.SecondaryFound, *found)
		}
	}
}

// secondHand tells damage done with the data from the incident itself, which is
// called 被害 as well.
func (r *reading) secondHand(m match) bool {
	words := string(r.view.runes[m.start:m.end])
	switch {
	case r.out.Category == notice.Phishing: // whoever fell for it is the damage
		return true
	case len(words) >= len("被害が") && words[:len("被害")] == "被害":
		return false
	}
	return true
}
