package bus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/semaphore"
)

// PublisherConfig sizes a Publisher.
type PublisherConfig struct {
	// MaxPending bounds the messages that are sent and have no answer yet, those
	// waiting for another try included. At the limit Publish waits. Default: 4,000.
	MaxPending int
	// MaxPendingBytes bounds their bytes in the same way; one larger message goes
	// alone. Default: 64 MiB.
	MaxPendingBytes int64
	// AckTimeout is how long to wait for the server's answer to one try; then the
	// message is sent again. Default: 10 s.
	AckTimeout time.Duration
	// RetryMin and RetryMax bound the wait before another try; it doubles from
	// one to the other while nothing gets through. Default: 50 ms and 5 s.
	RetryMin, RetryMax time.Duration
	// NoStreamWait is how long a publisher that never got a message stored
	// believes that the stream is only without a leader for now, as in a cluster
	// that has just lost a server; then its messages fail with ErrNoStream.
	// Default: 30 s, longer than an election takes on a busy machine.
	NoStreamWait time.Duration
}

func (c *PublisherConfig) defaults() {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	if c.MaxPending <= 0 {
		c.MaxPending = 4000
	}
	if c.MaxPendingBytes <= 0 {
		c.MaxPendingBytes = 64 << 20
	}
	set(&c.AckTimeout, 10*time.Second)
	set(&c.RetryMin, 50*time.Millisecond)
	set(&c.RetryMax, 5*time.Second)
	set(&c.NoStreamWait, 30*time.Second)
}

// Outcome is what became of a published message.
type Outcome int

// The outcomes.
const (
	// Failed: it is not known to be stored; the error says why.
	Failed Outcome = iota
	// Stored: the stream has it.
	Stored
	// Duplicate: the stream had a message of that id already.
	Duplicate
)

func (o Outcome) String() string {
	switch o {
	case Stored:
		return "stored"
	case Duplicate:
		return "duplicate"
	}
	return "failed"
}

// Counts is what a Publisher has done. Every message that Publish took is
// counted once, when its fate is known.
type Counts struct{ Stored, Duplicates, Failed uint64 }

// Publisher publishes messages without waiting for each: it keeps many on their
// way, sends again what met a transient error, and tells every message's fate
// through its Receipt. Order is not kept. It is safe for concurrent use.
type Publisher struct {
	bus  *Bus
	js   jetstream.JetStream
	cfg  PublisherConfig
	room *semaphore.Weighted

	stored, duplicates, failed atomic.Uint64

	mu     sync.Mutex
	sent   map[*nats.Msg]*Receipt // waiting for an answer
	again  []*Receipt             // waiting for another try
	open   int                    // receipts whose fate is not known
	idle   chan struct{}          // closed when open is 0; nil while nobody asks
	closed bool

	back  atomic.Bool   // the connection has come back
	wake  chan struct{} // something is in again, a context of one in it ended, or back is set
	stop  context.CancelFunc
	ended chan struct{}
}

// Receipt is the fate of one message.
type Receipt struct {
	ctx     context.Context
	msg     *nats.Msg
	weight  int64
	first   time.Time // of the first try
	tries   int
	unclear bool // an earlier try may have been stored
	unwatch func() bool
	lastErr error

	done    chan struct{}
	outcome Outcome
	err     error
}

// Done is closed when the fate is known.
func (r *Receipt) Done() <-chan struct{} { return r.done }

// Wait returns the fate. The error is nil for Stored and Duplicate. IsPermanent
// tells a message that can never be published from one whose context ended
// before it could be. When ctx ends first, the message goes on without the caller.
func (r *Receipt) Wait(ctx context.Context) (Outcome, error) {
	select {
	case <-r.done:
		return r.outcome, r.err
	case <-ctx.Done():
		select {
		case <-r.done:
			return r.outcome, r.err
		default:
			return Failed, context.Cause(ctx)
		}
	}
}

// NewPublisher returns a publisher on this connection. Close it.
func (b *Bus) NewPublisher(cfg PublisherConfig) (*Publisher, error) {
	cfg.defaults()
	ctx, stop := context.WithCancel(context.Background())
	p := &Publisher{
		bus: b, cfg: cfg, room: semaphore.NewWeighted(cfg.MaxPendingBytes),
		sent: map[*nats.Msg]*Receipt{}, wake: make(chan struct{}, 1), stop: stop, ended: make(chan struct{}),
	}
	js, err := jetstream.New(b.nc,
		jetstream.WithPublishAsyncMaxPending(cfg.MaxPending+1), // room bounds it first, so it never stalls
		jetstream.WithPublishAsyncTimeout(cfg.AckTimeout),
		jetstream.WithPublishAsyncAckHandler(func(_ jetstream.JetStream, m *nats.Msg, a *jetstream.PubAck) { p.acked(m, a) }),
		jetstream.WithPublishAsyncErrHandler(func(_ jetstream.JetStream, m *nats.Msg, err error) { p.failedTry(m, err, true) }),
	)
	if err != nil {
		stop()
		return nil, fmt.Errorf("opening JetStream: %w", err)
	}
	p.js = js
	b.mu.Lock()
	b.publishers[p] = struct{}{}
	b.mu.Unlock()
	go p.retry(ctx)
	return p, nil
}

