package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"owabi/pkg/notice"
	"owabi/pkg/notice/schematest"
)

func tailed(organization, title string) notice.Classified {
	return notice.Classified{Classification: notice.Classification{
		IsIncident: true, Category: notice.Phishing, Sector: notice.EntertainmentSports, Severity: notice.SeverityMajor,
		Organization: notice.Organization{Name: &organization}, Title: &title,
	}}
}

// The headline begins in the same cell, however wide what stands before it.
func TestTailLinesStandInColumns(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	want := -1
	for _, organization := range []string{"", "市", "ABC株式会社", "株式会社あおぞら見本ホールディングス東日本支社", "\x1b[31m赤い会社"} {
		var out bytes.Buffer
		if err := (&tailWriter{out: &out}).line(at, tailed(organization, "見出し\n続き")); err != nil {
			t.Fatal(err)
		}
		before, _, ok := strings.Cut(out.String(), "見出し 続き\n")
		if width := text.StringWidth(before); !ok || want >= 0 && width != want {
			t.Errorf("%q: the headline begins at %d, want %d", out.String(), width, want)
		} else {
			want = width
		}
		if strings.ContainsRune(out.String(), '\x1b') {
			t.Errorf("%q steers the terminal", out.String())
		}
	}
	var out bytes.Buffer
	if err := (&tailWriter{out: &out, width: 80, color: true}).line(at, tailed("市", strings.Repeat("長い見出し", 20))); err != nil {
		t.Fatal(err)
	}
	line, ok := strings.CutPrefix(strings.TrimSuffix(out.String(), "\x1b[0m\n"), "\x1b[31m")
	if !ok || text.StringWidth(line) > 80 {
		t.Errorf("%q: want red and at most 80 cells", out.String())
	}
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if w := newTailWriter(file); w.color || w.width != 0 {
		t.Errorf("a file gets colour %v and width %d", w.color, w.width)
	}
}

// A tail beside a plain owabi up prints what is ingested while it runs, and ends
// well with Ctrl-C; one with a name goes on where it was.
func TestTailFollowsARunningUp(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	up := launch(t, nil, "up", "--data", data, "--clickhouse-listen", "127.0.0.1:0")
	up.says("NATS: ")
	tail := exec.Command(command(t, "owabi"), "tail", "--data", data, "--json", "--since", "all", "--durable", "desk")
	tail.Env = os.Environ()
	pipe, err := tail.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tail.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tail.Process.Kill() }()
	finish(t, nil, "ingest", "--data", data, writeNotices(t, 3))
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for range 3 {
		if !lines.Scan() {
			t.Fatal("the tail ends before its third line")
		}
		schematest.Check(t, notice.TypeClassified, lines.Bytes())
	}
	if err := tail.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if lines.Scan() {
		t.Errorf("a fourth line: %s", lines.Text())
	}
	if err := tail.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
	if out := finish(t, nil, "tail", "--data", data, "--no-follow", "--durable", "desk"); out != "" {
		t.Errorf("what was printed comes again:\n%s", out)
	}
	up.interrupt()
}
