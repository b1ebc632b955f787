// Package classifier reads notices from notices.raw.>, understands them, and
// publishes what it read to notices.classified.<category>.<sector>.
//
// A notice is acknowledged only when its classification is stored on the stream.
// One that cannot be read goes to notices.rejected.classifier; while the stream
// takes nothing the classifier waits and loses nothing. Any number of processes
// may run side by side.
package classifier

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
)

// Config says how notices are classified.
type Config struct {
	// Bus carries notices in and classifications out. Required.
	Bus *bus.Bus
	// Classifier reads the notices. Required.
	Classifier *classify.Classifier
	// Workers is how many batches are classified at once. Default: the number
	// of CPUs. More only cost memory.
	Workers int
	// Batch bounds the notices in a worker's hands. Default: 256.
	Batch int
	// Publisher sizes the publisher.
	Publisher bus.PublisherConfig
	// StopTimeout bounds finishing what is in hand when ctx has ended; the rest is
	// given back to the stream. Default: 30 s.
	StopTimeout time.Duration
	// Metrics, made by NewMetrics, counts what is done; nil: nobody counts.
	Metrics *bus.Metrics
}

// NewMetrics makes the metrics of a classifier.
func NewMetrics() *bus.Metrics {
	return bus.NewMetrics(notice.StageClassifier,
		bus.Reason{Code: "malformed", Err: bus.ErrBadMessage},
		bus.Reason{Code: "no_text", Err: notice.ErrNoText},
		bus.Reason{Code: "invalid", Err: notice.ErrInvalid})
}

// Counts is what has been done so far; it may be read while Run runs. A notice
// that is delivered twice is counted twice.
type Counts struct {
	Classified atomic.Uint64 // acknowledged with its classification stored
	Incidents  atomic.Uint64 // those of them that report an incident
	Rejected   atomic.Uint64 // unreadable
}

// Run classifies until ctx ends, finishes what is in hand and returns nil. It
// fails when the stream or consumer is missing (bus.ErrNoStream).
func Run(ctx context.Context, cfg Config, counts *Counts) error {
	if cfg.Workers <= 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if cfg.Batch <= 0 {
		cfg.Batch = 256
	}
	publisher, err := cfg.Bus.NewPublisher(cfg.Publisher)
	if err != nil {
		return fmt.Errorf("classifier: %w", err)
	}
	defer publisher.Close()
	w := &worker{cfg: cfg, counts: counts, publisher: publisher}
	err = cfg.Bus.Consume(ctx, bus.ConsumeConfig{
		Stream: bus.StreamRaw, Consumer: bus.ConsumerClassifier, Stage: notice.StageClassifier,
		Batch: cfg.Batch, Workers: cfg.Workers, Even: true, StopTimeout: cfg.StopTimeout, Metrics: cfg.Metrics,
	}, w.handle)
	if err != nil {
		return fmt.Errorf("classifier: %w", err)
	}
	return nil
}

// worker is one Run.
type worker struct {
	cfg       Config
	counts    *Counts
	publisher *bus.Publisher
}

// together is how many notices are read from their messages, then classified, then
// published: what one step keeps in the processor's caches serves the next notice,
// and the round trips of one such group overlap the work on the next.
const together = 32

// handle classifies a batch, publishes all of it, and only then waits, so that
// the round trips to the stream overlap.
func (w *worker) handle(ctx context.Context, batch []bus.Delivery) []error {
	results := make([]result, len(batch))
	for first := 0; first < len(batch); first += together {
		if ctx.Err() != nil { // nothing would be published any more
			for i := first; i < len(batch); i++ {
				results[i].err = context.Cause(ctx)
			}
			break
		}
		end := min(first+together, len(batch))
		w.classify(ctx, batch[first:end], results[first:end])
	}
	errs := make([]error, len(batch))
	for i := range results {
		r := &results[i]
		if r.receipt != nil {
			_, r.err = r.receipt.Wait(ctx)
		}
		switch {
		case r.err == nil:
			w.counts.Classified.Add(1)
			if r.incident {
				w.counts.Incidents.Add(1)
			}
		case bus.IsPermanent(r.err):
			w.counts.Rejected.Add(1)
		default:
			r.err = bus.Unavailable(r.err) // the stream's fault, not the notice's
		}
		errs[i] = r.err
	}
	return errs
}

// result is what became of one message: the receipt of what was published, or why
// nothing was.
type result struct {
	receipt  *bus.Receipt
	incident bool
	err      error
}

func (w *worker) classify(ctx context.Context, batch []bus.Delivery, results []result) {
	notices := make([]notice.Notice, len(batch))
	for i, d := range batch {
		notices[i], results[i].err = d.Notice()
	}
	readings := make([]notice.Classification, len(batch))
	for i := range notices {
		if results[i].err == nil {
			readings[i] = w.cfg.Classifier.Classify(notices[i])
		}
	}
	for i, reading := range readings {
		r := &results[i]
		if r.err != nil {
			continue
		}
		var message bus.Message
		if message, r.err = batch[i].ClassifiedMessage(notice.Classified{Classification: reading, Notice: &notices[i]}); r.err != nil {
			continue
		}
		r.incident = reading.IsIncident
		r.receipt, r.err = w.publisher.Publish(ctx, message)
	}
}
