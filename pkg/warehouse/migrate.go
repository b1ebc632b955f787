package warehouse

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed migrations
var migrations embed.FS

// Errors of Migrate that an operator must settle. They are wrapped with what was
// found.
var (
	// ErrNewer: the database was brought up to date by a newer owabi, which knows
	// migrations that this one does not. Use that one.
	ErrNewer = errors.New("the database was made by a newer owabi")
	// ErrAltered: a column or a key that owabi relies on is not what it made.
	ErrAltered = errors.New("somebody altered the tables")
)

// viewsEntry is the ledger's entry for the views. They hold nothing, so they are
// no migrations: all are made anew when their text is not the one last applied.
const viewsEntry = "views"

// Migrate makes the database, its tables and its views, or brings older ones up
// to date. It needs the right to create them, which no running service does. What
// was applied stands in the table schema_migrations, written after the last
// statement of each migration; every statement can be run twice, so that one that
// was killed half-way is simply run again, and two that migrate at once do no harm.
func (w *Warehouse) Migrate(ctx context.Context) error {
	if err := w.createDatabase(ctx); err != nil {
		return err
	}
	if err := w.conn.Exec(ctx, w.layout.ledger()); err != nil {
		return fmt.Errorf("database %s: schema_migrations: %w", w.database, err)
	}
	status, err := w.Status(ctx)
	if err != nil {
		return err
	}
	if len(status.Unknown) > 0 {
		return fmt.Errorf("database %s: %w: it has %s", w.database, ErrNewer, strings.Join(status.Unknown, ", "))
	}
	for _, name := range status.Pending {
		if name == viewsEntry {
			continue
		}
		if err := w.apply(ctx, name); err != nil {
			return err
		}
	}
	if err := w.checkTables(ctx); err != nil {
		return err
	}
	if slices.Contains(status.Pending, viewsEntry) {
		return w.createViews(ctx)
	}
	return nil
}

// AppliedMigration is an entry of the ledger.
type AppliedMigration struct {
	Name      string
	AppliedAt time.Time
}

// MigrationStatus is how a database stands to this owabi. A database without a
// ledger has everything pending.
type MigrationStatus struct {
	Applied []AppliedMigration
	Pending []string // known here and not applied, in order; "views": they are not this owabi's
	Unknown []string // applied and not known here: by a newer owabi
	Altered []string // what differs from the tables that owabi made, each in words
}

// Current says whether nothing is left to do.
func (s MigrationStatus) Current() bool {
	return len(s.Pending) == 0 && len(s.Unknown) == 0 && len(s.Altered) == 0
}

// Status tells what Migrate would do; it changes nothing.
func (w *Warehouse) Status(ctx context.Context) (MigrationStatus, error) {
	var s MigrationStatus
	sums, err := w.readLedger(ctx, &s)
	if err != nil {
		return s, err
	}
	names, err := migrationNames()
	if err != nil {
		return s, err
	}
	known := map[string]bool{viewsEntry: true}
	for _, name := range names {
		known[name] = true
		if _, ok := sums[name]; !ok {
			s.Pending = append(s.Pending, name)
		}
	}
	for _, a := range s.Applied {
		if !known[a.Name] {
			s.Unknown = append(s.Unknown, a.Name)
		}
	}
	if len(s.Pending) == 0 {
		if s.Altered, err = w.altered(ctx); err != nil {
			return s, err
		}
	}
	complete, err := w.hasAllViews(ctx)
	if err != nil {
		return s, err
	}
	if !complete || sums[viewsEntry] != viewsSum(w.layout) {
		s.Pending = append(s.Pending, viewsEntry)
	}
	return s, nil
}

