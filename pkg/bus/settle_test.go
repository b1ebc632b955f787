package bus_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"owabi/pkg/bus"
)

// The rest of a batch gets signs of life, and what was given back none: each would begin
// its wait anew, for as long as the rest stays in hand. The batch is of several tries, for
// it is put into another order by these.
func TestSignsOfLife(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{Classifier: bus.ConsumerLimits{AckWait: time.Second}})
	acks := "$JS.ACK." + bus.StreamRaw + "." + bus.ConsumerClassifier + "."
	words := make(chan *nats.Msg, 100)
	heard, err := b.Conn().ChanSubscribe(acks+">", words)
	must(t, err)
	defer heard.Unsubscribe()
	last := map[string]string{} // by delivery: what settled it
	signs := func(ctx context.Context, n int) {
		for n > 0 && ctx.Err() == nil {
			select {
			case m := <-words:
				switch word := string(m.Data); {
				case word != "+WPI":
					last[m.Subject] = word
				case last[m.Subject] != "":
					t.Errorf("in work again after %s: %s", last[m.Subject], m.Subject)
				case strings.HasPrefix(m.Subject, acks+"1.2."): // the first try of message 2
					n--
				}
			case <-ctx.Done():
			}
		}
	}
	p := publisher(t, b, bus.PublisherConfig{})
	publishAll(t, p, raw(t, 1))
	cfg := classifier()
	cfg.Prepare = preparing(func(d bus.Delivery) (any, bool) {
		if d.Sequence == 1 && d.Tries == 2 {
			publishAll(t, p, raw(t, 2)) // comes behind it, into its batch
		}
		return nil, false
	})
	var batches [][2]int // of the first message: its number and tries
	stop := consuming(t, b, cfg, func(ctx context.Context, batch []bus.Delivery) []error {
		batches = append(batches, [2]int{int(batch[0].Sequence), batch[0].Tries})
		switch len(batches) {
		case 1:
			return bus.All(1, errors.New("not yet"))
		case 2:
			signs(ctx, 1)
			return []error{bus.Unavailable(errors.New("the place to put it")), errors.New("not yet")}
		case 3:
			signs(ctx, 2)
		}
		return nil
	})
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if want := [][2]int{{1, 1}, {2, 1}, {2, 1}, {1, 3}}; !slices.Equal(batches, want) {
		t.Errorf("batches by their first message and its tries: %v, want %v", batches, want)
	}
}
