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
		Batch: cfg.Batch, Workers: cfg.Workers, StopTimeout: cfg.StopTimeout, Metrics: cfg.Metrics,
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

// handle classifies a batch, publishes all of it, and only then waits, so that
// the round trips to the stream overlap.
func (w *worker) handle(ctx context.Context, batch []bus.Delivery) []error {
	errs := make([]error, len(batch))
	receipts := make([]*bus.Receipt, len(batch))
	incident := make([]bool, len(batch))
	for i, d := range batch {
		receipts[i], incident[i], errs[i] = w.classify(ctx, d)
	}
	for i, receipt := range receipts {
		if receipt != nil {
			_, errs[i] = receipt.Wait(ctx)
		}
		switch {
		case errs[i] == nil:
			w.counts.Classified.Add(1)
			if incident[i] {
				w.counts.Incidents.Add(1)
			}
		case bus.IsPermanent(errs[i]):
			w.counts.Rejected.Add(1)
		default:
			errs[i] = bus.Unavailable(errs[i]) // the stream's fault, not the notice's
		}
	}
	return errs
}

func (w *worker) classify(ctx context.Context, d bus.Delivery) (_ *bus.Receipt, incident bool, _ error) {
	n, err := d.Notice()
	if err != nil {
		return nil, false, err
	}
	c := w.cfg.Classifier.Classify(n)
	message, err := bus.ClassifiedMessage(notice.Classified{Classification: c, Notice: &n})
	if err != nil {
		return nil, false, err
	}
	receipt, err := w.publisher.Publish(ctx, message)
	return receipt, c.IsIncident, err
}
