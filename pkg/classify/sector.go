package classify

import (
	"math"
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

var sectorIndex = func() map[notice.Sector]int {
	m := map[notice.Sector]int{}
	for i, s := range notice.Sectors() {
		m[s.Code] = i
	}
	return m
}()

var sectorList = func() []notice.Sector {
	var out []notice.Sector
	for _, s := range notice.Sectors() {
		out = append(out, s.Code)
	}
	return out
}()

// readSector decides what the publisher does: by its name, else by the words
// of the notice.
func (r *reading) readSector(s *scratch) {
	byName := r.sectorsByName(s)
	best, rule := 0, ""
	for i, v := range byName {
		if v.score > byName[best].score {
			best = i
		}
	}
	if byName[best].score >= r.rules.sectors.NameDecides {
		r.out.Sector = sectorList[best]
		rule = byName[best].rule
		if span, ok := r.organizationSpan(); ok {
			r.evidence("sector", rule, span)
		}
		r.readJSIC(true)
		return
	}
	type loud struct {
		value float64
		hits  map[string]bool
		m     match
	}
	found := map[int32]*loud{}
	r.each(groupSectorText, func(m match) {
		l := found[m.cue]
		if l == nil {
			l = &loud{hits: map[string]bool{}, m: m}
			found[m.cue] = l
		}
		l.hits[string(r.view.runes[m.start:m.end])] = true
	})
	var score [20]float64
	var at [20]match
	keys := make([]int32, 0, len(found))
	for k := range found {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		i := sectorIndex[notice.Sector(r.rules.cues[k].code)]
		l := found[k]
		value := r.rules.cues[k].weight * math.Min(2.5, 1+0.3*float64(len(l.hits)-1))
		if z := r.zones[l.m.sentence]; z == zoneTitle || z == zoneLead {
			value *= 1.3 // the first mention stands where the publisher is introduced
		}
		score[i] += value
		at[i] = l.m
	}
	for i := range score {
		if byName[i].score > 0 {
			score[i] += byName[i].score
		}
	}
	r.hearSector(&score)
	best = sectorIndex[notice.OtherSector]
	for i, v := range score {
		if v > score[best] {
			best = i
		}
	}
	if score[best] < r.rules.sectors.TextThreshold {
		return
	}
	r.out.Sector = sectorList[best]
	if at[best].end > 0 {
		r.evidence("sector", r.cue(at[best]).id, r.rangeOf(at[best]))
	} else {
		r.quoteModel(fieldSector, string(r.out.Sector))
	}
	r.readJSIC(false)
}

type sectorScore struct {
	score float64
	rule  string
}

// sectorsByName scores the sectors by the publisher's name alone. Japanese
// compounds have their head at the end, so a pattern at the end counts more.
func (r *reading) sectorsByName(s *scratch) (score [20]sectorScore) {
	if r.organization == "" {
		return score
	}
	name := plain(r.organization)
	key := strings.ToLower(japanese.FoldName(r.organization))
	if key == "" {
		key = name
	}
	keyView := []rune("\n" + key + "\n")
	best := map[int32]float64{}
	run := func(runes []rune) {
		sc := s.forName()
		sc.view.runes, sc.view.starts = runes, []int32{0}
		for _, m := range r.rules.matcher.run(sc) {
			c := r.cue(m)
			switch c.group {
			case groupSectorName:
				w := c.weight
				if int(m.end) >= len(runes)-1 && w > 0 {
					w += 2
				}
				if w > best[m.cue] || w < 0 {
					best[m.cue] = w
				}
			case groupSectorKnown:
				if m.start != 1 {
					continue
				}
				next := runes[m.end]
				last := runes[m.end-1]
				if last < 0x80 && (next >= 'a' && next <= 'z') || m.end-m.start < 3 && next != '\n' {
					continue
				}
				w := 9 + 0.3*float64(m.end-m.start)
				if len(runes)-1-int(m.end) >= 3 { // a longer name: a firm of that group
					w = 5.5
				}
				best[m.cue] = max(best[m.cue], w)
			}
		}
	}
	run([]rune("\n" + name + "\n"))
	run(keyView)
	keys := make([]int32, 0, len(best))
	for k := range best {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		i := sectorIndex[notice.Sector(r.rules.cues[k].code)]
		score[i].score += best[k]
		score[i].rule = r.rules.cues[k].id
	}
	return score
}

// readJSIC gives the major division where the sector has one only and the name
// told it.
func (r *reading) readJSIC(certain bool) {
	for _, info := range notice.Sectors() {
		if info.Code == r.out.Sector && certain && len(info.JSIC) == 1 && info.Code != notice.OtherSector {
			r.out.JSIC = &info.JSIC[0]
		}
	}
}
