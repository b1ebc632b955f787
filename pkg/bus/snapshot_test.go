package bus_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/notice"
)

// connected starts a server without streams; stop may be called before the test's end.
func connected(t *testing.T, folder string) (_ *bus.Bus, stop func()) {
	t.Helper()
	server, err := bus.Embedded(t.Context(), bus.EmbeddedConfig{StoreDir: folder, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := server.Connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() { b.Close(); server.Close() })
	t.Cleanup(stop)
	return b, stop
}

func TestAStreamComesBackFromItsSnapshot(t *testing.T) {
	_, from := bustest.Start(t, nil)
	messages := []bus.Message{}
	for i := range 300 { // more than one chunk
		message, err := bus.RawMessage(aNotice(t, strings.Repeat("本文。", 200)+time.Duration(i).String()))
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, message)
	}
	bustest.Publish(t, from, messages...)
	consuming, stop := context.WithCancel(t.Context())
	err := from.Consume(consuming, bus.ConsumeConfig{Stream: bus.StreamRaw, Consumer: bus.ConsumerClassifier, Stage: notice.StageClassifier, Batch: 1, ConfirmAcks: true},
		func(_ context.Context, batch []bus.Delivery) []error {
			if batch[0].Sequence == 100 {
				stop()
			}
			return make([]error, len(batch))
		})
	if err != nil {
		t.Fatal(err)
	}
	var snapshot bytes.Buffer
	if err := from.Snapshot(t.Context(), bus.StreamRaw, &snapshot); err != nil {
		t.Fatal(err)
	}

	folder := t.TempDir()
	to, stopServer := connected(t, folder)
	if err := to.Restore(t.Context(), bus.StreamRaw, bytes.NewReader(snapshot.Bytes())); err != nil {
		t.Fatal(err)
	}
	last, err := to.LastSequence(t.Context(), bus.StreamRaw)
	if err != nil || last != 300 {
		t.Errorf("last message: %d, %v; want 300", last, err)
	}
	p, err := to.Pending(t.Context(), bus.StreamRaw, bus.ConsumerClassifier)
	if err != nil || p.DeliveredUpTo != 100 || p.Waiting != 200 {
		t.Errorf("the consumer: %+v, %v; want it to go on after 100", p, err)
	}
	if err := to.Restore(t.Context(), bus.StreamRaw, bytes.NewReader(snapshot.Bytes())); err == nil {
		t.Error("a stream that exists was restored over")
	}
	if err := to.Snapshot(t.Context(), bus.StreamRejected, &snapshot); !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("snapshot of a missing stream: %v, want ErrNoStream", err)
	}
	stopServer()
	again, _ := connected(t, folder) // a server that starts learns the duplicates
	bustest.Publish(t, again, messages[0])
	if last, err := again.LastSequence(t.Context(), bus.StreamRaw); err != nil || last != 300 {
		t.Errorf("after a duplicate: %d, %v; want 300", last, err)
	}
}

func TestABrokenSnapshotIsRefused(t *testing.T) {
	_, from := bustest.Start(t, nil)
	bustest.Publish(t, from, messagesOf(t, aNotice(t, "本文"), "鍵")...)
	var whole bytes.Buffer
	if err := from.Snapshot(t.Context(), bus.StreamRaw, &whole); err != nil {
		t.Fatal(err)
	}
	to, _ := connected(t, t.TempDir())
	for name, data := range map[string][]byte{
		"empty": nil, "no line": []byte("{}"), "no JSON": []byte("x\ny"), "cut": whole.Bytes()[:whole.Len()-40],
	} {
		if err := to.Restore(t.Context(), bus.StreamRaw, bytes.NewReader(data)); err == nil {
			t.Errorf("%s: it was restored", name)
		}
	}
	if err := to.Restore(t.Context(), bus.StreamRaw, &whole); err != nil {
		t.Errorf("the whole one, after the broken ones: %v", err)
	}
}
