// Package loader writes classified notices from notices.classified.> to
// ClickHouse, in batches.
//
// A message is acknowledged only when ClickHouse has acknowledged the insert that
// holds it, so nothing is lost when any process dies; a message that comes twice
// is loaded twice and shows once, for the warehouse's views do not count copies.
// A row that ClickHouse will never take goes to notices.rejected.loader and the
// rest of its batch is stored. While ClickHouse does not answer the loader waits.
package loader

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// Config says how notices are loaded.
type Config struct {
	// Bus carries the classified notices. Required.
	Bus *bus.Bus
	// Warehouse takes the rows. Required.
	Warehouse *warehouse.Warehouse
	// Batch is the most rows in one insert. ClickHouse wants few and large
	// inserts. Default: 10,000.
	Batch int
	// Linger is how long a batch waits to fill up, and so the most time a notice
	// waits here. Default: 1 s.
	Linger time.Duration
	// Workers is how many inserts are under way at once. Default: 2, so that one
	// batch is fetched while another is written.
	Workers int
	// StopTimeout bounds finishing what is in hand when ctx has ended; the rest is
	// given back to the stream. Default: 30 s.
	StopTimeout time.Duration
	// Metrics, made by NewMetrics, counts what is done; nil: nobody counts.
	Metrics *bus.Metrics
}

var (
	// errNoClassification says that a message on the classified stream holds none.
	errNoClassification = errors.New("a message that is no classified notice")
	// errRefused says that ClickHouse will never take a row.
	errRefused = errors.New("ClickHouse refuses the row")
)

// NewMetrics makes the metrics of a loader.
func NewMetrics() *bus.Metrics {
	return bus.NewMetrics(notice.StageLoader,
		bus.Reason{Code: "malformed", Err: errNoClassification},
		bus.Reason{Code: "refused", Err: errRefused},
		bus.Reason{Code: "no_text", Err: notice.ErrNoText},
		bus.Reason{Code: "invalid", Err: notice.ErrInvalid})
}

// Counts is what has been done so far; it may be read while Run runs. A message
// that is delivered twice is counted twice.
type Counts struct {
	Loaded   atomic.Uint64 // rows in inserts that ClickHouse has acknowledged
	Inserts  atomic.Uint64
	Rejected atomic.Uint64
}

// Run loads until ctx ends, finishes what is in hand and returns nil. It fails
// when the stream or consumer is missing (bus.ErrNoStream).
func Run(ctx context.Context, cfg Config, counts *Counts) error {
	if cfg.Batch <= 0 {
		cfg.Batch = 10_000
	}
	if cfg.Linger <= 0 {
		cfg.Linger = time.Second
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 2
	}
	w := &worker{cfg: cfg, counts: counts}
	err := cfg.Bus.Consume(ctx, bus.ConsumeConfig{
		Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader,
		Batch: cfg.Batch, Linger: cfg.Linger, Workers: cfg.Workers, StopTimeout: cfg.StopTimeout, Metrics: cfg.Metrics,
	}, w.handle)
	if err != nil {
		return fmt.Errorf("loader: %w", err)
	}
	return nil
}

// worker is one Run.
type worker struct {
	cfg    Config
	counts *Counts
}

func (w *worker) handle(ctx context.Context, batch []bus.Delivery) []error {
	errs := make([]error, len(batch))
	rows := make([]warehouse.Row, 0, len(batch))
	delivery := make([]int, 0, len(batch)) // of each row
	for i, d := range batch {
		row, err := decode(d)
		if err != nil {
			errs[i] = bus.Permanent(err)
			w.counts.Rejected.Add(1)
			continue
		}
		rows, delivery = append(rows, row), append(delivery, i)
	}
	rejected, err := w.cfg.Warehouse.Load(ctx, rows)
	if err != nil {
		for _, i := range delivery {
			errs[i] = bus.Unavailable(err)
		}
		return errs
	}
	for _, r := range rejected {
		errs[delivery[r.Index]] = bus.Permanent(fmt.Errorf("notice %s: %w: %w", rows[r.Index].NoticeID, errRefused, r.Err))
	}
	w.counts.Rejected.Add(uint64(len(rejected)))
	w.counts.Loaded.Add(uint64(len(rows) - len(rejected)))
	if len(rows) > 0 {
		w.counts.Inserts.Add(1)
	}
	return errs
}

// decode reads a classified notice and when it was classified: the time its
// message was published, which stays the same however often it is delivered.
func decode(d bus.Delivery) (warehouse.Row, error) {
	var c notice.Classified
	if err := json.Unmarshal(d.Data, &c); err != nil {
		return warehouse.Row{}, fmt.Errorf("%w: %w", errNoClassification, err)
	}
	if err := c.Validate(); err != nil {
		return warehouse.Row{}, err
	}
	at, err := time.Parse(time.RFC3339Nano, d.Header.Get(bus.HeaderTime))
	if err != nil {
		at = d.Stored // from a publisher that keeps to no CloudEvents
	}
	return warehouse.Row{Classified: c, ClassifiedAt: at}, nil
}
