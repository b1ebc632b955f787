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
func Main(m *testing.M) int { return MainWith(m, func(*chdb.Config) {}) }

// MainWith is Main with what configure changes of the engine's configuration.
func MainWith(m *testing.M, configure func(*chdb.Config)) int {
	status, err := run(m, configure)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chdbtest:", err)
		return 1
	}
	return status
}

func run(m *testing.M, configure func(*chdb.Config)) (_ int, err error) {
	folder, err := os.MkdirTemp("", "owabi-chdb-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	config := chdb.Config{Path: folder, Listen: "127.0.0.1:0"}
	configure(&config)
	engine, err := chdb.Open(ctx, config)
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

// URLOf returns the address of a database by its name, which all tests share.
func URLOf(t testing.TB, database string) string {
	if serverURL == "" {
		t.Fatal("chdbtest.Main was not called in TestMain")
	}
	return serverURL + "/" + database
}

var databases atomic.Int64

// URL returns the address of a database that no other test uses; it does not
// exist yet.
func URL(t testing.TB) string {
	return URLOf(t, fmt.Sprintf("test%d", databases.Add(1)))
}
