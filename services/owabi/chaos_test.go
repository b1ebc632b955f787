package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"owabi/pkg/bus"
	"owabi/pkg/chdb/chdbtest/faultproxy"
)

// How much chaos; make chaos asks for more than make test.
var (
	chaosNotices = flag.Int("notices", 800, "chaos: good notices")
	chaosKills   = flag.Int("kills", 6, "chaos: processes killed")
	chaosCut     = flag.Duration("cut", 2*time.Second, "chaos: how long ClickHouse is cut off; other faults last a quarter")
	chaosSeed    = flag.Uint64("seed", 0, "chaos: what is killed when; 0: the time")
)

// act is one piece of the flow and what is done to it.
type act struct {
	name    string
	fault   faultproxy.Fault // of the requests between loader and ClickHouse; nil: none
	inserts bool             // the fault is for inserts alone
	cut     bool             // ClickHouse's endpoint is gone
	nats    bool             // NATS is killed and started again in the midst
}

var acts = []act{
	{name: "nothing but kills"},
	{name: "ClickHouse answers slowly", fault: faultproxy.Slow(300 * time.Millisecond)},
	{name: "ClickHouse cut off", cut: true},
	{name: "connections reset", fault: faultproxy.Reset},
	{name: "NATS killed", nats: true},
	{name: "answers lost after the insert", inserts: true, fault: faultproxy.LoseAnswer},
	{name: "inserts refused for now", inserts: true, fault: faultproxy.InTurn(
		faultproxy.Refuse(252, "TOO_MANY_PARTS", "Too many parts (3001) in table"),
		faultproxy.Refuse(242, "TABLE_IS_READ_ONLY", "Table is in readonly mode"),
		faultproxy.Refuse(241, "MEMORY_LIMIT_EXCEEDED", "Memory limit (total) exceeded"),
		faultproxy.Refuse(159, "TIMEOUT_EXCEEDED", "Timeout exceeded"),
		faultproxy.Refuse(497, "ACCESS_DENIED", "Not enough privileges"))},
	{name: "a bit of all, NATS killed", nats: true, fault: faultproxy.InTurn(
		faultproxy.None, faultproxy.Reset, faultproxy.None, faultproxy.LoseAnswer, faultproxy.Slow(time.Second),
		faultproxy.OnInserts(faultproxy.Refuse(252, "TOO_MANY_PARTS", "Too many parts (3001) in table")))},
}

// Notices, some of them bad, flow through ingest, classifier and loader while all
// that can fail fails: what comes out has to be as if nothing had happened.
func TestChaos(t *testing.T) {
	t.Parallel() // with others that wait most of their time
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d: go test -run '^TestChaos$' -v ./services/owabi -args -notices %d -kills %d -cut %s -seed %d", seed, *chaosNotices, *chaosKills, *chaosCut, seed)
	began := time.Now()
	c := &chaos{
		trial:  newTrial(t, newFlow(t, seed, *chaosNotices, len(acts)), natsServers(t, 1)),
		random: rand.New(rand.NewPCG(seed, 0)), killed: map[string]int{}, table: table.NewWriter(),
	}
	c.table.AppendHeader(table.Row{"what happened", "kills of ingest", "classifier", "loader", "NATS", "requests hit", "took"})
	for i, a := range acts {
		c.play(a, c.flow.files[i], (i+1)**chaosKills/len(acts)-i**chaosKills/len(acts))
	}
	draining := time.Now()
	c.drain()
	c.table.AppendRow(table.Row{"drained", "", "", "", "", "", time.Since(draining).Round(time.Millisecond)})
	c.table.AppendFooter(table.Row{"", c.killed["ingest"], c.killed["classifier"], c.killed["loader"], c.killed["nats"], "", time.Since(began).Round(time.Millisecond)})
	result := c.check()
	c.checkConnections()
	t.Logf("%s\n%s\n", c.table.Render(), result)
	if kills := c.killed["ingest"] + c.killed["classifier"] + c.killed["loader"]; kills < *chaosKills {
		t.Errorf("%d processes were killed, want %d", kills, *chaosKills)
	}
}

