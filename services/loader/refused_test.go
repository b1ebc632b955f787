package loader_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
	"owabi/services/loader"
)

// A batch that is too large for its rows to be kept, and that ClickHouse refuses for some of
// them, is read from its stream again: these are rejected, whole and in ClickHouse's words,
// and the others are loaded. So too when the stream cannot be read message by message, or a
// replica answers that is behind. What was erased meanwhile is neither loaded nor rejected.
func TestARefusedBatchIsReadAgain(t *testing.T) {
	const n, erased = 1500, 700
	bad := map[uint64]bool{3: true, 600: true, 1400: true}
	for name, tc := range map[string]struct {
		direct, behind, erase bool
	}{"read again": {direct: true}, "given back": {}, "a replica is behind": {behind: true}, "erased": {direct: true, erase: true}} {
		t.Run(name, func(t *testing.T) {
			server, b := bustest.Start(t, nil)
			through, direct, proxy := proxied(t)
			var out strings.Builder
			if err := direct.Query(t.Context(), "ALTER TABLE notice_rows ADD CONSTRAINT refuses CHECK people IS NULL OR people < 1000000", warehouse.FormatCSV, &out); err != nil {
				t.Fatal(err)
			}
			bustest.AllowDirect(t, server.ClientURL(), bus.StreamClassified, tc.direct)
			if tc.behind {
				answerNotStored(t, server.ClientURL())
			}
			var messages []bus.Message
			for i := range uint64(n) {
				messages = append(messages, classifiedMessage(t, fmt.Sprintf("名簿%d冊を紛失しました。", i), func(c *notice.Classified) {
					if bad[i+1] {
						c.Impact.People = &notice.Quantity{Value: 5_000_000, Bound: notice.BoundExact, Unit: "人"}
					}
				}))
			}
			bustest.Publish(t, b, messages...)
			var once sync.Once
			proxy.Use(faultproxy.OnInserts(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
				once.Do(func() {
					if tc.erase {
						if err := b.Erase(t.Context(), bus.Trace{Stream: bus.StreamClassified, Sequence: erased}); err != nil {
							t.Error(err)
						}
					}
				})
				forward.ServeHTTP(w, r)
			}))
			var log lockedBuffer
			var counts loader.Counts
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				done <- loader.Run(ctx, loader.Config{
					Bus: b, Warehouse: through, Linger: 20 * time.Second, MaxLinger: 20 * time.Second, Batch: n,
					RetryMin: 50 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, nil)),
				}, &counts)
			}()
			if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
				t.Error(err)
			}
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
			want := n - len(bad)
			rejected := map[uint64]string{}
			for s := range bad {
				rejected[s] = "is violated"
			}
			if tc.erase {
				want--
			}
			if got := rows(t, direct); got != fmt.Sprint(want) {
				t.Errorf("%s rows, want %d", got, want)
			}
			if counts.Rejected.Load() != uint64(len(rejected)) {
				t.Errorf("%d counted as rejected, want %d", counts.Rejected.Load(), len(rejected))
			}
			if !strings.Contains(log.String(), "a batch was refused") {
				t.Errorf("no batch was refused after its rows were let go:\n%s", log.String())
			}
			for _, m := range bustest.Messages(t, server.ClientURL(), bus.StreamRejected) {
				var r notice.Rejection
				if err := json.Unmarshal(m.Data, &r); err != nil {
					t.Fatal(err)
				}
				says, ok := rejected[r.Sequence]
				if delete(rejected, r.Sequence); !ok || !strings.Contains(r.Reason, says) {
					t.Errorf("message %d was rejected: %s; want %q", r.Sequence, r.Reason, says)
				}
				if !bytes.Equal(r.Raw, messages[r.Sequence-1].Data) {
					t.Errorf("message %d was rejected with %q", r.Sequence, r.Raw)
				}
			}
			if len(rejected) > 0 {
				t.Errorf("not rejected: %v", rejected)
			}
		})
	}
}

// lockedBuffer is written to by several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// answerNotStored answers who reads classified messages one by one, as a replica of the stream
// does that does not have them yet: it is asked like the others.
func answerNotStored(t *testing.T, url string) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.Subscribe("$JS.API.DIRECT.GET."+bus.StreamClassified, func(m *nats.Msg) {
		answer := nats.NewMsg(m.Reply)
		answer.Header.Set("Status", "404")
		answer.Header.Set("Description", "Message Not Found")
		if err := m.RespondMsg(answer); err != nil {
			t.Error(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
}
