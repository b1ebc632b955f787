package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// TableTrace is how many stored rows of a table are about some notices, every
// reading counted.
type TableTrace struct {
	Table string
	Rows  uint64
}

// noticeTables lists the tables that keep rows of notices: all that store
// something and have a column notice_id, whoever made them. Over a cluster they are
// each server's own; what others made is taken to be on every server alike.
func (w *Warehouse) noticeTables(ctx context.Context, withColumn string) ([]string, error) {
	const found = `SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
AND name IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'notice_id')
AND name IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = ?) ORDER BY name`
	names, err := w.strings(ctx, found, withColumn)
	if err != nil {
		return nil, fmt.Errorf("find the tables of notices: %w", err)
	}
	return names, nil
}

// NoticesOf returns the ids of the notices that an organization published, by
// its key, in whatever reading.
func (w *Warehouse) NoticesOf(ctx context.Context, organizationKey string) ([]string, error) {
	tables, err := w.noticeTables(ctx, "organization_key")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var ids []string
	for _, table := range tables {
		all := quoteIdentifier(w.layout.whole(table))
		found, err := w.strings(ctx, "SELECT DISTINCT notice_id FROM "+all+" WHERE organization_key = ? ORDER BY notice_id", organizationKey)
		if err != nil {
			return nil, fmt.Errorf("notices of organization %s in %s: %w", organizationKey, table, err)
		}
		for _, id := range found {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

// maxForgotten bounds the ids in one statement, well within a statement's size.
const maxForgotten = 2000

// Traces counts what is stored about notices, table by table; tables without a
// row of theirs are left out. Over a cluster the tables of owabi are counted on every
// shard, those that others made on the server that is asked.
func (w *Warehouse) Traces(ctx context.Context, noticeIDs []string) ([]TableTrace, error) {
	return w.traces(ctx, amongChunks(noticeIDs)...)
}

// traces counts the rows that meet one of some conditions, no two of which hold for
// the same row, table by table; tables without one are left out.
func (w *Warehouse) traces(ctx context.Context, conditions ...string) ([]TableTrace, error) {
	tables, err := w.noticeTables(ctx, "notice_id")
	if err != nil {
		return nil, err
	}
	var traces []TableTrace
	for _, table := range tables {
		trace := TableTrace{Table: w.layout.whole(table)}
		if trace.Rows, err = w.count(ctx, trace.Table, conditions...); err != nil {
			return nil, err
		}
		if trace.Rows > 0 {
			traces = append(traces, trace)
		}
	}
	return traces, nil
}

// count counts the rows of a table that meet one of some conditions, no two of which
// hold for the same row.
func (w *Warehouse) count(ctx context.Context, table string, conditions ...string) (uint64, error) {
	var all uint64
	for _, condition := range conditions {
		var n uint64
		if err := w.conn.QueryRow(ctx, "SELECT count() FROM "+quoteIdentifier(table)+" WHERE "+condition).Scan(&n); err != nil {
			return 0, fmt.Errorf("count rows of %s: %w", table, inItsWords(err))
		}
		all += n
	}
	return all, nil
}

// Forget removes every row about notices from every table, and returns when the
// parts that held them are gone from the disk too; over a cluster, from that of the
// server that is asked: the others drop theirs within minutes, as ClickHouse does. It
// needs the rights to alter and delete, which no running service has.
func (w *Warehouse) Forget(ctx context.Context, noticeIDs []string) error {
	return w.erase(ctx, amongChunks(noticeIDs)...)
}

// erase removes the rows that meet one of some conditions from every table that keeps
// rows of notices, and from the facts last: they tell which notices are old. On one
// server a table without such a row is left alone; over a cluster none is, for no
// server knows what the others' tables hold that are not owabi's, nor a replica what
// has not reached it.
func (w *Warehouse) erase(ctx context.Context, conditions ...string) error {
	tables, err := w.noticeTables(ctx, "notice_id")
	if err != nil {
		return err
	}
	facts := w.layout.local(factsTable)
	if i := slices.Index(tables, facts); i >= 0 {
		tables = append(slices.Delete(tables, i, i+1), facts)
	}
	for _, table := range tables {
		if w.layout.cluster == "" {
			n, err := w.count(ctx, table, conditions...)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
		}
		if err := w.eraseFrom(ctx, table, conditions...); err != nil {
			return err
		}
	}
	return nil
}

// eraseFrom erases the rows of one table that meet a condition. ClickHouse keeps the
// parts that a mutation replaced for eight minutes, for a power cut could undo what
// replaced them; here the new ones are synced and the old ones swept.
func (w *Warehouse) eraseFrom(ctx context.Context, table string, conditions ...string) (err error) {
	alter := "ALTER TABLE " + quoteIdentifier(table) + " " + w.layout.onCluster()
	const sweeping = " MODIFY SETTING old_parts_lifetime = 1, min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1"
	const asBefore = " RESET SETTING old_parts_lifetime, min_rows_to_fsync_after_merge, min_compressed_bytes_to_fsync_after_merge"
	if err := w.conn.Exec(ctx, alter+sweeping); err != nil {
		return fmt.Errorf("prepare table %s for erasing: %w", table, inItsWords(err))
	}
	defer func() {
		if resetErr := w.conn.Exec(context.WithoutCancel(ctx), alter+asBefore); resetErr != nil {
			err = errors.Join(err, fmt.Errorf("table %s keeps settings for erasing: %w", table, inItsWords(resetErr)))
		}
	}()
	for _, condition := range conditions {
		if err := w.conn.Exec(ctx, alter+" DELETE WHERE "+condition+" SETTINGS mutations_sync = 2"+w.layout.subqueries()); err != nil {
			return fmt.Errorf("erase rows of %s: %w", table, inItsWords(err))
		}
	}
	return w.sweep(ctx, table)
}

// sweep waits until the parts of a table that were replaced are gone from the disk.
func (w *Warehouse) sweep(ctx context.Context, table string) error {
	ask := time.NewTicker(200 * time.Millisecond)
	defer ask.Stop()
	for {
		// ClickHouse's own sweeper comes after half a minute and more; with
		// whatever is dropped, here nothing, old parts are swept at once.
		if err := w.conn.Exec(ctx, "ALTER TABLE "+quoteIdentifier(table)+" "+w.layout.onCluster()+" DROP PARTITION ID 'nothing'"); err != nil {
			return fmt.Errorf("erase old parts of %s: %w", table, inItsWords(err))
		}
		var old uint64
		const inactive = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND table = ? AND NOT active"
		if err := w.conn.QueryRow(ctx, inactive, table).Scan(&old); err != nil {
			return fmt.Errorf("old parts of %s: %w", table, inItsWords(err))
		}
		if old == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d old parts of %s are still on the disk: %w", old, table, context.Cause(ctx))
		case <-ask.C:
		}
	}
}

// amongChunks are the conditions of being one of some notices, each short enough for
// a statement.
func amongChunks(noticeIDs []string) []string {
	var conditions []string
	for ids := range slices.Chunk(noticeIDs, maxForgotten) {
		quoted := make([]string, len(ids))
		for i, id := range ids {
			quoted[i] = quoteString(id)
		}
		conditions = append(conditions, "notice_id IN ("+strings.Join(quoted, ", ")+")")
	}
	return conditions
}

func quoteString(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

// strings runs a statement with one column of strings.
func (w *Warehouse) strings(ctx context.Context, statement string, args ...any) ([]string, error) {
	rows, err := w.conn.Query(ctx, statement, args...)
	if err != nil {
		return nil, inItsWords(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
