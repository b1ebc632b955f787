package chdb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// playRole is what this test binary does as a process of its own.
func playRole(role string) {
	ctx := context.Background()
	if err := play(ctx, role, os.Getenv("CHDB_TEST_FOLDER")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(ctx context.Context, role, folder string) error {
	e, err := Open(ctx, Config{Path: folder})
	if err != nil {
		if role == "open" && errors.Is(err, ErrInUse) {
			fmt.Println("in use:", err)
			return nil
		}
		return err
	}
	switch role {
	case "panic":
		if _, err := e.ask(ctx, "SELECT 1"); err != nil {
			return err
		}
		var nothing *Config
		fmt.Println(nothing.Path)
		return nil
	case "recover":
		return end(ctx, e, recovers(ctx, e))
	case "insert":
		if _, err := e.Exec(ctx, Statement{SQL: "CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n"}); err != nil {
			return err
		}
		insert, err := e.Insert(ctx, Statement{SQL: "INSERT INTO kept", Format: "TabSeparated"})
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(insert, 1<<20)
		for n := range 100_000 {
			fmt.Fprintln(w, n)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if _, err := insert.Commit(); err != nil {
			return err
		}
		fmt.Println("acknowledged")
		select {} // until killed
	case "inserts":
		if err := manyInserts(ctx, e); err != nil {
			return err
		}
		answer, err := e.ask(ctx, "SELECT count() || ' rows' FROM many")
		fmt.Print(answer)
		return end(ctx, e, err)
	case "count":
		answer, err := e.ask(ctx, "SELECT count(), sum(n) FROM kept")
		fmt.Print(answer)
		return end(ctx, e, err)
	case "limit":
		answer, err := e.ask(ctx, "SELECT getSetting('max_result_rows')")
		fmt.Print(answer)
		return end(ctx, e, err)
	case "second":
		_, err := Open(ctx, Config{Path: folder + "-other"})
		if !errors.Is(err, ErrAlreadyOpen) {
			return fmt.Errorf("a second engine: %w", err)
		}
		if err := e.Close(ctx); err != nil {
			return err
		}
		if _, err := e.Query(ctx, Statement{SQL: "SELECT 1"}); !errors.Is(err, ErrClosed) {
			return fmt.Errorf("a statement after Close: %w", err)
		}
		if _, err = Open(ctx, Config{Path: folder + "-other"}); !errors.Is(err, ErrAlreadyOpen) {
			return fmt.Errorf("another folder after Close: %w", err)
		}
		again, err := Open(ctx, Config{Path: folder})
		if err != nil {
			return err
		}
		answer, err := again.ask(ctx, "SELECT 1")
		fmt.Print(answer)
		return end(ctx, again, err)
	}
	return nil
}

// end ends the engine with its process, whose exit its threads could crash.
func end(ctx context.Context, e *Engine, err error) error {
	return errors.Join(err, e.Close(ctx), Shutdown())
}

// manyInserts writes 80 rows in as many inserts.
func manyInserts(ctx context.Context, e *Engine) error {
	if _, err := e.Exec(ctx, Statement{SQL: "CREATE TABLE many (n UInt64) ENGINE = MergeTree ORDER BY n"}); err != nil {
		return err
	}
	for n := range 80 {
		insert, err := e.Insert(ctx, Statement{SQL: "INSERT INTO many", Format: "TabSeparated"})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(insert, n)
		_, commitErr := insert.Commit()
		if err := errors.Join(err, commitErr); err != nil {
			return err
		}
	}
	return nil
}

// recovers shows that a nil dereference stays an ordinary, recoverable panic
// while statements run and connections come and go.
func recovers(ctx context.Context, e *Engine) error {
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if _, err := e.ask(ctx, "SELECT 1"); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	caught := 0
	for {
		select {
		case err := <-done:
			fmt.Println("caught some:", caught > 0)
			return err
		default:
			func() {
				defer func() {
					if recover() != nil {
						caught++
					}
				}()
				var nothing *Config
				_ = nothing.Path
			}()
		}
	}
}

func role(t *testing.T, role, folder string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "CHDB_TEST_ROLE="+role, "CHDB_TEST_FOLDER="+folder)
	return cmd
}

func TestAPanicAfterAStatementPrintsAGoTrace(t *testing.T) {
	out, err := role(t, "panic", t.TempDir()).CombinedOutput()
	if err == nil {
		t.Fatalf("the process ended well: %s", out)
	}
	for _, want := range []string{"panic: runtime error: invalid memory address or nil pointer dereference", "goroutine 1 [running]", "process_test.go"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestANilDereferenceCanBeRecoveredWhileStatementsRun(t *testing.T) {
	out, err := role(t, "recover", t.TempDir()).CombinedOutput()
	if err != nil || string(out) != "caught some: true\n" {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestAnAcknowledgedInsertSurvivesKill(t *testing.T) {
	folder := t.TempDir()
	cmd := role(t, "insert", folder)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "acknowledged\n" {
		t.Fatalf("%q, %v", line, err)
	}
	// While it lives, nobody else gets its folder.
	other, err := role(t, "open", folder).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(other), "in use:") || !strings.Contains(string(other), folder) {
		t.Errorf("a second process: %v: %s", err, other)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	count, err := role(t, "count", folder).CombinedOutput()
	if err != nil || string(count) != "100000\t4999950000\n" {
		t.Fatalf("after kill: %v: %s", err, count)
	}
}

func TestABootThatFailsSaysWhy(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "status"), 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := role(t, "open", folder).CombinedOutput()
	if err == nil {
		t.Error("it boots")
	}
	for _, want := range []string{"Is a directory", ErrUnusable.Error(), folder} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

func TestOneEngineAProcess(t *testing.T) {
	out, err := role(t, "second", t.TempDir()).CombinedOutput()
	if err != nil || string(out) != "1\n" {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestAConfigurationInTheWorkingFolderIsNotObeyed(t *testing.T) {
	elsewhere := t.TempDir()
	for name, text := range map[string]string{
		"config.xml": "<clickhouse><users_config>users.xml</users_config></clickhouse>",
		"users.xml": "<clickhouse><profiles><default><max_result_rows>7</max_result_rows></default></profiles>" +
			"<users><default><password/><networks><ip>::/0</ip></networks></default></users><quotas><default/></quotas></clickhouse>",
	} {
		if err := os.WriteFile(filepath.Join(elsewhere, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library, err := Find("") // which looks from the working folder upwards
	if err != nil {
		t.Fatal(err)
	}
	cmd := role(t, "limit", t.TempDir())
	cmd.Dir, cmd.Env = elsewhere, append(cmd.Env, EnvLibrary+"="+library)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "0\n" {
		t.Fatalf("%v: %s", err, out)
	}
}
