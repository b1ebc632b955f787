package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/notice"
)

// Row is one classified notice on its way into the table.
type Row struct {
	notice.Classified
	// ClassifiedAt tells which of two readings of a notice is the later.
	ClassifiedAt time.Time
}

// RejectedRow is a row of a batch that ClickHouse will never take, and why.
type RejectedRow struct {
	Index int // in the slice given to Load
	Err   error
}

// Load writes rows, one insert a table, and returns when ClickHouse has acknowledged
// all. Rows that can never be stored are reported in rejected, with ClickHouse's
// words about each alone, and sink nobody else: the rest is stored. An error means
// that nothing can be said of any row, for the server could not be reached or
// refused all work (ErrSetup: until an operator acts); all of them may be loaded
// again, and what was stored already shows once.
func (w *Warehouse) Load(ctx context.Context, rows []Row) (rejected []RejectedRow, err error) {
	l := loading{warehouse: w}
	if err := l.load(ctx, rows, 0); err != nil {
		return nil, err
	}
	if l.stored == 0 && l.doubt != nil { // nothing shows that it is not the server
		return nil, l.doubt
	}
	return l.rejected, nil
}

// loading is one Load.
type loading struct {
	warehouse *Warehouse
	stored    int // rows
	rejected  []RejectedRow
	// doubtful counts the rows refused alone for an unlisted reason; doubt is the
	// last such.
	doubtful int
	doubt    error
}

// maxDoubt is how many rows may be refused for an unlisted reason, and none
// stored, before the reason is taken to lie with the server.
const maxDoubt = 3

// load stores rows, which begin at offset in the batch. One that the server
// refuses for its content is parted at the row it names, else in the middle, until
// the rows at fault stand alone. A single bad row of n is found with five inserts
// and 2n rows when it is named, else with 2 log2 n and 3n.
func (l *loading) load(ctx context.Context, rows []Row, offset int) error {
	if len(rows) == 0 {
		return nil
	}
	err := l.warehouse.insert(ctx, rows)
	if err == nil {
		l.stored += len(rows)
		return nil
	}
	cause := CauseOf(err)
	switch {
	case cause == Setup:
		return fmt.Errorf("insert %d rows: %w: %w", len(rows), ErrSetup, err)
	case cause == Transient:
		return fmt.Errorf("insert %d rows: %w", len(rows), err)
	case len(rows) == 1:
		return l.refuse(offset, cause, err)
	}
	for _, part := range apart(rows, err) {
		if err := l.load(ctx, part, offset); err != nil {
			return err
		}
		offset += len(part)
	}
	return nil
}

// refuse notes a row that was refused alone.
func (l *loading) refuse(index int, cause Cause, err error) error {
	if cause == Unlisted {
		l.doubtful++
		l.doubt = fmt.Errorf("insert one row: %w", err)
		if l.stored == 0 && l.doubtful >= maxDoubt {
			return l.doubt
		}
	}
	l.rejected = append(l.rejected, RejectedRow{Index: index, Err: err})
	return nil
}

// apart parts a refused batch: what stands before the row that err names, that
// row, and the halves of what follows, where there may be more; without a name,
// the halves.
func apart(rows []Row, err error) [][]Row {
	index, ok := blamed(err, len(rows))
	if !ok {
		half := len(rows) / 2
		return [][]Row{rows[:half], rows[half:]}
	}
	rest := rows[index+1:]
	half := (len(rest) + 1) / 2
	return [][]Row{rows[:index], rows[index : index+1], rest[:half], rest[half:]}
}

// insert writes rows into the three tables, the figures first. When it fails between
// two, nothing was acknowledged, and loading the rows again fills the gap.
func (w *Warehouse) insert(ctx context.Context, rows []Row) error {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		// The batch is ready: the server need not gather it with others, and its
		// acknowledgement must mean that the rows are stored, on every shard.
		"async_insert":                  0,
		"distributed_foreground_insert": 1,
		// Old notices of many years in one batch are no mistake.
		"max_partitions_per_insert_block": 0,
	}))
	for _, table := range tables {
		if err := w.insertInto(ctx, table, rows); err != nil {
			return err
		}
	}
	return nil
}

