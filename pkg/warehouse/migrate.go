package warehouse

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the database, its tables and its views, or brings older ones up
// to date. It needs the right to create them, which no running service does;
// what was applied stands in the table schema_migrations. Every statement can be
// run twice, so that two that migrate at once do no harm.
func (w *Warehouse) Migrate(ctx context.Context) error {
	if err := w.createDatabase(ctx); err != nil {
		return err
	}
	const ledger = `CREATE TABLE IF NOT EXISTS schema_migrations
(name String, applied_at DateTime DEFAULT now()) ENGINE = ReplacingMergeTree ORDER BY name`
	if err := w.conn.Exec(ctx, ledger); err != nil {
		return fmt.Errorf("database %s: create schema_migrations: %w", w.database, err)
	}
	applied, err := w.applied(ctx)
	if err != nil {
		return err
	}
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted, and numbered to sort
	if err != nil {
		return err
	}
	for _, name := range names {
		if applied[name] {
			continue
		}
		if err := w.apply(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// SyncInserts says whether an insert is on the disk before it is acknowledged,
// and so survives a power cut, or may stay in the system's memory for a while, as
// is ClickHouse's default. It changes the table for every loader, and needs the
// right to.
func (w *Warehouse) SyncInserts(ctx context.Context, sync bool) error {
	value := 0
	if sync {
		value = 1
	}
	statement := fmt.Sprintf("ALTER TABLE notice_rows MODIFY SETTING fsync_after_insert = %d, fsync_part_directory = %d", value, value)
	if err := w.conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("set the durability of inserts: %w", err)
	}
	return nil
}

// createDatabase uses a connection of its own: the pool's name a database that
// does not exist yet, which the server refuses.
func (w *Warehouse) createDatabase(ctx context.Context) error {
	options := w.options
	options.Auth.Database = "default"
	conn, err := clickhouse.Open(&options)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quoteIdentifier(w.database)); err != nil {
		return fmt.Errorf("create database %s: %w", w.database, err)
	}
	return nil
}

func (w *Warehouse) applied(ctx context.Context) (map[string]bool, error) {
	rows, err := w.conn.Query(ctx, "SELECT DISTINCT name FROM schema_migrations")
	if err != nil {
		return nil, fmt.Errorf("read schema_migrations: %w", err)
	}
	defer rows.Close()
	applied := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("read schema_migrations: %w", err)
		}
		applied[name] = true
	}
	return applied, rows.Err()
}

func (w *Warehouse) apply(ctx context.Context, name string) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	for _, statement := range statements(string(text)) {
		if err := w.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	if err := w.conn.Exec(ctx, "INSERT INTO schema_migrations (name) SELECT ?", name); err != nil {
		return fmt.Errorf("migration %s: record it: %w", name, err)
	}
	return nil
}

// statements parts a migration at the semicolons that end a line, the only ones
// our own files have.
func statements(text string) []string {
	var out []string
	for _, part := range strings.Split(text, ";\n") {
		if strings.TrimSpace(part) != "" {
			out = append(out, part)
		}
	}
	return out
}

func quoteIdentifier(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}
