// Package ingest brings notices from sources to the stream: it reads each source
// to its end and publishes what it finds to notices.raw.<source>.
//
// A piece that cannot be read, or a notice that cannot be published, goes to
// notices.rejected.ingest with its place and the reason, and the rest goes on. A
// source that cannot be opened does not keep the others from being read. Run
// returns only when the stream has acknowledged everything, so what it counted as
// published is stored.
package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
	"owabi/pkg/source"
)

// Config says what is read and where it goes.
type Config struct {
	// Bus carries the notices. Required.
	Bus *bus.Bus
	// Sources are the names source.Open takes, read in order. At least one.
	Sources []string
	// Options says how each is read; its limits hold for each alone.
	Options source.Options
	// Publisher sizes the publisher.
	Publisher bus.PublisherConfig
	// StopTimeout bounds waiting, when ctx has ended, for the stream's word on what
	// was sent. Default: 30 s.
	StopTimeout time.Duration
	// Metrics, made by NewMetrics, counts what is done; nil: nobody counts.
	Metrics *bus.Metrics
	// Logger takes each rejection. Default: slog.Default().
	Logger *slog.Logger
}

// NewMetrics makes the metrics of an ingest.
func NewMetrics() *bus.Metrics {
	return bus.NewMetrics(notice.StageIngest,
		bus.Reason{Code: "malformed", Err: source.ErrMalformed},
		bus.Reason{Code: "too_large", Err: source.ErrNoticeTooLarge},
		bus.Reason{Code: "no_text", Err: notice.ErrNoText},
		bus.Reason{Code: "invalid", Err: notice.ErrInvalid})
}

// Counts is what has been done so far; it may be read while Run runs. When Run
// has returned without an error, Read = Published + Duplicates + Refused + Rejected.
type Counts struct {
	Read       atomic.Uint64 // pieces met, good and bad
	Published  atomic.Uint64 // stored on the stream
	Duplicates atomic.Uint64 // on the stream already
	Refused    atomic.Uint64 // were erased and must not come back
	Rejected   atomic.Uint64 // standing in notices.rejected.ingest
}

// maxUnsettled bounds the notices that were handed to the publisher and whose
// fate has not been counted yet.
const maxUnsettled = 8192

// Run reads every source to its end. The error joins what kept sources from being
// read whole; notices of the others are published all the same. Where the fault is
// no notice's, for there is no stream (bus.ErrNoStream) or this user may not publish
// (bus.ErrDenied), it ends and rejects nothing.
func Run(ctx context.Context, cfg Config, counts *Counts) error {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.StopTimeout <= 0 {
		cfg.StopTimeout = 30 * time.Second
	}
	publisher, err := cfg.Bus.NewPublisher(cfg.Publisher)
	if err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	defer publisher.Close()

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	refused, err := cfg.Bus.Refused(ctx)
	if errors.Is(err, bus.ErrDenied) {
		cfg.Logger.Warn("notices that were erased are not told from others", "error", err)
	} else if err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	w := &worker{
		cfg: cfg, counts: counts, publisher: publisher, refused: refused,
		unsettled: make(chan unsettled, maxUnsettled),
	}
	// What was sent is counted after ctx has ended too, for a while.
	inHand, over := outlive(ctx, cfg.StopTimeout)
	defer over()
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		// A stream that takes nothing stops the reading too.
		if err := w.settle(inHand); err != nil {
			cancel(err)
		}
	}()
	var failed error
	for _, name := range cfg.Sources {
		if err := w.readSource(ctx, name); err != nil {
			failed = errors.Join(failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(w.unsettled)
	<-settled
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	return failed
}

// outlive returns a context that ends d after ctx does, or when over is called.
func outlive(ctx context.Context, d time.Duration) (_ context.Context, over func()) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(fmt.Errorf("not finished %s after the stop", d))
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel(nil) }
}

// worker is one Run.
type worker struct {
	cfg       Config
	counts    *Counts
	publisher *bus.Publisher
	refused   bus.Refused // as it was when Run began
	unsettled chan unsettled
}

// unsettled is a notice on its way to the stream.
type unsettled struct {
	receipt *bus.Receipt
	notice  notice.Notice
	place   string // input:line
	line    int
}

func (w *worker) readSource(ctx context.Context, name string) error {
	in, err := source.Open(ctx, name, w.cfg.Options)
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		item, err := in.Read(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		w.counts.Read.Add(1)
		w.cfg.Metrics.Received()
		if item.Rejected != nil {
			err = w.reject(ctx, item.Rejected.Rejection(notice.StageIngest), item.Rejected)
		} else {
			err = w.publish(ctx, in.Name(), item)
		}
		if err != nil {
			return err
		}
	}
}

func (w *worker) publish(ctx context.Context, input string, item source.Item) error {
	if w.refused.Has(item.Notice.ID) {
		w.counts.Refused.Add(1)
		w.cfg.Metrics.Refused()
		return nil
	}
	message, err := bus.RawMessage(item.Notice)
	if err != nil {
		return w.rejectNotice(ctx, item.Notice, input, item.Line, err)
	}
	receipt, err := w.publisher.Publish(ctx, message)
	if err != nil {
		return err
	}
	select {
	case w.unsettled <- unsettled{receipt, item.Notice, input, item.Line}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settle counts the fate of each notice, in the order they were published.
func (w *worker) settle(ctx context.Context) error {
	for u := range w.unsettled {
		outcome, err := u.receipt.Wait(ctx)
		w.cfg.Metrics.Settled(outcome)
		switch {
		case err == nil && outcome == bus.Duplicate:
			w.counts.Duplicates.Add(1)
		case err == nil:
			w.counts.Published.Add(1)
		case bus.IsPermanent(err):
			if err := w.rejectNotice(ctx, u.notice, u.place, u.line, err); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}

// rejectNotice rejects a notice that was read well and cannot be published.
func (w *worker) rejectNotice(ctx context.Context, n notice.Notice, input string, line int, reason error) error {
	raw, err := json.Marshal(n)
	if err != nil {
		raw = []byte(n.Text())
	}
	r := notice.NewRejection(notice.StageIngest, input, line, raw, fmt.Errorf("%s:%d: %w", input, line, reason))
	r.NoticeID = n.ID
	return w.reject(ctx, r, reason)
}

func (w *worker) reject(ctx context.Context, r notice.Rejection, reason error) error {
	if err := w.cfg.Bus.Reject(ctx, r); err != nil {
		return fmt.Errorf("file a rejection (%s): %w", r.Reason, err)
	}
	w.counts.Rejected.Add(1)
	w.cfg.Metrics.Rejected(reason)
	w.cfg.Logger.Warn("rejected", "stage", r.Stage, "notice", r.NoticeID, "source", r.Source, "line", r.Line, "reason", r.Reason)
	return nil
}
