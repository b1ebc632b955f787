package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

func TestTheSameNoticeIsStoredOnceAlsoAfterAReopening(t *testing.T) {
	dir := t.TempDir()
	twelve := func() (list []bus.Message) {
		for i := range 12 {
			list = append(list, raw(t, i))
		}
		return list
	}
	for run, want := range []bus.Counts{{Stored: 12, Duplicates: 12}, {Duplicates: 24}} {
		s := embedded(t, bus.EmbeddedConfig{StoreDir: dir})
		b := ready(t, s, bus.StreamsConfig{}, bus.ConsumersConfig{})
		p := publisher(t, b, bus.PublisherConfig{})
		publishAll(t, p, append(twelve(), twelve()...)...)
		if got := p.Counts(); got != want {
			t.Errorf("run %d: %+v, want %+v", run, got, want)
		}
		if n := len(storedIn(t, b, bus.StreamRaw)); n != 12 {
			t.Errorf("run %d: %d notices stored, want 12", run, n)
		}
		p.Close()
		b.Close()
		s.Close()
	}
}

func TestEventsCarryCloudEventsAttributes(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	classified := notice.Classified{Classification: notice.Classification{
		NoticeID: "0123456789abcdef0123456789abcdef", Category: notice.Malware, Sector: notice.Education,
		Classifier: notice.ClassifiedBy{RulesSHA256: strings.Repeat("ab", 32)},
	}}
	c, err := bus.ClassifiedMessage(classified)
	must(t, err)
	r, err := bus.RejectedMessage(notice.NewRejection(notice.StageIngest, "見本.jsonl", 3, []byte("{"), errors.New("it ends early")))
	must(t, err)
	again := raw(t, 1)
	again.MsgID = again.ID + "/retry-1"
	outcomes := publishAll(t, publisher(t, b, bus.PublisherConfig{}), raw(t, 1), c, r, again)
	for i, o := range outcomes {
		if o != bus.Stored {
			t.Errorf("message %d: %v, want stored", i, o)
		}
	}
	js, err := jetstream.New(b.Conn())
	must(t, err)
	for _, test := range []struct {
		stream, subject string
		seq             uint64
		header          map[string]string
	}{
		{bus.StreamRaw, "notices.raw.jsonl", 1, map[string]string{
			"Nats-Msg-Id": raw(t, 1).ID, "ce-id": raw(t, 1).ID, "ce-type": "owabi.notice.raw.v1", "ce-source": "/owabi/ingest/jsonl"}},
		{bus.StreamRaw, "notices.raw.jsonl", 2, map[string]string{"Nats-Msg-Id": raw(t, 1).ID + "/retry-1", "ce-id": raw(t, 1).ID}},
		{bus.StreamClassified, "notices.classified.malware.education", 1, map[string]string{
			"Nats-Msg-Id": classified.NoticeID + ".abababababababab", "ce-type": "owabi.notice.classified.v1",
			"ce-source": "/owabi/classifier", "ce-subject": classified.NoticeID}},
		{bus.StreamRejected, "notices.rejected.ingest", 1, map[string]string{"ce-type": "owabi.notice.rejected.v1", "ce-source": "/owabi/ingest"}},
	} {
		s, err := js.Stream(t.Context(), test.stream)
		must(t, err)
		m, err := s.GetMsg(t.Context(), test.seq)
		must(t, err)
		if m.Subject != test.subject {
			t.Errorf("%s %d: subject %s, want %s", test.stream, test.seq, m.Subject, test.subject)
		}
		test.header["ce-specversion"], test.header["content-type"] = "1.0", "application/json"
		for name, want := range test.header {
			if got := m.Header.Get(name); got != want {
				t.Errorf("%s %d: %s is %q, want %q", test.stream, test.seq, name, got, want)
			}
		}
		if _, err := time.Parse(time.RFC3339Nano, m.Header.Get("ce-time")); err != nil {
			t.Errorf("%s %d: ce-time: %v", test.stream, test.seq, err)
		}
		if !json.Valid(m.Data) {
			t.Errorf("%s %d is not JSON", test.stream, test.seq)
		}
	}
}

func TestWhatCannotStandInAMessageIsPermanent(t *testing.T) {
	_, noText := bus.RawMessage(notice.Notice{Source: "jsonl"})
	_, noID := bus.ClassifiedMessage(notice.Classified{})
	_, noCategory := bus.ClassifiedMessage(notice.Classified{Classification: notice.Classification{NoticeID: "1", Category: "*"}})
	_, noStage := bus.RejectedMessage(notice.Rejection{Stage: "a.b"})
	for i, err := range []error{noText, noID, noCategory, noStage} {
		if !bus.IsPermanent(err) {
			t.Errorf("%d: %v is not permanent", i, err)
		}
	}
}

