package classify

import (
	"fmt"
	"io"
	"math"

	"owabi/pkg/notice"
)

// calibrationBounds are the margins at which a step of confidence may begin.
var calibrationBounds = []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 0.95}

// judged is one answer on a labelled notice: how clear it was, and whether it
// was right.
type judged struct {
	margin float64
	right  bool
}

// judge classifies the labelled notices, each fold by a model that was trained on
// the others and has not seen it. An answer is right when it says
// rightly whether there was an incident and, if so, which category.
func (c *Classifier) judge(gold []Gold) []judged {
	out := make([]judged, len(gold))
	unseen := c.outOfFold(gold)
	for i, g := range gold {
		p, margin := unseen[i%folds].classify(g.Notice())
		out[i] = judged{margin, p.IsIncident == g.Labels.IsIncident && (!p.IsIncident || p.Category == g.Labels.Category)}
	}
	return out
}

// judgeShort is judge for texts too short for the model to be heard: the headlines
// of the labelled notices, which the rules read alone.
func (c *Classifier) judgeShort(gold []Gold) []judged {
	deaf := newClassifier(c.rules, &model{idf: make([]float32, modelBuckets)}) // knows no piece of any text
	var out []judged
	for _, g := range gold {
		n := notice.Notice{Source: "text", Body: g.Notice().Title}
		p, margin := deaf.classify(n)
		if n.Body != "" {
			out = append(out, judged{margin, p.IsIncident == g.Labels.IsIncident && (!p.IsIncident || p.Category == g.Labels.Category)})
		}
	}
	return out
}

// outOfFold returns for each fold of gold a classifier that was trained on the
// other folds, of what has a say in the confidence: no rankers, two of the heads.
func (c *Classifier) outOfFold(gold []Gold) []*Classifier {
	out := make([]*Classifier, folds)
	for fold := range out {
		var others []Gold
		for i, g := range gold {
			if i%folds != fold {
				others = append(others, g)
			}
		}
		out[fold] = newClassifier(c.rules, trainHeads(others, fieldIncident, fieldCategory))
	}
	return out
}

// calibrate gives each band of margins the share of right answers in it, with
// one right and one wrong answer added so that a small band claims little, the
// errors multiplied by unseenErrors, and neighbouring bands pooled until the
// shares rise (pool adjacent violators). The same answers give the same steps.
func calibrate(answers []judged, unseenErrors float64) []calibrationStep {
	type band struct {
		margin   float64
		right, n float64
	}
	var bands []band
	for i, low := range calibrationBounds {
		high := math.Inf(1)
		if i+1 < len(calibrationBounds) {
			high = calibrationBounds[i+1]
		}
		b := band{margin: low, right: 1, n: 2}
		for _, a := range answers {
			if a.margin >= low && a.margin < high {
				b.n++
				if a.right {
					b.right++
				}
			}
		}
		bands = append(bands, b)
		for len(bands) > 1 {
			last, before := bands[len(bands)-1], bands[len(bands)-2]
			if before.right/before.n < last.right/last.n {
				break
			}
			bands = append(bands[:len(bands)-2], band{before.margin, before.right + last.right, before.n + last.n})
		}
	}
	var steps []calibrationStep
	for _, b := range bands {
		const never = 0.01 // an answer is never certain
		wrong := math.Max(never, math.Min(1, unseenErrors*(1-b.right/b.n)))
		steps = append(steps, calibrationStep{Margin: b.margin, Confidence: math.Round(100*(1-wrong)) / 100})
	}
	return steps
}

// folds is how many parts the labelled notices are cut into to see whether the
// calibration holds on what it was not made from.
const folds = 5

// calibrationError is the mean distance, over the answers, between the
// confidence that the other folds give an answer's band and the share of right
// answers in it (expected calibration error), without the allowance for unseen
// notices.
func calibrationError(answers []judged) float64 {
	type sum struct{ confidence, right, n float64 }
	byStep := map[float64]*sum{}
	for fold := range folds {
		var others []judged
		for i, a := range answers {
			if i%folds != fold {
				others = append(others, a)
			}
		}
		r := rules{calibration: calibrationFile{Steps: calibrate(others, 1)}}
		for i, a := range answers {
			if i%folds != fold {
				continue
			}
			c := r.confidence(a.margin, true)
			key := math.Round(c * 20)
			if byStep[key] == nil {
				byStep[key] = &sum{}
			}
			s := byStep[key]
			s.confidence += c
			s.n++
			if a.right {
				s.right++
			}
		}
	}
	total := 0.0
	for _, s := range byStep {
		total += math.Abs(s.confidence - s.right)
	}
	return total / float64(max(1, len(answers)))
}

// writeCalibration writes steps as rules/calibration.yaml.
func writeCalibration(w io.Writer, unseenErrors float64, steps, short []calibrationStep) error {
	_, err := fmt.Fprintf(w, `# What a category's margin is worth. The margin is the share of the winner in the
# opinion of rules and model together; for a page without an incident, how far it
# is from the threshold. Of answers with at least this margin, this share is
# right on notices the model had not seen (each fifth of testdata/gold, by a model
# trained on the others). Made by: go test ./pkg/classify -run TestCalibration -update
# unseen_errors: how many times more often an answer is wrong on notices that the
# rules had not seen either. Of the categories of sets e, g and h, 6.6 %% were wrong
# when the sets were new, 5.7 %% now by models trained on the other sets.
unseen_errors: %g
steps:
`, unseenErrors)
	write := func(steps []calibrationStep) {
		for _, s := range steps {
			if err == nil {
				_, err = fmt.Fprintf(w, "  - {margin: %g, confidence: %.2f}\n", s.Margin, s.Confidence)
			}
		}
	}
	write(steps)
	if err == nil {
		_, err = fmt.Fprint(w, "# Texts too short for the model: the margin is the rules' alone. Made from the\n# headlines of the labelled notices.\nshort:\n")
	}
	write(short)
	return err
}
