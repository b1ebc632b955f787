package bus_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"owabi/pkg/bus"
)

func TestApplyTellsWhatItDid(t *testing.T) {
	t.Parallel()
	b := connect(t, embedded(t, bus.EmbeddedConfig{}))
	for _, test := range []struct {
		name      string
		streams   bus.StreamsConfig
		consumers bus.ConsumersConfig
		want      []string
	}{
		{"nothing is there", bus.StreamsConfig{Raw: bus.StreamLimits{MaxBytes: 1 << 20}}, bus.ConsumersConfig{}, []string{
			"stream NOTICES_RAW: made", "stream NOTICES_CLASSIFIED: made", "stream NOTICES_REJECTED: made",
			"consumer classifier on NOTICES_RAW: made", "consumer loader on NOTICES_CLASSIFIED: made"}},
		{"more is asked for", bus.StreamsConfig{Raw: bus.StreamLimits{MaxBytes: 2 << 20, Duplicates: 9600 * time.Hour}},
			bus.ConsumersConfig{Loader: bus.ConsumerLimits{AckWait: time.Hour, MaxAckPending: 5}}, []string{
				"stream NOTICES_RAW: changed: max bytes 1048576 to 2097152, duplicates window 8760h0m0s to 9600h0m0s",
				"stream NOTICES_CLASSIFIED: left as it is", "stream NOTICES_REJECTED: left as it is",
				"consumer classifier on NOTICES_RAW: left as it is",
				"consumer loader on NOTICES_CLASSIFIED: changed: ack wait 1m0s to 1h0m0s, max ack pending 100000 to 5"}},
	} {
		changes, err := b.Apply(t.Context(), test.streams, test.consumers)
		must(t, err)
		var got []string
		for _, c := range changes {
			got = append(got, c.String())
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	changes, err := b.Apply(t.Context(), bus.StreamsConfig{Rejected: bus.StreamLimits{MaxBytes: 1}}, bus.ConsumersConfig{})
	if !errors.Is(err, bus.ErrStreamDiffers) || len(changes) != 2 {
		t.Errorf("got %v and %v, want two streams left and ErrStreamDiffers for the third", changes, err)
	}
}

func TestStatusShowsCountsLagAndSettings(t *testing.T) {
	t.Parallel()
	b := connect(t, embedded(t, bus.EmbeddedConfig{}))
	if _, err := b.Status(t.Context()); !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("without streams: %v, want ErrNoStream", err)
	}
	must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{Raw: bus.StreamLimits{MaxBytes: 1 << 20, MaxAge: 48 * time.Hour}}))
	must(t, b.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1), raw(t, 2), raw(t, 3), raw(t, 4))
	must(t, b.Subscribe(t.Context(), bus.SubscribeConfig{Durable: "desk", UntilEnd: true, Subjects: []string{"notices.classified.loss.*"}}, nil))

	// The first is settled, the second in hand for the second time, two wait.
	cfg := classifier()
	cfg.Batch, cfg.RetryMin = 1, time.Millisecond
	var during bus.Status
	ctx, cancel := context.WithCancel(t.Context())
	must(t, b.Consume(ctx, cfg, bus.Each(func(_ context.Context, d bus.Delivery) (err error) {
		switch {
		case d.Sequence != 2:
			return nil
		case d.Tries == 1:
			return errors.New("not yet")
		}
		during, err = b.Status(t.Context())
		must(t, err)
		cancel()
		return nil
	})))

	s := during.Streams[0]
	if s.Name != bus.StreamRaw || s.Messages != 4 || s.LastSequence != 4 || s.Bytes == 0 || s.LastStored == nil || *s.MaxBytes != 1<<20 ||
		*s.MaxAgeSeconds != 172800 || s.DuplicatesSeconds != 172800 || s.Replicas != 1 || s.Discard != "new" || s.Storage != "file" || s.Retention != "limits" {
		t.Errorf("raw stream: %+v", s)
	}
	if c := during.Streams[1]; c.Messages != 0 || c.MaxBytes != nil || c.LastStored != nil {
		t.Errorf("classified stream: %+v", c)
	}
	if len(during.Consumers) != 3 {
		t.Fatalf("consumers: %+v", during.Consumers)
	}
	if c := during.Consumers[0]; c.Name != bus.ConsumerClassifier || c.InHand != 1 || c.Redelivered != 1 || !c.Durable || c.AckWaitSeconds != 60 || c.MaxAckPending != 20_000 {
		t.Errorf("classifier: %+v", c)
	}
	if c := during.Consumers[1]; c.Name != "desk" || !slices.Equal(c.Filters, []string{"notices.classified.loss.*"}) || c.Waiting != 0 {
		t.Errorf("subscriber: %+v", c)
	}
}
