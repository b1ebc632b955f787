package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"owabi/pkg/notice"
)

// digest reads a text of many notices. An entry is
//
//	the publisher's line
//	headline, date or text, in any order
//	the headline once more
//
// and what parts two entries is a gap: blank lines, lines of non-breaking or
// ideographic spaces, rules. Pages have such gaps within them too, so a gap parts
// entries only where the lines on its two sides agree; partsEntries is the rule.
// Where they do not agree the gap belongs to the text around it.
//
// Before the first publisher, and again at any entry, there may be a heading that
// holds for all entries after it.
type digest struct {
	piece   piece
	lines   *lineReader
	ahead   []line // read and not yet used
	ended   error  // what ended the lines
	heading string
	headed  bool // heading was set after the last entry
	entries int
}

const (
	// topLines is how many lines with words, from an entry's first, can hold
	// its publisher, headline and date.
	topLines = 8
	// entryMargin is what an entry may hold beside its body: publisher,
	// headlines, blank lines.
	entryMargin = 64 << 10
	// lookAhead is how many lines with words after a gap are looked at.
	lookAhead = 3
)

func newDigest(from *bufio.Reader, p piece) *digest {
	return &digest{piece: p, lines: &lineReader{from: from, max: p.maxNotice + entryMargin}}
}

func (d *digest) Read(context.Context) (Item, error) {
	for {
		e, err := d.nextEntry()
		if err != nil {
			return Item{}, err
		}
		last := d.atEnd()
		item, ok := d.item(e, last)
		if ok {
			d.entries++
			d.headed = false
			return item, nil
		}
	}
}

// entry is the lines of one entry as they are collected.
type entry struct {
	no    int      // line on which it begins
	text  []byte   // lines, each ended with "\n"
	limit int      // of text
	over  bool     // lines were left out of text
	words int      // lines with words
	top   []string // its first lines with words; "" for one longer than any headline
	keys  []string // those of top that were compared, as sameLine gives them
	last  string   // the last line with words; "" as in top
	size  int      // bytes, also of what was left out
}

func (e *entry) add(text []byte) {
	e.size += len(text) + 1
	if len(e.text)+len(text)+1 > e.limit {
		e.over = true
		return
	}
	e.text = append(append(e.text, text...), '\n')
}

func (e *entry) addWords(ln line) {
	if e.words == 0 {
		e.no = ln.no
	}
	e.words++
	e.add(ln.text)
	if ln.cut {
		e.over = true
	}
	e.last = ""
	if len(ln.text) <= 4*maxHeadlineRunes*4 {
		e.last = string(bytes.TrimSpace(ln.text))
	}
	if len(e.top) < topLines {
		e.top = append(e.top, e.last)
	}
}

// gap is a run of lines without words.
type gap struct {
	text   []byte
	blanks int
	marked bool
	over   bool
}

// nextEntry collects the lines up to the next gap that parts entries.
func (d *digest) nextEntry() (*entry, error) {
	e := &entry{limit: d.piece.maxNotice + 2*entryMargin}
	var g gap
	for {
		ln, err := d.nextLine()
		if err != nil {
			if e.words > 0 && errors.Is(err, io.EOF) {
				return e, nil // the end comes again with the next call
			}
			return nil, err // an entry cut by a failure is not an entry
		}
		kind := kindOf(ln.text)
		if kind != wordsLine {
			if e.words > 0 {
				g.add(ln.text, kind, e.limit)
			}
			continue
		}
		if e.words > 0 && g.blanks > 0 {
			if mayPart(e, g) {
				ln.text = bytes.Clone(ln.text)
				d.ahead = append([]line{ln}, d.ahead...)
				if partsEntries(e, g, d.coming()) {
					return e, nil
				}
				d.ahead = d.ahead[1:]
			}
			if g.over {
				e.over = true
			}
			if len(g.text) > 0 {
				e.add(g.text[:len(g.text)-1])
			}
		}
		g = gap{text: g.text[:0]}
		e.addWords(ln)
	}
}

func (g *gap) add(text []byte, kind lineKind, limit int) {
	g.blanks++
	g.marked = g.marked || kind == markLine
	if len(g.text)+len(text)+1 > limit {
		g.over = true
		return
	}
	g.text = append(append(g.text, text...), '\n')
}

func (d *digest) nextLine() (line, error) {
	if len(d.ahead) > 0 {
		ln := d.ahead[0]
		d.ahead = d.ahead[1:]
		return ln, nil
	}
	if d.ended != nil {
		return line{}, d.ended
	}
	ln, err := d.lines.next()
	if err != nil {
		d.ended = err
	}
	return ln, err
}

