package warehouse_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/warehouse"
)

// learned is a filling of rows, of a warehouse that knows its columns.
func learned(t *testing.T, w *warehouse.Warehouse, rows []warehouse.Row) *warehouse.Filling {
	t.Helper()
	if err := w.LearnColumns(t.Context()); err != nil {
		t.Fatal(err)
	}
	return filling(t, w, rows)
}

func filling(t *testing.T, w *warehouse.Warehouse, rows []warehouse.Row) *warehouse.Filling {
	t.Helper()
	f := w.NewFilling()
	for i, r := range rows {
		if index := f.Add(r); index != i {
			t.Fatalf("row %d got the index %d", i, index)
		}
	}
	if f.Len() != len(rows) {
		t.Errorf("%d rows in it, want %d", f.Len(), len(rows))
	}
	return f
}

const stored = `SELECT (SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toJSONString(tuple(*)))))) FROM notices) AS facts,
    (SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toJSONString(tuple(*)))))) FROM readings) AS readings,
    (SELECT concat(toString(count()), ' ', toString(sum(cityHash64(toJSONString(tuple(*)))))) FROM texts) AS texts`

// What is loaded out of a filling is what a load of the rows stores, in every way that a body
// can be sent, and however many rows wait for a block to be full.
func TestAFillingIsLoadedAsItsRowsAre(t *testing.T) {
	direct := open(t)
	for _, how := range bodies {
		w := sending(t, direct, how)
		sizes := []int{2*warehouse.BlockRows + 7}
		if how == "" {
			sizes = append(sizes, 1, warehouse.BlockRows-1, warehouse.BlockRows, 2*warehouse.BlockRows)
		}
		for _, n := range sizes {
			rows := varied(n)
			var want string
			for name, load := range map[string]func() ([]warehouse.RejectedRow, error){
				"rows":    func() ([]warehouse.RejectedRow, error) { return w.Load(t.Context(), rows) },
				"filling": func() ([]warehouse.RejectedRow, error) { return learned(t, w, rows).Load(t.Context()) },
			} {
				for _, table := range []string{"notice_rows", "reading_rows", "text_rows"} {
					execute(t, w, "TRUNCATE TABLE "+table)
				}
				if rejected, err := load(); err != nil || len(rejected) > 0 {
					t.Fatalf("%s, %d, %s: rejected %v, error %v", how, n, name, rejected, err)
				}
				got := query(t, w, warehouse.FormatCSV, stored)
				if want == "" {
					want = got
				}
				if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(got, fmt.Sprintf("%d ", n)) {
					t.Errorf("%s, %d: rows and filling differ:\n%s", how, n, diff)
				}
			}
		}
	}
}

// A filling whose rows are all there, for they are few or nobody has asked for the columns,
// tells which of them ClickHouse refuses; one that has let rows go tells only that it does.
func TestAFillingWithABadRow(t *testing.T) {
	w := open(t)
	execute(t, w, "ALTER TABLE notice_rows ADD CONSTRAINT refuses CHECK people IS NULL OR people < 1000000")
	const many = warehouse.BlockRows + 9
	for _, tc := range []struct {
		name  string
		n     int
		learn bool
		spoil func(*warehouse.Row)
		says  string
	}{
		{"few", warehouse.BlockRows - 1, true, tooMany, "is violated"},
		{"columns not known", many, false, tooMany, "is violated"},
		{"let go", many, true, tooMany, "is violated"},
		{"no notice in the first block", many, true, func(r *warehouse.Row) { r.Notice = nil }, "carries no notice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := sending(t, w, "") // which knows nothing yet
			rows := numbered(tc.n)
			tc.spoil(&rows[3])
			f := filling(t, w, nil)
			if tc.learn {
				f = learned(t, w, nil)
			}
			for _, r := range rows {
				f.Add(r)
			}
			_, all := f.Rows()
			if want := tc.n < warehouse.BlockRows || !tc.learn || rows[3].Notice == nil; all != want {
				t.Fatalf("all rows are there: %v, want %v", all, want)
			}
			rejected, err := f.Load(t.Context())
			if !all {
				if !errors.Is(err, warehouse.ErrLetGo) || len(rejected) > 0 || !strings.Contains(err.Error(), tc.says) {
					t.Fatalf("rejected %v, error %v; want ErrLetGo and %q", rejected, err, tc.says)
				}
				rejected = load(t, w, rows...)
			} else if err != nil {
				t.Fatal(err)
			}
			if len(rejected) != 1 || rejected[0].Index != 3 || rejected[0].NoticeID != rows[3].NoticeID || !strings.Contains(rejected[0].Err.Error(), tc.says) {
				t.Errorf("rejected %+v, want the fourth: %s", rejected, tc.says)
			}
		})
	}
}

