package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Config says how to reach a NATS server or cluster.
type Config struct {
	// URLs lists the servers, separated by commas: nats://host:4222, tls://host:4222,
	// ws:// or wss://. More members of a cluster are learnt from the first that answers.
	URLs string
	// Name is shown by the server for this connection. Default: owabi.
	Name string

	// Ways to say who this is; all empty: nobody in particular.
	CredentialsFile string // path of a .creds file
	User            string
	Password        Secret
	Token           Secret

	// TLS. A CA file replaces the system's; certificate and key go together.
	CAFile, CertFile, KeyFile string

	// InboxPrefix begins the subjects on which this user gets its answers. Who may
	// listen on a prefix sees all answers on it, so users with rights of their own
	// have prefixes of their own. Default: _INBOX, which is everybody's.
	InboxPrefix string

	// ConnectTimeout bounds the whole first connection, all servers and tries
	// together. At the limit Connect fails with ErrUnreachable and the last reason.
	// Default: 10 s. Once connected, a lost server is reached for without end.
	ConnectTimeout time.Duration

	// Logger takes what happens to the connection. Default: slog.Default().
	Logger *slog.Logger

	inProcess nats.InProcessConnProvider
}

// Connect reaches a server, trying all of URLs again and again until
// ConnectTimeout. Refused credentials fail at once with ErrDenied, URLs that cannot
// be one with ErrBadAddress. Afterwards a lost connection is made again for ever, with waits of 0.25 to 2 s.
func Connect(ctx context.Context, cfg Config) (*Bus, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	if cfg.Name == "" {
		cfg.Name = "owabi"
	}
	b := &Bus{
		log:        cfg.Logger,
		closed:     make(chan struct{}),
		denied:     map[string]error{},
		asking:     map[*context.CancelCauseFunc]struct{}{},
		publishers: map[*Publisher]struct{}{},
		settled:    map[string]chan struct{}{},
	}
	if cfg.inProcess != nil {
		b.recents = newRecents()
	}
	opts, err := b.options(cfg)
	if err != nil {
		return nil, err
	}
	if b.nc, err = dial(ctx, cfg, opts); err != nil {
		return nil, err
	}
	if err := b.checkInbox(ctx, cfg); err != nil {
		b.Close()
		return nil, err
	}
	if b.js, err = jetstream.New(b.nc); err != nil {
		b.Close()
		return nil, fmt.Errorf("opening JetStream: %w", err)
	}
	return b, nil
}

// checkInbox finds out whether answers can reach this user: the server never says
// so to who waits for one.
func (b *Bus) checkInbox(ctx context.Context, cfg Config) error {
	limit, cancel := context.WithTimeout(ctx, cfg.ConnectTimeout)
	defer cancel()
	inbox := b.nc.NewRespInbox()
	sub, err := b.nc.SubscribeSync(inbox)
	if err != nil {
		return fmt.Errorf("connecting to %s: %w", Redact(cfg.URLs), err)
	}
	defer sub.Unsubscribe()
	if err := b.nc.FlushWithContext(limit); err != nil {
		return fmt.Errorf("connecting to %s: %w", Redact(cfg.URLs), err)
	}
	if err := b.nc.LastError(); errors.Is(err, nats.ErrPermissionViolation) {
		return fmt.Errorf("connecting to %s: %w: this user may not listen on %s, where answers come: give the inbox prefix that its rights name", Redact(cfg.URLs), ErrDenied, inbox)
	}
	return nil
}

// dial tries until a server answers, the time is over or trying is pointless.
// RetryOnFailedConnect would do the trying too, but keep the reason to itself.
func dial(ctx context.Context, cfg Config, opts []nats.Option) (*nats.Conn, error) {
	limit, cancel := context.WithTimeout(ctx, cfg.ConnectTimeout)
	defer cancel()
	for try := 1; ; try++ {
		nc, err := nats.Connect(cfg.URLs, opts...)
		switch {
		case err == nil:
			return nc, nil
		case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAccountAuthExpired):
			return nil, fmt.Errorf("connecting to %s: %w: %w (check user and password, token or credentials file)", Redact(cfg.URLs), ErrDenied, err)
		case tlsAdvice(err) != "":
			return nil, fmt.Errorf("connecting to %s: %w: %s: %w", Redact(cfg.URLs), ErrTLS, tlsAdvice(err), err)
		case errors.Is(err, nats.ErrSecureConnRequired):
			return nil, fmt.Errorf("connecting to %s: %w: the server wants TLS: write tls:// in the address and name its authority's file", Redact(cfg.URLs), ErrTLS)
		case errors.Is(err, nats.ErrSecureConnWanted):
			return nil, fmt.Errorf("connecting to %s: %w: the server has none: write nats:// in the address and name no TLS files, or set up TLS there", Redact(cfg.URLs), ErrTLS)
		}
		if !pause(limit, backoff(try, 50*time.Millisecond, time.Second)) {
			if ctx.Err() != nil {
				return nil, fmt.Errorf("connecting to %s: %w", Redact(cfg.URLs), context.Cause(ctx))
			}
			return nil, fmt.Errorf("%w at %s within %s: %w", ErrUnreachable, Redact(cfg.URLs), cfg.ConnectTimeout, err)
		}
	}
}