// Publish sends m and returns its receipt at once, or when there is room for it.
// While ctx lasts, transient errors (no connection, no leader, a full stream) are
// tried again without end; a permanent one (too large, not allowed) ends it. The
// error is about a message that was not taken at all; it has no receipt and is not
// counted.
func (p *Publisher) Publish(ctx context.Context, m Message) (*Receipt, error) {
	msg := m.natsMsg()
	r := &Receipt{
		ctx: ctx, msg: msg, first: time.Now(), done: make(chan struct{}),
		// Each message weighs at least its share, so that one semaphore bounds both.
		weight: min(max(int64(msg.Size()), p.cfg.MaxPendingBytes/int64(p.cfg.MaxPending)+1), p.cfg.MaxPendingBytes),
	}
	if err := p.room.Acquire(ctx, r.weight); err != nil {
		return nil, fmt.Errorf("publishing %s to %s: %w", m.ID, m.Subject, err)
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.room.Release(r.weight)
		return nil, ErrPublisherClosed
	}
	p.open++
	p.mu.Unlock()
	p.send(r)
	return r, nil
}

// Flush returns when every message published before has its fate, or ctx ends.
// Whether they were stored is in the receipts and in Counts.
func (p *Publisher) Flush(ctx context.Context) error {
	p.mu.Lock()
	if p.open == 0 {
		p.mu.Unlock()
		return nil
	}
	if p.idle == nil {
		p.idle = make(chan struct{})
	}
	idle, open := p.idle, p.open
	p.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for up to %d messages to be stored: %w", open, context.Cause(ctx))
	}
}

// Counts returns what has been done so far.
func (p *Publisher) Counts() Counts {
	return Counts{Stored: p.stored.Load(), Duplicates: p.duplicates.Load(), Failed: p.failed.Load()}
}

// Close fails what has no fate yet with ErrPublisherClosed; Flush first.
func (p *Publisher) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.stop()
	<-p.ended
	p.bus.mu.Lock()
	delete(p.bus.publishers, p)
	p.bus.mu.Unlock()
	p.js.CleanupPublisher()
	p.mu.Lock()
	left := p.again
	p.again = nil
	for _, r := range p.sent {
		left = append(left, r)
	}
	clear(p.sent)
	p.mu.Unlock()
	for _, r := range left {
		p.resolve(r, Failed, ErrPublisherClosed)
	}
	_ = p.Flush(context.Background()) // an answer that is being counted just now
}

// send makes one try. Its answer comes through acked or failedTry.
func (p *Publisher) send(r *Receipt) {
	r.tries++
	p.mu.Lock()
	p.sent[r.msg] = r
	p.mu.Unlock()
	var err error
	switch {
	case p.bus.nc.IsConnected():
		_, err = p.js.PublishMsgAsync(r.msg)
	case p.bus.nc.IsClosed():
		err = nats.ErrConnectionClosed
	default:
		err = nats.ErrDisconnected // nats.go would keep it in a buffer of its own
	}
	if err != nil {
		p.failedTry(r.msg, err, false)
	}
}

// take gives the receipt of a message to the first who asks.
func (p *Publisher) take(m *nats.Msg) *Receipt {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.sent[m]
	delete(p.sent, m)
	return r
}

func (p *Publisher) acked(m *nats.Msg, ack *jetstream.PubAck) {
	r := p.take(m)
	switch {
	case r == nil:
	case !ack.Duplicate:
		p.resolve(r, Stored, nil)
	case !r.unclear:
		p.resolve(r, Duplicate, nil)
	default:
		// Perhaps it is our own earlier try that was stored. Ask off this
		// goroutine, which is nats.go's.
		r.lastErr = &ownTry{stream: ack.Stream, sequence: ack.Sequence}
		p.later(r)
	}
}

// ownTry is not an error of the message: it has to be found out whose it is.
type ownTry struct {
	stream   string
	sequence uint64
}

func (o *ownTry) Error() string { return "its first answer was lost" }

// failedTry is called by nats.go, partly with its lock held: it must not publish.
// sent says that the server may have seen the message.
func (p *Publisher) failedTry(m *nats.Msg, err error, sent bool) {
	r := p.take(m)
	if r == nil {
		return
	}
	err = publishError(err)
	hopeless := IsPermanent(err) || errors.Is(err, ErrDenied)
	switch {
	case sent && (errors.Is(err, jetstream.ErrAsyncPublishTimeout) || errors.Is(err, nats.ErrDisconnected)):
		r.unclear = true
	case errors.Is(err, nats.ErrConnectionClosed):
		hopeless = true
	case errors.Is(err, jetstream.ErrNoStreamResponse):
		if p.stored.Load()+p.duplicates.Load() == 0 && time.Since(r.first) > p.cfg.NoStreamWait {
			hopeless = true
			err = fmt.Errorf("%w: no stream takes %s; an administrator makes it (owabi bus apply)", ErrNoStream, m.Subject)
		}
	}
	r.lastErr = err
	if hopeless {
		p.resolve(r, Failed, err)
		return
	}
	p.later(r)
}

