package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Pending says how far a consumer is behind.
type Pending struct {
	// Waiting is the number of messages not delivered to anybody yet.
	Waiting uint64
	// InHand is the number delivered and not acknowledged.
	InHand int
	// Redelivered is the number of those in hand that were delivered more than once.
	Redelivered int
	// DeliveredUpTo is the stream sequence of the last message delivered.
	DeliveredUpTo uint64
}

// Pending asks the server how far the consumer is behind. Waiting can lag what
// was just published by an instant; WaitDrained does not. A worker's rights do.
func (b *Bus) Pending(ctx context.Context, stream, consumer string) (Pending, error) {
	ctx, cancel := b.request(ctx)
	defer cancel()
	c, err := b.js.Consumer(ctx, stream, consumer)
	if err != nil {
		return Pending{}, fmt.Errorf("consumer %s on %s: %w", consumer, stream, explain(ctx, err))
	}
	info := c.CachedInfo()
	return Pending{
		Waiting: info.NumPending, InHand: info.NumAckPending,
		Redelivered: info.NumRedelivered, DeliveredUpTo: info.Delivered.Stream,
	}, nil
}

// LastSequence is the stream sequence of the last message that was stored.
func (b *Bus) LastSequence(ctx context.Context, stream string) (uint64, error) {
	ctx, cancel := b.request(ctx)
	defer cancel()
	s, err := b.js.Stream(ctx, stream)
	if err != nil {
		return 0, fmt.Errorf("stream %s: %w", stream, explain(ctx, err))
	}
	return s.CachedInfo().State.LastSeq, nil
}

// WaitDrained returns when every message that is in the stream now has been
// settled by the consumer: acknowledged, or rejected. Messages published later
// are not waited for. It is woken by what this Bus consumes and asks the server
// soon, then less often down to four times a second, for what other processes
// consume; it outlives lost connections. It needs the right to read the stream's info.
func (b *Bus) WaitDrained(ctx context.Context, stream, consumer string) error {
	var last uint64
	known := false
	// The server takes note of acknowledgements by the way: after a batch it is asked
	// again soon.
	const soon, seldom = 2 * time.Millisecond, 250 * time.Millisecond
	again := soon
	for {
		settled := b.settledChan(stream, consumer) // before asking, so that nothing is missed
		done, err := false, error(nil)
		one, cancel := context.WithTimeout(ctx, 2*time.Second) // an answer can get lost with its connection
		if !known {
			last, err = b.LastSequence(one, stream)
			known = err == nil
		}
		if known {
			done, err = b.drained(one, stream, consumer, last)
		}
		cancel()
		switch {
		case done:
			return nil
		case errors.Is(err, ErrNoStream), errors.Is(err, ErrDenied), errors.Is(err, nats.ErrConnectionClosed):
			return err
		case err != nil:
			b.log.Debug("asking how far a consumer is", "stream", stream, "consumer", consumer, "error", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for consumer %s on %s: %w", consumer, stream, errors.Join(context.Cause(ctx), err))
		case <-settled:
			again = soon
		case <-time.After(again):
			again = min(2*again, seldom)
		}
	}
}

func (b *Bus) drained(ctx context.Context, stream, consumer string, last uint64) (bool, error) {
	p, err := b.Pending(ctx, stream, consumer)
	switch {
	case err != nil:
		return false, err
	case p.InHand > 0:
		return false, nil
	case p.DeliveredUpTo >= last:
		return true, nil
	case p.Waiting > 0:
		return false, nil
	}
	// Nothing waits, yet the end was not delivered: either the server has not
	// counted it yet, or the last messages were deleted.
	ctx, cancel := b.request(ctx)
	defer cancel()
	s, err := b.js.Stream(ctx, stream)
	if err != nil {
		return false, fmt.Errorf("stream %s: %w", stream, explain(ctx, err))
	}
	_, err = s.GetMsg(ctx, p.DeliveredUpTo+1, jetstream.WithGetMsgSubject(s.CachedInfo().Config.Subjects[0]))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return true, nil
	}
	return false, explain(ctx, err)
}
