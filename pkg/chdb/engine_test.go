package chdb

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "some-lib")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("the configuration comes first", func(t *testing.T) {
		t.Setenv(EnvLibrary, "/nowhere/lib")
		if got, err := Find(file); err != nil || got != file {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("then the environment", func(t *testing.T) {
		t.Setenv(EnvLibrary, file)
		if got, err := Find(""); err != nil || got != file {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("what is named is taken at its word", func(t *testing.T) {
		t.Setenv(EnvLibrary, file)
		_, err := Find(filepath.Join(folder, "missing"))
		if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "missing") || !strings.Contains(err.Error(), Install) || !strings.Contains(err.Error(), "set "+EnvLibrary) {
			t.Error(err)
		}
	})
	t.Run("then the project, from the working folder upwards", func(t *testing.T) {
		t.Setenv(EnvLibrary, "")
		packages := filepath.Join(folder, "deploy", "embedded", "node_modules", "@chdb", npmPackage())
		deep := filepath.Join(folder, "a", "b")
		for _, dir := range []string{packages, deep} {
			if err := os.MkdirAll(dir, 0o750); err != nil {
				t.Fatal(err)
			}
		}
		library := filepath.Join(packages, libraryFile())
		t.Chdir(deep)
		_, err := Find("")
		if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), library) || !strings.Contains(err.Error(), Install) || !strings.Contains(err.Error(), "set "+EnvLibrary) {
			t.Errorf("without it: %v", err)
		}
		if err := os.WriteFile(library, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Find(""); err != nil || got != library {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestTheDataFolderIsItsOwnersAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "parent", "data")
	if err := usableFolder(folder); err != nil {
		t.Fatal(err)
	}
	for _, made := range []string{folder, filepath.Dir(folder)} {
		if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", made, info.Mode(), err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config Config
		is     error
		says   string
	}{
		"no folder":           {Config{}, nil, "Path is empty"},
		"no library":          {Config{Path: "x", Library: "/nowhere"}, ErrNotInstalled, "/nowhere"},
		"a second engine":     {Config{Path: t.TempDir()}, ErrAlreadyOpen, engine.config.Path},
		"two users, one name": {Config{Path: "x", User: "a", Reader: &Reader{User: "a"}}, nil, "both"},
	} {
		_, err := Open(ctx, test.config)
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := load(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file that is no library: %v", err)
	}
	if err := usableFolder(filepath.Join(file, "below")); !errors.Is(err, ErrUnusable) || !strings.Contains(err.Error(), file) {
		t.Errorf("a folder below a file: %v", err)
	}
	if err := usableFolder("/proc/no-such-place"); !errors.Is(err, ErrUnusable) {
		t.Errorf("a folder that cannot be written: %v", err)
	}
}

func TestListenOnATakenAddress(t *testing.T) {
	var lc net.ListenConfig
	taken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	e := &Engine{config: engine.config}
	e.config.Listen = taken.Addr().String()
	_, err = e.Listen(t.Context())
	if !errors.Is(err, ErrAddressInUse) || !strings.Contains(err.Error(), e.config.Listen) {
		t.Error(err)
	}
}

func TestABusyEngineMakesStatementsWait(t *testing.T) {
	var held []*Rows
	free := func() {
		for _, rows := range held {
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
		}
		held = nil
	}
	defer free()
	for range engine.config.MaxConnections {
		rows, err := engine.Query(t.Context(), Statement{SQL: "SELECT 1"})
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, rows)
	}
	// One that waits gets its turn.
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get(base + q("SELECT 'served'"))
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		answer <- string(text)
	}()
	// One whose caller gives up does not wait longer.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Query(ctx, Statement{SQL: "SELECT 1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gave up: %v", err)
	}
	free()
	if got := <-answer; got != "served\n" {
		t.Errorf("the one that waited: %q", got)
	}

	short := newSlots(1, time.Millisecond)
	if err := short.take(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	err := short.take(t.Context(), nil)
	if !errors.Is(err, ErrBusy) {
		t.Errorf("beyond the wait limit: %v", err)
	}
	if e := asError(err); e.Code != codeTooManyQueries || httpStatus(e.Code) != http.StatusServiceUnavailable {
		t.Errorf("it is answered with %v", e)
	}
}

func TestReadersDoNotTakeAllConnections(t *testing.T) {
	for range engine.config.Reader.MaxConnections {
		rows, err := engine.Query(t.Context(), Statement{SQL: "SELECT 1", Access: ReadLeast})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
	}
	if got := ask(t, "SELECT 'the owner'"); got != "the owner\n" {
		t.Error(got)
	}
	if n := engine.readers.inUse(); n != engine.config.Reader.MaxConnections {
		t.Errorf("%d readers", n)
	}
}

func TestAnInsertThatIsCancelledStoresNothing(t *testing.T) {
	table(t, "cancelled", "n UInt64")
	ctx, cancel := context.WithCancel(t.Context())
	insert, err := engine.Insert(ctx, Statement{SQL: "INSERT INTO cancelled", Format: "CSV"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(insert, "1\n2\n"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := insert.Commit(); !errors.Is(err, context.Canceled) {
		t.Errorf("commit after the context's end: %v", err)
	}
	if _, err := insert.Commit(); err == nil {
		t.Error("a second commit went well")
	}
	if got := ask(t, "SELECT count() FROM cancelled"); got != "0\n" {
		t.Errorf("%s rows", got)
	}
	waitFor(t, "the connections to come back", func() bool { return engine.Running() == 0 })
}

func TestParseError(t *testing.T) {
	for text, want := range map[string]Error{
		"Code: 60. DB::Exception: Unknown table x. (UNKNOWN_TABLE)":                                                            {60, "UNKNOWN_TABLE", "Unknown table x."},
		"Error: Code: 60. DB::Exception: Unknown table (x). (UNKNOWN_TABLE)\n":                                                 {60, "UNKNOWN_TABLE", "Unknown table (x)."},
		"Code: 504. DB::Exception: Code: 504. DB::Exception: File y exists. (FILE_X) (version 26.7.2.1). (FILE_X)":             {504, "FILE_X", "File y exists."},
		"Code: 504. DB::Exception: Code: 504. DB::Exception: File (y). (FILE_X) (version 26.7.2.1 (official build)). (FILE_X)": {504, "FILE_X", "File (y)."},
		"Invalid or closed connection": {0, "", "Invalid or closed connection"},
		"Code: many. DB::Exception: x": {0, "", "Code: many. DB::Exception: x"},
	} {
		if got := parseError(text); *got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", text, *got, want)
		}
	}
}
