package explorer_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.uber.org/goleak"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
	"owabi/services/classifier"
	"owabi/services/explorer"
	"owabi/services/ingest"
	"owabi/services/loader"
)

func TestMain(m *testing.M) {
	status := chdbtest.MainWith(m, func(c *chdb.Config) { c.Reader = &chdb.Reader{User: "explorer", Password: "of the tests"} })
	closeBrowser()
	os.Exit(status)
}

func get(t *testing.T, handler http.Handler, host, path string, header ...string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestWhoMaySeeWhat(t *testing.T) {
	failing := []explorer.Check{
		{Name: "nats", Ready: func(context.Context) error { return nil }},
		{Name: "clickhouse", Ready: func(context.Context) error { return errors.New("no answer from ch:8123") }},
	}
	basic := httptest.NewRequest(http.MethodGet, "/", nil)
	basic.SetBasicAuth("anybody", "geheim")
	login := basic.Header.Get("Authorization")
	for _, c := range []struct {
		name, token, host, path, authorization string
		status                                 int
		says, hides                            string
	}{
		{"alive", "", "127.0.0.1:1", "/healthz", "", 200, "alive", ""},
		{"why it is not ready", "", "localhost", "/readyz", "", 503, "not ready\nnats: ok\nclickhouse: no answer from ch:8123\n", ""},
		{"a probe of another name learns no server", "", "10.0.0.1:1", "/readyz", "", 503, "clickhouse: failed", "ch:8123"},
		{"metrics on loopback", "", "[::1]:8080", "/metrics", "", 200, "t_total 0", ""},
		{"a name that leads to loopback", "", "evil.example:8080", "/metrics", "", 403, "OWABI_HTTP_TOKEN", "t_total"},
		{"no token", "geheim", "10.0.0.1", "/metrics", "", 401, "token", "t_total"},
		{"a wrong token", "geheim", "10.0.0.1", "/metrics", "Bearer falsch", 401, "token", "t_total"},
		{"loopback is no token", "geheim", "127.0.0.1", "/metrics", "", 401, "token", "t_total"},
		{"the token", "geheim", "10.0.0.1", "/metrics", "Bearer geheim", 200, "t_total 0", ""},
		{"the token as a password", "geheim", "10.0.0.1", "/metrics", login, 200, "t_total 0", ""},
		{"a probe needs none", "geheim", "10.0.0.1", "/healthz", "", 200, "alive", ""},
		{"a probe without it learns no server", "geheim", "10.0.0.1", "/readyz", "", 503, "clickhouse: failed", "ch:8123"},
		{"a probe with it does", "geheim", "10.0.0.1", "/readyz", "Bearer geheim", 503, "ch:8123", ""},
		{"nothing else is there", "", "localhost", "/", "", 404, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			registry := prometheus.NewRegistry()
			registry.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "t_total", Help: "t."}))
			handler := explorer.Config{Token: c.token, Metrics: registry, Checks: failing}.Handler()
			var header []string
			if c.authorization != "" {
				header = []string{"Authorization", c.authorization}
			}
			status, body := get(t, handler, c.host, c.path, header...)
			if status != c.status || !strings.Contains(body, c.says) || c.hides != "" && strings.Contains(body, c.hides) {
				t.Errorf("%d %q; want %d with %q and without %q", status, body, c.status, c.says, c.hides)
			}
		})
	}
}

