package loader_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
	"owabi/services/loader"
)

func TestMain(m *testing.M) { os.Exit(chdbtest.Main(m)) }

func openWarehouse(t testing.TB, address string) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func classifiedMessage(t *testing.T, body string, change ...func(*notice.Classified)) bus.Message {
	t.Helper()
	n := notice.Notice{Source: "text", Body: body, FetchedAt: time.Now().UTC()}
	n.ID = n.ComputeID()
	c := notice.Classified{Notice: &n, Classification: notice.Classification{
		NoticeID: n.ID, Source: n.Source, IsIncident: true, Category: notice.Loss, Sector: notice.Education, Severity: notice.SeverityMinor,
	}}
	for _, f := range change {
		f(&c)
	}
	m, err := bus.ClassifiedMessage(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// spoiled is a classified notice that was changed into one nobody should store.
func spoiled(t *testing.T, change func(*notice.Classified)) []byte {
	t.Helper()
	var c notice.Classified
	if err := json.Unmarshal(classifiedMessage(t, "名簿を失いました。").Data, &c); err != nil {
		t.Fatal(err)
	}
	change(&c)
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func start(t *testing.T, b *bus.Bus, w *warehouse.Warehouse, counts *loader.Counts) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	cfg := loader.Config{Bus: b, Warehouse: w, Linger: 50 * time.Millisecond}
	go func() { done <- loader.Run(ctx, cfg, counts) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func rows(t *testing.T, w *warehouse.Warehouse) string {
	t.Helper()
	var out strings.Builder
	if err := w.Query(t.Context(), "SELECT count() FROM notices", warehouse.FormatCSV, &out); err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(out.String()), "count()\n")
}

func TestEveryMessageBecomesARowAndGarbageIsRejected(t *testing.T) {
	server, b := bustest.Start(t, nil)
	w := openWarehouse(t, chdbtest.URL(t))
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const n = 2500
	messages := []bus.Message{
		{Subject: "notices.classified.loss.education", ID: "g1", Type: notice.TypeClassified, Source: "/test", Data: []byte("no JSON")},
		{Subject: "notices.classified.loss.education", ID: "g2", Type: notice.TypeClassified, Source: "/test", Data: []byte(`{"notice_id":"x"}`)},
		{Subject: "notices.classified.loss.education", ID: "g3", Type: notice.TypeClassified, Source: "/test", Data: spoiled(t, func(c *notice.Classified) { c.Category = "nonsense" })},
		{Subject: "notices.classified.loss.education", ID: "g4", Type: notice.TypeClassified, Source: "/test", Data: spoiled(t, func(c *notice.Classified) { c.Impact.People = &notice.Quantity{Value: -5} })},
		{Subject: "notices.classified.theft.education", ID: "g6", Type: notice.TypeClassified, Source: "/test", Data: spoiled(t, func(*notice.Classified) {})}, // on another's subject
		{Subject: "notices.classified.loss.education", ID: "g5", Type: notice.TypeClassified, Source: "/test", Data: spoiled(t, func(c *notice.Classified) { c.Notice.FetchedAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) })},
	}
	for i := range n {
		messages = append(messages, classifiedMessage(t, fmt.Sprintf("名簿%d冊を紛失しました。", i)))
	}
	bustest.Publish(t, b, messages...)
	var counts loader.Counts
	stop := start(t, b, w, &counts)
	if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Error(err)
	}
	stop()
	if got := rows(t, w); got != fmt.Sprint(n) {
		t.Errorf("%s rows, want %d", got, n)
	}
	if counts.Loaded.Load() != n || counts.Rejected.Load() != 6 || counts.Inserts.Load() > 10 {
		t.Errorf("loaded %d in %d inserts, rejected %d", counts.Loaded.Load(), counts.Inserts.Load(), counts.Rejected.Load())
	}
	if got := len(bustest.Messages(t, server.ClientURL(), bus.StreamRejected)); got != 6 {
		t.Errorf("%d rejections, want 6", got)
	}
}

// proxied is a warehouse, its tables made, that reaches ClickHouse through a fault proxy.
func proxied(t *testing.T) (through, direct *warehouse.Warehouse, proxy *faultproxy.Proxy) {
	t.Helper()
	address := chdbtest.URL(t)
	direct = openWarehouse(t, address)
	if err := direct.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	proxy, err := faultproxy.Start(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	return openWarehouse(t, proxy.URL()), direct, proxy
}

// While ClickHouse does not answer, or refuses work for a reason that lies in no
// row, the loader waits: nothing is rejected and nothing acknowledged.
func TestWhileClickHouseIsAwayNothingIsLost(t *testing.T) {
	for name, fault := range map[string]struct{ begin, end func(*faultproxy.Proxy) error }{
		"away":           {func(p *faultproxy.Proxy) error { p.Cut(); return nil }, (*faultproxy.Proxy).Restore},
		"too many parts": {use(faultproxy.OnInserts(faultproxy.Refuse(252, "TOO_MANY_PARTS", "Too many parts"))), use(faultproxy.None)},
		"no rights":      {use(faultproxy.OnInserts(faultproxy.Refuse(497, "ACCESS_DENIED", "Not enough privileges"))), use(faultproxy.None)},
		"lost answers":   {use(faultproxy.OnInserts(faultproxy.LoseAnswer)), use(faultproxy.None)},
	} {
		t.Run(name, func(t *testing.T) {
			_, b := bustest.Start(t, nil)
			through, direct, proxy := proxied(t)
			var counts loader.Counts
			stop := start(t, b, through, &counts)
			bustest.Publish(t, b, classifiedMessage(t, "名簿を紛失しました。"))
			if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
				t.Error(err)
			}
			if err := fault.begin(proxy); err != nil {
				t.Fatal(err)
			}
			bustest.Publish(t, b, classifiedMessage(t, "別の名簿を紛失しました。"))
			for { // until the loader has it in hand
				p, err := b.Pending(t.Context(), bus.StreamClassified, bus.ConsumerLoader)
				if err != nil {
					t.Fatal(err)
				}
				if p.InHand == 1 {
					break
				}
			}
			if err := fault.end(proxy); err != nil {
				t.Fatal(err)
			}
			if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
				t.Error(err)
			}
			stop()
			if got := rows(t, direct); got != "2" || counts.Rejected.Load() != 0 {
				t.Errorf("%s rows, %d rejected; want 2 and 0", got, counts.Rejected.Load())
			}
		})
	}
}

