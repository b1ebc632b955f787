// Package bustest gives tests of other rooms a real NATS: the embedded server on
// a folder and a port of its own, with the streams and consumers made.
package bustest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
)

// Start returns a server that listens on loopback and a connection to it. Both
// end with the test. config may be nil or change what the server is started with.
func Start(t testing.TB, config func(*bus.EmbeddedConfig)) (*bus.Server, *bus.Bus) {
	t.Helper()
	ctx := context.Background()
	cfg := bus.EmbeddedConfig{StoreDir: t.TempDir(), Listen: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}
	if config != nil {
		config(&cfg)
	}
	server, err := bus.Embedded(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	b, err := server.Connect(ctx, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.EnsureStreams(ctx, bus.StreamsConfig{}); err != nil {
		t.Fatal(err)
	}
	if err := b.EnsureConsumers(ctx, bus.ConsumersConfig{}); err != nil {
		t.Fatal(err)
	}
	return server, b
}

// Publish publishes messages and returns when the fate of each is known.
func Publish(t testing.TB, b *bus.Bus, messages ...bus.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p, err := b.NewPublisher(bus.PublisherConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	receipts := make([]*bus.Receipt, len(messages))
	for i, m := range messages {
		if receipts[i], err = p.Publish(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, receipt := range receipts {
		if _, err := receipt.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// Client connects to a server as another client does; several are named with
// commas. Who calls it closes it, before a check for goroutines that are left.
func Client(t testing.TB, url string, options ...nats.Option) (js jetstream.JetStream, close func()) {
	t.Helper()
	nc, err := nats.Connect(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	if js, err = jetstream.New(nc); err != nil {
		nc.Close()
		t.Fatal(err)
	}
	return js, nc.Close
}

// Messages returns what stands on a stream, in order, as another client of the
// server sees it.
func Messages(t testing.TB, url, stream string) []*nats.Msg {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	js, done := Client(t, url)
	defer done()
	s, err := js.Stream(ctx, stream)
	if err != nil {
		t.Fatal(err)
	}
	state := s.CachedInfo().State
	var messages []*nats.Msg
	for sequence := max(state.FirstSeq, 1); sequence <= state.LastSeq; sequence++ {
		m, err := s.GetMsg(ctx, sequence)
		if err != nil {
			t.Fatalf("%s, message %d: %v", stream, sequence, err)
		}
		messages = append(messages, &nats.Msg{Subject: m.Subject, Header: m.Header, Data: m.Data})
	}
	return messages
}

// Remove removes a stream, as another client of the server does.
func Remove(t testing.TB, url, stream string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	js, done := Client(t, url)
	defer done()
	if err := js.DeleteStream(ctx, stream); err != nil {
		t.Fatal(err)
	}
}

// AllowDirect lets the messages of a stream be read one by one, or not.
func AllowDirect(t testing.TB, url, stream string, allowed bool) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.CachedInfo().Config
	cfg.AllowDirect = allowed
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
}