// readLedger fills in what was applied and returns each entry's last checksum.
func (w *Warehouse) readLedger(ctx context.Context, s *MigrationStatus) (map[string]string, error) {
	sums := map[string]string{}
	there, err := w.exists(ctx, "schema_migrations")
	if err != nil || !there {
		return sums, err
	}
	rows, err := w.conn.Query(ctx, "SELECT name, max(applied_at) AS last, argMax(sha256, applied_at) FROM schema_migrations GROUP BY name ORDER BY last, name")
	if err != nil {
		return nil, fmt.Errorf("read schema_migrations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a AppliedMigration
		var sum string
		if err := rows.Scan(&a.Name, &a.AppliedAt, &sum); err != nil {
			return nil, fmt.Errorf("read schema_migrations: %w", err)
		}
		s.Applied, sums[a.Name] = append(s.Applied, a), sum
	}
	return sums, rows.Err()
}

// migrationNames lists the migrations in the order they are applied: their names
// begin with a number.
func migrationNames() ([]string, error) { return fs.Glob(migrations, "migrations/*.sql") }

func (w *Warehouse) apply(ctx context.Context, name string) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	statements, err := render(name, string(text), w.layout.functions())
	if err != nil {
		return fmt.Errorf("migration %s: %w", name, err)
	}
	for _, statement := range statements {
		if err := w.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return w.record(ctx, name, checksum(string(text)))
}

func (w *Warehouse) record(ctx context.Context, name, sum string) error {
	if err := w.conn.Exec(ctx, "INSERT INTO schema_migrations (name, sha256) SELECT ?, ?", name, sum); err != nil {
		return fmt.Errorf("record %s in schema_migrations: %w", name, err)
	}
	return nil
}

func checksum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
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
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quoteIdentifier(w.database)+" "+w.layout.onCluster()); err != nil {
		return fmt.Errorf("create database %s: %w", w.database, err)
	}
	return nil
}

// checkTables says in words what somebody changed of the tables.
func (w *Warehouse) checkTables(ctx context.Context) error {
	differences, err := w.altered(ctx)
	if err != nil || len(differences) == 0 {
		return err
	}
	return fmt.Errorf("database %s: %w: %s", w.database, ErrAltered, strings.Join(differences, "; "))
}

// shapeFile lists the columns and keys of the tables as the migrations leave
// them, a line each; a test holds it against the engine.
const shapeFile = "migrations/tables.txt"

// altered compares the tables with shapeFile. Columns that somebody added are
// theirs and do no harm.
func (w *Warehouse) altered(ctx context.Context) ([]string, error) {
	want, err := migrations.ReadFile(shapeFile)
	if err != nil {
		return nil, err
	}
	shape, err := w.shape(ctx)
	if err != nil {
		return nil, err
	}
	now := map[string]string{} // by table and column
	for _, line := range shape {
		thing, is, _ := strings.Cut(line, ": ")
		now[thing] = is
	}
	var differences []string
	for line := range strings.Lines(string(want)) {
		thing, was, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch is, there := now[thing]; {
		case !there:
			differences = append(differences, thing+" is missing")
		case is != was:
			differences = append(differences, fmt.Sprintf("%s is %s and was made %s", thing, is, was))
		}
	}
	return differences, nil
}

// shape describes the tables: "notice_rows.people: Nullable(UInt64)" for a
// column, "notice_rows order: published, notice_id" for a key.
func (w *Warehouse) shape(ctx context.Context) ([]string, error) {
	var lines []string
	for _, t := range tables {
		table := t.name
		rows, err := w.conn.Query(ctx, `SELECT concat({table:String}, ' order: ', sorting_key) FROM system.tables
WHERE database = currentDatabase() AND name = {local:String}
UNION ALL SELECT concat({table:String}, '.', name, ': ', type) FROM (
SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {local:String} ORDER BY position)`,
			clickhouse.Named("table", table), clickhouse.Named("local", w.layout.local(table)))
		if err != nil {
			return nil, fmt.Errorf("read the columns of %s: %w", table, err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				rows.Close()
				return nil, fmt.Errorf("read the columns of %s: %w", table, err)
			}
			lines = append(lines, line)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read the columns of %s: %w", table, err)
		}
	}
	return lines, nil
}

func (w *Warehouse) exists(ctx context.Context, table string) (bool, error) {
	var n uint64
	err := w.conn.QueryRow(ctx, "SELECT count() FROM system.tables WHERE database = ? AND name = ?", w.database, table).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for %s: %w", table, err)
	}
	return n > 0, nil
}

// SyncInserts says whether an insert is on the disk before it is acknowledged,
// and so survives a power cut, or may stay in the system's memory for a while, as
// is ClickHouse's default. It changes the tables for every loader, and needs the
// right to.
func (w *Warehouse) SyncInserts(ctx context.Context, sync bool) error {
	value := 0
	if sync {
		value = 1
	}
	for _, t := range tables {
		statement := fmt.Sprintf("ALTER TABLE %s %s MODIFY SETTING fsync_after_insert = %d, fsync_part_directory = %d",
			w.layout.local(t.name), w.layout.onCluster(), value, value)
		if err := w.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("set the durability of inserts: %w", err)
		}
	}
	return nil
}
