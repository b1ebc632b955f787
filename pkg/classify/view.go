package classify

import (
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// view is the text as the patterns see it: normalised, in lower case, without
// spaces, sentence after sentence, a line feed at the beginning and the end of
// each line. at leads back to the normalised text.
type view struct {
	runes  []rune
	at     []int32 // for each rune of the view: its byte in the normalised text
	starts []int32 // for each sentence: its first rune, or the line feed before it
	end    int32   // length of the normalised text in bytes
}

func (v *view) fill(d *japanese.Document) {
	v.runes, v.at, v.starts = v.runes[:0], v.at[:0], v.starts[:0]
	s := d.Text.Norm()
	v.end = int32(len(s))
	line := -1
	for _, sentence := range d.Sentences {
		v.starts = append(v.starts, int32(len(v.runes)))
		if sentence.Line != line {
			line = sentence.Line
			v.runes = append(v.runes, '\n')
			v.at = append(v.at, int32(sentence.Range.Start))
		}
		for i := sentence.Range.Start; i < sentence.Range.End; {
			c := s[i]
			if c < utf8.RuneSelf {
				switch {
				case c == ' ' || c == '\t' || c == '\n':
				case c >= 'A' && c <= 'Z':
					v.runes, v.at = append(v.runes, rune(c+('a'-'A'))), append(v.at, int32(i))
				default:
					v.runes, v.at = append(v.runes, rune(c)), append(v.at, int32(i))
				}
				i++
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			v.runes, v.at = append(v.runes, r), append(v.at, int32(i))
			i += size
		}
	}
	v.runes = append(v.runes, '\n')
	v.at = append(v.at, v.end)
}

// textRange gives the bytes of the normalised text behind the runes from start
// to end of the view, without the line feeds at its ends.
func (v *view) textRange(start, end int32) japanese.Range {
	for start < end && v.runes[start] == '\n' {
		start++
	}
	for end > start && v.runes[end-1] == '\n' {
		end--
	}
	if start == end {
		return japanese.Range{Start: int(v.at[start]), End: int(v.at[start])}
	}
	last := v.at[end-1]
	return japanese.Range{Start: int(v.at[start]), End: int(last) + utf8.RuneLen(v.runes[end-1])}
}
