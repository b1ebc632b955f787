package classify

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"owabi/pkg/notice"
)

//go:embed rules/*.yaml
var embedded embed.FS

// zone is what a sentence's place in the notice is for.
type zone uint8

const (
	zoneBody zone = iota // anywhere else
	zoneTitle
	zoneLead     // the first sentences, which say what happened
	zoneOverview // 概要, 経緯
	zoneCause
	zoneImpact // 影響, 対象, 件数
	zoneData   // what was in it
	zoneDamage // 二次被害
	zoneResponse
	zoneRequest
	zonePrevention
	zoneContact
	zoneGreeting
	zoneBackground // others' incidents, explanations
	zones
)

var zoneNames = [zones]string{"body", "title", "lead", "overview", "cause", "impact", "data", "damage",
	"response", "request", "prevention", "contact", "greeting", "background"}

func (z zone) String() string { return zoneNames[z] }

func parseZone(s string) (zone, bool) {
	i := slices.Index(zoneNames[:], s)
	return zone(max(i, 0)), i >= 0
}

// group says which question a cue helps to answer.
type group uint8

const (
	groupNone group = iota
	groupCategory
	groupTopicAfter
	groupPurposeAfter
	groupSectorName
	groupSectorText
	groupData
	groupDataNot
	groupDataBeside
	groupDataAlone
	groupHeading
	groupSentenceZone
	groupIncidentFor
	groupIncidentAgainst
	groupIncidentFrame
	groupIncidentTold
	groupIncidentFault
	groupIncidentPlan
	groupLeak
	groupLost
	groupPersonal
	groupNotLeaked
	groupLeakElsewhere
	groupSecondaryTopic
	groupSecondaryNone
	groupSecondaryFound
	groupStageMark
	groupRestored
	groupOngoing
	groupDone
	groupMore
	groupOpen
	groupContractor
	groupContractorNot
	groupOccurred
	groupDetected
	groupTimeRestored
	groupStopped
	groupEnded
	groupTimeNot
	groupAffected
	groupAffectedNoun
	groupStaff
	groupSeenBy
	groupExcluded
	groupRecordsNoun
	groupNotAffected
	groupWhole
	groupSetting
	groupUncounted
	groupReported
	groupFoundBy
	groupMedium
	groups
)

// cue is one rule: patterns, what they speak for, and how loudly.
type cue struct {
	group  group
	code   string // category, sector, kind of data, stage, zone: what it speaks for
	id     string
	weight float64
	zones  uint32 // bit set; 0 is every zone
	anyhow bool   // counts however it is stated: its words hold the negation
	place  string // file:line, for error messages
}

func (c *cue) countsIn(z zone) bool { return c.zones == 0 || c.zones&(1<<z) != 0 }

// cueSource is a cue as the rule files write it.
type cueSource struct {
	ID             string   `yaml:"id"`
	Weight         float64  `yaml:"weight"`
	Any            []string `yaml:"any"`
	Zones          []string `yaml:"zones"`
	Zone           string   `yaml:"zone"`
	Stage          string   `yaml:"stage"`
	IgnorePolarity bool     `yaml:"ignore_polarity"`
	line           int
}

func (c *cueSource) UnmarshalYAML(n *yaml.Node) error {
	type plain cueSource
	if err := n.Decode((*plain)(c)); err != nil {
		return err
	}
	known := []string{"id", "weight", "any", "zones", "zone", "stage", "ignore_polarity"}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(known, n.Content[i].Value) {
			return fmt.Errorf("line %d: a cue has no %q", n.Content[i].Line, n.Content[i].Value)
		}
	}
	c.line = n.Line
	return nil
}

// words is a list of patterns without weight.
type words struct {
	list []string
	line int
}

func (w *words) UnmarshalYAML(n *yaml.Node) error {
	w.line = n.Line
	return n.Decode(&w.list)
}