// denied fails what is on its way to a subject that the server refuses.
func (p *Publisher) denied(subject string, err error) {
	p.mu.Lock()
	var list []*nats.Msg
	for m := range p.sent {
		if m.Subject == subject {
			list = append(list, m)
		}
	}
	p.mu.Unlock()
	for _, m := range list {
		p.failedTry(m, err, true)
	}
}

// reconnected tries again at once what waits for the connection.
func (p *Publisher) reconnected() {
	p.back.Store(true)
	p.signal()
}

// later puts r up for another try.
func (p *Publisher) later(r *Receipt) {
	if r.unwatch == nil {
		r.unwatch = context.AfterFunc(r.ctx, p.signal)
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.resolve(r, Failed, ErrPublisherClosed)
		return
	}
	p.again = append(p.again, r)
	p.mu.Unlock()
	p.signal()
}

func (p *Publisher) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// retry sends again what met a transient error. One wait serves all messages,
// for such errors come from the stream or the connection, not from a message.
func (p *Publisher) retry(ctx context.Context) {
	defer close(p.ended)
	var (
		fails  int    // rounds since something got through
		passed uint64 // messages that had got through by then
		due    <-chan time.Time
		timer  = time.NewTimer(0)
	)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
			p.giveUp()
			if p.back.Swap(false) {
				fails, due = 0, nil
			}
			if due == nil && p.waiting() {
				if now := p.stored.Load() + p.duplicates.Load(); now != passed {
					passed, fails = now, 0
				}
				fails++
				timer.Reset(backoff(fails, p.cfg.RetryMin, p.cfg.RetryMax))
				due = timer.C
			}
		case <-due:
			due = nil
			p.sendAgain(ctx, fails)
		}
	}
}

func (p *Publisher) waiting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.again) > 0
}

// giveUp ends those whose context has ended.
func (p *Publisher) giveUp() {
	p.mu.Lock()
	var over []*Receipt
	keep := p.again[:0]
	for _, r := range p.again {
		if r.ctx.Err() != nil {
			over = append(over, r)
		} else {
			keep = append(keep, r)
		}
	}
	clear(p.again[len(keep):])
	p.again = keep
	p.mu.Unlock()
	for _, r := range over {
		p.resolve(r, Failed, fmt.Errorf("publishing to %s: %w, after %d tries: %w", r.msg.Subject, context.Cause(r.ctx), r.tries, r.lastErr))
	}
}

func (p *Publisher) sendAgain(ctx context.Context, fails int) {
	p.mu.Lock()
	list := p.again
	p.again = nil
	p.mu.Unlock()
	if len(list) == 0 {
		return
	}
	if fails > 3 { // shorter ones pass unnoticed
		p.bus.log.Warn("publishing is held up, trying again", "messages", len(list), "subject", list[0].msg.Subject, "error", list[0].lastErr)
	}
	blind := false
	for i, r := range list {
		if ctx.Err() != nil {
			p.mu.Lock()
			p.again = append(p.again, list[i:]...)
			p.mu.Unlock()
			return
		}
		var own *ownTry
		if errors.As(r.lastErr, &own) {
			outcome := Stored // where it cannot be found out: it nearly always is
			if !blind {
				var err error
				if outcome, err = p.whose(ctx, r, own); err != nil {
					blind = true
					p.bus.log.Debug("whose message a duplicate is cannot be found out, counting it as stored", "error", err)
				}
			}
			p.resolve(r, outcome, nil)
			continue
		}
		p.send(r)
	}
}

// whose looks whether the message that makes r a duplicate is r itself, stored by
// a try whose answer was lost: the time of publishing in its header tells. It
// needs the right to read the stream directly.
func (p *Publisher) whose(ctx context.Context, r *Receipt, own *ownTry) (Outcome, error) {
	m, err := p.bus.storedMessage(ctx, own.stream, own.sequence)
	switch {
	case err != nil:
		return Stored, err
	case m.Header.Get(HeaderTime) != r.msg.Header.Get(HeaderTime):
		return Duplicate, nil
	}
	return Stored, nil
}

func (p *Publisher) resolve(r *Receipt, o Outcome, err error) {
	if r.unwatch != nil {
		r.unwatch()
	}
	switch o {
	case Stored:
		p.stored.Add(1)
	case Duplicate:
		p.duplicates.Add(1)
	default:
		p.failed.Add(1)
	}
	r.outcome, r.err = o, err
	close(r.done)
	p.room.Release(r.weight)
	p.mu.Lock()
	p.open--
	if p.open == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
	p.mu.Unlock()
}
