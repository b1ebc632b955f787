package classifier_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/notice/schematest"
	"owabi/services/classifier"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func rawMessage(t *testing.T, body string) bus.Message {
	t.Helper()
	n := notice.Notice{Source: "text", Title: "メールの誤送信について", Body: body, FetchedAt: time.Now().UTC()}
	n.ID = n.ComputeID()
	m, err := bus.RawMessage(n)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// classifyAll runs the service until it has settled all that is on the raw stream.
func classifyAll(t *testing.T, b *bus.Bus) *classifier.Counts {
	t.Helper()
	reader, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var counts classifier.Counts
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- classifier.Run(ctx, classifier.Config{Bus: b, Classifier: reader}, &counts) }()
	if err := b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return &counts
}

func TestEveryNoticeBecomesOneClassifiedMessage(t *testing.T) {
	server, b := bustest.Start(t, nil)
	const n = 500
	var messages []bus.Message
	for i := range n {
		messages = append(messages, rawMessage(t, fmt.Sprintf("お客様%d名の氏名が記載されたメールを誤った宛先に送信しました。", i+2)))
	}
	bustest.Publish(t, b, messages...)
	counts := classifyAll(t, b)
	if counts.Classified.Load() != n || counts.Rejected.Load() != 0 {
		t.Errorf("classified %d, rejected %d; want %d and 0", counts.Classified.Load(), counts.Rejected.Load(), n)
	}
	seen := map[string]bool{}
	for _, m := range bustest.Messages(t, server.ClientURL(), bus.StreamClassified) {
		var c notice.Classified
		if err := json.Unmarshal(m.Data, &c); err != nil {
			t.Fatal(err)
		}
		if want := bus.ClassifiedSubject(c.Category, c.Sector); m.Subject != want {
			t.Errorf("subject %s, want %s", m.Subject, want)
		}
		if c.Notice == nil || c.Notice.ID != c.NoticeID {
			t.Fatal("the message does not carry its notice")
		}
		if len(seen) == 0 {
			schematest.Check(t, notice.TypeClassified, m.Data)
		}
		seen[c.NoticeID] = true
	}
	if len(seen) != n {
		t.Errorf("%d notices on the classified stream, want %d", len(seen), n)
	}
}

// What is left of a batch when the time to stop is over is given back unread.
func TestAfterTheTimeToStopNothingIsRead(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var counts classifier.Counts
	batch := make([]bus.Delivery, 100) // empty: each would be rejected if it were read
	errs := classifier.Handle(ctx, classifier.Config{}, &counts, batch)
	if len(errs) != len(batch) {
		t.Fatalf("%d verdicts, want %d", len(errs), len(batch))
	}
	for i, err := range errs {
		if !errors.Is(err, context.Canceled) || bus.IsPermanent(err) {
			t.Fatalf("message %d: %v, want that it was stopped", i, err)
		}
	}
	if n := counts.Rejected.Load(); n != 0 {
		t.Errorf("%d rejected", n)
	}
}

func TestWithoutAStreamForWhatWasReadNothingIsRejected(t *testing.T) {
	server, b := bustest.Start(t, nil)
	bustest.Publish(t, b, rawMessage(t, "お客様2名の氏名が記載されたメールを誤った宛先に送信しました。"))
	bustest.Remove(t, server.ClientURL(), bus.StreamClassified)
	reader, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var counts classifier.Counts
	said := make(lines, 100)
	other, err := bus.Connect(t.Context(), bus.Config{URLs: server.ClientURL(), Logger: slog.New(slog.NewTextHandler(said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- classifier.Run(ctx, classifier.Config{Bus: other, Classifier: reader, Publisher: bus.PublisherConfig{NoStreamWait: time.Millisecond}}, &counts)
	}()
	said.waitFor(t, bus.ErrNoStream.Error())
	if err := b.EnsureStreams(t.Context(), bus.StreamsConfig{}); err != nil {
		t.Error(err)
	}
	if err := b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if classified, rejected := len(bustest.Messages(t, server.ClientURL(), bus.StreamClassified)), len(bustest.Messages(t, server.ClientURL(), bus.StreamRejected)); classified != 1 || rejected != 0 {
		t.Errorf("%d classified and %d rejected, want 1 and 0", classified, rejected)
	}
}

// lines is a log's lines as they are written.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}

func (l lines) waitFor(t *testing.T, words string) {
	t.Helper()
	for over := time.After(time.Minute); ; {
		select {
		case line := <-l:
			if strings.Contains(line, words) {
				return
			}
		case <-over:
			t.Fatalf("nobody says %q", words)
		}
	}
}

func TestWhatIsNoNoticeIsRejectedAndTheRestGoesOn(t *testing.T) {
	server, b := bustest.Start(t, nil)
	bad := func(id, data string) bus.Message {
		return bus.Message{Subject: bus.RawSubject("text"), ID: id, Type: notice.TypeRaw, Source: "/test", Data: []byte(data)}
	}
	elsewhere := rawMessage(t, "三つ目です。")
	elsewhere.Subject = bus.RawSubject("digest")
	bustest.Publish(t, b, elsewhere, rawMessage(t, "一つ目です。"), bad("x1", "{"), bad("x2", `{"id":"no","source":"text","body":"本文"}`), rawMessage(t, "二つ目です。"))
	counts := classifyAll(t, b)
	if counts.Classified.Load() != 2 || counts.Rejected.Load() != 3 {
		t.Errorf("classified %d, rejected %d; want 2 and 3", counts.Classified.Load(), counts.Rejected.Load())
	}
	rejected := bustest.Messages(t, server.ClientURL(), bus.StreamRejected)
	if len(rejected) != 3 {
		t.Fatalf("%d rejections, want 3", len(rejected))
	}
	for _, m := range rejected {
		schematest.Check(t, notice.TypeRejected, m.Data)
		if m.Subject != "notices.rejected.classifier" {
			t.Errorf("subject %s", m.Subject)
		}
	}
}
