package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"owabi/pkg/chdb"
	"owabi/pkg/warehouse"
)

// process is an owabi of its own: this test binary, run under the command's name.
type process struct {
	*exec.Cmd
	t      testing.TB
	mu     sync.Mutex
	stderr bytes.Buffer
	lines  chan string   // of stderr
	ended  chan struct{} // closed when stderr is
}

// over says whether the process has ended.
func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// command returns a path of the name that runs this test binary as the command of
// that name.
func command(t testing.TB, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

func launch(t testing.TB, environment []string, args ...string) *process {
	t.Helper()
	return launchAs(t, "owabi", environment, args...)
}

// launchAs starts one of the test binary's commands: owabi, leakless, nats-server.
func launchAs(t testing.TB, name string, environment []string, args ...string) *process {
	t.Helper()
	library, err := chdb.Find("")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(command(t, name), args...), t: t, lines: make(chan string, 1000), ended: make(chan struct{})}
	p.Env = append(append(os.Environ(), "OWABI_LIBCHDB="+library), environment...)
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // never outlives the tests
	pipe, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		defer close(p.lines)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			p.mu.Lock()
			p.stderr.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
			select {
			case p.lines <- lines.Text():
			default:
			}
		}
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.ended
		_ = p.Wait()
	})
	return p
}

// says waits for a line of standard error that begins with prefix and returns the rest.
func (p *process) says(prefix string) string {
	p.t.Helper()
	for line := range p.lines {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(rest)
		}
	}
	p.t.Fatalf("owabi ended without saying %q:\n%s", prefix, p.text())
	return ""
}

// interrupt stops the process as Ctrl-C does and expects it to end well.
func (p *process) interrupt() {
	p.t.Helper()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
	for range p.lines { // its end
	}
	if err := p.Wait(); err != nil {
		p.t.Errorf("after Ctrl-C: %v\n%s", err, p.text())
	}
}

// finish runs owabi to its end and returns its standard output.
func finish(t testing.TB, environment []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(command(t, "owabi"), args...)
	cmd.Env = append(os.Environ(), environment...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("owabi %v: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}

func writeNotices(t *testing.T, count int) string {
	t.Helper()
	var lines strings.Builder
	for i := range count {
		fmt.Fprintf(&lines, `{"id":"n%d","publisher":"南浜市","title":"書類の紛失について","published":"2024-04-01","text":"職員が書類%d通を紛失しました。"}`+"\n", i, i+1)
	}
	path := filepath.Join(t.TempDir(), "notices.jsonl")
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// countRows asks the ClickHouse at address for something of the view of notices.
func countRows(t *testing.T, address, what string) string {
	t.Helper()
	return value(t, openWarehouse(t, address), "SELECT "+what+" FROM notices")
}

// awaitRows waits until the number of notices in the ClickHouse at address is such.
// It looks now and then, to leave the processor to who loads them.
func awaitRows(t *testing.T, address string, such func(count string) bool) {
	t.Helper()
	awaitValue(t, openWarehouse(t, address), "SELECT count() FROM notices", such)
}

func awaitValue(t *testing.T, w *warehouse.Warehouse, statement string, such func(string) bool) {
	t.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	over := time.After(2 * time.Minute)
	for {
		got := value(t, w, statement)
		if such(got) {
			return
		}
		select {
		case <-look.C:
		case <-over:
			t.Fatalf("%s: still %s", statement, got)
		}
	}
}

func is(want string) func(string) bool      { return func(got string) bool { return got == want } }
func differs(from string) func(string) bool { return func(got string) bool { return got != from } }

func kill(t *testing.T, p *process) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for range p.lines {
	}
	_ = p.Wait() // killed, so always an error
}

// One process is left running: SQL over HTTP, the command line on its folder and
// a NATS client of one's own all see what it does.
func TestUpIsOpenToOthers(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	up := launch(t, nil, "up", "--data", data, "--clickhouse-listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0")
	clickHouse := up.says("ClickHouse: ")
	natsURL := up.says("NATS: ")

	nc, err := nats.Connect(natsURL)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	subscription, err := nc.SubscribeSync("notices.classified.>")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	finish(t, nil, "ingest", "--data", data, writeNotices(t, 5)) // finds the running one by its folder
	for range 5 {
		if _, err := subscription.NextMsg(30 * time.Second); err != nil {
			t.Fatalf("a subscriber got no classified notice: %v", err)
		}
	}
	awaitRows(t, clickHouse, is("5"))
	if out := finish(t, nil, "sql", "--data", data, "--format", "csv", "SELECT count() AS n FROM notices"); out != "n\n5\n" {
		t.Errorf("owabi sql on a running owabi said %q", out)
	}

	// The folder has one owner, and the port too.
	second := launch(t, nil, "up", "--data", data)
	second.says("owabi: data folder " + data + " is in use by another owabi (process ")
	port := strings.TrimSuffix(strings.TrimPrefix(clickHouse, "http://"), "/owabi")
	third := launch(t, nil, "up", "--data", data+"3", "--clickhouse-listen", port)
	third.says("owabi: chdb: the address is in use: " + port)
	_, natsPort, _ := net.SplitHostPort(strings.TrimPrefix(natsURL, "nats://"))
	fourth := launch(t, nil, "up", "--data", data+"4", "--clickhouse-listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:"+natsPort)
	for line := range fourth.lines {
		if strings.Contains(line, "port is in use") {
			up.interrupt()
			return
		}
	}
	t.Errorf("nothing was said of the NATS port:\n%s", fourth.text())
}
