package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/source/synthetic"
	"owabi/pkg/warehouse"
)

// syntheticFile writes count synthetic notices, and gives them as they are read.
func syntheticFile(b *testing.B, count int) (file string, notices []notice.Notice) {
	b.Helper()
	records, err := synthetic.Generate(1, count)
	if err != nil {
		b.Fatal(err)
	}
	var lines bytes.Buffer
	if err := synthetic.Write(&lines, records, false); err != nil {
		b.Fatal(err)
	}
	file = filepath.Join(b.TempDir(), "notices.jsonl")
	if err := os.WriteFile(file, lines.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	for r := range records {
		n := notice.Notice{Source: "synthetic", Publisher: r.Publisher, Title: r.Title, Published: r.Published, Body: r.Text, Lang: "ja", FetchedAt: time.Now().UTC()}
		n.ID = n.ComputeID()
		notices = append(notices, n)
	}
	return file, notices
}

// BenchmarkPipeline measures notices a second from a file of synthetic notices to
// the last row in ClickHouse: read, published, classified and loaded, with every
// acknowledgement, in one process on the embedded engines; for each durability, and
// where start and end weigh less. In turns with it the classifier alone reads the same
// notices on all cores; each figure is the median of the rounds. of-classifier compares
// the time that passes, of-classifier-cpu the processor time (cpu-s), which other
// programs disturb less.
func BenchmarkPipeline(b *testing.B) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	reader, err := classify.New(classify.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, run := range []struct {
		durability bus.Durability
		count      int
	}{{bus.SurvivesProcess, 10_000}, {bus.SurvivesProcess, 30_000}, {bus.SurvivesPower, 10_000}} {
		b.Run(fmt.Sprintf("%s/%d", run.durability, run.count), func(b *testing.B) {
			file, notices := syntheticFile(b, run.count)
			count := float64(run.count)
			figures := map[string][]float64{}
			for b.Loop() {
				before := measure(func() { classifyAlone(reader, notices) })
				piped, inserts := pipeOnce(b, reader, run.durability, file, uint64(run.count))
				after := measure(func() { classifyAlone(reader, notices) })
				alone := spent{(before.passed + after.passed) / 2, (before.processor + after.processor) / 2}
				for unit, figure := range map[string]float64{
					"notices/s":            count / piped.passed.Seconds(),
					"classifier-notices/s": count / alone.passed.Seconds(),
					"of-classifier":        alone.passed.Seconds() / piped.passed.Seconds(),
					"of-classifier-cpu":    alone.processor.Seconds() / piped.processor.Seconds(),
					"cpu-s":                piped.processor.Seconds(),
					"batches":              float64(inserts),
				} {
					figures[unit] = append(figures[unit], figure)
				}
			}
			for unit, list := range figures {
				slices.Sort(list)
				b.ReportMetric(list[len(list)/2], unit)
			}
		})
	}
}

// spent is how long something took, and the time of all processors it took.
type spent struct{ passed, processor time.Duration }

func measure(do func()) spent {
	processor := func() time.Duration {
		var usage syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // cannot fail
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	runtime.GC() // what was before is not its work
	began, before := time.Now(), processor()
	do()
	return spent{time.Since(began), processor() - before}
}

// classifyAlone reads the notices on all cores.
func classifyAlone(reader *classify.Classifier, notices []notice.Notice) {
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for part := range workers {
		all.Go(func() {
			for i := part; i < len(notices); i += workers {
				reader.Classify(notices[i])
			}
		})
	}
	all.Wait()
}

// pipeOnce runs the whole pipeline over a file, on engines of its own, or all would
// be duplicates, and returns what it took and the batches loaded.
func pipeOnce(b *testing.B, reader *classify.Classifier, durability bus.Durability, file string, count uint64) (took spent, batches uint64) {
	b.Helper()
	server, stream := bustest.Start(b, func(c *bus.EmbeddedConfig) { c.Durability = durability })
	defer server.Close()
	defer stream.Close()
	address := chdbtest.URL(b)
	w, err := warehouse.Open(warehouse.Config{URL: address})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	// Its merges are nobody else's work. Its files stay: a file system is slow at making new
	// ones for a while after it has removed many.
	defer execute(b, w, "DETACH DATABASE "+path.Base(address))
	sync := durability == bus.SurvivesPower
	p := &pipeline{engines: &engines{bus: stream, warehouse: w, syncInserts: &sync}, reader: reader}
	if err := p.setUp(b.Context(), bus.StreamsConfig{}); err != nil {
		b.Fatal(err)
	}
	took = measure(func() { err = p.once(b.Context(), stdio{}, []string{file}, sourceFlags{MaxNoticeBytes: 1 << 20}) })
	if err != nil {
		b.Fatal(err)
	}
	if got := p.loaded.Loaded.Load(); got != count {
		b.Fatalf("loaded %d of %d", got, count)
	}
	return took, p.loaded.Inserts.Load()
}

// BenchmarkPublishToQueryable measures, at ten notices a second and with the
// services as they are by default, how long a notice takes from being published to
// standing in the view.
func BenchmarkPublishToQueryable(b *testing.B) {
	const every = 100 * time.Millisecond
	slog.SetDefault(slog.New(slog.DiscardHandler))
	_, notices := syntheticFile(b, max(b.N, 1))
	reader, err := classify.New(classify.Options{})
	if err != nil {
		b.Fatal(err)
	}
	_, stream := bustest.Start(b, nil)
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	p := &pipeline{engines: &engines{bus: stream, warehouse: w}, reader: reader}
	if err := p.setUp(b.Context(), bus.StreamsConfig{}); err != nil {
		b.Fatal(err)
	}
	services, stop := context.WithCancel(b.Context())
	defer stop()
	group, services := errgroup.WithContext(services)
	p.start(services, services, group)

	b.ResetTimer()
	var mu sync.Mutex
	published := map[string]time.Time{}
	group.Go(func() error {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for _, n := range notices {
			m, err := bus.RawMessage(n)
			if err != nil {
				return err
			}
			mu.Lock()
			published[n.ID] = time.Now()
			mu.Unlock()
			bustest.Publish(b, stream, m)
			<-ticks.C
		}
		return nil
	})
	var took []time.Duration
	seen := map[string]bool{}
	for look := time.NewTicker(10 * time.Millisecond); len(seen) < len(notices); <-look.C {
		var rows strings.Builder
		if err := w.Query(b.Context(), "SELECT notice_id FROM notices", warehouse.FormatJSON, &rows); err != nil {
			b.Fatal(err)
		}
		now := time.Now()
		for decoder := json.NewDecoder(strings.NewReader(rows.String())); decoder.More(); {
			var row struct {
				ID string `json:"notice_id"`
			}
			if err := decoder.Decode(&row); err != nil {
				b.Fatal(err)
			}
			if !seen[row.ID] {
				seen[row.ID] = true
				mu.Lock()
				took = append(took, now.Sub(published[row.ID]))
				mu.Unlock()
			}
		}
	}
	b.StopTimer()
	stop()
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "p50-s")
	b.ReportMetric(took[len(took)*99/100].Seconds(), "p99-s")
}

// BenchmarkMemory measures the most memory (resident) that ingest, classifier and
// loader take as processes of their own while notices flow through them.
func BenchmarkMemory(b *testing.B) {
	const count = 20_000
	file, _ := syntheticFile(b, count)
	for b.Loop() {
		server, stream := bustest.Start(b, nil)
		environment := []string{"OWABI_NATS_URL=" + server.ClientURL(), "OWABI_CLICKHOUSE_URL=" + chdbtest.URL(b)}
		finish(b, environment, "setup")
		processes, most := map[string]*process{}, map[string]chan float64{}
		for name, args := range map[string][]string{"ingest": {file}, "classifier": nil, "loader": nil} {
			p := launch(b, environment, append([]string{name}, args...)...)
			processes[name], most[name] = p, make(chan float64, 1)
			go func() { most[name] <- mostResident(p) }()
		}
		<-processes["ingest"].ended
		if err := processes["ingest"].Wait(); err != nil {
			b.Fatal(err)
		}
		if err := stream.WaitDrained(b.Context(), bus.StreamRaw, bus.ConsumerClassifier); err != nil {
			b.Fatal(err)
		}
		if err := stream.WaitDrained(b.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
			b.Fatal(err)
		}
		processes["classifier"].interrupt()
		processes["loader"].interrupt()
		for name, m := range most {
			b.ReportMetric(<-m, name+"-MB")
		}
	}
}

// mostResident looks at a process until it ends, and returns the most memory it had
// resident, in MB. What the system tells of an ended one counts its parent's too.
func mostResident(p *process) (most float64) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid)) // gone with the process
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kb float64
			if _, err := fmt.Sscan(rest, &kb); err == nil {
				most = max(most, kb/1024)
			}
		}
		select {
		case <-p.ended:
			return most
		case <-look.C:
		}
	}
}
