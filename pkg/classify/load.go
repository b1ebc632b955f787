package classify

import (
	"fmt"
	"slices"
	"strings"

	"owabi/pkg/notice"
)

func (l *loader) loadCategories() {
	const file = "categories.yaml"
	r := l.rules
	l.read(file, &r.categories)
	for name, factor := range r.categories.Zones {
		z, ok := parseZone(name)
		if !ok {
			l.fault(file, 1, "zones", "no zone %q", name)
			continue
		}
		r.zoneFactor[z] = factor
	}
	l.words(file, groupTopicAfter, "topic_after", r.categories.TopicAfter)
	l.words(file, groupPurposeAfter, "purpose_after", r.categories.PurposeAfter)
	r.beats = map[notice.Category]map[notice.Category]float64{}
	for _, info := range notice.Categories() {
		c, ok := r.categories.Categories[string(info.Code)]
		if !ok {
			l.fault(file, 1, string(info.Code), "the category has no entry")
			continue
		}
		r.beats[info.Code] = map[notice.Category]float64{}
		for loser, least := range c.Beats {
			if !notice.Category(loser).Valid() {
				l.fault(file, 1, string(info.Code), "beats no category %q", loser)
			}
			r.beats[info.Code][notice.Category(loser)] = least
		}
		for _, source := range c.Cues {
			if source.Weight == 0 {
				l.fault(file, source.line, source.ID, "no weight")
			}
			l.cue(file, groupCategory, string(info.Code), source)
		}
	}
	for _, d := range r.categories.Decisive {
		if _, ok := l.ids[d.Cue]; !ok || !d.Winner.Valid() {
			l.fault(file, 1, "decisive", "no cue %q or no category %q", d.Cue, d.Winner)
		}
		for _, o := range d.Over {
			if !o.Valid() {
				l.fault(file, 1, "decisive", "no category %q", o)
			}
		}
	}
	for name := range r.categories.Categories {
		if !notice.Category(name).Valid() {
			l.fault(file, 1, name, "no such category in pkg/notice")
		}
	}
}

func (l *loader) loadSectors() {
	const file = "sectors.yaml"
	r := l.rules
	l.read(file, &r.sectors)
	for _, info := range notice.Sectors() {
		s := r.sectors.Sectors[string(info.Code)]
		for _, c := range s.Name {
			l.cue(file, groupSectorName, string(info.Code), c)
		}
		for _, c := range s.Text {
			l.cue(file, groupSectorText, string(info.Code), c)
		}
	}
	for name := range r.sectors.Sectors {
		if !notice.Sector(name).Valid() {
			l.fault(file, 1, name, "no such sector in pkg/notice")
		}
	}
}

func (l *loader) loadDataTypes() {
	const file = "data_types.yaml"
	var f dataTypesFile
	l.read(file, &f)
	for _, name := range f.Zones {
		z, ok := parseZone(name)
		if !ok {
			l.fault(file, 1, "zones", "no zone %q", name)
		}
		l.rules.dataZones |= 1 << z
	}
	for _, info := range notice.DataTypes() {
		l.words(file, groupData, string(info.Code), f.Types[string(info.Code)])
	}
	for name := range f.Types {
		if !notice.DataType(name).Valid() {
			l.fault(file, 1, name, "no such kind of data in pkg/notice")
		}
	}
	l.words(file, groupDataNot, "not", f.Not)
	l.words(file, groupDataAlone, "alone", f.Alone)
	l.words(file, groupDataBeside, "beside", f.BesideCues)
}

func (l *loader) loadSections() {
	const file = "sections.yaml"
	var f sectionsFile
	l.read(file, &f)
	for g, list := range map[group][]cueSource{groupHeading: f.Headings, groupSentenceZone: f.Sentences} {
		for _, c := range list {
			if _, ok := parseZone(c.Zone); !ok {
				l.fault(file, c.line, c.Zone, "no zone %q", c.Zone)
			}
		}
		_ = g
	}
	for _, c := range f.Headings {
		l.cue(file, groupHeading, c.Zone, c)
	}
	for _, c := range f.Sentences {
		l.cue(file, groupSentenceZone, c.Zone, c)
	}
}

