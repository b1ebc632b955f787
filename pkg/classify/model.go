package classify

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// The rules know the words they were given; unseen notices have others. So a
// second reader, a linear model over pairs and triples of characters, is trained
// on testdata/gold (Train; the same bits each time) and embedded. It never makes a
// value: it has a say where a kind is chosen, and which of the numbers in the text
// is meant (ranker.go); the pieces of text that spoke for its choice are the evidence.

//go:embed model.bin
var embeddedModel []byte

// modelBuckets is how many features there are: pieces of text are hashed to them.
const modelBuckets = 1 << 15

// modelRunes is how much of a text the model looks at. What a notice is about
// stands at its beginning.
const modelRunes = 6000

// leastPieces is how many different pieces the model must know of a text to have
// a say: about two sentences.
const leastPieces = 40

// model has a head for each field it was trained for, and a ranker for each
// value it has a say in.
type model struct {
	idf   []float32 // of each bucket; 0: too rare to speak
	heads []modelHead
	// rows holds the weights of all heads side by side, words to a bucket, so that
	// a piece of text is looked up once for all of them: eight weights to a word,
	// the first lowest, each 128 more than it is. Each head's are times its scale.
	rows    []uint64
	words   int
	labels  int // of all heads
	rankers []ranker
}

// assemble makes room for a row of weights a bucket.
func (m *model) assemble() {
	m.labels = 0
	for i := range m.heads {
		m.heads[i].offset = m.labels
		m.labels += len(m.heads[i].labels)
	}
	m.words = (m.labels + 7) / 8
	m.rows = make([]uint64, modelBuckets*m.words)
}

// setWeight is used once for each place.
func (m *model) setWeight(bucket, label int, w int8) {
	m.rows[bucket*m.words+label/8] |= uint64(uint8(int(w)+128)) << (label % 8 * 8)
}

func (m *model) weight(bucket, label int) int {
	return int(uint8(m.rows[bucket*m.words+label/8]>>(label%8*8))) - 128
}

// votes adds up the rows of features. It works on whole numbers, the loudness of
// a feature in 255ths of the loudest, and on several weights of a word at once:
// a product has 16 bits, a sum 32.
func (m *model) votes(features []feature) []float32 {
	votes := make([]float32, m.labels)
	loudest := float32(0)
	for _, f := range features {
		loudest = max(loudest, f.value)
	}
	if loudest == 0 {
		return votes
	}
	sums := make([][4]uint64, m.words) // of the weights 0 and 4, 1 and 5, 2 and 6, 3 and 7 of each word
	total := uint64(0)
	var values [votedTogether]uint64
	for part := range slices.Chunk(features, votedTogether) {
		for i, f := range part {
			values[i] = uint64(f.value/loudest*255 + 0.5)
			total += values[i]
		}
		for k := range sums {
			m.addWord(&sums[k], k, part, &values)
		}
	}
	for i := range votes {
		sum := int64(uint32(sums[i/8][i%4] >> (i % 8 / 4 * 32)))
		votes[i] = float32(sum-128*int64(total)) * loudest / 255
	}
	return votes
}

// votedTogether is how many features are added word by word: their rows, which lie
// far apart in memory, are waited for together.
const votedTogether = 64

// addWord adds word k of the rows of features, each times its value, to sums.
func (m *model) addWord(sums *[4]uint64, k int, features []feature, values *[votedTogether]uint64) {
	const eachSecond, eachFourth = 0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF
	first, second, third, fourth := sums[0], sums[1], sums[2], sums[3]
	for i, f := range features {
		word, value := m.rows[int(f.bucket)*m.words+k], values[i%votedTogether]
		even, odd := (word&eachSecond)*value, (word>>8&eachSecond)*value
		first += even & eachFourth
		second += odd & eachFourth
		third += even >> 16 & eachFourth
		fourth += odd >> 16 & eachFourth
	}
	*sums = [4]uint64{first, second, third, fourth}
}

// modelHead tells the labels of one field apart.
type modelHead struct {
	field  string
	labels []string
	offset int // of its labels in the model's rows
	bias   []float32
	scale  float32
}

// feature is one bucket of a text and how loud it is; a text has length 1.
type feature struct {
	bucket uint16
	value  float32
}

// pieceSalt keeps the same characters apart by where they stand.
type pieceSalt uint32

