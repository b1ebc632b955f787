package chdb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// engine and base are the one engine of this test process, since libchdb can be
// booted once in a process, and the address of its HTTP interface.
var (
	engine *Engine
	base   string
)

func TestMain(m *testing.M) {
	if role := os.Getenv("CHDB_TEST_ROLE"); role != "" {
		playRole(role)
		return
	}
	os.Exit(withEngine(m))
}

func withEngine(m *testing.M) int {
	folder, err := os.MkdirTemp("", "chdb-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	engine, err = Open(ctx, Config{
		Path:              folder,
		Listen:            "127.0.0.1:0",
		MaxConnections:    6,
		WaitLimit:         20 * time.Second,
		CloseLimit:        5 * time.Second,
		MaxBufferedResult: 1 << 20,
		Reader:            &Reader{MaxExecutionTime: 30 * time.Second, MaxConnections: 2},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server, err := engine.Listen(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	base = server.URL()
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()

	code := m.Run()

	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-served; err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := engine.Close(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := Shutdown(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if _, err := Open(context.Background(), Config{Path: folder}); !errors.Is(err, ErrAlreadyOpen) {
		fmt.Fprintln(os.Stderr, "Open after Shutdown:", err)
		code = 1
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}
