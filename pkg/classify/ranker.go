package classify

import (
	"math"
	"slices"
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// rankerBuckets is how many features a ranker tells apart: they are hashed to
// so many.
const rankerBuckets = 1 << 15

// ranker is a linear model that chooses one of several candidates in a text, or
// none: a candidate's share is proportional to e to the sum of its features'
// weights, that of none to 1.
type ranker struct {
	field   string
	scale   float32
	weights []int8 // by bucket, times scale
}

// ranker returns the ranker for field, nil when there is none.
func (m *model) ranker(field string) *ranker {
	i := slices.IndexFunc(m.rankers, func(k ranker) bool { return k.field == field })
	if i < 0 {
		return nil
	}
	return &m.rankers[i]
}

// shares gives the logarithm of each candidate's share, that of none last.
func (k *ranker) shares(candidates [][]uint16) []float64 {
	sums := make([]int, len(candidates))
	for i, features := range candidates {
		for _, b := range features {
			sums[i] += int(k.weights[b])
		}
	}
	return k.sharesOf(sums)
}

// sharesOf is shares for candidates whose weights add up to sums.
func (k *ranker) sharesOf(sums []int) []float64 {
	out := make([]float64, len(sums)+1)
	for i, sum := range sums {
		out[i] = float64(sum) * float64(k.scale)
	}
	logSoftmax(out)
	return out
}

// featureSet collects the features of a candidate by what they say.
type featureSet struct {
	out    []uint16
	places []place // where the pieces stand, when it is not nil
	at     int     // where the words begin whose pieces are added
}

// say adds the feature that these words, one after the other, name.
func (f *featureSet) say(words ...string) {
	h := unsaid
	for _, w := range words {
		h = h.word(w)
	}
	f.out = append(f.out, h.bucket())
}

// wordsHash is what words said one after the other come to (FNV-1a).
type wordsHash uint32

const unsaid wordsHash = 2166136261

func (h wordsHash) word(w string) wordsHash {
	for i := range len(w) {
		h = (h ^ wordsHash(w[i])) * 16777619
	}
	return (h ^ 0xFF) * 16777619 // no byte of UTF-8: a boundary
}

func (h wordsHash) bucket() uint16 { return spread(uint32(h)) % rankerBuckets }

// spread makes every bit of a hash count for its lowest ones.
func spread(h uint32) uint16 {
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 13
	return uint16(h)
}

// pieces adds the runs of n characters of words in which no digit stands.
func (f *featureSet) pieces(where, words string, n int) {
	const most = 4
	var starts [most]int // of the last characters
	length := 0
	there := unsaid.word(where)
	for i, r := range words {
		if r >= '0' && r <= '9' {
			length = 0
			continue
		}
		starts[length%most] = i
		length++
		if length >= n {
			start, end := starts[(length-n)%most], i+utf8.RuneLen(r)
			bucket := there.word(words[start:end]).bucket()
			f.out = append(f.out, bucket)
			if f.places != nil {
				f.places = append(f.places, place{bucket, japanese.Range{Start: f.at + start, End: f.at + end}})
			}
		}
	}
}

// How many characters beside a candidate are heard, and how many of them by
// their distance.
const (
	besideRunes = 24
	touchRunes  = 6
)

// beside adds the characters before and after a candidate: those that touch it
// as they stand, the others as pairs and triples wherever they stand.
func (f *featureSet) beside(before, after string) {
	before, after = tail(before, besideRunes), head(after, besideRunes)
	for n := 1; n <= touchRunes; n++ {
		f.say("<", tail(before, n))
		f.say(">", head(after, n))
	}
	for n := 2; n <= 3; n++ {
		f.pieces("<<", before, n)
		f.pieces(">>", after, n)
	}
}

// take gives the features collected, each once, in the order they were first said,
// and forgets them.
func (f *featureSet) take(met *bucketSet) []uint16 {
	out := slices.Clone(met.once(f.out))
	f.out = f.out[:0]
	return out
}

// bucketSet is a set of features, empty between uses.
type bucketSet [rankerBuckets / 64]uint64

// once leaves of features the first of each.
func (met *bucketSet) once(features []uint16) []uint16 {
	n := 0
	for _, b := range features {
		if bit := uint64(1) << (b % 64); met[b/64]&bit == 0 {
			met[b/64] |= bit
			features[n] = b
			n++
		}
	}
	for _, b := range features[:n] {
		met[b/64] = 0
	}
	return features[:n]
}

// head is the first n characters of s.
func head(s string, n int) string {
	i := 0
	for range n {
		if i >= len(s) {
			break
		}
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
	}
	return s[:i]
}

// tail is the last n characters of s.
func tail(s string, n int) string {
	i := len(s)
	for range n {
		if i == 0 {
			break
		}
		_, w := utf8.DecodeLastRuneInString(s[:i])
		i -= w
	}
	return s[i:]
}

// choice is a labelled notice as a ranker learns from it: the candidates, with
// their features in the order of their numbers, so that what is learnt does not
// depend on the order they are said in, and which of them are right; where no one
// is, none is.
type choice struct {
	candidates [][]uint16
	right      []bool
}

// How a ranker is trained: stochastic gradient descent with a rate for each
// weight (Adagrad, Duchi et al. 2011). What it keeps is the mean of its weights
// over the later rounds, which depends less on the order of the notices.
const (
	rankerEpochs = 8
	rankerRate   = 0.1
	rankerDecay  = 0.001
	rankerFloor  = 0.1 // added to the root of the summed squares
)

func trainRanker(field string, choices []choice) ranker {
	weights := make([]float64, rankerBuckets)
	squares := make([]float64, rankerBuckets)
	mean := make([]float64, rankerBuckets)
	order := newShuffle()
	for epoch := range rankerEpochs {
		for _, at := range order.Perm(len(choices)) {
			c := choices[at]
			z := make([]float64, len(c.candidates)+1)
			for i, features := range c.candidates {
				for _, b := range features {
					z[i] += weights[b]
				}
			}
			logSoftmax(z)
			right := 0.0 // the share of those that are right
			for i, ok := range c.right {
				if ok {
					right += math.Exp(z[i])
				}
			}
			for i, features := range c.candidates {
				gradient := math.Exp(z[i])
				if c.right[i] {
					gradient -= gradient / right
				}
				if math.Abs(gradient) < 1e-4 {
					continue
				}
				for _, b := range features {
					d := gradient + float64(rankerDecay*weights[b]) // the conversions keep the sums the same on every machine
					squares[b] += float64(d * d)
					weights[b] -= float64(rankerRate * d / (math.Sqrt(squares[b]) + rankerFloor))
				}
			}
		}
		if epoch >= rankerEpochs/2 {
			for b, w := range weights {
				mean[b] += float64(w / (rankerEpochs - rankerEpochs/2))
			}
		}
	}
	k := ranker{field: field, weights: make([]int8, rankerBuckets)}
	k.scale = quantize(mean, k.weights)
	return k
}
