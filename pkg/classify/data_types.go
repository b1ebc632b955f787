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
