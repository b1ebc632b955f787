package warehouse

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrNoTables: the database or its tables are not there. The administrator runs
// Migrate.
var ErrNoTables = errors.New("the tables are not there: an administrator makes them with owabi setup")

// codeUnknownDatabase is ClickHouse's UNKNOWN_DATABASE.
const codeUnknownDatabase = 81

// Ready says whether ClickHouse answers and the tables are there. Any right on
// the tables is enough.
func (w *Warehouse) Ready(ctx context.Context) error {
	var there uint8
	err := w.conn.QueryRow(ctx, "EXISTS TABLE notice_rows").Scan(&there)
	var exception *clickhouse.Exception
	if errors.As(err, &exception) && exception.Code == codeUnknownDatabase {
		err, there = nil, 0
	}
	switch {
	case err != nil:
		return fmt.Errorf("ClickHouse at %s: %w", w.address(), err)
	case there == 0:
		return fmt.Errorf("ClickHouse at %s, database %s: %w", w.address(), w.database, ErrNoTables)
	}
	return nil
}

// TableParts is how ClickHouse keeps one table.
type TableParts struct {
	Table              string
	Parts, Rows, Bytes uint64
}

// Parts returns how each table of the database is kept that this user may see.
func (w *Warehouse) Parts(ctx context.Context) ([]TableParts, error) {
	rows, err := w.conn.Query(ctx, `SELECT table, count(), sum(rows), sum(bytes_on_disk) FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table`)
	if err != nil {
		return nil, fmt.Errorf("read system.parts: %w", err)
	}
	defer rows.Close()
	var tables []TableParts
	for rows.Next() {
		var t TableParts
		if err := rows.Scan(&t.Table, &t.Parts, &t.Rows, &t.Bytes); err != nil {
			return nil, fmt.Errorf("read system.parts: %w", err)
		}
		tables = append(tables, t)
	}
	return tables, rows.Err()
}