func (w *Warehouse) insertInto(ctx context.Context, table string, rows []Row) error {
	columns := columnsOf[table]
	batch, err := w.conn.PrepareBatch(ctx, insertStatement(table, columns))
	if err != nil {
		return err
	}
	defer batch.Close()
	values := make([]any, len(columns))
	for i := range rows {
		if rows[i].Notice == nil {
			return &rowError{i, fmt.Errorf("notice %s: the message carries no notice", rows[i].NoticeID)}
		}
		for j, c := range columns {
			values[j] = c.value(&rows[i])
		}
		if err := batch.Append(values...); err != nil {
			return &rowError{i, err}
		}
	}
	return batch.Send()
}

func insertStatement(table string, columns []column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quoteIdentifier(c.name)
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ")"
}

// column ties a column's name to where its value comes from.
type column struct {
	name  string
	value func(*Row) any
}

// factColumns are those of notice_rows; a reading has them too.
var factColumns = []column{
	{"notice_id", func(r *Row) any { return r.NoticeID }},
	{"caller_id", func(r *Row) any { return known(r.ID) }},
	{"source", func(r *Row) any { return r.Source }},
	{"url", func(r *Row) any { return r.URL }},
	{"heading", func(r *Row) any { return known(r.Notice.Heading) }},
	{"lang", func(r *Row) any { return known(r.Notice.Lang) }},
	{"synthetic", func(r *Row) any { return r.Notice.Synthetic }},
	{"publisher", func(r *Row) any { return known(r.Notice.Publisher) }},
	{"title", func(r *Row) any { return r.Title }},
	{"published", func(r *Row) any { return day(r.Published) }},
	{"fetched_at", func(r *Row) any { return r.Notice.FetchedAt }},
	{"is_incident", func(r *Row) any { return r.IsIncident }},
	{"category", func(r *Row) any { return string(r.Category) }},
	{"also", func(r *Row) any { return codes(r.Also) }},
	{"effects", func(r *Row) any { return codes(r.Effects) }},
	{"sector", func(r *Row) any { return string(r.Sector) }},
	{"jsic", func(r *Row) any { return r.JSIC }},
	{"organization", func(r *Row) any { return r.Organization.Name }},
	{"organization_key", func(r *Row) any { return r.Organization.Key }},
	{"organization_kind", func(r *Row) any { return code(r.Organization.Kind) }},
	{"prefecture", func(r *Row) any { return r.Organization.Prefecture }},
	{"contractor_involved", func(r *Row) any { return r.Contractor.Involved }},
	{"contractor", func(r *Row) any { return r.Contractor.Name }},
	{"stage", func(r *Row) any { return code(r.Classification.Stage) }},
	{"people", func(r *Row) any { return quantity(r.Impact.People).value }},
	{"people_bound", func(r *Row) any { return quantity(r.Impact.People).bound }},
	{"people_unit", func(r *Row) any { return quantity(r.Impact.People).unit }},
	{"people_text", func(r *Row) any { return quantity(r.Impact.People).text }},
	{"records", func(r *Row) any { return quantity(r.Impact.Records).value }},
	{"records_bound", func(r *Row) any { return quantity(r.Impact.Records).bound }},
	{"records_unit", func(r *Row) any { return quantity(r.Impact.Records).unit }},
	{"records_text", func(r *Row) any { return quantity(r.Impact.Records).text }},
	{"outage_minutes", func(r *Row) any {
		if r.Impact.OutageMinutes == nil {
			return (*uint64)(nil)
		}
		minutes := uint64(r.Impact.OutageMinutes.Value)
		return &minutes
	}},
	{"outage_text", func(r *Row) any {
		if r.Impact.OutageMinutes == nil {
			return (*string)(nil)
		}
		return &r.Impact.OutageMinutes.Text
	}},
	{"exposure", func(r *Row) any { return code(r.Impact.Exposure) }},
	{"data_types", func(r *Row) any { return codes(r.Impact.DataTypes) }},
	{"secondary_damage", func(r *Row) any { return code(r.Impact.SecondaryDamage) }},
	{"found_by", func(r *Row) any { return code(r.FoundBy) }},
	{"medium", func(r *Row) any { return code(r.Medium) }},
	{"occurred", func(r *Row) any { return r.Timeline.Occurred }},
	{"occurred_date", func(r *Row) any { return day(r.Timeline.Occurred) }},
	{"ended", func(r *Row) any { return r.Timeline.Ended }},
	{"ended_date", func(r *Row) any { return day(r.Timeline.Ended) }},
	{"detected", func(r *Row) any { return r.Timeline.Detected }},
	{"detected_date", func(r *Row) any { return day(r.Timeline.Detected) }},
	{"restored", func(r *Row) any { return r.Timeline.Restored }},
	{"restored_date", func(r *Row) any { return day(r.Timeline.Restored) }},
	{"severity", func(r *Row) any { return string(r.Severity) }},
	{"confidence", func(r *Row) any { return r.Confidence }},
	{"warnings", func(r *Row) any { return codes(r.Warnings) }},
	{"classifier_version", func(r *Row) any { return r.Classifier.Version }},
	{"rules_sha256", func(r *Row) any { return r.Classifier.RulesSHA256 }},
	{"classified_at", func(r *Row) any { return r.ClassifiedAt }},
}

