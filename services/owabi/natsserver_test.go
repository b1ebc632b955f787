package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"
)

// serveNATS is the command nats-server of this test binary: a NATS server as a
// process of its own, which can be killed; alone, or one of a cluster.
func serveNATS() {
	flags := flag.NewFlagSet("nats-server", flag.ExitOnError)
	name := flags.String("name", "", "")
	store := flags.String("store", "", "")
	listen := flags.String("listen", "", "")
	monitor := flags.String("monitor", "", "")
	cluster := flags.String("cluster", "", "")
	routes := flags.String("routes", "", "")
	_ = flags.Parse(os.Args[1:]) // exits by itself
	// As the embedded one is configured: see pkg/bus.
	options := &server.Options{
		ServerName: *name, StoreDir: *store, JetStream: true, NoSigs: true, NoLog: true,
		Host: "127.0.0.1", Port: port(*listen), HTTPHost: "127.0.0.1", HTTPPort: port(*monitor),
		MaxPayload: 8 << 20, MaxPending: 64 << 20, SyncInterval: 10 * time.Second,
	}
	if *cluster != "" {
		options.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: port(*cluster)}
		options.Routes = server.RoutesFromStr(*routes)
	}
	s, err := server.NewServer(options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "nats-server:", err)
		os.Exit(1)
	}
	s.Start()
	for !s.ReadyForConnections(time.Second) {
	}
	fmt.Fprintln(os.Stderr, "ready")
	s.WaitForShutdown()
}

func port(address string) int {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		panic(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// leakless is owabi, which in the end looks whether a goroutine is left over.
func leakless() {
	status := run(os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr})
	if err := goleak.Find(goleak.IgnoreAnyFunction("os/signal.loop")); err != nil {
		fmt.Fprintln(os.Stderr, "leaked:", err)
		os.Exit(max(status, exitFailed))
	}
	os.Exit(status)
}

// natsServer is a NATS server in a process of its own, whose folder and addresses
// stay the same when it is started again.
type natsServer struct {
	t       *testing.T
	url     string
	monitor string
	args    []string
	process *process
}

// freeAddresses returns addresses on loopback that nobody listens on.
func freeAddresses(t *testing.T, n int) []string {
	t.Helper()
	addresses := make([]string, n)
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all stay taken until each has its own
		addresses[i] = l.Addr().String()
	}
	return addresses
}

// natsServers starts n servers, as a cluster when there are several.
func natsServers(t *testing.T, n int) []*natsServer {
	t.Helper()
	addresses := freeAddresses(t, 3*n)
	clients, monitors, routes := addresses[:n], addresses[n:2*n], addresses[2*n:]
	servers := make([]*natsServer, n)
	for i := range servers {
		s := &natsServer{t: t, url: "nats://" + clients[i], monitor: "http://" + monitors[i]}
		s.args = []string{"-name", fmt.Sprint("n", i+1), "-store", filepath.Join(t.TempDir(), "nats"), "-listen", clients[i], "-monitor", monitors[i]}
		if n > 1 {
			s.args = append(s.args, "-cluster", routes[i], "-routes", "nats://"+strings.Join(routes, ",nats://"))
		}
		s.start()
		servers[i] = s
	}
	for _, s := range servers {
		s.process.says("ready")
		s.inStep()
	}
	return servers
}

func (s *natsServer) start() { s.process = launchAs(s.t, "nats-server", nil, s.args...) }

// restart kills the server with -9 and starts it again.
func (s *natsServer) restart() {
	s.t.Helper()
	kill(s.t, s.process)
	s.start()
	s.process.says("ready")
}

// inStep waits until the server has all that the others of its cluster have.
func (s *natsServer) inStep() {
	s.t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for over := time.After(time.Minute); ; {
		var health server.HealthStatus
		err := s.ask("/healthz", &health)
		if err == nil {
			return
		}
		select {
		case <-look.C:
		case <-over:
			s.t.Fatalf("%s is not in step with its cluster: %v", s.url, err)
		}
	}
}

// ask decodes one of the server's monitoring pages into answer.
func (s *natsServer) ask(page string, answer any) error {
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.monitor+page, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s: %s", s.monitor, page, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

func (s *natsServer) connections() int {
	s.t.Helper()
	var answer server.Connz
	if err := s.ask("/connz", &answer); err != nil {
		s.t.Fatal(err)
	}
	return answer.NumConns
}
