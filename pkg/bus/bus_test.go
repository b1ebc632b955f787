package bus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

func TestMain(m *testing.M) {
	if serveAsChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

// testLog shows the log of a failing test.
func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// embedded starts a server in dir and ends it with the test.
func embedded(t testing.TB, cfg bus.EmbeddedConfig) *bus.Server {
	t.Helper()
	if cfg.StoreDir == "" {
		cfg.StoreDir = t.TempDir()
	}
	if cfg.Logger == nil {
		cfg.Logger = testLog(t)
	}
	s, err := bus.Embedded(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// connect reaches s within the process and ends the connection with the test.
func connect(t testing.TB, s *bus.Server) *bus.Bus {
	t.Helper()
	b, err := s.Connect(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// ready is connect with the streams and consumers made.
func ready(t testing.TB, s *bus.Server, streams bus.StreamsConfig, consumers bus.ConsumersConfig) *bus.Bus {
	t.Helper()
	b := connect(t, s)
	must(t, b.EnsureStreams(t.Context(), streams))
	must(t, b.EnsureConsumers(t.Context(), consumers))
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func publisher(t testing.TB, b *bus.Bus, cfg bus.PublisherConfig) *bus.Publisher {
	t.Helper()
	p, err := b.NewPublisher(cfg)
	must(t, err)
	t.Cleanup(p.Close)
	return p
}

// raw makes the message of the i-th made-up notice.
func raw(t testing.TB, i int) bus.Message {
	t.Helper()
	n := notice.Notice{
		Source: "jsonl", Publisher: "株式会社あおぞら見本",
		Title: fmt.Sprintf("メール誤送信に関するお詫び（第%d号）", i),
		Body:  "このたび、弊社において電子メールの誤送信が発生いたしました。深くお詫び申し上げます。",
	}
	n.ID = n.ComputeID()
	m, err := bus.RawMessage(n)
	must(t, err)
	return m
}

// publishRaw publishes the first n raw messages and returns when each has its fate.
func publishRaw(t testing.TB, p *bus.Publisher, n int) {
	t.Helper()
	for i := range n {
		_, err := p.Publish(t.Context(), raw(t, i))
		must(t, err)
	}
	must(t, p.Flush(t.Context()))
}

// publishAll publishes and returns what became of each.
func publishAll(t testing.TB, p *bus.Publisher, messages ...bus.Message) []bus.Outcome {
	t.Helper()
	receipts := make([]*bus.Receipt, len(messages))
	for i, m := range messages {
		var err error
		receipts[i], err = p.Publish(t.Context(), m)
		must(t, err)
	}
	outcomes := make([]bus.Outcome, len(messages))
	for i, r := range receipts {
		var err error
		outcomes[i], err = r.Wait(t.Context())
		must(t, err)
	}
	return outcomes
}

// consuming runs Consume until the returned function is called, which fails the
// test when Consume failed.
func consuming(t testing.TB, b *bus.Bus, cfg bus.ConsumeConfig, h bus.Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Consume(ctx, cfg, h) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Consume: %v", err)
			}
		}
	}
	t.Cleanup(stop)
	return stop
}

// classifier is the consumer most tests use, with short waits.
func classifier() bus.ConsumeConfig {
	return bus.ConsumeConfig{
		Stream: bus.StreamRaw, Consumer: bus.ConsumerClassifier, Stage: notice.StageClassifier,
		RetryMin: time.Millisecond, RetryMax: 10 * time.Millisecond,
	}
}

// rejections reads every rejection there is.
func rejections(t testing.TB, b *bus.Bus) []notice.Rejection {
	t.Helper()
	var list []notice.Rejection
	for _, data := range storedIn(t, b, bus.StreamRejected) {
		var r notice.Rejection
		must(t, json.Unmarshal(data, &r))
		list = append(list, r)
	}
	return list
}
