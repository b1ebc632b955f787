package japanese

import (
	"strings"
	"unicode/utf8"
)

// pairColon is the place of the colon that ends a key, or -1: no clock time, no URL.
func pairColon(s string) int {
	for i := 0; i < len(s) && i < 120; i++ {
		if s[i] != ':' {
			continue
		}
		if i == 0 || i+1 >= len(s) || s[i+1] == '/' || i > 0 && isDigit(rune(s[i-1])) && isDigit(rune(s[i+1])) {
			return -1
		}
		return i
	}
	return -1
}

func (d *Document) findPairs() {
	s := d.Text.norm
	const longestKey = 30 // runes
	for _, l := range d.Lines {
		if l.Body.Len() == 0 {
			continue
		}
		if n, _ := questionLabel(s[l.Range.Start:l.Range.End]); n > 0 {
			continue
		}
		if n, _ := answerLabel(s[l.Range.Start:l.Range.End]); n > 0 {
			continue
		}
		body := s[l.Body.Start:l.Body.End]
		var key, value Range
		if b := bracketed(body); b > 0 && b < len(body) {
			_, w := utf8.DecodeRuneInString(body)
			_, cw := utf8.DecodeLastRuneInString(body[:b])
			key, value = Range{l.Body.Start + w, l.Body.Start + b - cw}, Range{l.Body.Start + b, l.Body.End}
		} else {
			from, to := d.wideGap(l.Body)
			if c := pairColon(body); c > 0 && (from < 0 || l.Body.Start+c <= to) {
				key, value = Range{l.Body.Start, l.Body.Start + c}, Range{l.Body.Start + c + 1, l.Body.End}
			} else if from > 0 {
				key, value = Range{l.Body.Start, from}, Range{to, l.Body.End}
			} else {
				continue
			}
		}
		key, value = trim(s, key), trim(s, value)
		words := s[key.Start:key.End]
		if key.Len() == 0 || value.Len() == 0 || strings.Contains(words, "。") || runeCount(words) > longestKey {
			continue
		}
		d.Pairs = append(d.Pairs, Pair{Range: l.Body, Key: Compact(words), Value: value})
	}
}

// questionLabel is the length of the Q1-1, Q., 問2 or 質問 1 that s begins
// with, and the label; 0 when there is none.
func questionLabel(s string) (int, string) {
	w := prefixed(s, 0, "質問", "問", "Q")
	return labelled(s, w)
}

func answerLabel(s string) (int, string) {
	w := prefixed(s, 0, "回答", "答", "A")
	return labelled(s, w)
}

func labelled(s, w string) (int, string) {
	if w == "" {
		return 0, ""
	}
	i := len(w)
	j := skipSpaces(s, i)
	for j < len(s) && (isDigit(rune(s[j])) || s[j] == '-' && j > i) {
		j++
	}
	numbered := j > skipSpaces(s, i)
	if !numbered {
		j = i
	}
	label := strings.ReplaceAll(s[:j], " ", "")
	switch r := runeAt(s, j); {
	case r == '.' || r == ':' || r == '、' || r == ')':
		_, size := utf8.DecodeRuneInString(s[j:])
		return j + size, label
	case (r == ' ' || r == '\t') && (numbered || len(w) == 1 || w == "問" || w == "答"):
		return j + 1, label
	case r == utf8.RuneError && (numbered || len(w) == 1 || w == "答" || w == "回答"):
		return j, label
	}
	return 0, ""
}

func (d *Document) findQuestions() {
	s := d.Text.norm
	open, answering := false, false
	for _, l := range d.Lines {
		words := s[l.Range.Start:l.Range.End]
		if n, label := questionLabel(words); n > 0 {
			q := trim(s, Range{l.Range.Start + n, l.Range.End})
			d.Questions = append(d.Questions, Question{Label: strings.TrimSpace(label), Question: q})
			open, answering = true, false
			continue
		}
		if !open {
			continue
		}
		q := &d.Questions[len(d.Questions)-1]
		if n, _ := answerLabel(words); n > 0 && !answering {
			q.Answer = trim(s, Range{l.Range.Start + n, l.Range.End})
			if q.Answer.Len() == 0 {
				q.Answer = Range{l.Range.End, l.Range.End}
			}
			answering = true
			continue
		}
		if style, ok := headingStyle(l.Marker); l.Item && ok && style == "number" && runeCount(words) < 45 && !strings.Contains(words, "。") {
			open = false
			continue
		}
		if l.Range.Len() == 0 {
			continue
		}
		if answering {
			q.Answer.End = l.Range.End
			q.Answer = trim(s, q.Answer)
		} else {
			q.Question.End = l.Range.End
		}
	}
}