func (l *loader) loadIncident() {
	const file = "incident.yaml"
	l.read(file, &l.rules.incident)
	for _, c := range l.rules.incident.For {
		l.cue(file, groupIncidentFor, "for", c)
	}
	for _, c := range l.rules.incident.Against {
		l.cue(file, groupIncidentAgainst, "against", c)
	}
	l.words(file, groupIncidentFrame, "incident.frame", l.rules.incident.Frames)
	l.words(file, groupIncidentTold, "incident.told", l.rules.incident.Told)
	l.words(file, groupIncidentFault, "incident.fault", l.rules.incident.Faults)
	l.words(file, groupIncidentPlan, "incident.plan", l.rules.incident.Plans)
}

func (l *loader) loadExposure() {
	const file = "exposure.yaml"
	var f exposureFile
	l.read(file, &f)
	for _, c := range f.Leak {
		l.cue(file, groupLeak, c.ID, c)
	}
	for _, c := range f.Denied {
		l.cue(file, groupNotLeaked, c.ID, c)
	}
	l.words(file, groupLeakElsewhere, "exposure.elsewhere", f.Elsewhere)
	l.words(file, groupLost, "exposure.lost", f.Lost)
	l.words(file, groupPersonal, "exposure.personal", f.Personal)
	l.words(file, groupSecondaryTopic, "secondary.topic", f.Secondary.Topic)
	l.words(file, groupSecondaryNone, "secondary.none", f.Secondary.None)
	l.words(file, groupSecondaryFound, "secondary.found", f.Secondary.Found)
}

func (l *loader) loadStages() {
	const file = "stages.yaml"
	l.read(file, &l.rules.stages)
	for _, c := range l.rules.stages.Marks {
		switch notice.ReportStage(c.Stage) {
		case notice.StageFirst, notice.StageUpdate, notice.StageFinal, notice.StageRestored:
		default:
			l.fault(file, c.line, c.Stage, "no such stage")
		}
		c.ID = fmt.Sprintf("stage.%s.%d", c.Stage, c.line)
		l.cue(file, groupStageMark, c.Stage, c)
	}
	l.words(file, groupRestored, "stage.restored", l.rules.stages.Restored)
	l.words(file, groupOngoing, "stage.ongoing", l.rules.stages.Ongoing)
	l.words(file, groupMore, "stage.more", l.rules.stages.More)
	l.words(file, groupOpen, "stage.open", l.rules.stages.Open)
	l.words(file, groupDone, "stage.done", l.rules.stages.Done)
	for _, list := range [][]string{l.rules.stages.FirstWhenUnmarked, l.rules.stages.FirstWhenMore, l.rules.stages.FirstWhenOpen, l.rules.stages.RestoredWhenRestored, l.rules.stages.FinalWhenDone, l.rules.stages.FirstUnlessExposed, l.rules.stages.RestoredWhenHeaded} {
		for _, c := range list {
			if !notice.Category(c).Valid() {
				l.fault(file, 1, c, "no such category")
			}
		}
	}
}

func (l *loader) loadContractor() {
	const file = "contractor.yaml"
	l.read(file, &l.rules.contractor)
	for _, c := range l.rules.contractor.Cues {
		l.cue(file, groupContractor, c.ID, c)
	}
	for _, c := range l.rules.contractor.Not {
		l.cue(file, groupContractorNot, c.ID, c)
	}
}

func (l *loader) loadTimeline() {
	const file = "timeline.yaml"
	r := l.rules
	l.read(file, &r.timeline)
	r.keys = map[string]string{}
	for field, keys := range r.timeline.Keys {
		switch field {
		case "occurred", "detected", "restored", "ended":
		default:
			l.fault(file, 1, field, "no such field of the timeline")
		}
		for _, k := range keys {
			r.keys[plain(k)] = field
		}
	}
	l.words(file, groupOccurred, "timeline.occurred", r.timeline.Occurred)
	l.words(file, groupDetected, "timeline.detected", r.timeline.Detected)
	l.words(file, groupTimeRestored, "timeline.restored", r.timeline.Restored)
	l.words(file, groupStopped, "timeline.stopped", r.timeline.Stopped)
	l.words(file, groupEnded, "timeline.ended", r.timeline.Ended)
	l.words(file, groupTimeNot, "timeline.not", r.timeline.Not)
}

