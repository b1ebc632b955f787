package bus_test

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
)

// storedIn reads a stream from its start to its present end, as any client can.
func storedIn(t testing.TB, b *bus.Bus, stream string) [][]byte {
	t.Helper()
	js, err := jetstream.New(b.Conn())
	must(t, err)
	s, err := js.Stream(t.Context(), stream)
	must(t, err)
	var all [][]byte
	for seq := max(1, s.CachedInfo().State.FirstSeq); seq <= s.CachedInfo().State.LastSeq; seq++ {
		m, err := s.GetMsg(t.Context(), seq)
		must(t, err)
		all = append(all, m.Data)
	}
	return all
}
