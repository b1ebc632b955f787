package classify

import (
	"bytes"
	"errors"
	"testing"

	"owabi/pkg/notice"
)

func allGold(t *testing.T) (gold []Gold) {
	t.Helper()
	for _, file := range goldFiles(t) {
		gold = append(gold, goldOf(t, file)...)
	}
	return gold
}

// The model that is built in is the one the labelled notices teach, bit by bit:
// whoever changes them runs make model.
func TestModelIsWhatTheGoldSetTeaches(t *testing.T) {
	model, err := Train(allGold(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(model, embeddedModel) {
		t.Errorf("model.bin (%d bytes) is not what testdata/gold teaches (%d bytes): run make model", len(embeddedModel), len(model))
	}
}

func TestModelSurvivesItsFile(t *testing.T) {
	rules, err := loadRules(embedded)
	if err != nil {
		t.Fatal(err)
	}
	m := train(rules, allGold(t)[:40])
	again, err := decodeModel(m.encode())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.encode(), m.encode()) {
		t.Error("a decoded model encodes to other bytes")
	}
	whole := m.encode()
	for _, bad := range [][]byte{nil, []byte("x"), whole[:len(whole)-1], append(bytes.Clone(whole), 0), whole[:20]} {
		if _, err := decodeModel(bad); !errors.Is(err, errModel) {
			t.Errorf("%d bytes that are no model: %v", len(bad), err)
		}
	}
	if _, err := Train(nil); err == nil {
		t.Error("trained from nothing")
	}
}

// What only the model heard is told with the words that spoke for it.
func TestModelQuotesTheText(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	quoted := 0
	for _, g := range allGold(t) {
		n := g.Notice()
		text := []rune(n.Text())
		out := c.Classify(n)
		for _, e := range out.Evidence {
			if e.Rule == "model.category" || e.Rule == "model.sector" {
				quoted++
				if got := string(text[e.Start:e.End]); got != e.Text || got == "" {
					t.Errorf("%s: %s quotes %q, the text has %q", g.ID, e.Rule, e.Text, got)
				}
			}
		}
	}
	if quoted == 0 {
		t.Error("the model was never quoted: nothing was tested")
	}
	if out := c.Classify(notice.Notice{Body: "12345 67890"}); out.IsIncident || out.Sector != notice.OtherSector {
		t.Errorf("from digits alone the model heard %v, %s", out.IsIncident, out.Sector)
	}
}
