package bus

import (
	"bytes"
	"sync"
	"time"

	"owabi/pkg/notice"
)

// recent remembers the classifications that were published over a connection until they
// are delivered over it. Where the services share a process with the server, that spares
// the loader to decode what was encoded a moment ago, a tenth of their work. The message
// goes through the stream as any other and is held to the same form. What is not
// remembered is decoded: what another process published, or this one before it was
// started, what is delivered a second time, and what is published too far ahead of the
// loader.
type recent struct {
	mu sync.Mutex
	// Those of late, and those before: what is delivered elsewhere, or never, goes with its
	// generation.
	young, old generation
	since      time.Time // of the younger
}

type generation struct {
	events map[string]made // by event id
	bytes  int
}

// made is the data of a message and what it was made from. The data is told beside the
// message's own, for who gives it other data does not give it another value.
type made struct {
	data []byte
	from *notice.Classified // nil: not told
}

const (
	// recentBytes bounds the data that is remembered; the values take as much beside it. At
	// the limit the newest are not, for the loader is behind.
	recentBytes = 32 << 20
	// recentAge is when a generation grows old, and then when it is forgotten.
	recentAge = 10 * time.Second
)

// keep remembers a message that is about to be published. A nil recent keeps nothing.
func (r *recent) keep(m Message, now time.Time) {
	if r == nil || m.made.from == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young.events == nil || now.Sub(r.since) > recentAge {
		r.young, r.old, r.since = generation{events: map[string]made{}}, r.young, now
	}
	r.forget(m.ID)
	if r.young.bytes+r.old.bytes+len(m.made.data) > recentBytes {
		return
	}
	r.young.events[m.ID] = m.made
	r.young.bytes += len(m.made.data)
}

// take returns what the event of an id was made from, if it was of the same bytes; nil
// when that is not known. It is known once.
func (r *recent) take(id string, data []byte) *notice.Classified {
	if m := r.drop(id); bytes.Equal(m.data, data) {
		return m.from
	}
	return nil
}

// drop forgets the event of an id, and returns what was remembered.
func (r *recent) drop(id string) made {
	if r == nil {
		return made{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.forget(id)
}

func (r *recent) forget(id string) made {
	m := r.young.forget(id)
	if m.from == nil {
		m = r.old.forget(id)
	}
	return m
}

func (g *generation) forget(id string) made {
	m, ok := g.events[id]
	if ok {
		delete(g.events, id)
		g.bytes -= len(m.data)
	}
	return m
}
