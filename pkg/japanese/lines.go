package japanese

import (
	"strings"
	"unicode/utf8"
)

func (d *Document) cutLines() {
	s := d.Text.norm
	for at := 0; at <= len(s); {
		end := strings.IndexByte(s[at:], '\n')
		if end < 0 {
			end = len(s)
		} else {
			end += at
		}
		r := trim(s, Range{at, end})
		l := Line{Range: r, Body: r}
		if n := markerLength(s[r.Start:r.End]); n > 0 {
			l.Item = true
			l.Marker = strings.TrimSpace(s[r.Start : r.Start+n])
			l.Body = trim(s, Range{r.Start + n, r.End})
		}
		d.Lines = append(d.Lines, l)
		at = end + 1
	}
}

func trim(s string, r Range) Range {
	for r.Start < r.End && (s[r.Start] == ' ' || s[r.Start] == '\t' || s[r.Start] == '\n') {
		r.Start++
	}
	for r.End > r.Start && (s[r.End-1] == ' ' || s[r.End-1] == '\t' || s[r.End-1] == '\n') {
		r.End--
	}
	return r
}

// Compact closes the spaces in short words: 概　要 becomes 概要. It keeps those
// between Latin words.
func Compact(s string) string {
	if !strings.ContainsAny(s, " \t\n") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || r == '\t' || r == '\n' {
			j := i
			for j < len(s) && (s[j] == ' ' || s[j] == '\t' || s[j] == '\n') {
				j++
			}
			if before, after := runeBefore(s, i), runeAt(s, j); before < 0x80 && after < 0x80 {
				b.WriteByte(' ')
			}
			i = j
			continue
		}
		b.WriteString(s[i : i+size])
		i += size
	}
	return strings.TrimSpace(b.String())
}

// wideGap finds the first gap of a table row in r: an ideographic space, a
// tab, or two spaces. It returns the gap's ends, or -1.
func (d *Document) wideGap(r Range) (int, int) {
	s := d.Text.norm
	for i := r.Start; i < r.End; i++ {
		if s[i] != ' ' && s[i] != '\t' {
			continue
		}
		j := i
		for j < r.End && (s[j] == ' ' || s[j] == '\t') {
			j++
		}
		if j >= r.End {
			return -1, -1
		}
		if j-i > 1 || s[i] == '\t' || d.Text.Quote(Span{int(d.Text.from[i]), int(d.Text.to[i])}) == "\u3000" {
			next := j
			for next < r.End && s[next] != ' ' && s[next] != '\t' && s[next] != ':' {
				next++
			}
			if !lone(s, r.Start, i) || !lone(s, j, next) { // 概　要 is one word
				return i, j
			}
		}
		i = j
	}
	return -1, -1
}

// lone tells whether s[from:to] is a single rune.
func lone(s string, from, to int) bool {
	_, size := utf8.DecodeRuneInString(s[from:to])
	return size == to-from
}

func runeCount(s string) int { return utf8.RuneCountInString(s) }
