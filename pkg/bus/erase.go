package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/notice"
)

// Trace is a stored message that holds something of a notice.
type Trace struct {
	Stream   string
	Sequence uint64
}

// Traces reads a stream to the end it has now and returns the messages of the
// notices in ids: a notice itself, its classifications, its rejections. A
// rejection of bytes in which no notice could be recognised belongs to none.
func (b *Bus) Traces(ctx context.Context, stream string, ids map[string]bool) ([]Trace, error) {
	var found []Trace
	err := b.Subscribe(ctx, SubscribeConfig{Stream: stream, All: true, UntilEnd: true}, func(_ context.Context, d Delivery) error {
		id := d.Header.Get(HeaderSubject)
		if stream == StreamRaw {
			id = d.Header.Get(HeaderID)
		}
		if ids[id] {
			found = append(found, Trace{stream, d.Sequence})
		}
		return nil
	})
	if err == nil {
		err = context.Cause(ctx) // Subscribe takes its end for a wish
	}
	if err != nil {
		return nil, fmt.Errorf("look for a notice's messages: %w", err)
	}
	return found, nil
}

// NoticesOf reads the classified stream to the end it has now and returns the ids
// of the notices that an organization published.
func (b *Bus) NoticesOf(ctx context.Context, organizationKey string) ([]string, error) {
	seen := map[string]bool{}
	var ids []string
	err := b.Subscribe(ctx, SubscribeConfig{All: true, UntilEnd: true}, func(_ context.Context, d Delivery) error {
		var c struct {
			NoticeID     string              `json:"notice_id"`
			Organization notice.Organization `json:"organization"`
		}
		if json.Unmarshal(d.Data, &c) != nil { // no classification, and the loader's to reject
			return nil
		}
		if key := c.Organization.Key; key != nil && *key == organizationKey && !seen[c.NoticeID] {
			seen[c.NoticeID] = true
			ids = append(ids, c.NoticeID)
		}
		return nil
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("look for an organization's notices: %w", err)
	}
	return ids, nil
}

// Erase removes a message from its stream and overwrites what it held on the
// disk. One that is gone already is no error. The id of an erased notice stays in
// the server's memory of duplicates until the server is started anew. It needs
// the rights of an administrator.
func (b *Bus) Erase(ctx context.Context, t Trace) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, t.Stream)
	if err != nil {
		return fmt.Errorf("erase message %d of %s: %w", t.Sequence, t.Stream, explain(ctx, err))
	}
	if err = stream.SecureDeleteMsg(ctx, t.Sequence); err == nil {
		return nil
	}
	// The server has one code for every reason why not.
	if _, gone := stream.GetMsg(ctx, t.Sequence); errors.Is(gone, jetstream.ErrMsgNotFound) {
		return nil
	}
	return fmt.Errorf("erase message %d of %s: %w", t.Sequence, t.Stream, explain(ctx, err))
}

// LimitAge lowers how long a stream keeps its messages, and how long it remembers
// their ids, which cannot be longer; what is older goes at once, processed or not.
// A stream that keeps them less long stays as it is. It needs the rights of an
// administrator.
func (b *Bus) LimitAge(ctx context.Context, stream string, age time.Duration) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	s, err := b.js.Stream(ctx, stream)
	if err == nil {
		cfg := s.CachedInfo().Config
		if cfg.MaxAge > 0 && cfg.MaxAge <= age {
			return nil
		}
		cfg.MaxAge, cfg.Duplicates = age, min(cfg.Duplicates, age)
		_, err = b.js.UpdateStream(ctx, cfg)
	}
	if err != nil {
		return fmt.Errorf("limit the age of stream %s: %w", stream, explain(ctx, err))
	}
	return nil
}

// ErrInHand is returned when messages stay in the hands of a consumer that gives
// no sign of life.
var ErrInHand = errors.New("messages are in the hands of a service that does not settle them")

// WaitSettled returns when what the consumer has been given until now is settled,
// so that nothing of it can be on its way any more. What was not delivered yet is
// not waited for. Without the consumer there is nothing to wait for.
func (b *Bus) WaitSettled(ctx context.Context, stream, consumer string) error {
	var delivered uint64
	for first := true; ; first = false {
		request, cancel := b.request(ctx)
		c, err := b.js.Consumer(request, stream, consumer)
		if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
			cancel()
			return nil
		}
		err = explain(request, err)
		cancel()
		if err != nil {
			return fmt.Errorf("consumer %s on %s: %w", consumer, stream, err)
		}
		info := c.CachedInfo()
		if first {
			delivered = info.Delivered.Stream
		}
		if info.NumAckPending == 0 || info.AckFloor.Stream >= delivered {
			return nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return fmt.Errorf("%w: %d of %s: %w", ErrInHand, info.NumAckPending, consumer, context.Cause(ctx))
		}
	}
}