func TestRunServesUntilItsContextEnds(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- explorer.Run(ctx, explorer.Config{Listener: listener, Metrics: prometheus.NewRegistry()})
	}()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://" + listener.Addr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || string(body) != "ready\n" {
		t.Errorf("%q, %v", body, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The whole pipeline, every metric of it read as Prometheus reads it.
func TestMetricsOfThePipeline(t *testing.T) {
	server, b := bustest.Start(t, nil)
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Ready(t.Context()); !errors.Is(err, warehouse.ErrNoTables) {
		t.Errorf("before the tables are made: %v", err)
	}
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	loading := explorer.Consumer{Stream: bus.StreamClassified, Name: bus.ConsumerLoader}
	checks := []explorer.Check{
		{Name: "nats", Ready: func(ctx context.Context) error { return b.Ready(ctx, loading.Stream, loading.Name) }},
		{Name: "clickhouse", Ready: w.Ready},
	}
	in, reading, out := ingest.NewMetrics(), classifier.NewMetrics(), loader.NewMetrics()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(in, reading, out, explorer.Parts(w), explorer.Ready(checks),
		explorer.Backlog(b, explorer.Consumer{Stream: bus.StreamRaw, Name: bus.ConsumerClassifier}, loading))
	handler := explorer.Config{Metrics: registry, Checks: checks}.Handler()
	if status, body := get(t, handler, "localhost", "/readyz"); status != 200 {
		t.Fatalf("not ready: %s", body)
	}

	input := strings.NewReader(`{"text":"職員が名簿を紛失しました。"}
{"text":"書類を誤送付しました。"}
{"text":"書類を誤送付しました。"}
{"title":"本文なし"}
{
`)
	config := ingest.Config{Bus: b, Sources: []string{"-"}, Metrics: in, Logger: slog.New(slog.DiscardHandler)}
	config.Options.Stdin, config.Options.Format = input, "jsonl"
	if err := ingest.Run(t.Context(), config, &ingest.Counts{}); err != nil {
		t.Fatal(err)
	}
	bustest.Publish(t, b, bus.Message{Subject: "notices.raw.test", ID: "broken", Type: notice.TypeRaw, Source: "/t", Data: []byte("{")})

	reader, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	until := func(stream, consumer string, run func(context.Context) error) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- run(ctx) }()
		drained := b.WaitDrained(t.Context(), stream, consumer)
		stop()
		if err := errors.Join(drained, <-ended); err != nil {
			t.Fatal(err)
		}
	}
	until(bus.StreamRaw, bus.ConsumerClassifier, func(ctx context.Context) error {
		return classifier.Run(ctx, classifier.Config{Bus: b, Classifier: reader, Metrics: reading}, &classifier.Counts{})
	})
	before := scrape(t, handler)
	if age := value(before, "owabi_consumer_oldest_age_seconds", "consumer", "loader"); age <= 0 {
		t.Errorf("two notices wait for the loader, the oldest for %v s", age)
	}
	if waiting := value(before, "owabi_consumer_waiting_messages", "consumer", "loader"); waiting != 2 {
		t.Errorf("%v notices wait for the loader", waiting)
	}
	until(bus.StreamClassified, bus.ConsumerLoader, func(ctx context.Context) error {
		return loader.Run(ctx, loader.Config{Bus: b, Warehouse: w, Metrics: out}, &loader.Counts{})
	})

	after := scrape(t, handler)
	for _, want := range []struct {
		name   string
		labels []string
		value  float64
	}{
		{"owabi_notices_received_total", []string{"stage", "ingest"}, 5},
		{"owabi_notices_settled_total", []string{"stage", "ingest", "outcome", "done"}, 2},
		{"owabi_notices_settled_total", []string{"stage", "ingest", "outcome", "duplicate"}, 1},
		{"owabi_notices_rejected_total", []string{"stage", "ingest", "reason", "no_text"}, 1},
		{"owabi_notices_rejected_total", []string{"stage", "ingest", "reason", "malformed"}, 1},
		{"owabi_notices_received_total", []string{"stage", "classifier"}, 3},
		{"owabi_notices_settled_total", []string{"stage", "classifier", "outcome", "done"}, 2},
		{"owabi_notices_rejected_total", []string{"stage", "classifier", "reason", "malformed"}, 1},
		{"owabi_notices_rejected_total", []string{"stage", "classifier", "reason", "other"}, 0},
		{"owabi_notices_redelivered_total", []string{"stage", "classifier"}, 0},
		{"owabi_notices_settled_total", []string{"stage", "loader", "outcome", "done"}, 2},
		{"owabi_consumer_waiting_messages", []string{"stream", "NOTICES_CLASSIFIED", "consumer", "loader"}, 0},
		{"owabi_consumer_unacknowledged_messages", []string{"consumer", "loader"}, 0},
		{"owabi_consumer_oldest_age_seconds", []string{"consumer", "loader"}, 0},
		{"owabi_clickhouse_rows", []string{"table", "notice_rows"}, 2},
		{"owabi_ready", []string{"check", "nats"}, 1},
		{"owabi_ready", []string{"check", "clickhouse"}, 1},
	} {
		if got := value(after, want.name, want.labels...); got != want.value {
			t.Errorf("%s%v = %v, want %v", want.name, want.labels, got, want.value)
		}
	}
	if parts := value(after, "owabi_clickhouse_parts", "table", "notice_rows"); parts < 1 {
		t.Errorf("%v parts", parts)
	}
	if h := after["owabi_batch_duration_seconds"]; h == nil || h.GetMetric()[0].GetHistogram().GetSampleCount() == 0 {
		t.Error("no batch was timed")
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("names that break Prometheus's conventions: %v, %v", problems, err)
	}

	server.Close()
	status, body := get(t, handler, "localhost", "/readyz")
	if status != 503 || !strings.Contains(body, "nats: no NATS server answers") || !strings.Contains(body, "clickhouse: ok") {
		t.Errorf("without NATS: %d %s", status, body)
	}
	if up := value(scrape(t, handler), "owabi_ready", "check", "nats"); up != 0 {
		t.Errorf("without NATS the metric says %v", up)
	}
}

func scrape(t *testing.T, handler http.Handler) map[string]*dto.MetricFamily {
	t.Helper()
	status, body := get(t, handler, "localhost", "/metrics")
	if status != 200 {
		t.Fatalf("/metrics: %d %s", status, body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// value is that of the one metric with the labels given in pairs; -1: there is none.
func value(families map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	for _, m := range families[name].GetMetric() {
		fits := true
		for i := 0; i+1 < len(labels); i += 2 {
			fits = fits && slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool {
				return l.GetName() == labels[i] && l.GetValue() == labels[i+1]
			})
		}
		if fits {
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return -1
}
