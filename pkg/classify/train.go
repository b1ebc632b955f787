package classify

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// The fields that the model has a head for.
const (
	fieldIncident = "is_incident"
	fieldCategory = "category"
	fieldSector   = "sector"
	fieldExposure = "impact.exposure"
	fieldPeople   = "impact.people"
	fieldRecords  = "impact.records"

	fieldSecondary  = "impact.secondary_damage"
	fieldContractor = "contractor.involved"
	fieldDataTypes  = "impact.data_types"
)

// modelFields are the fields the model is trained for, and how each is labelled. Rows that are
// no incident teach only whether there is one.
var modelFields = []struct {
	name  string
	label func(Gold) (label string, teaches bool)
}{
	{fieldIncident, func(g Gold) (string, bool) {
		if g.Labels.IsIncident {
			return "true", true
		}
		return "false", true
	}},
	{fieldCategory, func(g Gold) (string, bool) { return string(g.Labels.Category), g.Labels.IsIncident }},
	{fieldExposure, func(g Gold) (string, bool) {
		if g.Labels.Exposure == nil {
			return "", g.Labels.IsIncident
		}
		return string(*g.Labels.Exposure), g.Labels.IsIncident
	}},
	{fieldSector, func(g Gold) (string, bool) { return string(g.Labels.Sector), g.Labels.IsIncident }},
}

// How the model is trained: plain stochastic gradient descent on the logarithmic
// loss. The values were chosen by cross-validation on testdata/gold.
const (
	trainSeed    = 1
	trainEpochs  = 14
	trainRate    = 10.0
	trainDecay   = 0.5
	trainLeastDF = 2 // a piece must stand in as many notices to speak
)

// Train returns the model that gold teaches, in the form that is embedded. The
// same gold in the same order gives the same bytes.
func Train(gold []Gold) ([]byte, error) {
	if len(gold) == 0 {
		return nil, errors.New("train: no labelled notices")
	}
	rules, err := loadRules(embedded)
	if err != nil {
		return nil, err
	}
	return train(rules, gold).encode(), nil
}

// sample is a labelled notice as the model sees it.
type sample struct {
	gold     Gold
	features []feature
}

// train makes a model: the heads, which read the text alone, and the rankers,
// which choose among what the rules found.
func train(rules *rules, gold []Gold) *model {
	m := trainHeads(gold)
	m.rankers = trainRankers(rules, gold)
	return m
}

// trainHeads makes a model without rankers, with the heads of these fields alone
// when any are named.
func trainHeads(gold []Gold, fields ...string) *model {
	m := &model{idf: make([]float32, modelBuckets)}
	counter := &featureCounter{}
	count := func(g Gold) {
		n := g.Notice()
		text := japanese.New(n.Text()).Norm()
		counter.addNotice(text, firstLine(text), n.Publisher)
	}
	df := make([]int, modelBuckets)
	for _, g := range gold {
		count(g)
		counter.empty(func(b, _ uint16) { df[b]++ })
	}
	for b, n := range df {
		if n >= trainLeastDF {
			m.idf[b] = float32(math.Log(float64(len(gold)+1) / float64(n)))
		}
	}
	samples := make([]sample, len(gold))
	var nameless []sample
	for i, g := range gold {
		count(g)
		samples[i] = sample{g, slices.Clone(counter.take(m.idf))}
		if name := text(g.Publisher); name != "" {
			text := withoutName(japanese.New(g.Notice().Text()).Norm(), name)
			counter.addNotice(text, firstLine(text), "")
			nameless = append(nameless, sample{g, slices.Clone(counter.take(m.idf))})
		}
	}
	var weights [][]int8
	for _, f := range modelFields {
		if len(fields) > 0 && !slices.Contains(fields, f.name) {
			continue
		}
		from := samples
		if f.name == fieldSector {
			from = slices.Concat(samples, nameless)
		}
		h, w := trainHead(f.name, from, f.label)
		m.heads, weights = append(m.heads, h), append(weights, w)
	}
	m.assemble()
	for i, h := range m.heads {
		for b := range modelBuckets {
			for k := range h.labels {
				m.setWeight(b, h.offset+k, weights[i][b*len(h.labels)+k])
			}
		}
	}
	return m
}

// lessons is what the labelled notices teach the rankers.
type lessons struct {
	people, records []choice
	data            []choice
	verdicts        [][]choice
}

// learn adds a labelled notice, read as far as what happened.
func (l *lessons) learn(g Gold, r *reading) {
	cs := r.candidates()
	l.people = teachCount(l.people, cs, g.Labels.People)
	l.records = teachCount(l.records, cs, g.Labels.Records)
	r.readImpact()
	for _, m := range r.dataMentions() {
		slices.Sort(m.features)
		l.data = append(l.data, choice{[][]uint16{m.features}, []bool{slices.Contains(g.Labels.DataTypes, m.code)}})
	}
	for i, v := range verdicts {
		l.verdicts[i] = append(l.verdicts[i], v.teaches(r, g))
	}
}

