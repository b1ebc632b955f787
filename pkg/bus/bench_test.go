package bus_test

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

// notices yields b.N messages of about 2.4 KB.
func notices(b *testing.B) func(i int) bus.Message {
	n := notice.Notice{
		Source: "synthetic", Publisher: "株式会社あおぞら見本", Synthetic: true, Published: "2024-05-01",
		Title: "メール誤送信に関するお詫び",
		Body:  strings.Repeat("このたび、弊社において電子メールの誤送信が発生いたしました。", 24),
	}
	n.ID = n.ComputeID()
	m, err := bus.RawMessage(n)
	must(b, err)
	b.Logf("%d bytes a message", len(m.Data))
	return func(i int) bus.Message {
		id := [16]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}
		m := m
		m.ID = hex(id)
		return m
	}
}

func hex(id [16]byte) string {
	const digits = "0123456789abcdef"
	var s [32]byte
	for i, c := range id {
		s[2*i], s[2*i+1] = digits[c>>4], digits[c&15]
	}
	return string(s[:])
}

func publishN(b *testing.B, p *bus.Publisher) {
	message := notices(b)
	for i := range b.N {
		_, err := p.Publish(b.Context(), message(i))
		must(b, err)
	}
	must(b, p.Flush(b.Context()))
	if c := p.Counts(); c.Stored != uint64(b.N) {
		b.Fatalf("%+v, want %d stored", c, b.N)
	}
}

func BenchmarkPublish(b *testing.B) {
	for _, d := range []bus.Durability{bus.SurvivesProcess, bus.SurvivesPower} {
		b.Run(string(d), func(b *testing.B) {
			s := embedded(b, bus.EmbeddedConfig{Durability: d, Logger: silent()})
			p := publisher(b, ready(b, s, bus.StreamsConfig{}, bus.ConsumersConfig{}), bus.PublisherConfig{})
			b.ResetTimer()
			publishN(b, p)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}

func BenchmarkConsume(b *testing.B) {
	for _, d := range []bus.Durability{bus.SurvivesProcess, bus.SurvivesPower} {
		b.Run(string(d), func(b *testing.B) {
			s := embedded(b, bus.EmbeddedConfig{Durability: d, Logger: silent()})
			conn := ready(b, s, bus.StreamsConfig{}, bus.ConsumersConfig{})
			publishN(b, publisher(b, conn, bus.PublisherConfig{}))
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			cfg := classifier()
			cfg.Workers, cfg.Batch = 2, 1000
			left := make(chan int, 1000)
			done := make(chan error, 1)
			b.ResetTimer()
			go func() {
				done <- conn.Consume(ctx, cfg, func(_ context.Context, batch []bus.Delivery) []error {
					left <- len(batch)
					return nil
				})
			}()
			for n := 0; n < b.N; {
				n += <-left
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			cancel()
			must(b, <-done)
		})
	}
}

// BenchmarkDuplicates measures what remembering ids costs: run it with
// -benchtime 1000000x for a million.
func BenchmarkDuplicates(b *testing.B) {
	for _, window := range []time.Duration{100 * time.Millisecond, bus.DefaultRawDuplicates} {
		b.Run(window.String(), func(b *testing.B) {
			dir := b.TempDir()
			s := embedded(b, bus.EmbeddedConfig{StoreDir: dir, Logger: silent()})
			conn := ready(b, s, bus.StreamsConfig{Raw: bus.StreamLimits{Duplicates: window}}, bus.ConsumersConfig{})
			p := publisher(b, conn, bus.PublisherConfig{})
			publishN(b, p)
			p.Close()
			conn.Close()
			s.Close()
			before := heap()
			start := time.Now()
			embedded(b, bus.EmbeddedConfig{StoreDir: dir, Logger: silent()})
			b.ReportMetric(time.Since(start).Seconds()*1000, "ms-to-reopen")
			b.ReportMetric(float64(heap()-before)/float64(b.N), "heap-B/id")
		})
	}
}

func heap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func silent() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
