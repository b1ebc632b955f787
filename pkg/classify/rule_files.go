package classify

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"

	"owabi/pkg/notice"
)

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
