package bus

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/notice"
)

// SubscribeConfig says what a subscriber sees, and from when on.
type SubscribeConfig struct {
	// Stream to read. Default: StreamClassified.
	Stream string
	// Subjects are filters with NATS's wildcards, such as
	// notices.classified.malware.*; no two may overlap. Empty: the whole stream.
	Subjects []string

	// All starts with the oldest message that the stream keeps.
	All bool
	// Since starts with the first message stored at or after it. Zero, and All
	// not set: only what is stored from now on.
	Since time.Time
	// UntilEnd returns at the end that the stream has now instead of following it.
	UntilEnd bool

	// Durable names a subscription that the server remembers: a later one of that
	// name goes on after the last message that was handled, whatever All and Since
	// say. The first makes it; another with other Subjects is ErrStreamDiffers. It
	// is kept until an administrator removes it, and may be shared by several
	// processes, each message going to one of them. Lower-case letters, digits, _
	// and -; not the name of a service. Empty: nothing is remembered.
	Durable string
}

// Limits of a subscription that nobody needs to size.
const (
	subscriberBatch    = 64
	subscriberAckWait  = 30 * time.Second
	subscriberInactive = time.Minute // then the server forgets one without a name
)

// Subscribe hands every message that cfg asks for to handle, one after the other,
// until ctx ends, the end is reached or handle fails, whose error it returns.
//
// Without Durable, each message comes once and in the order of the stream, also
// over lost connections. With it, a message is acknowledged when handle has
// returned nil, so that none is lost when the process is killed; those it had
// fetched then come again, up to 30 s later and so out of order, and one may be
// handled twice. When handle returns an error, its message and those fetched
// after it are given back.
//
// A subscriber asks for messages when it has room, so a slow one only falls
// behind: it slows nobody down, and loses nothing that the stream still keeps.
// It fails with ErrNoStream or ErrDenied; README.md lists the rights it needs.
func (b *Bus) Subscribe(ctx context.Context, cfg SubscribeConfig, handle func(context.Context, Delivery) error) error {
	if cfg.Stream == "" {
		cfg.Stream = StreamClassified
	}
	switch year := cfg.Since.UTC().Year(); { // the server counts in 64 bits of nanoseconds
	case year > 2261:
		cfg.Since = time.Unix(0, math.MaxInt64)
	case year < 1970 && !cfg.Since.IsZero():
		cfg.All = true
	}
	if cfg.Durable != "" {
		if err := checkSubscriberName(cfg.Durable); err != nil {
			return err
		}
	}
	consume := ConsumeConfig{Stream: cfg.Stream, Consumer: cfg.Durable, Batch: subscriberBatch}
	consume.defaults(b.MaxPayload())
	s := &subscriber{
		worker: worker{bus: b, cfg: consume, fetching: &fetching{}, log: b.log.With("stream", cfg.Stream, "subscriber", cfg.Durable)},
		cfg:    cfg,
	}
	err := s.run(ctx, handle)
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return nil
	}
	return err
}

func checkSubscriberName(name string) error {
	if !notice.IsToken(name) || len(name) > 64 || slices.Contains([]string{ConsumerClassifier, ConsumerLoader}, name) {
		return fmt.Errorf("%w: %q", ErrSubscriberName, name)
	}
	return nil
}

// Unsubscribe removes a durable subscriber of the classified stream: where it was is
// forgotten. It fails with ErrSubscriberName, so that no service loses its consumer,
// and with ErrNoSubscriber. It needs the right to publish to
// $JS.API.CONSUMER.DELETE.NOTICES_CLASSIFIED.<name>.
func (b *Bus) Unsubscribe(ctx context.Context, name string) error {
	if err := checkSubscriberName(name); err != nil {
		return err
	}
	ctx, cancel := b.request(ctx)
	defer cancel()
	err := b.js.DeleteConsumer(ctx, StreamClassified, name)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("%w: %s", ErrNoSubscriber, name)
	}
	if err = explain(ctx, err); err != nil {
		return fmt.Errorf("removing subscriber %s: %w", name, err)
	}
	return nil
}

