// Package bus carries notices between the services over NATS JetStream.
//
// It has five parts: Embedded runs a NATS server in this process; Connect
// reaches that one or any other; Apply is the administrative step that makes what
// the services use; a Publisher and Bus.Consume are what the services use;
// Bus.Subscribe is for everybody else.
//
// The promise is at-least-once on every hop. A Publisher says stored only when
// the stream has acknowledged; Consume acknowledges only after its handler has
// returned, so nothing that was acknowledged is lost when any process is killed,
// and a message can be handled more than once. What cannot be processed is
// published to notices.rejected.<stage> before it is given up. Nothing is dropped
// to make room: a full stream pushes back on its publishers.
//
// Delivery.Notice and Delivery.Classified hold what comes in to the form that the
// streams promise. Bus.Rejections lists what was given up, Bus.Retry publishes it
// to where it came from.
//
// The package reads nothing out of notices, keeps no order between messages, and
// makes nothing exactly-once: whoever writes to a store does it idempotently, by
// notice id. README.md lists every knob and what happens at its limit.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The streams, one a hop.
const (
	StreamRaw        = "NOTICES_RAW"
	StreamClassified = "NOTICES_CLASSIFIED"
	StreamRejected   = "NOTICES_REJECTED"
)

// The durable consumers, one a service. Any number of processes may share one.
const (
	ConsumerClassifier = "classifier" // on StreamRaw
	ConsumerLoader     = "loader"     // on StreamClassified
)

// Secret is a password or token. It prints and logs as [secret].
type Secret string

// String hides the secret from fmt.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "[secret]" }

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalText hides the secret from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Bus is a connection to NATS. It is safe for concurrent use.
type Bus struct {
	nc  *nats.Conn
	js  jetstream.JetStream
	log *slog.Logger

	closed  chan struct{} // closed once the connection is
	recents recents       // nil when the server is in another process

	mu         sync.Mutex
	denied     map[string]error                      // by subject: refusals that nobody has taken note of
	asking     map[*context.CancelCauseFunc]struct{} // administrative requests on their way
	publishers map[*Publisher]struct{}
	settled    map[string]chan struct{} // by stream/consumer: closed when a batch here was settled
}

// Close ends the connection and waits until its goroutines have ended. What was
// published and not yet acknowledged has no known fate afterwards: Flush the
// publishers and stop the consumers first.
func (b *Bus) Close() {
	b.nc.Close()
	<-b.closed
}

// Connected says whether a server answers at this moment.
func (b *Bus) Connected() bool { return b.nc.IsConnected() }

// Server is the address of the server that answers; empty while none does.
func (b *Bus) Server() string { return b.nc.ConnectedUrlRedacted() }

// MaxPayload is the largest message in bytes, headers included, that the server takes.
func (b *Bus) MaxPayload() int64 { return b.nc.MaxPayload() }

// waitConnected returns when a server answers. The connection is reached for
// for ever, so it fails only when ctx ends or the Bus is closed.
func (b *Bus) waitConnected(ctx context.Context) error {
	if b.nc.IsConnected() {
		return nil
	}
	changes := b.nc.StatusChanged(nats.CONNECTED, nats.CLOSED)
	defer b.nc.RemoveStatusListener(changes)
	for !b.nc.IsConnected() {
		if b.nc.IsClosed() {
			return nats.ErrConnectionClosed
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-b.closed:
			return nats.ErrConnectionClosed
		case <-changes:
		}
	}
	return nil
}

// noteDenied hands on what the server said about a subject that this user must
// not publish to: it says so on the side, and the request itself is never answered.
// It says whether that is news: each message of a consumer has an acknowledgement of
// its own, and the server refuses every one.
func (b *Bus) noteDenied(err error) (news bool) {
	subject, ok := deniedSubject(err)
	if !ok {
		return true
	}
	subject = ackOf(subject)
	err = fmt.Errorf("%w: %w", ErrDenied, err)
	b.mu.Lock()
	_, known := b.denied[subject]
	if len(b.denied) < 1000 { // subjects come from outside
		b.denied[subject] = err
	}
	if strings.HasPrefix(subject, "$JS.API.") && !strings.HasPrefix(subject, apiNext) && !strings.HasPrefix(subject, apiGet) {
		for cancel := range b.asking {
			(*cancel)(err)
		}
	}
	b.mu.Unlock()
	for _, p := range b.openPublishers() {
		p.denied(subject, err)
	}
	return !known
}

func (b *Bus) openPublishers() []*Publisher {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Keys(b.publishers))
}

// takeDenied returns the server's refusal of subject since it was last asked for,
// nil when there was none.
func (b *Bus) takeDenied(subject string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.denied[subject]
	delete(b.denied, subject)
	return err
}

// settledChan returns a channel that is closed when this Bus next settles a batch
// of the consumer.
func (b *Bus) settledChan(stream, consumer string) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := stream + "/" + consumer
	c, ok := b.settled[key]
	if !ok {
		c = make(chan struct{})
		b.settled[key] = c
	}
	return c
}

func (b *Bus) announceSettled(stream, consumer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := stream + "/" + consumer
	if c, ok := b.settled[key]; ok {
		close(c)
		delete(b.settled, key)
	}
}

// backoff is how long to wait before try n (from 1): least × 2^(n-1), at most most.
func backoff(n int, least, most time.Duration) time.Duration {
	d := least
	for ; n > 1 && d < most; n-- {
		d *= 2
	}
	return min(d, most)
}

// pause waits for d or until ctx ends, and says whether it waited d out.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// request bounds one administrative request: the caller's deadline or 10 s, and
// the server's refusal.
func (b *Bus) request(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, refuse := context.WithCancelCause(ctx)
	end := func() { refuse(nil) }
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 10*time.Second)
		end = func() { cancel(); refuse(nil) }
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asking[&refuse] = struct{}{}
	return ctx, func() {
		end()
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.asking, &refuse)
	}
}

// explain adds to the error of a request what the reader can do about it.
func explain(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled) && errors.Is(cause, ErrDenied):
		return cause
	case errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, jetstream.ErrConsumerNotFound):
		return fmt.Errorf("%w: an administrator makes it (owabi bus apply): %w", ErrNoStream, err)
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return fmt.Errorf("%w (the server or this account runs without JetStream: set jetstream{} in its configuration)", err)
	case errors.Is(err, nats.ErrNoResponders):
		return fmt.Errorf("%w (JetStream does not answer: it is off, or its cluster has no leader)", err)
	}
	return err
}
