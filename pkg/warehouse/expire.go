package warehouse

import (
	"context"
	"fmt"
	"time"
)

// Expired counts the rows, table by table, about notices that owabi met before a
// time.
func (w *Warehouse) Expired(ctx context.Context, before time.Time) ([]TableTrace, error) {
	return w.traces(ctx, w.metBefore(before))
}

// Expire removes every row about notices that owabi met before a time, whenever
// they were published, and returns when the parts that held them are gone from the
// disk too. One that was stopped half-way is run again: the table that tells the
// notices' age comes last.
func (w *Warehouse) Expire(ctx context.Context, before time.Time) error {
	return w.erase(ctx, w.metBefore(before))
}

// factsTable has a row of every notice, with when it was met.
const factsTable = "notice_rows"

// metBefore is the condition that owabi met a row's notice before t. Over a cluster
// each server asks its own facts: all rows of a notice lie on one shard.
func (w *Warehouse) metBefore(t time.Time) string {
	return fmt.Sprintf("notice_id IN (SELECT notice_id FROM %s.%s FINAL WHERE fetched_at < fromUnixTimestamp64Milli(%d))",
		quoteIdentifier(w.database), w.layout.local(factsTable), t.UnixMilli())
}
