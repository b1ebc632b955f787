package classify_test

import (
	"testing"

	"owabi/pkg/classify"
	"owabi/pkg/notice"
)

func newClassifier(t testing.TB) *classify.Classifier {
	t.Helper()
	c, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEvidenceQuotesTheText(t *testing.T) {
	n := notice.Notice{
		Source: "text", Title: "個人情報を含む書類の誤送付について",
		Body: "令和６年５月１０日\n株式会社みなと商会\n\n当社は５月７日、お客様１２名の氏名と住所を記載した書類を誤って別の方に送付しました。深くお詫び申し上げます。",
	}
	c := newClassifier(t).Classify(n)
	if c.Category != notice.Misdelivery || c.Impact.People == nil || c.Impact.People.Value != 12 {
		t.Errorf("got %s, people %+v", c.Category, c.Impact.People)
	}
	text := []rune(n.Text())
	for _, e := range c.Evidence {
		if got := string(text[e.Start:e.End]); got != e.Text {
			t.Errorf("%s: quotes %q, the text has %q", e.Field, e.Text, got)
		}
	}
}
