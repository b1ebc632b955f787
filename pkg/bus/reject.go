package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/notice"
)

// reject files the rejection, and only when that is stored lets the message go.
// A rejected stream that does not take it holds the worker up.
func (w *worker) reject(ctx context.Context, d Delivery, reason error) {
	id := d.noticeID()
	if d.light {
		whole, err := w.again(ctx, d)
		switch {
		case err == nil:
			d = whole
		case errors.Is(err, ErrNotStored): // nor does it come again: what is known of it is filed
		default:
			w.log.Warn("a message to be rejected could not be read again, it will come a second time", "notice", id, "sequence", d.Sequence, "reason", reason, "error", err)
			w.giveBack(d, w.cfg.RetryMin)
			return
		}
	}
	r := w.rejection(d, reason)
	if err := w.bus.Reject(ctx, r); err != nil {
		w.log.Error("a rejection could not be stored, the message will come again", "notice", id, "sequence", d.Sequence, "reason", r.Reason, "error", err)
		w.giveBack(d, w.cfg.RetryMin)
		return
	}
	w.cfg.Metrics.Rejected(reason)
	w.log.Warn("rejected", "notice", id, "reason", r.Reason)
	if err := w.tell(d, wordRejected); err != nil {
		w.log.Warn("ending a rejected message failed, it will come again", "notice", id, "sequence", d.Sequence, "error", err)
	}
}

// Whole returns the delivery with Data and Header, which it reads from the stream again
// when they were not kept. It is for the handler that d was given to, which may put it in d's
// place in its batch: then it is not read again.
// ErrNotStored: the stream does not keep the message any more, as when it was erased, or the
// replica that was asked does not have it yet. Whatever the error, the message given back
// comes whole, or never when it was erased.
func (d Delivery) Whole(ctx context.Context) (Delivery, error) {
	if !d.light {
		return d, nil
	}
	whole, err := d.worker.again(ctx, d)
	if err != nil {
		return d, fmt.Errorf("reading message %d of %s again: %w", d.Sequence, d.worker.cfg.Stream, err)
	}
	return whole, nil
}

// again reads what of a delivery was not kept; ErrNotStored when its stream does not keep
// it either.
func (w *worker) again(ctx context.Context, d Delivery) (Delivery, error) {
	if denied := w.denied.Load(); denied != nil {
		return d, *denied
	}
	stored, err := w.bus.storedMessage(ctx, w.cfg.Stream, d.Sequence)
	switch {
	case errors.Is(err, ErrDenied):
		w.denied.Store(&err)
		return d, err
	case err != nil:
		return d, err
	case !stored.Stored.Equal(d.Stored):
		return d, ErrNotStored // of a stream that was made anew
	}
	d.Header, d.Data, d.light = stored.Header, stored.Data, false
	return d, nil
}

func (w *worker) rejection(d Delivery, reason error) notice.Rejection {
	place := fmt.Errorf("message %d of %s on %.100s: %w", d.Sequence, w.cfg.Stream, d.Subject, reason)
	r := notice.NewRejection(w.cfg.Stage, d.Subject, 0, d.Data, place)
	r.NoticeID, r.Stream, r.Sequence = d.noticeID(), w.cfg.Stream, d.Sequence
	r.Tries = d.Tries + earlierTries(d.Header)
	if d.light || headerSize(d.Header) > maxHeaderBytes {
		r.Truncated = true
	} else {
		r.Headers = d.Header
	}
	return r
}

// earlierTries is how often a message was tried before it was retried.
func earlierTries(h nats.Header) int {
	n, err := strconv.ParseUint(h.Get(HeaderTries), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// Reject publishes a rejection and returns when it is stored. Transient errors
// are tried again until ctx ends. Where the server takes only small messages, the
// copy of what was rejected is cut until the rejection fits.
func (b *Bus) Reject(ctx context.Context, r notice.Rejection) error {
	m, err := RejectedMessage(r)
	if err != nil {
		return err
	}
	msg := m.natsMsg()
	if over := int64(msg.Size()) - b.MaxPayload(); over > 0 {
		r.Raw, r.Headers, r.Truncated = r.Raw[:max(0, int64(len(r.Raw))-over)], nil, true // base64 makes 4 of 3: this is enough
		cut, err := RejectedMessage(r)
		if err != nil {
			return err
		}
		msg.Data = cut.Data // the id stays that of the whole
	}
	if _, err := b.publishUntilStored(ctx, msg); err != nil {
		return fmt.Errorf("publishing a rejection to %s: %w", m.Subject, err)
	}
	return nil
}

// publishUntilStored publishes one message and returns when it is stored.
// Transient errors are tried again until ctx ends.
func (b *Bus) publishUntilStored(ctx context.Context, msg *nats.Msg) (*jetstream.PubAck, error) {
	for try := 1; ; try++ {
		// The first is short: that a user may not publish is learnt at its end.
		limit, cancel := context.WithTimeout(ctx, min(time.Duration(2*try)*time.Second, 10*time.Second))
		ack, err := b.js.PublishMsg(limit, msg)
		cancel()
		if err == nil {
			return ack, nil
		}
		if err = publishError(err); IsPermanent(err) {
			return nil, err
		}
		if denied := b.takeDenied(msg.Subject); denied != nil {
			return nil, Permanent(denied)
		}
		if try > 3 {
			b.log.Warn("storing a message is held up, trying again", "subject", msg.Subject, "error", err)
		}
		if !pause(ctx, backoff(try, 50*time.Millisecond, 5*time.Second)) {
			return nil, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}
