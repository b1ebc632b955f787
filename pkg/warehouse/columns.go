package warehouse

import (
	"fmt"
	"slices"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2/lib/column"

	"owabi/pkg/notice"
)

// column ties a column's name to where its values come from.
type column struct {
	name     string
	appendTo appender
}

// appender puts the values of rows into a column of an insert. Its error is a rowError
// or a columnError.
type appender func(driver.Interface, []Row) error

// whole makes a column whose values the driver takes as one slice, T being a type of
// its own for the column: that spares it to look at each. Codes are pointers.
func whole[T any](name string, value func(*Row) T) column {
	return column{name, func(to driver.Interface, rows []Row) error {
		list := make([]T, len(rows))
		for i := range rows {
			list[i] = value(&rows[i])
		}
		codesFor(to).share(list)
		had := to.Rows()
		if _, err := to.Append(list); err != nil {
			return &columnError{name, err}
		}
		if got := to.Rows() - had; got != len(list) { // so it is with Nullable(Bool), and what follows would be read as something else
			return &columnError{name, fmt.Errorf("a column of type %s takes %d of %d values", to.Type(), got, len(list))}
		}
		return nil
	}}
}

// set makes a column of arrays, which the driver takes row by row: of what a row has
// several of, one value each. Codes are pointers.
func set[E, T any](name string, of func(*Row) []E, value func(*E) T) column {
	return column{name, func(to driver.Interface, rows []Row) error {
		var list []T
		codes := codesFor(to)
		for i := range rows {
			list = list[:0] // the driver has copied what it held
			elements := of(&rows[i])
			for j := range elements {
				list = append(list, value(&elements[j]))
			}
			codes.share(list)
			if err := to.AppendRow(list); err != nil {
				return &rowError{i, err}
			}
		}
		return nil
	}}
}

// codes give equal codes of one append the same pointer. That is how the driver sees that they
// are one entry of the column's dictionary: strings it would box, and compare twice. Over the
// native protocol a later append adds its codes again, and the server sees that they are equal.
type codes map[string]*string

// codesFor returns the codes of a column that is made with a dictionary, nil for others.
func codesFor(to driver.Interface) codes {
	if array, ok := to.(*driver.Array); ok {
		to = array.Base()
	}
	if _, ok := to.(*driver.LowCardinality); ok {
		return codes{}
	}
	return nil
}

// share makes the pointers in list, a []*string, those that were met first.
func (c codes) share(list any) {
	pointers, ok := list.([]*string)
	if c == nil || !ok {
		return
	}
	for i, p := range pointers {
		if p == nil {
			continue
		}
		first, ok := c[*p]
		if !ok {
			c[*p], first = p, p
		}
		pointers[i] = first
	}
}

// named picks columns by their names, in the order of all.
func named(all []column, names []string) (out []column) {
	for _, c := range all {
		if slices.Contains(names, c.name) {
			out = append(out, c)
		}
	}
	return out
}

// loaded is a table that a load fills.
type loaded struct {
	name    string
	columns []column
}

// tables are those that hold what was loaded, in the order that a load writes
// them: the figures first, for it is they that a row is refused for, and what was
// rejected must leave no words behind. What a load leaves half done when its process
// dies, its messages' next delivery fills.
var tables = []loaded{
	{factsTable, factColumns},
	{"reading_rows", slices.Concat(factColumns, evidenceColumns)},
	{"text_rows", slices.Concat(named(factColumns, textFacts), bodyColumns)},
}

