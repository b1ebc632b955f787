package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"owabi/pkg/chdb"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/warehouse"
)

// terminal is a pseudo-terminal with an owabi at its other end.
type terminal struct {
	t    *testing.T
	ours *os.File
	cmd  *exec.Cmd

	mu    sync.Mutex
	shown strings.Builder
	grown chan struct{} // closed and made anew when shown grows
	seen  int           // how much of shown was expected already
}

func ioctl(t *testing.T, file *os.File, request uintptr, argument unsafe.Pointer) {
	t.Helper()
	if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(argument)); failed != 0 {
		t.Fatal(failed)
	}
}

// startOnTerminal runs owabi with a terminal of 100 columns as its input and outputs.
func startOnTerminal(t *testing.T, environment []string, args ...string) *terminal {
	t.Helper()
	library, err := chdb.Find("")
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close() })
	var number, locked int32
	ioctl(t, ours, syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(t, ours, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	ioctl(t, ours, syscall.TIOCSWINSZ, unsafe.Pointer(&[4]uint16{40, 100, 0, 0}))
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, ours: ours, cmd: exec.Command(command(t, "owabi"), args...), grown: make(chan struct{})}
	term.cmd.Env = append(append(os.Environ(), "OWABI_LIBCHDB="+library, "TERM=xterm"), environment...)
	term.cmd.Stdin, term.cmd.Stdout, term.cmd.Stderr = theirs, theirs, theirs
	term.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0, Pdeathsig: syscall.SIGKILL}
	if err := term.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := ours.Read(buffer)
			term.mu.Lock()
			term.shown.Write(buffer[:n])
			close(term.grown)
			term.grown = make(chan struct{})
			term.mu.Unlock()
			if err != nil { // EIO: the last holder of the other end is gone
				return
			}
		}
	}()
	t.Cleanup(func() { _ = term.cmd.Process.Kill(); <-read })
	return term
}

func (x *terminal) keys(keys string) {
	x.t.Helper()
	if _, err := x.ours.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// expect waits until text is shown after what was expected before.
func (x *terminal) expect(text string) {
	x.t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for {
		x.mu.Lock()
		rest, grown := x.shown.String()[x.seen:], x.grown
		if at := strings.Index(rest, text); at >= 0 {
			x.seen += at + len(text)
			x.mu.Unlock()
			return
		}
		x.mu.Unlock()
		select {
		case <-grown:
		case <-limit.C:
			x.t.Fatalf("%q is not shown, but %q", text, rest)
		}
	}
}

// ends waits for owabi's end.
func (x *terminal) ends() {
	x.t.Helper()
	if err := x.cmd.Wait(); err != nil {
		x.t.Fatalf("%v\n%s", err, x.shown.String())
	}
}

func TestThePrompt(t *testing.T) {
	url := chdbtest.URL(t)
	w, err := warehouse.Open(warehouse.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	environment := []string{"OWABI_CLICKHOUSE_URL=" + url, "XDG_CONFIG_HOME=" + home}

	x := startOnTerminal(t, environment, "sql")
	x.expect("owabi> ")
	x.keys("SELECT 'みなと' AS name,\r")
	x.expect("   ... ")
	x.keys("6 * 7 AS n; SELECT 'あと' AS later;\r")
	x.expect("みなと")
	x.expect("42")
	x.expect("1 row")
	x.expect(" s, read ")
	x.expect("あと")
	x.expect("owabi> ")

	x.keys("SELECT count() FROM incid\t;\r") // completed
	x.expect("incidents")
	x.expect("1 row")
	x.expect("owabi> ")

	x.keys("SELECT\t8\r\tAS eight;\r") // as it is pasted
	x.expect("eight")
	x.expect("1 row")
	x.expect("owabi> ")

	x.keys("SELECT 'half") // dropped by Ctrl-C
	x.expect("half")
	x.keys("\x03")
	x.expect("owabi> ")
	x.keys("SELECT nothing;\r")
	x.expect("Code: 47. ")
	x.expect("owabi> ")
	x.keys("DROP TABLE notice_rows;\r")
	x.expect("Code: 164. ")
	x.expect("--write")
	x.expect("owabi> ")

	// Ctrl-C ends the statement, also in the engine, and not the prompt; twice.
	for range 2 {
		x.keys("SELECT count() AS endless FROM numbers_mt(1e15) WHERE sipHash64(number) = 1;\r")
		awaitValue(t, w, "SELECT count() FROM system.processes WHERE query LIKE '%AS endless FROM%' AND query NOT LIKE '%system.processes%'", is("1"))
		x.keys("\x03")
		x.expect("cancelled")
		x.expect("owabi> ")
		awaitValue(t, w, "SELECT count() FROM system.processes WHERE query LIKE '%AS endless FROM%' AND query NOT LIKE '%system.processes%'", is("0"))
	}
	x.keys("\\format vertical\r")
	x.expect("owabi> ")
	x.keys("SELECT 1 AS one;\r")
	x.expect("── row 1")
	x.expect("one  1")
	x.expect("owabi> ")
	x.keys("\\save mine\r")
	x.expect("mine.sql")
	x.expect("owabi> ")
	x.keys("\\i mine\r")
	x.expect("one  1")
	x.expect("owabi> ")
	x.keys("\\nonsense\r")
	x.expect("no such command")
	x.expect("owabi> ")
	x.keys("exit\r")
	x.ends()

	file := filepath.Join(home, "owabi", "sql_history")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the history's mode is %v, want 0600", info.Mode().Perm())
	}
	y := startOnTerminal(t, environment, "sql") // the history is kept between sessions
	y.expect("owabi> ")
	y.keys("\x12みな") // Ctrl-R
	y.expect("(reverse-i-search)`みな': SELECT 'みなと' AS name, 6 * 7 AS n;")
	y.keys("\x03")
	y.expect("owabi> ")
	for range 4 { // exit is not kept; \nonsense, \i, \save, SELECT 1 AS one
		y.keys("\x1b[A")
	}
	y.expect("SELECT 1 AS one;")
	y.keys("\r")
	y.expect("1 row")
	y.expect("owabi> ")
	y.keys("\x04") // Ctrl-D
	y.ends()
}
