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
