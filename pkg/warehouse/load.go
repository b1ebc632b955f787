package warehouse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

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

// insert writes rows into the three tables: the figures first, then side by side what
// the others hold. When it fails between two, nothing was acknowledged, and loading the
// rows again fills the gap.
func (w *Warehouse) insert(ctx context.Context, rows []Row) error {
	for i := range rows {
		if rows[i].Notice == nil {
			return &rowError{i, fmt.Errorf("notice %s: the message carries no notice", rows[i].NoticeID)}
		}
	}
	settings := clickhouse.Settings{
		// The batch is ready: the server need not gather it with others, and its
		// acknowledgement must mean that the rows are stored, on every shard.
		"async_insert":                  0,
		"distributed_foreground_insert": 1,
		// Old notices of many years in one batch are no mistake.
		"max_partitions_per_insert_block": 0,
	}
	facts := valuesOf(factColumns, rows)
	if err := w.insertInto(with(ctx, settings), tables[0], facts); err != nil {
		return err
	}
	// What stands twice in a batch is seen to by FINAL and by merges here, like what comes
	// twice in two: to look for it in each part is much of an insert's work. The figures
	// are asked all day, and FINAL is cheaper over parts known to hold nothing twice.
	settings["optimize_on_insert"] = 0
	rest, ctx := errgroup.WithContext(with(ctx, settings))
	rest.Go(func() error {
		return w.insertInto(ctx, "reading_rows", slices.Concat(facts, valuesOf(evidenceColumns, rows)))
	})
	rest.Go(func() error {
		return w.insertInto(ctx, "text_rows", slices.Concat(named(facts, textFacts), valuesOf(bodyColumns, rows)))
	})
	return rest.Wait()
}

func with(ctx context.Context, settings clickhouse.Settings) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(maps.Clone(settings)))
}

func (w *Warehouse) insertInto(ctx context.Context, table string, columns []values) error {
	batch, err := w.conn.PrepareBatch(ctx, insertStatement(table, columns))
	if err != nil {
		return err
	}
	defer batch.Close()
	for i, to := range batch.Columns() {
		if err := columns[i].appendTo(to); err != nil {
			return err
		}
	}
	return batch.Send()
}

func insertStatement(table string, columns []values) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quoteIdentifier(c.name)
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ")"
}
