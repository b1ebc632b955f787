// Package loader writes classified notices from notices.classified.> to
// ClickHouse, in batches.
//
// A message is acknowledged only when ClickHouse has acknowledged the insert that
// holds it, so nothing is lost when any process dies; a message that comes twice
// is loaded twice and shows once, for the warehouse's views do not count copies.
// A row that ClickHouse will never take goes to notices.rejected.loader in
// ClickHouse's words, and the rest of its batch is stored. While ClickHouse does
// not answer, or refuses work for a reason that lies in no row, the loader keeps
// what it has, tries again, and rejects nothing. README.md lists the knobs and
// where the time goes.
package loader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

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
	// BatchBytes bounds the bytes of their messages, and so the loader's memory.
	// Default: 32 MiB.
	BatchBytes int
	// Linger is how long a batch waits to fill up. Default: 1 s.
	Linger time.Duration
	// MaxLinger is how long it goes on waiting while 50 notices a second and more
	// keep coming, and so the most time a notice waits here; when such a burst has
	// been over for a fifth of Linger, it waits no longer. Default: 10 s; never above
	// half the consumer's AckWait.
	MaxLinger time.Duration
	// NoMore, when it is closed, says that the stream has been given all it will get:
	// what came is loaded at once. nil: nobody knows.
	NoMore <-chan struct{}
	// Workers is how many batches are in hand at once. Default: 2, so that one is
	// fetched while another is written.
	Workers int
	// StopTimeout bounds finishing what is in hand when ctx has ended; the rest is
	// given back to the stream. Default: 30 s.
	StopTimeout time.Duration
	// RetryMin and RetryMax bound the wait before another try while ClickHouse is
	// away; it doubles from one to the other. Default: 250 ms and 15 s.
	RetryMin, RetryMax time.Duration
	// Logger takes what is waited for. Default: slog.Default().
	Logger *slog.Logger
	// Metrics, made by NewMetrics, counts what is done; nil: nobody counts.
	Metrics *bus.Metrics
}

// errRefused says that ClickHouse will never take a row.
var errRefused = errors.New("ClickHouse refuses the row")