// evidenceColumns are those that only a reading has.
var evidenceColumns = []column{
	{"evidence.field", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) string { return e.Field }) }},
	{"evidence.rule", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) string { return e.Rule }) }},
	{"evidence.text", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) string { return e.Text }) }},
	{"evidence.start_rune", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) uint32 { return uint32(e.Start) }) }},
	{"evidence.end_rune", func(r *Row) any { return each(r.Evidence, func(e notice.Evidence) uint32 { return uint32(e.End) }) }},
}

// bodyColumn is the one that only a text has.
var bodyColumn = column{"body", func(r *Row) any { return r.Notice.Body }}

// columnsOf lists the columns that a load fills, by table.
var columnsOf = map[string][]column{
	"notice_rows":  factColumns,
	"reading_rows": slices.Concat(factColumns, evidenceColumns),
	"text_rows": append(factColumnsNamed(
		"notice_id", "source", "url", "synthetic", "publisher", "title", "published", "classified_at"), bodyColumn),
}

func factColumnsNamed(names ...string) []column {
	var out []column
	for _, c := range factColumns {
		if slices.Contains(names, c.name) {
			out = append(out, c)
		}
	}
	return out
}

// known turns an empty string, which is unknown in a notice, into NULL.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// day returns the date that s begins with, or NULL when s is unknown or a month only.
func day(s *string) *time.Time {
	if s == nil || len(*s) < len(time.DateOnly) {
		return nil
	}
	t, err := time.Parse(time.DateOnly, (*s)[:len(time.DateOnly)])
	if err != nil {
		return nil
	}
	return &t
}

func code[T ~string](c *T) *string {
	if c == nil {
		return nil
	}
	s := string(*c)
	return &s
}

func codes[T ~string](list []T) []string { return each(list, func(c T) string { return string(c) }) }

func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// storedQuantity is a notice.Quantity as four nullable columns.
type storedQuantity struct {
	value             *uint64
	bound, unit, text *string
}

func quantity(q *notice.Quantity) storedQuantity {
	if q == nil {
		return storedQuantity{}
	}
	value, bound := uint64(q.Value), string(q.Bound)
	return storedQuantity{&value, &bound, &q.Unit, &q.Text}
}
