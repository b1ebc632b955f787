package japanese

// Document is a text cut into the pieces that notices are written in. All
// ranges are of the normalised text.
type Document struct {
	Text      *Text
	Lines     []Line
	Sections  []Section
	Sentences []Sentence
	Pairs     []Pair
	Questions []Question
}

// Line is a line without its end and without the white space around it.
type Line struct {
	Range  Range
	Item   bool   // begins with a bullet or a number
	Marker string // the bullet or number: ・, ※, (1), 2.
	Body   Range  // what follows the marker
	// Continues says that the sentence goes on in the next line, as in text
	// that was wrapped at a fixed width.
	Continues bool
}

// Section is a heading and what stands under it, up to the next heading of
// the same or a higher level. The words before the first heading form a
// section of level 0 with an empty heading.
type Section struct {
	Heading Range  // the heading's line; empty for the opening section
	Marker  string // １, (1), ■, 【】, 記 …; normalised
	Title   string // the heading's words, normalised, spaces between characters closed
	Level   int    // 0 opening, 1 outermost
	Body    Range  // everything below, deeper sections included
	Own     Range  // up to the next heading of whatever level
	Parent  int    // index into Document.Sections, or -1
}

// Sentence ends with 。, ！ or ？ outside brackets and quotes, or with its line.
// A sentence of wrapped text holds the line ends within it.
type Sentence struct {
	Range   Range
	Line    int // index into Document.Lines: that of its paragraph's beginning
	Section int // index into Document.Sections
}

// Pair is a key and its value on one line: 発生日時　2023年6月8日, 件数：12件.
type Pair struct {
	Range Range
	Key   string // normalised, spaces closed
	Value Range
}

// Question is a question and its answer.
type Question struct {
	Label    string // Q1-1, 問2
	Question Range
	Answer   Range // empty when none follows
}

// Parse cuts t into lines, sections, sentences, pairs and questions.
func Parse(t *Text) *Document {
	d := &Document{Text: t}
	d.cutLines()
	d.cutSections()
	d.joinLines()
	d.cutSentences()
	d.findPairs()
	d.findQuestions()
	return d
}
