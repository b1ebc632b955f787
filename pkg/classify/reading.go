package classify

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// reading is one notice while it is being read: its text cut up, its values and
// the cues found in it. Every question to it is answered by a method in the
// file of that name.
type reading struct {
	rules *rules
	n     notice.Notice
	text  *japanese.Text
	doc   *japanese.Document
	v     *japanese.Values
	view  *view

	matches  []match // in the order of their sentences
	of       []int32 // for each sentence: its first match
	zones    []zone  // for each sentence
	title    int     // the sentence that is the headline, or -1
	seen     [groups]int
	margin   float64 // how clear the category is, 0 to 1
	mismatch bool    // the headline belongs to something else and is not believed
	brief    bool    // a news report: it speaks of the publisher in the third person

	published       string // ISO
	publishedSpan   japanese.Range
	joined          map[int]bool    // moments that begin an interval
	sums            []japanese.Sum  // lists of numbers
	parts           []part          // what each quantity is in them
	restoredAt      *japanese.Range // the words for the end of the unavailability
	model           *model
	scratch         *scratch
	foreign         bool      // hardly any Japanese in it
	votes           []float32 // of the model, for all its heads; on the body alone when votesOfBody
	votesOfBody     bool
	knownPieces     int                        // how many pieces of the text the model knows
	organization    string                     // as found or given
	organizationKey string                     // … folded
	polarities      map[span]japanese.Polarity // of matches, as they are asked for
	quotes          strings.Builder            // the last words that were quoted

	out *notice.Classification
}

func (r *reading) cue(m match) *cue { return &r.rules.cues[m.cue] }

// inSentence gives the matches of sentence i.
func (r *reading) inSentence(i int) []match { return r.matches[r.of[i]:r.of[i+1]] }

// has tells whether a cue of group g stands in sentence i.
func (r *reading) has(i int, g group) bool {
	_, ok := r.first(i, g)
	return ok
}

func (r *reading) first(i int, g group) (match, bool) {
	for _, m := range r.inSentence(i) {
		if r.cue(m).group == g {
			return m, true
		}
	}
	return match{}, false
}

// each calls f for the matches of group g, in the order of the text.
func (r *reading) each(g group, f func(match)) {
	if r.seen[g] == 0 {
		return
	}
	for _, m := range r.matches {
		if r.cue(m).group == g {
			f(m)
		}
	}
}

func (r *reading) rangeOf(m match) japanese.Range { return r.view.textRange(m.start, m.end) }

// polarity tells how what stands at m is stated. A cause is a fact whatever
// becomes of its effect: DDoS攻撃により接続できない.
func (r *reading) polarity(m match) japanese.Polarity {
	at := span{m.start, m.end}
	p, ok := r.polarities[at]
	if !ok {
		p = r.readPolarity(m)
		r.polarities[at] = p
	}
	return p
}

func (r *reading) readPolarity(m match) japanese.Polarity {
	after := string(r.view.runes[m.end:min(len(r.view.runes), int(m.end)+8)])
	for _, w := range causal {
		if strings.HasPrefix(after, w) {
			return japanese.Asserted
		}
	}
	return r.doc.Polarity(r.rangeOf(m))
}

// causal are the words after a cause.
var causal = []string{"により", "によって", "によるもの", "のため", "が原因", "に起因", "攻撃により", "攻撃によって", "攻撃を受け", "攻撃が原因", "を受けたため", "による影響"}

// sentenceAt is the sentence that holds byte at of the normalised text, or -1.
func (r *reading) sentenceAt(at int) int {
	s := r.doc.Sentences
	i, ok := slices.BinarySearchFunc(s, at, func(s japanese.Sentence, at int) int { return cmp.Compare(s.Range.Start, at) })
	if !ok {
		i--
	}
	if i < 0 || at >= s[i].Range.End {
		return -1
	}
	return i
}

func (r *reading) zoneAt(at int) zone {
	if i := r.sentenceAt(at); i >= 0 {
		return r.zones[i]
	}
	return zoneBody
}

func (r *reading) words(rg japanese.Range) string { return r.text.Words(rg) }

// evidence records the words at rg for a field.
func (r *reading) evidence(field, rule string, rg japanese.Range) {
	span := r.text.Span(rg)
	if span.Len() == 0 {
		return
	}
	r.out.Evidence = append(r.out.Evidence, notice.Evidence{Field: field, Rule: rule, Text: r.quote(span), Start: span.Start, End: span.End})
}

// quoteRoom holds the quotes of most readings, in bytes.
const quoteRoom = 256

// quote copies the original's own words at s, next to those that were quoted before: one
// reading is little work for who collects garbage then, however many wait for the loader.
func (r *reading) quote(s japanese.Span) string {
	words := r.text.Quote(s)
	if r.quotes.Cap()-r.quotes.Len() < len(words) {
		r.quotes = strings.Builder{} // what was quoted keeps the one before
		r.quotes.Grow(max(quoteRoom, len(words)))
	}
	from := r.quotes.Len()
	r.quotes.WriteString(words)
	return r.quotes.String()[from:]
}

// newReading cuts the text up, finds the cues and puts every sentence into its
// zone.
func newReading(rules *rules, n notice.Notice, s *scratch, out *notice.Classification) *reading {
	r := &reading{rules: rules, n: n, out: out, scratch: s, view: &s.view, title: -1, polarities: map[span]japanese.Polarity{}}
	r.text = japanese.New(n.Text())
	r.doc = japanese.Parse(r.text)
	r.doc.Sentences = cutLong(r.text.Norm(), r.doc.Sentences)
	r.v = japanese.Scan(r.text)
	s.view.fill(r.doc)
	found := rules.matcher.run(s)
	r.index(found)
	r.assignZones()
	r.readPublication()
	anchor := japanese.Anchor{}
	if t, err := time.Parse(time.DateOnly, r.published); err == nil {
		anchor.Published = t
	}
	r.v.Resolve(anchor)
	r.joined = make(map[int]bool, len(r.v.Intervals))
	for _, iv := range r.v.Intervals {
		r.joined[iv.From] = true
	}
	return r
}

// longestSentence bounds what is read as one sentence, in bytes. Cues are
// weighed against the others of their sentence, so a text of ten megabytes
// without a full stop must not be one.
const longestSentence = 3000

// cutLong cuts sentences that are too long to be any.
func cutLong(s string, sentences []japanese.Sentence) []japanese.Sentence {
	if !slices.ContainsFunc(sentences, func(x japanese.Sentence) bool { return x.Range.Len() > longestSentence }) {
		return sentences
	}
	out := make([]japanese.Sentence, 0, len(sentences))
	for _, x := range sentences {
		for x.Range.Len() > longestSentence {
			at := x.Range.Start + longestSentence
			for !utf8.RuneStart(s[at]) {
				at--
			}
			head := x
			head.Range.End = at
			out = append(out, head)
			x.Range.Start = at
		}
		out = append(out, x)
	}
	return out
}

// index sorts the matches by sentence, keeping the order of the text.
func (r *reading) index(found []match) {
	n := len(r.doc.Sentences)
	r.of = make([]int32, n+1)
	for _, m := range found {
		r.of[m.sentence+1]++
		r.seen[r.cue(m).group]++
	}
	for i := range n {
		r.of[i+1] += r.of[i]
	}
	r.matches = make([]match, len(found))
	next := slices.Clone(r.of)
	for _, m := range found {
		r.matches[next[m.sentence]] = m
		next[m.sentence]++
	}
}

const (
	leadSentences      = 3  // of a notice, before its first heading
	leadSentencesBrief = 2  // of a news report
	longestTitle       = 90 // characters
)