func (b *Bus) options(cfg Config) ([]nats.Option, error) {
	log := cfg.Logger
	opts := []nats.Option{
		nats.Name(cfg.Name),
		nats.Timeout(min(2*time.Second, cfg.ConnectTimeout)), // one server, one try
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, 1750*time.Millisecond),
		nats.IgnoreAuthErrorAbort(), // rights that are being changed must not end a service
		nats.DisconnectErrHandler(func(nc *nats.Conn, err error) {
			if !nc.IsClosed() {
				log.Warn("connection to NATS lost, reaching for it again", "error", err)
			}
			for _, p := range b.openPublishers() {
				p.disconnected()
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			log.Info("connection to NATS is back", "server", nc.ConnectedUrlRedacted())
			for _, p := range b.openPublishers() {
				p.reconnected()
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			if !b.noteDenied(err) {
				return
			}
			attrs := []any{"error", err}
			if sub != nil {
				attrs = append(attrs, "subject", sub.Subject)
			}
			log.Error("NATS reports an error", attrs...)
		}),
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
	}
	if cfg.inProcess != nil {
		opts = append(opts, nats.InProcessServer(cfg.inProcess))
	} else if err := checkAddresses(cfg.URLs); err != nil {
		return nil, fmt.Errorf("connecting to NATS: %w", err)
	}
	if err := cfg.checkFiles(); err != nil {
		return nil, err
	}
	if cfg.InboxPrefix != "" {
		opts = append(opts, nats.CustomInboxPrefix(cfg.InboxPrefix))
	}
	if cfg.CredentialsFile != "" {
		opts = append(opts, nats.UserCredentials(cfg.CredentialsFile))
	}
	if cfg.User != "" {
		opts = append(opts, nats.UserInfo(cfg.User, string(cfg.Password)))
	}
	if cfg.Token != "" {
		opts = append(opts, nats.Token(string(cfg.Token)))
	}
	if cfg.CAFile != "" {
		opts = append(opts, nats.RootCAs(cfg.CAFile))
	}
	if cfg.CertFile != "" {
		opts = append(opts, nats.ClientCert(cfg.CertFile, cfg.KeyFile))
	}
	return opts, nil
}

// schemes are those of Config.URLs; true for WebSocket, which a list has
// throughout or not at all.
var schemes = map[string]bool{"nats": false, "tls": false, "ws": true, "wss": true}

// checkAddresses finds what is wrong with a list of addresses before anything is
// dialled: trying again would not mend it. Its errors quote nothing of an address
// in which a password may stand.
func checkAddresses(urls string) error {
	list := strings.Split(urls, ",")
	var first *url.URL
	for i, s := range list {
		if strings.TrimSpace(s) == "" {
			continue // NATS's own client passes over it too
		}
		which := fmt.Sprintf("number %d of %d", i+1, len(list))
		if !strings.Contains(urls, "@") {
			which = strconv.Quote(s)
		}
		refuse := func(why string) error { return fmt.Errorf("%w: %s %s", ErrBadAddress, which, why) }
		u, err := url.Parse(strings.TrimSpace(s))
		if err != nil {
			return refuse("is no URL of the form nats://host:4222 (write special characters of a password as %xx)")
		}
		webSocket, known := schemes[u.Scheme]
		switch {
		case !known:
			return refuse("does not begin with nats://, tls://, ws:// or wss://")
		case u.Hostname() == "":
			return refuse("names no host")
		case strings.Trim(u.Path, "/") != "", u.RawQuery != "", u.Fragment != "":
			return refuse("has more after host and port (write special characters of a password as %xx)")
		case first != nil && webSocket != schemes[first.Scheme]:
			return refuse("mixes ws:// or wss:// with nats:// or tls://")
		}
		if port := u.Port(); port != "" {
			if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
				return refuse("has no port from 1 to 65535")
			}
		}
		if first == nil {
			first = u
		}
	}
	if first == nil {
		return fmt.Errorf("%w: none is given", ErrBadAddress)
	}
	return nil
}

// Redact returns a list of addresses without who connects, which can be a token,
// for messages and logs.
func Redact(urls string) string {
	if urls == "" {
		return "the server in this process"
	}
	list := strings.Split(urls, ",")
	for i, s := range list {
		u, err := url.Parse(strings.TrimSpace(s))
		switch {
		case err != nil, u.Host == "" && strings.Contains(s, "@"):
			list[i] = "(an address that cannot be read)"
		case u.User != nil:
			u.User = url.User("xxxxx")
			list[i] = u.String()
		}
	}
	return strings.Join(list, ",")
}
