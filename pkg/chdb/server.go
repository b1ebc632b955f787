package chdb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/net/netutil"
)

// Server is ClickHouse's HTTP interface on an address.
type Server struct {
	engine   *Engine
	listener net.Listener
	http     *http.Server
}

// Listen takes Config.Listen. Call Serve next. An address that is taken gives
// [ErrAddressInUse].
func (e *Engine) Listen(ctx context.Context) (*Server, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", e.config.Listen)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("chdb: %w: %s; is another ClickHouse or owabi running? stop it, or configure another address (port 0 takes any free port)",
				ErrAddressInUse, e.config.Listen)
		}
		return nil, fmt.Errorf("chdb: listen on %s: %w", e.config.Listen, err)
	}
	return &Server{
		engine:   e,
		listener: netutil.LimitListener(readAhead{listener}, e.config.MaxHTTPConnections),
		http: &http.Server{
			Handler:           e.Handler(),
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64<<10 + e.config.MaxQuerySize*3, // a statement may stand in the URL, escaped
			ErrorLog:          slog.NewLogLogger(e.config.Logger.Handler(), slog.LevelWarn),
		},
	}, nil
}

// Addr is the address that was taken, with its real port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the address as http://host:port.
func (s *Server) URL() string { return "http://" + s.Addr() }

// Serve answers requests until ctx ends, then lets running ones finish for up
// to Config.CloseLimit and kills those that have not. It returns nil when all
// finished in time.
func (s *Server) Serve(ctx context.Context) error {
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	s.http.BaseContext = func(net.Listener) context.Context { return requests }
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limit, done := context.WithTimeout(requests, s.engine.config.CloseLimit)
		defer done()
		err := s.http.Shutdown(limit)
		if err != nil {
			err = fmt.Errorf("chdb: requests ran longer than %v after the stop and were cut: %w",
				s.engine.config.CloseLimit, errors.Join(err, s.http.Close()))
		}
		stopped <- err
	})
	err := s.http.Serve(s.listener)
	if stop() { // it was never begun: Serve failed by itself
		return fmt.Errorf("chdb: serve %s: %w", s.Addr(), err)
	}
	return <-stopped
}

// readAhead gives each connection a read buffer of its own. net/http reads
// through 4 KiB, which a body of many chunks turns into a system call every few
// kilobytes.
type readAhead struct{ net.Listener }

func (l readAhead) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &bufferedConn{Conn: conn, reader: bufio.NewReaderSize(conn, 64<<10)}, nil
}

type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }
