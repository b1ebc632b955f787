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

	"gopkg.in/yaml.v3"

	"owabi/pkg/notice"
)

//go:embed rules/*.yaml
var embedded embed.FS

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
