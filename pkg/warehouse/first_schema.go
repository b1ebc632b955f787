package warehouse

import (
	"context"
	"fmt"
	"strings"
)

// The first schema, before any release, had texts and figures in one table,
// notice_rows. Migrate brings such a database up to date.
const (
	firstSchema = "migrations/0001_notices.sql" // its entry in the ledger
	firstTable  = "notice_rows_before"          // where its table is kept until its rows are taken over
)

// setFirstSchemaAside makes room for today's notice_rows.
func (w *Warehouse) setFirstSchemaAside(ctx context.Context) error {
	first, err := w.hasColumn(ctx, "notice_rows", "body")
	if err != nil || !first {
		return err
	}
	if err := w.conn.Exec(ctx, "RENAME TABLE notice_rows TO "+firstTable); err != nil {
		return fmt.Errorf("set the first schema aside: %w", err)
	}
	return nil
}

// takeOverFirstSchema copies the rows into today's tables, where copying them
// again makes no difference, and drops the old table. What it did not have stays
// unknown.
func (w *Warehouse) takeOverFirstSchema(ctx context.Context) error {
	there, err := w.exists(ctx, firstTable)
	if err != nil || !there {
		return err
	}
	for _, table := range tables {
		rows, err := w.conn.Query(ctx, `SELECT name FROM system.columns WHERE database = ? AND table = ? AND name IN (
SELECT name FROM system.columns WHERE database = ? AND table = ?)`, w.database, table, w.database, firstTable)
		if err != nil {
			return fmt.Errorf("take the first schema's rows over: %w", err)
		}
		var common []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				rows.Close()
				return fmt.Errorf("take the first schema's rows over: %w", err)
			}
			common = append(common, quoteIdentifier(name))
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return fmt.Errorf("take the first schema's rows over: %w", err)
		}
		names := strings.Join(common, ", ")
		if err := w.conn.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s SETTINGS max_partitions_per_insert_block = 0", table, names, names, firstTable)); err != nil {
			return fmt.Errorf("take the first schema's rows over: %w", err)
		}
	}
	if err := w.conn.Exec(ctx, "DROP TABLE "+firstTable); err != nil {
		return fmt.Errorf("drop the first schema's table: %w", err)
	}
	return nil
}
