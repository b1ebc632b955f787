package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/notice"
)

// ConsumeConfig says what a service reads and how.
type ConsumeConfig struct {
	// Stream and Consumer name what EnsureConsumers made.
	Stream, Consumer string
	// Stage is where rejections are filed: notices.rejected.<stage>.
	Stage notice.Stage

	// Batch bounds the messages given to the handler at once. Default: 256.
	Batch int
	// BatchBytes bounds their bytes; never below the server's MaxPayload, so that
	// every message fits. Default: 32 MiB.
	BatchBytes int
	// Linger is how long to wait for a fuller batch once there is a message.
	// Default: 20 ms. A batch loader sets about 1 s.
	Linger time.Duration
	// MaxLinger is how long to wait in all while 50 messages a second and more keep
	// coming: then few batches are worth more than a short wait. Once nothing has come
	// for a fifth of Linger, such a burst is over and waited for no longer. Never above
	// half the consumer's AckWait. Default: Linger.
	MaxLinger time.Duration
	// NoMore, when it is closed, says that nothing more will come that a batch could
	// wait for. nil: nobody knows.
	NoMore <-chan struct{}
	// Workers is how many batches are handled at the same time. Default: 1.
	Workers int
	// Even keeps a worker from taking more than its share of what the stream has left, down
	// to a few messages, so that all are at work until its end. For handlers that are not
	// cheaper by the message with larger batches.
	Even bool

	// MaxDeliver is how often a message may fail before it is rejected. Default: 5.
	// A message that was delivered twice as often without a verdict, because the
	// process died over it each time, is rejected unhandled.
	MaxDeliver int
	// RetryMin and RetryMax bound the wait before another try; it doubles from one
	// to the other with each. Default: 1 s and 1 minute.
	RetryMin, RetryMax time.Duration
	// StopTimeout is how long the batches in hand may go on after the context has
	// ended; then their own context ends. Default: 30 s.
	StopTimeout time.Duration
	// Prepare is called when a batch begins, and what it returns with each message as it
	// comes, while the batch still waits for others; the result is handed on as
	// Delivery.Prepared. So the work that one message takes is done when the batch is full.
	// When the result is enough for the handler, a message that comes for the first time is
	// handed on without Data and Header, which need not stay in memory; Delivery.Whole reads
	// them from the stream again. There must be no effects outside the batch, and Prepare must
	// be cheap: an idle worker begins ten a second in which no message comes. A panic over a
	// message leaves its Prepared nil, for the handler to meet. A message that comes for the
	// third time is not prepared. nil: nothing is.
	Prepare func() func(Delivery) (prepared any, enough bool)
	// ConfirmAcks waits for the server's word on every acknowledgement: fewer
	// messages handled twice after a crash, at the price of a round trip.
	ConfirmAcks bool
	// Metrics counts what is done; nil: nobody counts.
	Metrics *Metrics
}

func (c *ConsumeConfig) defaults(maxPayload int64) {
	if c.Batch <= 0 {
		c.Batch = 256
	}
	if c.BatchBytes <= 0 {
		c.BatchBytes = 32 << 20
	}
	c.BatchBytes = max(c.BatchBytes, int(maxPayload)+64<<10) // subject and reply count too
	if c.Workers <= 0 {
		c.Workers = 1
	}
	if c.MaxDeliver <= 0 {
		c.MaxDeliver = 5
	}
	for _, d := range []struct {
		v  *time.Duration
		to time.Duration
	}{{&c.Linger, 20 * time.Millisecond}, {&c.RetryMin, time.Second}, {&c.RetryMax, time.Minute}, {&c.StopTimeout, 30 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.to
		}
	}
	c.MaxLinger = max(c.MaxLinger, c.Linger)
}

// Delivery is one message in a handler's hands.
type Delivery struct {
	Subject string
	// Header holds the CloudEvents attributes. It and Data are nil when Prepared is enough
	// and the message comes for the first time.
	Header nats.Header
	Data   []byte
	// Sequence is the message's place in the stream, from 1.
	Sequence uint64
	// Stored is when the stream took it.
	Stored time.Time
	// Tries counts the deliveries of this message, this one included.
	Tries int
	// Prepared is what ConsumeConfig.Prepare made of the message; nil without it.
	Prepared any

	worker  *worker
	reply   string       // subject to settle it on
	settled *atomic.Bool // shared by its copies
	light   bool         // Header and Data are not kept
	about   string       // noticeID then
	count   uint64       // of the consumer's deliveries, this one included
	left    uint64       // messages for the consumer behind this one
	known   any          // what Data was made from, *notice.Notice or *notice.Classified, where that was here; nil: it has to be read
}

