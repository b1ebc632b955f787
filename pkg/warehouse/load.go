package warehouse

import (
	"context"
	"fmt"
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
// all. Rows that can never be stored are reported in rejected, in order, with
// ClickHouse's words about each alone, and sink nobody else: the rest is stored. An
// error means that nothing can be said of any row, for the server could not be reached
// or refused all work (ErrSetup: until an operator acts); all of them may be loaded
// again, and what was stored already shows once.
func (w *Warehouse) Load(ctx context.Context, rows []Row) (rejected []RejectedRow, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	err = w.insert(ctx, rows)
	if cause := CauseOf(err); err == nil || cause == Setup || cause == Transient {
		return nil, failed(err, len(rows))
	}
	return w.sortOut(ctx, rows)
}

// failed words the error of an insert that tells nothing of any row.
func failed(err error, rows int) error {
	switch {
	case err == nil:
		return nil
	case CauseOf(err) == Setup:
		return fmt.Errorf("insert %d rows: %w: %w", rows, ErrSetup, err)
	}
	return fmt.Errorf("insert %d rows: %w", rows, err)
}

// inserting gives an insert into a table the settings that it needs.
func inserting(ctx context.Context, table string) context.Context {
	settings := clickhouse.Settings{
		// The batch is ready: the server need not gather it with others, and its
		// acknowledgement must mean that the rows are stored, on every shard.
		"async_insert":                  0,
		"distributed_foreground_insert": 1,
		// Old notices of many years in one batch are no mistake.
		"max_partitions_per_insert_block": 0,
	}
	if table != tables[0] {
		// What stands twice in a batch is seen to by FINAL and by merges here, like what comes
		// twice in two: to look for it in each part is much of an insert's work. The figures
		// are asked all day, and FINAL is cheaper over parts known to hold nothing twice.
		settings["optimize_on_insert"] = 0
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings))
}

// insert writes rows into the three tables: the figures first, then side by side what
// the others hold. When it fails between two, nothing was acknowledged, and loading the
// rows again fills the gap.
func (w *Warehouse) insert(ctx context.Context, rows []Row) error {
	if err := complete(rows); err != nil {
		return err
	}
	facts := valuesOf(factColumns, rows)
	if err := w.insertInto(ctx, tables[0], facts); err != nil {
		return err
	}
	rest, ctx := errgroup.WithContext(ctx)
	rest.Go(func() error { return w.insertInto(ctx, tables[1], readingValues(facts, rows)) })
	rest.Go(func() error { return w.insertInto(ctx, tables[2], textValues(facts, rows)) })
	return rest.Wait()
}

func readingValues(facts []values, rows []Row) []values {
	return slices.Concat(facts, valuesOf(evidenceColumns, rows))
}

func textValues(facts []values, rows []Row) []values {
	return slices.Concat(named(facts, textFacts), valuesOf(bodyColumns, rows))
}

// complete looks for what no table can be asked for.
func complete(rows []Row) error {
	for i := range rows {
		if rows[i].Notice == nil {
			return &rowError{i, fmt.Errorf("notice %s: the message carries no notice", rows[i].NoticeID)}
		}
	}
	return nil
}

func (w *Warehouse) insertInto(ctx context.Context, table string, columns []values) error {
	batch, err := w.conn.PrepareBatch(inserting(ctx, table), insertStatement(table, columns))
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
