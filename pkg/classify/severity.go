package classify

import (
	"slices"

	"owabi/pkg/notice"
)

// confidence is what a margin is worth by calibration.yaml; heard: the model had a say.
func (r *rules) confidence(margin float64, heard bool) float64 {
	steps := r.calibration.Short
	if heard {
		steps = r.calibration.Steps
	}
	c := 0.0
	for _, s := range steps {
		if margin >= s.Margin {
			c = s.Confidence
		}
	}
	return c
}

// severityOf applies severity.yaml.
func (r *rules) severityOf(c *notice.Classification) notice.Severity {
	if !c.IsIncident {
		return notice.SeverityInfo
	}
	for _, level := range []notice.Severity{notice.SeverityCritical, notice.SeverityMajor, notice.SeverityModerate, notice.SeverityMinor} {
		if slices.ContainsFunc(r.severity.Levels[level], func(rule severityRule) bool { return rule.holds(c) }) {
			return level
		}
	}
	return notice.SeverityMinor
}

func (s severityRule) holds(c *notice.Classification) bool {
	i := c.Impact
	switch {
	case s.People > 0 && (i.People == nil || i.People.Value < s.People),
		s.Records > 0 && (i.Records == nil || i.Records.Value < s.Records),
		s.OutageMinutes > 0 && (i.OutageMinutes == nil || i.OutageMinutes.Value < s.OutageMinutes),
		len(s.Exposure) > 0 && (i.Exposure == nil || !slices.Contains(s.Exposure, *i.Exposure)),
		len(s.Category) > 0 && !slices.Contains(s.Category, c.Category),
		s.SecondaryDamage != "" && (i.SecondaryDamage == nil || *i.SecondaryDamage != s.SecondaryDamage):
		return false
	}
	return len(s.Data) == 0 || slices.ContainsFunc(s.Data, func(d notice.DataType) bool { return slices.Contains(i.DataTypes, d) })
}
