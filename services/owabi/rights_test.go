package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
)

// deployed is a NATS that runs on deploy/nats/nats-server-tls.conf itself.
type deployed struct {
	t         *testing.T
	url       string
	authority *bustest.Authority
	// certificate and key are one client's; every user may use them.
	certificate, key string
}

// natsUsers are those of deploy/nats/nats-server.conf.
var natsUsers = []string{"ingest", "classifier", "loader", "subscriber", "tail", "admin"}

func password(user string) string { return "p-" + user }

func startDeployed(t *testing.T) *deployed {
	t.Helper()
	d := &deployed{t: t, authority: bustest.NewAuthority(t)}
	expires := time.Now().Add(time.Hour)
	d.certificate, d.key = d.authority.Issue("client", expires)
	certificate, key := d.authority.Issue("nats", expires)
	for _, user := range natsUsers {
		t.Setenv("OWABI_NATS_"+strings.ToUpper(user)+"_PASSWORD", password(user))
	}
	t.Setenv("OWABI_NATS_SERVER_CERT", certificate)
	t.Setenv("OWABI_NATS_SERVER_KEY", key)
	t.Setenv("OWABI_NATS_SERVER_CA", d.authority.File)
	opts, err := server.ProcessConfigFile("../../deploy/nats/nats-server-tls.conf")
	if err != nil {
		t.Fatal(err)
	}
	opts.Host, opts.Port, opts.StoreDir, opts.NoSigs = "127.0.0.1", server.RANDOM_PORT, t.TempDir(), true
	ns, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	if !ns.ReadyForConnections(30 * time.Second) {
		t.Fatal("the NATS server did not start")
	}
	d.url = ns.ClientURL()
	return d
}

// as is the environment of a process that connects as user.
func (d *deployed) as(user string, more ...string) []string {
	d.t.Helper()
	file := filepath.Join(d.t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password(user)+"\n"), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return append([]string{
		"OWABI_NATS_URL=" + d.url, "OWABI_NATS_USER=" + user, "OWABI_NATS_PASSWORD_FILE=" + file,
		"OWABI_NATS_INBOX_PREFIX=_INBOX_" + user,
		"OWABI_NATS_CA=" + d.authority.File, "OWABI_NATS_CERT=" + d.certificate, "OWABI_NATS_KEY=" + d.key,
	}, more...)
}

// client connects as user with NATS's own client.
func (d *deployed) client(user string, options ...nats.Option) (*nats.Conn, error) {
	return nats.Connect(d.url, append([]nats.Option{
		nats.UserInfo(user, password(user)), nats.CustomInboxPrefix("_INBOX_" + user),
		nats.RootCAs(d.authority.File), nats.ClientCert(d.certificate, d.key),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	}, options...)...)
}

// bus connects as user with owabi's.
func (d *deployed) bus(user string) *bus.Bus {
	d.t.Helper()
	b, err := bus.Connect(d.t.Context(), bus.Config{
		URLs: d.url, User: user, Password: bus.Secret(password(user)), InboxPrefix: "_INBOX_" + user,
		CAFile: d.authority.File, CertFile: d.certificate, KeyFile: d.key,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(b.Close)
	return b
}

// The whole pipeline on deploy/nats, each service a process under a user of its
// own that can do its work and nothing of the others', over TLS on both sides of
// the loader.
func TestEachServiceUnderItsOwnUser(t *testing.T) {
	d := startDeployed(t)
	plain := chdbtest.URL(t)
	clickHouse := []string{"OWABI_CLICKHOUSE_URL=" + behindTLS(t, plain, serverConfig(t, d.authority)), "OWABI_CLICKHOUSE_CA=" + d.authority.File}
	finish(t, d.as("admin", clickHouse...), "setup")

	nc, err := d.client("subscriber")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	listening, err := nc.SubscribeSync("notices.classified.>")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	const count = 50
	classifier := launch(t, d.as("classifier", "OWABI_HTTP_LISTEN=127.0.0.1:0"), "classifier")
	loader := launch(t, d.as("loader", append(clickHouse, "OWABI_HTTP_LISTEN=127.0.0.1:0")...), "loader", "--linger", "20ms")
	classifying, loading := classifier.says("HTTP: "), loader.says("HTTP: ")
	finish(t, d.as("ingest"), "ingest", writeNotices(t, count))
	for range count {
		if _, err := listening.NextMsg(30 * time.Second); err != nil {
			t.Fatalf("the subscriber: %v\n%s", err, classifier.text())
		}
	}
	admin := d.bus("admin")
	if err := errors.Join(admin.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier), admin.WaitDrained(t.Context(), bus.StreamClassified, bus.ConsumerLoader)); err != nil {
		t.Fatal(err)
	}
	if got := countRows(t, plain, "count()"); got != "50" {
		t.Errorf("%s rows", got)
	}
	for what, address := range map[string]string{"classifier": classifying, "loader": loading} {
		if status, body := fetchPage(t, address+"/readyz"); status != 200 {
			t.Errorf("the %s is not ready: %s", what, body)
		}
		if _, body := fetchPage(t, address+"/metrics"); !strings.Contains(body, `owabi_consumer_oldest_age_seconds{consumer="`+what+`"`) {
			t.Errorf("the %s's rights do not do for its metrics:\n%s", what, body)
		}
	}

	// A person reads from the beginning, and a subscriber goes on by its name.
	all := func(user, durable string) (n int) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := d.bus(user).Subscribe(ctx, bus.SubscribeConfig{All: true, UntilEnd: true, Durable: durable},
			func(context.Context, bus.Delivery) error { n++; return nil })
		if err != nil {
			t.Errorf("%s reads: %v", user, err)
		}
		return n
	}
	if n := all("tail", ""); n != count {
		t.Errorf("tail read %d", n)
	}
	if n := all("admin", "subscriber"); n != count {
		t.Errorf("the administrator, making the subscriber's consumer, read %d", n)
	}
	finish(t, d.as("ingest"), "ingest", oneNotice(t, "職員が名簿を紛失しました。"))
	if err := admin.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier); err != nil {
		t.Fatal(err)
	}
	if n := all("subscriber", "subscriber"); n != 1 {
		t.Errorf("the subscriber read %d", n)
	}
	classifier.interrupt()
	loader.interrupt()
}

