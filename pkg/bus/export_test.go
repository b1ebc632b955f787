package bus

import (
	"time"

	"github.com/nats-io/nats.go"
)

// Conn gives the tests the connection, to look at the streams with.
func (b *Bus) Conn() *nats.Conn { return b.nc }

// Backoff gives the tests the wait before a try.
func Backoff(n int, least, most time.Duration) time.Duration { return backoff(n, least, most) }