// assignZones decides what each sentence is for: by the heading it stands
// under, by its place, and by words that tell on their own.
func (r *reading) assignZones() {
	d := r.doc
	r.zones = make([]zone, len(d.Sentences))
	if len(d.Sentences) == 0 {
		return
	}
	sectionZones := r.sectionZones()
	if r.titleLine() {
		r.title = 0
	}
	r.brief = r.plainStyle()
	lead := leadSentences
	if r.brief {
		lead = leadSentencesBrief
	}
	count := 0
	for i, s := range d.Sentences {
		if r.title >= 0 && s.Line == d.Sentences[r.title].Line {
			r.zones[i] = zoneTitle
			continue
		}
		z := sectionZones[s.Section]
		if d.Sections[s.Section].Level == 0 && z == zoneBody {
			long := utf8.RuneCountInString(r.words(s.Range)) > 18
			if long && count < lead && !r.hasZone(i, zoneGreeting) {
				count++
				z = zoneLead
			}
		}
		r.zones[i] = r.override(i, z)
	}
}

// titleLine tells whether the first line is the headline.
func (r *reading) titleLine() bool {
	if r.n.Title != "" {
		return !tooLong(r.n.Title)
	}
	first := r.words(r.doc.Lines[r.doc.Sentences[0].Line].Range)
	return !strings.HasSuffix(first, "。") && utf8.RuneCountInString(first) <= longestTitle && len(r.doc.Sentences) > 1
}

// plainStyle tells a news report, whose sentences end plainly (した, という), from
// a notice of the publisher's, which speaks politely (いたしました).
func (r *reading) plainStyle() bool {
	plain, polite := 0, 0
	for k, s := range r.doc.Sentences {
		const enough = 60
		if k == enough {
			break
		}
		w := r.words(s.Range)
		if !strings.HasSuffix(w, "。") {
			continue
		}
		w = strings.TrimRight(w, "。」)")
		switch {
		case strings.HasSuffix(w, "ます"), strings.HasSuffix(w, "ました"), strings.HasSuffix(w, "ません"), strings.HasSuffix(w, "です"), strings.HasSuffix(w, "でした"), strings.HasSuffix(w, "さい"), strings.HasSuffix(w, "しょう"):
			polite++
		default:
			plain++
		}
	}
	return plain > polite && plain >= 2
}

// sectionZones reads the headings; a section whose heading does not tell is in
// the zone of the one above it.
func (r *reading) sectionZones() []zone {
	zs := make([]zone, len(r.doc.Sections))
	own := make([]bool, len(r.doc.Sections))
	best := make([]int32, len(r.doc.Sections))
	r.each(groupHeading, func(m match) {
		s := r.doc.Sentences[m.sentence]
		sec := r.doc.Sections[s.Section]
		if sec.Level == 0 || !sec.Heading.Overlaps(r.rangeOf(m)) {
			return
		}
		// Headings are listed in sections.yaml from the most telling down.
		if own[s.Section] && best[s.Section] <= m.cue {
			return
		}
		z, _ := parseZone(r.cue(m).code)
		zs[s.Section], own[s.Section], best[s.Section] = z, true, m.cue
	})
	for i, s := range r.doc.Sections {
		if s.Parent < 0 {
			continue
		}
		// What stands below a heading of prevention is prevention, whatever it names.
		if p := zs[s.Parent]; !own[i] || p == zonePrevention || p == zoneContact || p == zoneRequest {
			zs[i] = p
		}
	}
	return zs
}

func (r *reading) hasZone(i int, z zone) bool {
	for _, m := range r.inSentence(i) {
		if c := r.cue(m); c.group == groupSentenceZone && c.code == zoneNames[z] {
			return true
		}
	}
	return false
}

// override moves a sentence that tells what it is for.
func (r *reading) override(i int, z zone) zone {
	for _, to := range []zone{zoneContact, zoneGreeting, zonePrevention, zoneBackground} {
		if z == to || !r.hasZone(i, to) {
			continue
		}
		switch {
		case to == zonePrevention && (z == zoneCause || z == zoneLead):
		case to == zoneGreeting && z != zoneBody && z != zoneLead:
		default:
			return to
		}
	}
	return z
}
