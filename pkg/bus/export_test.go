package bus

import "github.com/nats-io/nats.go"

// Conn gives the tests the connection, to look at the streams with.
func (b *Bus) Conn() *nats.Conn { return b.nc }
