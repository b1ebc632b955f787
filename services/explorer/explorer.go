// Package explorer is what a browser, a probe and Prometheus see of owabi: one
// HTTP listener with the explorer's pages, health, readiness and metrics.
//
// The pages draw the dashboards of pkg/grafana from the warehouse, show a notice
// with its evidence marked, search, and run SQL that reads. Their source is in
// web, their API in JSON under /api/.
//
// /healthz says that the process lives, /readyz whether it can do its work and
// else what is missing, /metrics what it did, for Prometheus. With a Token all
// but the two probes ask for it; without one only requests that name a loopback
// host are answered, so that no page of another site can read through a browser
// what listens on this machine. README.md lists the metrics.
//
// It decides nothing about the services: it is given its checks and its metrics.
package explorer

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"owabi/pkg/warehouse"
)

// Config says what is shown and where.
type Config struct {
	// Listener takes the connections; Run closes it. Required.
	Listener net.Listener
	// Token is asked for by everything but the two probes, as
	// "Authorization: Bearer TOKEN" or as the password of a basic login. Empty:
	// only requests to a loopback host are answered, and nothing is asked for.
	Token string
	// Metrics is what /metrics shows. Required.
	Metrics prometheus.Gatherer
	// Checks are what /readyz asks, all at once. None: always ready.
	Checks []Check
	// CheckTimeout bounds each check. Default: 2 s.
	CheckTimeout time.Duration
	// Pages are what a browser is shown. Nil: there are none.
	Pages *Pages
	// Logger takes what goes wrong. Default: slog.Default().
	Logger *slog.Logger
}

// Pages says what the browser's pages ask.
type Pages struct {
	// Warehouse is asked, with at most [MaxConnections] at once. Required.
	Warehouse *warehouse.Warehouse
	// SQL lets people ask in SQL of their own. The Warehouse's user must be one
	// that can do nothing but read its tables: what one statement may reach is
	// decided by that user's rights and not here.
	SQL bool
	// Answers keeps the answers to the dashboards' questions; it is given here to
	// be registered with the metrics. Default: one of its own.
	Answers *Answers
	// Grafana is the address of a Grafana with the same dashboards, for links.
	// Empty: no links.
	Grafana string
}

// MaxQuestions is how many statements the pages run at once; further ones wait.
const MaxQuestions = 8

// MaxConnections is how many connections the pages use: one for each question, and a
// few for what is short and waits for no place.
const MaxConnections = MaxQuestions + 4

// Check is one thing that a service needs to do its work.
type Check struct {
	// Name is one word: nats, clickhouse, disk.
	Name string
	// Ready returns nil, or what is missing in words. It holds no secret.
	Ready func(context.Context) error
}

// Run answers requests until ctx ends, finishes those under way within 5 s, and
// returns nil; an error says that the listener failed.
func Run(ctx context.Context, cfg Config) error {
	cfg.defaults()
	server := &http.Server{
		Handler: cfg.Handler(), ErrorLog: slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- errors.Join(server.Shutdown(limit), server.Close())
	})
	err := server.Serve(cfg.Listener)
	if !stop() { // ctx has ended: that is why Serve returned
		return <-stopped
	}
	return fmt.Errorf("HTTP on %s: %w", cfg.Listener.Addr(), err)
}

func (cfg *Config) defaults() {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.CheckTimeout <= 0 {
		cfg.CheckTimeout = 2 * time.Second
	}
}

// Handler is what Run serves.
func (cfg Config) Handler() http.Handler {
	cfg.defaults()
	guarded := http.NewServeMux()
	if cfg.Pages != nil {
		guarded.Handle("/", newPage())
		newAPI(*cfg.Pages, cfg.Logger).routes(guarded)
	}
	guarded.Handle("GET /metrics", promhttp.HandlerFor(cfg.Metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
	}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive\n") })
	mux.HandleFunc("GET /readyz", cfg.readyz)
	mux.Handle("/", cfg.guard(http.NewCrossOriginProtection().Handler(guarded)))
	return secured(mux)
}

func plain(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that has gone
}

// readyz tells every check's result; why one failed, only those who may see the
// rest, for it names servers.
func (cfg Config) readyz(w http.ResponseWriter, r *http.Request) {
	errs := cfg.runChecks(r.Context())
	status, body := http.StatusOK, strings.Builder{}
	for i, check := range cfg.Checks {
		switch {
		case errs[i] == nil:
			fmt.Fprintf(&body, "%s: ok\n", check.Name)
			continue
		case cfg.allowed(r):
			fmt.Fprintf(&body, "%s: %s\n", check.Name, strings.ReplaceAll(errs[i].Error(), "\n", "; "))
		default:
			fmt.Fprintf(&body, "%s: failed\n", check.Name)
		}
		status = http.StatusServiceUnavailable
	}
	verdict := "ready\n"
	if status != http.StatusOK {
		verdict = "not ready\n"
	}
	plain(w, status, verdict+body.String())
}

// runChecks runs every check at once and returns what each says, by index.
func (cfg Config) runChecks(ctx context.Context) []error {
	ctx, cancel := context.WithTimeout(ctx, cfg.CheckTimeout)
	defer cancel()
	errs := make([]error, len(cfg.Checks))
	var wg sync.WaitGroup
	for i, check := range cfg.Checks {
		wg.Go(func() { errs[i] = check.Ready(ctx) })
	}
	wg.Wait()
	return errs
}

// guard lets those through who may see more than the probes.
func (cfg Config) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case cfg.allowed(r):
			next.ServeHTTP(w, r)
		case cfg.Token == "":
			plain(w, http.StatusForbidden, "only localhost and 127.0.0.1 are answered here; other names need a token (OWABI_HTTP_TOKEN)\n")
		default:
			w.Header().Set("WWW-Authenticate", `Basic realm="owabi", charset="UTF-8"`)
			plain(w, http.StatusUnauthorized, "a token is needed: Authorization: Bearer TOKEN\n")
		}
	})
}

// allowed says whether the request carries the token or, where there is none,
// asks for a loopback host.
func (cfg Config) allowed(r *http.Request) bool {
	if cfg.Token == "" {
		return loopbackHost(r.Host)
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		_, given, _ = r.BasicAuth()
	}
	// Hashes are of one length, so that the comparison tells nothing by its time.
	have, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(cfg.Token))
	return subtle.ConstantTimeCompare(have[:], want[:]) == 1
}

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
