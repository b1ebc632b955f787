// Package faultproxy stands between clients and ClickHouse's HTTP interface and
// misbehaves as it is told: for tests of what they do then.
//
// It forwards to the real engine whatever a fault lets through, and makes up only
// what a sound engine cannot be brought to do: no answer, a late one, a lost one,
// a server that refuses all work for now. It works at the level of requests, for
// the faults that matter most cannot be made below it: an answer that is lost
// after the insert was stored, and an exception in ClickHouse's own form. That is
// why it is not Shopify/toxiproxy, which knows bytes and connections.
package faultproxy

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault answers a request in the place of forward, which is ClickHouse, and may
// use it.
type Fault func(w http.ResponseWriter, r *http.Request, forward http.Handler)

// None forwards.
func None(w http.ResponseWriter, r *http.Request, forward http.Handler) { forward.ServeHTTP(w, r) }

// Slow lets every request wait before it is forwarded.
func Slow(wait time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		select {
		case <-time.After(wait):
			forward.ServeHTTP(w, r)
		case <-r.Context().Done():
			reset(w)
		}
	}
}

// Reset resets the connection; ClickHouse sees nothing of the request.
func Reset(w http.ResponseWriter, r *http.Request, _ http.Handler) { reset(w) }

// LoseAnswer lets ClickHouse do the work and resets the connection instead of
// passing its answer on.
func LoseAnswer(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r)
	reset(w)
}

// Refuse answers with an exception as ClickHouse words them; ClickHouse sees
// nothing of the request.
func Refuse(code int, name, message string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // or the client may miss the answer while it writes
		w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(code))
		http.Error(w, fmt.Sprintf("Code: %d. DB::Exception: %s. (%s) (version 26.7.2.1)", code, message, name), http.StatusInternalServerError)
	}
}

// OnInserts keeps a fault to inserts; everything else passes.
func OnInserts(fault Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(r.URL.Query().Get("query"))), "INSERT") {
			fault(w, r, forward)
		} else {
			forward.ServeHTTP(w, r)
		}
	}
}

// InTurn gives each request the next of the faults, over and over.
func InTurn(faults ...Fault) Fault {
	var mu sync.Mutex
	next := 0
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		mu.Lock()
		fault := faults[next%len(faults)]
		next++
		mu.Unlock()
		fault(w, r, forward)
	}
}

// reset ends the client's connection with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the connection ends all the same
	}
	end(conn)
}

func end(conn net.Conn) {
	if c, ok := conn.(*connection); ok {
		_ = c.Conn.(*net.TCPConn).SetLinger(0)
	}
	_ = conn.Close()
}

// Proxy is a proxy that listens on loopback. It is safe for concurrent use.
type Proxy struct {
	target  *url.URL
	address string
	server  *http.Server
	forward http.Handler
	idle    func() // ends the connections to ClickHouse that rest
	serving sync.WaitGroup

	mu          sync.Mutex
	fault       Fault
	listener    net.Listener // nil while cut
	connections map[*connection]struct{}
}

// Start returns a proxy in front of the ClickHouse at target, an http:// address
// whose path names the database. It begins with None.
func Start(target string) (*Proxy, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("fault proxy: %w", err)
	}
	transport := &http.Transport{}
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: u.Scheme, Host: u.Host})
	forward.Transport = transport
	forward.ErrorLog = log.New(io.Discard, "", 0) // a client that gives up is what is being tested
	p := &Proxy{target: u, address: "127.0.0.1:0", forward: forward, idle: transport.CloseIdleConnections, fault: None, connections: map[*connection]struct{}{}}
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: time.Minute}
	return p, p.Restore()
}

// URL is the proxy's address, with the target's database.
func (p *Proxy) URL() string {
	u := *p.target
	u.Host = p.address
	return u.String()
}

// Use makes fault answer the requests from now on.
func (p *Proxy) Use(fault Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// Cut resets every connection and refuses new ones until Restore.
func (p *Proxy) Cut() {
	p.mu.Lock()
	listener := p.listener
	p.listener = nil
	var open []net.Conn
	for c := range p.connections {
		open = append(open, c)
	}
	p.mu.Unlock()
	if listener != nil {
		_ = listener.Close()
	}
	for _, c := range open {
		end(c)
	}
}

// Restore takes connections again, at the same address.
func (p *Proxy) Restore() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return fmt.Errorf("fault proxy: %w", err)
	}
	p.listener, p.address = listener, listener.Addr().String()
	p.serving.Go(func() { _ = p.server.Serve(tracking{listener, p}) })
	return nil
}

// Open is the number of clients' connections.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.connections)
}

// Close ends the proxy and all its connections.
func (p *Proxy) Close() error {
	p.Cut()
	err := p.server.Close()
	p.serving.Wait()
	p.idle()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	fault := p.fault
	p.mu.Unlock()
	fault(w, r, p.forward)
}

// tracking notes the connections it accepts.
type tracking struct {
	net.Listener
	proxy *Proxy
}

func (l tracking) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t := &connection{Conn: c, proxy: l.proxy}
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	l.proxy.connections[t] = struct{}{}
	return t, nil
}

// connection is a client's, until it is closed.
type connection struct {
	net.Conn
	proxy *Proxy
}

func (c *connection) Close() error {
	c.proxy.mu.Lock()
	delete(c.proxy.connections, c)
	c.proxy.mu.Unlock()
	return c.Conn.Close()
}
