package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
	"owabi/pkg/source/synthetic"
	"owabi/pkg/warehouse"
)

// BenchmarkPipeline measures notices a second from a file of synthetic notices to
// the last row in ClickHouse: read, published, classified and loaded, with every
// acknowledgement, in one process on the embedded engines.
func BenchmarkPipeline(b *testing.B) {
	const count = 20_000
	records, err := synthetic.Generate(1, count)
	if err != nil {
		b.Fatal(err)
	}
	var lines bytes.Buffer
	if err := synthetic.Write(&lines, records, false); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "notices.jsonl")
	if err := os.WriteFile(path, lines.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	reader, err := classify.New(classify.Options{})
	if err != nil {
		b.Fatal(err)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler))
	b.SetBytes(int64(lines.Len()))
	for b.Loop() {
		b.StopTimer() // engines of its own each time, or all would be duplicates
		_, stream := bustest.Start(b, nil)
		w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(b)})
		if err != nil {
			b.Fatal(err)
		}
		p := &pipeline{engines: &engines{bus: stream, warehouse: w}, reader: reader}
		if err := p.setUp(b.Context(), bus.StreamsConfig{}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := p.once(b.Context(), stdio{}, []string{path}, sourceFlags{MaxNoticeBytes: 1 << 20}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if got := p.loaded.Loaded.Load(); got != count {
			b.Fatalf("loaded %d of %d", got, count)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(count*float64(b.N)/b.Elapsed().Seconds(), "notices/s")
}
