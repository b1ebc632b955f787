package classify

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"owabi/pkg/notice"
)

// scoresFile holds the figures that were reached: set → mode → measure.
const scoresFile = "testdata/scores.json"

type scores map[string]map[string]map[string]float64

// lowerIsBetter names the measures of which less is better.
func lowerIsBetter(measure string) bool { return strings.HasSuffix(measure, "_invented") }

// TestScoresDoNotFall classifies every labelled set, as given and blind, and
// fails when a figure is worse than the recorded one. A set without a record is
// only shown; -update records what is reached now.
func TestScoresDoNotFall(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	recorded := scores{}
	data, err := os.ReadFile(filepath.FromSlash(scoresFile))
	if err != nil && !*update {
		t.Fatal(err)
	}
	if err == nil {
		if err := json.Unmarshal(data, &recorded); err != nil {
			t.Fatalf("%s: %v", scoresFile, err)
		}
	}
	reached := scores{}
	for _, file := range goldFiles(t) {
		gold := goldOf(t, file)
		set := filepath.Base(file)
		reached[set] = map[string]map[string]float64{}
		for mode, read := range map[string]func(Gold) notice.Notice{"given": Gold.Notice, "blind": Gold.Blind} {
			predictions := make([]notice.Classification, len(gold))
			for i, g := range gold {
				predictions[i] = c.Classify(read(g))
			}
			report := Evaluate(gold, predictions)
			reached[set][mode] = map[string]float64{}
			for _, m := range report.Measures {
				if m.Value == nil {
					continue
				}
				got := *m.Value
				reached[set][mode][m.Name] = got
				want, ok := recorded[set][mode][m.Name]
				if !ok || m.Count || *update {
					continue
				}
				const rounding = 1e-9
				if lowerIsBetter(m.Name) && got > want+rounding || !lowerIsBetter(m.Name) && got < want-rounding {
					t.Errorf("%s, %s: %s is %.4f, was %.4f", set, mode, m.Name, got, want)
				}
			}
			if recorded[set] == nil && !*update {
				t.Logf("%s has no recorded scores yet; go test -run TestScores -update records them", set)
			}
		}
	}
	if *update {
		data, err := json.MarshalIndent(reached, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.FromSlash(scoresFile), append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
