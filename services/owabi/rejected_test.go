package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/notice"
)

// A classifier of yesterday rejects two notices, a stranger's message is no
// notice at all. Retried by today's, the notices show once, and the stranger's
// stands among the rejected again.
func TestRejectedNoticesAreRetried(t *testing.T) {
	server, b := bustest.Start(t, nil)
	address := chdbtest.URL(t)
	environment := []string{"OWABI_NATS_URL=" + server.ClientURL(), "OWABI_CLICKHOUSE_URL=" + address}
	finish(t, environment, "setup")
	finish(t, environment, "ingest", writeNotices(t, 2))
	nc, err := nats.Connect(server.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := nc.Request("notices.raw.jsonl", []byte("no notice"), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	faulty := make(chan error, 1)
	go func() {
		cfg := bus.ConsumeConfig{Stream: bus.StreamRaw, Consumer: bus.ConsumerClassifier, Stage: notice.StageClassifier}
		faulty <- b.Consume(ctx, cfg, func(_ context.Context, batch []bus.Delivery) []error {
			return bus.All(len(batch), bus.Permanent(errors.New("yesterday's fault")))
		})
	}()
	drain := func(stream, consumer string) {
		t.Helper()
		if err := b.WaitDrained(t.Context(), stream, consumer); err != nil {
			t.Fatal(err)
		}
	}
	drain(bus.StreamRaw, bus.ConsumerClassifier)
	cancel()
	if err := <-faulty; err != nil {
		t.Fatal(err)
	}

	if out := finish(t, environment, "rejected", "list", "--open", "--reason", "yesterday"); !strings.Contains(out, "3 rejected") {
		t.Errorf("list says:\n%s", out)
	}
	if out := finish(t, environment, "rejected", "show", "1"); !strings.Contains(out, "書類1通を紛失") || !strings.Contains(out, "header    ce-type: owabi.notice.raw.v1") {
		t.Errorf("show says:\n%s", out)
	}
	if out := finish(t, environment, "rejected", "retry", "1"); out != "rejection 1: published again, message 4 of NOTICES_RAW\nretried 1, retried already 0, cannot be retried 0\n" {
		t.Errorf("retry says:\n%s", out)
	}
	if out := finish(t, environment, "rejected", "retry", "--all"); !strings.Contains(out, "retried 2, retried already 1, cannot be retried 0") {
		t.Errorf("retry --all says:\n%s", out)
	}
	classifier, loader := launch(t, environment, "classifier"), launch(t, environment, "loader", "--linger", "20ms")
	drain(bus.StreamRaw, bus.ConsumerClassifier)
	drain(bus.StreamClassified, bus.ConsumerLoader)
	if got := countRows(t, address, "count(), uniqExact(notice_id)"); got != "2,2" {
		t.Errorf("rows, notices: %s; want 2,2", got)
	}
	out := finish(t, environment, "rejected", "list", "--json")
	if n := strings.Count(out, `"retried_at"`); n != 3 || !strings.Contains(out, "message 6 of NOTICES_RAW on notices.raw.jsonl: the message cannot be read: header ce-specversion is missing") || !strings.Contains(out, `"tries":2`) {
		t.Errorf("%d shown as retried, want 3, and the stranger's message anew:\n%s", n, out)
	}
	classifier.interrupt()
	loader.interrupt()
}

// A plain owabi up answers the other commands, for those who can read its folder.
func TestCommandsBesideAPlainUp(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	up := launch(t, nil, "up", "--data", data, "--clickhouse-listen", "127.0.0.1:0")
	url := up.says("NATS: ")
	if out := finish(t, nil, "rejected", "list", "--data", data); !strings.Contains(out, "0 rejected") {
		t.Errorf("rejected list says:\n%s", out)
	}
	if out := finish(t, nil, "bus", "show", "--data", data); !strings.Contains(out, "NOTICES_CLASSIFIED") {
		t.Errorf("bus show says:\n%s", out)
	}
	if _, err := nats.Connect(url); !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("without the token: %v, want that it is refused", err)
	}
	up.interrupt()
	if token, err := readToken(data); err != nil || token != "" {
		t.Errorf("the token outlives its owner: %q, %v", token, err)
	}
}
