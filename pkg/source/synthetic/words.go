package synthetic

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"owabi/pkg/notice"
)

//go:embed data/*.yaml
var files embed.FS

// words is all that notices are put together from.
type words struct {
	organizations
	phrases
	categories   []category
	weights      []int // of categories
	styleWeights []int
}

type organizations struct {
	Stems   joined   `yaml:"stems"`
	Places  joined   `yaml:"places"`
	Sectors []sector `yaml:"sectors"`
}

// joined gives every front with every back.
type joined struct{ Fronts, Backs []string }

type sector struct {
	Code        notice.Sector
	Weight      int
	Names       []template
	We          []string
	Customers   []string
	Persons     []string
	Departments []string
	Services    []string
	Systems     []string
}

type phrases struct {
	DataTypes map[notice.DataType][]string `yaml:"data_types"` // looked up, never walked
	Leads     struct{ Plain, Followup, Final, Restored []template }
	Exposure  struct{ Confirmed, Suspected, Denied []template }
	Secondary struct {
		NoneFound []template `yaml:"none_found"`
		Found     []template
	}
	Contractor []template
	Actions    byFamily
	Prevention byFamily
	Closings   []template
	Contacts   []template
	Styles     []style
}

type byFamily struct {
	Data, Cyber, Service, Lost, Stolen, Clerical, Plant []template
}

func (f *byFamily) of(name string) []template {
	switch name {
	case "data":
		return f.Data
	case "cyber":
		return f.Cyber
	case "service":
		return f.Service
	case "lost":
		return f.Lost
	case "stolen":
		return f.Stolen
	case "clerical":
		return f.Clerical
	case "plant":
		return f.Plant
	}
	return nil
}

// style is how a publisher names the sections of its notices.
type style struct {
	Weight                                  int
	Mark                                    template
	What, Scope, Cause, Actions, Prevention []string
}

type category struct {
	Code    notice.Category
	Weight  int
	Sectors weighted
	Cases   []kase
	weights []int
}

// kase is one way in which a category happens; case is a word of Go's.
type kase struct {
	Weight      int
	Incident    *bool // false: no incident; absent: one
	Family      string
	Sectors     weighted
	Titles      []template
	What        []template
	Cause       []template
	People      string
	Undisclosed int
	Unit        string
	Records     string
	Outage      bool
	Data        []notice.DataType
	Maybe       []notice.DataType
	Exposure    weighted
	Contractor  int
	Secondary   int
	FoundDamage int `yaml:"found_damage"`
}

// weighted is "code weight, code weight, …" in the order of the file.
type weighted struct {
	codes   []string
	weights []int
}

func (w *weighted) UnmarshalYAML(node *yaml.Node) error {
	for part := range strings.SplitSeq(node.Value, ",") {
		code, weight, _ := strings.Cut(strings.TrimSpace(part), " ")
		n, err := strconv.Atoi(strings.TrimSpace(weight))
		if err != nil || n < 1 {
			return fmt.Errorf("line %d: %q is not a code and a weight", node.Line, part)
		}
		w.codes, w.weights = append(w.codes, code), append(w.weights, n)
	}
	return nil
}

func loadWords() (*words, error) {
	w := &words{}
	var incidents struct{ Categories []category }
	for _, file := range []struct {
		name string
		into any
	}{
		{"data/organizations.yaml", &w.organizations}, {"data/phrases.yaml", &w.phrases}, {"data/incidents.yaml", &incidents},
	} {
		data, err := files.ReadFile(file.name)
		if err != nil {
			return nil, err
		}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(file.into); err != nil {
			return nil, fmt.Errorf("%s: %w", file.name, err)
		}
	}
	w.categories = incidents.Categories
	for _, s := range w.Styles {
		w.styleWeights = append(w.styleWeights, s.Weight)
	}
	for i := range w.categories {
		c := &w.categories[i]
		w.weights = append(w.weights, c.Weight)
		for _, k := range c.Cases {
			c.weights = append(c.weights, k.Weight)
		}
	}
	return w, w.check()
}