func oneNotice(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notice.jsonl")
	if err := os.WriteFile(path, []byte(`{"text":"`+text+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What each user must not do is refused by the server, and has no effect.
func TestForbiddenToEachUser(t *testing.T) {
	d := startDeployed(t)
	admin := d.bus("admin")
	if err := errors.Join(admin.EnsureStreams(t.Context(), bus.StreamsConfig{}), admin.EnsureConsumers(t.Context(), bus.ConsumersConfig{})); err != nil {
		t.Fatal(err)
	}
	// try does one thing as a user and returns what the server says to it.
	try := func(user, verb, subject string) error {
		t.Helper()
		nc, err := d.client(user)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		if verb == "subscribe" {
			_, err = nc.SubscribeSync(subject)
		} else {
			err = nc.Publish(subject, []byte("{}"))
		}
		if err := errors.Join(err, nc.Flush()); err != nil {
			t.Fatal(err)
		}
		return nc.LastError()
	}
	everybody := []string{
		"subscribe >", "subscribe _INBOX.>", "subscribe notices.raw.>", "subscribe notices.rejected.>", "subscribe $JS.API.>", "subscribe $SYS.>",
		"publish $SYS.REQ.SERVER.PING", "publish _INBOX_loader.x", "publish $JS.ACK.NOTICES_RAW.other.1.1.1.1.1",
	}
	// workers may do nothing to streams and consumers.
	workers := []string{
		"publish $JS.API.STREAM.CREATE.NOTICES_RAW", "publish $JS.API.STREAM.DELETE.NOTICES_RAW", "publish $JS.API.STREAM.UPDATE.NOTICES_REJECTED",
		"publish $JS.API.STREAM.PURGE.NOTICES_RAW", "publish $JS.API.STREAM.PURGE.NOTICES_CLASSIFIED", "publish $JS.API.STREAM.MSG.DELETE.NOTICES_CLASSIFIED",
		"publish $JS.API.STREAM.MSG.GET.NOTICES_REJECTED", "publish $JS.API.DIRECT.GET.NOTICES_REJECTED", "publish $JS.API.CONSUMER.CREATE.NOTICES_REJECTED.x",
		"publish $JS.API.CONSUMER.DELETE.NOTICES_RAW.classifier", "publish $JS.API.CONSUMER.DELETE.NOTICES_CLASSIFIED.loader",
		"publish $JS.API.CONSUMER.PAUSE.NOTICES_CLASSIFIED.loader", "publish $JS.API.CONSUMER.DURABLE.CREATE.NOTICES_RAW.x",
		"publish $JS.API.CONSUMER.CREATE.NOTICES_CLASSIFIED.loader", "publish $JS.API.CONSUMER.CREATE.NOTICES_RAW.x.notices.raw.a",
	}
	for user, forbidden := range map[string][]string{
		"ingest": {
			"subscribe notices.classified.>", "subscribe _INBOX_classifier.>", "publish notices.classified.malware.media", "publish notices.rejected.loader",
			"publish $JS.API.DIRECT.GET.NOTICES_CLASSIFIED", "publish $JS.API.CONSUMER.MSG.NEXT.NOTICES_RAW.classifier", "publish $JS.ACK.NOTICES_RAW.classifier.1.1.1.1.1",
		},
		"classifier": {
			"subscribe notices.classified.>", "subscribe _INBOX_loader.>", "publish notices.raw.jsonl", "publish notices.rejected.ingest",
			"publish $JS.API.CONSUMER.MSG.NEXT.NOTICES_CLASSIFIED.loader", "publish $JS.ACK.NOTICES_CLASSIFIED.loader.1.1.1.1.1",
		},
		"loader": {
			"subscribe notices.classified.>", "subscribe _INBOX_classifier.>", "publish notices.raw.jsonl", "publish notices.classified.malware.media", "publish notices.rejected.classifier",
			"publish $JS.API.CONSUMER.MSG.NEXT.NOTICES_RAW.classifier", "publish $JS.API.DIRECT.GET.NOTICES_RAW", "publish $JS.ACK.NOTICES_RAW.classifier.1.1.1.1.1",
		},
		"subscriber": {
			"subscribe _INBOX_loader.>", "publish notices.raw.jsonl", "publish notices.classified.malware.media", "publish notices.rejected.loader",
			"publish $JS.API.CONSUMER.MSG.NEXT.NOTICES_CLASSIFIED.loader", "publish $JS.ACK.NOTICES_CLASSIFIED.loader.1.1.1.1.1",
			"publish $JS.API.CONSUMER.CREATE.NOTICES_CLASSIFIED.x", "publish $JS.API.CONSUMER.CREATE.NOTICES_CLASSIFIED", "publish $JS.API.CONSUMER.DELETE.NOTICES_CLASSIFIED.subscriber",
		},
		"tail": {
			"subscribe _INBOX_loader.>", "publish notices.raw.jsonl", "publish notices.classified.malware.media",
			"publish $JS.API.CONSUMER.MSG.NEXT.NOTICES_CLASSIFIED.loader", "publish $JS.API.CONSUMER.MSG.NEXT.NOTICES_CLASSIFIED.subscriber",
			"publish $JS.API.CONSUMER.CREATE.NOTICES_CLASSIFIED.loader.notices.classified.>", "publish $JS.API.CONSUMER.DELETE.NOTICES_CLASSIFIED.subscriber",
			"publish $JS.API.CONSUMER.CREATE.NOTICES_CLASSIFIED",
		},
		"admin": {
			"subscribe _INBOX_loader.>", "publish $JS.ACK.NOTICES_CLASSIFIED.loader.1.1.1.1.1",
		},
	} {
		forbidden = append(forbidden, everybody...)
		if user != "admin" {
			forbidden = append(forbidden, workers...)
		}
		for _, what := range forbidden {
			verb, subject, _ := strings.Cut(what, " ")
			if err := try(user, verb, subject); !errors.Is(err, nats.ErrPermissionViolation) {
				t.Errorf("%s may %s: %v", user, what, err)
			}
		}
		if err := try(user, "subscribe", "_INBOX_"+user+".>"); err != nil {
			t.Errorf("%s may not listen on its own inbox: %v", user, err)
		}
	}
	for _, stream := range []string{bus.StreamRaw, bus.StreamClassified, bus.StreamRejected} {
		if last, err := admin.LastSequence(t.Context(), stream); err != nil || last != 0 {
			t.Errorf("%s holds %d messages, %v", stream, last, err)
		}
	}
	if nc, err := nats.Connect(d.url, nats.RootCAs(d.authority.File), nats.ClientCert(d.certificate, d.key)); !errors.Is(err, nats.ErrAuthorization) {
		nc.Close()
		t.Errorf("nobody in particular comes in: %v", err)
	}
}

// What is wrong with the credentials is told at once, in words that name the server.
func TestWrongCredentialsAreTold(t *testing.T) {
	d := startDeployed(t)
	clickHouse := chdbtest.URL(t)
	finish(t, d.as("admin", "OWABI_CLICKHOUSE_URL="+clickHouse), "setup")
	other := bustest.NewAuthority(t)
	ca, wrong := "OWABI_NATS_CA="+other.File, filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, []byte("falsch"), 0o600); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(d.url, "tls://")
	for what, c := range map[string]struct {
		environment []string
		says        string
	}{
		"a wrong password":  {d.as("loader", "OWABI_NATS_PASSWORD_FILE="+wrong), "check user and password"},
		"another authority": {d.as("loader", ca), "name that authority's file"},
		"no certificate":    {d.as("loader", "OWABI_NATS_CERT=", "OWABI_NATS_KEY="), "give certificate and key"}, // empty says nothing
		"another's inbox":   {d.as("loader", "OWABI_NATS_INBOX_PREFIX=_INBOX_classifier"), "give the inbox prefix"},
		"another's rights":  {d.as("ingest"), "denies it"},
	} {
		p := launch(t, append(c.environment, "OWABI_CLICKHOUSE_URL="+clickHouse), "loader")
		told := p.says("owabi: ")
		if !strings.Contains(told, c.says) || what != "another's rights" && !strings.Contains(told, host) {
			t.Errorf("%s: %q; want %q and %s", what, told, c.says, host)
		}
		if strings.Contains(p.text(), "falsch") || strings.Contains(p.text(), password("loader")) {
			t.Errorf("%s: the password is told: %s", what, p.text())
		}
	}
}
