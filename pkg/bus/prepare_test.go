package bus_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/notice"
)

// handedOn is what a handler was given of one message, by delivery.
type handedOn struct {
	Prepared any
	Whole    bool // with data and headers
}

// preparing prepares the messages of all batches alike.
func preparing(prepare func(bus.Delivery) (any, bool)) func() func(bus.Delivery) (any, bool) {
	return func() func(bus.Delivery) (any, bool) { return prepare }
}

// What Prepare makes of each message reaches the handler; one that it panics over comes
// without. The data stay away where the prepared is enough, all headers with them, and come
// with the message's second delivery.
func TestPreparedMessages(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1), raw(t, 2), raw(t, 3), raw(t, 4))
	cfg := classifier()
	ids := map[uint64]string{} // parts of all headers
	cfg.Prepare = preparing(func(d bus.Delivery) (any, bool) {
		ids[d.Sequence] = d.Header.Get(bus.HeaderID)
		if d.Sequence == 2 {
			panic("no such rune")
		}
		return d.Sequence, d.Sequence != 3
	})
	got := map[uint64][]handedOn{}
	stop := consuming(t, b, cfg, bus.Each(func(ctx context.Context, d bus.Delivery) error {
		whole := bytes.Equal(d.Data, raw(t, int(d.Sequence)).Data) && d.Header.Get(bus.HeaderID) == raw(t, int(d.Sequence)).ID
		if !whole && (d.Data != nil || d.Header != nil) {
			t.Errorf("half of message %d: %s %v", d.Sequence, d.Data, d.Header)
		}
		if id := ids[d.Sequence]; !whole && (bus.About(d) != id || unsafe.StringData(bus.About(d)) == unsafe.StringData(id)) {
			t.Errorf("of the headers of message %d is kept %q, or all", d.Sequence, bus.About(d))
		}
		got[d.Sequence] = append(got[d.Sequence], handedOn{d.Prepared, whole})
		if again, err := d.Whole(ctx); err != nil || !bytes.Equal(again.Data, raw(t, int(d.Sequence)).Data) || again.Header.Get(bus.HeaderID) != raw(t, int(d.Sequence)).ID {
			t.Errorf("message %d read again: %s %v, error %v", d.Sequence, again.Data, again.Header, err)
		}
		if d.Sequence == 4 && d.Tries == 1 {
			return errors.New("not yet")
		}
		return nil
	}))
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	want := map[uint64][]handedOn{1: {{uint64(1), false}}, 2: {{nil, true}}, 3: {{uint64(3), true}}, 4: {{uint64(4), false}, {uint64(4), true}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A message whose data did not stay is rejected whole, at once where the stream can be
// read directly, else when it comes the second time.
func TestALightMessageIsRejectedWhole(t *testing.T) {
	for name, direct := range map[string]bool{"read again": true, "given back": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := embedded(t, bus.EmbeddedConfig{Listen: "127.0.0.1:0", Logger: silent()})
			b := ready(t, server, bus.StreamsConfig{}, bus.ConsumersConfig{})
			bustest.AllowDirect(t, server.ClientURL(), bus.StreamRaw, direct)
			publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
			cfg := classifier()
			var headers nats.Header
			cfg.Prepare = preparing(func(d bus.Delivery) (any, bool) {
				headers = maps.Clone(d.Header)
				return true, true
			})
			deliveries := 0
			stop := consuming(t, b, cfg, bus.Each(func(_ context.Context, d bus.Delivery) error {
				deliveries++
				return bus.Permanent(errors.New("nobody wants it"))
			}))
			must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
			stop()
			list := rejections(t, b)
			if len(list) != 1 || !bytes.Equal(list[0].Raw, raw(t, 1).Data) || list[0].NoticeID != raw(t, 1).ID || list[0].Tries != deliveries {
				t.Fatalf("after %d deliveries: %+v", deliveries, list)
			}
			if diff := cmp.Diff(map[string][]string(headers), list[0].Headers); diff != "" {
				t.Errorf("headers (-delivered +rejected):\n%s", diff)
			}
			if direct != (deliveries == 1) {
				t.Errorf("%d deliveries", deliveries)
			}
		})
	}
}