// Handler handles a batch. It returns nil when every effect of all of them is
// durable, or one error for each delivery, by index:
//
//   - nil: its effects are durable; it is acknowledged.
//   - Permanent: it is rejected, and not tried again.
//   - Unavailable: all such stay in hand and are handled again after a wait.
//   - any other: it is given back and tried again after a wait, and rejected at
//     the MaxDeliver-th time.
//
// While it runs, the server is told that the messages are in work. A panic is an
// error of the whole batch; from the third try on a message is handled with fewer and
// fewer others and then alone, so that one bad message does not take others with it.
// ctx outlives the service's by StopTimeout. A handler is called by several workers at
// once and must not keep the slice.
type Handler func(ctx context.Context, batch []Delivery) []error

// Each makes a Handler of one that handles one delivery.
func Each(handle func(context.Context, Delivery) error) Handler {
	return func(ctx context.Context, batch []Delivery) []error {
		errs := make([]error, len(batch))
		for i, d := range batch {
			errs[i] = handle(ctx, d)
		}
		return errs
	}
}

// All returns n times err: the whole batch failed with it.
func All(n int, err error) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

// company is how many messages may be handled together when one of them was
// delivered so often. From the third delivery on it may be what killed the batches
// before, and each further one leaves a sixteenth, down to the message alone; not
// at once, for then a service that was killed three times for other reasons would
// handle all it had in hand one by one.
func (c *ConsumeConfig) company(tries int) int {
	return max(1, c.Batch>>(4*max(0, min(tries, 10)-suspectTries+1)))
}

// share is how many messages a worker takes when one came and so many are left behind it.
func (c *ConsumeConfig) share(left uint64) int {
	if !c.Even || c.Workers == 1 { // alone it would only leave what comes while the batch fills
		return c.Batch
	}
	there := int(min(left, uint64(c.Batch*c.Workers))) + 1
	return max(least, (there+c.Workers-1)/c.Workers)
}

// least is the smallest share: for less, asking the server for each is too much.
const least = 16

// suspectTries is the delivery from which on a message may be what kills the process.
const suspectTries = 3

