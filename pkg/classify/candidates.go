package classify

import (
	"math"
	"slices"
	"strconv"

	"owabi/pkg/japanese"
)

// mostCandidates bounds how many counted numbers of one notice are weighed.
const mostCandidates = 400

// counted is a number that may be the number of those, or of the things, that
// were affected.
type counted struct {
	count
	ruled    bool // the rules let it count
	sentence int  // where it stands, or -1
	at       int  // its index among the quantities, or -1
	part     part
	features []uint16
}

// candidates are the counted numbers of the notice and of its tables, with what
// the rules make of them.
func (r *reading) candidates() []counted {
	var out []counted
	once := holds(r.text.Norm(), "実人数", "重複を除", "重なりを除") // each is counted once, too
	r.readSums()
	for i, q := range r.v.Quantities {
		if len(out) == mostCandidates {
			break
		}
		c, ok := r.weighCount(q)
		if c.value <= 0 {
			continue
		}
		if q.Gross && once {
			c.score -= 5.5
		}
		out = append(out, counted{count: c, ruled: ok, sentence: r.sentenceAt(q.Range.Start), at: i, part: r.parts[i]})
	}
	for _, c := range r.tabled() {
		out = append(out, counted{count: c, ruled: true, sentence: r.sentenceAt(c.q.Range.Start), at: -1})
	}
	r.describe(out)
	return out
}

// describe gives each candidate its features: what it counts, where it stands,
// the words around it, and how it compares with the others. What the rules think
// of it is not among them: the two opinions are to be independent.
func (r *reading) describe(cs []counted) {
	var largest [2]int64
	persons, mentions := map[int64]bool{}, map[int64]int{}
	kind := func(c counted) int {
		if c.person {
			return 1
		}
		return 0
	}
	for _, c := range cs {
		largest[kind(c)] = max(largest[kind(c)], c.value)
		mentions[c.value]++
		persons[c.value] = persons[c.value] || c.person
	}
	keys := map[int]string{} // of rows, by sentence
	for _, p := range r.doc.Pairs {
		keys[r.sentenceAt(p.Range.Start)] = p.Key
	}
	told := slices.ContainsFunc(cs, func(c counted) bool { return c.person && (c.event || c.data) && !c.setting })
	uncounted := r.seen[groupUncounted] > 0
	category := string(r.out.Category)
	var f featureSet
	for k := range cs {
		c := &cs[k]
		class := string(c.q.Class)
		f.say("class", class)
		f.say("unit", c.q.Unit)
		f.say("class", class, category)
		f.say("unit", c.q.Unit, category)
		f.say("bound", string(c.q.Bound))
		f.say("size", strconv.Itoa(int(2*math.Log10(float64(c.value)))))
		for _, is := range [...]fact{
			{"total", c.q.Total}, {"part", c.q.Part}, {"gross", c.q.Gross}, {"share", c.q.Share}, {"ordinal", c.q.Ordinal}, {"per", c.q.Per},
			{"first", k == 0}, {"alone", len(cs) == 1}, {"largest", c.value == largest[kind(*c)]}, {"one", c.value == 1}, {"again", mentions[c.value] > 1},
			{"person", c.person}, {"event", c.event}, {"setting", c.setting}, {"setting, not event", c.setting && !c.event}, {"data", c.data}, {"data, setting", c.data && c.setting}, {"data, no setting", c.data && !c.setting}, {"governed", c.governed}, {"neither", !c.setting && !c.event},
			{"another is told", told && (c.setting || !c.event && !c.data)}, {"uncounted", uncounted}, {"uncounted, setting", uncounted && c.setting}, {"persons, too", !c.person && persons[c.value]},
		} {
			if is.so {
				f.say(is.what)
				f.say(is.what, class)
			}
		}
		if c.part != noPart {
			f.say("part", string(c.part))
			f.say("part", string(c.part), class)
		}
		for _, noun := range [...]struct {
			where string
			rg    japanese.Range
		}{{"before", c.q.Before}, {"after", c.q.After}} {
			words := r.words(noun.rg)
			f.say(noun.where, words)
			f.pieces(noun.where, words, 2)
		}
		if c.sentence >= 0 {
			r.describePlace(&f, *c, class, keys[c.sentence])
		}
		c.features = f.take(&r.scratch.features)
	}
}

// describePlace says where a candidate stands and what stands beside it.
func (r *reading) describePlace(f *featureSet, c counted, class, key string) {
	z := r.zones[c.sentence].String()
	f.say("zone", z)
	f.say("zone", z, class)
	f.beside(r.around(c.q.Range, c.sentence))
	c.clause.describe(f)
	f.say("polarity", string(r.doc.Polarity(c.q.Range)))
	if s := r.doc.Sections[r.doc.Sentences[c.sentence].Section]; s.Level > 0 {
		f.pieces("heading", s.Title, 2)
	}
	if key != "" {
		f.say("key", key)
		f.pieces("key", key, 2)
	}
	at := r.viewAt(c.q.Range)
	for _, m := range r.inSentence(c.sentence) {
		switch g := r.cue(m).group; g {
		case groupAffected, groupAffectedNoun, groupStaff, groupSeenBy, groupExcluded, groupNotAffected, groupWhole, groupPersonal, groupLeak, groupRecordsNoun:
			distance := "far"
			switch d := max(at.start-m.end, m.start-at.end); {
			case d <= 3:
				distance = "beside"
			case d <= 12:
				distance = "near"
			}
			f.say("cue", strconv.Itoa(int(g)), distance)
		}
	}
}

// worth is what the rules' opinion adds, in the logarithm, to what the ranker thinks.
type worth struct {
	value     float64 // to the value they choose
	none      float64 // to none, when they choose none
	noSetting float64 // what it takes from a number of those who are registered, employed or served
}

// choose weighs the rules' choice among cs, an index or -1 for none, against the
// ranker's: a value that is told several times has the shares of all its places.
func (k *ranker) choose(cs []counted, ruled int, by worth) int {
	if k == nil || len(cs) == 0 {
		return ruled
	}
	features := make([][]uint16, len(cs))
	for i := range cs {
		features[i] = cs[i].features
	}
	shares := k.shares(features)
	none := math.Exp(shares[len(cs)])
	if ruled < 0 {
		none *= math.Exp(by.none)
	}
	byValue := map[int64]float64{}
	for i, c := range cs {
		if c.setting && !c.event && !c.data {
			shares[i] -= by.noSetting
		}
		byValue[c.value] += math.Exp(shares[i])
	}
	if ruled >= 0 {
		byValue[cs[ruled].value] *= math.Exp(by.value)
	}
	best, most := -1, none
	for i, c := range cs {
		if v := byValue[c.value]; v > most {
			best, most = i, v
		}
	}
	if best < 0 {
		return -1
	}
	if ruled >= 0 && cs[ruled].value == cs[best].value {
		return ruled
	}
	for i, c := range cs { // of the places where it is told, the likeliest
		if c.value == cs[best].value && shares[i] > shares[best] {
			best = i
		}
	}
	return best
}
