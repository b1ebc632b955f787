package classify

import (
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// itemMarks stand before an item that has a line of its own.
const itemMarks = "・-*●○◯■□◆◇▽▼☆※→>•‣ー 　"

// itemText is sentence i without the mark or number before it and without
// brackets, and where it begins.
func (r *reading) itemText(i int) (string, int) {
	rg := r.doc.Sentences[i].Range
	w := r.words(rg)
	k := 0
	for k < len(w) {
		c, size := utf8.DecodeRuneInString(w[k:])
		if !strings.ContainsRune(itemMarks+"0123456789.)(①②③④⑤⑥⑦⑧⑨⑩アイウエオ\n", c) || strings.ContainsRune("アイウエオ", c) && !strings.HasPrefix(w[k+size:], ")") && !strings.HasPrefix(w[k+size:], " ") {
			break
		}
		k += size
	}
	at := rg.Start + k
	w = strings.TrimRight(w[k:], " 　\n")
	if open := strings.IndexByte(w, '('); open > 0 {
		w = strings.TrimRight(w[:open], " ")
	}
	return w, at
}

// onlyItem tells whether sentence i is nothing but one kind of data: the line of
// a list.
func (r *reading) onlyItem(i int, hits []dataHit) bool {
	w, at := r.itemText(i)
	last := hits[len(hits)-1].rg
	for k := len(hits) - 1; k >= 0 && hits[k].rg.Start >= at+len(w); k-- {
		if k > 0 {
			last = hits[k-1].rg // those behind it stand in brackets
		}
	}
	return w != "" && len(w) <= 3*last.Len()+len("お客様の") && at+len(w)-last.End <= len("に関する情報") && !strings.ContainsAny(w, "。、")
}

// itemLines tells which sentences are nothing but one kind of data and stand in
// a row of such lines, or follow one in a section with several.
func (r *reading) itemLines() []bool {
	n := len(r.doc.Sentences)
	only := make([]bool, n+2) // with a place before the first and behind the last
	count := make([]int, len(r.doc.Sections))
	for i, s := range r.doc.Sentences {
		if r.rules.dataZones&(1<<r.zones[i]) == 0 {
			continue
		}
		if hits, _ := r.dataHits(i); len(hits) > 0 && r.onlyItem(i, hits) {
			only[i+1] = true
			count[s.Section]++
		}
	}
	lines := make([]bool, n)
	for i, s := range r.doc.Sentences {
		beside := only[i] || only[i+2]
		lines[i] = only[i+1] && (beside || count[s.Section] >= 2) || count[s.Section] >= 2 && only[i]
	}
	return lines
}

// bareItem gives the line of a list of data that is of no known kind.
func (r *reading) bareItem(i int) (japanese.Range, bool) {
	w, at := r.itemText(i)
	rg := japanese.Range{Start: at, End: at + len(w)}
	if strings.ContainsAny(w, "。、:") {
		return rg, false
	}
	return rg, r.isItem(piece{start: rg.Start, end: rg.End, clean: true}, nil, true)
}