// Consume hands batches to handle until ctx ends, finishes those in hand and
// returns nil. It outlives lost connections. It fails when the consumer does not
// exist or is removed (ErrNoStream), or the Bus is closed. The rights of a worker
// are enough.
func (b *Bus) Consume(ctx context.Context, cfg ConsumeConfig, handle Handler) error {
	cfg.defaults(b.MaxPayload())
	look, cancel := b.request(ctx)
	consumer, err := b.js.Consumer(look, cfg.Stream, cfg.Consumer)
	err = explain(look, err)
	cancel()
	switch {
	case err != nil && ctx.Err() != nil: // stopped before there was anything in hand
		return nil
	case err != nil:
		return fmt.Errorf("consumer %s on %s: %w", cfg.Consumer, cfg.Stream, err)
	}
	info := consumer.CachedInfo().Config
	log := b.log.With("stream", cfg.Stream, "consumer", cfg.Consumer)
	if need := 2 * cfg.Batch * cfg.Workers; info.MaxAckPending > 0 && info.MaxAckPending < need {
		log.Warn("max ack pending is below 2 × batch × workers: workers will wait for each other", "max_ack_pending", info.MaxAckPending, "wanted", need)
	}

	// Batches in hand are finished after ctx has ended, for a while.
	inHand, stopNow := context.WithCancelCause(context.WithoutCancel(ctx))
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-ctx.Done():
			if pause(inHand, cfg.StopTimeout) {
				stopNow(fmt.Errorf("not finished %s after the stop", cfg.StopTimeout))
			}
		case <-inHand.Done():
		}
	})
	defer func() { stopNow(nil); watch.Wait() }()

	cfg.MaxLinger = min(cfg.MaxLinger, info.AckWait/2)

	workers, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var wg sync.WaitGroup
	var fetching fetching
	for range cfg.Workers {
		w := &worker{bus: b, cfg: cfg, consumer: consumer, fetching: &fetching, recents: b.recents, keepAlive: info.AckWait / 3, handle: handle, log: log}
		wg.Go(func() {
			if err := w.run(workers, inHand); err != nil {
				fail(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() == nil {
		return context.Cause(workers)
	}
	return nil
}

// worker fetches a batch, has it handled and settles it, again and again.
type worker struct {
	bus       *Bus
	cfg       ConsumeConfig
	consumer  jetstream.Consumer
	fetching  *fetching // shared by the workers of a Consume
	recents   recents   // nil for who only looks on
	keepAlive time.Duration
	handle    Handler
	log       *slog.Logger
	denied    atomic.Pointer[error] // why messages cannot be read again: to be told so takes 2 s
}

// fetching is held by the worker that fetches.
type fetching struct {
	sync.Mutex
	came atomic.Uint64 // the consumer's number of the last delivery that came
}

// An idle worker sees the end of its context when its request for a first message has
// stayed with the server for idleWait, and a stop waits for that; for lastWait only,
// when nothing more will come and the stop is near.
const (
	idleWait = 100 * time.Millisecond
	lastWait = 10 * time.Millisecond
)

func (w *worker) run(ctx, inHand context.Context) error {
	for fails := 0; ctx.Err() == nil; {
		if denied := w.bus.takeDenied(apiAck + w.cfg.Stream + "." + w.cfg.Consumer); denied != nil {
			return fmt.Errorf("consuming %s: acknowledging: %w", w.cfg.Stream, denied)
		}
		batch, err := w.fetchAlone(ctx)
		if err != nil {
			fails++
			if err := w.lost(ctx, err, fails); err != nil {
				return err
			}
			continue
		}
		fails = 0
		if len(batch) == 0 {
			if denied := w.bus.takeDenied(apiNext + w.cfg.Stream + "." + w.cfg.Consumer); denied != nil {
				return fmt.Errorf("consuming %s: %w", w.cfg.Stream, denied)
			}
			continue
		}
		w.cfg.Metrics.delivered(batch)
		parts := w.apart(batch) // changes its order
		quiet := w.signsOfLife(batch)
		for _, part := range parts {
			w.process(ctx, inHand, part)
		}
		quiet()
		w.bus.announceSettled(w.cfg.Stream, w.cfg.Consumer)
	}
	return nil
}

// Beginnings of the subjects of JetStream's interface that are not asked for by
// an administrative request: a consumer's next messages, a stored message.
const (
	apiNext = "$JS.API.CONSUMER.MSG.NEXT."
	apiGet  = "$JS.API.DIRECT.GET."
)

// fetchAlone fetches when no other worker does: several would share what comes, and
// each would have a smaller batch.
func (w *worker) fetchAlone(ctx context.Context) ([]Delivery, error) {
	w.fetching.Lock()
	defer w.fetching.Unlock()
	if ctx.Err() != nil {
		return nil, nil
	}
	return w.fetch(ctx)
}

// maxPull bounds one request for more messages: nats.go makes room for all of them.
const maxPull = 1024

// fetch waits for a first message, then for more. A suspect gets little company: what
// is not fetched with it does not count a delivery when it kills the process.
func (w *worker) fetch(ctx context.Context) ([]Delivery, error) {
	idle := idleWait
	if ended(w.cfg.NoMore) {
		idle = lastWait
	}
	var prepare preparing
	if w.cfg.Prepare != nil {
		prepare = w.cfg.Prepare()
	}
	batch, _, err := w.pull(nil, nil, prepare, 1, jetstream.FetchMaxWait(idle))
	if len(batch) == 0 {
		return batch, err
	}
	all, seen := w.watchForAll(ctx)
	defer seen()
	most, left := min(w.cfg.company(batch[0].Tries), w.cfg.share(batch[0].left)), w.cfg.BatchBytes
	for wait := newLingering(w.cfg, time.Now()); len(batch) < most && left > 0 && ctx.Err() == nil; {
		had, size := len(batch), 0
		n, look, asked := min(most-had, maxPull), wait.look(), time.Now()
		// The server ends a request that gets too little only after its time, and to
		// leave it before would lose what comes for it: so each is short.
		batch, size, err = w.pull(all, batch, prepare, n, jetstream.FetchMaxWait(look), jetstream.FetchMaxBytes(left))
		if err != nil { // what came before the error is handled
			w.log.Debug("fetching the rest of a batch", "error", err)
			break
		}
		left -= size
		// Ended before its time: the next message is larger than what is left.
		full := len(batch)-had < n && time.Since(asked) < look
		if full || ended(all) || wait.over(time.Now(), len(batch)-had) {
			break
		}
	}
	return batch, nil
}

// pull asks for n messages and appends what comes, until the request is over or all is
// closed; size is that of what came.
func (w *worker) pull(all <-chan struct{}, batch []Delivery, prepare preparing, n int, opts ...jetstream.FetchOpt) (_ []Delivery, size int, err error) {
	got, err := w.consumer.Fetch(n, opts...)
	if err != nil {
		return batch, 0, err
	}
	for messages := got.Messages(); ; {
		var m jetstream.Msg
		select {
		case m = <-messages:
		case <-all:
			return batch, size, nil
		}
		if m == nil {
			return batch, size, got.Error()
		}
		meta, err := m.Metadata()
		if err != nil {
			return batch, size, fmt.Errorf("a message without JetStream's metadata on %s: %w", m.Subject(), err)
		}
		d := Delivery{
			Subject: m.Subject(), Header: m.Headers(), Data: m.Data(),
			Sequence: meta.Sequence.Stream, Stored: meta.Timestamp, Tries: int(meta.NumDelivered),
			worker: w, reply: m.Reply(), settled: new(atomic.Bool), count: meta.Sequence.Consumer, left: meta.NumPending,
		}
		d.known = w.recents.take(d.Header, d.Data)
		size += d.size()
		if prepare != nil && d.Tries < suspectTries { // process looks at a suspect before anybody reads it
			w.prepare(&d, prepare)
		}
		batch = append(batch, d)
		w.fetching.came.Store(d.count)
	}
}

// watchForAll returns a channel that is closed when nothing more can come: NoMore is
// closed, the consumer has delivered the end of the stream, and its last delivery came
// here. Only then may a request be left before its time, for what comes for it would be
// lost until the AckWait. seen ends the watch.
func (w *worker) watchForAll(ctx context.Context) (all <-chan struct{}, seen func()) {
	if w.cfg.NoMore == nil {
		return nil, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	came, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-w.cfg.NoMore:
		case <-ctx.Done():
			return
		}
		for !w.allCame(ctx) {
			if !pause(ctx, 2*time.Millisecond) {
				return
			}
		}
		close(came)
	}()
	return came, func() { cancel(); <-over }
}

// allCame is false also when the server does not tell: then a request runs its time.
func (w *worker) allCame(ctx context.Context) bool {
	last, err := w.bus.LastSequence(ctx, w.cfg.Stream)
	if err != nil {
		return false
	}
	info, err := w.consumer.Info(ctx)
	return err == nil && info.Delivered.Stream >= last && info.Delivered.Consumer == w.fetching.came.Load()
}

// preparing is what ConsumeConfig.Prepare returns for one batch; nil: nothing is prepared.
type preparing func(Delivery) (prepared any, enough bool)

func (w *worker) prepare(d *Delivery, prepare preparing) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Warn("preparing a message panicked, leaving it to the handler", "panic", p, "notice", d.noticeID(), "sequence", d.Sequence)
		}
	}()
	prepared, enough := prepare(*d)
	if d.Prepared = prepared; prepared == nil {
		return
	}
	d.known = nil                                         // it is in what was prepared, and need not stay in memory beside
	if enough && d.Tries == 1 && w.denied.Load() == nil { // one that could not be read again for its rejection comes a second time
		d.light, d.about = true, strings.Clone(d.noticeID()) // else it would keep all headers
		d.Header, d.Data = nil, nil
	}
}

