package japanese

import (
	"strings"
	"unicode/utf8"
)

// joinLines finds the lines whose sentence goes on in the next: they are long,
// end in no stop or bracket, and the next is no item, heading, or indented.
func (d *Document) joinLines() {
	s := d.Text.norm
	for i := 1; i+1 < len(d.Lines); i++ {
		l, next := d.Lines[i].Range, d.Lines[i+1]
		if l.Len() == 0 || next.Range.Len() == 0 || next.Item || s[next.Range.Start-1] != '\n' {
			continue
		}
		const wrapped, listed = 28, 12 // runes a line has at least when cut anywhere, when cut behind a comma
		last, first := runeBefore(s, l.End), runeAt(s, next.Range.Start)
		n := runeCount(s[l.Start:min(l.End, l.Start+4*wrapped)])
		if last == '、' {
			if n < listed {
				continue
			}
		} else if n < wrapped || !isKanji(last) && !isKana(last) || strings.ContainsAny(s[l.Start:l.End], ":\t") {
			continue
		}
		if strings.ContainsRune("【<《〈≪〔[※", first) || d.headingLine(l.Start) || d.headingLine(next.Range.Start) {
			continue
		}
		words := s[next.Range.Start:next.Range.End]
		if q, _ := questionLabel(words); q > 0 {
			continue
		}
		if a, _ := answerLabel(words); a > 0 {
			continue
		}
		d.Lines[i].Continues = true
	}
}

// paragraph is the range of line i with the lines it continues, both ways, at
// most so many of them.
func (d *Document) paragraph(i int) Range {
	const most = 40 // lines
	first, last := i, i
	for first > 0 && i-first < most && d.Lines[first-1].Continues {
		first--
	}
	for last+1 < len(d.Lines) && last-i < most && d.Lines[last].Continues {
		last++
	}
	return Range{d.Lines[first].Range.Start, d.Lines[last].Range.End}
}

func (d *Document) cutSentences() {
	s := d.Text.norm
	section := 0
	for i := 0; i < len(d.Lines); i++ {
		l := d.Lines[i]
		for section+1 < len(d.Sections) && d.Sections[section+1].Heading.Start <= l.Range.Start {
			section++
		}
		if l.Range.Len() == 0 {
			continue
		}
		first, at, end := i, l.Body.Start, l.Range.End
		for i+1 < len(d.Lines) && d.Lines[i].Continues {
			i++
			end = d.Lines[i].Range.End
		}
		if h := d.Sections[section]; h.Level > 0 && h.Heading.Start == l.Range.Start && h.Own.Start > l.Body.Start && h.Own.Start < l.Range.End {
			d.Sentences = append(d.Sentences, Sentence{trim(s, Range{at, h.Heading.End}), first, section})
			at = h.Own.Start
		}
		d.cutRange(Range{at, end}, first, section)
	}
}

// cutRange cuts r into sentences.
func (d *Document) cutRange(r Range, line, section int) {
	s, at, depth := d.Text.norm, r.Start, 0
	keep := func(end int) {
		if e := trim(s, Range{at, end}); e.Len() > 0 {
			d.Sentences = append(d.Sentences, Sentence{e, line, section})
		}
		at = end
	}
	for j := at; j < r.End; {
		c, size := utf8.DecodeRuneInString(s[j:])
		j += size
		switch c {
		case '(', '「', '『', '【', '《', '〈', '“', '〔':
			depth++
		case ')', '」', '』', '】', '》', '〉', '”', '〕':
			depth = max(0, depth-1)
		case '。', '!', '?':
			if depth > 0 || c != '。' && j < r.End && s[j] < utf8.RuneSelf && s[j] != ' ' && s[j] != '\n' && s[j] != '!' && s[j] != '?' {
				continue
			}
			for j < r.End && (s[j] == '!' || s[j] == '?') {
				j++
			}
			keep(j)
		}
	}
	keep(r.End)
}
