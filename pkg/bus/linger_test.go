package bus_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"owabi/pkg/bus"
)

// A batch waits for Linger, for MaxLinger while much comes, and no longer than a burst
// lasts or than anything can come.
func TestHowLongABatchWaits(t *testing.T) {
	const second = time.Second
	cfg := bus.ConsumeConfig{Linger: second, MaxLinger: 10 * second}
	steady := func(rate float64) func(time.Duration) float64 {
		return func(at time.Duration) float64 { return 1 + rate*at.Seconds() }
	}
	until := func(end time.Duration, come func(time.Duration) float64) func(time.Duration) float64 {
		return func(at time.Duration) float64 { return come(min(at, end)) }
	}
	for name, test := range map[string]struct {
		come        func(at time.Duration) float64 // how many have come by then
		noMore      time.Duration                  // after the first; 0: never said
		least, most time.Duration
	}{
		"one message":              {steady(0), 0, 950 * time.Millisecond, second},
		"few messages":             {steady(20), 0, 950 * time.Millisecond, second},
		"many messages":            {steady(500), 0, 9900 * time.Millisecond, 10 * second},
		"just enough messages":     {steady(60), 0, 9900 * time.Millisecond, 10 * second},
		"a burst at the beginning": {until(100*time.Millisecond, steady(10_000)), 0, 250 * time.Millisecond, 350 * time.Millisecond},
		"a burst that lasts":       {until(4*second, steady(500)), 0, 4150 * time.Millisecond, 4250 * time.Millisecond},
		"many messages that become few": {func(at time.Duration) float64 {
			return steady(500)(min(at, 3*second)) + 10*max(0, at-3*second).Seconds()
		}, 0, 3 * second, 5 * second},
		"nothing more will come, from then": {steady(0), 300 * time.Millisecond, 300 * time.Millisecond, 360 * time.Millisecond},
		"nothing more will come":            {steady(0), 1, 0, 2 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			got := bus.WaitOf(cfg, test.noMore, func(at time.Duration) int { return int(test.come(at)) })
			if got < test.least || got > test.most {
				t.Errorf("it waits %s, want %s to %s", got, test.least, test.most)
			}
		})
	}
}

// When nothing more will come, a request is left before its time only when all has come:
// what was on its way to it, here or to another process, would come a second time.
func TestNothingIsLostWhenNoMoreComes(t *testing.T) {
	t.Parallel()
	const n = 2000
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	noMore := make(chan struct{})
	cfg := classifier()
	cfg.Batch, cfg.Linger, cfg.NoMore, cfg.Workers = n, 5*time.Second, noMore, 2
	var mu sync.Mutex
	seen := map[uint64]int{}
	for range 2 {
		consuming(t, b, cfg, func(_ context.Context, batch []bus.Delivery) []error {
			mu.Lock()
			defer mu.Unlock()
			for _, d := range batch {
				seen[d.Sequence]++
				if d.Tries != 1 {
					t.Errorf("message %d was delivered %d times", d.Sequence, d.Tries)
				}
			}
			return nil
		})
	}
	p := publisher(t, b, bus.PublisherConfig{})
	publishRaw(t, p, n)
	close(noMore)
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != n {
		t.Errorf("%d messages seen, want %d", len(seen), n)
	}
	for sequence, times := range seen {
		if times != 1 {
			t.Errorf("message %d seen %d times", sequence, times)
		}
	}
}
