package warehouse_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/warehouse"
)

// withFaults opens a warehouse, its tables made, whose every request passes a
// fault proxy.
func withFaults(t *testing.T) (*warehouse.Warehouse, *faultproxy.Proxy) {
	t.Helper()
	direct := open(t)
	proxy, err := faultproxy.Start(direct.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	w, err := warehouse.Open(warehouse.Config{URL: proxy.URL(), DialTimeout: 2 * time.Second, ReadTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w, proxy
}

func numbered(n int) []warehouse.Row {
	rows := make([]warehouse.Row, n)
	for i := range rows {
		rows[i] = row(fmt.Sprintf("本文%d。", i))
	}
	return rows
}

func execute(t *testing.T, w *warehouse.Warehouse, statement string) {
	t.Helper()
	if err := w.Query(t.Context(), statement, warehouse.FormatCSV, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
}

// Every code in the table bears the name that the engine itself has for it.
func TestCodesAreClickHousesOwn(t *testing.T) {
	w := open(t)
	for code, name := range warehouse.ExceptionNames() {
		got := query(t, w, warehouse.FormatCSV, fmt.Sprintf("SELECT errorCodeToName(toInt32(%d)) AS name", code))
		if want := "name\n" + name + "\n"; got != want {
			t.Errorf("code %d: the engine says %q, want %q", code, got, want)
		}
	}
}

// The engine's own refusals, one a kind.
func TestRowsTheEngineRefusesAreRejectedInItsWords(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ name, alter, words string }{
		{"a constraint", "CONSTRAINT refuses CHECK people IS NULL OR people < 1000000", "is violated at row 1"},
		{"throwIf in a default", "COLUMN refuses UInt8 MATERIALIZED throwIf(people > 1000000, 'too many people')", "too many people"},
		{"a number that cannot be parsed", "COLUMN refuses UInt64 MATERIALIZED toUInt64(if(people > 1000000, '多数', '1'))", "CANNOT_PARSE_TEXT"},
		{"a day that is none", "COLUMN refuses Date MATERIALIZED toDate(if(people > 1000000, 'きのう', '2024-01-01'))", "CANNOT_PARSE_DATE"},
		{"an unknown code", "COLUMN refuses Enum8('few' = 1) MATERIALIZED if(people > 1000000, 'many', 'few')", "UNKNOWN_ELEMENT_OF_ENUM"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			execute(t, w, "TRUNCATE TABLE notice_rows")
			execute(t, w, "ALTER TABLE notice_rows ADD "+tc.alter)
			kind, _, _ := strings.Cut(tc.alter, " ")
			defer execute(t, w, "ALTER TABLE notice_rows DROP "+kind+" refuses")
			rows := numbered(40)
			bad := []int{0, 17, 18, 39}
			for _, i := range bad {
				rows[i].Notice.Body += "多数"
				rows[i].Impact.People.Value = 5_000_000
			}
			rejected := load(t, w, rows...)
			var indexes []int
			for _, r := range rejected {
				indexes = append(indexes, r.Index)
				if !strings.Contains(r.Err.Error(), tc.words) {
					t.Errorf("row %d: %v, want ClickHouse's words %q", r.Index, r.Err, tc.words)
				}
			}
			if slices.Sort(indexes); !slices.Equal(indexes, bad) {
				t.Errorf("rejected %v, want %v", indexes, bad)
			}
			if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n, countIf(people = 5000000) AS bad FROM notices"); got != "n,bad\n36,0\n" {
				t.Errorf("stored %q, want the 36 good ones", got)
			}
		})
	}
}

// The engine refuses all work: nothing is blamed on a row.
func TestWhatLiesInNoRowRejectsNone(t *testing.T) {
	for _, tc := range []struct {
		name, before string
		cause        warehouse.Cause
	}{
		{"no table", "DROP TABLE notice_rows", warehouse.Setup},
		{"too many parts", "ALTER TABLE notice_rows MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1", warehouse.Transient},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := open(t)
			execute(t, w, "SYSTEM STOP MERGES notice_rows")
			load(t, w, row("先の一つ。"))
			load(t, w, row("先の二つ。"))
			execute(t, w, tc.before)
			rejected, err := w.Load(t.Context(), numbered(50))
			if err == nil || len(rejected) > 0 {
				t.Fatalf("rejected %v, error %v; want none and an error", rejected, err)
			}
			if got := warehouse.CauseOf(err); got != tc.cause {
				t.Errorf("%v is called %s, want %s", err, got, tc.cause)
			}
			if got := errors.Is(err, warehouse.ErrSetup); got != (tc.cause == warehouse.Setup) {
				t.Errorf("%v: calls for an operator: %v", err, got)
			}
		})
	}
}