const (
	saltBody      pieceSalt = 0x9E3779B9
	saltTitle     pieceSalt = 0x85EBCA6B
	saltPublisher pieceSalt = 0xC2B2AE35
)

// featureCounter counts the pieces of a text; it is used again and again.
type featureCounter struct {
	counts  [modelBuckets]uint16
	touched [modelBuckets / 64]uint64 // a bit for each bucket that counts
	out     []feature
}

// addNotice counts the pieces of a notice, for training and reading alike.
func (f *featureCounter) addNotice(text, title, publisher string) {
	f.add(text, saltBody, 1)
	f.add(title, saltTitle, 1)
	if publisher != "" {
		f.add("^"+publisher+"$", saltPublisher, 3)
	}
}

// add counts the pairs and triples of s, of which it reads modelRunes. Pieces of hiragana alone are grammar
// and say nothing; digits are all alike.
func (f *featureCounter) add(s string, salt pieceSalt, times uint16) {
	var window [3]rune // the last characters of the same run, the newest last
	length, runes := 0, 0
	for _, r := range s {
		if runes++; runes > modelRunes {
			break
		}
		switch {
		case unicode.IsSpace(r) || partsWords(r):
			length = 0
			continue
		case r >= '0' && r <= '9':
			r = '0'
			if length > 0 && window[2] == '0' {
				continue
			}
		}
		window[0], window[1], window[2] = window[1], window[2], r
		length++
		if length >= 2 && !(isHiragana(window[1]) && isHiragana(window[2])) {
			f.count(pieceHash(salt, 0, window[1], window[2]), times)
		}
		if length >= 3 && !(isHiragana(window[0]) && isHiragana(window[1]) && isHiragana(window[2])) {
			f.count(pieceHash(salt, window[0], window[1], window[2]), times)
		}
	}
}

// partsWords tells a mark that stands between words.
func partsWords(r rune) bool {
	switch r {
	case '、', '。', ',', '.', '「', '」', '『', '』', '(', ')', '（', '）', '【', '】', ':', '：', '・', ';', '!', '?', '！', '？', '/', '"', '\'', '<', '>', '[', ']':
		return true
	}
	return false
}

func (f *featureCounter) count(bucket, times uint16) {
	f.touched[bucket/64] |= 1 << (bucket % 64)
	if f.counts[bucket] < math.MaxUint16-times {
		f.counts[bucket] += times
	}
}

// empty tells the buckets that count, in their order, with their counts, and forgets them.
func (f *featureCounter) empty(tell func(bucket, count uint16)) {
	for k, word := range f.touched {
		for ; word != 0; word &= word - 1 {
			bucket := uint16(k*64 + bits.TrailingZeros64(word))
			tell(bucket, f.counts[bucket])
			f.counts[bucket] = 0
		}
		f.touched[k] = 0
	}
}

// take returns the features of what was added, weighed by idf and of length 1,
// and forgets it. The slice is valid until the next take.
func (f *featureCounter) take(idf []float32) []feature {
	f.out = f.out[:0]
	sum := 0.0
	f.empty(func(b, count uint16) { // sums in one order, whatever the text's
		if idf[b] > 0 {
			v := float32(math.Log1p(float64(count))) * idf[b]
			f.out = append(f.out, feature{b, v})
			sum += float64(v) * float64(v)
		}
	})
	if sum > 0 {
		norm := float32(1 / math.Sqrt(sum))
		for i := range f.out {
			f.out[i].value *= norm
		}
	}
	return f.out
}

func isHiragana(r rune) bool { return r >= 'ぁ' && r <= 'ゟ' }

// pieceHash maps up to three characters to a bucket.
func pieceHash(salt pieceSalt, a, b, c rune) uint16 {
	h := uint32(salt)
	for _, r := range [3]rune{a, b, c} {
		h ^= uint32(r)
		h *= 0x01000193
		h ^= h >> 15
	}
	h *= 0x2C1B3C6D
	h ^= h >> 13
	return uint16(h % modelBuckets)
}

// A first line of more than longestHeadline characters is no headline. Where the
// source calls it one and a body follows, it is not heard at all. Elsewhere it is text
// without line ends, or rubbish: of it longLineRunes characters are heard, after the
// rest, so that it cannot drown what the page says.
const (
	longestHeadline = 300
	longLineRunes   = 1000
)

