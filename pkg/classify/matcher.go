package classify

// matcher holds every pattern of the rule files, compiled into one automaton.
type matcher struct {
	automaton *automaton
	uses      [][]use // for each word of the automaton
	gaps      []int32 // for each slot: how far it may stand from the slot before
	slots     int
}

// use says what a word is good for: item number at of a pattern of cue. The
// slots of a pattern's items follow each other; slot-1 is the item before.
type use struct {
	cue   int32
	slot  int32
	first bool
	last  bool
}

// match is a cue at a place: characters from start to end of a view, within
// one sentence.
type match struct {
	cue        int32
	sentence   int32
	start, end int32
}

type matcherBuilder struct {
	index map[string]int32
	words []string
	uses  [][]use
	gaps  []int32
}

func (b *matcherBuilder) add(cue int32, p pattern) {
	if b.index == nil {
		b.index = map[string]int32{}
	}
	for k, it := range p.items {
		slot := int32(len(b.gaps))
		b.gaps = append(b.gaps, int32(it.gap))
		for _, s := range it.spellings {
			w, ok := b.index[s]
			if !ok {
				w = int32(len(b.words))
				b.index[s] = w
				b.words = append(b.words, s)
				b.uses = append(b.uses, nil)
			}
			b.uses[w] = append(b.uses[w], use{cue: cue, slot: slot, first: k == 0, last: k == len(p.items)-1})
		}
	}
}

func (b *matcherBuilder) build() *matcher {
	return &matcher{automaton: newAutomaton(b.words), uses: b.uses, gaps: b.gaps, slots: len(b.gaps)}
}

// scratch is the memory one classification needs, kept for the next.
type scratch struct {
	view     view
	found    []found
	progress []progress
	epoch    int64 // sentences seen so far, over all texts: makes old progress void
	matches  []match
	pieces   featureCounter
	features bucketSet
	name     *scratch // for matching the publisher's name while the text's view is in use
}

// forName is the memory for a second, short text.
func (s *scratch) forName() *scratch {
	if s.name == nil {
		s.name = new(scratch)
	}
	return s.name
}

// progress is how far a pattern has got: its item at this slot was last seen
// ending at end, its first item beginning at start.
type progress struct {
	sentence   int64
	start, end int32
}

// run finds every cue in the view, in the order of their ends. The work is one
// step for each character and one for each use of a word found.
func (m *matcher) run(s *scratch) []match {
	s.found = m.automaton.find(s.view.runes, s.found[:0])
	s.matches = s.matches[:0]
	if len(s.progress) < m.slots {
		s.progress = make([]progress, m.slots)
	}
	sentence := 0
	starts := s.view.starts
	for _, f := range s.found {
		for sentence+1 < len(starts) && starts[sentence+1] <= f.start {
			sentence++
		}
		for sentence > 0 && starts[sentence] > f.start {
			sentence--
		}
		id := s.epoch + int64(sentence) + 1
		for _, u := range m.uses[f.word] {
			start := f.start
			if !u.first {
				before := s.progress[u.slot-1]
				if before.sentence != id || before.end > f.start || f.start-before.end > m.gaps[u.slot] {
					continue
				}
				start = before.start
			}
			if u.last {
				s.matches = append(s.matches, match{u.cue, int32(sentence), start, f.end})
				continue
			}
			s.progress[u.slot] = progress{id, start, f.end}
		}
	}
	s.epoch += int64(len(starts)) + 1
	return s.matches
}
