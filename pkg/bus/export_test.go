package bus

import (
	"time"

	"github.com/nats-io/nats.go"
)

// Conn gives the tests the connection, to look at the streams with.
func (b *Bus) Conn() *nats.Conn { return b.nc }

// AckOf gives the tests what is told of a refused acknowledgement.
func AckOf(subject string) string { return ackOf(subject) }

// Backoff gives the tests the wait before a try.
func Backoff(n int, least, most time.Duration) time.Duration { return backoff(n, least, most) }

// WaitOf is how long a batch waits after its first message, if as many as come tells
// have come by then; noMore is said at that time, 0: never. The clock is not waited for.
func WaitOf(cfg ConsumeConfig, noMore time.Duration, come func(time.Duration) int) time.Duration {
	closed := make(chan struct{})
	cfg.NoMore = closed
	began := time.Unix(0, 0)
	wait, at, had := newLingering(cfg, began), time.Duration(0), come(0)
	for said := false; ; {
		if noMore > 0 && at+1 >= noMore && !said {
			close(closed)
			said = true
		}
		at += wait.look()
		now := come(at)
		if wait.over(began.Add(at), now-had) {
			return at
		}
		had = now
	}
}

// Known says whether a delivery need not be decoded.
func Known(d Delivery) bool { return d.known != nil }

// About is what a delivery without headers keeps of them.
func About(d Delivery) string { return d.about }

// RecentBytes is what is remembered of published messages.
func (b *Bus) RecentBytes() (n int) {
	for _, r := range b.recents {
		n += r.young.bytes + r.old.bytes
	}
	return n
}

// Recall remembers messages one after the other, so far apart, and says whether a message
// with these bytes is known then, whether it is known once more, and how many bytes were
// held at most.
func Recall(keep []Message, m Message, data []byte, every time.Duration) (first, again bool, most int) {
	b, now := &Bus{recents: newRecents()}, time.Unix(0, 0)
	for _, k := range keep {
		b.recents.keep(k, now)
		now = now.Add(every)
		most = max(most, b.RecentBytes())
	}
	h := m.natsMsg().Header
	return b.recents.take(h, data) != nil, b.recents.take(h, data) != nil, most
}
