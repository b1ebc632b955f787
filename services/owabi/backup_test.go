package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"owabi/pkg/bus"
	"owabi/pkg/chdb"
)

// withLibrary is the environment of an owabi that boots its own ClickHouse.
func withLibrary(t *testing.T) []string {
	t.Helper()
	library, err := chdb.Find("")
	if err != nil {
		t.Fatal(err)
	}
	return []string{"OWABI_LIBCHDB=" + library}
}

func TestABackupOfWhatRunsLosesNothing(t *testing.T) {
	environment := withLibrary(t)
	data, copied := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "copy")
	up := launch(t, environment, "up", "--data", data, "--clickhouse-listen", "127.0.0.1:0", writeNotices(t, 100))
	awaitRows(t, up.says("ClickHouse:"), differs("0"))
	finish(t, environment, "ingest", "--data", data, writeNotices(t, 1500)) // and now it is in the middle of it
	finish(t, environment, "backup", "--data", data, copied)

	restoring := exec.Command(command(t, "owabi"), "restore", "--data", data, copied)
	restoring.Env = append(os.Environ(), environment...)
	if out, err := restoring.CombinedOutput(); err == nil || !strings.Contains(string(out), "in use by another owabi") {
		t.Errorf("restoring over a folder in use: %v\n%s", err, out)
	}
	if err := up.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-up.ended
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	finish(t, environment, "restore", "--data", data, copied)
	// What the backup caught between two hops goes on its way: every notice that is
	// on the first stream is stored in the end.
	one := filepath.Join(t.TempDir(), "one.txt")
	if err := os.WriteFile(one, []byte("職員が鍵を紛失しました。"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := finish(t, environment, "up", "--once", "--data", data, one)
	server, err := bus.Embedded(t.Context(), bus.EmbeddedConfig{StoreDir: filepath.Join(data, "nats")})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	b, err := server.Connect(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	published, err := b.LastSequence(t.Context(), bus.StreamRaw)
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("stored   %d notices", published); published < 2 || !strings.Contains(out, want) {
		t.Errorf("want %q in\n%s", want, out)
	}
}

func TestForgettingWhileServicesRun(t *testing.T) {
	environment := withLibrary(t)
	data := filepath.Join(t.TempDir(), "data")
	const notices = 500
	up := launch(t, environment, "up", "--data", data, "--clickhouse-listen", "127.0.0.1:0", writeNotices(t, notices))
	address := up.says("ClickHouse:")
	awaitRows(t, address, differs("0")) // there is one to forget, and more to come
	id := countRows(t, address, "any(notice_id)")
	out := finish(t, environment, "warehouse", "forget", "--data", data, "--notice", id, "--yes")
	if !strings.Contains(out, "erased") {
		t.Errorf("forget said\n%s", out)
	}
	awaitRows(t, address, is(fmt.Sprint(notices-1))) // the others arrive
	if n := countRows(t, address, "countIf(notice_id = '"+id+"')"); n != "0" {
		t.Errorf("the notice is there %s times", n)
	}
	up.interrupt()
}
