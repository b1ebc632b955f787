package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/notice"
)

// Metrics counts what one service does with notices, for Prometheus. It is a
// prometheus.Collector that the caller registers; the names and labels stand in
// services/explorer/README.md. A nil Metrics counts nothing.
type Metrics struct {
	reasons []Reason

	received, redelivered prometheus.Counter
	settled, rejected     *prometheus.CounterVec
	batch, duration       prometheus.Histogram
}

// Reason gives the rejections for an error, and those that wrap it, a code. Codes
// are label values, so there are few of them and none comes from outside.
type Reason struct {
	Code string
	Err  error
}

// Codes of the rejections that every service can come to.
const (
	reasonTooLarge  = "too_large"
	reasonRepeated  = "failed_repeatedly"
	reasonNoVerdict = "no_verdict"
	reasonOther     = "other"
)

var (
	errRepeated  = errors.New("failed again and again")
	errNoVerdict = errors.New("without a verdict")
)

// repeatedError marks the reason of a rejection that is the last of many tries.
type repeatedError struct{ error }

func (e repeatedError) Unwrap() error        { return e.error }
func (e repeatedError) Is(target error) bool { return target == errRepeated }

// Outcomes of a notice that was not rejected.
const (
	outcomeDone      = "done"
	outcomeDuplicate = "duplicate"
	outcomeReturned  = "returned"
	outcomeRefused   = "refused"
)

// NewMetrics makes the metrics of a stage. The first of reasons that fits names a
// rejection; what fits none is "other".
func NewMetrics(stage notice.Stage, reasons ...Reason) *Metrics {
	labels := prometheus.Labels{"stage": string(stage)}
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, ConstLabels: labels, Buckets: buckets})
	}
	m := &Metrics{
		reasons: append([]Reason{
			{reasonTooLarge, ErrTooLarge}, {reasonNoVerdict, errNoVerdict}, {reasonRepeated, errRepeated},
		}, reasons...),
		received:    prometheus.NewCounter(counter("owabi_notices_received_total", "Notices taken up, each delivery counted.")),
		redelivered: prometheus.NewCounter(counter("owabi_notices_redelivered_total", "Notices taken up that had been delivered before.")),
		settled:     prometheus.NewCounterVec(counter("owabi_notices_settled_total", "Notices passed on (done), known already (duplicate), given back for another try (returned), or passed over because they were erased (refused)."), []string{"outcome"}),
		rejected:    prometheus.NewCounterVec(counter("owabi_notices_rejected_total", "Notices put on notices.rejected, by reason."), []string{"reason"}),
		batch:       histogram("owabi_batch_notices", "Notices handled at once.", prometheus.ExponentialBuckets(1, 4, 8)),
		duration:    histogram("owabi_batch_duration_seconds", "Time that handling a batch took.", prometheus.ExponentialBuckets(0.001, 4, 9)),
	}
	// A counter that is there from the start shows its first increase.
	for _, outcome := range []string{outcomeDone, outcomeDuplicate, outcomeReturned, outcomeRefused} {
		m.settled.WithLabelValues(outcome)
	}
	m.rejected.WithLabelValues(reasonOther)
	for _, r := range m.reasons {
		m.rejected.WithLabelValues(r.Code)
	}
	return m
}

func (m *Metrics) parts() []prometheus.Collector {
	return []prometheus.Collector{m.received, m.redelivered, m.settled, m.rejected, m.batch, m.duration}
}

// Describe is for the prometheus.Registry.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	for _, c := range m.parts() {
		c.Describe(out)
	}
}

// Collect is for the prometheus.Registry.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	for _, c := range m.parts() {
		c.Collect(out)
	}
}

// Received counts a notice that a service has taken up from its source. Consume
// does it for those that come from a stream; likewise the next two.
func (m *Metrics) Received() {
	if m != nil {
		m.received.Inc()
	}
}

// Settled counts a notice that was published.
func (m *Metrics) Settled(o Outcome) {
	switch {
	case m == nil:
	case o == Stored:
		m.settled.WithLabelValues(outcomeDone).Inc()
	case o == Duplicate:
		m.settled.WithLabelValues(outcomeDuplicate).Inc()
	}
}

// Refused counts a notice that was erased and does not come back.
func (m *Metrics) Refused() {
	if m != nil {
		m.settled.WithLabelValues(outcomeRefused).Inc()
	}
}

// Rejected counts a notice whose rejection is stored, under the code of reason.
func (m *Metrics) Rejected(reason error) {
	if m == nil {
		return
	}
	code := reasonOther
	for _, r := range m.reasons {
		if errors.Is(reason, r.Err) {
			code = r.Code
			break
		}
	}
	m.rejected.WithLabelValues(code).Inc()
}

func (m *Metrics) delivered(batch []Delivery) {
	if m == nil {
		return
	}
	m.received.Add(float64(len(batch)))
	for _, d := range batch {
		if d.Tries > 1 {
			m.redelivered.Inc()
		}
	}
}

func (m *Metrics) handled(batch []Delivery, took time.Duration) {
	if m != nil {
		m.batch.Observe(float64(len(batch)))
		m.duration.Observe(took.Seconds())
	}
}

func (m *Metrics) returned() {
	if m != nil {
		m.settled.WithLabelValues(outcomeReturned).Inc()
	}
}

// OldestUnsettled is when the stream took the oldest message that the consumer
// has not settled; zero when it has settled all. Besides a worker's rights it
// needs that to read the stream directly.
func (b *Bus) OldestUnsettled(ctx context.Context, stream, consumer string) (time.Time, error) {
	ctx, cancel := b.request(ctx)
	defer cancel()
	c, err := b.js.Consumer(ctx, stream, consumer)
	if err != nil {
		return time.Time{}, fmt.Errorf("consumer %s on %s: %w", consumer, stream, explain(ctx, err))
	}
	info := c.CachedInfo()
	if info.NumPending == 0 && info.NumAckPending == 0 {
		return time.Time{}, nil
	}
	m, err := b.nc.RequestWithContext(ctx, apiGet+stream, fmt.Appendf(nil, `{"seq":%d,"next_by_subj":">"}`, info.AckFloor.Stream+1))
	if denied := b.takeDenied(apiGet + stream); denied != nil {
		err = denied
	}
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("the oldest message of %s on %s: %w", consumer, stream, explain(ctx, err))
	case m.Header.Get("Status") == "404": // settled, or removed, since the consumer was asked
		return time.Time{}, nil
	}
	stored, err := time.Parse(time.RFC3339Nano, m.Header.Get(jetstream.TimeStampHeaer))
	if err != nil {
		return time.Time{}, fmt.Errorf("the oldest message of %s on %s: %s", consumer, stream, m.Header.Get("Description"))
	}
	return stored, nil
}

// Ready says whether a server answers at this moment and, when a consumer is
// named, whether it is there. A worker's rights do.
func (b *Bus) Ready(ctx context.Context, stream, consumer string) error {
	if !b.Connected() {
		return fmt.Errorf("%w: the connection is lost and reached for again", ErrUnreachable)
	}
	if consumer == "" {
		return nil
	}
	_, err := b.Pending(ctx, stream, consumer)
	if errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w in time: %w", ErrUnreachable, err)
	}
	return err
}
