package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// trial is a flow through ingest, classifier and loader as processes of their own,
// on NATS servers that are processes too and on a ClickHouse behind a fault proxy.
type trial struct {
	t        *testing.T
	flow     *flow
	servers  []*natsServer
	bus      *bus.Bus
	proxy    *faultproxy.Proxy
	direct   *warehouse.Warehouse // what the services fill, past the proxy
	straight *warehouse.Warehouse // what is loaded without them
	loaded   chan error           // when it is

	environment []string
	services    map[string]*process // by name, those that run now
}

// newTrial sets everything up, publishes the flow's bad messages and starts the
// classifier and the loader.
func newTrial(t *testing.T, f *flow, servers []*natsServer) *trial {
	t.Helper()
	reader, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &trial{t: t, flow: f, servers: servers, loaded: make(chan error, 1), services: map[string]*process{}}
	address := chdbtest.URL(t)
	if r.proxy, err = faultproxy.Start(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.proxy.Close() })
	urls := make([]string, len(servers))
	for i, s := range servers {
		urls[i] = s.url
	}
	list := strings.Join(urls, ",")
	r.environment = []string{"OWABI_NATS_URL=" + list, "OWABI_CLICKHOUSE_URL=" + r.proxy.URL()}
	finish(t, r.environment, "setup", "--replicas", fmt.Sprint(len(servers)))
	r.direct, r.straight = openWarehouse(t, address), openWarehouse(t, chdbtest.URL(t))
	f.refuse(r.direct)
	if err := r.straight.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	go func() { r.loaded <- f.loadStraight(t.Context(), r.straight, reader) }()
	if r.bus, err = bus.Connect(t.Context(), bus.Config{URLs: list, Name: "test", ConnectTimeout: 30 * time.Second}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.bus.Close)
	// What a killed process held is given to another after AckWait.
	soon := bus.ConsumerLimits{AckWait: 3 * time.Second}
	if err := r.bus.EnsureConsumers(t.Context(), bus.ConsumersConfig{Classifier: soon, Loader: soon}); err != nil {
		t.Fatal(err)
	}
	f.publishMessages(r.bus)
	r.launch("classifier")
	r.launch("loader")
	return r
}

// launch starts a service that can tell, when it is stopped, what it has leaked.
func (r *trial) launch(name string, args ...string) {
	r.services[name] = launchAs(r.t, "leakless", r.environment, append([]string{name}, args...)...)
}

// check compares what came out with what had to, and tells it in words.
func (r *trial) check() string {
	r.t.Helper()
	if err := <-r.loaded; err != nil {
		r.t.Fatal(err)
	}
	views := r.flow.checkViews(r.direct, r.straight)
	stages := r.flow.checkRejections(r.servers[0].url)
	return fmt.Sprintf("%d good notices stand once in each of %d views; rejected: %d by ingest, %d by the classifier, %d by the loader, of %d bad ones",
		r.flow.good, views, stages[notice.StageIngest], stages[notice.StageClassifier], stages[notice.StageLoader], r.flow.bad)
}

// finishIngest waits for the end of ingest, which has to be a good one.
func (r *trial) finishIngest() {
	r.t.Helper()
	p := r.services["ingest"]
	r.await(p.ended, "ingest does not end")
	if err := p.Wait(); err != nil {
		r.t.Fatalf("ingest: %v\n%s", err, p.text())
	}
}

// await waits for something that has to happen.
func (r *trial) await(happens <-chan struct{}, otherwise string) {
	r.t.Helper()
	select {
	case <-happens:
	case <-time.After(2 * time.Minute):
		r.t.Fatalf("%s\nclassifier: %s\nloader: %s", otherwise, r.services["classifier"].text(), r.services["loader"].text())
	}
}

// drain waits until every message has been settled.
func (r *trial) drain() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Minute)
	defer cancel()
	if err := r.bus.WaitDrained(ctx, bus.StreamRaw, bus.ConsumerClassifier); err != nil {
		r.t.Fatal(err)
	}
	if err := r.bus.WaitDrained(ctx, bus.StreamClassified, bus.ConsumerLoader); err != nil {
		r.t.Fatal(err)
	}
}

// checkConnections looks for what is left over: of connections while the services
// rest and when they have ended; of goroutines, each looks for itself as it ends.
func (r *trial) checkConnections() {
	r.t.Helper()
	const test, each = 1, 1
	connections := func() (n int) {
		for _, s := range r.servers {
			n += s.connections()
		}
		return n
	}
	r.settles("connections to NATS at rest", connections, test+2*each, test+2*each)
	r.settles("connections to ClickHouse at rest", r.proxy.Open, 0, 6) // warehouse.Config.MaxConnections
	for _, name := range []string{"classifier", "loader"} {
		r.services[name].interrupt()
	}
	r.settles("connections to NATS in the end", connections, test, test)
	r.settles("connections to ClickHouse in the end", r.proxy.Open, 0, 0)
}

// settles waits until a number is in a range: the other side of a connection
// learns of its end a little later.
func (r *trial) settles(what string, number func() int, least, most int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		n := number()
		if n >= least && n <= most {
			return
		}
		select {
		case <-ctx.Done():
			r.t.Errorf("%s: %d, want %d to %d", what, n, least, most)
			return
		case <-look.C:
		}
	}
}