func tooLong(headline string) bool {
	return len(headline) > longestHeadline && utf8.RuneCountInString(headline) > longestHeadline
}

// ask returns the head for a field and the logarithm of each label's probability.
// The headline of another notice is not heard; a text of fewer known pieces than
// leastPieces, or in another language, says nothing, nor does a model without that
// head: ok is false.
func (r *reading) ask(field string) (h *modelHead, log []float64, ok bool) {
	if r.foreign {
		return nil, nil, false
	}
	if r.votes == nil || r.votesOfBody != r.mismatch {
		text := r.text.Norm()
		title := firstLine(text)
		switch {
		case r.mismatch:
			text, title = strings.TrimPrefix(text, title), ""
		case tooLong(title):
			body := strings.TrimPrefix(text, title)
			if r.n.Title == "" || strings.TrimSpace(body) == "" { // it is no headline, but text
				body += "\n" + head(title, longLineRunes)
			}
			text, title = body, ""
		}
		features := r.model.textFeatures(&r.scratch.pieces, text, title, r.organization)
		r.votes, r.votesOfBody, r.knownPieces = r.model.votes(features), r.mismatch, len(features)
	}
	if r.knownPieces < leastPieces {
		return nil, nil, false
	}
	if h = r.model.head(field); h == nil {
		return nil, nil, false
	}
	return h, h.logProbabilities(r.votes), true
}

// weigh takes the model's and the rules' answer together: the rules' label is
// worth so much more in the logarithm of its probability. It returns the label
// chosen and the share it then has. On its own, where worth is 0, the model needs a share of at least alone.
func (r *reading) weigh(field, ruled string, worth float64) (chosen string, share float64) {
	h, log, ok := r.ask(field)
	if !ok {
		return ruled, 0
	}
	if i := h.label(ruled); i >= 0 {
		log[i] += worth
		logSoftmax(log)
	} else if worth > 0 {
		return ruled, 1 // the model does not know what the rules found
	}
	best := 0
	for i := range log {
		if log[i] > log[best] {
			best = i
		}
	}
	share = math.Exp(log[best])
	if worth == 0 && share < r.rules.hearing.Alone {
		return ruled, 0
	}
	return h.labels[best], share
}

// hearCategory weighs the rules' category, which leads by margin, against the
// model's.
func (r *reading) hearCategory(win int, margin float64) (int, float64) {
	worth := r.rules.hearing.Category + r.rules.hearing.Clear*margin
	if margin == 0 && categoryList[win] == notice.Other {
		worth = 0 // the rules found nothing
	}
	chosen, share := r.weigh(fieldCategory, string(categoryList[win]), worth)
	return categoryIndex[notice.Category(chosen)], share
}

// hearSector weighs the rules' sector against the model's.
func (r *reading) hearSector(ruled notice.Sector, by sectorBasis) notice.Sector {
	worth := [...]float64{sectorByText: r.rules.hearing.Sector, sectorByName: r.rules.hearing.Name, sectorOfPublisher: r.rules.hearing.Known}[by]
	if ruled == notice.OtherSector && by == sectorByText {
		worth = 0 // the rules found nothing
	}
	chosen, _ := r.weigh(fieldSector, string(ruled), worth)
	return notice.Sector(chosen)
}

// hearIncident is what the model adds to the score of an incident.
func (r *reading) hearIncident() float64 {
	h, log, ok := r.ask(fieldIncident)
	if !ok {
		return 0
	}
	return r.rules.hearing.Incident * (log[h.label("true")] - log[h.label("false")] - r.rules.hearing.IncidentBias)
}

// quoteModel gives the sentence with the words that spoke loudest for what the model
// chose alone.
func (r *reading) quoteModel(field, label string) {
	h := r.model.head(field)
	i := h.label(label)
	if i < 0 {
		return
	}
	if start, end, ok := r.model.loudest(h, i, r.text.Norm()); ok {
		r.evidence(field, "model."+strings.TrimPrefix(field, "impact."), r.quotable(r.sentenceAt(start), japanese.Range{Start: start, End: end}))
	}
}

// textFeatures are the features of a notice: its normalized text, headline
// included, and its publisher when that is known.
func (m *model) textFeatures(f *featureCounter, text, title, publisher string) []feature {
	f.addNotice(text, title, publisher)
	return f.take(m.idf)
}

