package warehouse

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Expired counts the rows, table by table, about notices that owabi met before a
// time.
func (w *Warehouse) Expired(ctx context.Context, before time.Time) ([]TableTrace, error) {
	return w.traces(ctx, metBefore(before))
}

// Expire removes every row about notices that owabi met before a time, whenever
// they were published, and returns when the parts that held them are gone from the
// disk too. One that was stopped half-way is run again: the table that tells the
// notices' age comes last.
func (w *Warehouse) Expire(ctx context.Context, before time.Time) error {
	traces, err := w.Expired(ctx, before)
	if err != nil {
		return err
	}
	slices.SortStableFunc(traces, func(a, b TableTrace) int {
		return rank(a.Table) - rank(b.Table)
	})
	for _, trace := range traces {
		if err := w.eraseFrom(ctx, trace.Table, metBefore(before)); err != nil {
			return err
		}
	}
	return nil
}

func rank(table string) int {
	if table == factsTable {
		return 1
	}
	return 0
}

// factsTable has a row of every notice, with when it was met.
const factsTable = "notice_rows"

func metBefore(t time.Time) string {
	return fmt.Sprintf("notice_id IN (SELECT notice_id FROM %s FINAL WHERE fetched_at < fromUnixTimestamp64Milli(%d))", factsTable, t.UnixMilli())
}