// lost decides what a failed fetch means: wait and go on, or the end.
func (w *worker) lost(ctx context.Context, err error, fails int) error {
	if errors.Is(err, nats.ErrConnectionClosed) {
		return fmt.Errorf("consuming %s: %w", w.cfg.Stream, err)
	}
	if w.bus.waitConnected(ctx) != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("consuming %s: %w", w.cfg.Stream, nats.ErrConnectionClosed)
	}
	if fails < 3 { // a server that is going or coming
		pause(ctx, backoff(fails, 50*time.Millisecond, time.Second))
		return nil
	}
	// It is there and has no leader for now, or it has been removed.
	look, cancel := context.WithTimeout(ctx, 2*time.Second)
	_, info := w.bus.js.Consumer(look, w.cfg.Stream, w.cfg.Consumer)
	cancel()
	if errors.Is(info, jetstream.ErrConsumerNotFound) || errors.Is(info, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("consumer %s on %s: %w", w.cfg.Consumer, w.cfg.Stream, explain(look, info))
	}
	w.log.Warn("fetching is held up, trying again", "error", err)
	pause(ctx, backoff(fails, 50*time.Millisecond, 5*time.Second))
	return nil
}

// apart parts a batch so that each suspect has no more company than it may, the
// least suspicious first.
func (w *worker) apart(batch []Delivery) [][]Delivery {
	slices.SortStableFunc(batch, func(a, b Delivery) int { return a.Tries - b.Tries })
	var parts [][]Delivery
	for len(batch) > 0 {
		n := 1
		for n < len(batch) && n < w.cfg.company(batch[n].Tries) {
			n++
		}
		parts = append(parts, batch[:n])
		batch = batch[n:]
	}
	return parts
}