// Every transient code of the table, and what no exception tells, fails the load
// as a whole with one insert tried, and the same rows load once it is over.
func TestTransientFailuresRejectNothing(t *testing.T) {
	w, proxy := withFaults(t)
	rows := numbered(20)
	faults := map[string]faultproxy.Fault{
		"reset": faultproxy.Reset, "lost answer": faultproxy.LoseAnswer,
		"a gateway's answer": func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			http.Error(w, "bad gateway", http.StatusBadGateway)
		},
	}
	for code, name := range warehouse.ExceptionNames() {
		if warehouse.CauseOfCode(code) == warehouse.Transient {
			faults[name] = faultproxy.Refuse(int(code), name, "not now")
		}
	}
	for name, fault := range faults {
		var inserts atomic.Int32
		proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
			inserts.Add(1)
			fault(w, r, forward)
		}))
		rejected, err := w.Load(t.Context(), rows)
		if err == nil || len(rejected) > 0 || inserts.Load() != 1 {
			t.Errorf("%s: rejected %v after %d inserts, error %v; want none, 1 and an error", name, rejected, inserts.Load(), err)
		}
		if cause := warehouse.CauseOf(err); cause != warehouse.Transient {
			t.Errorf("%s: called %s", name, cause)
		}
	}
	proxy.Use(faultproxy.None)
	load(t, w, rows...)
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n, uniqExact(notice_id) AS u FROM notices"); got != "n,u\n20,20\n" {
		t.Errorf("stored %q, want each once, also those whose answer was lost", got)
	}
}

func TestATimeoutIsTransient(t *testing.T) {
	w, proxy := withFaults(t)
	proxy.Use(faultproxy.Slow(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := w.Load(ctx, numbered(3)); err == nil || warehouse.CauseOf(err) != warehouse.Transient {
		t.Errorf("got %v, want a transient error", err)
	}
}

// A code that nobody listed is blamed on a row only when the server took others.
func TestUnlistedCodesAreFoundOutByTrying(t *testing.T) {
	const unlisted = 49 // LOGICAL_ERROR: it can mean anything
	if got := warehouse.CauseOfCode(unlisted); got != warehouse.Unlisted {
		t.Fatalf("%d is %s", unlisted, got)
	}
	w, proxy := withFaults(t)
	refuse := faultproxy.Refuse(unlisted, "LOGICAL_ERROR", "something is wrong")
	var inserts atomic.Int32
	proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		inserts.Add(1)
		refuse(w, r, forward)
	}))
	if rejected, err := w.Load(t.Context(), numbered(1000)); err == nil || len(rejected) > 0 {
		t.Errorf("refused all: rejected %v, error %v", rejected, err)
	}
	if n := inserts.Load(); n > 20 {
		t.Errorf("%d inserts to find out that no row is at fault", n)
	}
	if rejected, err := w.Load(t.Context(), numbered(1)); err == nil || len(rejected) > 0 {
		t.Errorf("refused one alone: rejected %v, error %v", rejected, err)
	}
	rows := numbered(64)
	rows[0].Notice.Body = "毒 " + strings.Repeat("x", 1<<20)
	proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		body := new(bytes.Buffer)
		_, _ = body.ReadFrom(r.Body)
		if body.Len() > 1<<20 {
			refuse(w, r, forward)
			return
		}
		r.Body = http.NoBody
		r2 := r.Clone(r.Context())
		r2.Body, r2.ContentLength = readCloser{body}, int64(body.Len())
		forward.ServeHTTP(w, r2)
	}))
	rejected := load(t, w, rows...)
	if len(rejected) != 1 || rejected[0].Index != 0 {
		t.Errorf("rejected %v, want the first row", rejected)
	}
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

