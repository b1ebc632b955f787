package warehouse

import (
	"slices"
	"strings"
	"time"

	"owabi/pkg/notice"
)

// column ties a column's name to where its values come from.
type column struct {
	name   string
	values func([]Row) appender
}

// values are those of one column for the rows of a batch. Two tables can take them.
type values struct {
	name     string
	appendTo appender
}

// appender puts values into a column of an insert. Its error is a rowError or a
// columnError.
type appender func(driverColumn) error

// driverColumn is a column of the driver's, as far as it is used here.
type driverColumn interface {
	Append(list any) (nulls []uint8, err error)
	AppendRow(any) error
	Reset()
}

// whole makes a column whose values the driver takes as one slice, T being a type of
// its own for the column: that spares it to look at each.
func whole[T any](name string, value func(*Row) T) column {
	return column{name, func(rows []Row) appender {
		list := make([]T, len(rows))
		for i := range rows {
			list[i] = value(&rows[i])
		}
		return func(to driverColumn) error {
			makeRoom(to, list)
			if _, err := to.Append(list); err != nil {
				return &columnError{name, err}
			}
			return nil
		}
	}}
}

// makeRoom lets the driver's column of texts grow to what list takes at once. Text by
// text it would be copied again and again, each time into memory that nobody had
// touched: five times what it ends with.
func makeRoom(to driverColumn, list any) {
	var texts []string
	switch list := list.(type) {
	case []string:
		texts = list
	case []*string:
		for _, s := range list {
			if s != nil {
				texts = append(texts, *s)
			}
		}
	default:
		return
	}
	_ = to.AppendRow(strings.Join(texts, "")) // a column that is none of texts refuses them by and by
	to.Reset()                                // the room stays
}

// single makes a column whose values the driver takes one by one: sets, times it may
// refuse, and codes. A code that is unknown is nil. It must not come as a pointer, by
// which the driver would tell equal codes apart and write each into the dictionary.
func single(name string, value func(*Row) any) column {
	return column{name, func(rows []Row) appender {
		list := make([]any, len(rows))
		for i := range rows {
			list[i] = value(&rows[i])
		}
		return func(to driverColumn) error {
			for i, v := range list {
				if err := to.AppendRow(v); err != nil {
					return &rowError{i, err}
				}
			}
			return nil
		}
	}}
}

func valuesOf(columns []column, rows []Row) []values {
	out := make([]values, len(columns))
	for i, c := range columns {
		out[i] = values{c.name, c.values(rows)}
	}
	return out
}

// named picks columns by their names, in the order of all.
func named(all []values, names []string) (out []values) {
	for _, v := range all {
		if slices.Contains(names, v.name) {
			out = append(out, v)
		}
	}
	return out
}