type categoriesFile struct {
	Zones        map[string]float64 `yaml:"zones"`
	TopicAfter   words              `yaml:"topic_after"`
	PurposeAfter words              `yaml:"purpose_after"`
	Threshold    float64            `yaml:"threshold"`
	Decisive     []struct {
		Cue    string            `yaml:"cue"`
		Least  float64           `yaml:"least"`
		Winner notice.Category   `yaml:"winner"`
		Over   []notice.Category `yaml:"over"`
	} `yaml:"decisive"`
	AlsoShare  float64 `yaml:"also_share"`
	AlsoMin    float64 `yaml:"also_min"`
	Categories map[string]struct {
		Beats map[string]float64 `yaml:"beats"`
		Cues  []cueSource        `yaml:"cues"`
	} `yaml:"categories"`
}

type sectorsFile struct {
	NameDecides   float64 `yaml:"name_decides"`
	TextThreshold float64 `yaml:"text_threshold"`
	Sectors       map[string]struct {
		Name []cueSource `yaml:"name"`
		Text []cueSource `yaml:"text"`
		JSIC string      `yaml:"jsic"`
	} `yaml:"sectors"`
}

type dataTypesFile struct {
	Zones      []string         `yaml:"zones"`
	BesideCues words            `yaml:"beside_cues"`
	Types      map[string]words `yaml:"types"`
	Not        words            `yaml:"not"`
	Alone      words            `yaml:"alone"`
}

type sectionsFile struct {
	Headings  []cueSource `yaml:"headings"`
	Sentences []cueSource `yaml:"sentences"`
}

type incidentFile struct {
	CategoryShare float64     `yaml:"category_share"`
	CategoryMost  float64     `yaml:"category_most"`
	Threshold     float64     `yaml:"threshold"`
	Unopposed     float64     `yaml:"threshold_unopposed"`
	Happened      float64     `yaml:"happened"`
	NamedEvent    float64     `yaml:"named_event"`
	For           []cueSource `yaml:"for"`
	Against       []cueSource `yaml:"against"`
	ToldFirst     float64     `yaml:"told_first"`
	NotTold       float64     `yaml:"not_told"`
	NotToldHead   float64     `yaml:"not_told_but_headed"`
	Frames        words       `yaml:"frames"`
	Told          words       `yaml:"told"`
	Faults        words       `yaml:"faults"`
	Plans         words       `yaml:"plans"`
}

type exposureFile struct {
	Leak      []cueSource `yaml:"leak"`
	Elsewhere words       `yaml:"elsewhere"`
	Lost      words       `yaml:"lost"`
	Personal  words       `yaml:"personal"`
	Denied    []cueSource `yaml:"denied"`
	Secondary struct {
		Topic words `yaml:"topic"`
		None  words `yaml:"none"`
		Found words `yaml:"found"`
	} `yaml:"secondary"`
}

type stagesFile struct {
	Marks                []cueSource `yaml:"marks"`
	Restored             words       `yaml:"restored"`
	Ongoing              words       `yaml:"ongoing"`
	Done                 words       `yaml:"done"`
	More                 words       `yaml:"more_to_come"`
	FirstWhenMore        []string    `yaml:"first_when_more"`
	Open                 words       `yaml:"still_open"`
	FirstWhenOpen        []string    `yaml:"first_when_open"`
	FirstWhenUnmarked    []string    `yaml:"first_when_unmarked"`
	FirstUnlessExposed   []string    `yaml:"first_unless_exposed"`
	RestoredWhenRestored []string    `yaml:"restored_when_restored"`
	RestoredWhenHeaded   []string    `yaml:"restored_when_headed"`
	FinalWhenDone        []string    `yaml:"final_when_done"`
}

type contractorFile struct {
	Threshold float64     `yaml:"threshold"`
	Cues      []cueSource `yaml:"cues"`
	Not       []cueSource `yaml:"not"`
	Names     []string    `yaml:"names"`
}

type timelineFile struct {
	Keys     map[string][]string `yaml:"keys"`
	Occurred words               `yaml:"occurred"`
	Detected words               `yaml:"detected"`
	Restored words               `yaml:"restored"`
	Stopped  words               `yaml:"stopped"`
	Ended    words               `yaml:"ended"`
	Not      words               `yaml:"not"`
}

