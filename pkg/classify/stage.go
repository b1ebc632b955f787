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
	last := func(g group, how ...japanese.Polarity) *match {
		var out *match
		r.each(g, func(m match) {
			z := r.zones[m.sentence]
			if z != zonePrevention && z != zoneContact && slices.Contains(how, r.polarity(m)) {
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
	restored, done := last(groupRestored, japanese.Asserted), last(groupDone, japanese.Asserted)
	// The words for what goes on may hold a negation: 再開の時期は決まっていない.
	ongoing, open := last(groupOngoing, japanese.Asserted, japanese.Denied), last(groupOpen, japanese.Asserted, japanese.Denied)
	switch {
	case slices.Contains(r.rules.stages.RestoredWhenRestored, category) && restored != nil && ongoing == nil:
		set(notice.StageRestored, restored)
	case slices.Contains(r.rules.stages.RestoredWhenRestored, category) && r.out.Impact.OutageMinutes != nil && ongoing == nil:
		set(notice.StageRestored, nil) // how long it took is told when it is over
		for _, e := range r.out.Evidence {
			if e.Field == "impact.outage_minutes" {
				e.Field, e.Rule = "stage", "stage.outage_ended"
				r.out.Evidence = append(r.out.Evidence, e)
				break
			}
		}
	case slices.Contains(r.rules.stages.FinalWhenDone, category) && done != nil:
		set(notice.StageFinal, done)
	case slices.Contains(r.rules.stages.FirstWhenMore, category) && r.firstOf(groupMore) != nil:
		set(notice.StageFirst, r.firstOf(groupMore))
	case slices.Contains(r.rules.stages.FirstWhenOpen, category) && open != nil:
		set(notice.StageFirst, open)
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

// firstOf is the first place where a cue of the group was found, nil where none was.
func (r *reading) firstOf(g group) *match {
	var out *match
	r.each(g, func(m match) {
		if out == nil {
			out = &m
		}
	})
	return out
}
