package classify

import (
	"slices"
	"strconv"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// A verdict is a question with few answers, none of them (the empty one)
// included, on which the model is heard beside the rules. Its ranker does not
// read the whole notice but the sentences that speak of the matter.
type verdict struct {
	field    string
	answers  []string
	label    func(Gold) string
	describe func(*reading, *featureSet)
}

// The verdicts, and all of them.
var (
	exposureVerdict = verdict{fieldExposure, []string{"", "confirmed", "suspected", "denied"},
		func(g Gold) string { return text((*string)(g.Labels.Exposure)) }, (*reading).describeExposure}
	secondaryVerdict = verdict{fieldSecondary, []string{"", "none_found", "found"},
		func(g Gold) string { return text((*string)(g.Labels.SecondaryDamage)) }, (*reading).describeSecondary}
	contractorVerdict = verdict{fieldContractor, []string{"false", "true"},
		func(g Gold) string { return strconv.FormatBool(g.Labels.Contractor) }, (*reading).describeContractor}

	verdicts = []verdict{exposureVerdict, secondaryVerdict, contractorVerdict}
)

// features are those of the notice. Each answer is a candidate of the ranker's that
// has them all, told apart by the answer.
func (v verdict) features(r *reading) []uint16 {
	var f featureSet
	v.describe(r, &f)
	return r.scratch.features.once(f.out)
}

// shares gives the logarithm of each answer's share.
func (v verdict) shares(k *ranker, features []uint16) []float64 {
	sums := make([]int, len(v.answers))
	for a := range sums {
		for _, b := range features {
			sums[a] += int(k.weights[v.bucket(b, a)])
		}
	}
	return k.sharesOf(sums)
}

// bucket is where the weight of a feature for an answer stands.
func (v verdict) bucket(feature uint16, answer int) uint16 {
	return spread(uint32(feature)*0x9E3779B1+uint32(answer+1)*0x85EBCA6B) % rankerBuckets
}

// teaches is what a labelled notice teaches.
func (v verdict) teaches(r *reading, g Gold) choice {
	features := slices.Sorted(slices.Values(v.features(r)))
	c := choice{candidates: make([][]uint16, len(v.answers)), right: make([]bool, len(v.answers))}
	for a := range v.answers {
		for _, b := range features {
			c.candidates[a] = append(c.candidates[a], v.bucket(b, a))
		}
	}
	c.right[slices.Index(v.answers, v.label(g))] = true
	return c
}

// judge weighs the rules' answer, which is worth so much more in the logarithm
// of its probability, against the ranker's. aside is what another opinion adds
// to the logarithm of each answer; it may be nil.
func (r *reading) judge(v verdict, ruled string, worth float64, aside []float64) string {
	k := r.model.ranker(v.field)
	if k == nil {
		return ruled
	}
	log := v.shares(k, v.features(r))
	best := 0
	for a, answer := range v.answers {
		if answer == ruled {
			log[a] += worth
		}
		if aside != nil {
			log[a] += aside[a]
		}
		if log[a] > log[best] {
			best = a
		}
	}
	return v.answers[best]
}

// settle replaces the rules' answer by that of judge where it is another, and the
// rules' evidence with it. An answer for which no word of the notice speaks is not
// given: it would rest on nothing but what kind of notice it is.
func settle[T ~string](r *reading, v verdict, answer **T, worth float64, aside []float64) {
	ruled := ""
	if *answer != nil {
		ruled = string(**answer)
	}
	chosen := r.judge(v, ruled, worth, aside)
	if chosen == ruled {
		return
	}
	if chosen == "" {
		r.forget(v.field)
		*answer = nil
		return
	}
	words, ok := r.loudest(v, chosen)
	if !ok {
		return
	}
	r.forget(v.field)
	a := T(chosen)
	*answer = &a
	r.evidence(v.field, v.rule(), words)
}

// rule is what evidence for an answer of the ranker's names.
func (v verdict) rule() string { return "model." + v.field[strings.LastIndexByte(v.field, '.')+1:] }

// loudest is the sentence that spoke loudest for an answer the ranker gave against the
// rules, or the piece of it that did where it is too long to be quoted; false where no
// piece spoke for it.
func (r *reading) loudest(v verdict, answer string) (japanese.Range, bool) {
	f := featureSet{places: []place{}}
	v.describe(r, &f)
	k, a := r.model.ranker(v.field), slices.Index(v.answers, answer)
	var piece japanese.Range
	loudest := int8(0)
	sums := make([]int, len(r.doc.Sentences))
	for _, p := range f.places {
		w := k.weights[v.bucket(p.feature, a)]
		if s := r.sentenceAt(p.at.Start); s >= 0 {
			sums[s] += int(w)
		}
		if w > loudest {
			piece, loudest = p.at, w
		}
	}
	if loudest <= 0 {
		return piece, false
	}
	return r.quotable(slices.Index(sums, slices.Max(sums)), piece), true
}

// quotable is sentence s, which people can read, or the piece where s is -1 or too long.
func (r *reading) quotable(s int, piece japanese.Range) japanese.Range {
	if s < 0 || r.doc.Sentences[s].Range.Len() > quotedBytes {
		return piece
	}
	return r.doc.Sentences[s].Range
}

// forget takes back the evidence for a field.
func (r *reading) forget(field string) {
	r.out.Evidence = slices.DeleteFunc(r.out.Evidence, func(e notice.Evidence) bool { return e.Field == field })
}

// heardBytes is how far into a text the verdicts hear: as far as the heads do.
const heardBytes = 3 * modelRunes

// heard is how many sentences the verdicts hear.
func (r *reading) heard() int {
	n, _ := slices.BinarySearchFunc(r.doc.Sentences, heardBytes, func(s japanese.Sentence, at int) int { return s.Range.Start - at })
	return n
}

// hearSentence adds the pieces of sentence i.
func (r *reading) hearSentence(f *featureSet, where string, i int) {
	rg := r.doc.Sentences[i].Range
	f.at = rg.Start
	words := r.words(rg)
	f.pieces(where, words, 2)
	f.pieces(where, words, 3)
}

func (r *reading) describeExposure(f *featureSet) {
	category := string(r.out.Category)
	f.say("any")
	f.say("category", category)
	f.say("sector", string(r.out.Sector))
	for i := range r.heard() {
		z := r.zones[i]
		switch z {
		case zoneContact, zoneGreeting, zonePrevention, zoneRequest:
			continue
		case zoneTitle:
			r.hearSentence(f, "title", i)
		}
		if r.has(i, groupLeak) || r.has(i, groupNotLeaked) || r.has(i, groupPersonal) {
			r.hearSentence(f, "", i)
		}
		for _, m := range r.inSentence(i) {
			switch c := r.cue(m); c.group {
			case groupLeak:
				p := string(r.polarity(m))
				f.say("leak", c.code, p)
				f.say("leak", c.code, p, category)
				f.say("leak", c.code, p, z.String())
			case groupNotLeaked:
				f.say("not leaked", c.id)
				f.say("not leaked", c.id, category)
			case groupPersonal:
				f.say("personal", category)
				f.say("personal", string(r.polarity(m)))
			case groupDataAlone:
				f.say("data", category)
			}
		}
	}
}

// secondarySentences are those that speak of misuse, and those right behind one
// that answer it: 悪用された例はありますか。― そうした報告は受けていません。
func (r *reading) secondarySentences(hear func(i int)) {
	const answerWithin = 2
	asked := -1
	for i := range r.heard() {
		z := r.zones[i]
		if z == zoneContact || z == zoneGreeting {
			continue
		}
		topic := r.has(i, groupSecondaryTopic)
		if topic {
			asked = i
		}
		if topic || z == zoneDamage || r.has(i, groupSecondaryFound) || asked >= 0 && i-asked <= answerWithin && r.has(i, groupSecondaryNone) {
			hear(i)
		}
	}
}

func (r *reading) describeSecondary(f *featureSet) {
	category := string(r.out.Category)
	f.say("any")
	f.say("category", category)
	r.secondarySentences(func(i int) {
		r.hearSentence(f, "", i)
		z := r.zones[i].String()
		topic, named := r.first(i, groupSecondaryTopic)
		found, told := r.first(i, groupSecondaryFound)
		none := r.has(i, groupSecondaryNone)
		if named {
			f.say("topic", z)
			f.say("topic", string(r.polarity(topic)))
		}
		if none {
			f.say("none", z)
		}
		if named && none {
			f.say("both")
			f.say("both", z)
		}
		if told {
			p := string(r.polarity(found))
			f.say("found", z)
			f.say("found", p)
			f.say("found", p, category)
		}
	})
}

func (r *reading) describeContractor(f *featureSet) {
	f.say("any")
	f.say("category", string(r.out.Category))
	for i := range r.heard() {
		switch r.zones[i] {
		case zoneContact, zoneGreeting, zonePrevention:
			continue
		}
		m, ok := r.first(i, groupContractor)
		if !ok {
			continue
		}
		r.hearSentence(f, "", i)
		f.say("cue", r.cue(m).id, r.zones[i].String())
		f.say("cue", r.cue(m).id, string(r.polarity(m)))
		if r.onlyAsked(m) || r.setAside(m) {
			f.say("aside")
		}
	}
}

// place is a piece of text that is a feature.
type place struct {
	feature uint16
	at      japanese.Range
}
