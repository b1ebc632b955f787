package warehouse

import (
	"context"
	"fmt"
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
	Index    int // in the slice given to Load
	NoticeID string
	Err      error
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

// settings are those that an insert of so many rows into the table needs.
func (t loaded) settings(rows int) clickhouse.Settings {
	settings := clickhouse.Settings{
		// The batch is ready: the server need not gather it with others, and its
		// acknowledgement must mean that the rows are stored, on every shard.
		"async_insert":                  0,
		"distributed_foreground_insert": 1,
		// Old notices of many years in one batch are no mistake.
		"max_partitions_per_insert_block": 0,
		// The server gathers what comes in blocks into one, whatever its own limits: all is
		// stored or nothing, and the row that it names is counted from the first.
		"min_insert_block_size_rows":  rows,
		"min_insert_block_size_bytes": 0,
	}
	if t.name != factsTable {
		// What stands twice in a batch is seen to by FINAL and by merges here, like what comes
		// twice in two: to look for it in each part is much of an insert's work. The figures
		// are asked all day, and FINAL is cheaper over parts known to hold nothing twice.
		settings["optimize_on_insert"] = 0
	}
	return settings
}

// insert writes rows into the three tables.
func (w *Warehouse) insert(ctx context.Context, rows []Row) error {
	if err := complete(rows); err != nil {
		return err
	}
	if w.options.Protocol != clickhouse.HTTP {
		return figuresFirst(ctx, func(ctx context.Context, table int) error { return w.insertNatively(ctx, tables[table], rows) })
	}
	encoders, err := w.encoders(ctx)
	if err != nil {
		return err
	}
	s, err := shipmentOf(rows, encoders...)
	if err != nil {
		return err
	}
	return w.ship(ctx, s)
}

// figuresFirst inserts into the table of figures, then side by side into the others. When it
// fails between two, nothing was acknowledged, and loading the rows again fills the gap.
func figuresFirst(ctx context.Context, insert func(ctx context.Context, table int) error) error {
	if err := insert(ctx, 0); err != nil {
		return err
	}
	rest, ctx := errgroup.WithContext(ctx)
	for table := 1; table < len(tables); table++ {
		rest.Go(func() error { return insert(ctx, table) })
	}
	return rest.Wait()
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

// blockRows is how many rows are sent at once: few enough that what holds them stays in
// the processor's caches and is used again for the next.
const blockRows = 512

// insertInto writes rows into one table, as one insert. Over HTTP the types of its columns are
// those that ctx names, else those that the server tells.
func (w *Warehouse) insertInto(ctx context.Context, t loaded, rows []Row) error {
	if w.options.Protocol != clickhouse.HTTP {
		return w.insertNatively(ctx, t, rows)
	}
	columns, err := w.columns(ctx, t)
	if err != nil {
		return err
	}
	s, err := shipmentOf(rows, newEncoder(t, columns, nil))
	if err != nil {
		return err
	}
	return w.shipTo(ctx, s, 0)
}

// insertNatively is insertInto over the native protocol. It sends no block before the last: the
// server may refuse one while the driver writes the next, and then its words can get lost.
func (w *Warehouse) insertNatively(ctx context.Context, t loaded, rows []Row) error {
	batch, err := w.conn.PrepareBatch(clickhouse.Context(ctx, clickhouse.WithSettings(t.settings(len(rows)))), t.insertStatement())
	if err != nil {
		return err
	}
	defer batch.Close()
	for first := 0; first < len(rows); first += blockRows {
		part := rows[first:min(first+blockRows, len(rows))]
		for i, to := range batch.Columns() {
			if err := t.columns[i].appendTo(to, part); err != nil {
				return from(first, err)
			}
		}
	}
	return batch.Send()
}

func (t loaded) insertStatement() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = quoteIdentifier(c.name)
	}
	return "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ")"
}