// NewMetrics makes the metrics of a loader.
func NewMetrics() *bus.Metrics {
	return bus.NewMetrics(notice.StageLoader,
		bus.Reason{Code: "malformed", Err: bus.ErrBadMessage},
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

// Run loads until ctx ends, finishes what is in hand and returns nil. It takes
// nothing from the stream before ClickHouse has answered once. It fails when the
// stream or consumer is missing (bus.ErrNoStream).
func Run(ctx context.Context, cfg Config, counts *Counts) error {
	if cfg.Batch <= 0 {
		cfg.Batch = 10_000
	}
	if cfg.Linger <= 0 {
		cfg.Linger = time.Second
	}
	if cfg.MaxLinger <= 0 {
		cfg.MaxLinger = 10 * time.Second
	}
	if cfg.Workers <= 0 {
		cfg.Workers = 2
	}
	if cfg.RetryMin <= 0 {
		cfg.RetryMin = 250 * time.Millisecond
	}
	if cfg.RetryMax <= 0 {
		cfg.RetryMax = max(15*time.Second, cfg.RetryMin)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if !answers(ctx, cfg) {
		return nil // stopped before
	}
	if err := cfg.Warehouse.LearnColumns(ctx); err != nil {
		cfg.Logger.Debug("the tables do not tell their columns yet; the first load tells what is wrong", "error", err)
	}
	w := &worker{cfg: cfg, counts: counts}
	err := cfg.Bus.Consume(ctx, bus.ConsumeConfig{
		Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader,
		Batch: cfg.Batch, BatchBytes: cfg.BatchBytes, Linger: cfg.Linger, MaxLinger: cfg.MaxLinger, NoMore: cfg.NoMore, Workers: cfg.Workers,
		RetryMin: cfg.RetryMin, RetryMax: cfg.RetryMax, StopTimeout: cfg.StopTimeout, Metrics: cfg.Metrics,
		Prepare: w.fill,
	}, w.handle)
	if err != nil {
		return fmt.Errorf("loader: %w", err)
	}
	return nil
}

// answers waits for ClickHouse. A message that is fetched while it is away counts
// a delivery each time this process is killed and started again, and one that was
// delivered too often is rejected: so none is fetched. It is false when ctx ends
// first.
func answers(ctx context.Context, cfg Config) bool {
	for wait := cfg.RetryMin; ; wait = min(2*wait, cfg.RetryMax) {
		err := cfg.Warehouse.Ping(ctx)
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil:
			return false
		}
		cfg.Logger.Warn("ClickHouse does not answer, waiting for it", "wait", wait.String(), "error", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// worker is one Run.
type worker struct {
	cfg    Config
	counts *Counts
}

// reading is a message that was read, or why it cannot be.
type reading struct {
	filling *warehouse.Filling // that the row is in
	index   int
	err     error
}

// row returns what was read, while it is there: a row may have been let go.
func (r *reading) row() (row warehouse.Row, there bool, err error) {
	if r.err != nil {
		return row, true, r.err
	}
	rows, all := r.filling.Rows()
	if !all {
		return row, false, nil
	}
	return rows[r.index], true, nil
}

// fill begins a batch: its rows wait for each other in a filling.
func (w *worker) fill() func(bus.Delivery) (any, bool) {
	filling := w.cfg.Warehouse.NewFilling()
	return func(d bus.Delivery) (any, bool) {
		row, err := read(d)
		if err != nil {
			return &reading{err: err}, false
		}
		return &reading{filling: filling, index: filling.Add(row)}, true
	}
}

func read(d bus.Delivery) (warehouse.Row, error) {
	classified, err := d.Classified()
	// When its message was published stays the same however often it is delivered.
	return warehouse.Row{Classified: classified, ClassifiedAt: d.Published()}, err
}

func (w *worker) handle(ctx context.Context, deliveries []bus.Delivery) []error {
	b := &batch{deliveries: deliveries, errs: make([]error, len(deliveries))}
	rejected, err := w.load(ctx, b)
	for _, err := range b.errs {
		if bus.IsPermanent(err) {
			w.counts.Rejected.Add(1)
		}
	}
	if err != nil {
		for _, i := range b.places {
			b.errs[i] = bus.Unavailable(err)
		}
		return b.errs
	}
	for _, r := range rejected {
		b.errs[b.places[r.Index]] = bus.Permanent(fmt.Errorf("notice %s: %w: %w", r.NoticeID, errRefused, r.Err))
	}
	w.counts.Rejected.Add(uint64(len(rejected)))
	w.counts.Loaded.Add(uint64(len(b.places) - len(rejected)))
	if len(b.places) > 0 {
		w.counts.Inserts.Add(1)
	}
	return b.errs
}

// load loads a batch as it was filled. What was let go of it is read from the stream again
// only when ClickHouse refuses a row, to find out which.
func (w *worker) load(ctx context.Context, b *batch) ([]warehouse.RejectedRow, error) {
	if filling := b.filling(); filling != nil {
		rejected, err := filling.Load(ctx)
		if !errors.Is(err, warehouse.ErrLetGo) {
			return rejected, err
		}
		w.cfg.Logger.Warn("a batch was refused; reading its messages again, to find out for which of them", "messages", len(b.deliveries), "error", err)
	}
	b.again(ctx)
	return w.cfg.Warehouse.Load(ctx, b.rows())
}

// batch is what a handler was given.
type batch struct {
	deliveries []bus.Delivery
	errs       []error // by delivery
	places     []int   // of the rows: which delivery each is of
}

// filling returns the one that holds all of the batch that can be read, and nothing else; nil
// where there is none.
func (b *batch) filling() (filling *warehouse.Filling) {
	rows := 0
	for i, d := range b.deliveries {
		r, ok := d.Prepared.(*reading)
		switch {
		case !ok:
			return nil
		case r.err != nil:
			b.errs[i] = r.err
			continue
		case filling == nil:
			filling, b.places = r.filling, make([]int, r.filling.Len())
		case filling != r.filling:
			return nil
		}
		b.places[r.index] = i
		rows++
	}
	if filling == nil || rows != filling.Len() {
		return nil
	}
	return filling
}

// atOnce is how many messages are asked for at the same time, so that a server some
// milliseconds away does not take minutes for a batch.
const atOnce = 32

// again reads the messages again whose rows were let go. One that cannot be had is given back:
// it comes whole, or never when it was erased meanwhile. Where the server does not tell, it is
// asked for no other, for each would take its time not to tell either.
func (b *batch) again(ctx context.Context) {
	var away atomic.Pointer[error]
	var asked errgroup.Group
	asked.SetLimit(atOnce)
	for i := range b.deliveries {
		if r, ok := b.deliveries[i].Prepared.(*reading); ok {
			if _, there, _ := r.row(); there {
				continue
			}
		}
		asked.Go(func() error {
			if why := away.Load(); why != nil {
				b.errs[i] = *why
				return nil
			}
			whole, err := b.deliveries[i].Whole(ctx)
			if err != nil && !errors.Is(err, bus.ErrNotStored) {
				away.Store(&err)
			}
			b.deliveries[i], b.errs[i] = whole, err
			return nil
		})
	}
	_ = asked.Wait() // nobody returns an error
}

// rows returns the rows of what can be read.
func (b *batch) rows() []warehouse.Row {
	rows := make([]warehouse.Row, 0, len(b.deliveries))
	b.places = make([]int, 0, len(b.deliveries))
	for i, d := range b.deliveries {
		if b.errs[i] != nil {
			continue
		}
		row, err := rowOf(d)
		if b.errs[i] = err; err == nil {
			rows, b.places = append(rows, row), append(b.places, i)
		}
	}
	return rows
}

func rowOf(d bus.Delivery) (warehouse.Row, error) {
	if r, ok := d.Prepared.(*reading); ok {
		if row, there, err := r.row(); there {
			return row, err
		}
	}
	return read(d)
}
