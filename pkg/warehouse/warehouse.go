// Package warehouse keeps classified notices in ClickHouse: it makes the tables
// and views, writes batches, and answers queries.
//
// It promises an idempotent load: a notice that is loaded twice shows once in
// every view, at once and not only after a merge. It reaches ClickHouse, embedded
// or a server, through clickhouse-go over the native protocol or HTTP, whichever
// the URL says. It knows nothing of NATS and decides nothing about notices.
package warehouse

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// DefaultDatabase is used when the URL names none.
const DefaultDatabase = "owabi"

// Config says where ClickHouse is and how it may be used.
type Config struct {
	// URL is http://, https:// or clickhouse:// (native protocol), with an
	// optional user, password and database:
	// https://loader@ch.example.org:8443/owabi. Several hosts, parted by commas,
	// are tried in order. Required.
	URL string
	// User and Password replace those of the URL when set, so that a secret can
	// come from a file or the environment.
	User, Password string
	// CAFile is the authority that signed the server's certificate, instead of the
	// system's; CertFile and KeyFile are for a server that asks for a certificate.
	// PEM. The URL must ask for TLS: https://, or clickhouse://…?secure=true.
	CAFile, CertFile, KeyFile string
	// Cluster names a cluster of the server's configuration: Migrate then makes
	// replicated tables on all its servers and tables over all its shards. Empty,
	// the default: one server.
	Cluster string
	// DialTimeout bounds making a connection. Default 5 s.
	DialTimeout time.Duration
	// ReadTimeout bounds waiting for an answer to one statement, or for the server to
	// take the next block of an insert; past it the statement fails and may be tried
	// again. Default 5 min.
	ReadTimeout time.Duration
	// MaxConnections bounds connections; a statement over it waits for one to come
	// free, for its context, or for DialTimeout, and may then be tried again. A Load
	// takes two. Default 6: the loader's two workers, and two for who asks meanwhile.
	MaxConnections int
}

// Warehouse is a pool of connections to one database. It is safe for concurrent use.
type Warehouse struct {
	conn     driver.Conn
	options  clickhouse.Options
	database string
	layout   layout
	told     atomic.Pointer[answers] // the last
}

// Open makes a pool; it connects with the first statement. The error is about
// the configuration and permanent.
func Open(cfg Config) (*Warehouse, error) {
	options, err := cfg.options()
	if err != nil {
		return nil, err
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("ClickHouse at %s: %w", Redact(cfg.URL), err)
	}
	return &Warehouse{conn: conn, options: *options, database: options.Auth.Database,
		layout: layout{database: options.Auth.Database, cluster: cfg.Cluster}}, nil
}

// ErrURL is returned for a ClickHouse URL that cannot be used.
var ErrURL = errors.New("not a ClickHouse URL")

func (cfg Config) options() (*clickhouse.Options, error) {
	scheme, _, _ := strings.Cut(cfg.URL, "://")
	switch scheme {
	case "http", "https", "clickhouse":
	default:
		return nil, fmt.Errorf("%w: %s: want http://, https:// or clickhouse://", ErrURL, Redact(cfg.URL))
	}
	dsn := cfg.URL
	if scheme == "https" { // the parser wants to be told twice
		separator := "?"
		if strings.Contains(dsn, "?") {
			separator = "&"
		}
		dsn += separator + "secure=true"
	}
	options, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		// The parser quotes the URL in its error, password and all.
		return nil, fmt.Errorf("%w: %s", ErrURL, Redact(cfg.URL))
	}
	if len(options.Addr) == 0 || options.Addr[0] == "" {
		return nil, fmt.Errorf("%w: %s names no host", ErrURL, Redact(cfg.URL))
	}
	for i, addr := range options.Addr {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			options.Addr[i] = net.JoinHostPort(addr, defaultPort(scheme, options.TLS != nil))
		}
	}
	if options.Auth.Database == "" {
		options.Auth.Database = DefaultDatabase
	}
	if cfg.User != "" {
		options.Auth.Username = cfg.User
	}
	if cfg.Password != "" {
		options.Auth.Password = cfg.Password
	}
	if err := cfg.secure(options.TLS); err != nil {
		return nil, err
	}
	options.TransportFunc = func(t *http.Transport) (http.RoundTripper, error) { return summaryTransport{t}, nil }
	options.DialTimeout = orDefault(cfg.DialTimeout, 5*time.Second)
	options.ReadTimeout = orDefault(cfg.ReadTimeout, 5*time.Minute)
	options.MaxOpenConns = orDefault(cfg.MaxConnections, 6)
	options.MaxIdleConns = options.MaxOpenConns
	if options.Compression == nil && !allLoopback(options.Addr) {
		// On this machine compressing costs more than sending.
		options.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	}
	options.ClientInfo.Products = append(options.ClientInfo.Products, struct{ Name, Version string }{"owabi", "1"})
	return options, nil
}

func defaultPort(scheme string, secure bool) string {
	switch {
	case scheme == "http":
		return "8123"
	case scheme == "https":
		return "8443"
	case secure:
		return "9440"
	default:
		return "9000"
	}
}

func allLoopback(addresses []string) bool {
	for _, address := range addresses {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// Redact returns rawURL without the password it may hold, for messages and logs.
func Redact(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" && strings.Contains(rawURL, "@") {
		return "(a URL that cannot be parsed)"
	}
	query := u.Query()
	for key := range query {
		if strings.Contains(strings.ToLower(key), "pass") {
			query.Set(key, "xxxxx")
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}

// Ping asks the server for a sign of life.
func (w *Warehouse) Ping(ctx context.Context) error { return w.conn.Ping(ctx) }

// Close gives the connections back. Statements under way end with an error.
func (w *Warehouse) Close() error { return w.conn.Close() }

// address is the servers', for messages.
func (w *Warehouse) address() string { return strings.Join(w.options.Addr, ",") }

// Database is the database that the tables and views are in.
func (w *Warehouse) Database() string { return w.database }
