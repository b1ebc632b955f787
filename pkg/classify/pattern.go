package classify

import (
	"fmt"
	"strconv"
	"strings"

	"owabi/pkg/japanese"
)

// defaultGap is how many characters … may stand for when it names no number.
const defaultGap = 24

// maxSpellings bounds what one pattern may expand to, so that a slip in a rule
// file is an error and not a machine without memory.
const maxSpellings = 20000

// A pattern is a row of items that stand in this order in one sentence, each in
// any of its spellings, with at most gap characters between an item and the
// one before it.
type pattern struct {
	items []item
}

type item struct {
	gap       int
	spellings []string
}

// parsePattern reads the notation of the rule files:
//
//	{set}    any word of the set
//	(a|b|)   any of these; an empty one makes the group optional
//	…  …8…   up to 24, or 8, other characters of the same sentence
//	^ $      the beginning and the end of a line
//	\        takes the next character as it is
//
// Full-width brackets are plain characters. Everything else is compared after
// normalising, in lower case, without spaces.
func parsePattern(source string, sets map[string][]string) (pattern, error) {
	p := pattern{}
	current := []string{""}
	gap := 0
	add := func(options []string) error {
		if len(current)*len(options) > maxSpellings {
			return fmt.Errorf("more than %d spellings", maxSpellings)
		}
		next := make([]string, 0, len(current)*len(options))
		for _, c := range current {
			for _, o := range options {
				next = append(next, c+o)
			}
		}
		current = next
		return nil
	}
	flush := func() error {
		all := map[string]bool{}
		it := item{gap: gap}
		for _, s := range current {
			if s == "" {
				return fmt.Errorf("a part can be empty")
			}
			if !all[s] {
				all[s] = true
				it.spellings = append(it.spellings, s)
			}
		}
		p.items = append(p.items, it)
		current = []string{""}
		return nil
	}
	rest := source
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "…"):
			rest = rest[len("…"):]
			if err := flush(); err != nil {
				return p, err
			}
			gap = defaultGap
			if i := strings.Index(rest, "…"); i > 0 {
				if n, err := strconv.Atoi(rest[:i]); err == nil {
					gap, rest = n, rest[i+len("…"):]
				}
			}
		case rest[0] == '{':
			end := strings.IndexByte(rest, '}')
			if end < 0 {
				return p, fmt.Errorf("{ without }")
			}
			set, ok := sets[rest[1:end]]
			if !ok {
				return p, fmt.Errorf("no set %q in words.yaml", rest[1:end])
			}
			if err := add(set); err != nil {
				return p, err
			}
			rest = rest[end+1:]
		case rest[0] == '(':
			options, n, err := parseGroup(rest, sets)
			if err != nil {
				return p, err
			}
			if err := add(options); err != nil {
				return p, err
			}
			rest = rest[n:]
		default:
			end := strings.IndexAny(rest, "{(\\^$")
			if e := strings.Index(rest, "…"); e >= 0 && (end < 0 || e < end) {
				end = e
			}
			switch {
			case end < 0:
				end = len(rest)
			case end == 0 && (rest[0] == '^' || rest[0] == '$'):
				if err := add([]string{"\n"}); err != nil {
					return p, err
				}
				rest = rest[1:]
				continue
			case end == 0: // a backslash
				if len(rest) < 2 {
					return p, fmt.Errorf("nothing after the last \\")
				}
				if err := add([]string{rest[1:2]}); err != nil {
					return p, err
				}
				rest = rest[2:]
				continue
			}
			if err := add([]string{plain(rest[:end])}); err != nil {
				return p, err
			}
			rest = rest[end:]
		}
	}
	if len(p.items) > 0 && len(current) == 1 && current[0] == "" {
		return p, fmt.Errorf("… at the end")
	}
	return p, flush()
}

// parseGroup reads (a|b|{set}c) at the beginning of s and returns its
// alternatives and its length.
func parseGroup(s string, sets map[string][]string) ([]string, int, error) {
	var options []string
	current := []string{""}
	for i := 1; i < len(s); {
		switch {
		case s[i] == ')':
			return append(options, current...), i + 1, nil
		case s[i] == '|':
			options, current = append(options, current...), []string{""}
			i++
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, 0, fmt.Errorf("{ without }")
			}
			set, ok := sets[s[i+1:i+end]]
			if !ok {
				return nil, 0, fmt.Errorf("no set %q in words.yaml", s[i+1:i+end])
			}
			current = product(current, set)
			i += end + 1
		case s[i] == '(':
			inner, n, err := parseGroup(s[i:], sets)
			if err != nil {
				return nil, 0, err
			}
			current = product(current, inner)
			i += n
		case s[i] == '$' || s[i] == '^':
			current = product(current, []string{"\n"})
			i++
		case s[i] == '\\' && i+1 < len(s):
			current = product(current, []string{s[i+1 : i+2]})
			i += 2
		case strings.HasPrefix(s[i:], "…"):
			return nil, 0, fmt.Errorf("… within ( )")
		default:
			end := strings.IndexAny(s[i:], "()|{$^\\")
			if e := strings.Index(s[i:], "…"); e > 0 && (end < 0 || e < end) {
				end = e
			}
			if end < 0 {
				return nil, 0, fmt.Errorf("( without )")
			}
			current = product(current, []string{plain(s[i : i+end])})
			i += end
		}
	}
	return nil, 0, fmt.Errorf("( without )")
}

func product(a, b []string) []string {
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// plain is s as the automaton compares it.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + ('a' - 'A')
		}
		return r
	}, japanese.Normalize(s))
}
