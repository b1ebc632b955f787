package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Unlimited takes a limit away where zero means "leave it as it is".
const Unlimited = -1

// StreamsConfig says how the three streams are made.
type StreamsConfig struct {
	// Replicas is the number of servers that hold each stream: 1, 3 or 5. Zero:
	// leave it as it is, 1 for a new stream.
	Replicas int

	Raw, Classified, Rejected StreamLimits
}

// StreamLimits bounds one stream. A zero leaves an existing stream as it is and
// gives a new one the default. Unlimited is -1.
type StreamLimits struct {
	// MaxBytes is the size of the stream on disk. At the limit the stream takes
	// nothing new: publishers wait with ErrStreamFull until MaxAge or an operator
	// has made room. Default: unlimited, the server's own store being the limit.
	MaxBytes int64
	// MaxAge is how long messages are kept. What is older is removed, processed
	// or not: keep it well above the longest time a service may be down.
	// Default: unlimited.
	MaxAge time.Duration
	// Duplicates is how long a message id is remembered, by the time its message
	// was stored and across restarts. The same id within it is stored once and
	// reported as a duplicate; after it, it is stored again, which the loader's
	// idempotent writing makes harmless. Every remembered id costs memory (see
	// README.md). At most MaxAge. Default: DefaultRawDuplicates for raw,
	// DefaultDuplicates for the other two.
	Duplicates time.Duration
}

// Default windows of deduplication.
const (
	// DefaultRawDuplicates lets the same file be ingested again within a year
	// and report only duplicates.
	DefaultRawDuplicates = 365 * 24 * time.Hour
	// DefaultDuplicates only has to cover a service that dies between publishing
	// and acknowledging, and its AckWait.
	DefaultDuplicates = time.Hour
)

// EnsureStreams makes the streams that are missing and widens those that exist
// where cfg asks for more. It never makes one smaller, and never changes what a
// stream holds or how: then it fails with ErrStreamDiffers and changes nothing.
// It may be run any number of times, and needs the rights of an administrator.
func (b *Bus) EnsureStreams(ctx context.Context, cfg StreamsConfig) error {
	for _, s := range []struct {
		name, subjects, what string
		limits               StreamLimits
		duplicates           time.Duration
	}{
		{StreamRaw, "notices.raw.>", "Notices as they were met", cfg.Raw, DefaultRawDuplicates},
		{StreamClassified, "notices.classified.>", "What was read out of notices", cfg.Classified, DefaultDuplicates},
		{StreamRejected, "notices.rejected.>", "What could not be processed, and why", cfg.Rejected, DefaultDuplicates},
	} {
		want := jetstream.StreamConfig{
			Name: s.name, Description: s.what, Subjects: []string{s.subjects},
			Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew,
			Replicas: cfg.Replicas, MaxBytes: s.limits.MaxBytes, MaxAge: s.limits.MaxAge, Duplicates: s.limits.Duplicates,
			AllowDirect: true, MaxMsgs: Unlimited, MaxMsgsPerSubject: Unlimited, MaxConsumers: Unlimited,
		}
		if err := b.ensureStream(ctx, want, s.duplicates); err != nil {
			return fmt.Errorf("stream %s: %w", s.name, err)
		}
	}
	return nil
}

func (b *Bus) ensureStream(ctx context.Context, want jetstream.StreamConfig, duplicates time.Duration) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if want.Replicas == 0 {
			want.Replicas = 1
		}
		if want.MaxBytes == 0 {
			want.MaxBytes = Unlimited
		}
		want.MaxAge = max(want.MaxAge, 0) // the server's "unlimited" is 0 here
		if want.Duplicates == 0 {
			want.Duplicates = duplicates
			if want.MaxAge > 0 {
				want.Duplicates = min(duplicates, want.MaxAge)
			}
		}
		if _, err = b.js.CreateStream(ctx, want); err == nil {
			b.log.Debug("stream made", "stream", want.Name, "replicas", want.Replicas, "duplicates", want.Duplicates.String())
		}
		return explain(ctx, err)
	}
	if err != nil {
		return explain(ctx, err)
	}
	next, changes, err := widened(stream.CachedInfo().Config, want)
	if err != nil || len(changes) == 0 {
		return err
	}
	if _, err := b.js.UpdateStream(ctx, next); err != nil {
		return fmt.Errorf("changing %v: %w", changes, explain(ctx, err))
	}
	b.log.Info("stream changed", "stream", want.Name, "changes", changes)
	return nil
}