// head returns the head for field, nil when there is none.
func (m *model) head(field string) *modelHead {
	for i := range m.heads {
		if m.heads[i].field == field {
			return &m.heads[i]
		}
	}
	return nil
}

// logProbabilities returns the logarithm of each label's probability.
func (h *modelHead) logProbabilities(votes []float32) []float64 {
	out := make([]float64, len(h.labels))
	for i := range out {
		out[i] = float64(votes[h.offset+i])*float64(h.scale) + float64(h.bias[i])
	}
	logSoftmax(out)
	return out
}

func logSoftmax(z []float64) {
	most := slices.Max(z)
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v - most)
	}
	log := most + math.Log(sum)
	for i := range z {
		z[i] -= log
	}
}

// label returns the index of a label, -1 when the head does not know it.
func (h *modelHead) label(name string) int { return slices.Index(h.labels, name) }

// loudest finds the piece of text that speaks loudest for a label: three
// characters, as a range of bytes of text; false when none does.
func (m *model) loudest(h *modelHead, label int, text string) (start, end int, ok bool) {
	var runes [3]rune
	var at [3]int
	best, seen, length := 0.0, 0, 0
	for i, r := range text {
		if seen++; seen > modelRunes {
			break
		}
		if unicode.IsSpace(r) {
			length = 0
			continue
		}
		runes[0], runes[1], runes[2] = runes[1], runes[2], r
		at[0], at[1], at[2] = at[1], at[2], i
		if length++; length < 3 {
			continue
		}
		b := pieceHash(saltBody, runes[0], runes[1], runes[2])
		if v := float64(m.weight(int(b), h.offset+label)) * float64(m.idf[b]); v > best {
			best, start, end, ok = v, at[0], i+len(string(r)), true
		}
	}
	return start, end, ok
}

// modelMagic begins a model file: its form and version.
const modelMagic = "owabi-model-2\n"

var errModel = errors.New("not a model of this version")

// encode writes the model in a form that is the same for the same model.
func (m *model) encode() []byte {
	var b bytes.Buffer
	b.WriteString(modelMagic)
	write := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a bytes.Buffer takes all
	text := func(s string) {
		write(uint16(len(s)))
		b.WriteString(s)
	}
	write(m.idf)
	write(uint16(len(m.heads)))
	for _, h := range m.heads {
		text(h.field)
		write(uint16(len(h.labels)))
		for _, l := range h.labels {
			text(l)
		}
		write(h.bias)
		write(h.scale)
	}
	write(m.rows)
	write(uint16(len(m.rankers)))
	for _, k := range m.rankers {
		text(k.field)
		write(k.scale)
		write(k.weights)
	}
	return b.Bytes()
}

// decodeModel reads what encode wrote.
func decodeModel(data []byte) (*model, error) {
	r := bytes.NewReader(data)
	magic := make([]byte, len(modelMagic))
	if _, err := r.Read(magic); err != nil || string(magic) != modelMagic {
		return nil, errModel
	}
	var failed error
	read := func(v any) {
		if failed == nil {
			failed = binary.Read(r, binary.LittleEndian, v)
		}
	}
	text := func() string {
		var n uint16
		read(&n)
		s := make([]byte, n)
		read(s)
		return string(s)
	}
	m := &model{idf: make([]float32, modelBuckets)}
	read(m.idf)
	var heads uint16
	read(&heads)
	for range heads {
		h := modelHead{field: text()}
		var labels uint16
		read(&labels)
		for range labels {
			h.labels = append(h.labels, text())
		}
		h.bias = make([]float32, labels)
		read(h.bias)
		read(&h.scale)
		m.heads = append(m.heads, h)
	}
	m.assemble()
	read(m.rows)
	var rankers uint16
	read(&rankers)
	for range rankers {
		k := ranker{field: text(), weights: make([]int8, rankerBuckets)}
		read(&k.scale)
		read(k.weights)
		m.rankers = append(m.rankers, k)
	}
	if failed == nil && r.Len() > 0 {
		failed = fmt.Errorf("%d bytes too many", r.Len())
	}
	if failed != nil {
		return nil, fmt.Errorf("%w: %w", errModel, failed)
	}
	return m, nil
}
