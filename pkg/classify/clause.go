package classify

import (
	"strings"
	"unicode/utf8"
)

// clause is what surrounds a counted number up to the ends of its clause: what
// is said there is said of the number, what stands beyond need not be.
type clause struct {
	before, after string
	bracketed     bool // the number stands in brackets, which are a clause of their own
}

// clauseEnds are the words a clause ends with when another one follows it.
var clauseEnds = []string{"が、", "て、", "で、", "し、", "り、", "ため、", "ところ、", "ず、", "ば、", "ら、", "際、", "。"}

// newClause takes from the words of the sentence before and behind a number
// those of its clause.
func newClause(before, after string) clause {
	c := clause{before: before, after: after}
	if open := strings.LastIndexByte(before, '('); open > strings.LastIndexByte(before, ')') {
		c.before, c.bracketed = before[open+1:], true
		if i := strings.IndexByte(after, ')'); i >= 0 {
			c.after = after[:i]
		}
	}
	for _, end := range clauseEnds {
		if i := strings.LastIndex(c.before, end); i >= 0 {
			c.before = c.before[i+len(end):]
		}
		if i := strings.Index(c.after, end); i >= 0 {
			c.after = c.after[:i+len(end)]
		}
	}
	return c
}

// topic is what the clause speaks of: the words that は, も or が mark,
// without them. It is empty when nothing is marked.
func (c clause) topic() string {
	best := -1
	for _, mark := range [...]string{"は", "も", "が"} {
		if i := strings.LastIndex(c.before, mark); i > best {
			best = i
		}
	}
	if best <= 0 {
		return ""
	}
	return tail(c.before[:best], topicRunes)
}

// predicate is what the clause says at its end. It is empty when the number ends
// the clause, as in a row of a table.
func (c clause) predicate() string {
	return tail(strings.TrimRight(c.after, "、。)」』"), predicateRunes)
}

// How much of a topic and of a predicate is heard.
const (
	topicRunes     = 8
	predicateRunes = 8
)

// describe adds what the clause says of its number.
func (c clause) describe(f *featureSet) {
	topic, predicate := c.topic(), c.predicate()
	switch {
	case predicate == "" && topic == "":
		f.say("clause", "bare")
	case predicate == "":
		f.say("clause", "topic alone")
	}
	if c.bracketed {
		f.say("clause", "bracketed")
	}
	for n := 1; n <= 4; n++ {
		f.say("topic", tail(topic, n))
	}
	f.pieces("topic", topic, 2)
	for n := 2; n <= 5; n++ {
		f.say("predicate", tail(predicate, n))
	}
	f.pieces("predicate", predicate, 2)
	f.pieces("predicate", predicate, 3)
}

// reaches are how far, in characters, the clause goes before and behind.
func (c clause) reaches() (before, after int32) {
	return int32(utf8.RuneCountInString(c.before)), int32(utf8.RuneCountInString(c.after))
}