// trainFolds is how many parts the notices are cut into for the rankers: what a
// ranker is told of a notice must be as uncertain as it will be of a new one, so
// each part is read by heads that were trained on the others.
const trainFolds = 3

func trainRankers(rules *rules, gold []Gold) []ranker {
	l := lessons{verdicts: make([][]choice, len(verdicts))}
	for fold := range trainFolds {
		from, to := fold*len(gold)/trainFolds, (fold+1)*len(gold)/trainFolds
		others := slices.Concat(gold[:from], gold[to:])
		readIncidents(newClassifier(rules, trainHeads(others)), gold[from:to], l.learn)
	}
	rankers := []ranker{trainRanker(fieldPeople, l.people), trainRanker(fieldRecords, l.records), trainRanker(fieldDataTypes, l.data)}
	for i, v := range verdicts {
		rankers = append(rankers, trainRanker(v.field, l.verdicts[i]))
	}
	return rankers
}

// readIncidents reads the labelled incidents as far as what happened; those that
// are taken for look-alikes are left out.
func readIncidents(c *Classifier, gold []Gold, learn func(Gold, *reading)) {
	s := new(scratch)
	for _, g := range gold {
		if !g.Labels.IsIncident {
			continue
		}
		out := unread(g.Notice(), c.version)
		if r := c.open(g.Notice(), s, &out); out.IsIncident {
			learn(g, r)
		}
	}
}

// teachCount adds what candidates and the labelled number teach. A number that is
// not among them teaches nothing.
func teachCount(choices []choice, cs []counted, label *int64) []choice {
	c := choice{candidates: make([][]uint16, len(cs)), right: make([]bool, len(cs))}
	for i := range cs {
		c.candidates[i] = slices.Sorted(slices.Values(cs[i].features))
		c.right[i] = label != nil && cs[i].value == *label
	}
	if len(cs) == 0 || label != nil && !slices.Contains(c.right, true) {
		return choices
	}
	return append(choices, c)
}

func trainHead(field string, all []sample, labelOf func(Gold) (string, bool)) (modelHead, []int8) {
	h := modelHead{field: field}
	var samples []sample
	for _, s := range all {
		if label, teaches := labelOf(s.gold); teaches {
			samples = append(samples, s)
			if !slices.Contains(h.labels, label) {
				h.labels = append(h.labels, label)
			}
		}
	}
	slices.Sort(h.labels)
	k := len(h.labels)
	weights := make([]float64, modelBuckets*k)
	bias := make([]float64, k)
	random := newShuffle()
	p := make([]float64, k)
	var wrong []int // the labels whose weights a notice changes, and by how much
	var steps []float64
	for epoch := range trainEpochs {
		rate := trainRate / (1 + float64(trainDecay*float64(epoch)))
		for _, at := range random.Perm(len(samples)) {
			s := samples[at]
			name, _ := labelOf(s.gold)
			copy(p, bias)
			for _, f := range s.features {
				row := weights[int(f.bucket)*k : (int(f.bucket)+1)*k]
				for i := range p {
					p[i] += float64(float64(f.value) * row[i]) // the conversion keeps the sum the same on every machine
				}
			}
			logSoftmax(p)
			wrong, steps = wrong[:0], steps[:0]
			for i := range p {
				gradient := math.Exp(p[i])
				if h.labels[i] == name {
					gradient--
				}
				if math.Abs(gradient) < 1e-4 {
					continue
				}
				step := rate * gradient
				bias[i] -= float64(0.02 * step)
				wrong, steps = append(wrong, i), append(steps, step)
			}
			for _, f := range s.features {
				row, v := weights[int(f.bucket)*k:(int(f.bucket)+1)*k], float64(f.value)
				for j, i := range wrong {
					row[i] -= float64(steps[j] * v)
				}
			}
		}
	}
	small := make([]int8, len(weights))
	h.scale = quantize(weights, small)
	for _, b := range bias {
		h.bias = append(h.bias, float32(b))
	}
	return h, small
}

// newShuffle gives the order in which notices are learned from: the same each time.
func newShuffle() *rand.Rand { return rand.New(rand.NewPCG(trainSeed, 0)) }

// quantize rounds weights to a byte each; times the scale they are what they were.
func quantize(weights []float64, into []int8) (scale float32) {
	most := 0.0
	for _, w := range weights {
		most = math.Max(most, math.Abs(w))
	}
	if most == 0 {
		return 0
	}
	for i, w := range weights {
		into[i] = int8(math.Round(w / most * 127))
	}
	return float32(most / 127)
}

// firstLine is the line a text begins with: its headline, nearly always.
func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' && i > 0 {
			return s[:i]
		}
	}
	return s
}

// withoutName is text as it would be had the publisher not told its name.
func withoutName(text, name string) string {
	name = japanese.Normalize(name)
	text = strings.ReplaceAll(text, name, "")
	if short := japanese.FoldName(name); utf8.RuneCountInString(short) > 1 {
		text = strings.ReplaceAll(text, short, "")
	}
	return text
}