func use(fault faultproxy.Fault) func(*faultproxy.Proxy) error {
	return func(p *faultproxy.Proxy) error { p.Use(fault); return nil }
}

// A loader that starts while ClickHouse is away takes nothing into its hands: each
// start would count a delivery, and a message delivered too often is rejected.
func TestNothingIsFetchedBeforeClickHouseAnswers(t *testing.T) {
	_, b := bustest.Start(t, nil)
	through, direct, proxy := proxied(t)
	bustest.Publish(t, b, classifiedMessage(t, "名簿を紛失しました。"))
	proxy.Cut()
	var asked atomic.Int32
	proxy.Use(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		p, err := b.Pending(r.Context(), bus.StreamClassified, bus.ConsumerLoader)
		if err != nil || asked.Load() < 3 && p.DeliveredUpTo > 0 {
			t.Errorf("before the first answer %+v was fetched, error %v", p, err)
		}
		if asked.Add(1) <= 3 {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		forward.ServeHTTP(w, r)
	})
	var counts loader.Counts
	stop := start(t, b, through, &counts)
	if err := proxy.Restore(); err != nil {
		t.Fatal(err)
	}
	if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Error(err)
	}
	stop()
	if got := rows(t, direct); got != "1" || asked.Load() <= 3 {
		t.Errorf("%s rows after %d requests", got, asked.Load())
	}
}

// A batch that could wait for an hour is loaded at once when nothing more will come.
func TestWhatCameIsLoadedWhenNothingMoreWillCome(t *testing.T) {
	_, b := bustest.Start(t, nil)
	w := openWarehouse(t, chdbtest.URL(t))
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	bustest.Publish(t, b, classifiedMessage(t, "名簿を紛失しました。"), classifiedMessage(t, "別の名簿を紛失しました。"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	noMore, done := make(chan struct{}), make(chan error, 1)
	close(noMore)
	var counts loader.Counts
	go func() {
		done <- loader.Run(ctx, loader.Config{Bus: b, Warehouse: w, Linger: time.Hour, MaxLinger: time.Hour, NoMore: noMore}, &counts)
	}()
	if err := b.WaitDrained(ctx, bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if counts.Loaded.Load() != 2 || counts.Inserts.Load() != 1 {
		t.Errorf("%d rows in %d inserts, want 2 in 1", counts.Loaded.Load(), counts.Inserts.Load())
	}
}
