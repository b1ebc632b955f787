// Package chdbtest gives tests of other rooms a real ClickHouse: the embedded
// engine, on a folder and a port of its own. An engine can be booted once in a
// process, so a test binary has one, and each test a database in it.
package chdbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"owabi/pkg/chdb"
)

var serverURL string

// Main runs m with a ClickHouse to hand and returns its exit status. It goes
// into TestMain: os.Exit(chdbtest.Main(m)).
func Main(m *testing.M) int {
	status, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chdbtest:", err)
		return 1
	}
	return status
}

func run(m *testing.M) (_ int, err error) {
	folder, err := os.MkdirTemp("", "owabi-chdb-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	engine, err := chdb.Open(ctx, chdb.Config{Path: folder, Listen: "127.0.0.1:0"})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, engine.Close(ctx), chdb.Shutdown()) }()
	server, err := engine.Listen(ctx)
	if err != nil {
		return 0, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- server.Serve(serving) }()
	defer func() { stop(); <-served }()
	serverURL = server.URL()
	return m.Run(), nil
}

var databases atomic.Int64

// URL returns the address of a database that no other test uses; it does not
// exist yet.
func URL(t testing.TB) string {
	if serverURL == "" {
		t.Fatal("chdbtest.Main was not called in TestMain")
	}
	return fmt.Sprintf("%s/test%d", serverURL, databases.Add(1))
}
