package bus_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
	"owabi/pkg/notice/schematest"
)

// allRejections reads what Rejections says of a stage.
func allRejections(t testing.TB, b *bus.Bus, stage notice.Stage) []bus.Rejected {
	t.Helper()
	var list []bus.Rejected
	must(t, b.Rejections(t.Context(), stage, time.Time{}, func(r bus.Rejected) error {
		list = append(list, r)
		return nil
	}))
	return list
}

// handleAll runs the classifier's consumer until everything is settled.
func handleAll(t *testing.T, b *bus.Bus, handle func(bus.Delivery) error) {
	t.Helper()
	cfg := classifier()
	cfg.MaxDeliver = 2
	stop := consuming(t, b, cfg, bus.Each(func(_ context.Context, d bus.Delivery) error { return handle(d) }))
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
}

func TestARejectedMessageIsRetriedOnceAndHandledAnew(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1), raw(t, 2))
	broken := func(d bus.Delivery) error {
		if d.Header.Get(bus.HeaderID) == raw(t, 1).ID {
			return errors.New("a fault in the code")
		}
		return nil
	}
	handleAll(t, b, broken)
	first := allRejections(t, b, "")
	if len(first) != 1 || first[0].Number != 1 || first[0].Tries != 2 || first[0].Retried != nil || first[0].NoRetry != "" ||
		first[0].Stream != bus.StreamRaw || first[0].Sequence != 1 || first[0].NoticeID != raw(t, 1).ID {
		t.Fatalf("rejections: %+v", first)
	}
	for _, data := range storedIn(t, b, bus.StreamRejected) {
		schematest.Check(t, notice.TypeRejected, data)
	}

	// The fault is still there: the retry is another rejection, and counts on.
	retried, err := b.Retry(t.Context(), first[0])
	must(t, err)
	if retried.Stream != bus.StreamRaw || retried.Sequence != 3 {
		t.Errorf("retried: %+v", retried)
	}
	handleAll(t, b, broken)
	second := allRejections(t, b, notice.StageClassifier)
	if len(second) != 2 || second[0].Retried == nil || second[0].Retried.Sequence != 3 || second[1].Retried != nil || second[1].Tries != 4 || second[1].ID == second[0].ID {
		t.Fatalf("rejections after a retry in vain: %+v", second)
	}

	// The fault is mended. Whoever retries what he listed before, or whose process
	// died before the retry was noted, publishes nothing twice.
	if _, err := b.Retry(t.Context(), second[0]); !errors.Is(err, bus.ErrRetried) {
		t.Errorf("retried twice: %v, want ErrRetried", err)
	}
	for _, r := range []bus.Rejected{first[0], second[1], second[1]} {
		if _, err := b.Retry(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	var handled []bus.Delivery
	handleAll(t, b, func(d bus.Delivery) error { handled = append(handled, d); return nil })
	if len(handled) != 1 {
		t.Fatalf("%d messages handled after the retries, want 1", len(handled))
	}
	d := handled[0]
	if d.Subject != "notices.raw.jsonl" || !bytes.Equal(d.Data, raw(t, 1).Data) || d.Header.Get(bus.HeaderID) != raw(t, 1).ID ||
		d.Header.Get(bus.HeaderType) != notice.TypeRaw || d.Header.Get(bus.HeaderTries) != "4" || d.Header.Get(bus.HeaderRetryOf) != second[1].ID {
		t.Errorf("handled: %s %v", d.Subject, d.Header)
	}
	last := allRejections(t, b, "")
	if len(last) != 2 || last[0].Retried == nil || last[1].Retried == nil {
		t.Errorf("rejections in the end: %+v", last)
	}
	one, err := b.Rejection(t.Context(), 1)
	if err != nil || one.ID != first[0].ID || one.Retried == nil {
		t.Errorf("rejection 1: %+v, %v", one, err)
	}
	if _, err := b.Rejection(t.Context(), 99); !errors.Is(err, bus.ErrNotStored) {
		t.Errorf("rejection 99: %v, want ErrNotStored", err)
	}
	notes := 0
	must(t, b.Subscribe(t.Context(), bus.SubscribeConfig{Stream: bus.StreamRejected, Subjects: []string{"notices.rejected.*.retried"}, All: true, UntilEnd: true},
		func(_ context.Context, d bus.Delivery) error {
			notes++
			schematest.Check(t, notice.TypeRetried, d.Data)
			return nil
		}))
	if notes != 2 {
		t.Errorf("%d notes of retries, want 2", notes)
	}
}

func TestWhatARejectionCouldNotHoldIsRetriedFromTheStream(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	large := raw(t, 1)
	large.Data = []byte(`"` + strings.Repeat("x", notice.MaxRejectedBytes) + `"`)
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), large)
	headers := nats.NewMsg("notices.raw.jsonl")
	headers.Header.Set("x-long", strings.Repeat("y", 60_000))
	headers.Data = []byte("{}")
	js, err := jetstream.New(b.Conn())
	must(t, err)
	_, err = js.PublishMsg(t.Context(), headers)
	must(t, err)
	handleAll(t, b, func(bus.Delivery) error { return bus.Permanent(errors.New("no")) })
	list := allRejections(t, b, "")
	if len(list) != 2 || !list[0].Truncated || !list[1].Truncated || list[1].Headers != nil || len(list[0].Raw) != notice.MaxRejectedBytes {
		t.Fatal("two rejections that hold only a part are wanted")
	}
	for _, r := range list {
		_, err := b.Retry(t.Context(), r)
		must(t, err)
	}
	var got []bus.Delivery
	handleAll(t, b, func(d bus.Delivery) error { got = append(got, d); return nil })
	if len(got) != 2 || !bytes.Equal(got[0].Data, large.Data) || len(got[1].Header.Get("x-long")) != 60_000 {
		t.Errorf("%d retried, not as they were", len(got))
	}

	// The stream has let it go.
	stream, err := js.Stream(t.Context(), bus.StreamRaw)
	must(t, err)
	must(t, stream.Purge(t.Context()))
	list[0].Retried = nil
	if _, err := b.Retry(t.Context(), list[0]); !errors.Is(err, bus.ErrNoRetry) || !strings.Contains(err.Error(), "NOTICES_RAW does not keep message 1") {
		t.Errorf("got %v, want ErrNoRetry", err)
	}
}