// factColumns are those of notice_rows; a reading has them too.
var factColumns = []column{
	whole("notice_id", func(r *Row) string { return r.NoticeID }),
	whole("caller_id", func(r *Row) *string { return known(r.ID) }),
	single("source", func(r *Row) any { return r.Source }),
	whole("url", func(r *Row) *string { return r.URL }),
	single("heading", func(r *Row) any { return knownCode(r.Notice.Heading) }),
	single("lang", func(r *Row) any { return knownCode(r.Notice.Lang) }),
	whole("synthetic", func(r *Row) bool { return r.Notice.Synthetic }),
	whole("publisher", func(r *Row) *string { return known(r.Notice.Publisher) }),
	whole("title", func(r *Row) *string { return r.Title }),
	whole("published", func(r *Row) *time.Time { return day(r.Published) }),
	single("fetched_at", func(r *Row) any { return r.Notice.FetchedAt }),
	whole("is_incident", func(r *Row) bool { return r.IsIncident }),
	single("category", func(r *Row) any { return string(r.Category) }),
	single("also", func(r *Row) any { return codes(r.Also) }),
	single("effects", func(r *Row) any { return codes(r.Effects) }),
	single("sector", func(r *Row) any { return string(r.Sector) }),
	single("jsic", func(r *Row) any { return code(r.JSIC) }),
	whole("organization", func(r *Row) *string { return r.Organization.Name }),
	whole("organization_key", func(r *Row) *string { return r.Organization.Key }),
	single("organization_kind", func(r *Row) any { return code(r.Organization.Kind) }),
	single("prefecture", func(r *Row) any { return code(r.Organization.Prefecture) }),
	whole("contractor_involved", func(r *Row) bool { return r.Contractor.Involved }),
	whole("contractor", func(r *Row) *string { return r.Contractor.Name }),
	single("stage", func(r *Row) any { return code(r.Classification.Stage) }),
	whole("people", func(r *Row) *uint64 { return quantity(r.Impact.People) }),
	single("people_bound", func(r *Row) any { return bound(r.Impact.People) }),
	single("people_unit", func(r *Row) any { return unit(r.Impact.People) }),
	whole("people_text", func(r *Row) *string { return words(r.Impact.People) }),
	whole("records", func(r *Row) *uint64 { return quantity(r.Impact.Records) }),
	single("records_bound", func(r *Row) any { return bound(r.Impact.Records) }),
	single("records_unit", func(r *Row) any { return unit(r.Impact.Records) }),
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
	single("exposure", func(r *Row) any { return code(r.Impact.Exposure) }),
	single("data_types", func(r *Row) any { return codes(r.Impact.DataTypes) }),
	single("secondary_damage", func(r *Row) any { return code(r.Impact.SecondaryDamage) }),
	single("found_by", func(r *Row) any { return code(r.FoundBy) }),
	single("medium", func(r *Row) any { return code(r.Medium) }),
	whole("occurred", func(r *Row) *string { return r.Timeline.Occurred }),
	whole("occurred_date", func(r *Row) *time.Time { return day(r.Timeline.Occurred) }),
	whole("ended", func(r *Row) *string { return r.Timeline.Ended }),
	whole("ended_date", func(r *Row) *time.Time { return day(r.Timeline.Ended) }),
	whole("detected", func(r *Row) *string { return r.Timeline.Detected }),
	whole("detected_date", func(r *Row) *time.Time { return day(r.Timeline.Detected) }),
	whole("restored", func(r *Row) *string { return r.Timeline.Restored }),
	whole("restored_date", func(r *Row) *time.Time { return day(r.Timeline.Restored) }),
	single("severity", func(r *Row) any { return string(r.Severity) }),
	whole("confidence", func(r *Row) float64 { return r.Confidence }),
	single("warnings", func(r *Row) any { return codes(r.Warnings) }),
	single("classifier_version", func(r *Row) any { return r.Classifier.Version }),
	single("rules_sha256", func(r *Row) any { return r.Classifier.RulesSHA256 }),
	single("classified_at", func(r *Row) any { return r.ClassifiedAt }),
}

// textFacts are the facts that a text has too.
var textFacts = []string{"notice_id", "source", "url", "synthetic", "publisher", "title", "published", "classified_at"}

// evidenceColumns are those that only a reading has.
var evidenceColumns = []column{
	single("evidence.field", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) string { return e.Field }) }),
	single("evidence.rule", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) string { return e.Rule }) }),
	single("evidence.text", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) string { return e.Text }) }),
	single("evidence.start_rune", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) uint32 { return uint32(e.Start) }) }),
	single("evidence.end_rune", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) uint32 { return uint32(e.End) }) }),
}

// bodyColumns are those that only a text has.
var bodyColumns = []column{whole("body", func(r *Row) string { return r.Notice.Body })}

// known turns an empty string, which is unknown in a notice, into NULL.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func knownCode(s string) any {
	if s == "" {
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

func code[T ~string](c *T) any {
	if c == nil {
		return nil
	}
	return string(*c)
}

func codes[T ~string](list []T) []string { return each(list, func(c T) string { return string(c) }) }

func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func quantity(q *notice.Quantity) *uint64 {
	if q == nil {
		return nil
	}
	value := uint64(q.Value)
	return &value
}

func bound(q *notice.Quantity) any {
	if q == nil {
		return nil
	}
	return string(q.Bound)
}

func unit(q *notice.Quantity) any {
	if q == nil {
		return nil
	}
	return q.Unit
}

// words are those a quantity was read from.
func words(q *notice.Quantity) *string {
	if q == nil {
		return nil
	}
	return &q.Text
}
