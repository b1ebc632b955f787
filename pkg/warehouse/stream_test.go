package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// bodies are the ways that a body can be sent.
var bodies = []string{"", "?compress=none", "?compress=lz4", "?compress=zstd", "?compress=gzip", "?compress=deflate", "?compress=br"}

// sending opens the warehouse of w anew, to send bodies in one of the ways.
func sending(t *testing.T, w *warehouse.Warehouse, how string) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: w.URL() + how})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// varied are rows whose lists and dictionaries are larger in the first block than after.
func varied(n int) []warehouse.Row {
	rows := make([]warehouse.Row, n)
	for i := range rows {
		if i%5 == 3 {
			rows[i] = unknownRow(fmt.Sprintf("何も分からない文%d。", i))
			continue
		}
		rows[i] = row(fmt.Sprintf("本文%d。", i))
		if i < warehouse.BlockRows {
			rows[i].Organization.Prefecture = ptr(fmt.Sprintf("県%d", i))
			rows[i].Evidence = slices.Repeat(rows[i].Evidence, i%4)
		}
	}
	return rows
}

// Rows of several blocks, the last not full, in every way that a body can be sent and to a
// server that would store each block apart, are stored like inserts of a block each.
func TestRowsComeAsTheyWereSent(t *testing.T) {
	const asked = `SELECT (SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toJSONString(tuple(*)))))) FROM notices) AS facts,
    (SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toJSONString(tuple(*)))))) FROM readings) AS readings`
	rows := varied(2*warehouse.BlockRows + 7)
	apart := open(t)
	for part := range slices.Chunk(rows, warehouse.BlockRows) {
		load(t, apart, part...)
	}
	want := query(t, apart, warehouse.FormatCSV, asked)
	for _, how := range append(bodies, "?min_insert_block_size_rows=1&min_insert_block_size_bytes=1") {
		w := sending(t, apart, how)
		for _, table := range []string{"notice_rows", "reading_rows", "text_rows"} {
			execute(t, w, "TRUNCATE TABLE "+table)
		}
		load(t, w, rows...)
		if diff := cmp.Diff(want, query(t, w, warehouse.FormatCSV, asked)); diff != "" {
			t.Errorf("%s (-block by block +sent so):\n%s", how, diff)
		}
		parts := query(t, w, warehouse.FormatCSV, "SELECT uniqExact(partition) AS partitions, max(level) AS merged, count() AS n FROM system.parts WHERE active AND database = currentDatabase() AND table = 'reading_rows'")
		if parts != "partitions,merged,n\n1,0,1\n" {
			t.Errorf("%s: its blocks were stored apart: %s", how, parts)
		}
	}
}

// Tables that differ in a column's type, as one that somebody has altered does, each get it as
// they have it.
func TestColumnsOfOtherTypes(t *testing.T) {
	w := open(t)
	rows := varied(warehouse.BlockRows + 7)
	for i := range rows {
		rows[i].Impact.People = &notice.Quantity{Value: int64(i), Bound: notice.BoundExact, Unit: fmt.Sprintf("単位%d", i%3), Text: "約"}
	}
	execute(t, w, "ALTER TABLE reading_rows MODIFY COLUMN sector String, MODIFY COLUMN people_unit Nullable(String)")
	load(t, w, rows...)
	const asked = `SELECT count() AS n, countIf(n.sector = r.sector AND n.people_unit = r.people_unit AND n.people = r.people AND n.prefecture IS NOT DISTINCT FROM r.prefecture) AS same
FROM notice_rows AS n JOIN reading_rows AS r USING notice_id`
	if got, want := query(t, w, warehouse.FormatCSV, asked), fmt.Sprintf("n,same\n%[1]d,%[1]d\n", len(rows)); got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
}

// A column that the driver gives another number of rows than were put into it is of another type
// than what it is to hold: no row is to blame for it, and none is stored beside its place.
func TestAColumnThatTakesOtherRowsThanItIsGiven(t *testing.T) {
	rows := numbered(warehouse.BlockRows + 1)
	for _, at := range []string{"notice_rows is_incident", "reading_rows synthetic", "text_rows synthetic"} {
		w := open(t)
		table, column, _ := strings.Cut(at, " ")
		execute(t, w, "ALTER TABLE "+table+" MODIFY COLUMN "+column+" Nullable(Bool)")
		for name, load := range map[string]func() ([]warehouse.RejectedRow, error){
			"rows":    func() ([]warehouse.RejectedRow, error) { return w.Load(t.Context(), rows) },
			"one":     func() ([]warehouse.RejectedRow, error) { return w.Load(t.Context(), rows[:1]) },
			"filling": func() ([]warehouse.RejectedRow, error) { return learned(t, w, rows).Load(t.Context()) },
		} {
			rejected, err := load()
			if !errors.Is(err, warehouse.ErrSetup) || len(rejected) > 0 || !strings.Contains(err.Error(), "column "+column) {
				t.Errorf("%s, %s: %d rejected, error %v; want ErrSetup and the column", at, name, len(rejected), err)
			}
		}
		if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM "+table); got != "n\n0\n" {
			t.Errorf("%s: stored %s", at, got)
		}
	}
}

// What was sent of an insert that is given up is not stored, and the next one works.
func TestAnInsertGivenUpStoresNothing(t *testing.T) {
	direct := open(t)
	for _, how := range bodies {
		w := sending(t, direct, how)
		if err := w.GiveUp(t.Context(), numbered(100)); err != nil {
			t.Fatal(err)
		}
		load(t, w, row("本文。"))
		if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM notices"); got != "n\n1\n" {
			t.Errorf("%s: stored %s, want the one row that was loaded each time", how, got)
		}
	}
}

// A server that answers before it has read all, with an error or with none, one that reads no
// more, and a load that is stopped on its way, are no verdict about any row.
func TestALoadThatIsCutOffIsNoVerdict(t *testing.T) {
	rows := numbered(20 * warehouse.BlockRows)
	long := strings.Repeat("長", 1000) // together more than what sockets hold
	for i := range rows {
		rows[i].Title = &long
		rows[i].Notice.Title = long
	}
	for name, answer := range map[string]func(http.ResponseWriter, context.Context, context.CancelFunc){
		"refused early": func(w http.ResponseWriter, _ context.Context, _ context.CancelFunc) {
			http.Error(w, "go away", http.StatusBadGateway)
		},
		"answered early": func(w http.ResponseWriter, _ context.Context, _ context.CancelFunc) { w.WriteHeader(http.StatusOK) },
		"silent":         func(_ http.ResponseWriter, ctx context.Context, _ context.CancelFunc) { <-ctx.Done() },
		"reset":          func(http.ResponseWriter, context.Context, context.CancelFunc) { panic(http.ErrAbortHandler) },
		"stopped": func(_ http.ResponseWriter, _ context.Context, stop context.CancelFunc) {
			stop()
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, proxy := withFaults(t)
			w, err := warehouse.Open(warehouse.Config{URL: proxy.URL(), ReadTimeout: 2 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
				_, _ = r.Body.Read(make([]byte, 1)) // the first block is on its way
				answer(w, ctx, stop)
			}))
			rejected, err := w.Load(ctx, rows)
			if err == nil || len(rejected) > 0 || errors.Is(err, warehouse.ErrSetup) || warehouse.CauseOf(err) != warehouse.Transient {
				t.Errorf("rejected %v, error %v; want a transient error", rejected, err)
			}
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				t.Error("waited for a server that read no more")
			}
		})
	}
}