// What is gone from its stream does not come again to be rejected: what is known of it is
// filed, and nothing of a message that has taken its place.
func TestALightMessageThatIsGoneIsRejected(t *testing.T) {
	for name, remove := range map[string]func(*testing.T, *bus.Bus){
		"erased": func(t *testing.T, b *bus.Bus) {
			must(t, b.Erase(t.Context(), bus.Trace{Stream: bus.StreamRaw, Sequence: 1}))
		},
		"its stream made anew": func(t *testing.T, b *bus.Bus) {
			js, err := jetstream.New(b.Conn())
			must(t, err)
			must(t, js.DeleteStream(t.Context(), bus.StreamRaw))
			must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{}))
			must(t, b.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
			publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
			publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
			cfg := classifier()
			cfg.Prepare = preparing(func(bus.Delivery) (any, bool) { return true, true })
			removed, calls := make(chan struct{}), 0
			stop := consuming(t, b, cfg, bus.Each(func(ctx context.Context, d bus.Delivery) error {
				if calls++; calls > 1 {
					return nil
				}
				remove(t, b)
				close(removed)
				if _, err := d.Whole(ctx); !errors.Is(err, bus.ErrNotStored) {
					t.Errorf("reading it again: %v, want ErrNotStored", err)
				}
				return bus.Permanent(errors.New("nobody wants it"))
			}))
			<-removed
			must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
			stop()
			list := allRejections(t, b, notice.StageClassifier)
			if len(list) != 1 || list[0].NoticeID != raw(t, 1).ID || len(list[0].Raw) != 0 || len(list[0].Headers) != 0 || !list[0].Truncated || list[0].Sequence != 1 {
				t.Fatalf("rejected: %+v", list)
			}
			if _, err := b.Retry(t.Context(), list[0]); !errors.Is(err, bus.ErrNoRetry) {
				t.Errorf("retrying it: %v, want ErrNoRetry", err)
			}
		})
	}
}

// Who may not read the stream directly gets the first message that has to be rejected a
// second time, and keeps those that come after it whole: each refusal takes its time.
func TestWhoMayNotReadKeepsMessagesWhole(t *testing.T) {
	t.Parallel()
	url := serverWithUsers(t, user("worker", []string{"$JS.API.CONSUMER.INFO.NOTICES_RAW.classifier", "$JS.API.CONSUMER.MSG.NEXT.NOTICES_RAW.classifier",
		"$JS.ACK.NOTICES_RAW.classifier.>", "$JS.ACK.*.*.NOTICES_RAW.classifier.>", "notices.rejected.classifier"}))
	admin := as(t, url, "admin")
	must(t, admin.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	must(t, admin.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
	publishAll(t, publisher(t, admin, bus.PublisherConfig{}), raw(t, 1), raw(t, 2), raw(t, 3))
	cfg := classifier()
	cfg.Batch = 1
	cfg.Prepare = preparing(func(bus.Delivery) (any, bool) { return true, true })
	stop := consuming(t, as(t, url, "worker"), cfg, bus.Each(func(context.Context, bus.Delivery) error {
		return bus.Permanent(errors.New("nobody wants it"))
	}))
	must(t, admin.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	tries := map[uint64]int{}
	for _, r := range rejections(t, admin) {
		if tries[r.Sequence] = r.Tries; !bytes.Equal(r.Raw, raw(t, int(r.Sequence)).Data) {
			t.Errorf("message %d was rejected with %q", r.Sequence, r.Raw)
		}
	}
	if diff := cmp.Diff(map[uint64]int{1: 2, 2: 1, 3: 1}, tries); diff != "" {
		t.Errorf("tries by message (-want +got):\n%s", diff)
	}
}
