package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

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
	_, err := b.ensureConsumers(ctx, cfg)
	return err
}

func (b *Bus) ensureConsumers(ctx context.Context, cfg ConsumersConfig) (changes []Change, err error) {
	for _, c := range []struct {
		stream, name string
		limits       ConsumerLimits
		pending      int
	}{
		{StreamRaw, ConsumerClassifier, cfg.Classifier, 20_000},
		{StreamClassified, ConsumerLoader, cfg.Loader, 100_000},
	} {
		what, details, err := b.ensureConsumer(ctx, c.stream, c.name, c.limits, c.pending)
		if err != nil {
			return changes, fmt.Errorf("consumer %s on %s: %w", c.name, c.stream, err)
		}
		changes = append(changes, Change{Stream: c.stream, Consumer: c.name, What: what, Details: details})
	}
	return changes, nil
}

func (b *Bus) ensureConsumer(ctx context.Context, stream, name string, limits ConsumerLimits, pending int) (What, []string, error) {
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
		return Made, nil, explain(ctx, err)
	case err != nil:
		return Left, nil, explain(ctx, err)
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
			return Left, nil, fmt.Errorf("%w: %s is %v and has to be %v; remove the consumer with the nats tool and run this again", ErrStreamDiffers, d.what, d.have, d.want)
		}
	}
	next, changes := have, []string(nil)
	if want.AckWait != 0 && want.AckWait != have.AckWait {
		next.AckWait = want.AckWait
		changes = append(changes, fmt.Sprintf("ack wait %s to %s", have.AckWait, want.AckWait))
	}
	if want.MaxAckPending != 0 && want.MaxAckPending != have.MaxAckPending {
		next.MaxAckPending = want.MaxAckPending
		changes = append(changes, fmt.Sprintf("max ack pending %d to %d", have.MaxAckPending, want.MaxAckPending))
	}
	if len(changes) == 0 {
		return Left, nil, nil
	}
	if _, err = b.js.UpdateConsumer(ctx, stream, next); err != nil {
		return Left, nil, fmt.Errorf("changing %s: %w", strings.Join(changes, ", "), explain(ctx, err))
	}
	return Changed, changes, nil
}