// One bad row among many costs few inserts: ClickHouse names it.
func TestOneBadRowAmongManyIsFoundCheaply(t *testing.T) {
	w, proxy := withFaults(t)
	execute(t, w, "ALTER TABLE notice_rows ADD CONSTRAINT refuses CHECK people IS NULL OR people < 1000000")
	const n = 5000
	one := row("本文。")
	rows := make([]warehouse.Row, n)
	for i := range rows {
		rows[i] = one
		rows[i].NoticeID = strconv.Itoa(i)
	}
	bad := 3123
	people := *one.Impact.People
	people.Value = 5_000_000
	rows[bad].Impact.People = &people
	var inserts atomic.Int32
	proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		inserts.Add(1)
		forward.ServeHTTP(w, r)
	}))
	rejected := load(t, w, rows...)
	if len(rejected) != 1 || rejected[0].Index != bad {
		t.Errorf("rejected %v, want row %d", rejected, bad)
	}
	// Together; the figures again, the row, what stands behind it and what stands
	// before it; the two other tables.
	if got := inserts.Load(); got != 7 {
		t.Errorf("%d inserts, want 7", got)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM notices"); got != fmt.Sprintf("n\n%d\n", n-1) {
		t.Errorf("stored %q, want %d", got, n-1)
	}
}

// Many bad rows cost few inserts each, and the good ones stand in all tables.
func TestManyBadRowsAreFoundCheaply(t *testing.T) {
	const manyRows = 240
	for _, tc := range []struct {
		name, alter string
		most        int32 // requests; the driver makes its connection anew after a refusal
	}{
		{"named", "CONSTRAINT refuses CHECK people IS NULL OR people < 1000000", manyRows * 5 / 4},
		{"not named", "COLUMN refuses UInt8 MATERIALIZED throwIf(people > 1000000, 'too many people')", manyRows * 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, proxy := withFaults(t)
			execute(t, w, "ALTER TABLE notice_rows ADD "+tc.alter)
			one := row("本文。")
			people := *one.Impact.People
			people.Value = 5_000_000
			rows := make([]warehouse.Row, manyRows)
			for i := range rows {
				rows[i] = one
				rows[i].NoticeID = strconv.Itoa(i)
				if i%4 == 0 {
					rows[i].Impact.People = &people
				}
			}
			var requests atomic.Int32
			proxy.Use(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
				requests.Add(1)
				forward.ServeHTTP(w, r)
			})
			rejected := load(t, w, rows...)
			proxy.Use(faultproxy.None)
			if len(rejected) != manyRows/4 {
				t.Errorf("%d rows rejected, want %d", len(rejected), manyRows/4)
			}
			for i, r := range rejected {
				if r.Index != 4*i {
					t.Fatalf("rejection %d is of row %d, want %d", i, r.Index, 4*i)
				}
			}
			if n := requests.Load(); n > tc.most {
				t.Errorf("%d requests, want at most %d", n, tc.most)
			}
			for _, table := range []string{"notice_rows", "reading_rows", "text_rows"} {
				got := query(t, w, warehouse.FormatCSV, "SELECT uniqExact(notice_id) AS n, countIf(toUInt32(notice_id) % 4 = 0) AS bad FROM "+table)
				if want := fmt.Sprintf("n,bad\n%d,0\n", manyRows*3/4); got != want {
					t.Errorf("%s holds %q, want %q", table, got, want)
				}
			}
		})
	}
}

// A load is content with two connections, however long ClickHouse takes to answer: a third
// would be waited for in vain.
func TestALoadTakesTwoConnections(t *testing.T) {
	proxy, err := faultproxy.Start(open(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	w, err := warehouse.Open(warehouse.Config{URL: proxy.URL(), MaxConnections: 2, DialTimeout: 600 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	load(t, w, row("一")) // makes the connections
	proxy.Use(faultproxy.Slow(900 * time.Millisecond))
	load(t, w, row("二"))
}
