package bus

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"owabi/pkg/notice"
)

// recents remember what messages that were published over a connection were made from,
// until they are delivered over it, each those of one event type. Where the services share
// a process with the server, that spares them to decode what was encoded before, an eighth
// of their work. The message goes through the stream as any other and is held to the same
// form. What is not remembered is decoded: what another process published, or this one
// before it was started, what is delivered a second time, and what is published too far
// ahead of who reads it.
type recents map[string]*recent

func newRecents() recents {
	return recents{notice.TypeRaw: newRecent(), notice.TypeClassified: newRecent()}
}

type recent struct {
	seed maphash.Seed

	mu sync.Mutex
	// Those of late, and those before: what is delivered elsewhere, or never, goes with its
	// generation.
	young, old generation
	since      time.Time // of the younger
}

func newRecent() *recent { return &recent{seed: maphash.MakeSeed()} }

type generation struct {
	events map[string]event // by event id
	bytes  int
}

// made is the data of a message and what it was made from. The data is told beside the
// message's own, for who gives it other data does not give it another value.
type made struct {
	data []byte
	from any // *notice.Notice or *notice.Classified; nil: not told
}

// event is a message that is remembered. Its data is so by a hash of 64 bits that nobody
// can aim at: the seed is this process's. To keep the data would double the memory.
type event struct {
	hash  uint64
	bytes int // of the data
	from  any
}

const (
	// recentBytes bounds the data of what is remembered of one type; the values take about
	// as much. At the limit the newest are not, for who reads them is behind.
	recentBytes = 32 << 20
	// recentAge is when a generation grows old, and then when it is forgotten.
	recentAge = 10 * time.Second
)

// keep remembers a message that is about to be published.
func (all recents) keep(m Message, now time.Time) {
	if r := all[m.Type]; r != nil && m.made.from != nil {
		r.keep(m, now)
	}
}

// take returns what the event that h tells of was made from, if its data were the same;
// nil when that is not known. It is known once.
func (all recents) take(h nats.Header, data []byte) any {
	if r := all[h.Get(HeaderType)]; r != nil {
		return r.take(h.Get(HeaderID), data)
	}
	return nil
}

// drop forgets the event that h tells of.
func (all recents) drop(h nats.Header) {
	if r := all[h.Get(HeaderType)]; r != nil {
		r.drop(h.Get(HeaderID))
	}
}

func (r *recent) keep(m Message, now time.Time) {
	e := event{hash: maphash.Bytes(r.seed, m.made.data), bytes: len(m.made.data), from: m.made.from}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young.events == nil || now.Sub(r.since) > recentAge {
		r.young, r.old, r.since = generation{events: map[string]event{}}, r.young, now
	}
	r.forget(m.ID)
	if r.young.bytes+r.old.bytes+e.bytes > recentBytes {
		return
	}
	if n, ok := e.from.(*notice.Notice); ok {
		e.from = apart(n)
	}
	r.young.events[m.ID] = e
	r.young.bytes += e.bytes
}

// apart copies a notice with its texts, which a source cuts out of whole pages and files,
// into one piece of memory.
func apart(n *notice.Notice) *notice.Notice {
	c := *n
	texts := []*string{&c.ID, &c.CallerID, &c.Source, &c.URL, &c.Publisher, &c.Title, &c.Published, &c.Body, &c.Lang, &c.Heading}
	size := 0
	for _, s := range texts {
		size += len(*s)
	}
	var all strings.Builder
	all.Grow(size)
	for _, s := range texts {
		from := all.Len()
		all.WriteString(*s)
		*s = all.String()[from:]
	}
	return &c
}

func (r *recent) take(id string, data []byte) any {
	e := r.drop(id)
	if e.from == nil || e.bytes != len(data) || e.hash != maphash.Bytes(r.seed, data) {
		return nil
	}
	return e.from
}

// drop forgets the event of an id, and returns what was remembered.
func (r *recent) drop(id string) event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.forget(id)
}

func (r *recent) forget(id string) event {
	e := r.young.forget(id)
	if e.from == nil {
		e = r.old.forget(id)
	}
	return e
}

func (g *generation) forget(id string) event {
	e, ok := g.events[id]
	if ok {
		delete(g.events, id)
		g.bytes -= e.bytes
	}
	return e
}