// coming returns up to lookAhead of the next lines with words, without using them.
func (d *digest) coming() []string {
	var words []string
	for i := 0; len(words) < lookAhead && i < 64; i++ {
		if i == len(d.ahead) {
			if d.ended != nil {
				break
			}
			ln, err := d.lines.next()
			if err != nil {
				d.ended = err
				break
			}
			ln.text = bytes.Clone(ln.text)
			d.ahead = append(d.ahead, ln)
		}
		if kindOf(d.ahead[i].text) == wordsLine {
			words = append(words, string(bytes.TrimSpace(d.ahead[i].text)))
		}
	}
	return words
}

func (d *digest) atEnd() bool {
	return len(d.coming()) == 0 && errors.Is(d.ended, io.EOF)
}

// mayPart says whether it is worth looking at what follows a gap. A blank line is
// mostly what stands between paragraphs.
func mayPart(e *entry, g gap) bool {
	return g.marked || g.blanks >= 2 || e.hasBody() && (e.closes() || isHeadline(e.last))
}

// partsEntries says whether the gap between e and the coming lines parts two
// entries. The evidence before it: the headline stands there once more (closes),
// or something that looks like a headline does. The evidence after it: a
// publisher's line followed by a date or a headline (opens). The weaker the gap,
// the more is asked for.
func partsEntries(e *entry, g gap, next []string) bool {
	closes := e.closes()
	opens := opensEntry(next)
	if opens != opensNot && e.quotes(next) {
		return false
	}
	switch {
	case g.marked && e.words == 1:
		return opens != opensNot // a heading on its own
	case g.marked:
		return closes && (e.hasBody() && !isText(next[0]) || opens != opensNot) ||
			opens != opensNot && e.hasBody() ||
			e.hasBody() && isHeadline(e.last) && len(next) > 1 && mayBePublisher(next[0])
	case g.blanks >= 2:
		return e.hasBody() && (opens == opensSurely || closes && len(next) > 1 && mayBePublisher(next[0]))
	default:
		return e.hasBody() && opens == opensSurely && (closes || isHeadline(e.last))
	}
}

// closes says whether the last line repeats a headline at the entry's top.
func (e *entry) closes() bool { return e.opening() >= 0 }

// opening returns the index in top of the headline that the last line repeats, or
// -1. A date or a name that stands at both ends is a letter's, not a headline.
func (e *entry) opening() int {
	if e.last == "" || e.words < 2 || isText(e.last) {
		return -1
	}
	i := e.findTop(e.last, min(len(e.top), e.words-1))
	if i >= 0 && (isOrganization(e.last) || parseDateLine(e.last) != "") {
		return -1
	}
	return i
}

// findTop returns the index, below n, of the first line at the top that is the
// same as the headline; or -1.
func (e *entry) findTop(headline string, n int) int {
	key := sameLine(headline)
	if key == "" {
		return -1
	}
	for i := len(e.keys); i < n; i++ {
		e.keys = append(e.keys, sameLine(e.top[i]))
	}
	return slices.Index(e.keys[:n], key)
}

// hasBody says whether the entry holds more than publisher, date and headline.
func (e *entry) hasBody() bool {
	if e.words >= topLines {
		return true
	}
	for i, s := range e.top {
		if i == 0 {
			continue
		}
		if s == "" || strings.Contains(s, "。") || i < e.words-1 && parseDateLine(s) == "" && !isHeadline(s) && !isOrganization(s) && sameLine(s) != sameLine(e.last) {
			return true
		}
	}
	return false
}

type opening int

const (
	opensNot opening = iota
	opensMaybe
	opensSurely
)

// opensEntry judges whether lines begin an entry: a publisher's line, perhaps
// under a heading or over a department's, and then a date or a headline.
func opensEntry(lines []string) opening {
	for skip := 0; skip < 2 && skip+1 < len(lines); skip++ {
		follows := parseDateLine(lines[skip+1]) != "" || isHeadline(lines[skip+1])
		switch {
		case !follows:
		case skip == 0 && isOrganization(lines[0]),
			skip == 1 && isOrganization(lines[1]) && (isDigestHeading(lines[0]) || isOrganization(lines[0])):
			return opensSurely
		case skip == 0 && mayBePublisher(lines[0]):
			return opensMaybe
		}
	}
	return opensNot
}

// quotes says whether the coming lines are the letterhead of the very page that
// the entry is about: the entry has said nothing yet, its headline stands in them,
// and its publisher does too where the headline alone has come twice already.
func (e *entry) quotes(next []string) bool {
	headline, publisher := false, false
	for _, s := range next {
		known := e.findTop(s, len(e.top)) >= 0
		headline = headline || known && isHeadline(s)
		publisher = publisher || known && !isHeadline(s)
	}
	return headline && !e.hasBody() && (publisher || !e.closes())
}

// parts is an entry taken apart.
type parts struct {
	heading, publisher, title, published, body string
}

