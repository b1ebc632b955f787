package main

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
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
