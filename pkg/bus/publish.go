package bus

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
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
	// AckTimeout is how long to wait for the server's answer to one try, and up to a
	// quarter longer; then the message is sent again. Default: 10 s.
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
	cfg  PublisherConfig
	room *semaphore.Weighted

	// answers is the subscription to inbox.*, where the server answers each try under
	// a number of its own.
	answers *nats.Subscription
	inbox   string // with the point
	number  atomic.Uint64

	stored, duplicates, failed atomic.Uint64

	mu     sync.Mutex
	sent   map[string]*Receipt // waiting for an answer, by the subject it comes on
	again  []*Receipt          // waiting for another try
	open   int                 // receipts whose fate is not known
	idle   chan struct{}       // closed when open is 0; nil while nobody asks
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
	last    time.Time // of the last
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
//
// It does without nats.go's publisher, which leaves a goroutine behind for ever when it
// is cleaned up before that has begun to run, and arms a timer for each message.
func (b *Bus) NewPublisher(cfg PublisherConfig) (*Publisher, error) {
	cfg.defaults()
	ctx, stop := context.WithCancel(context.Background())
	p := &Publisher{
		bus: b, cfg: cfg, room: semaphore.NewWeighted(cfg.MaxPendingBytes), inbox: b.nc.NewInbox() + ".",
		sent: map[string]*Receipt{}, wake: make(chan struct{}, 1), stop: stop, ended: make(chan struct{}),
	}
	var err error
	if p.answers, err = b.nc.Subscribe(p.inbox+"*", p.answered); err != nil {
		stop()
		return nil, fmt.Errorf("listening for the stream's answers: %w", err)
	}
	// An answer is some 60 bytes, and MaxPending bounds how many there can be.
	if err := p.answers.SetPendingLimits(-1, -1); err != nil {
		stop()
		_ = p.answers.Unsubscribe() // fails for the same reason: the connection is closed
		return nil, fmt.Errorf("listening for the stream's answers: %w", err)
	}
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
	p.bus.recents.keep(m, r.first)
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
	_ = p.answers.Unsubscribe() // fails when the connection is closed, and so is this
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
	if o != Stored { // it will not be delivered, or what is was stored before
		p.bus.recents.drop(r.msg.Header)
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
