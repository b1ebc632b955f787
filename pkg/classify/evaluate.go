package classify

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"owabi/pkg/notice"
)

// Gold is a notice with the labels a person gave it.
type Gold struct {
	ID        string         `json:"id"`
	URL       *string        `json:"url,omitempty"`
	Kind      string         `json:"kind,omitempty"` // notice, or brief: a news report
	Publisher *string        `json:"publisher"`
	Title     *string        `json:"title"`
	Published *string        `json:"published"`
	Text      string         `json:"text"` // the headline first, when there is one
	Labels    notice.Answers `json:"gold"`
}

// maxGoldLine bounds one line of a gold file.
const maxGoldLine = 16 << 20

// ReadGold reads labelled notices, one JSON object a line. Errors name the line.
func ReadGold(r io.Reader) ([]Gold, error) {
	var gold []Gold
	seen := map[string]int{}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxGoldLine)
	line := 0
	for in.Scan() {
		line++
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		var g Gold
		if err := json.Unmarshal(in.Bytes(), &g); err != nil {
			return nil, fmt.Errorf("gold, line %d: %w", line, err)
		}
		switch {
		case g.ID == "":
			return nil, fmt.Errorf("gold, line %d: no id", line)
		case g.Text == "":
			return nil, fmt.Errorf("gold, line %d: %s has no text", line, g.ID)
		case !g.Labels.Category.Valid():
			return nil, fmt.Errorf("gold, line %d: %s: no category %q", line, g.ID, g.Labels.Category)
		}
		if first, ok := seen[g.ID]; ok {
			return nil, fmt.Errorf("gold, line %d: the id %s stands on line %d already", line, g.ID, first)
		}
		seen[g.ID] = line
		gold = append(gold, g)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("gold, line %d: %w", line+1, err)
	}
	return gold, nil
}

// Notice is the notice as a source would give it, with the fields known apart
// from the text.
func (g Gold) Notice() notice.Notice {
	n := notice.Notice{CallerID: g.ID, Source: "jsonl", Publisher: text(g.Publisher), Title: text(g.Title), Published: text(g.Published), URL: text(g.URL)}
	n.Title, n.Body = notice.SplitTitle(n.Title, g.Text)
	n.ID = n.ComputeID()
	return n
}

