package bus_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"owabi/pkg/bus"
)

// childDir tells the test binary to be a process that is going to be killed.
const childDir = "OWABI_BUS_TEST_CHILD_DIR"

// serveAsChild publishes without end into the folder it is told, consumes what it
// published, and prints what was acknowledged to it and what it handled.
func serveAsChild() bool {
	dir := os.Getenv(childDir)
	if dir == "" {
		return false
	}
	if err := child(context.Background(), dir); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	return true
}

func child(ctx context.Context, dir string) error {
	s, err := bus.Embedded(ctx, bus.EmbeddedConfig{StoreDir: dir, Logger: silent()})
	if err != nil {
		return err
	}
	b, err := s.Connect(ctx, "child")
	if err != nil {
		return err
	}
	if err := b.EnsureStreams(ctx, bus.StreamsConfig{}); err != nil {
		return err
	}
	if err := b.EnsureConsumers(ctx, bus.ConsumersConfig{}); err != nil {
		return err
	}
	var out sync.Mutex
	say := func(format string, v ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf(format+"\n", v...)
	}
	go func() {
		err := b.Consume(ctx, classifier(), func(_ context.Context, batch []bus.Delivery) []error {
			for _, d := range batch {
				say("handled %s", d.Header.Get(bus.HeaderID))
			}
			return nil
		})
		say("error %v", err)
	}()
	p, err := b.NewPublisher(bus.PublisherConfig{MaxPending: 64})
	if err != nil {
		return err
	}
	receipts := make(chan func(), 64)
	go func() {
		for wait := range receipts {
			wait()
		}
	}()
	for i := 0; ; i++ {
		m := bus.Message{Subject: bus.RawSubject("jsonl"), ID: fmt.Sprint("n", i), Type: "test", Source: "/test", Data: []byte("{}")}
		r, err := p.Publish(ctx, m)
		if err != nil {
			return err
		}
		receipts <- func() {
			if o, err := r.Wait(ctx); err == nil {
				say("%s %s", o, m.ID)
			}
		}
	}
}

func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	stored, handled := map[string]bool{}, map[string]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		what, id, _ := strings.Cut(lines.Text(), " ")
		switch what {
		case "stored":
			stored[id] = true
		case "handled":
			handled[id] = true
		default:
			t.Errorf("the child says: %s", lines.Text())
		}
		if len(stored) >= 1000 && len(handled) >= 100 {
			must(t, cmd.Process.Kill()) // SIGKILL, in the midst of publishing and consuming
			break
		}
	}
	for lines.Scan() { // what it had said before it died
		what, id, _ := strings.Cut(lines.Text(), " ")
		if what == "handled" {
			handled[id] = true
		}
		if what == "stored" {
			stored[id] = true
		}
	}
	_ = cmd.Wait() // killed
	if len(stored) < 1000 {
		t.Fatalf("the child stored only %d", len(stored))
	}

	b := connect(t, embedded(t, bus.EmbeddedConfig{StoreDir: dir}))
	p := publisher(t, b, bus.PublisherConfig{})
	for id := range stored { // each is there still: publishing it is a duplicate
		_, err := p.Publish(t.Context(), bus.Message{Subject: bus.RawSubject("jsonl"), ID: id, Type: "test", Source: "/test", Data: []byte("{}")})
		must(t, err)
	}
	must(t, p.Flush(t.Context()))
	if got, want := p.Counts(), (bus.Counts{Duplicates: uint64(len(stored))}); got != want {
		t.Errorf("%+v of what was acknowledged, want %+v", got, want)
	}
	// And each that was not handled is delivered. Those in the dead process's
	// hands come after their AckWait, so shorten that.
	must(t, b.EnsureConsumers(t.Context(), bus.ConsumersConfig{Classifier: bus.ConsumerLimits{AckWait: 100_000_000}}))
	stop := consuming(t, b, classifier(), func(_ context.Context, batch []bus.Delivery) []error {
		for _, d := range batch {
			handled[d.Header.Get(bus.HeaderID)] = true
		}
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	for id := range stored {
		if !handled[id] {
			t.Errorf("%s was acknowledged and never handled", id)
		}
	}
}

func TestPublishingAndConsumingOutliveTheServer(t *testing.T) {
	cfg := bus.EmbeddedConfig{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"}
	s := embedded(t, cfg)
	cfg.Listen = strings.TrimPrefix(s.ClientURL(), "nats://")
	b, err := bus.Connect(t.Context(), bus.Config{URLs: s.ClientURL(), Logger: testLog(t)})
	must(t, err)
	t.Cleanup(b.Close)
	must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	must(t, b.EnsureConsumers(t.Context(), bus.ConsumersConfig{Classifier: bus.ConsumerLimits{AckWait: 500_000_000}}))
	p := publisher(t, b, bus.PublisherConfig{MaxPending: 200})

	var mu sync.Mutex
	seen := map[string]bool{}
	progress := make(chan struct{}, 1)
	c := classifier()
	c.Batch = 50
	stop := consuming(t, b, c, func(_ context.Context, batch []bus.Delivery) []error {
		mu.Lock()
		defer mu.Unlock()
		for _, d := range batch {
			seen[d.Header.Get(bus.HeaderID)] = true
		}
		select {
		case progress <- struct{}{}:
		default:
		}
		return nil
	})

	const n = 6000
	published := make(chan error, 1)
	go func() {
		for i := range n {
			m := bus.Message{Subject: bus.RawSubject("jsonl"), ID: fmt.Sprint("n", i), Type: "test", Source: "/test", Data: []byte("{}")}
			if _, err := p.Publish(t.Context(), m); err != nil {
				published <- err
				return
			}
		}
		published <- p.Flush(t.Context())
	}()
	for range 2 { // twice in the midst of it
		<-progress
		s.Close()
		s = embedded(t, cfg)
	}
	must(t, <-published)
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if got, want := p.Counts(), (bus.Counts{Stored: n}); got != want {
		t.Errorf("%+v, want %+v: a try whose answer was lost is not a duplicate", got, want)
	}
	if stored := len(storedIn(t, b, bus.StreamRaw)); stored != n || len(seen) != n {
		t.Errorf("%d stored and %d handled, want %d", stored, len(seen), n)
	}
}