func TestWhatIngestRejected(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	reject := func(line int, raw []byte, id string) {
		r := notice.NewRejection(notice.StageIngest, "見本.jsonl", line, raw, errors.New("no"))
		r.NoticeID = id
		must(t, b.Reject(t.Context(), r))
	}
	reject(3, []byte("{"), "")
	reject(0, nil, "")
	reject(4, raw(t, 1).Data, raw(t, 1).ID)
	reject(5, bytes.Repeat([]byte("長"), notice.MaxRejectedBytes), raw(t, 2).ID)
	reject(6, []byte(`{"id":"x"}`), "x")
	list := allRejections(t, b, notice.StageIngest)
	for i, says := range []string{"mend line 3 of 見本.jsonl", "mend 見本.jsonl", "", "ingest 見本.jsonl again", "the notice has no text"} {
		_, err := b.Retry(t.Context(), list[i])
		if (says == "") != (err == nil) || err != nil && (!errors.Is(err, bus.ErrNoRetry) || !strings.Contains(err.Error(), says)) {
			t.Errorf("rejection %d: %v, want %q", i+1, err, says)
		}
	}
	// It keeps its id: reading the source again is a duplicate.
	if o := publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1)); o[0] != bus.Duplicate {
		t.Errorf("the retried notice ingested again: %v, want a duplicate", o[0])
	}
}

// storing is a log that tells when storing a message is held up.
type storing struct {
	slog.Handler
	heldUp chan struct{}
}

func (s storing) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "storing a message is held up") {
		select {
		case s.heldUp <- struct{}{}:
		default:
		}
	}
	return s.Handler.Handle(ctx, r)
}

// A rejection is stored before its message is given up: while the rejected stream
// takes nothing, the message stays.
func TestRejectingPublishesFirst(t *testing.T) {
	t.Parallel()
	log := storing{testLog(t).Handler(), make(chan struct{}, 100)}
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: slog.New(log)}), bus.StreamsConfig{Rejected: bus.StreamLimits{MaxBytes: 400}}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
	stop := consuming(t, b, classifier(), bus.Each(func(context.Context, bus.Delivery) error { return bus.Permanent(errors.New("no")) }))
	<-log.heldUp
	p, err := b.Pending(t.Context(), bus.StreamRaw, bus.ConsumerClassifier)
	if err != nil || p.InHand != 1 {
		t.Errorf("%+v, %v: the message is not in hand while its rejection is not stored", p, err)
	}
	must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{Rejected: bus.StreamLimits{MaxBytes: 1 << 20}}))
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if n := len(rejections(t, b)); n != 1 {
		t.Errorf("%d rejections, want 1", n)
	}
}

