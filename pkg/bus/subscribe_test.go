package bus_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

// classified makes the message of the i-th made-up classification.
func classified(t testing.TB, i int, c notice.Category, s notice.Sector) bus.Message {
	t.Helper()
	m, err := bus.ClassifiedMessage(notice.Classified{Classification: notice.Classification{
		NoticeID: fmt.Sprintf("%032x", i), Category: c, Sector: s,
	}})
	must(t, err)
	return m
}

// seen subscribes to the present end and returns the numbers of what came.
func seen(t testing.TB, b *bus.Bus, cfg bus.SubscribeConfig) []int {
	t.Helper()
	cfg.UntilEnd = true
	var list []int
	must(t, b.Subscribe(t.Context(), cfg, func(_ context.Context, d bus.Delivery) error {
		list = append(list, number(t, d))
		return nil
	}))
	return list
}

func number(t testing.TB, d bus.Delivery) (i int) {
	t.Helper()
	_, err := fmt.Sscanf(d.Header.Get(bus.HeaderSubject), "%x", &i)
	must(t, err)
	return i
}

func TestASubscriberSeesWhatItAsksFor(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	if got := seen(t, b, bus.SubscribeConfig{All: true}); len(got) != 0 {
		t.Errorf("an empty stream shows %v", got)
	}
	p := publisher(t, b, bus.PublisherConfig{})
	for _, m := range []bus.Message{
		classified(t, 1, notice.Malware, notice.Education), classified(t, 2, notice.Malware, notice.Media),
		classified(t, 3, notice.Loss, notice.Education), classified(t, 4, notice.Theft, notice.Media),
	} {
		publishAll(t, p, m)

	}
	var third time.Time
	must(t, b.Subscribe(t.Context(), bus.SubscribeConfig{All: true, UntilEnd: true}, func(_ context.Context, d bus.Delivery) error {
		if number(t, d) == 3 {
			third = d.Stored
		}
		return nil
	}))
	for _, test := range []struct {
		name string
		cfg  bus.SubscribeConfig
		want []int
	}{
		{"all", bus.SubscribeConfig{All: true}, []int{1, 2, 3, 4}},
		{"what is new", bus.SubscribeConfig{}, nil},
		{"since the third", bus.SubscribeConfig{Since: third}, []int{3, 4}},
		{"since tomorrow", bus.SubscribeConfig{Since: time.Now().Add(24 * time.Hour)}, nil},
		{"since the end of times", bus.SubscribeConfig{Since: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, nil},
		{"since their beginning", bus.SubscribeConfig{Since: time.Date(-100, 1, 1, 0, 0, 0, 0, time.UTC)}, []int{1, 2, 3, 4}},
		{"one category", bus.SubscribeConfig{All: true, Subjects: []string{"notices.classified.malware.*"}}, []int{1, 2}},
		{"one sector", bus.SubscribeConfig{All: true, Subjects: []string{"notices.classified.*.media"}}, []int{2, 4}},
		{"two pairs", bus.SubscribeConfig{All: true, Subjects: []string{"notices.classified.loss.education", "notices.classified.theft.media"}}, []int{3, 4}},
		{"nothing of the kind", bus.SubscribeConfig{All: true, Subjects: []string{"notices.classified.phishing.*"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := seen(t, b, test.cfg); !slices.Equal(got, test.want) {
				t.Errorf("saw %v, want %v", got, test.want)
			}
		})
	}
}

func TestADurableSubscriberGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	for i := range 4 {
		publishAll(t, p, classified(t, i+1, notice.Loss, notice.Media))
	}
	enough := errors.New("enough")
	var first []int
	err := b.Subscribe(t.Context(), bus.SubscribeConfig{All: true, Durable: "desk"}, func(_ context.Context, d bus.Delivery) error {
		if number(t, d) == 3 {
			return enough
		}
		first = append(first, number(t, d))
		return nil
	})
	if !errors.Is(err, enough) || !slices.Equal(first, []int{1, 2}) {
		t.Fatalf("saw %v, %v; want 1 and 2 and its own error", first, err)
	}
	publishAll(t, p, classified(t, 5, notice.Loss, notice.Media))
	// What was given back comes again, be it behind what was not fetched yet.
	rest := seen(t, b, bus.SubscribeConfig{Durable: "desk"})
	slices.Sort(rest)
	if !slices.Equal(rest, []int{3, 4, 5}) {
		t.Errorf("goes on with %v, want 3, 4 and 5", rest)
	}
	if again := seen(t, b, bus.SubscribeConfig{All: true, Durable: "desk"}); len(again) != 0 {
		t.Errorf("comes again: %v", again)
	}

	nothing := func(context.Context, bus.Delivery) error { return nil }
	for name, want := range map[string]error{
		"desk": bus.ErrStreamDiffers, "loader": bus.ErrSubscriberName, "classifier": bus.ErrSubscriberName,
		"a.b": bus.ErrSubscriberName, "机": bus.ErrSubscriberName, strings.Repeat("x", 65): bus.ErrSubscriberName,
	} {
		cfg := bus.SubscribeConfig{Durable: name, Subjects: []string{"notices.classified.theft.*"}, UntilEnd: true}
		if err := b.Subscribe(t.Context(), cfg, nothing); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	if err := b.Subscribe(t.Context(), bus.SubscribeConfig{Stream: "NOTHING"}, nothing); !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("got %v, want ErrNoStream", err)
	}
}

func TestASubscriberOutlivesTheServerAndKeepsTheOrder(t *testing.T) {
	t.Parallel()
	for _, durable := range []string{"", "desk"} {
		t.Run("durable "+durable, func(t *testing.T) {
			cfg := bus.EmbeddedConfig{StoreDir: t.TempDir(), Listen: "127.0.0.1:0"}
			s := embedded(t, cfg)
			cfg.Listen = strings.TrimPrefix(s.ClientURL(), "nats://")
			b, err := bus.Connect(t.Context(), bus.Config{URLs: s.ClientURL(), Logger: testLog(t)})
			must(t, err)
			t.Cleanup(b.Close)
			must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{}))
			if durable != "" { // what is in hand when the server dies comes again after a second, not thirty
				js, err := jetstream.New(b.Conn())
				must(t, err)
				_, err = js.CreateConsumer(t.Context(), bus.StreamClassified, jetstream.ConsumerConfig{
					Durable: durable, AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Second})
				must(t, err)
			}
			p := publisher(t, b, bus.PublisherConfig{})
			const n = 600
			got := make(chan int, 10*n)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- b.Subscribe(ctx, bus.SubscribeConfig{All: true, Durable: durable}, func(_ context.Context, d bus.Delivery) error {
					got <- number(t, d)
					return nil
				})
			}()
			for i := range n {
				if i == n/3 { // it has seen something and is in the midst of it
					if first := <-got; first != 0 {
						t.Errorf("began with %d", first)
					}
					s.Close()
					s = embedded(t, cfg)
				}
				publishAll(t, p, classified(t, i, notice.Loss, notice.Media))
			}
			times := map[int]int{0: 1}
			for last := 0; len(times) < n; {
				i := <-got
				if durable == "" && i != last+1 {
					t.Fatalf("%d after %d", i, last)
				}
				last = i
				times[i]++
			}
			cancel()
			must(t, <-ended)
		})
	}
}

func TestASubscriptionEndsWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	s := embedded(t, bus.EmbeddedConfig{Listen: "127.0.0.1:0"})
	ready(t, s, bus.StreamsConfig{}, bus.ConsumersConfig{})
	b, err := bus.Connect(t.Context(), bus.Config{URLs: s.ClientURL(), Logger: silent()})
	must(t, err)
	defer b.Close()
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), classified(t, 1, notice.Loss, notice.Media))
	for _, durable := range []string{"", "desk"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		begun, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- b.Subscribe(ctx, bus.SubscribeConfig{All: true, Durable: durable}, func(context.Context, bus.Delivery) error {
				close(begun)
				return nil
			})
		}()
		<-begun
		if durable != "" {
			s.Close()
		}
		cancel(errors.New("somebody pressed Ctrl-C"))
		must(t, <-ended)
	}
}

// Three subscribers that do not keep up, one of each kind: one without a name and
// one with, that never come back from their first message, and a plain one that
// never reads its connection. The pipeline beside them completes.
func TestASubscriberThatIsSlowOrDeadHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := embedded(t, bus.EmbeddedConfig{Listen: "127.0.0.1:0"})
	b := ready(t, s, bus.StreamsConfig{}, bus.ConsumersConfig{})

	dead, err := net.Dial("tcp", strings.TrimPrefix(s.ClientURL(), "nats://"))
	must(t, err)
	defer dead.Close()
	_, err = dead.Write([]byte("CONNECT {\"verbose\":false}\r\nSUB notices.> 1\r\nPING\r\n"))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	stuck := make(chan struct{}, 2)
	ended := make(chan error, 2)
	counts := map[string]*int{"": new(int), "desk": new(int)}
	const n = 3000
	for _, name := range []string{"", "desk"} {
		go func() {
			ended <- b.Subscribe(ctx, bus.SubscribeConfig{All: true, Durable: name}, func(context.Context, bus.Delivery) error {
				if *counts[name]++; *counts[name] == 1 {
					stuck <- struct{}{}
					<-release
				}
				if *counts[name] == n {
					stuck <- struct{}{}
				}
				return nil
			})
		}()
	}

	onward := publisher(t, b, bus.PublisherConfig{})
	body := []byte(`"` + strings.Repeat("長い本文", 1000) + `"`)
	stopClassifier := consuming(t, b, classifier(), func(ctx context.Context, batch []bus.Delivery) []error {
		errs := make([]error, len(batch))
		for i, d := range batch {
			r, err := onward.Publish(ctx, bus.Message{Subject: "notices.classified.loss.media", ID: d.Header.Get(bus.HeaderID), Type: notice.TypeClassified, Source: "/test", Data: body})
			if err == nil {
				_, err = r.Wait(ctx)
			}
			errs[i] = err
		}
		return errs
	})
	loaded := 0
	load := classifier()
	load.Stream, load.Consumer, load.Stage = bus.StreamClassified, bus.ConsumerLoader, notice.StageLoader
	stopLoader := consuming(t, b, load, func(_ context.Context, batch []bus.Delivery) []error {
		loaded += len(batch)
		return nil
	})
	p := publisher(t, b, bus.PublisherConfig{})
	publishRaw(t, p, n)
	<-stuck
	<-stuck
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	must(t, b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader))
	stopClassifier()
	stopLoader()
	if got, want := p.Counts(), (bus.Counts{Stored: n}); got != want || loaded != n {
		t.Errorf("published %+v, loaded %d; want %d of each", got, loaded, n)
	}
	// And those who were slow have lost nothing.
	close(release)
	<-stuck
	<-stuck
	cancel()
	must(t, <-ended)
	must(t, <-ended)
}

func TestAForgottenSubscriptionLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), classified(t, 1, notice.Loss, notice.Media))
	seen(t, b, bus.SubscribeConfig{All: true})
	js, err := jetstream.New(b.Conn())
	must(t, err)
	stream, err := js.Stream(t.Context(), bus.StreamClassified)
	must(t, err)
	if n := stream.CachedInfo().State.Consumers; n != 1 {
		t.Errorf("%d consumers on the stream, want the loader's alone", n)
	}
}

// The rights that README.md gives to subscribers are enough, and keep them away
// from the loader's consumer.
func TestSubscribersRights(t *testing.T) {
	t.Parallel()
	const s = "NOTICES_CLASSIFIED"
	url := serverWithUsers(t,
		user("tail", []string{"$JS.API.STREAM.INFO." + s, "$JS.API.CONSUMER.CREATE." + s + ".>", "$JS.API.CONSUMER.MSG.NEXT." + s + ".*", "$JS.API.CONSUMER.DELETE." + s + ".*"},
			"$JS.API.CONSUMER.CREATE."+s+".loader", "$JS.API.CONSUMER.CREATE."+s+".loader.>", "$JS.API.CONSUMER.MSG.NEXT."+s+".loader", "$JS.API.CONSUMER.DELETE."+s+".loader"),
		user("desk", []string{"$JS.API.STREAM.INFO." + s, "$JS.API.CONSUMER.INFO." + s + ".desk", "$JS.API.CONSUMER.MSG.NEXT." + s + ".desk", "$JS.ACK." + s + ".desk.>", "$JS.ACK.*.*." + s + ".desk.>",
			"$JS.API.CONSUMER.CREATE." + s + ".desk", "$JS.API.CONSUMER.CREATE." + s + ".desk.>"}),
		user("observer", []string{"$JS.API.STREAM.INFO.*", "$JS.API.CONSUMER.LIST.*"}),
		user("mute", []string{"$JS.API.STREAM.INFO." + s, "$JS.API.CONSUMER.INFO." + s + ".mute", "$JS.API.CONSUMER.MSG.NEXT." + s + ".mute", "$JS.API.CONSUMER.CREATE." + s + ".mute.>"}),
		user("weak", []string{"$JS.API.STREAM.INFO." + s, "$JS.API.CONSUMER.CREATE." + s + ".>"}),
	)
	admin, tail, desk, weak := as(t, url, "admin"), as(t, url, "tail"), as(t, url, "desk"), as(t, url, "weak")
	must(t, admin.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	must(t, admin.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
	publishAll(t, publisher(t, admin, bus.PublisherConfig{}), classified(t, 1, notice.Loss, notice.Media), classified(t, 2, notice.Theft, notice.Media))
	for _, cfg := range []bus.SubscribeConfig{{All: true}, {All: true, Subjects: []string{"notices.classified.*.media"}}} {
		if got := seen(t, tail, cfg); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("tail sees %v", got)
		}
		cfg.Durable = "desk"
		if got := seen(t, desk, cfg); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("desk sees %v", got)
		}
		must(t, admin.Unsubscribe(t.Context(), "desk"))
	}
	if status, err := as(t, url, "observer").Status(t.Context()); err != nil || len(status.Streams) != 3 || len(status.Consumers) != 2 {
		t.Errorf("the observer sees %+v, %v", status, err)
	}
	js, err := jetstream.New(tail.Conn())
	must(t, err)
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := js.DeleteConsumer(short, s, bus.ConsumerLoader); err == nil {
		t.Error("a subscriber may remove the loader's consumer")
	}
	nothing := func(context.Context, bus.Delivery) error { return nil }
	for err, want := range map[error]error{
		admin.Unsubscribe(t.Context(), bus.ConsumerLoader): bus.ErrSubscriberName,
		admin.Unsubscribe(t.Context(), "desk"):             bus.ErrNoSubscriber,
		tail.Unsubscribe(t.Context(), "nobody"):            bus.ErrNoSubscriber,
	} {
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	for name, err := range map[string]error{
		"another's name":          desk.Subscribe(t.Context(), bus.SubscribeConfig{Durable: "other"}, nothing),
		"nameless as a desk":      desk.Subscribe(t.Context(), bus.SubscribeConfig{All: true}, nothing),
		"no right to acknowledge": as(t, url, "mute").Subscribe(t.Context(), bus.SubscribeConfig{Durable: "mute", All: true, UntilEnd: true, Subjects: []string{"notices.classified.*.media"}}, nothing),
		"no right to messages":    weak.Subscribe(t.Context(), bus.SubscribeConfig{All: true}, nothing),
	} {
		if !errors.Is(err, bus.ErrDenied) {
			t.Errorf("%s: got %v, want ErrDenied", name, err)
		}
	}
}
