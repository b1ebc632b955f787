package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

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
// where cfg asks for more; the list of refused notices, where there is one, gets as
// many replicas. It never makes one smaller, and never changes what a
// stream holds or how: then it fails with ErrStreamDiffers and leaves that stream
// as it is. It may be run any number of times, and needs the rights of an
// administrator.
func (b *Bus) EnsureStreams(ctx context.Context, cfg StreamsConfig) error {
	_, err := b.ensureStreams(ctx, cfg)
	return err
}

func (b *Bus) ensureStreams(ctx context.Context, cfg StreamsConfig) (changes []Change, err error) {
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
		what, details, err := b.ensureStream(ctx, want, s.duplicates)
		if err != nil {
			return changes, fmt.Errorf("stream %s: %w", s.name, err)
		}
		changes = append(changes, Change{Stream: s.name, What: what, Details: details})
	}
	refused, err := b.widenRefused(ctx, cfg.Replicas)
	return append(changes, refused...), err
}

func (b *Bus) ensureStream(ctx context.Context, want jetstream.StreamConfig, duplicates time.Duration) (What, []string, error) {
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
		_, err = b.js.CreateStream(ctx, want)
		return Made, nil, explain(ctx, err)
	}
	if err != nil {
		return Left, nil, explain(ctx, err)
	}
	return b.widenStream(ctx, stream, want)
}

func (b *Bus) widenStream(ctx context.Context, stream jetstream.Stream, want jetstream.StreamConfig) (What, []string, error) {
	next, changes, err := widened(stream.CachedInfo().Config, want)
	if err != nil || len(changes) == 0 {
		return Left, nil, err
	}
	if _, err := b.js.UpdateStream(ctx, next); err != nil {
		return Left, nil, fmt.Errorf("changing %s: %w", strings.Join(changes, ", "), explain(ctx, err))
	}
	b.log.Info("stream changed", "stream", want.Name, "changes", changes)
	return Changed, changes, nil
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
