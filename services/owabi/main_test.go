package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"

	"owabi/pkg/chdb"
	"owabi/pkg/chdb/chdbtest"
)

// withClickHouse runs the tests with a ClickHouse to hand; as owabi itself, which
// the scripts start anew as a process each time, it boots none.
type withClickHouse struct{ m *testing.M }

func (w withClickHouse) Run() int { return chdbtest.Main(w.m) }

// raceOptions keep the race detector from letting each process sleep for a second
// at its end, in case another thread has a race to report.
const raceOptions = "atexit_sleep_ms=0"

func TestMain(m *testing.M) {
	if os.Getenv("GORACE") == "" {
		if err := os.Setenv("GORACE", raceOptions); err != nil { // for the processes that tests start
			panic(err)
		}
	}
	testscript.Main(withClickHouse{m}, map[string]func(){"owabi": main, "leakless": leakless, "nats-server": serveNATS})
}

// TestCommands runs the scripts in testdata/script: the command line as a person
// sees it, each command a process of its own on the real engines.
func TestCommands(t *testing.T) {
	library, err := chdb.Find("")
	if err != nil {
		t.Fatal(err)
	}
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("OWABI_LIBCHDB", library)
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("SAMPLES", filepath.Join(repository, "pkg/source/samples"))
			env.Setenv("GOLD", filepath.Join(repository, "pkg/classify/testdata/gold"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status, "encode": encode, "invalid": invalid, "binary": binary,
		},
	})
}

// status N command…: the command ends with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%v: exit status %d, want %d\n%s", args[1:], got, want, ts.ReadFile("stderr"))
	}
}

// encode ENCODING FROM TO: writes a UTF-8 file in another encoding.
func encode(ts *testscript.TestScript, _ bool, args []string) {
	encodings := map[string]encoding.Encoding{"shift_jis": japanese.ShiftJIS, "euc-jp": japanese.EUCJP}
	encoded, err := encodings[args[0]].NewEncoder().String(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(encoded), 0o600))
}

// invalid FROM TO: writes a copy with a byte in it that is not UTF-8.
func invalid(ts *testscript.TestScript, _ bool, args []string) {
	text := []rune(ts.ReadFile(args[0]))
	half := len(text) / 2
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(string(text[:half])+"\xff"+string(text[half:])), 0o600))
}

// binary TO: writes a file that is no text.
func binary(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x03\x00>\x00"), 0o600))
}

func TestSecretFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OWABI_TEST_PASSWORD", "other")
	if got, err := secret("OWABI_TEST_PASSWORD", ""); err != nil || got != "other" {
		t.Errorf("from the environment: %q, %v", got, err)
	}
	if got, err := secret("OWABI_TEST_PASSWORD", path); err != nil || got != "geheim" {
		t.Errorf("from a file: %q, %v", got, err)
	}
	if _, err := secret("OWABI_TEST_PASSWORD", path+".missing"); err == nil {
		t.Error("a missing file is no error")
	}
}