// widened returns have with what want asks more of, and the changes in words.
func widened(have, want jetstream.StreamConfig) (next jetstream.StreamConfig, changes []string, err error) {
	differs := func(what string, have, want any) error {
		return fmt.Errorf("%w: %s is %v and %v is asked for; change it with the nats tool (nats stream edit), or ask for what is there", ErrStreamDiffers, what, have, want)
	}
	next = have
	switch {
	case !slices.Equal(have.Subjects, want.Subjects):
		return next, nil, differs("subjects", have.Subjects, want.Subjects)
	case have.Retention != want.Retention:
		return next, nil, differs("retention", have.Retention, want.Retention)
	case have.Storage != want.Storage:
		return next, nil, differs("storage", have.Storage, want.Storage)
	case have.Discard != want.Discard:
		return next, nil, differs("discard", have.Discard, want.Discard)
	}
	// grow compares a limit: zero asks for nothing, none stands for unlimited.
	grow := func(what string, have, want, none int64, set func(int64), show func(int64) any) error {
		if want < 0 {
			want = none
		} else if want == 0 {
			return nil
		}
		if have <= 0 {
			have = none
		}
		switch {
		case want == have:
			return nil
		case have == none || (want != none && want < have):
			return differs(what, show(have), show(want))
		}
		set(want)
		changes = append(changes, fmt.Sprintf("%s %v to %v", what, show(have), show(want)))
		return nil
	}
	number := func(n int64) any {
		if n <= 0 {
			return "unlimited"
		}
		return n
	}
	span := func(n int64) any {
		if n <= 0 {
			return "unlimited"
		}
		return time.Duration(n).String()
	}
	err = errors.Join(
		grow("replicas", int64(have.Replicas), max(int64(want.Replicas), 0), -2, func(n int64) { next.Replicas = int(n) }, number),
		grow("max bytes", have.MaxBytes, want.MaxBytes, -1, func(n int64) { next.MaxBytes = n }, number),
		grow("max age", int64(have.MaxAge), int64(want.MaxAge), 0, func(n int64) { next.MaxAge = time.Duration(n) }, span),
		grow("duplicates window", int64(have.Duplicates), max(int64(want.Duplicates), 0), -2, func(n int64) { next.Duplicates = time.Duration(n) }, span),
	)
	return next, changes, err
}

// ConsumersConfig says how the two durable consumers are made.
type ConsumersConfig struct{ Classifier, Loader ConsumerLimits }

// ConsumerLimits sizes one consumer. A zero leaves an existing consumer as it is
// and gives a new one the default.
type ConsumerLimits struct {
	// AckWait is how long a message may be in the hands of a process that gives
	// no sign of life; then it is delivered again, to anybody. Consume gives a
	// sign every third of it. Default: 1 minute.
	AckWait time.Duration
	// MaxAckPending bounds the messages in the hands of all processes together.
	// At the limit the server holds deliveries back. Keep it above 2 × batch ×
	// workers. Default: 20,000 for the classifier, 100,000 for the loader.
	MaxAckPending int
}

// EnsureConsumers makes the durable pull consumers, with explicit
// acknowledgement, from the first message of the stream on. The server is told
// no MaxDeliver: past one, it would just stop delivering. Consume counts instead,
// and rejects. An existing consumer gets the sizes that cfg names; anything else
// that differs is ErrStreamDiffers. It needs the rights of an administrator.
func (b *Bus) EnsureConsumers(ctx context.Context, cfg ConsumersConfig) error {
	for _, c := range []struct {
		stream, name string
		limits       ConsumerLimits
		pending      int
	}{
		{StreamRaw, ConsumerClassifier, cfg.Classifier, 20_000},
		{StreamClassified, ConsumerLoader, cfg.Loader, 100_000},
	} {
		if err := b.ensureConsumer(ctx, c.stream, c.name, c.limits, c.pending); err != nil {
			return fmt.Errorf("consumer %s on %s: %w", c.name, c.stream, err)
		}
	}
	return nil
}

func (b *Bus) ensureConsumer(ctx context.Context, stream, name string, limits ConsumerLimits, pending int) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	want := jetstream.ConsumerConfig{
		Durable: name, Name: name, AckPolicy: jetstream.AckExplicitPolicy, DeliverPolicy: jetstream.DeliverAllPolicy,
		ReplayPolicy: jetstream.ReplayInstantPolicy, MaxDeliver: -1,
		AckWait: limits.AckWait, MaxAckPending: limits.MaxAckPending,
	}
	c, err := b.js.Consumer(ctx, stream, name)
	switch {
	case errors.Is(err, jetstream.ErrConsumerNotFound):
		if want.AckWait == 0 {
			want.AckWait = time.Minute
		}
		if want.MaxAckPending == 0 {
			want.MaxAckPending = pending
		}
		_, err = b.js.CreateConsumer(ctx, stream, want)
		return explain(ctx, err)
	case err != nil:
		return explain(ctx, err)
	}
	have := c.CachedInfo().Config
	for _, d := range []struct {
		what       string
		have, want any
	}{
		{"acknowledgement", have.AckPolicy, want.AckPolicy},
		{"deliver policy", have.DeliverPolicy, want.DeliverPolicy},
		{"filter", have.FilterSubject + fmt.Sprint(have.FilterSubjects), "[]"},
		{"max deliver", have.MaxDeliver, want.MaxDeliver},
	} {
		if d.have != d.want {
			return fmt.Errorf("%w: %s is %v and has to be %v; remove the consumer with the nats tool and run this again", ErrStreamDiffers, d.what, d.have, d.want)
		}
	}
	next := have
	if want.AckWait != 0 {
		next.AckWait = want.AckWait
	}
	if want.MaxAckPending != 0 {
		next.MaxAckPending = want.MaxAckPending
	}
	if next.AckWait == have.AckWait && next.MaxAckPending == have.MaxAckPending {
		return nil
	}
	_, err = b.js.UpdateConsumer(ctx, stream, next)
	return explain(ctx, err)
}

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
// four times a second for what other processes consume; it outlives lost
// connections. It needs the right to read the stream's info.
func (b *Bus) WaitDrained(ctx context.Context, stream, consumer string) error {
	var last uint64
	known := false
	ask := time.NewTicker(250 * time.Millisecond)
	defer ask.Stop()
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
		case <-ask.C:
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
