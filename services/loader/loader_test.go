package loader_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
	"owabi/services/loader"
)

func TestMain(m *testing.M) { os.Exit(chdbtest.Main(m)) }

func openWarehouse(t *testing.T, address string) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func classifiedMessage(t *testing.T, body string) bus.Message {
	t.Helper()
	n := notice.Notice{Source: "text", Body: body, FetchedAt: time.Now().UTC()}
	n.ID = n.ComputeID()
	m, err := bus.ClassifiedMessage(notice.Classified{Notice: &n, Classification: notice.Classification{
		NoticeID: n.ID, Source: n.Source, IsIncident: true, Category: notice.Loss, Sector: notice.Education, Severity: notice.SeverityMinor,
	}})
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
	if counts.Loaded.Load() != n || counts.Rejected.Load() != 5 || counts.Inserts.Load() > 10 {
		t.Errorf("loaded %d in %d inserts, rejected %d", counts.Loaded.Load(), counts.Inserts.Load(), counts.Rejected.Load())
	}
	if got := len(bustest.Messages(t, server, bus.StreamRejected)); got != 5 {
		t.Errorf("%d rejections, want 5", got)
	}
}

// While ClickHouse does not answer, the loader waits: nothing is rejected and
// nothing acknowledged. The address answers only later, as after a restart.
func TestWhileClickHouseIsAwayNothingIsLost(t *testing.T) {
	_, b := bustest.Start(t, nil)
	direct := openWarehouse(t, chdbtest.URL(t))
	if err := direct.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	away := openWarehouse(t, "http://"+address+"/"+direct.Database())
	bustest.Publish(t, b, classifiedMessage(t, "名簿を紛失しました。"))
	var counts loader.Counts
	stop := start(t, b, away, &counts)
	for { // until the loader has it in hand
		p, err := b.Pending(t.Context(), bus.StreamClassified, bus.ConsumerLoader)
		if err != nil {
			t.Fatal(err)
		}
		if p.InHand == 1 {
			break
		}
	}
	forward(t, address, chdbtest.URL(t))
	if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Error(err)
	}
	stop()
	if got := rows(t, direct); got != "1" || counts.Rejected.Load() != 0 {
		t.Errorf("%s rows, %d rejected; want 1 and 0", got, counts.Rejected.Load())
	}
}

// forward makes address answer with what the real ClickHouse says.
func forward(t *testing.T, address, clickHouse string) {
	t.Helper()
	target, err := url.Parse(clickHouse)
	if err != nil {
		t.Fatal(err)
	}
	target.Path = ""
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &http.Server{Handler: httputil.NewSingleHostReverseProxy(target), ReadHeaderTimeout: time.Minute}
	go func() { _ = proxy.Serve(listener) }()
	t.Cleanup(func() { _ = proxy.Close() })
}