type peopleFile struct {
	Affected         words    `yaml:"affected"`
	AffectedNoun     words    `yaml:"affected_noun"`
	Staff            words    `yaml:"staff"`
	SeenBy           words    `yaml:"seen_by"`
	Excluded         words    `yaml:"excluded"`
	PersonBeforeCase []string `yaml:"person_before_case"`
	PersonAfterCase  []string `yaml:"person_after_case"`
	RecordsNoun      words    `yaml:"records_noun"`
	NotAffected      words    `yaml:"not_affected"`
	Whole            words    `yaml:"whole"`
	Setting          words    `yaml:"setting"`
	Uncounted        words    `yaml:"uncounted"`
}

type severityFile struct {
	Levels map[notice.Severity][]severityRule `yaml:"levels"`
}

// severityRule is one line of severity.yaml; zero values demand nothing.
type severityRule struct {
	People          int64                  `yaml:"people"`
	Records         int64                  `yaml:"records"`
	OutageMinutes   int64                  `yaml:"outage_minutes"`
	Exposure        []notice.Exposure      `yaml:"exposure"`
	Data            []notice.DataType      `yaml:"data"`
	Category        []notice.Category      `yaml:"category"`
	SecondaryDamage notice.SecondaryDamage `yaml:"secondary_damage"`
}

type organizationsFile struct {
	SubjectAfter []string            `yaml:"subject_after"`
	Reported     words               `yaml:"reported"`
	Self         []string            `yaml:"self"`
	OthersAfter  []string            `yaml:"others_after"`
	Effects      map[string][]string `yaml:"effects"`
}

type discoveryFile struct {
	FoundBy  []cueSource `yaml:"found_by"`
	Medium   []cueSource `yaml:"medium"`
	MediumOf []string    `yaml:"medium_of"`
}

type calibrationFile struct {
	// UnseenErrors is how many times more often a category is wrong on notices
	// that nobody had looked at when the rules were written.
	UnseenErrors float64           `yaml:"unseen_errors"`
	Steps        []calibrationStep `yaml:"steps"`
	Short        []calibrationStep `yaml:"short"` // for texts too short for the model
}

type calibrationStep struct {
	Margin     float64 `yaml:"margin"`
	Confidence float64 `yaml:"confidence"`
}

// rules is every rule file, checked and compiled.
type rules struct {
	cues    []cue
	matcher *matcher
	sha256  string

	categories    categoriesFile
	zoneFactor    [zones]float64
	beats         map[notice.Category]map[notice.Category]float64
	sectors       sectorsFile
	names         names
	dataZones     uint32
	incident      incidentFile
	stages        stagesFile
	contractor    contractorFile
	timeline      timelineFile
	keys          map[string]string // key of a line → field of the timeline
	people        peopleFile
	severity      severityFile
	organizations organizationsFile
	effects       map[notice.Category][]notice.Effect
	calibration   calibrationFile
	discovery     discoveryFile
	hearing       modelFile
}

// modelFile is rules/model.yaml.
type modelFile struct {
	Category     float64 `yaml:"category"`
	Clear        float64 `yaml:"clear"`
	Known        float64 `yaml:"known"`
	Name         float64 `yaml:"name"`
	Sector       float64 `yaml:"sector"`
	Incident     float64 `yaml:"incident"`
	IncidentBias float64 `yaml:"incident_bias"`
	Exposure     float64 `yaml:"exposure"`
	People       float64 `yaml:"people"`
	NoPeople     float64 `yaml:"no_people"`
	NoSetting    float64 `yaml:"no_setting"`
	Records      float64 `yaml:"records"`
	NoRecords    float64 `yaml:"no_records"`
	DataType     float64 `yaml:"data_type"`
	NoDataType   float64 `yaml:"no_data_type"`

	Secondary  map[string]float64 `yaml:"secondary_damage"` // by the rules' answer
	Contractor float64            `yaml:"contractor"`

	Alone float64 `yaml:"alone"`
}

// loadRules reads, checks and compiles the rule files of fsys. Every fault is
// reported, each with its file, its line and its rule.
func loadRules(fsys fs.FS) (*rules, error) {
	l := loader{fsys: fsys, rules: &rules{}, sets: map[string][]string{}, ids: map[string]string{}}
	l.load()
	if len(l.faults) > 0 {
		return nil, fmt.Errorf("rules: %w", errors.Join(l.faults...))
	}
	return l.rules, nil
}