// process brings every delivery of the batch to an end.
func (w *worker) process(ctx, inHand context.Context, batch []Delivery) {
	if d := batch[0]; d.Tries > 2*w.cfg.MaxDeliver {
		w.reject(inHand, d, fmt.Errorf("delivered %d times %w: the process may have died over it", d.Tries-1, errNoVerdict))
		return
	}
	for round := 1; ; round++ {
		errs := w.call(inHand, batch)
		var unavailable []Delivery
		var why error
		for i, d := range batch {
			if err := errs[i]; IsUnavailable(err) && !IsPermanent(err) {
				unavailable, why = append(unavailable, d), err
			} else {
				w.settle(inHand, d, err)
			}
		}
		if len(unavailable) == 0 {
			return
		}
		if ctx.Err() != nil { // stopping, which may be all that it failed for
			w.log.Info("stopping before what the handler needs was available, giving the messages back", "messages", len(unavailable), "error", why)
			for _, d := range unavailable {
				w.giveBack(d, 0)
			}
			return
		}
		wait := backoff(round, w.cfg.RetryMin, w.cfg.RetryMax)
		w.log.Warn("what the handler needs is unavailable, keeping the messages and trying again", "messages", len(unavailable), "wait", wait.String(), "error", why)
		if !pause(ctx, wait) {
			for _, d := range unavailable {
				w.giveBack(d, 0)
			}
			return
		}
		batch = unavailable
	}
}

// call runs the handler and makes of whatever it does one verdict a delivery.
func (w *worker) call(ctx context.Context, batch []Delivery) (errs []error) {
	began := time.Now()
	defer func() {
		w.cfg.Metrics.handled(batch, time.Since(began))
		if p := recover(); p != nil {
			w.log.Error("the handler panicked", "panic", p, "messages", len(batch), "notices", someIDs(batch), "stack", string(debug.Stack()))
			errs = All(len(batch), fmt.Errorf("the handler panicked: %v", p))
		}
	}()
	errs = w.handle(ctx, batch)
	switch {
	case errs == nil:
		return make([]error, len(batch))
	case len(errs) != len(batch):
		return All(len(batch), fmt.Errorf("the handler returned %d verdicts for %d messages", len(errs), len(batch)))
	}
	return errs
}

// someIDs are the ids of a batch for a log line; of a large batch the first. In a
// smaller one the guilty stands by the third try.
func someIDs(batch []Delivery) []string {
	ids := make([]string, min(len(batch), 16))
	for i := range ids {
		ids[i] = batch[i].noticeID()
	}
	return ids
}
