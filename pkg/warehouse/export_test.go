package warehouse

import (
	"context"
	"fmt"
	"io"
	"slices"

	wire "github.com/ClickHouse/ch-go/proto"
	driver "github.com/ClickHouse/clickhouse-go/v2/lib/column"
)

// ExceptionNames gives the names of the codes in the table.
func ExceptionNames() map[int32]string {
	names := make(map[int32]string, len(exceptions))
	for code, e := range exceptions {
		names[code] = e.name
	}
	return names
}

// CauseOfCode gives the cause of a code, Unlisted when it is not in the table.
func CauseOfCode(code int32) Cause {
	if e, ok := exceptions[code]; ok {
		return e.cause
	}
	return Unlisted
}

// URL is where the warehouse's ClickHouse is, with the database.
func (w *Warehouse) URL() string { return "http://" + w.options.Addr[0] + "/" + w.database }

// Shape describes the tables as tables.txt does.
func (w *Warehouse) Shape(ctx context.Context) ([]string, error) { return w.shape(ctx) }

// Definition is the statement that makes v in a database or over a cluster, and its query alone.
func (v View) Definition(cluster string) (statement, query string, err error) {
	return v.definition(layout{database: "owabi", cluster: cluster})
}

// TableStatements are those that make the ledger and the tables, over a cluster
// when one is named.
func TableStatements(database, cluster string) ([]string, error) {
	l := layout{database: database, cluster: cluster}
	all := []string{l.ledger()}
	names, err := migrationNames()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		statements, err := render(name, string(text), l.functions())
		if err != nil {
			return nil, err
		}
		all = append(all, statements...)
	}
	return all, nil
}

// Mask is the number that data_bits, category_bits or effect_bits has for the codes.
func Mask(set string, codes ...string) (uint64, error) { return mask(set, codes...) }

// WriteOneRow writes an answer of one value, and returns what ends it.
func WriteOneRow(format Format, out io.Writer, name string, value any) (end func() error, err error) {
	rows, err := newRowWriter(format, out, []string{name}, []string{"String"})
	if err != nil {
		return nil, err
	}
	if err := rows.begin(); err != nil {
		return nil, err
	}
	return rows.end, rows.row([]any{value})
}

// AppendTo puts rows into a column of the driver's, as an insert does with the column of that name.
func AppendTo(to driver.Interface, name string, rows ...Row) error {
	for _, c := range slices.Concat(factColumns, evidenceColumns) {
		if c.name == name {
			return c.appendTo(to, rows)
		}
	}
	return fmt.Errorf("no column %s", name)
}

// BlockRows is how many rows an insert sends at once.
const BlockRows = blockRows

// GiveUp sends a block of rows to the table of figures, and then gives up the insert.
func (w *Warehouse) GiveUp(ctx context.Context, rows []Row) error {
	t := tables[0]
	columns, err := w.columns(ctx, t)
	if err != nil {
		return err
	}
	e := newEncoder(t, columns, nil)
	own, err := e.encode(rows)
	if err != nil {
		return err
	}
	var body wire.Buffer
	e.write(&body, len(rows), own, encoded{})
	insert := w.stream(ctx, t.insertStatement(), t.settings(len(rows)))
	if err := insert.write(body.Buf); err != nil {
		return err
	}
	return insert.Close()
}