// factColumns are those of notice_rows; a reading has them too.
var factColumns = []column{
	whole("notice_id", func(r *Row) string { return r.NoticeID }),
	whole("caller_id", func(r *Row) *string { return known(&r.ID) }),
	whole("source", func(r *Row) *string { return &r.Source }),
	whole("url", func(r *Row) *string { return r.URL }),
	whole("heading", func(r *Row) *string { return known(&r.Notice.Heading) }),
	whole("lang", func(r *Row) *string { return known(&r.Notice.Lang) }),
	whole("synthetic", func(r *Row) bool { return r.Notice.Synthetic }),
	whole("publisher", func(r *Row) *string { return known(&r.Notice.Publisher) }),
	whole("title", func(r *Row) *string { return r.Title }),
	whole("published", func(r *Row) *time.Time { return day(r.Published) }),
	whole("fetched_at", func(r *Row) time.Time { return r.Notice.FetchedAt }),
	whole("is_incident", func(r *Row) bool { return r.IsIncident }),
	whole("category", func(r *Row) *string { return (*string)(&r.Category) }),
	set("also", func(r *Row) []notice.Category { return r.Also }, func(c *notice.Category) *string { return (*string)(c) }),
	set("effects", func(r *Row) []notice.Effect { return r.Effects }, func(c *notice.Effect) *string { return (*string)(c) }),
	whole("sector", func(r *Row) *string { return (*string)(&r.Sector) }),
	whole("jsic", func(r *Row) *string { return r.JSIC }),
	whole("organization", func(r *Row) *string { return r.Organization.Name }),
	whole("organization_key", func(r *Row) *string { return r.Organization.Key }),
	whole("organization_kind", func(r *Row) *string { return (*string)(r.Organization.Kind) }),
	whole("prefecture", func(r *Row) *string { return r.Organization.Prefecture }),
	whole("contractor_involved", func(r *Row) bool { return r.Contractor.Involved }),
	whole("contractor", func(r *Row) *string { return r.Contractor.Name }),
	whole("stage", func(r *Row) *string { return (*string)(r.Classification.Stage) }),
	whole("people", func(r *Row) *uint64 { return quantity(r.Impact.People) }),
	whole("people_bound", func(r *Row) *string { return bound(r.Impact.People) }),
	whole("people_unit", func(r *Row) *string { return unit(r.Impact.People) }),
	whole("people_text", func(r *Row) *string { return words(r.Impact.People) }),
	whole("records", func(r *Row) *uint64 { return quantity(r.Impact.Records) }),
	whole("records_bound", func(r *Row) *string { return bound(r.Impact.Records) }),
	whole("records_unit", func(r *Row) *string { return unit(r.Impact.Records) }),
	whole("records_text", func(r *Row) *string { return words(r.Impact.Records) }),
	whole("outage_minutes", func(r *Row) *uint64 {
		if r.Impact.OutageMinutes == nil {
			return nil
		}
		minutes := uint64(r.Impact.OutageMinutes.Value)
		return &minutes
	}),
	whole("outage_text", func(r *Row) *string {
		if r.Impact.OutageMinutes == nil {
			return nil
		}
		return &r.Impact.OutageMinutes.Text
	}),
	whole("exposure", func(r *Row) *string { return (*string)(r.Impact.Exposure) }),
	set("data_types", func(r *Row) []notice.DataType { return r.Impact.DataTypes }, func(c *notice.DataType) *string { return (*string)(c) }),
	whole("secondary_damage", func(r *Row) *string { return (*string)(r.Impact.SecondaryDamage) }),
	whole("found_by", func(r *Row) *string { return (*string)(r.FoundBy) }),
	whole("medium", func(r *Row) *string { return (*string)(r.Medium) }),
	whole("occurred", func(r *Row) *string { return r.Timeline.Occurred }),
	whole("occurred_date", func(r *Row) *time.Time { return day(r.Timeline.Occurred) }),
	whole("ended", func(r *Row) *string { return r.Timeline.Ended }),
	whole("ended_date", func(r *Row) *time.Time { return day(r.Timeline.Ended) }),
	whole("detected", func(r *Row) *string { return r.Timeline.Detected }),
	whole("detected_date", func(r *Row) *time.Time { return day(r.Timeline.Detected) }),
	whole("restored", func(r *Row) *string { return r.Timeline.Restored }),
	whole("restored_date", func(r *Row) *time.Time { return day(r.Timeline.Restored) }),
	whole("severity", func(r *Row) *string { return (*string)(&r.Severity) }),
	whole("confidence", func(r *Row) float64 { return r.Confidence }),
	set("warnings", func(r *Row) []notice.Warning { return r.Warnings }, func(c *notice.Warning) *string { return (*string)(c) }),
	whole("classifier_version", func(r *Row) *string { return &r.Classifier.Version }),
	whole("rules_sha256", func(r *Row) *string { return &r.Classifier.RulesSHA256 }),
	whole("classified_at", func(r *Row) time.Time { return r.ClassifiedAt }),
}

// textFacts are the facts that a text has too.
var textFacts = []string{"notice_id", "source", "url", "synthetic", "publisher", "title", "published", "classified_at"}

// evidenceColumns are those that only a reading has.
var evidenceColumns = []column{
	set("evidence.field", evidence, func(e *notice.Evidence) *string { return &e.Field }),
	set("evidence.rule", evidence, func(e *notice.Evidence) *string { return &e.Rule }),
	set("evidence.text", evidence, func(e *notice.Evidence) *string { return &e.Text }),
	set("evidence.start_rune", evidence, func(e *notice.Evidence) uint32 { return uint32(e.Start) }),
	set("evidence.end_rune", evidence, func(e *notice.Evidence) uint32 { return uint32(e.End) }),
}

func evidence(r *Row) []notice.Evidence { return r.Evidence }

// bodyColumns are those that only a text has.
var bodyColumns = []column{whole("body", func(r *Row) string { return r.Notice.Body })}

// known turns an empty string, which is unknown in a notice, into NULL.
func known(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}

// day returns the date that s begins with, or NULL when s is unknown, a month only, or
// out of the column's range.
func day(s *string) *time.Time {
	if s == nil || len(*s) < len(time.DateOnly) {
		return nil
	}
	t, err := time.Parse(time.DateOnly, (*s)[:len(time.DateOnly)])
	if err != nil || !notice.Storable(t) {
		return nil
	}
	return &t
}

func quantity(q *notice.Quantity) *uint64 {
	if q == nil {
		return nil
	}
	value := uint64(q.Value)
	return &value
}

func bound(q *notice.Quantity) *string {
	if q == nil {
		return nil
	}
	return (*string)(&q.Bound)
}

func unit(q *notice.Quantity) *string {
	if q == nil {
		return nil
	}
	return &q.Unit
}

// words are those a quantity was read from.
func words(q *notice.Quantity) *string {
	if q == nil {
		return nil
	}
	return &q.Text
}