// A server that takes only small messages gets a rejection without the message,
// which the stream still has.
func TestARejectionFitsWhatTheServerTakes(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{MaxPayload: 64 << 10}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	m := raw(t, 1)
	m.Data = []byte(`"` + strings.Repeat("x", 60<<10) + `"`)
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), m)
	handleAll(t, b, func(bus.Delivery) error { return bus.Permanent(errors.New(strings.Repeat("理由", 3000))) })
	list := allRejections(t, b, "")
	if len(list) != 1 || !list[0].Truncated || len(list[0].Reason) > notice.MaxReasonBytes+10 {
		t.Fatalf("rejections: %d", len(list))
	}
	_, err := b.Retry(t.Context(), list[0])
	must(t, err)
	handleAll(t, b, func(d bus.Delivery) error {
		if !bytes.Equal(d.Data, m.Data) {
			t.Error("it was not retried as it was")
		}
		return nil
	})
}

// A message over which its process died again and again is rejected unhandled.
func TestAMessageWithoutAVerdictEndsAmongTheRejected(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1))
	js, err := jetstream.New(b.Conn())
	must(t, err)
	c, err := js.Consumer(t.Context(), bus.StreamRaw, bus.ConsumerClassifier)
	must(t, err)
	for range 4 { // delivered again each time, as after AckWait when a process has died
		m, err := c.Next()
		must(t, err)
		must(t, m.Nak())
	}
	handleAll(t, b, func(bus.Delivery) error { t.Error("it is handled"); return nil })
	got := rejections(t, b)
	if len(got) != 1 || !strings.Contains(got[0].Reason, "delivered 4 times without a verdict") || got[0].Tries != 5 {
		t.Errorf("rejections: %+v", got)
	}
}

// The rights that README.md gives to who retries are enough.
func TestRetryOperatorsRights(t *testing.T) {
	t.Parallel()
	const s = "NOTICES_REJECTED"
	list := []string{"$JS.API.STREAM.INFO." + s, "$JS.API.CONSUMER.CREATE." + s + ".>", "$JS.API.CONSUMER.MSG.NEXT." + s + ".*", "$JS.API.CONSUMER.DELETE." + s + ".*", "$JS.API.DIRECT.GET." + s}
	url := serverWithUsers(t, user("list", list), user("retry", slices.Concat(list, []string{
		"$JS.API.DIRECT.GET.NOTICES_RAW", "$JS.API.DIRECT.GET.NOTICES_CLASSIFIED", "notices.raw.*", "notices.classified.*.*", "notices.rejected.*.retried"})))
	admin, lister, retrier := as(t, url, "admin"), as(t, url, "list"), as(t, url, "retry")
	must(t, admin.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	must(t, admin.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
	large := raw(t, 2)
	large.Data = bytes.Repeat([]byte("x"), notice.MaxRejectedBytes+1)
	publishAll(t, publisher(t, admin, bus.PublisherConfig{}), raw(t, 1), large)
	handleAll(t, admin, func(bus.Delivery) error { return bus.Permanent(errors.New("no")) })
	one, err := lister.Rejection(t.Context(), 1)
	must(t, err)
	if _, err := lister.Retry(t.Context(), one); !errors.Is(err, bus.ErrDenied) {
		t.Errorf("who may only list retries: %v, want ErrDenied", err)
	}
	for _, r := range allRejections(t, retrier, "") {
		if _, err := retrier.Retry(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	if n := len(storedIn(t, admin, bus.StreamRaw)); n != 4 {
		t.Errorf("%d on the raw stream, want 4", n)
	}
}

func TestRejectionsOfOlderProgramsAreRead(t *testing.T) {
	t.Parallel()
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	old := notice.Rejection{Stage: notice.StageClassifier, Reason: "no", Source: "notices.raw.jsonl", NoticeID: raw(t, 1).ID, Raw: raw(t, 1).Data, RejectedAt: time.Now().UTC()}
	must(t, b.Reject(t.Context(), old))
	_, err := b.Retry(t.Context(), allRejections(t, b, "")[0])
	must(t, err)
	handleAll(t, b, func(d bus.Delivery) error {
		n, err := d.Notice()
		if err == nil && n.ID != raw(t, 1).ID {
			t.Errorf("read %s", n.ID)
		}
		return err
	})
	if n := len(allRejections(t, b, "")); n != 1 {
		t.Errorf("%d rejections, want the old one alone", n)
	}
	data, err := json.Marshal(old)
	must(t, err)
	schematest.Check(t, notice.TypeRejected, data)
}