// Blind is the notice with nothing but its text: publisher, headline and day of
// publication have to be read out of it.
func (g Gold) Blind() notice.Notice {
	n := notice.Notice{CallerID: g.ID, Source: "jsonl", Body: g.Text}
	n.ID = n.ComputeID()
	return n
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Measure is one figure of a Report. Value is nil when it was measured on
// nothing; Count is true for a number of rows.
type Measure struct {
	Name  string
	Value *float64
	Count bool
}

// Miss is one answer that differs from the label.
type Miss struct {
	ID       string            `json:"id"`
	Field    string            `json:"field"`
	Expected any               `json:"expected"`
	Given    any               `json:"given"`
	Evidence []notice.Evidence `json:"evidence"`
}

// Report is what an evaluation found. README.md says what each
// measure counts.
type Report struct {
	Measures []Measure
	Misses   []Miss
	// Categories has precision, recall and F1 for each category of the gold set.
	Categories []CategoryScore
}

// CategoryScore is how one category was told from the others.
type CategoryScore struct {
	Category              notice.Category
	Rows                  int
	Precision, Recall, F1 float64
}

// Value is the measure of that name; false when there is none or it was
// measured on nothing.
func (r Report) Value(name string) (float64, bool) {
	for _, m := range r.Measures {
		if m.Name == name && m.Value != nil {
			return *m.Value, true
		}
	}
	return 0, false
}

// ratio counts hits; numbers also count what was invented.
type ratio struct{ all, hit, pos, posHit, invented, null int }

// Evaluate compares predictions with labels. A prediction belongs to the label
// whose id equals its ID. Rows labelled as no incident count for the incident
// measures only. A missing prediction is wrong in everything.
func Evaluate(gold []Gold, predictions []notice.Classification) Report {
	byID := map[string]*notice.Classification{}
	for i := range predictions {
		byID[predictions[i].ID] = &predictions[i]
	}
	e := evaluation{categories: map[notice.Category]*[3]int{}, goldCategories: map[notice.Category]int{}}
	for _, g := range gold {
		p, ok := byID[g.ID]
		if !ok {
			e.missing++
			p = &notice.Classification{}
		}
		e.row(g, p, ok)
	}
	e.rows = len(gold)
	return e.report()
}

type evaluation struct {
	rows, missing, incidents           int
	tp, fp, fn, tn                     int
	category, lenient, sector          int
	contractor                         int
	people, records, outage            ratio
	occurred, detected, published      ratio
	exposure, stage, damage, publisher ratio
	data                               [3]int // found, too many, missed
	categories                         map[notice.Category]*[3]int
	goldCategories                     map[notice.Category]int
	misses                             []Miss
}

func (e *evaluation) miss(p *notice.Classification, id, field string, expected, given any, evidence ...string) {
	m := Miss{ID: id, Field: field, Expected: expected, Given: given, Evidence: []notice.Evidence{}}
	for _, v := range p.Evidence {
		if slices.ContainsFunc(evidence, func(f string) bool { return v.Field == f }) {
			m.Evidence = append(m.Evidence, v)
		}
	}
	e.misses = append(e.misses, m)
}

func (e *evaluation) of(c notice.Category) *[3]int {
	if e.categories[c] == nil {
		e.categories[c] = new([3]int)
	}
	return e.categories[c]
}

func (e *evaluation) row(g Gold, p *notice.Classification, predicted bool) {
	l := g.Labels
	switch {
	case l.IsIncident && p.IsIncident:
		e.tp++
	case l.IsIncident:
		e.fn++
		e.miss(p, g.ID, "incident", true, false, "is_incident")
	case p.IsIncident:
		e.fp++
		e.miss(p, g.ID, "incident", false, true, "category")
	default:
		e.tn++
	}
	if !l.IsIncident {
		return
	}
	e.incidents++
	e.goldCategories[l.Category]++
	ok := p.Category == l.Category
	switch {
	case ok:
		e.category++
		e.lenient++
		e.of(l.Category)[0]++
	default:
		if predicted && slices.Contains(l.Also, p.Category) {
			e.lenient++
		}
		e.of(l.Category)[2]++
		e.of(p.Category)[1]++
		e.miss(p, g.ID, "category", l.Category, p.Category, "category")
	}
	if p.Sector == l.Sector {
		e.sector++
	} else {
		e.miss(p, g.ID, "sector", l.Sector, p.Sector, "sector")
	}
	e.number(&e.people, p, g.ID, "people", l.People, quantityValue(p.Impact.People), 0)
	e.number(&e.records, p, g.ID, "records", l.Records, quantityValue(p.Impact.Records), 0)
	var minutes *int64
	if p.Impact.OutageMinutes != nil {
		minutes = &p.Impact.OutageMinutes.Value
	}
	e.number(&e.outage, p, g.ID, "outage_minutes", l.OutageMinutes, minutes, 0.02)
	e.date(&e.occurred, p, g.ID, "occurred", l.Occurred, p.Timeline.Occurred, "timeline.occurred")
	e.date(&e.detected, p, g.ID, "detected", l.Detected, p.Timeline.Detected, "timeline.detected")
	e.date(&e.published, p, g.ID, "published", g.Published, p.Published, "published")
	enum(e, &e.exposure, p, g.ID, "exposure", l.Exposure, p.Impact.Exposure, "impact.exposure")
	enum(e, &e.stage, p, g.ID, "stage", l.Stage, p.Stage, "stage")
	enum(e, &e.damage, p, g.ID, "secondary_damage", l.SecondaryDamage, p.Impact.SecondaryDamage, "impact.secondary_damage")
	if text(g.Publisher) != "" {
		a, b := foldOrganization(*g.Publisher), foldOrganization(text(p.Organization.Name))
		e.publisher.pos++
		if b != "" && (strings.Contains(a, b) || strings.Contains(b, a)) {
			e.publisher.hit++
		} else {
			e.miss(p, g.ID, "publisher", *g.Publisher, p.Organization.Name, "organization.name")
		}
	}
	if l.Contractor == p.Contractor.Involved {
		e.contractor++
	} else {
		e.miss(p, g.ID, "contractor", l.Contractor, p.Contractor.Involved, "contractor.involved", "contractor.name")
	}
	e.dataTypes(g, p)
}

func quantityValue(q *notice.Quantity) *int64 {
	if q == nil {
		return nil
	}
	return &q.Value
}

func (e *evaluation) number(c *ratio, p *notice.Classification, id, field string, a, b *int64, tolerance float64) {
	hit := a == nil && b == nil || a != nil && b != nil && *a == *b
	if tolerance > 0 && a != nil && b != nil && *a != 0 && *b != 0 {
		hit = hit || math.Abs(float64(*a-*b)) <= math.Max(1, tolerance*float64(*a))
	}
	c.all++
	if hit {
		c.hit++
	}
	switch {
	case a != nil:
		c.pos++
		if hit {
			c.posHit++
		}
	default:
		c.null++
		if b != nil {
			c.invented++
		}
	}
	if !hit {
		e.miss(p, id, field, a, b, "impact."+field)
	}
}

func (e *evaluation) date(c *ratio, p *notice.Classification, id, field string, a, b *string, evidence string) {
	if text(a) == "" {
		return
	}
	c.pos++
	if b != nil && strings.HasPrefix(*b, *a) {
		c.hit++
		return
	}
	e.miss(p, id, field, a, b, evidence)
}

func enum[T comparable](e *evaluation, c *ratio, p *notice.Classification, id, field string, a, b *T, evidence string) {
	c.pos++
	if a == nil && b == nil || a != nil && b != nil && *a == *b {
		c.hit++
		return
	}
	e.miss(p, id, field, a, b, evidence)
}

func (e *evaluation) dataTypes(g Gold, p *notice.Classification) {
	given, want := map[notice.DataType]bool{}, map[notice.DataType]bool{}
	for _, d := range p.Impact.DataTypes {
		given[d] = true
	}
	for _, d := range g.Labels.DataTypes {
		want[d] = true
	}
	differ := false
	for d := range want {
		if given[d] {
			e.data[0]++
		} else {
			e.data[2]++
			differ = true
		}
	}
	for d := range given {
		if !want[d] {
			e.data[1]++
			differ = true
		}
	}
	if differ {
		e.miss(p, g.ID, "data_types", sortedTypes(want), sortedTypes(given), "impact.data_types")
	}
}

func sortedTypes(m map[notice.DataType]bool) []notice.DataType {
	out := []notice.DataType{}
	for d := range m {
		out = append(out, d)
	}
	slices.Sort(out)
	return out
}

var legalForm = regexp.MustCompile(`(株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|社会福祉法人|医療法人(社団|財団)?|学校法人|国立大学法人|公立大学法人|独立行政法人|国立研究開発法人|地方独立行政法人|特定非営利活動法人|\(株\)|\(有\)|NPO法人)`)

// foldOrganization makes two spellings of one organization comparable; the key of a Classification goes further.
func foldOrganization(s string) string {
	s = legalForm.ReplaceAllString(norm.NFKC.String(s), "")
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return strings.ToLower(s)
}

func f1(tp, fp, fn int) (precision, recall, f float64) {
	if tp+fp > 0 {
		precision = float64(tp) / float64(tp+fp)
	}
	if tp+fn > 0 {
		recall = float64(tp) / float64(tp+fn)
	}
	if precision+recall > 0 {
		f = 2 * precision * recall / (precision + recall)
	}
	return precision, recall, f
}

func (e *evaluation) report() Report {
	var r Report
	count := func(name string, n int) {
		v := float64(n)
		r.Measures = append(r.Measures, Measure{name, &v, true})
	}
	value := func(name string, v float64) { r.Measures = append(r.Measures, Measure{name, &v, false}) }
	share := func(name string, hit, of int) {
		if of == 0 {
			r.Measures = append(r.Measures, Measure{Name: name})
			return
		}
		value(name, float64(hit)/float64(of))
	}
	count("rows", e.rows)
	count("incidents", e.incidents)
	count("missing", e.missing)
	_, _, f := f1(e.tp, e.fp, e.fn)
	value("incident_f1", f)
	share("lookalike_rejected", e.tn, e.tn+e.fp)
	share("category_accuracy", e.category, e.incidents)
	share("category_lenient", e.lenient, e.incidents)
	macro := 0.0
	for _, c := range categoryList {
		n := e.goldCategories[c]
		if n == 0 {
			continue
		}
		s := CategoryScore{Category: c, Rows: n}
		k := e.of(c)
		s.Precision, s.Recall, s.F1 = f1(k[0], k[1], k[2])
		macro += s.F1
		r.Categories = append(r.Categories, s)
	}
	if len(r.Categories) > 0 {
		value("category_macro_f1", macro/float64(len(r.Categories)))
	} else {
		share("category_macro_f1", 0, 0)
	}
	share("sector_accuracy", e.sector, e.incidents)
	for _, k := range []struct {
		name string
		c    ratio
	}{{"people", e.people}, {"records", e.records}, {"outage_minutes", e.outage}} {
		share(k.name+"_exact_all", k.c.hit, k.c.all)
		share(k.name+"_exact_when_stated", k.c.posHit, k.c.pos)
		share(k.name+"_invented", k.c.invented, k.c.null)
	}
	share("occurred_when_stated", e.occurred.hit, e.occurred.pos)
	share("detected_when_stated", e.detected.hit, e.detected.pos)
	share("published_when_stated", e.published.hit, e.published.pos)
	share("exposure_accuracy", e.exposure.hit, e.exposure.pos)
	share("stage_accuracy", e.stage.hit, e.stage.pos)
	share("secondary_damage_accuracy", e.damage.hit, e.damage.pos)
	share("publisher_accuracy", e.publisher.hit, e.publisher.pos)
	share("contractor_accuracy", e.contractor, e.incidents)
	_, _, f = f1(e.data[0], e.data[1], e.data[2])
	value("data_types_f1", f)
	r.Misses = e.misses
	return r
}

// WriteTable prints the measures, one a line.
func (r Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	for _, m := range r.Measures {
		switch {
		case m.Value == nil:
			fmt.Fprintf(&b, "%-32s None\n", m.Name)
		case m.Count:
			fmt.Fprintf(&b, "%-32s %d\n", m.Name, int(*m.Value))
		default:
			fmt.Fprintf(&b, "%-32s %.3f\n", m.Name, *m.Value)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// MarshalJSON gives the measures as one object, in their order.
func (r Report) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range r.Measures {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		value, err := json.Marshal(m.Value)
		if err != nil {
			return nil, err
		}
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// WriteJSON prints the measures as one line of JSON by their names.
func (r Report) WriteJSON(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// WriteMisses prints each wrong answer of field, or of every field when it is
// empty: id, field, expected, given and the evidence, separated by tabs.
func (r Report) WriteMisses(w io.Writer, field string) error {
	var b strings.Builder
	for _, m := range r.Misses {
		if field != "" && m.Field != field {
			continue
		}
		var quotes []string
		for _, v := range m.Evidence {
			quotes = append(quotes, fmt.Sprintf("%s「%s」", v.Rule, strings.ReplaceAll(v.Text, "\n", "⏎")))
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", m.ID, m.Field, show(m.Expected), show(m.Given), strings.Join(quotes, " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.Trim(string(data), `"`)
}

// Fields lists the names a miss can have, for messages.
func (r Report) Fields() []string {
	seen := map[string]bool{}
	for _, m := range r.Misses {
		seen[m.Field] = true
	}
	out := make([]string, 0, len(seen))
	for f := range seen {
		out = append(out, f)
	}
	sort.Strings(out)
	return out
}
