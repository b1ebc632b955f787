package japanese

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The tables are looked up by the first or last rune of their words: a word
// under the wrong rune would never be found.
func TestTablesAreKeyedByTheirWords(t *testing.T) {
	first := func(table string, key rune, word string) {
		if r, _ := utf8.DecodeRuneInString(word); r != key {
			t.Errorf("%s: %s stands under %c", table, word, key)
		}
	}
	last := func(table string, key rune, word string) {
		if r, _ := utf8.DecodeLastRuneInString(word); r != key {
			t.Errorf("%s: %s stands under %c", table, word, key)
		}
	}
	// A word that begins (or ends) with an earlier one of its list is never reached.
	var earlier []string
	reached := func(table, word string, covers func(word, by string) bool) {
		for _, w := range earlier {
			if covers(word, w) {
				t.Errorf("%s: %s hides %s", table, w, word)
			}
		}
		earlier = append(earlier, word)
	}
	for key, list := range counters {
		earlier = nil
		for _, c := range list {
			first("counters", key, c.word)
			if c.not == "" {
				reached("counters", c.word, strings.HasPrefix)
			}
		}
	}
	for key, list := range before {
		earlier = nil
		for _, q := range list {
			last("qualifiers before", key, q.word)
			reached("qualifiers before", q.word, strings.HasSuffix)
		}
	}
	for key, list := range after {
		earlier = nil
		for _, q := range list {
			first("qualifiers after", key, q.word)
			reached("qualifiers after", q.word, strings.HasPrefix)
		}
	}
	for key, list := range cues {
		earlier = nil
		for _, c := range list {
			first("cues", key, c.word)
			reached("cues", c.word, strings.HasPrefix)
		}
	}
	for key, list := range suffixForms {
		earlier = nil
		for _, f := range list {
			last("last words", key, f.word)
		}
	}
	for key, list := range selfReferences {
		earlier = nil
		for _, w := range list {
			first("self-references", key, w)
			reached("self-references", w, strings.HasPrefix)
		}
	}
	earlier = nil
	for _, l := range legalForms {
		reached("legal forms", l.word, strings.HasPrefix)
	}
	earlier = nil
	for _, m := range ministries {
		reached("ministries", m, strings.HasPrefix)
	}
	if len(prefectureOfCity) < 500 {
		t.Errorf("%d cities", len(prefectureOfCity))
	}
	for city, p := range prefectureOfCity {
		if name, end := prefectureStarting(p, 0); name != p || end != len(p) {
			t.Errorf("%s lies in %s", city, p)
		}
	}
}