// chaos is a trial in which services are killed at random.
type chaos struct {
	*trial
	random *rand.Rand
	next   []string // services to be killed
	killed map[string]int
	table  table.Writer
}

// play reads a file while an act is on, and kills.
func (c *chaos) play(a act, file string, kills int) {
	c.t.Helper()
	began, before := time.Now(), maps.Clone(c.killed)
	lasts := *chaosCut / 4
	requests := ""
	var hits atomic.Int64
	hit := make(chan struct{}, 1)
	switch {
	case a.cut:
		lasts = *chaosCut
		c.proxy.Cut()
	case a.fault != nil:
		fault := func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
			hits.Add(1)
			select {
			case hit <- struct{}{}:
			default:
			}
			a.fault(w, r, forward)
		}
		if a.inserts {
			fault = faultproxy.OnInserts(fault)
		}
		c.proxy.Use(fault)
	}
	over := time.After(lasts)

	c.launch("ingest", file)
	if a.nats {
		c.work("ingest")
		c.servers[0].restart()
		c.killed["nats"]++
	}
	for kills > 0 {
		if c.killOne(file) {
			kills--
		}
	}
	c.finishIngest()
	<-over
	if a.fault != nil { // the loader may have been on its way up all the while
		c.await(hit, "the loader asked nothing of ClickHouse")
		requests = fmt.Sprint(hits.Load())
	}
	c.proxy.Use(faultproxy.None)
	if err := c.proxy.Restore(); err != nil {
		c.t.Fatal(err)
	}
	row := table.Row{a.name}
	for _, name := range []string{"ingest", "classifier", "loader", "nats"} {
		row = append(row, c.killed[name]-before[name])
	}
	c.table.AppendRow(append(row, requests, time.Since(began).Round(time.Millisecond)))
}

// killOne kills a service and starts it again: each as often as the others, in an
// order left to chance. It is false when the service, an ingest, had done its work
// before.
func (c *chaos) killOne(file string) bool {
	c.t.Helper()
	if len(c.next) == 0 {
		c.next = []string{"ingest", "classifier", "loader"}
		c.random.Shuffle(len(c.next), func(i, j int) { c.next[i], c.next[j] = c.next[j], c.next[i] })
	}
	name := c.next[0]
	if name == "ingest" && c.services[name].over() { // let it read all once more
		c.finishIngest()
		c.launch(name, file)
	}
	c.work(name)
	if c.services[name].over() {
		return false
	}
	kill(c.t, c.services[name])
	c.killed[name]++
	c.next = c.next[1:]
	if name == "ingest" {
		c.launch(name, file)
	} else {
		c.launch(name)
	}
	return true
}

// work lets a service work until it has done a little or a random while is over:
// so it is killed on its way up, in the midst of work, or at rest.
func (c *chaos) work(name string) {
	done := c.done(name)
	enough := done + uint64(c.random.IntN(*chaosNotices/len(acts)/3))
	patience := time.After(time.Duration(c.random.IntN(1000)) * time.Millisecond)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for done <= enough && !c.services[name].over() {
		select {
		case <-patience:
			return
		case <-look.C:
			done = max(done, c.done(name))
		}
	}
}

// done is how many messages a service has published or taken, of those that NATS
// tells; 0 while it does not answer.
func (c *chaos) done(name string) uint64 {
	ctx, cancel := context.WithTimeout(c.t.Context(), 100*time.Millisecond)
	defer cancel()
	if name == "ingest" {
		last, _ := c.bus.LastSequence(ctx, bus.StreamRaw)
		return last
	}
	stream := map[string]string{"classifier": bus.StreamRaw, "loader": bus.StreamClassified}[name]
	p, _ := c.bus.Pending(ctx, stream, name)
	return p.DeliveredUpTo
}
