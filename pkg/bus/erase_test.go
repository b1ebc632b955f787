package bus_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/notice"
)

func aNotice(t *testing.T, body string) notice.Notice {
	t.Helper()
	n := notice.Notice{Source: "text", Body: body, FetchedAt: time.Now()}
	n.ID = n.ComputeID()
	return n
}

// messagesOf makes the three messages that a notice can leave.
func messagesOf(t *testing.T, n notice.Notice, organization string) []bus.Message {
	t.Helper()
	raw, err := bus.RawMessage(n)
	if err != nil {
		t.Fatal(err)
	}
	classified, err := bus.ClassifiedMessage(notice.Classified{Notice: &n, Classification: notice.Classification{
		NoticeID: n.ID, Source: n.Source, Category: notice.Other, Sector: notice.OtherSector,
		Organization: notice.Organization{Key: &organization},
	}})
	if err != nil {
		t.Fatal(err)
	}
	rejection := notice.NewRejection(notice.StageLoader, "a subject", 0, []byte(n.Body), errors.New("a reason"))
	rejection.NoticeID = n.ID
	rejected, err := bus.RejectedMessage(rejection)
	if err != nil {
		t.Fatal(err)
	}
	return []bus.Message{raw, classified, rejected}
}

func TestErasedMessagesAreGoneFromStreamsAndDisk(t *testing.T) {
	folder := t.TempDir()
	server, b := bustest.Start(t, func(c *bus.EmbeddedConfig) { c.StoreDir = folder })
	gone, kept := aNotice(t, "kesubeki-bunshou"), aNotice(t, "nokosu-bunshou")
	bustest.Publish(t, b, messagesOf(t, gone, "みなと商会")...)
	bustest.Publish(t, b, messagesOf(t, kept, "北野発送")...)

	ids, err := b.NoticesOf(t.Context(), "みなと商会")
	if err != nil || len(ids) != 1 || ids[0] != gone.ID {
		t.Fatalf("notices of the organization: %v, %v", ids, err)
	}
	streams := []string{bus.StreamRaw, bus.StreamClassified, bus.StreamRejected}
	for _, stream := range streams {
		traces, err := b.Traces(t.Context(), stream, map[string]bool{gone.ID: true})
		if err != nil || len(traces) != 1 {
			t.Fatalf("%s: traces %v, %v", stream, traces, err)
		}
		for range 2 { // twice is no error
			if err := b.Erase(t.Context(), traces[0]); err != nil {
				t.Fatal(err)
			}
		}
		if left, err := b.Traces(t.Context(), stream, map[string]bool{gone.ID: true, kept.ID: true}); err != nil || len(left) != 1 {
			t.Errorf("%s: left %v, %v; want the other's message", stream, left, err)
		}
	}
	b.Close()
	server.Close() // so that everything is on the disk
	var found []string
	err = filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, words := range []string{"kesubeki-bunshou", "nokosu-bunshou"} {
			if strings.Contains(string(data), words) {
				found = append(found, words)
			}
		}
		return err
	})
	if err != nil || len(found) == 0 || strings.Contains(strings.Join(found, " "), "kesubeki") {
		t.Errorf("on the disk: %v, %v; want only the other's words", found, err)
	}
}

func TestTheListOfRefusedNotices(t *testing.T) {
	_, b := bustest.Start(t, nil)
	list, err := b.Refused(t.Context())
	if err != nil || list.Len() != 0 || list.Has("a") {
		t.Fatalf("without a list: %v, %v", list, err)
	}
	done := make(chan error)
	for _, id := range []string{"a", "b", "c", "d"} {
		go func() { done <- b.Refuse(context.WithoutCancel(t.Context()), []string{id}) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	list, err = b.Refused(t.Context())
	if err != nil || list.Len() != 4 || !list.Has("a") || !list.Has("d") || list.Has("e") {
		t.Errorf("got %d refused, %v", list.Len(), err)
	}
	status, err := b.Status(t.Context())
	if err != nil || len(status.Streams) != 4 || status.Streams[3].Name != bus.StreamRefused || status.Streams[3].Messages != 1 {
		t.Errorf("Status: %+v, %v", status.Streams, err)
	}
}

func TestWaitSettledBoundsItsPatience(t *testing.T) {
	_, b := bustest.Start(t, nil)
	if err := b.WaitSettled(t.Context(), bus.StreamRaw, bus.ConsumerClassifier); err != nil {
		t.Errorf("with nothing in hand: %v", err)
	}
	bustest.Publish(t, b, messagesOf(t, aNotice(t, "本文"), "鍵")[0])
	held, release := make(chan struct{}), make(chan struct{})
	consuming, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	finished := make(chan error, 1)
	go func() {
		finished <- b.Consume(consuming, bus.ConsumeConfig{Stream: bus.StreamRaw, Consumer: bus.ConsumerClassifier, Stage: notice.StageClassifier},
			func(_ context.Context, batch []bus.Delivery) []error {
				close(held)
				<-release
				return make([]error, len(batch))
			})
	}()
	<-held
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := b.WaitSettled(short, bus.StreamRaw, bus.ConsumerClassifier); !errors.Is(err, bus.ErrInHand) {
		t.Errorf("with one in hand: %v, want ErrInHand", err)
	}
	close(release)
	if err := b.WaitSettled(t.Context(), bus.StreamRaw, bus.ConsumerClassifier); err != nil {
		t.Errorf("after it was settled: %v", err)
	}
	stop()
	if err := <-finished; err != nil {
		t.Error(err)
	}
}

func TestLimitAgeOnlyLowers(t *testing.T) {
	_, b := bustest.Start(t, nil)
	for _, tc := range []struct{ ask, want time.Duration }{{240 * time.Hour, 240 * time.Hour}, {480 * time.Hour, 240 * time.Hour}, {time.Hour, time.Hour}} {
		if err := b.LimitAge(t.Context(), bus.StreamRaw, tc.ask); err != nil {
			t.Fatal(err)
		}
		status, err := b.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := status.Streams[0].MaxAgeSeconds; got == nil || *got != tc.want.Seconds() {
			t.Errorf("asked for %v: %v s, want %v", tc.ask, got, tc.want)
		}
	}
	if err := b.EnsureStreams(t.Context(), bus.StreamsConfig{}); err != nil { // who starts next leaves it so
		t.Error(err)
	}
}
