package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
)

// Three NATS servers with three copies of each stream: while notices flow, one is
// killed and comes back, then the one that leads. The same has to come out.
func TestACluster(t *testing.T) {
	t.Parallel() // with others that wait most of their time
	servers := natsServers(t, 3)
	r := newTrial(t, newFlow(t, 3, 450, 3), servers)
	for i, file := range r.flow.files {
		var down *natsServer
		switch i {
		case 1:
			down = leader(t, servers, bus.StreamRaw)
		case 2:
			down = leader(t, servers, bus.StreamClassified)
		}
		r.launch("ingest", file)
		if down != nil {
			kill(t, down.process)
		}
		r.finishIngest()
		r.drain() // on two servers
		if down != nil {
			down.start()
			down.process.says("ready")
			down.inStep()
		}
	}
	t.Log(r.check())
	r.checkConnections()
	r.settles("followers in step, of three streams", func() (n int) {
		for _, name := range []string{bus.StreamRaw, bus.StreamClassified, bus.StreamRejected} {
			for _, follower := range streamInfo(t, servers, name).Cluster.Replicas {
				if follower.Current && !follower.Offline {
					n++
				}
			}
		}
		return n
	}, 6, 6)

	// What was erased stays refused while a server is away.
	b, err := bus.Connect(t.Context(), bus.Config{URLs: servers[0].url})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Refuse(t.Context(), []string{"an id"}); err != nil {
		t.Error(err)
	}
	if n := streamInfo(t, servers, bus.StreamRefused).Config.Replicas; n != 3 {
		t.Errorf("%s has %d replicas", bus.StreamRefused, n)
	}
}

// A list of refused notices that nobody can read is never an empty one, and
// streams that were given copies keep them.
func TestAClusterKeepsCopiesAndRefusals(t *testing.T) {
	t.Parallel() // with others that wait most of their time
	servers := natsServers(t, 3)
	urls := servers[0].url + "," + servers[1].url + "," + servers[2].url
	environment := []string{"OWABI_NATS_URL=" + urls, "OWABI_CLICKHOUSE_URL=" + chdbtest.URL(t)}
	b, err := bus.Connect(t.Context(), bus.Config{URLs: urls, ConnectTimeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	refused := func(ctx context.Context) error {
		list, err := b.Refused(ctx)
		if err == nil && !list.Has("an id") {
			t.Errorf("%d notices are refused, the erased one is not among them", list.Len())
		}
		return err
	}
	shortly := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return refused(ctx)
	}

	finish(t, environment, "bus", "apply")
	if list, err := b.Refused(t.Context()); err != nil || list.Len() != 0 {
		t.Fatalf("before there is a list: %d refused, %v", list.Len(), err)
	}
	if err := b.Refuse(t.Context(), []string{"an id"}); err != nil {
		t.Fatal(err)
	}
	only := leader(t, servers, bus.StreamRefused)
	kill(t, only.process)
	if err := shortly(); err == nil {
		t.Error("a list on a server that is away was read")
	}
	waiting := make(chan error, 1)
	go func() { waiting <- refused(t.Context()) }()
	only.start()
	only.process.says("ready")
	if err := <-waiting; err != nil {
		t.Errorf("with its server back within the bound: %v", err)
	}

	only.inStep()
	finish(t, environment, "bus", "apply", "--replicas", "3")
	finish(t, environment, "setup")
	for _, name := range []string{bus.StreamRaw, bus.StreamClassified, bus.StreamRejected, bus.StreamRefused} {
		if n := streamInfo(t, servers, name).Config.Replicas; n != 3 {
			t.Errorf("%s has %d replicas", name, n)
		}
	}
	for _, s := range servers {
		s.inStep()
	}
	kill(t, servers[0].process)
	if err := refused(t.Context()); err != nil {
		t.Errorf("with two of three servers: %v", err)
	}
	kill(t, servers[1].process)
	if err := shortly(); err != nil { // a copy that is in step may answer
		t.Logf("with one of three servers: %v", err)
	}
}

func leader(t *testing.T, servers []*natsServer, stream string) *natsServer {
	t.Helper()
	name := streamInfo(t, servers, stream).Cluster.Leader
	for i, s := range servers {
		if name == fmt.Sprint("n", i+1) {
			return s
		}
	}
	t.Fatalf("%s is led by %q", stream, name)
	return nil
}

func streamInfo(t *testing.T, servers []*natsServer, stream string) *jetstream.StreamInfo {
	t.Helper()
	var urls string
	for _, s := range servers {
		urls += s.url + ","
	}
	js, done := bustest.Client(t, urls, nats.RetryOnFailedConnect(true))
	defer done()
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo()
}
