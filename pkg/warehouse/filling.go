package warehouse

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Filling gathers the rows of one load as they come. Over HTTP it encodes them block by block
// and lets them go: what waits takes less memory and less work of the garbage collector, and
// little is left to do when the last row has come. It belongs to one goroutine at a time.
type Filling struct {
	warehouse *Warehouse
	count     int
	rows      []Row     // not encoded
	shipment  *shipment // the rows before them; nil: none
	keeps     bool      // nothing is encoded here
	err       error     // why what was let go cannot be loaded
}

// ErrLetGo says that a filling cannot be loaded, because ClickHouse refuses a row or a table
// was changed meanwhile, and that its rows are not there any more to find out which.
// Warehouse.Load does, of who has them.
var ErrLetGo = errors.New("rows that were let go cannot be loaded")

// NewFilling returns an empty one.
func (w *Warehouse) NewFilling() *Filling {
	return &Filling{warehouse: w, keeps: w.options.Protocol != clickhouse.HTTP}
}

// LearnColumns asks for the columns of the tables. A filling has to know them before it lets
// rows go; every load learns them too.
func (w *Warehouse) LearnColumns(ctx context.Context) error {
	if w.options.Protocol != clickhouse.HTTP {
		return nil
	}
	_, err := w.encoders(ctx)
	return err
}

// Add adds a row and returns its index, from 0. It waits for no server.
func (f *Filling) Add(row Row) int {
	f.rows = append(f.rows, row)
	if f.count++; len(f.rows) == blockRows {
		f.encode()
	}
	return f.count - 1
}

// Len is how many rows were added.
func (f *Filling) Len() int { return f.count }

// Rows returns the rows by their indexes, as long as none was let go.
func (f *Filling) Rows() (rows []Row, all bool) { return f.rows, len(f.rows) == f.count }

// encode encodes the rows at hand, if it can.
func (f *Filling) encode() {
	if f.shipment == nil && !f.keeps {
		encoders, err := f.warehouse.toldEncoders()
		if f.keeps = err != nil || encoders == nil; !f.keeps {
			f.shipment = &shipment{encoders: encoders}
		}
	}
	if f.keeps || f.err != nil {
		return
	}
	if f.err = complete(f.rows); f.err == nil {
		f.err = f.shipment.add(f.rows)
	}
	if f.err == nil {
		clear(f.rows)
		f.rows = f.rows[:0]
	}
}

// Load is Warehouse.Load of the rows. With ErrLetGo nothing is said of any of them; what
// was stored already shows once when they are loaded.
func (f *Filling) Load(ctx context.Context) (rejected []RejectedRow, err error) {
	if rows, all := f.Rows(); all {
		return f.warehouse.Load(ctx, rows)
	}
	if len(f.rows) > 0 {
		f.encode()
	}
	if f.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLetGo, f.err)
	}
	now, err := f.warehouse.encoders(ctx)
	if err == nil && !sameTypes(now, f.shipment.encoders) {
		return nil, fmt.Errorf("%w: a table was changed", ErrLetGo)
	}
	if err == nil {
		err = f.warehouse.ship(ctx, f.shipment)
	}
	if cause := CauseOf(err); err == nil || cause == Setup || cause == Transient {
		return nil, failed(err, f.count)
	}
	return nil, fmt.Errorf("%w: %w", ErrLetGo, err)
}
