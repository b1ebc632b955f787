package bus_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
)

func startServer(t *testing.T, opts *server.Options) string {
	t.Helper()
	if opts.Host == "" {
		opts.Host = "127.0.0.1"
	}
	opts.Port, opts.NoSigs, opts.StoreDir = server.RANDOM_PORT, true, t.TempDir()
	ns, err := server.NewServer(opts)
	must(t, err)
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	if !ns.ReadyForConnections(30 * time.Second) {
		t.Fatal("the NATS server did not start")
	}
	return ns.ClientURL()
}

func serverTLS(t *testing.T, authority *bustest.Authority, expires time.Time, clientsToo bool) *server.Options {
	t.Helper()
	certificate, key := authority.Issue("nats", expires)
	config, err := server.GenTLSConfig(&server.TLSConfigOpts{CertFile: certificate, KeyFile: key, CaFile: authority.File, Verify: clientsToo})
	must(t, err)
	return &server.Options{TLSConfig: config, TLSTimeout: 5}
}

// Whatever is wrong with who connects or with the connection, the error names the
// server, says what to do, and comes without waiting for a better time.
func TestConnectingSecurely(t *testing.T) {
	authority, other := bustest.NewAuthority(t), bustest.NewAuthority(t)
	valid, expired := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	certificate, key := authority.Issue("client", valid)
	oldCertificate, oldKey := authority.Issue("client", expired)
	strange, strangeKey := other.Issue("client", valid)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	must(t, os.WriteFile(empty, []byte("nothing"), 0o600))

	withTLS := startServer(t, serverTLS(t, authority, valid, false))
	elsewhere := serverTLS(t, authority, valid, false)
	elsewhere.Host = "127.0.0.2" // its certificate is for 127.0.0.1
	misnamed := startServer(t, elsewhere)
	mutual := startServer(t, serverTLS(t, authority, valid, true))
	outdated := startServer(t, serverTLS(t, authority, expired, false))
	plain := startServer(t, &server.Options{Username: "loader", Password: "geheim"})
	apart := startServer(t, &server.Options{Users: []*server.User{{Username: "loader", Password: "geheim", Permissions: &server.Permissions{
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX_loader.>"}},
	}}}})

	for _, c := range []struct {
		name string
		cfg  bus.Config
		err  error // nil: it connects
		says string
	}{
		{"with the authority", bus.Config{URLs: withTLS, CAFile: authority.File}, nil, ""},
		{"the system's authorities", bus.Config{URLs: withTLS}, bus.ErrTLS, "name that authority's file"},
		{"another authority", bus.Config{URLs: withTLS, CAFile: other.File}, bus.ErrTLS, "name that authority's file"},
		{"the server's has expired", bus.Config{URLs: outdated, CAFile: authority.File}, bus.ErrTLS, "renew it"},
		{"another name", bus.Config{URLs: misnamed, CAFile: authority.File}, bus.ErrTLS, "use that name in the address"},
		{"both sides", bus.Config{URLs: mutual, CAFile: authority.File, CertFile: certificate, KeyFile: key}, nil, ""},
		{"no client certificate", bus.Config{URLs: mutual, CAFile: authority.File}, bus.ErrTLS, "give certificate and key"},
		{"the client's has expired", bus.Config{URLs: mutual, CAFile: authority.File, CertFile: oldCertificate, KeyFile: oldKey}, bus.ErrTLS, "client certificate"},
		{"the client's is another's", bus.Config{URLs: mutual, CAFile: authority.File, CertFile: strange, KeyFile: strangeKey}, bus.ErrTLS, "its authority has signed"},
		{"no TLS there", bus.Config{URLs: strings.Replace(plain, "nats:", "tls:", 1), User: "loader", Password: "geheim"}, bus.ErrTLS, "write nats:// in the address"},
		{"the password", bus.Config{URLs: plain, User: "loader", Password: "geheim"}, nil, ""},
		{"a wrong password", bus.Config{URLs: plain, User: "loader", Password: "falsch"}, bus.ErrDenied, "check user and password"},
		{"an inbox of one's own", bus.Config{URLs: apart, User: "loader", Password: "geheim", InboxPrefix: "_INBOX_loader"}, nil, ""},
		{"everybody's inbox", bus.Config{URLs: apart, User: "loader", Password: "geheim"}, bus.ErrDenied, "give the inbox prefix"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Logger = silent()
			b, err := bus.Connect(t.Context(), c.cfg)
			if err == nil {
				b.Close()
			}
			if !errors.Is(err, c.err) {
				t.Fatalf("%v, want %v", err, c.err)
			}
			if err != nil && (!strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), strings.TrimPrefix(c.cfg.URLs, "nats://"))) {
				t.Errorf("%v; want %q and the server's address in it", err, c.says)
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("%v tells the password", err)
			}
		})
	}
	for what, cfg := range map[string]bus.Config{
		"no such file":      {CAFile: empty + "x"},
		"no certificate":    {CAFile: empty},
		"a key of another":  {CertFile: certificate, KeyFile: strangeKey},
		"a key is missing":  {CertFile: certificate},
		"credentials there": {CredentialsFile: empty + "x"},
	} {
		cfg.URLs = withTLS
		if _, err := bus.Connect(t.Context(), cfg); err == nil || errors.Is(err, bus.ErrUnreachable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Operator, account and user as NATS's own tools make them, the user in a .creds file.
func TestCredentialsFile(t *testing.T) {
	pair := func(make func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
		t.Helper()
		kp, err := make()
		must(t, err)
		public, err := kp.PublicKey()
		must(t, err)
		return kp, public
	}
	operator, operatorKey := pair(nkeys.CreateOperator)
	account, accountKey := pair(nkeys.CreateAccount)
	system, systemKey := pair(nkeys.CreateAccount)
	claims := jwt.NewOperatorClaims(operatorKey)
	claims.SystemAccount = systemKey
	resolver := &server.MemAccResolver{}
	for key := range map[string]nkeys.KeyPair{accountKey: account, systemKey: system} {
		ac := jwt.NewAccountClaims(key)
		if key == accountKey {
			ac.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
		}
		token, err := ac.Encode(operator)
		must(t, err)
		must(t, resolver.Store(key, token))
	}
	url := startServer(t, &server.Options{
		JetStream: true, TrustedOperators: []*jwt.OperatorClaims{claims}, AccountResolver: resolver, SystemAccount: systemKey,
	})
	creds := func(expires time.Time) string {
		t.Helper()
		user, userKey := pair(nkeys.CreateUser)
		uc := jwt.NewUserClaims(userKey)
		uc.Expires = expires.Unix()
		token, err := uc.Encode(account)
		must(t, err)
		seed, err := user.Seed()
		must(t, err)
		text, err := jwt.FormatUserConfig(token, seed)
		must(t, err)
		path := filepath.Join(t.TempDir(), "user.creds")
		must(t, os.WriteFile(path, text, 0o600))
		return path
	}
	b, err := bus.Connect(t.Context(), bus.Config{URLs: url, CredentialsFile: creds(time.Now().Add(time.Hour)), Logger: silent()})
	must(t, err)
	defer b.Close()
	must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	for what, file := range map[string]string{"expired": creds(time.Now().Add(-time.Hour)), "none": ""} {
		_, err := bus.Connect(t.Context(), bus.Config{URLs: url, CredentialsFile: file, Logger: silent()})
		if !errors.Is(err, bus.ErrDenied) || !strings.Contains(err.Error(), "credentials file") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
