package classify

import (
	"maps"
	"math"
	"slices"
	"strings"

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

// sectorJSIC holds the major divisions of each sector.
var sectorJSIC = func() map[notice.Sector][]string {
	m := map[notice.Sector][]string{}
	for _, s := range notice.Sectors() {
		m[s.Code] = s.JSIC
	}
	return m
}()

// readSector decides what the publisher does.
func (r *reading) readSector(s *scratch) {
	before := len(r.out.Evidence)
	by := r.ruleSector(s)
	ruled := r.out.Sector
	r.out.Sector = r.hearSector(ruled, by)
	if r.out.Sector != ruled {
		r.out.Evidence = r.out.Evidence[:before]
		r.quoteModel(fieldSector, string(r.out.Sector))
	}
	r.readJSIC(by != sectorByText && r.out.Sector == ruled)
}

// sectorBasis is what the rules' sector rests on.
type sectorBasis uint8

const (
	sectorByText      sectorBasis = iota // the words of the notice, if anything
	sectorByName                         // the words of the publisher's name
	sectorOfPublisher                    // the publisher is known
)

// ruleSector decides what the publisher does by rules alone: who it is, else the
// words of its name, else those of the notice.
func (r *reading) ruleSector(s *scratch) sectorBasis {
	decide := func(sector notice.Sector, rule string) {
		r.out.Sector = sector
		if span, ok := r.organizationSpan(); ok {
			r.evidence("sector", rule, span)
		}
	}
	known, exact, ok := r.knownPublisher()
	if exact {
		decide(known.sector, known.rule)
		return sectorOfPublisher
	}
	byName := r.sectorsByName(s)
	if i := sectorIndex[known.sector]; ok {
		byName[i] = sectorScore{byName[i].score + ofGroup, known.rule}
	}
	best := 0
	for i, v := range byName {
		if v.score > byName[best].score {
			best = i
		}
	}
	if byName[best].score >= r.rules.sectors.NameDecides {
		decide(sectorList[best], byName[best].rule)
		return sectorByName
	}
	type loud struct {
		hits map[string]bool
		m    match
	}
	found := map[int32]*loud{}
	r.each(groupSectorText, func(m match) {
		if amidWord(r.view.runes, m) {
			return
		}
		l := found[m.cue]
		if l == nil {
			l = &loud{hits: map[string]bool{}, m: m}
			found[m.cue] = l
		}
		l.hits[string(r.view.runes[m.start:m.end])] = true
	})
	var score [20]float64
	var at [20]match
	for _, k := range slices.Sorted(maps.Keys(found)) {
		i := sectorIndex[notice.Sector(r.rules.cues[k].code)]
		l := found[k]
		value := r.rules.cues[k].weight * math.Min(2.5, 1+0.3*float64(len(l.hits)-1))
		if z := r.zones[l.m.sentence]; z == zoneTitle || z == zoneLead {
			value *= 1.3 // the first mention stands where the publisher is introduced
		}
		score[i] += value
		at[i] = l.m
	}
	r.introduced(&score, &at)
	headline, inHeadline, ok := r.knownInHeadline()
	if ok {
		score[sectorIndex[headline.sector]] += headlined
	}
	for i := range score {
		if byName[i].score > 0 {
			score[i] += byName[i].score
		}
	}
	best = sectorIndex[notice.OtherSector]
	for i, v := range score {
		if v > score[best] {
			best = i
		}
	}
	if score[best] < r.rules.sectors.TextThreshold {
		return sectorByText
	}
	r.out.Sector = sectorList[best]
	switch {
	case ok && headline.sector == r.out.Sector:
		r.evidence("sector", headline.rule, inHeadline)
	case at[best].end > 0:
		r.evidence("sector", r.cue(at[best]).id, r.rangeOf(at[best]))
	}
	return sectorByText
}

const (
	// ofGroup is what it counts that the publisher's name begins with that of a known one:
	// less than a word of its own that names a trade.
	ofGroup = 6
	// headlined is what it counts that the headline names a known organization.
	headlined = 8
)

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
	key := r.organizationKey
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
				if w > 0 && cutsWord(runes, m) {
					continue
				}
				if w > 0 {
					// The head of a compound is its last part.
					w += float64(m.end) / float64(len(runes))
				}
				if int(m.end) >= len(runes)-1 && w > 0 {
					w += 2
				}
				if w > best[m.cue] || w < 0 {
					best[m.cue] = w
				}
			}
		}
	}
	run([]rune("\n" + name + "\n"))
	run(keyView)
	for _, k := range slices.Sorted(maps.Keys(best)) {
		i := sectorIndex[notice.Sector(r.rules.cues[k].code)]
		score[i].score += best[k]
		score[i].rule = r.rules.cues[k].id
	}
	return score
}

