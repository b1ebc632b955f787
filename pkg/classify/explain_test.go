package classify

import (
	"strings"
	"testing"

	"owabi/pkg/notice"
)

func TestExplainMarksTheWords(t *testing.T) {
	n := notice.Notice{Title: "紛失について", Body: "氏名12名分の名簿"}
	c := notice.Classification{
		Category: notice.Loss,
		Impact:   notice.Impact{People: &notice.Quantity{Value: 12}},
		Evidence: []notice.Evidence{
			{Field: "impact.people", Rule: "people.counter", Text: "12名", Start: 9, End: 12},
			{Field: "category", Rule: "loss.named", Text: "紛失", Start: 0, End: 2},
			{Field: "impact.data_types", Rule: "data.name", Text: "氏名12名分", Start: 7, End: 13},
		},
	}
	got := Explain(n, c, false)
	for _, want := range []string{
		"«紛失»[1]について\n«氏名«12名»[3]分»[2]の名簿",
		"impact.people              12 [3]",
		"category                   loss [1]",
		"[3] impact.people            people.counter                   12名",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the explanation lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "impact.records") {
		t.Errorf("an unknown answer is shown:\n%s", got)
	}
	if coloured := Explain(n, c, true); strings.Contains(coloured, "«") || !strings.Contains(coloured, ansiMark+"紛失"+ansiReset) {
		t.Errorf("with colour:\n%q", coloured)
	}
}