func tooMany(r *warehouse.Row) {
	people := *r.Impact.People
	people.Value = 5_000_000
	r.Impact.People = &people
}

// A row without its notice behind the first block: what was encoded before it is not there any more.
func TestAFillingThatCannotBeEncoded(t *testing.T) {
	w := open(t)
	rows := numbered(2*warehouse.BlockRows + 1)
	rows[warehouse.BlockRows+2].Notice = nil
	if _, err := learned(t, w, rows).Load(t.Context()); !errors.Is(err, warehouse.ErrLetGo) || !strings.Contains(err.Error(), "carries no notice") {
		t.Errorf("got %v, want ErrLetGo", err)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM notices"); got != "n\n0\n" {
		t.Errorf("stored %s", got)
	}
}

// A table that is changed while a filling waits gets nothing that was encoded for the one
// before, and the next filling as it is now.
func TestAFillingOfATableThatWasChanged(t *testing.T) {
	w := open(t)
	rows := numbered(warehouse.BlockRows + 1)
	f := learned(t, w, rows)
	execute(t, w, "ALTER TABLE reading_rows MODIFY COLUMN sector String")
	if _, err := f.Load(t.Context()); !errors.Is(err, warehouse.ErrLetGo) {
		t.Fatalf("got %v, want ErrLetGo", err)
	}
	next := filling(t, w, rows)
	if _, all := next.Rows(); all {
		t.Error("the next let nothing go")
	}
	if rejected, err := next.Load(t.Context()); err != nil || len(rejected) > 0 {
		t.Fatalf("rejected %v, error %v", rejected, err)
	}
	if got, want := query(t, w, warehouse.FormatCSV, "SELECT count() AS n, uniqExact(sector) AS s FROM reading_rows"), fmt.Sprintf("n,s\n%d,1\n", len(rows)); got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
}

// What keeps a filling from being loaded for now leaves it as it is.
func TestAFillingIsLoadedLater(t *testing.T) {
	w, proxy := withFaults(t)
	rows := numbered(warehouse.BlockRows + 1)
	f := learned(t, w, rows)
	for name, fault := range map[string]faultproxy.Fault{
		"reset": faultproxy.Reset, "lost answer": faultproxy.LoseAnswer, "refused": faultproxy.Refuse(252, "TOO_MANY_PARTS", "not now"),
	} {
		proxy.Use(faultproxy.OnInserts(fault))
		if rejected, err := f.Load(t.Context()); err == nil || len(rejected) > 0 || errors.Is(err, warehouse.ErrLetGo) || warehouse.CauseOf(err) != warehouse.Transient {
			t.Errorf("%s: rejected %v, error %v; want a transient one", name, rejected, err)
		}
	}
	proxy.Use(faultproxy.None)
	if rejected, err := f.Load(t.Context()); err != nil || len(rejected) > 0 {
		t.Fatalf("rejected %v, error %v", rejected, err)
	}
	if got, want := query(t, w, warehouse.FormatCSV, "SELECT count() AS n, uniqExact(notice_id) AS u FROM notices"), fmt.Sprintf("n,u\n%[1]d,%[1]d\n", len(rows)); got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
}

// Rows are let go also while every connection is in use, or ClickHouse is away: what makes the
// columns of a filling needs none.
func TestAFillingNeedsNoConnection(t *testing.T) {
	direct := open(t)
	proxy, err := faultproxy.Start(direct.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	w, err := warehouse.Open(warehouse.Config{URL: proxy.URL(), MaxConnections: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.LearnColumns(t.Context()); err != nil {
		t.Fatal(err)
	}
	began, end, loaded := make(chan struct{}, 2*3), make(chan struct{}), make(chan error, 1)
	proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		began <- struct{}{}
		<-end
		forward.ServeHTTP(w, r)
	}))
	go func() {
		_, err := w.Load(t.Context(), numbered(1))
		loaded <- err
	}()
	<-began
	f := filling(t, w, numbered(warehouse.BlockRows))
	if _, all := f.Rows(); all {
		t.Error("nothing was let go")
	}
	close(end)
	if err := <-loaded; err != nil {
		t.Error(err)
	}
	if rejected, err := f.Load(t.Context()); err != nil || len(rejected) > 0 {
		t.Errorf("rejected %v, error %v", rejected, err)
	}
}