// item makes an item of an entry; ok is false when the entry was only a heading.
// last says that no entry follows.
func (d *digest) item(e *entry, last bool) (item Item, ok bool) {
	reject := func(reason error) (Item, bool) {
		return d.piece.reject(e.no, e.text, e.over, reason), true
	}
	if e.over {
		return reject(fmt.Errorf("%w: the entry has %d bytes, at most %d are read as the body", ErrNoticeTooLarge, e.size, d.piece.maxNotice))
	}
	only := e.top[0]
	switch {
	case e.words == 1 && !last && (isDigestHeading(only) || d.entries == 0 && isName(folded(only))):
		d.setHeading(only)
		return Item{}, false
	case e.words == 1:
		return reject(fmt.Errorf("%w: the entry is one line and has no text", ErrMalformed))
	case d.entries == 0 && last && !e.looksWhole():
		return reject(fmt.Errorf("%w: nothing parts this text into entries, and it is not one entry of a publisher's line, a headline or date, and text", ErrMalformed))
	}
	p := takeApart(e, d.entries == 0)
	if p.heading != "" {
		d.setHeading(p.heading)
	}
	return d.piece.accept(notice.Notice{
		Source: string(Digest), Heading: d.heading,
		Publisher: p.publisher, Title: p.title, Published: p.published, Body: p.body,
	}, e.no, e.text), true
}

// setHeading sets the heading of the entries from here on. Headings one after
// another are one heading in several lines.
func (d *digest) setHeading(s string) {
	if d.headed {
		s = d.heading + " / " + s
	}
	d.heading, d.headed = s, true
}

// looksWhole says whether an entry that is alone in its file can be one.
func (e *entry) looksWhole() bool {
	return e.closes() || opensEntry(e.top[:min(len(e.top), lookAhead)]) != opensNot || isOrganization(e.top[0])
}

// takeApart finds publisher, headline and date among the lines of an entry. What
// is left is the body.
func takeApart(e *entry, first bool) parts {
	lines := strings.Split(strings.TrimSuffix(string(e.text), "\n"), "\n")
	var words []int // indexes of the lines with words
	for i, s := range lines {
		if kindOf([]byte(s)) == wordsLine {
			words = append(words, i)
		}
	}
	at := func(i int) string { return strings.TrimSpace(lines[words[i]]) }
	taken := make(map[int]bool) // indexes of lines that are not the body's
	var p parts

	// The headline: the last line, when it repeats one at the top or looks like
	// one; else the one at the top.
	end := len(words) - 1
	top := min(len(words), topLines)
	opened := e.opening() // index into words, or -1
	switch {
	case opened >= 0, isHeadline(at(end)):
		p.title = at(end)
		taken[words[end]] = true
	default:
		for i := 1; i < min(top, 4) && p.title == ""; i++ {
			if isHeadline(at(i)) {
				p.title, opened = at(i), i
			}
		}
		if p.title == "" && end > 0 && mayBeHeadline(at(end)) && !sectionWord.MatchString(at(end)) {
			p.title = at(end)
			taken[words[end]] = true
		}
	}

	// The publisher: what stands before the headline, with a heading before it.
	var names []int // before the headline, without dates
	for i := 0; i < top && i != opened && i < 4; i++ {
		if taken[words[i]] || opened < 0 && len(names) > 0 && !isOrganization(at(i)) {
			break
		}
		if parseDateLine(at(i)) == "" {
			names = append(names, i)
		}
	}
	publisher := -1
	switch {
	case len(names) == 0:
	case len(names) == 1:
		if isName(folded(at(names[0]))) {
			publisher = names[0]
		}
	case isDigestHeading(at(names[0])), !isOrganization(at(names[0])) && isOrganization(at(names[1])), first && isName(folded(at(names[0]))) && !isOrganization(at(names[0])) && isName(folded(at(names[1]))):
		p.heading, publisher = at(names[0]), names[1]
		taken[words[names[0]]] = true
	case isName(folded(at(names[0]))):
		publisher = names[0]
	}
	if publisher >= 0 {
		p.publisher = at(publisher)
		taken[words[publisher]] = true
	}

	// The headline's own line, when it is the first after the publisher's.
	if opened == publisher+1 && opened >= 0 {
		taken[words[opened]] = true
	}

	// The date: alone on its line, before the text begins.
	for i := 0; i < top && i < publisher+5; i++ {
		if date := parseDateLine(at(i)); date != "" {
			p.published = date
			break
		}
		if isSentence(folded(at(i))) {
			break
		}
	}

	body := make([]string, 0, len(lines))
	for i, s := range lines {
		if !taken[i] {
			body = append(body, s)
		}
	}
	p.body = joinBody(body)
	return p
}

// joinBody joins lines and leaves out those without words at both ends.
func joinBody(lines []string) string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}
