package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

func TestConsumerSeesEveryNoticeOnceWhenNothingFails(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	const n = 1000
	publishRaw(t, p, n)

	var mu sync.Mutex
	seen := map[uint64]int{}
	cfg := classifier()
	cfg.Workers, cfg.Batch, cfg.ConfirmAcks = 3, 64, true
	stop := consuming(t, b, cfg, func(_ context.Context, batch []bus.Delivery) []error {
		mu.Lock()
		defer mu.Unlock()
		if len(batch) > 64 {
			t.Errorf("a batch of %d, the limit is 64", len(batch))
		}
		for _, d := range batch {
			seen[d.Sequence]++
			if d.Header.Get(bus.HeaderType) != notice.TypeRaw || d.Subject != "notices.raw.jsonl" || d.Tries != 1 {
				t.Errorf("unexpected delivery %s %v", d.Subject, d.Header)
			}
		}
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if len(seen) != n {
		t.Errorf("%d notices seen, want %d", len(seen), n)
	}
	for s, times := range seen {
		if times != 1 {
			t.Errorf("notice %d seen %d times", s, times)
		}
	}
}

func TestWorkersDoNotShareABatch(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	const n = 300
	publishRaw(t, p, n)
	var batches atomic.Int64
	cfg := classifier()
	cfg.Workers, cfg.Batch, cfg.Linger = 3, n, 25*time.Second // long enough for any machine: a full batch does not wait
	stop := consuming(t, b, cfg, func(_ context.Context, batch []bus.Delivery) []error {
		batches.Add(1)
		if len(batch) != n {
			t.Errorf("a batch of %d, want all %d", len(batch), n)
		}
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if batches.Load() != 1 {
		t.Errorf("%d batches, want 1", batches.Load())
	}
}

// Each of three workers has a part of what is left in the stream when it is even, and is at
// work as long as the others.
func TestEvenWorkersShareWhatIsLeft(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	const n, workers = 150, 3
	publishRaw(t, publisher(t, b, bus.PublisherConfig{}), n)
	cfg := classifier()
	cfg.Workers, cfg.Batch, cfg.Even = workers, n, true
	var atWork sync.WaitGroup
	atWork.Add(workers)
	var first, all atomic.Int64
	stop := consuming(t, b, cfg, func(_ context.Context, batch []bus.Delivery) []error {
		if first.Add(1) <= workers {
			atWork.Done()
			atWork.Wait() // for ever, had one taken all
			if len(batch) > n/workers+1 {
				t.Errorf("a batch of %d of %d", len(batch), n)
			}
		}
		all.Add(int64(len(batch)))
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if all.Load() != n {
		t.Errorf("%d handled, want %d", all.Load(), n)
	}
}

// One worker has nobody to share with: what is left is one batch, and so is what comes
// while it fills.
func TestAWorkerAloneTakesAll(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	const n, first = 50, 20
	publishRaw(t, p, first)
	cfg := classifier()
	cfg.Workers, cfg.Batch, cfg.Even, cfg.Linger = 1, n, true, 25*time.Second // a full batch does not wait
	cfg.Prepare = preparing(func(d bus.Delivery) (any, bool) {
		if d.Sequence == 1 {
			for i := first + 1; i <= n; i++ {
				publishAll(t, p, raw(t, i))
			}
		}
		return nil, false
	})
	var batches []int
	stop := consuming(t, b, cfg, func(_ context.Context, batch []bus.Delivery) []error {
		batches = append(batches, len(batch))
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if !slices.Equal(batches, []int{n}) {
		t.Errorf("batches of %v, want one of %d", batches, n)
	}
}

func TestVerdicts(t *testing.T) {
	failure := errors.New("the dictionary has a hole")
	for _, test := range []struct {
		name     string
		verdict  func(d bus.Delivery, call int) error
		calls    int
		rejected string // reason; empty: not rejected
	}{
		{"done", func(bus.Delivery, int) error { return nil }, 1, ""},
		{"permanent", func(bus.Delivery, int) error { return fmt.Errorf("reading: %w", bus.Permanent(failure)) }, 1, "reading: the dictionary has a hole"},
		{"fails once", func(d bus.Delivery, _ int) error {
			if d.Tries == 1 {
				return failure
			}
			return nil
		}, 2, ""},
		{"always fails", func(bus.Delivery, int) error { return failure }, 4, "failed 4 times: the dictionary has a hole"},
		{"panics", func(bus.Delivery, int) error { panic("no such rune") }, 4, "failed 4 times: the handler panicked: no such rune"},
		{"unavailable for longer than MaxDeliver", func(d bus.Delivery, call int) error {
			if call < 12 {
				return bus.Unavailable(failure)
			}
			if d.Tries != 1 {
				return bus.Permanent(fmt.Errorf("it was delivered %d times", d.Tries))
			}
			return nil
		}, 12, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
			publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
			cfg := classifier()
			cfg.MaxDeliver = 4
			calls := 0
			stop := consuming(t, b, cfg, bus.Each(func(_ context.Context, d bus.Delivery) error {
				calls++
				return test.verdict(d, calls)
			}))
			must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
			stop()
			if calls != test.calls {
				t.Errorf("handled %d times, want %d", calls, test.calls)
			}
			got := rejections(t, b)
			if test.rejected == "" {
				if len(got) != 0 {
					t.Fatalf("rejected: %+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Reason != "message 1 of NOTICES_RAW on notices.raw.jsonl: "+test.rejected || got[0].Stage != notice.StageClassifier ||
				got[0].NoticeID != raw(t, 1).ID || got[0].Source != "notices.raw.jsonl" || string(got[0].Raw) != string(raw(t, 1).Data) {
				t.Errorf("%d rejections, want one with reason %q", len(got), test.rejected)
			}
		})
	}
}

func TestOneBadMessageLeavesItsNeighboursAlone(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	const n, bad = 40, 17
	publishRaw(t, p, n)
	done := map[string]bool{}
	stop := consuming(t, b, classifier(), func(_ context.Context, batch []bus.Delivery) []error {
		for _, d := range batch {
			if d.Header.Get(bus.HeaderID) == raw(t, bad).ID {
				panic("this one takes the whole batch down")
			}
		}
		for _, d := range batch {
			done[d.Header.Get(bus.HeaderID)] = true
		}
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	got := rejections(t, b)
	if len(done) != n-1 || len(got) != 1 || got[0].NoticeID != raw(t, bad).ID {
		t.Errorf("%d done and %d rejected, want %d and 1", len(done), len(got), n-1)
	}
}

func TestASlowBatchIsNotDeliveredTwice(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{},
		bus.ConsumersConfig{Classifier: bus.ConsumerLimits{AckWait: 300 * time.Millisecond}})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
	cfg := classifier()
	cfg.Workers = 2 // a second one would be given it
	var mu sync.Mutex
	calls := 0
	stop := consuming(t, b, cfg, func(ctx context.Context, batch []bus.Delivery) []error {
		mu.Lock()
		calls++
		mu.Unlock()
		work, cancel := context.WithTimeout(ctx, time.Second) // work that takes three times AckWait
		defer cancel()
		<-work.Done()
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if calls != 1 {
		t.Errorf("handled %d times, want once", calls)
	}
}

func TestStoppingFinishesWhatIsInHand(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
	ctx, cancel := context.WithCancel(t.Context())
	var alive error
	err := b.Consume(ctx, classifier(), func(h context.Context, _ []bus.Delivery) []error {
		cancel()
		alive = h.Err()
		return nil
	})
	if err != nil || alive != nil {
		t.Errorf("Consume: %v, the handler's context: %v", err, alive)
	}
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
}

func TestWhatDoesNotEndInTimeComesAgain(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cfg := classifier()
	cfg.StopTimeout = time.Millisecond
	must(t, b.Consume(ctx, cfg, func(h context.Context, batch []bus.Delivery) []error {
		cancel()
		<-h.Done()
		return bus.All(len(batch), h.Err())
	}))
	tries := make(chan int, 1)
	stop := consuming(t, b, classifier(), bus.Each(func(_ context.Context, d bus.Delivery) error {
		tries <- d.Tries
		return nil
	}))
	if n := <-tries; n != 2 {
		t.Errorf("try %d, want 2", n)
	}
	stop()
}

func TestConsumeWithoutItsConsumer(t *testing.T) {
	b := connect(t, embedded(t, bus.EmbeddedConfig{}))
	h := func(context.Context, []bus.Delivery) []error { return nil }
	if err := b.Consume(t.Context(), classifier(), h); !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("got %v, want ErrNoStream", err)
	}
}

func TestConsumeStoppedAtItsStart(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, b.Consume(ctx, classifier(), func(context.Context, []bus.Delivery) []error {
		t.Error("it handles a message")
		return nil
	}))
}

// However many workers fetch however much, the server hands out no more than
// MaxAckPending at a time.
func TestNoMoreIsInHandThanMaxAckPending(t *testing.T) {
	t.Parallel()
	const most, n = 7, 60
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{Classifier: bus.ConsumerLimits{MaxAckPending: most}})
	p := publisher(t, b, bus.PublisherConfig{})
	publishRaw(t, p, n)
	var inHand, peak, handled atomic.Int64
	cfg := classifier()
	cfg.Workers, cfg.Batch = 3, 5
	stop := consuming(t, b, cfg, func(_ context.Context, batch []bus.Delivery) []error {
		now := inHand.Add(int64(len(batch)))
		defer inHand.Add(-int64(len(batch)))
		for old := peak.Load(); now > old && !peak.CompareAndSwap(old, now); old = peak.Load() {
		}
		pending, err := b.Pending(t.Context(), bus.StreamRaw, bus.ConsumerClassifier)
		if err != nil || pending.InHand > most {
			t.Errorf("%d in hand, %v; the most is %d", pending.InHand, err, most)
		}
		handled.Add(int64(len(batch)))
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if handled.Load() != n || peak.Load() > most {
		t.Errorf("%d handled, at most %d at once; want %d and %d", handled.Load(), peak.Load(), n, most)
	}
}

func TestAPanicIsLoggedWithItsNotices(t *testing.T) {
	var log bytes.Buffer
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
	cfg := classifier()
	cfg.MaxDeliver = 1
	stop := consuming(t, b, cfg, bus.Each(func(context.Context, bus.Delivery) error { panic("no such rune") }))
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	b.Close()
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "the handler panicked") && strings.Contains(line, "stack=") && strings.Contains(line, raw(t, 1).ID) {
			return
		}
	}
	t.Errorf("no line with the panic, its stack and the notice %s in:\n%s", raw(t, 1).ID, &log)
}

func TestAConsumersRefusedAcknowledgementsAreOne(t *testing.T) {
	for subject, want := range map[string]string{
		"$JS.ACK.NOTICES_RAW.classifier.1.2.3.1795383912059541782.4":                "$JS.ACK.NOTICES_RAW.classifier",
		"$JS.ACK._.ABCDEFGH.NOTICES_RAW.classifier.1.2.3.1795383912059541782.4":     "$JS.ACK.NOTICES_RAW.classifier",
		"$JS.ACK.hub.ABCDEFGH.NOTICES_RAW.classifier.1.2.3.1795383912059541782.4.r": "$JS.ACK.NOTICES_RAW.classifier",
		"notices.raw.jsonl": "notices.raw.jsonl",
	} {
		if got := bus.AckOf(subject); got != want {
			t.Errorf("%s: %s, want %s", subject, got, want)
		}
	}
}

func TestWaitsDoubleUpToTheirBound(t *testing.T) {
	for n, want := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 6: 32, 7: 60, 1000: 60} {
		if got := bus.Backoff(n, time.Second, time.Minute); got != want*time.Second {
			t.Errorf("before try %d: %s, want %d s", n+1, got, want)
		}
	}
}
