package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
)

// stallable is a way to a ClickHouse on which inserts can be made to hang.
type stallable struct {
	url     string
	stalled atomic.Bool
	hangs   chan struct{} // one for each insert that hangs
}

func startStallable(t *testing.T, address string) *stallable {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	s := &stallable{hangs: make(chan struct{}, 100)}
	onward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", target.Host }}
	over := make(chan struct{})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.stalled.Load() || !strings.HasPrefix(r.URL.Query().Get("query"), "INSERT") {
			onward.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // the client may have gone
		s.hangs <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(func() { close(over); proxy.Close() })
	s.url = proxy.URL + target.Path
	return s
}

// hears waits for a line of standard error with words in it.
func (p *process) hears(words string) {
	p.t.Helper()
	for line := range p.lines {
		if strings.Contains(line, words) {
			return
		}
	}
	p.t.Fatalf("owabi ended without saying %q:\n%s", words, p.text())
}

func (p *process) terminate() {
	p.t.Helper()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) ends() error {
	for range p.lines {
	}
	return p.Wait()
}

// A stop waits for what is in hand no longer than it is told to, and gives the
// rest back; a second signal ends it at once. Another loader then loads all.
func TestStopDrainsWithinItsBound(t *testing.T) {
	server, b := bustest.Start(t, nil)
	address := chdbtest.URL(t)
	way := startStallable(t, address)
	environment := []string{"OWABI_NATS_URL=" + server.ClientURL(), "OWABI_CLICKHOUSE_URL=" + way.url}
	finish(t, environment, "setup")
	reader, err := classify.New(classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := notice.Notice{Source: "jsonl", Title: "名簿の紛失について", Body: "職員が名簿を紛失しました。", Lang: "ja", FetchedAt: time.Now().UTC()}
	n.ID = n.ComputeID()
	message, err := bus.ClassifiedMessage(notice.Classified{Classification: reader.Classify(n), Notice: &n})
	if err != nil {
		t.Fatal(err)
	}
	way.stalled.Store(true)
	bustest.Publish(t, b, message)

	short := launch(t, environment, "loader", "--drain", "200ms")
	<-way.hangs
	short.terminate()
	if err := short.ends(); err != nil {
		t.Errorf("a stop that gives up what is in hand: %v\n%s", err, short.text())
	}
	if !strings.Contains(short.text(), "stopping: finishing what is in hand") {
		t.Errorf("the stop is not told:\n%s", short.text())
	}
	if strings.Contains(short.text(), "trying again") {
		t.Errorf("it ends, and says that it goes on:\n%s", short.text())
	}

	long := launch(t, environment, "loader", "--drain", "1h", "--http-listen", "127.0.0.1:0")
	page := long.says("HTTP: ")
	<-way.hangs // it was given back, so it came again
	if status, body := fetchPage(t, page+"/readyz"); status != 200 {
		t.Errorf("before the stop: %d %s", status, body)
	}
	long.terminate()
	long.hears("stopping: finishing what is in hand")
	if status, body := fetchPage(t, page+"/readyz"); status != 503 || !strings.Contains(body, "service: stopping") {
		t.Errorf("while it finishes: %d %s", status, body)
	}
	if status, _ := fetchPage(t, page+"/healthz"); status != 200 {
		t.Errorf("while it finishes it is alive: %d", status)
	}
	long.terminate()
	var exit *exec.ExitError
	if err := long.ends(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("after the second signal: %v\n%s", err, long.text())
	}

	way.stalled.Store(false)
	// What the killed one held comes again after AckWait.
	soon := bus.ConsumerLimits{AckWait: 1e9}
	if err := b.EnsureConsumers(t.Context(), bus.ConsumersConfig{Loader: soon}); err != nil {
		t.Fatal(err)
	}
	last := launch(t, environment, "loader", "--linger", "10ms")
	if err := b.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader); err != nil {
		t.Fatal(err)
	}
	last.terminate()
	if err := last.ends(); err != nil {
		t.Errorf("a stop with nothing in hand: %v\n%s", err, last.text())
	}
	if got := countRows(t, address, "count()"); got != "1" {
		t.Errorf("%s rows", got)
	}
}

// An ingest whose source goes on without end stops all the same, and says what it
// has published.
func TestIngestStops(t *testing.T) {
	server, b := bustest.Start(t, nil)
	path := filepath.Join(t.TempDir(), "endless")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	// Less than a pipe holds, more than is looked at to find out what it is.
	var lines strings.Builder
	for i := range 700 {
		fmt.Fprintf(&lines, `{"text":"職員が名簿%d冊を紛失しました。"}`+"\n", i)
	}
	if _, err := source.WriteString(lines.String()); err != nil {
		t.Fatal(err)
	}
	p := launch(t, []string{"OWABI_NATS_URL=" + server.ClientURL()}, "ingest", "--from", "jsonl", path)
	for last := uint64(0); last == 0; {
		var err error
		if last, err = b.LastSequence(t.Context(), bus.StreamRaw); err != nil {
			t.Fatal(err)
		}
	}
	p.terminate()
	var exit *exec.ExitError
	if err := p.ends(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed || !strings.Contains(p.text(), "stopped before the end: terminated") {
		t.Errorf("it was not read whole: %v\n%s", err, p.text())
	}
}
