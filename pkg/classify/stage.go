package classify

import (
	"slices"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// readStage decides where in a row of reports the notice stands: by explicit
// marks in the order of stages.yaml, else by how the events stand.
func (r *reading) readStage() {
	set := func(s notice.ReportStage, m *match) {
		r.out.Stage = &s
		if m != nil {
			r.evidence("stage", r.cue(*m).id, r.rangeOf(*m))
		}
	}
	var mark *match
	r.each(groupStageMark, func(m match) {
		c := r.cue(m)
		if !c.countsIn(r.zones[m.sentence]) || r.mismatch && r.zones[m.sentence] == zoneTitle || mark != nil && mark.cue <= m.cue {
			return
		}
		if notice.ReportStage(c.code) == notice.StageRestored && !slices.Contains(r.rules.stages.RestoredWhenRestored, string(r.out.Category)) && !slices.Contains(r.rules.stages.RestoredWhenHeaded, string(r.out.Category)) {
			return
		}
		if p := r.polarity(m); p == japanese.Denied || p == japanese.Hypothetical || p == japanese.Planned {
			return
		}
		mark = &m
	})
	if mark != nil {
		set(notice.ReportStage(r.cue(*mark).code), mark)
		return
	}
	last := func(g group) *match {
		var out *match
		r.each(g, func(m match) {
			z := r.zones[m.sentence]
			if z == zonePrevention || z == zoneContact {
				return
			}
			switch r.polarity(m) {
			case japanese.Asserted:
				out = &m
			}
		})
		return out
	}
	category := string(r.out.Category)
	if slices.Contains(r.rules.stages.RestoredWhenRestored, category) && r.restoredAt != nil && !r.still() {
		e := notice.StageRestored
		r.out.Stage = &e
		r.evidence("stage", "stage.outage_ended", *r.restoredAt)
		return
	}
	restored, ongoing, done := last(groupRestored), last(groupOngoing), last(groupDone)
	switch {
	case slices.Contains(r.rules.stages.RestoredWhenRestored, category) && restored != nil && ongoing == nil:
		set(notice.StageRestored, restored)
	case slices.Contains(r.rules.stages.FinalWhenDone, category) && done != nil:
		set(notice.StageFinal, done)
	case slices.Contains(r.rules.stages.FirstWhenMore, category) && r.seen[groupMore] > 0:
		r.each(groupMore, func(m match) {
			if r.out.Stage == nil {
				set(notice.StageFirst, &m)
			}
		})
	case slices.Contains(r.rules.stages.FirstUnlessExposed, category) && r.exposed():
	case slices.Contains(r.rules.stages.FirstWhenUnmarked, category):
		set(notice.StageFirst, nil)
	}
}

// exposed tells whether data got out or may have.
func (r *reading) exposed() bool {
	e := r.out.Impact.Exposure
	return e != nil && *e != notice.ExposureDenied
}