// check finds what the files forgot, so that making a notice cannot fail.
func (w *words) check() error {
	var errs []error
	for _, info := range notice.Sectors() {
		if w.sector(string(info.Code)) == nil {
			errs = append(errs, fmt.Errorf("organizations.yaml: sector %s is missing", info.Code))
		}
	}
	for _, info := range notice.DataTypes() {
		if info.Code != notice.DataOther && len(w.DataTypes[info.Code]) == 0 {
			errs = append(errs, fmt.Errorf("phrases.yaml: data type %s is missing", info.Code))
		}
	}
	for _, info := range notice.Categories() {
		if !slices.ContainsFunc(w.categories, func(c category) bool { return c.Code == info.Code && len(c.Cases) > 0 }) {
			errs = append(errs, fmt.Errorf("incidents.yaml: category %s is missing", info.Code))
		}
	}
	for _, s := range w.Sectors {
		if !s.Code.Valid() || s.Weight < 1 || len(s.Names) == 0 || len(s.We) == 0 || len(s.Customers) == 0 || len(s.Persons) == 0 || len(s.Departments) == 0 || len(s.Services) == 0 || len(s.Systems) == 0 {
			errs = append(errs, fmt.Errorf("organizations.yaml: sector %s is not complete", s.Code))
		}
	}
	for _, c := range w.categories {
		if !c.Code.Valid() || c.Weight < 1 || len(c.Sectors.codes) == 0 {
			errs = append(errs, fmt.Errorf("incidents.yaml: category %s is not complete", c.Code))
		}
		for i, k := range c.Cases {
			if k.Weight < 1 || len(k.Titles) == 0 || len(k.What) == 0 || len(w.Actions.of(k.Family)) == 0 || len(w.Prevention.of(k.Family)) == 0 || len(k.Exposure.codes) == 0 {
				errs = append(errs, fmt.Errorf("incidents.yaml: case %d of %s is not complete", i+1, c.Code))
			}
			if k.People != "" && scales(k.People) == nil {
				errs = append(errs, fmt.Errorf("incidents.yaml: case %d of %s: people %q is no scale", i+1, c.Code, k.People))
			}
			for _, code := range slices.Concat(c.Sectors.codes, k.Sectors.codes) {
				if w.sector(code) == nil {
					errs = append(errs, fmt.Errorf("incidents.yaml: %s: there is no sector %q", c.Code, code))
				}
			}
			for _, d := range slices.Concat(k.Data, k.Maybe) {
				if !d.Valid() {
					errs = append(errs, fmt.Errorf("incidents.yaml: %s: there is no data type %q", c.Code, d))
				}
			}
		}
	}
	for _, list := range [][]template{w.Leads.Plain, w.Leads.Followup, w.Leads.Final, w.Leads.Restored, w.phrases.Exposure.Confirmed, w.phrases.Exposure.Suspected, w.phrases.Exposure.Denied, w.Secondary.NoneFound, w.Secondary.Found, w.phrases.Contractor, w.Closings, w.Contacts} {
		if len(list) == 0 {
			errs = append(errs, errors.New("phrases.yaml: a list of phrases is missing"))
		}
	}
	if len(w.Styles) == 0 || len(w.Stems.Fronts)*len(w.Stems.Backs)*len(w.Places.Fronts)*len(w.Places.Backs) == 0 {
		errs = append(errs, errors.New("styles, stems or places are missing"))
	}
	return errors.Join(errs...)
}

func (w *words) sector(code string) *sector {
	for i := range w.Sectors {
		if string(w.Sectors[i].Code) == code {
			return &w.Sectors[i]
		}
	}
	return nil
}

// template is text with {fields} and [choices|of|text].
type template []node

type node struct {
	text    string
	field   field
	choices []template
}

func (t *template) UnmarshalYAML(value *yaml.Node) error {
	parsed, rest, err := parseTemplate(value.Value, false)
	if err == nil && rest != "" {
		err = fmt.Errorf("%q closes nothing", rest)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", value.Line, err)
	}
	*t = parsed
	return nil
}

// parseTemplate parses up to the end of s or, within a choice, up to | or ].
func parseTemplate(s string, within bool) (template, string, error) {
	var t template
	for s != "" {
		stops := "{["
		if within {
			stops = "{[|]"
		}
		i := strings.IndexAny(s, stops)
		if i < 0 {
			return append(t, node{text: s}), "", nil
		}
		if i > 0 {
			t = append(t, node{text: s[:i]})
			s = s[i:]
		}
		switch s[0] {
		case '{':
			name, rest, ok := strings.Cut(s[1:], "}")
			f := field(slices.Index(fieldNames[:], name))
			if !ok || f <= 0 {
				return nil, "", fmt.Errorf("there is no field {%s}", name)
			}
			t, s = append(t, node{field: f}), rest
		case '[':
			var choices []template
			for rest := s; ; {
				choice, after, err := parseTemplate(rest[1:], true)
				if err != nil {
					return nil, "", err
				}
				if after == "" {
					return nil, "", fmt.Errorf("%q is not closed", s)
				}
				choices = append(choices, choice)
				if rest = after; rest[0] == ']' {
					s = rest[1:]
					break
				}
			}
			t = append(t, node{choices: choices})
		default:
			return t, s, nil
		}
	}
	return t, "", nil
}