// cutsWord tells a word in katakana found inside a longer one: ロジ in テクノロジー,
// バス in バスケット.
func cutsWord(runes []rune, m match) bool {
	if !isKatakana(runes[m.end-1]) {
		return false
	}
	next := runes[m.end]
	if strings.ContainsRune("ーァィゥェォャュョッ", next) {
		return true
	}
	return m.end-m.start <= 2 && isKatakana(next)
}

// amidWord tells a short word in katakana found inside a longer one: レジ in クレジット.
func amidWord(runes []rune, m match) bool {
	return m.end-m.start <= 2 && isKatakana(runes[m.start]) && isKatakana(runes[m.end-1]) &&
		(m.start > 0 && isKatakana(runes[m.start-1]) || int(m.end) < len(runes) && isKatakana(runes[m.end]))
}

// introduced scores the sectors by the words that introduce the publisher where
// its name stands in the text: 通信大手の…, 観光農園を営む…, 百貨店の….
func (r *reading) introduced(score *[20]float64, at *[20]match) {
	name := []rune(plain(r.organization))
	key := []rune(r.organizationKey)
	if len(key) >= 2 && len(key) < len(name) {
		name = key
	}
	if len(name) < 2 {
		return
	}
	const (
		most = 3  // places of the name that are looked at
		far  = 16 // characters between the word and the name
	)
	seen := 0
	runes := r.view.runes
	for i := range r.doc.Sentences {
		if z := r.zones[i]; z != zoneTitle && z != zoneLead && z != zoneOverview && z != zoneBody {
			continue
		}
		start, end := int(r.view.starts[i]), len(runes)
		if i+1 < len(r.view.starts) {
			end = int(r.view.starts[i+1])
		}
		k := indexRunes(runes[start:end], name)
		if k < 0 {
			continue
		}
		if seen++; seen > most {
			return
		}
		for _, m := range r.inSentence(i) {
			c := r.cue(m)
			if c.group != groupSectorText && c.group != groupSectorName || c.weight <= 0 {
				continue
			}
			gap := start + k - int(m.end)
			if gap < 1 || gap > far || !introduces(runes[m.end:start+k], runes[m.start:start+k]) || c.group == groupSectorName && cutsWord(runes, m) {
				continue
			}
			j := sectorIndex[notice.Sector(c.code)]
			score[j] += introduction
			at[j] = m
		}
	}
}

// introduction is what a word that introduces the publisher adds.
const introduction = 6

// introduces tells whether what stands between a word and a name makes the one
// describe the other: の, 大手の, を手がける, を展開する「.
func introduces(between, whole []rune) bool {
	s := string(between)
	if strings.ContainsAny(s, "、。:\n") || containsAny(s, []string{"は", "が", "から", "により", "として", "委託", "向け"}) {
		return false
	}
	s = strings.TrimRight(strings.TrimSuffix(string(whole), "株式会社"), "「『\"(")
	for _, w := range []string{"の", "大手", "会社", "企業", "チェーン", "メーカー", "営む", "手がける", "手掛ける", "運営する", "展開する", "販売する", "供給する", "提供する", "開発する", "行う", "製造する", "経営する", "扱う", "発行する", "担う"} {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

func indexRunes(s, sub []rune) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if slices.Equal(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// readJSIC gives the major division where the sector has one only and the name
// told it.
func (r *reading) readJSIC(certain bool) {
	if divisions := sectorJSIC[r.out.Sector]; certain && len(divisions) == 1 && r.out.Sector != notice.OtherSector {
		r.out.JSIC = given(divisions[0])
	}
}
