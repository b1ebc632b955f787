package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/warehouse"
)

// Rows of several blocks, the last not full, in every way that a body can be sent.
func TestRowsComeAsTheyWereSent(t *testing.T) {
	const n = 2*warehouse.BlockRows + 7
	const asked = "SELECT count() AS n, uniqExact(notice_id) AS ids, sum(cityHash64(*)) AS of_all FROM reading_rows"
	answers := map[string]string{}
	for _, how := range []string{"", "?compress=none", "?compress=lz4", "?compress=zstd", "?compress=gzip"} {
		w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(t) + how})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.Close() })
		if err := w.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rejected := load(t, w, numbered(n)...); len(rejected) > 0 {
			t.Errorf("%s: rejected %v", how, rejected)
		}
		answers[how] = query(t, w, warehouse.FormatCSV, asked)
		parts := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM system.parts WHERE active AND database = currentDatabase() AND table = 'reading_rows'")
		if parts != "n\n1\n" {
			t.Errorf("%s: its blocks were stored apart: %s", how, parts)
		}
	}
	for how, answer := range answers {
		if diff := cmp.Diff(answers[""], answer); diff != "" {
			t.Errorf("%s (-plain +sent so):\n%s", how, diff)
		}
	}
	if want := fmt.Sprintf("n,ids,of_all\n%d,%d,", n, n); len(answers[""]) < len(want) || answers[""][:len(want)] != want {
		t.Errorf("stored %s, want %d", answers[""], n)
	}
}

// What was sent of an insert that is given up is not stored, and the next one works.
func TestAnInsertGivenUpStoresNothing(t *testing.T) {
	w := open(t)
	if err := w.GiveUp(t.Context(), numbered(100)); err != nil {
		t.Fatal(err)
	}
	load(t, w, row("本文。"))
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM notices"); got != "n\n1\n" {
		t.Errorf("stored %s, want the one row that was loaded", got)
	}
}

// A server that answers before it has read all, with an error or with none, and a load that
// is stopped on its way, are no verdict about any row.
func TestALoadThatIsCutOffIsNoVerdict(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, context.CancelFunc){
		"refused early": func(w http.ResponseWriter, _ context.CancelFunc) { http.Error(w, "go away", http.StatusBadGateway) },
		"reset":         func(http.ResponseWriter, context.CancelFunc) { panic(http.ErrAbortHandler) },
		"stopped":       func(_ http.ResponseWriter, stop context.CancelFunc) { stop(); panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			w, proxy := withFaults(t)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
				_, _ = r.Body.Read(make([]byte, 1)) // the first block is on its way
				answer(w, stop)
			}))
			rejected, err := w.Load(ctx, numbered(20*warehouse.BlockRows))
			if err == nil || len(rejected) > 0 || errors.Is(err, warehouse.ErrSetup) || warehouse.CauseOf(err) != warehouse.Transient {
				t.Errorf("rejected %v, error %v; want a transient error", rejected, err)
			}
		})
	}
}