// subscriber is one Subscribe: a worker's fetching and acknowledging, in the
// order of the stream where nothing is acknowledged.
type subscriber struct {
	worker
	cfg SubscribeConfig

	end  uint64 // of the stream when it was subscribed to
	next uint64 // where to go on; 0: nothing was seen and Since or All says it

	// Of the consumer that is in use, when it is not durable.
	delivered  uint64 // its own count
	reconnects uint64 // of the connection when it was made
	gone       bool   // it has to be made anew
}

func (s *subscriber) run(ctx context.Context, handle func(context.Context, Delivery) error) error {
	var err error
	if s.end, err = s.bus.LastSequence(ctx, s.cfg.Stream); err != nil {
		return err
	}
	if !s.cfg.All && s.cfg.Since.IsZero() {
		s.next = s.end + 1
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	defer func() { s.forget(ctx) }()
	for fails := 0; ctx.Err() == nil; {
		if err := s.reopen(ctx); err != nil {
			return err
		}
		if denied := s.bus.takeDenied(apiAck + s.cfg.Stream + "." + s.cfg.Durable); denied != nil {
			return fmt.Errorf("subscribing to %s: acknowledging: %w", s.cfg.Stream, denied)
		}
		if done, err := s.atEnd(ctx); done || err != nil {
			return err
		}
		batch, err := s.fetch(ctx)
		if err != nil {
			fails++
			s.gone = s.cfg.Durable == ""
			if err := s.lost(ctx, err, fails); err != nil && !(s.gone && errors.Is(err, ErrNoStream)) {
				return err
			}
			continue
		}
		fails = 0
		if denied := s.bus.takeDenied(apiNext + s.cfg.Stream + "." + s.consumer.CachedInfo().Name); denied != nil {
			return fmt.Errorf("subscribing to %s: %w", s.cfg.Stream, denied)
		}
		if err := s.handleAll(ctx, batch, handle); err != nil {
			return err
		}
	}
	return nil
}

// open finds or makes the consumer to fetch from.
func (s *subscriber) open(ctx context.Context) (err error) {
	ctx, cancel := s.bus.request(ctx)
	defer cancel()
	defer func() {
		if err = explain(ctx, err); err != nil {
			err = fmt.Errorf("subscribing to %s: %w", s.cfg.Stream, err)
		}
	}()
	want := jetstream.ConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy, FilterSubjects: s.cfg.Subjects}
	if len(s.cfg.Subjects) == 1 {
		want.FilterSubject, want.FilterSubjects = s.cfg.Subjects[0], nil
	}
	switch {
	case s.next > 0:
		want.DeliverPolicy, want.OptStartSeq = jetstream.DeliverByStartSequencePolicy, s.next
	case !s.cfg.All:
		want.DeliverPolicy, want.OptStartTime = jetstream.DeliverByStartTimePolicy, &s.cfg.Since
	}
	if s.cfg.Durable != "" {
		return s.openDurable(ctx, want)
	}
	want.AckPolicy = jetstream.AckNonePolicy
	want.InactiveThreshold, want.MemoryStorage, want.Replicas = subscriberInactive, true, 1
	s.delivered, s.reconnects = 0, s.bus.nc.Stats().Reconnects
	s.consumer, err = s.bus.js.CreateConsumer(ctx, s.cfg.Stream, want)
	return err
}