func TestAMessageThatIsTooLarge(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{MaxPayload: 64 << 10}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	m := raw(t, 1)
	m.Data = make([]byte, 64<<10)
	r, err := p.Publish(t.Context(), m)
	must(t, err)
	if o, err := r.Wait(t.Context()); o != bus.Failed || !errors.Is(err, bus.ErrTooLarge) || !bus.IsPermanent(err) {
		t.Errorf("%v, %v; want failed with ErrTooLarge, permanent", o, err)
	}
	publishAll(t, p, raw(t, 1)) // the others go on
	if got, want := p.Counts(), (bus.Counts{Stored: 1, Failed: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// heldUp is a log that tells when publishing is held up, and why.
type heldUp struct {
	slog.Handler
	why chan error
}

func (h heldUp) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "publishing is held up") {
		r.Attrs(func(a slog.Attr) bool {
			if err, ok := a.Value.Any().(error); ok {
				select {
				case h.why <- err:
				default:
				}
			}
			return true
		})
	}
	return h.Handler.Handle(ctx, r)
}

func TestAFullStreamHoldsPublishersUpUntilThereIsRoom(t *testing.T) {
	log := heldUp{testLog(t).Handler(), make(chan error, 1)}
	s := embedded(t, bus.EmbeddedConfig{Logger: slog.New(log)})
	b := ready(t, s, bus.StreamsConfig{Raw: bus.StreamLimits{MaxBytes: 32 << 10}}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{RetryMin: time.Millisecond, RetryMax: 5 * time.Millisecond})
	const n = 100
	for i := range n {
		_, err := p.Publish(t.Context(), raw(t, i))
		must(t, err)
	}
	if err := <-log.why; !errors.Is(err, bus.ErrStreamFull) || bus.IsPermanent(err) {
		t.Fatalf("held up by %v, want ErrStreamFull, transient", err)
	}
	// One that does not want to wait any longer.
	ctx, cancel := context.WithCancel(t.Context())
	r, err := p.Publish(ctx, raw(t, n))
	must(t, err)
	cancel()
	if o, err := r.Wait(t.Context()); o != bus.Failed || !errors.Is(err, context.Canceled) || bus.IsPermanent(err) {
		t.Errorf("%v, %v; want failed by its context", o, err)
	}
	// The operator makes room, as often as it takes.
	js, err := jetstream.New(b.Conn())
	must(t, err)
	stream, err := js.Stream(t.Context(), bus.StreamRaw)
	must(t, err)
	stored := 0
	flushed := make(chan error, 1)
	go func() { flushed <- p.Flush(t.Context()) }()
	for waiting := true; waiting; {
		select {
		case err := <-flushed:
			must(t, err)
			waiting = false
		case <-log.why:
		}
		info, err := stream.Info(t.Context())
		must(t, err)
		stored += int(info.State.Msgs)
		must(t, stream.Purge(t.Context(), jetstream.WithPurgeSequence(info.State.LastSeq+1)))
	}
	if got, want := p.Counts(), (bus.Counts{Stored: n, Failed: 1}); got != want || stored != n {
		t.Errorf("%+v and %d in the stream, want %+v", got, stored, want)
	}
}

func TestAFullStoreHoldsPublishersUp(t *testing.T) {
	log := heldUp{testLog(t).Handler(), make(chan error, 1)}
	s := embedded(t, bus.EmbeddedConfig{MaxStore: 64 << 10, Logger: slog.New(log)})
	b := ready(t, s, bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{RetryMin: time.Millisecond, RetryMax: 5 * time.Millisecond})
	for i := range 200 {
		_, err := p.Publish(t.Context(), raw(t, i))
		must(t, err)
	}
	if err := <-log.why; !errors.Is(err, bus.ErrStreamFull) || bus.IsPermanent(err) {
		t.Errorf("held up by %v, want ErrStreamFull, transient", err)
	}
	p.Close()
	if c := p.Counts(); c.Stored == 0 || c.Failed == 0 || c.Stored+c.Failed != 200 {
		t.Errorf("%+v, want some stored, the others failed by Close", c)
	}
}

func TestPublishingWithoutAStream(t *testing.T) {
	p := publisher(t, connect(t, embedded(t, bus.EmbeddedConfig{})), bus.PublisherConfig{NoStreamWait: time.Millisecond})
	r, err := p.Publish(t.Context(), raw(t, 1))
	must(t, err)
	if o, err := r.Wait(t.Context()); o != bus.Failed || !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("%v, %v; want ErrNoStream", o, err)
	}
}

func TestPublishAfterClose(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	p := publisher(t, b, bus.PublisherConfig{})
	p.Close()
	if _, err := p.Publish(t.Context(), raw(t, 1)); !errors.Is(err, bus.ErrPublisherClosed) {
		t.Errorf("got %v, want ErrPublisherClosed", err)
	}
	must(t, p.Flush(t.Context()))
}
