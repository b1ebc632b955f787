package ingest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/notice"
	"owabi/pkg/notice/schematest"
	"owabi/services/ingest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, b *bus.Bus, sources ...string) (*ingest.Counts, error) {
	t.Helper()
	var counts ingest.Counts
	err := ingest.Run(t.Context(), ingest.Config{Bus: b, Sources: sources, Logger: slog.New(slog.DiscardHandler)}, &counts)
	return &counts, err
}

func expect(t *testing.T, c *ingest.Counts, read, published, duplicates, rejected uint64) {
	t.Helper()
	got := [4]uint64{c.Read.Load(), c.Published.Load(), c.Duplicates.Load(), c.Rejected.Load()}
	if want := [4]uint64{read, published, duplicates, rejected}; got != want {
		t.Errorf("read, published, duplicates, rejected: got %v, want %v", got, want)
	}
}

const brokenInTheMiddle = `{"id":"a","publisher":"南浜市","title":"書類の紛失について","published":"2024-04-01","text":"書類の紛失について\n職員が書類を紛失しました。"}
{"id":"b","text":
{"id":"c","text":"メールを誤って送信しました。"}
`

func TestABrokenLineIsRejectedAndTheRestGoesOn(t *testing.T) {
	server, b := bustest.Start(t, nil)
	path := write(t, "notices.jsonl", brokenInTheMiddle)
	counts, err := run(t, b, path)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, counts, 3, 2, 0, 1)

	raw := bustest.Messages(t, server.ClientURL(), bus.StreamRaw)
	if len(raw) != 2 || raw[0].Subject != "notices.raw.jsonl" {
		t.Fatalf("%d messages on the raw stream, want 2", len(raw))
	}
	for _, m := range raw {
		schematest.Check(t, notice.TypeRaw, m.Data)
		if got := m.Header.Get(bus.HeaderType); got != notice.TypeRaw {
			t.Errorf("ce-type is %q", got)
		}
	}
	rejected := bustest.Messages(t, server.ClientURL(), bus.StreamRejected)
	if len(rejected) != 1 || rejected[0].Subject != "notices.rejected.ingest" {
		t.Fatalf("%d messages on the rejected stream, want 1", len(rejected))
	}
	schematest.Check(t, notice.TypeRejected, rejected[0].Data)
	var r notice.Rejection
	if err := json.Unmarshal(rejected[0].Data, &r); err != nil {
		t.Fatal(err)
	}
	if r.Line != 2 || r.Source != path || !strings.Contains(r.Reason, path+":2:") || !strings.Contains(string(r.Raw), `"id":"b"`) {
		t.Errorf("the rejection does not tell its place and its bytes: %+v", r)
	}
}

func TestTheSameSourceAgainIsAllDuplicates(t *testing.T) {
	_, b := bustest.Start(t, nil)
	path := write(t, "notices.jsonl", brokenInTheMiddle)
	if _, err := run(t, b, path); err != nil {
		t.Fatal(err)
	}
	counts, err := run(t, b, path, path)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, counts, 6, 0, 4, 2)
}

func TestWithoutAStreamNothingIsRejected(t *testing.T) {
	server, b := bustest.Start(t, nil)
	bustest.Remove(t, server.ClientURL(), bus.StreamRaw)
	var counts ingest.Counts
	err := ingest.Run(t.Context(), ingest.Config{
		Bus: b, Sources: []string{write(t, "notices.jsonl", `{"text":"メールを誤って送信しました。"}`)}, Logger: slog.New(slog.DiscardHandler),
		Publisher: bus.PublisherConfig{NoStreamWait: time.Millisecond},
	}, &counts)
	if !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("got %v, want ErrNoStream", err)
	}
	expect(t, &counts, 1, 0, 0, 0)
	if rejected := bustest.Messages(t, server.ClientURL(), bus.StreamRejected); len(rejected) != 0 {
		t.Errorf("%d rejections: %s", len(rejected), rejected[0].Data)
	}
}

func TestAMissingSourceDoesNotKeepOthersAway(t *testing.T) {
	_, b := bustest.Start(t, nil)
	missing := filepath.Join(t.TempDir(), "missing.txt")
	counts, err := run(t, b, missing, write(t, "notices.jsonl", brokenInTheMiddle))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("got error %v, want one that names %s", err, missing)
	}
	expect(t, counts, 3, 2, 0, 1)
}

func TestANoticeTooLargeForTheServerIsRejected(t *testing.T) {
	server, b := bustest.Start(t, func(c *bus.EmbeddedConfig) { c.MaxPayload = 1 << 20 })
	large, err := json.Marshal(map[string]string{"text": strings.Repeat("長", 350_000)}) // 1.05 MB in UTF-8
	if err != nil {
		t.Fatal(err)
	}
	var counts ingest.Counts
	cfg := ingest.Config{Bus: b, Sources: []string{write(t, "large.jsonl", string(large)+"\n"+`{"text":"短い。"}`)}, Logger: slog.New(slog.DiscardHandler)}
	cfg.Options.MaxNoticeBytes = 4 << 20
	if err := ingest.Run(t.Context(), cfg, &counts); err != nil {
		t.Fatal(err)
	}
	expect(t, &counts, 2, 1, 0, 1)
	if n := len(bustest.Messages(t, server.ClientURL(), bus.StreamRejected)); n != 1 {
		t.Errorf("%d rejections, want 1", n)
	}
}

// heldUp is a log that tells when publishing is held up.
type heldUp struct {
	slog.Handler
	times chan struct{}
}

func (h heldUp) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "publishing is held up") {
		select {
		case h.times <- struct{}{}:
		default:
		}
	}
	return h.Handler.Handle(ctx, r)
}

// A full stream holds ingest up: nothing is dropped, nothing rejected, and when
// there is room it goes on to the last notice.
func TestAFullStreamHoldsIngestUp(t *testing.T) {
	log := heldUp{slog.NewTextHandler(t.Output(), nil), make(chan struct{}, 1)}
	server, err := bus.Embedded(t.Context(), bus.EmbeddedConfig{StoreDir: t.TempDir(), Logger: slog.New(log)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	b, err := server.Connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	grow := func(size int64) {
		if err := b.EnsureStreams(t.Context(), bus.StreamsConfig{Raw: bus.StreamLimits{MaxBytes: size}}); err != nil {
			t.Fatal(err)
		}
	}
	grow(16 << 10)
	const n = 400
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, `{"text":"職員が書類%d通を紛失しました。"}`+"\n", i)
	}
	var counts ingest.Counts
	done := make(chan error, 1)
	path := write(t, "notices.jsonl", lines.String())
	go func() {
		done <- ingest.Run(t.Context(), ingest.Config{
			Bus: b, Sources: []string{path}, Logger: slog.New(slog.DiscardHandler),
			Publisher: bus.PublisherConfig{MaxPending: 10, RetryMin: time.Millisecond, RetryMax: 5 * time.Millisecond},
		}, &counts)
	}()
	<-log.times
	if read, published := counts.Read.Load(), counts.Published.Load(); read >= n || published >= n || counts.Rejected.Load() != 0 {
		t.Errorf("read %d, published %d, rejected %d while the stream is full", read, published, counts.Rejected.Load())
	}
	grow(16 << 20)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	expect(t, &counts, n, n, 0, 0)
	status, err := b.Status(t.Context())
	if err != nil || status.Streams[0].Messages != n {
		t.Errorf("%d on the stream, %v; want %d", status.Streams[0].Messages, err, n)
	}
}