func (s *subscriber) openDurable(ctx context.Context, want jetstream.ConsumerConfig) (err error) {
	s.consumer, err = s.bus.js.Consumer(ctx, s.cfg.Stream, s.cfg.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		want.Durable, want.AckPolicy = s.cfg.Durable, jetstream.AckExplicitPolicy
		want.AckWait, want.MaxAckPending, want.MaxDeliver = subscriberAckWait, 4*subscriberBatch, Unlimited
		want.Description = "a subscriber; remove it when it is not needed any more"
		s.consumer, err = s.bus.js.CreateConsumer(ctx, s.cfg.Stream, want)
	}
	if err != nil {
		return err
	}
	have := s.consumer.CachedInfo().Config
	if !slices.Equal(filters(have), filters(want)) {
		return fmt.Errorf("%w: subscriber %s sees %v and %v is asked for; give it another name, or remove it", ErrStreamDiffers, s.cfg.Durable, filters(have), filters(want))
	}
	if have.AckPolicy != jetstream.AckExplicitPolicy || have.DeliverSubject != "" {
		return fmt.Errorf("%w: %s is no pull consumer with explicit acknowledgement", ErrStreamDiffers, s.cfg.Durable)
	}
	s.keepAlive = have.AckWait / 3
	return nil
}

// filters returns the subjects that a consumer sees, sorted.
func filters(c jetstream.ConsumerConfig) []string {
	list := slices.Clone(c.FilterSubjects)
	if c.FilterSubject != "" {
		list = append(list, c.FilterSubject)
	}
	slices.Sort(list)
	return list
}

// reopen replaces a nameless consumer that the server has forgotten, or that may
// have sent something into a connection that was being lost.
func (s *subscriber) reopen(ctx context.Context) error {
	for s.gone || s.cfg.Durable == "" && s.reconnects != s.bus.nc.Stats().Reconnects {
		if err := s.bus.waitConnected(ctx); err != nil {
			return err
		}
		err := s.open(ctx)
		if errors.Is(err, ErrNoStream) || errors.Is(err, ErrDenied) {
			return err
		}
		if s.gone = err != nil; s.gone {
			s.log.Warn("subscribing again is held up", "error", err)
			pause(ctx, time.Second)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// atEnd says whether a subscription that does not follow the stream is done.
func (s *subscriber) atEnd(ctx context.Context) (bool, error) {
	switch {
	case !s.cfg.UntilEnd:
		return false, nil
	case s.cfg.Durable == "":
		return s.next > s.end || s.delivered == 0 && s.consumer.CachedInfo().NumPending == 0, nil
	}
	p, err := s.bus.Pending(ctx, s.cfg.Stream, s.cfg.Durable)
	return p.InHand == 0 && (p.Waiting == 0 || p.DeliveredUpTo >= s.end), err
}

func (s *subscriber) handleAll(ctx context.Context, batch []Delivery, handle func(context.Context, Delivery) error) error {
	if s.cfg.Durable != "" {
		return s.handleDurable(ctx, batch, handle)
	}
	for _, d := range batch {
		if d.count != s.delivered+1 { // one got lost on its way
			s.gone = true
			return nil
		}
		s.delivered, s.next = d.count, d.Sequence+1
		if err := handle(ctx, d); err != nil {
			return err
		}
		if d.left == 0 && s.cfg.UntilEnd {
			s.next = s.end + 1
		}
		if ctx.Err() != nil || s.cfg.UntilEnd && s.next > s.end {
			return nil
		}
	}
	return nil
}

func (s *subscriber) handleDurable(ctx context.Context, batch []Delivery, handle func(context.Context, Delivery) error) (err error) {
	defer s.signsOfLife(batch)()
	for _, d := range batch {
		if err == nil && ctx.Err() == nil {
			if err = handle(ctx, d); err == nil {
				s.ack(ctx, d)
				continue
			}
		}
		s.giveBack(d, 0)
	}
	return err
}

// forget removes a nameless consumer; one that this fails for is forgotten by
// the server itself after a while.
func (s *subscriber) forget(ctx context.Context) {
	if s.cfg.Durable != "" || !s.bus.Connected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	ctx, done := s.bus.request(ctx)
	defer done()
	if err := s.bus.js.DeleteConsumer(ctx, s.cfg.Stream, s.consumer.CachedInfo().Name); err != nil {
		s.log.Debug("removing a subscription", "error", err)
	}
}