func (l *loader) loadPeople() {
	const file = "people.yaml"
	p := &l.rules.people
	l.read(file, p)
	l.words(file, groupAffected, "people.affected", p.Affected)
	l.words(file, groupAffectedNoun, "people.noun", p.AffectedNoun)
	l.words(file, groupStaff, "people.staff", p.Staff)
	l.words(file, groupSeenBy, "people.seen_by", p.SeenBy)
	l.words(file, groupExcluded, "people.excluded", p.Excluded)
	l.words(file, groupNotAffected, "people.not_affected", p.NotAffected)
	l.words(file, groupWhole, "people.whole", p.Whole)
	l.words(file, groupSetting, "people.setting", p.Setting)
	l.words(file, groupUncounted, "people.uncounted", p.Uncounted)
	l.words(file, groupRecordsNoun, "records.noun", p.RecordsNoun)
}

func (l *loader) loadSeverity() {
	const file = "severity.yaml"
	l.read(file, &l.rules.severity)
	for level, lines := range l.rules.severity.Levels {
		switch level {
		case notice.SeverityMinor, notice.SeverityModerate, notice.SeverityMajor, notice.SeverityCritical:
		default:
			l.fault(file, 1, string(level), "no such severity")
		}
		for _, line := range lines {
			for _, d := range line.Data {
				if !d.Valid() {
					l.fault(file, 1, string(level), "no kind of data %q", d)
				}
			}
			for _, c := range line.Category {
				if !c.Valid() {
					l.fault(file, 1, string(level), "no category %q", c)
				}
			}
		}
	}
}

func (l *loader) loadOrganizations() {
	const file = "organizations.yaml"
	r := l.rules
	l.read(file, &r.organizations)
	l.words(file, groupReported, "organization.reported", r.organizations.Reported)
	r.effects = map[notice.Category][]notice.Effect{}
	for _, effect := range []notice.Effect{notice.Confidentiality, notice.Integrity, notice.Availability} {
		for _, c := range r.organizations.Effects[string(effect)] {
			if !notice.Category(c).Valid() {
				l.fault(file, 1, "effects", "no category %q", c)
			}
			r.effects[notice.Category(c)] = append(r.effects[notice.Category(c)], effect)
		}
	}
}

func (l *loader) loadDiscovery() {
	const file = "discovery.yaml"
	l.read(file, &l.rules.discovery)
	for _, c := range l.rules.discovery.FoundBy {
		l.codedCue(file, groupFoundBy, "found_by", c, "staff", "monitoring", "audit", "affected", "contractor", "outside")
	}
	for _, c := range l.rules.discovery.Medium {
		l.codedCue(file, groupMedium, "medium", c, "paper", "electronic")
	}
	for _, c := range l.rules.discovery.MediumOf {
		if !notice.Category(c).Valid() {
			l.fault(file, 1, "medium_of", "no such category %q", c)
		}
	}
}

// codedCue compiles a rule whose id is field.code, and more after a dot where
// a code has several rules.
func (l *loader) codedCue(file string, g group, field string, c cueSource, codes ...string) {
	name, _ := strings.CutPrefix(c.ID, field+".")
	code, _, _ := strings.Cut(name, ".")
	if !slices.Contains(codes, code) {
		l.fault(file, c.line, c.ID, "want an id that begins with %s. and one of %s", field, strings.Join(codes, ", "))
	}
	l.cue(file, g, code, c)
}

func (l *loader) loadCalibration() {
	const file = "calibration.yaml"
	l.read(file, &l.rules.calibration)
	last := -1.0
	for i, s := range l.rules.calibration.Steps {
		if s.Margin <= last || s.Confidence < 0 || s.Confidence > 1 {
			l.fault(file, i+1, "steps", "margins must rise and confidences lie in 0..1")
		}
		last = s.Margin
	}
	if len(l.rules.calibration.Steps) == 0 && !strings.Contains(file, "/") {
		l.fault(file, 1, "steps", "none")
	}
}
