package loader_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/notice"
	"owabi/services/loader"
)

// drained runs the loader until it has settled all that is on its stream.
func drained(t *testing.T, b *bus.Bus, address string) *loader.Counts {
	t.Helper()
	var counts loader.Counts
	stop := start(t, b, openWarehouse(t, address), &counts)
	if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Error(err)
	}
	stop()
	return &counts
}

// The form of a message is checked as the classifier's is (its test has the whole
// table); here is what only a classified notice can get wrong.
func TestBadInputIsRejectedWithItsPlaceAndReason(t *testing.T) {
	server, b := bustest.Start(t, nil)
	address := chdbtest.URL(t)
	if err := openWarehouse(t, address).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(server.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	change := func(f func(*notice.Classified)) string { return string(spoiled(t, f)) }
	const usual = "notices.classified.loss.education"
	tests := []struct{ subject, eventType, data, says string }{
		{usual, notice.TypeClassified, "お知らせ", "no JSON at byte 1"},
		{usual, notice.TypeClassified, `{"severity":["major"]}`, "severity has to be notice.Severity and is array"},
		{usual, notice.TypeClassified, `{"impact":{"people":{"value":1.5}}}`, "impact.people.value has to be int64 and is number 1.5"},
		{usual, notice.TypeClassified, `{"impact":{"people":{"value":99999999999999999999}}}`, "value has to be int64 and is number"},
		{usual, "owabi.notice.classified.v2", change(func(*notice.Classified) {}), `ce-type "owabi.notice.classified.v2" is unknown here, owabi.notice.classified.v1 is read`},
		{usual, notice.TypeRaw, change(func(*notice.Classified) {}), "is unknown here"},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.NoticeID = "" }), `notice_id "" is not its notice's`},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.Notice = nil }), "the message carries no notice"},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.Notice.ID = "x" }), `id "x" does not fit`},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.Category = "nonsense" }), `no category "nonsense"`},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.Sector = "" }), `no sector ""`},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.Severity = "nonsense" }), `no severity "nonsense"`},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) {
			c.Notice.FetchedAt = time.Date(2261, 12, 31, 23, 0, 0, 0, time.FixedZone("", -12*60*60))
		}), "fetched_at 2261-12-31 23:00:00 -1200 -1200 is out of range"},
		{usual, notice.TypeClassified, change(func(c *notice.Classified) { c.Evidence = []notice.Evidence{{Field: "people", Start: -5, End: 2}} }), `evidence 0, of "people", is from -5 to 2`},
		{"notices.classified.theft.education", notice.TypeClassified, change(func(*notice.Classified) {}), "belongs on notices.classified.loss.education and came on notices.classified.theft.education"},
		{"notices.classified.loss", notice.TypeClassified, change(func(*notice.Classified) {}), "came on notices.classified.loss"},
	}
	for i, test := range tests {
		m := nats.NewMsg(test.subject)
		m.Data = []byte(test.data)
		for name, v := range map[string]string{bus.HeaderSpecVersion: "1.0", bus.HeaderID: fmt.Sprint("x", i), bus.HeaderType: test.eventType, bus.HeaderSource: "/test"} {
			m.Header.Set(name, v)
		}
		if _, err := nc.RequestMsg(m, 10*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	bustest.Publish(t, b, classifiedMessage(t, "名簿を紛失しました。"))
	counts := drained(t, b, address)
	if counts.Loaded.Load() != 1 || counts.Rejected.Load() != uint64(len(tests)) {
		t.Errorf("loaded %d, rejected %d; want 1 and %d", counts.Loaded.Load(), counts.Rejected.Load(), len(tests))
	}
	reasons := map[uint64]string{}
	for _, m := range bustest.Messages(t, server.ClientURL(), bus.StreamRejected) {
		var r notice.Rejection
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Fatal(err)
		}
		reasons[r.Sequence] = r.Reason
	}
	for i, test := range tests {
		if got, place := reasons[uint64(i+1)], fmt.Sprintf("message %d of NOTICES_CLASSIFIED on %s: ", i+1, test.subject); !strings.HasPrefix(got, place) || !strings.Contains(got, test.says) {
			t.Errorf("reason %q, want %q and %q", got, place, test.says)
		}
	}
}

// A notice that a faulty loader rejected is retried when the fault is mended, by
// two people at once and once more after that: it shows once, as of the time it
// was classified at.
func TestARetriedNoticeShowsOnce(t *testing.T) {
	_, b := bustest.Start(t, nil)
	address := chdbtest.URL(t)
	w := openWarehouse(t, address)
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	bustest.Publish(t, b, classifiedMessage(t, "名簿を紛失しました。"), classifiedMessage(t, "鞄を紛失しました。"))
	ctx, cancel := context.WithCancel(t.Context())
	faulty := make(chan error, 1)
	go func() {
		faulty <- b.Consume(ctx, bus.ConsumeConfig{Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader},
			func(_ context.Context, batch []bus.Delivery) []error {
				return bus.All(len(batch), bus.Permanent(errors.New("a fault in the code")))
			})
	}()
	if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-faulty; err != nil {
		t.Error(err)
	}
	var list []bus.Rejected
	if err := b.Rejections(t.Context(), notice.StageLoader, time.Time{}, func(r bus.Rejected) error { list = append(list, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 {
		t.Fatalf("%d rejections, want 2", len(list))
	}
	for _, r := range append(list, list...) {
		if _, err := b.Retry(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	counts := drained(t, b, address)
	if got := rows(t, w); got != "2" || counts.Loaded.Load() != 2 || counts.Rejected.Load() != 0 {
		t.Errorf("%s rows, loaded %d, rejected %d; want 2, 2 and 0", got, counts.Loaded.Load(), counts.Rejected.Load())
	}
}
