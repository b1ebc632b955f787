package classify

import "slices"

// automaton finds every occurrence of many words in one pass over a text
// (Aho and Corasick, 1975). It works on runes, because every offset of this
// package is one: the start state has a table over the whole basic plane, and
// the other states, which have one or two ways on, a short sorted list. It is
// our own because the modules at hand count in bytes and cost a conversion for
// each hit; it is built once and only read afterwards.
type automaton struct {
	root   []int32        // next state for a rune of the basic plane; 0 stays
	beyond map[rune]int32 // and for the others
	states []state
	edges  []edge
	words  []int32 // length in runes of each word
}

type state struct {
	first, count int32 // its edges
	fail         int32
	word         int32 // the word that ends here, or -1
	output       int32 // nearest state on the way of failures where a word ends, or 0
}

type edge struct {
	r  rune
	to int32
}

// found is one word at one place: runes from start to end.
type found struct {
	word       int32
	start, end int32
}

// newAutomaton builds an automaton for the words; the index of a word is its
// number in found.
func newAutomaton(words []string) *automaton {
	type node struct {
		next map[rune]int32
		word int32
	}
	nodes := []node{{word: -1}}
	a := &automaton{beyond: map[rune]int32{}, root: make([]int32, 1<<16), words: make([]int32, len(words))}
	for i, w := range words {
		at := int32(0)
		n := int32(0)
		for _, r := range w {
			n++
			to, ok := nodes[at].next[r]
			if !ok {
				to = int32(len(nodes))
				nodes = append(nodes, node{word: -1})
				if nodes[at].next == nil {
					nodes[at].next = map[rune]int32{}
				}
				nodes[at].next[r] = to
			}
			at = to
		}
		a.words[i] = n
		if n > 0 {
			nodes[at].word = int32(i)
		}
	}
	a.states = make([]state, len(nodes))
	for i, n := range nodes {
		s := &a.states[i]
		s.word, s.first, s.count = n.word, int32(len(a.edges)), int32(len(n.next))
		runes := make([]rune, 0, len(n.next))
		for r := range n.next {
			runes = append(runes, r)
		}
		slices.Sort(runes)
		for _, r := range runes {
			a.edges = append(a.edges, edge{r, n.next[r]})
			switch {
			case i > 0:
			case r < 1<<16:
				a.root[r] = n.next[r]
			default:
				a.beyond[r] = n.next[r]
			}
		}
	}
	// Failure links in order of depth.
	queue := make([]int32, 0, len(nodes))
	for _, e := range a.edges[a.states[0].first : a.states[0].first+a.states[0].count] {
		queue = append(queue, e.to)
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		s := &a.states[at]
		if f := s.fail; a.states[f].word >= 0 {
			s.output = f
		} else {
			s.output = a.states[f].output
		}
		for _, e := range a.edges[s.first : s.first+s.count] {
			a.states[e.to].fail = a.step(s.fail, e.r)
			queue = append(queue, e.to)
		}
	}
	return a
}

// step returns the state after r in state at.
func (a *automaton) step(at int32, r rune) int32 {
	for at != 0 {
		s := &a.states[at]
		for _, e := range a.edges[s.first : s.first+s.count] {
			if e.r == r {
				return e.to
			}
			if e.r > r {
				break
			}
		}
		at = s.fail
	}
	if r >= 0 && r < 1<<16 {
		return a.root[r]
	}
	return a.beyond[r]
}

// find appends every occurrence of every word in text, in order of their ends.
func (a *automaton) find(text []rune, into []found) []found {
	at := int32(0)
	for i, r := range text {
		at = a.step(at, r)
		if at == 0 {
			continue
		}
		s := &a.states[at]
		if s.word >= 0 {
			into = append(into, found{s.word, int32(i+1) - a.words[s.word], int32(i + 1)})
		}
		for o := s.output; o != 0; o = a.states[o].output {
			w := a.states[o].word
			into = append(into, found{w, int32(i+1) - a.words[w], int32(i + 1)})
		}
	}
	return into
}
