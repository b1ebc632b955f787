package classify

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"unicode"

	"owabi/pkg/notice"
)

// Explain returns the text of n with the evidence of c marked, for a person who
// checks a reading: first what was read, each answer with the numbers of the
// words it came from, then the text with these words in «» and their numbers
// behind them. With colour, ANSI sequences set the words off instead of «».
func Explain(n notice.Notice, c notice.Classification, colour bool) string {
	e := explanation{colour: colour, evidence: sortedEvidence(c.Evidence)}
	var out strings.Builder
	e.writeAnswers(&out, c)
	out.WriteByte('\n')
	e.writeText(&out, []rune(n.Text()))
	out.WriteString("\n\n")
	for i, ev := range e.evidence {
		fmt.Fprintf(&out, "%4s %-24s %-32s %s\n", e.number(i), ev.Field, ev.Rule, strings.ReplaceAll(ev.Text, "\n", "⏎"))
	}
	return out.String()
}

type explanation struct {
	colour   bool
	evidence []notice.Evidence
}

// sortedEvidence orders evidence as it stands in the text, the wider first.
func sortedEvidence(evidence []notice.Evidence) []notice.Evidence {
	sorted := append([]notice.Evidence(nil), evidence...)
	sort.SliceStable(sorted, func(i, j int) bool {
		if sorted[i].Start != sorted[j].Start {
			return sorted[i].Start < sorted[j].Start
		}
		return sorted[i].End > sorted[j].End
	})
	return sorted
}

func (e explanation) number(i int) string { return fmt.Sprintf("[%d]", i+1) }

// writeAnswers lists the answers that are known, with the evidence of each.
func (e explanation) writeAnswers(out *strings.Builder, c notice.Classification) {
	data, err := json.Marshal(c)
	if err != nil {
		return // a Classification always marshals
	}
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return
	}
	for _, name := range []string{
		"title", "published", "is_incident", "category", "also", "effects", "sector", "jsic",
		"organization.name", "organization.kind", "organization.prefecture", "contractor.involved", "contractor.name", "stage",
		"impact.people", "impact.records", "impact.outage_minutes", "impact.exposure", "impact.data_types", "impact.secondary_damage",
		"timeline.occurred", "timeline.ended", "timeline.detected", "timeline.restored", "found_by", "medium", "severity", "confidence", "warnings",
	} {
		answer := show(answerOf(fields, name))
		if answer == "null" || answer == "[]" {
			continue
		}
		var numbers []string
		for i, ev := range e.evidence {
			if ev.Field == name || strings.HasPrefix(ev.Field, name+".") {
				numbers = append(numbers, e.number(i))
			}
		}
		fmt.Fprintf(out, "%-26s %s %s\n", name, answer, strings.Join(numbers, ""))
	}
}

// answerOf follows a dotted name; of a quantity it gives the value alone.
func answerOf(fields map[string]any, name string) any {
	var v any = fields
	for _, key := range strings.Split(name, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[key]
	}
	if object, ok := v.(map[string]any); ok {
		return object["value"]
	}
	return v
}

const (
	ansiMark  = "\x1b[1;4m" // bold and underlined
	ansiDim   = "\x1b[2m"
	ansiReset = "\x1b[0m"
)

// writeText copies the text with its marks; words can lie within others.
func (e explanation) writeText(out *strings.Builder, text []rune) {
	starts, ends := map[int]int{}, map[int][]int{}
	for i, ev := range e.evidence {
		if ev.Start < 0 || ev.End > len(text) || ev.Start >= ev.End {
			continue
		}
		starts[ev.Start]++
		ends[ev.End] = append(ends[ev.End], i)
	}
	open := 0
	for at := 0; at <= len(text); at++ {
		for _, i := range ends[at] {
			open--
			if e.colour {
				out.WriteString(ansiReset + ansiDim + e.number(i) + ansiReset)
				if open > 0 {
					out.WriteString(ansiMark)
				}
			} else {
				out.WriteString("»" + e.number(i))
			}
		}
		if n := starts[at]; n > 0 {
			open += n
			if e.colour {
				out.WriteString(ansiMark)
			} else {
				out.WriteString(strings.Repeat("«", n))
			}
		}
		switch {
		case at == len(text):
		case unicode.IsControl(text[at]) && text[at] != '\n' && text[at] != '\t':
			// A notice comes from anywhere and must not steer a terminal.
			fmt.Fprintf(out, "\\x%02x", text[at])
		default:
			out.WriteRune(text[at])
		}
	}
}