type loader struct {
	fsys    fs.FS
	rules   *rules
	builder matcherBuilder
	sets    map[string][]string
	ids     map[string]string
	sum     []byte
	faults  []error
}

func (l *loader) fault(file string, line int, rule, format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf("%s:%d: %s: %s", file, line, rule, fmt.Sprintf(format, args...)))
}

func (l *loader) read(file string, into any) {
	data, err := fs.ReadFile(l.fsys, "rules/"+file)
	if err != nil {
		l.faults = append(l.faults, err)
		return
	}
	l.sum = append(l.sum, file...)
	l.sum = append(l.sum, 0)
	l.sum = append(l.sum, data...)
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		l.faults = append(l.faults, fmt.Errorf("%s: %w", file, err))
	}
}

func (l *loader) load() {
	r := l.rules
	l.loadWords()
	l.loadCategories()
	l.loadSectors()
	l.loadNames()
	l.loadDataTypes()
	l.loadSections()
	l.loadIncident()
	l.loadExposure()
	l.loadStages()
	l.loadContractor()
	l.loadTimeline()
	l.loadPeople()
	l.loadSeverity()
	l.loadOrganizations()
	l.loadDiscovery()
	l.loadCalibration()
	l.read("model.yaml", &l.rules.hearing)
	if len(l.faults) > 0 {
		return
	}
	r.matcher = l.builder.build()
	sum := sha256.Sum256(l.sum)
	r.sha256 = hex.EncodeToString(sum[:])
}

// cue compiles one rule.
func (l *loader) cue(file string, g group, code string, c cueSource) {
	name := c.ID
	if name == "" {
		name = code
	}
	if len(c.Any) == 0 {
		l.fault(file, c.line, name, "no patterns under any")
	}
	if c.ID != "" {
		if other, ok := l.ids[c.ID]; ok {
			l.fault(file, c.line, name, "this id stands at %s already", other)
		}
		l.ids[c.ID] = fmt.Sprintf("%s:%d", file, c.line)
	}
	out := cue{group: g, code: code, id: name, weight: c.Weight, anyhow: c.IgnorePolarity, place: fmt.Sprintf("%s:%d", file, c.line)}
	for _, z := range c.Zones {
		v, ok := parseZone(z)
		if !ok {
			l.fault(file, c.line, name, "no zone %q", z)
		}
		out.zones |= 1 << v
	}
	n := int32(len(l.rules.cues))
	l.rules.cues = append(l.rules.cues, out)
	for _, source := range c.Any {
		p, err := parsePattern(source, l.sets)
		if err != nil {
			l.fault(file, c.line, name, "pattern %q: %v", source, err)
			continue
		}
		l.builder.add(n, p)
	}
}

func (l *loader) words(file string, g group, code string, w words) {
	if len(w.list) > 0 {
		id := code
		l.cue(file, g, code, cueSource{Any: w.list, line: w.line, Weight: 1})
		l.rules.cues[len(l.rules.cues)-1].id = id
	}
}

func (l *loader) loadWords() {
	var sets yaml.Node
	l.read("words.yaml", &sets)
	if len(sets.Content) == 0 || sets.Content[0].Kind != yaml.MappingNode {
		return
	}
	m := sets.Content[0].Content
	for i := 0; i+1 < len(m); i += 2 {
		name := m[i].Value
		var list []string
		if err := m[i+1].Decode(&list); err != nil {
			l.fault("words.yaml", m[i].Line, name, "%v", err)
			continue
		}
		seen := map[string]bool{}
		for _, source := range list {
			p, err := parsePattern(source, l.sets)
			if err == nil && len(p.items) != 1 {
				err = errors.New("… has no place in a set")
			}
			if err != nil {
				l.fault("words.yaml", m[i].Line, name, "%q: %v", source, err)
				continue
			}
			for _, s := range p.items[0].spellings {
				if !seen[s] {
					seen[s] = true
					l.sets[name] = append(l.sets[name], s)
				}
			}
		}
	}
}

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
