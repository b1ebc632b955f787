package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

func TestEmbeddedSaysWhyItCannotStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	file := filepath.Join(t.TempDir(), "a-file")
	must(t, os.WriteFile(file, nil, 0o600))
	used := t.TempDir()
	embedded(t, bus.EmbeddedConfig{StoreDir: used})
	for _, test := range []struct {
		name string
		cfg  bus.EmbeddedConfig
		want error
		says string
	}{
		{"port in use", bus.EmbeddedConfig{StoreDir: t.TempDir(), Listen: l.Addr().String()}, bus.ErrPortInUse, l.Addr().String()},
		{"a file where the folder should be", bus.EmbeddedConfig{StoreDir: filepath.Join(file, "nats")}, bus.ErrStoreUnwritable, file},
		{"a folder nobody may write to", bus.EmbeddedConfig{StoreDir: "/proc/nats"}, bus.ErrStoreUnwritable, "/proc/nats"},
		{"folder in use", bus.EmbeddedConfig{StoreDir: used}, bus.ErrStoreInUse, used},
		{"no folder", bus.EmbeddedConfig{}, nil, "store folder"},
		{"no port", bus.EmbeddedConfig{StoreDir: t.TempDir(), Listen: "localhost"}, nil, `"localhost"`},
		{"unknown durability", bus.EmbeddedConfig{StoreDir: t.TempDir(), Durability: "eternal"}, nil, "eternal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := bus.Embedded(t.Context(), test.cfg)
			if err == nil {
				s.Close()
				t.Fatal("it starts")
			}
			if (test.want != nil && !errors.Is(err, test.want)) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %v naming %s", err, test.want, test.says)
			}
		})
	}
}

func TestAListenerAsksForItsSecretAndNoLogShowsIt(t *testing.T) {
	const secret = "korewahimitsu"
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug - 8}))
	for _, cfg := range []bus.EmbeddedConfig{{Token: secret}, {User: "owabi", Password: secret}} {
		cfg.Listen, cfg.Logger = "127.0.0.1:0", log
		s := embedded(t, cfg)
		must(t, s.Health())
		connect(t, s).Close() // within the process it knows its own
		log.Info("configured", "config", fmt.Sprintf("%+v %#v", cfg, cfg), "token", cfg.Token)
		right := bus.Config{URLs: s.ClientURL(), Token: cfg.Token, User: cfg.User, Password: cfg.Password, Logger: log}
		b, err := bus.Connect(t.Context(), right)
		must(t, err)
		b.Close()
		wrong := bus.Config{URLs: strings.Replace(s.ClientURL(), "//", "//someone:"+secret+"x@", 1), Logger: log}
		if _, err := bus.Connect(t.Context(), wrong); !errors.Is(err, bus.ErrDenied) || strings.Contains(err.Error(), secret) {
			t.Errorf("got %v, want ErrDenied without the secret", err)
		}
		s.Close()
		if s.Health() == nil {
			t.Error("a closed server is healthy")
		}
	}
	if strings.Contains(out.String(), secret) {
		t.Errorf("the log shows the secret:\n%s", out.String())
	}
}

func TestConnectSaysThatNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	_, err = bus.Connect(t.Context(), bus.Config{URLs: "nats://u:geheim@" + l.Addr().String(), ConnectTimeout: 100 * time.Millisecond})
	if !errors.Is(err, bus.ErrUnreachable) || !strings.Contains(err.Error(), l.Addr().String()) || strings.Contains(err.Error(), "geheim") {
		t.Errorf("got %v, want ErrUnreachable with the address and no password", err)
	}
	for _, cfg := range []bus.Config{{}, {URLs: "nats://127.0.0.1", CertFile: "x"}, {URLs: "nats://127.0.0.1", CredentialsFile: "nowhere.creds"}} {
		if _, err := bus.Connect(t.Context(), cfg); err == nil {
			t.Errorf("%+v connects", cfg)
		}
	}
}

func TestConnectRefusesWhatIsNoAddressAndShowsNoSecret(t *testing.T) {
	for urls, says := range map[string]string{
		"":                                "none is given",
		"nonsense":                        `"nonsense" does not begin with nats://`,
		"127.0.0.1:4222":                  "is no URL",
		"ftp://127.0.0.1:4222":            "does not begin with nats://",
		"nats://":                         "names no host",
		"nats://:4222":                    "names no host",
		"nats://127.0.0.1:99999":          "has no port from 1 to 65535",
		" , ":                             "none is given",
		"nats://127.0.0.1,ws://127.0.0.1": "mixes",
		"nats://127.0.0.1/geheim":         "has more after host and port",
		"nats://u:topgeheim@[bad":         "number 1 of 1 is no URL",
		"nats://u:top%geheim@127.0.0.1":   "number 1 of 1 is no URL",
		"nats://u:top#geheim@127.0.0.1":   "number 1 of 1",
		"nats://u:1/geheim@127.0.0.1":     "has more after host and port",
		"nats://u:top?geheim@127.0.0.1":   "number 1 of 1",
		"nats://127.0.0.1,nats://u:top,geheim@127.0.0.1": "number 2 of 3",
		"ftp://u:topgeheim@127.0.0.1":                    "number 1 of 1 does not begin",
	} {
		_, err := bus.Connect(t.Context(), bus.Config{URLs: urls, ConnectTimeout: 100 * time.Millisecond})
		if !errors.Is(err, bus.ErrBadAddress) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want ErrBadAddress and %s", urls, err, says)
		}
		if err != nil && strings.Contains(urls, "@") && strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error shows the secret: %v", urls, err)
		}
	}
	for urls, shown := range map[string]string{
		"nats://u:topgeheim@127.0.0.1:1":             "nats://xxxxx@127.0.0.1:1",
		"nats://127.0.0.1:1/, tls://geheim@[::1]:1/": "nats://127.0.0.1:1/,tls://xxxxx@[::1]:1/",
	} {
		_, err := bus.Connect(t.Context(), bus.Config{URLs: urls, ConnectTimeout: 50 * time.Millisecond})
		if !errors.Is(err, bus.ErrUnreachable) || !strings.Contains(err.Error(), shown) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %v, want ErrUnreachable with %s", urls, err, shown)
		}
	}
}

func TestEnsureStreamsWidensAndNeverShrinks(t *testing.T) {
	b := connect(t, embedded(t, bus.EmbeddedConfig{}))
	js, err := jetstream.New(b.Conn())
	must(t, err)
	limits := func(l bus.StreamLimits) bus.StreamsConfig { return bus.StreamsConfig{Raw: l} }
	for _, test := range []struct {
		name    string
		ask     bus.StreamLimits
		differs bool
		bytes   int64
		age     time.Duration
		window  time.Duration
	}{
		{"made", bus.StreamLimits{MaxBytes: 1 << 20, MaxAge: 48 * time.Hour}, false, 1 << 20, 48 * time.Hour, 48 * time.Hour},
		{"asked for nothing", bus.StreamLimits{}, false, 1 << 20, 48 * time.Hour, 48 * time.Hour},
		{"wider", bus.StreamLimits{MaxBytes: 2 << 20, MaxAge: 96 * time.Hour, Duplicates: 72 * time.Hour}, false, 2 << 20, 96 * time.Hour, 72 * time.Hour},
		{"fewer bytes", bus.StreamLimits{MaxBytes: 1 << 20}, true, 2 << 20, 96 * time.Hour, 72 * time.Hour},
		{"shorter age, more bytes", bus.StreamLimits{MaxAge: time.Hour, MaxBytes: 4 << 20}, true, 2 << 20, 96 * time.Hour, 72 * time.Hour},
		{"shorter window", bus.StreamLimits{Duplicates: time.Hour}, true, 2 << 20, 96 * time.Hour, 72 * time.Hour},
		{"unlimited", bus.StreamLimits{MaxBytes: bus.Unlimited, MaxAge: bus.Unlimited}, false, -1, 0, 72 * time.Hour},
		{"limited again", bus.StreamLimits{MaxBytes: 1 << 30}, true, -1, 0, 72 * time.Hour},
	} {
		err := b.EnsureStreams(t.Context(), limits(test.ask))
		if (err != nil) != test.differs || (err != nil && !errors.Is(err, bus.ErrStreamDiffers)) {
			t.Errorf("%s: %v", test.name, err)
		}
		s, err := js.Stream(t.Context(), bus.StreamRaw)
		must(t, err)
		if c := s.CachedInfo().Config; c.MaxBytes != test.bytes || c.MaxAge != test.age || c.Duplicates != test.window {
			t.Errorf("%s: %d bytes, %s, window %s", test.name, c.MaxBytes, c.MaxAge, c.Duplicates)
		}
	}
}

func TestEnsureLeavesWhatSomebodyElseMade(t *testing.T) {
	b := connect(t, embedded(t, bus.EmbeddedConfig{}))
	js, err := jetstream.New(b.Conn())
	must(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: bus.StreamRaw, Subjects: []string{"notices.raw.>"}, Retention: jetstream.WorkQueuePolicy})
	must(t, err)
	if err := b.EnsureStreams(t.Context(), bus.StreamsConfig{}); !errors.Is(err, bus.ErrStreamDiffers) || !strings.Contains(err.Error(), bus.StreamRaw) {
		t.Errorf("got %v, want ErrStreamDiffers", err)
	}
	must(t, js.DeleteStream(t.Context(), bus.StreamRaw))
	if err := b.EnsureConsumers(t.Context(), bus.ConsumersConfig{}); !errors.Is(err, bus.ErrNoStream) {
		t.Errorf("got %v, want ErrNoStream", err)
	}
	must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	must(t, b.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	_, err = js.CreateConsumer(t.Context(), bus.StreamRaw, jetstream.ConsumerConfig{Durable: bus.ConsumerClassifier, AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: 3})
	must(t, err)
	if err := b.EnsureConsumers(t.Context(), bus.ConsumersConfig{}); !errors.Is(err, bus.ErrStreamDiffers) {
		t.Errorf("got %v, want ErrStreamDiffers", err)
	}
	must(t, js.DeleteConsumer(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	must(t, b.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
	must(t, b.EnsureConsumers(t.Context(), bus.ConsumersConfig{Loader: bus.ConsumerLimits{MaxAckPending: 7}}))
	c, err := js.Consumer(t.Context(), bus.StreamClassified, bus.ConsumerLoader)
	must(t, err)
	if got := c.CachedInfo().Config; got.MaxAckPending != 7 || got.AckWait != time.Minute {
		t.Errorf("loader: %d pending, ack wait %s", got.MaxAckPending, got.AckWait)
	}
}

// user may publish to allow and not to deny, and gets its answers.
func user(name string, allow []string, deny ...string) *server.User {
	return &server.User{Username: name, Password: name, Permissions: &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: allow, Deny: deny},
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
	}}
}

// serverWithUsers starts a server for admin, who may do everything, and users,
// each with its name as password, and returns its address.
func serverWithUsers(t *testing.T, users ...*server.User) string {
	t.Helper()
	ns, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
		Users: append(users, &server.User{Username: "admin", Password: "admin"}),
	})
	must(t, err)
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	return ns.ClientURL()
}

// as connects as a user of serverWithUsers.
func as(t *testing.T, url, user string) *bus.Bus {
	t.Helper()
	b, err := bus.Connect(t.Context(), bus.Config{URLs: url, User: user, Password: bus.Secret(user), Logger: silent()})
	must(t, err)
	t.Cleanup(b.Close)
	return b
}

// The rights that README.md asks for are enough, and what goes beyond them fails
// with ErrDenied at once.
func TestLeastRights(t *testing.T) {
	url := serverWithUsers(t,
		user("publisher", []string{"notices.raw.*", "notices.rejected.ingest", "$JS.API.DIRECT.GET.NOTICES_RAW"}),
		user("worker", []string{"$JS.API.CONSUMER.INFO.NOTICES_RAW.classifier", "$JS.API.CONSUMER.MSG.NEXT.NOTICES_RAW.classifier",
			"$JS.ACK.NOTICES_RAW.classifier.>", "$JS.ACK.*.*.NOTICES_RAW.classifier.>", "notices.classified.*.*", "notices.rejected.classifier"}),
		user("mute", []string{"$JS.API.CONSUMER.INFO.NOTICES_RAW.classifier", "$JS.API.CONSUMER.MSG.NEXT.NOTICES_RAW.classifier"}),
		user("reader", []string{"$JS.API.CONSUMER.INFO.NOTICES_RAW.classifier"}),
	)
	admin, pub, worker, reader := as(t, url, "admin"), as(t, url, "publisher"), as(t, url, "worker"), as(t, url, "reader")
	must(t, admin.EnsureStreams(t.Context(), bus.StreamsConfig{}))
	must(t, admin.EnsureConsumers(t.Context(), bus.ConsumersConfig{}))
	publishAll(t, publisher(t, pub, bus.PublisherConfig{}), raw(t, 1), raw(t, 2), raw(t, 1))
	must(t, pub.Reject(t.Context(), notice.NewRejection(notice.StageIngest, "a.jsonl", 1, nil, errors.New("empty"))))

	onward := publisher(t, worker, bus.PublisherConfig{})
	cfg := classifier()
	cfg.ConfirmAcks = true
	stop := consuming(t, worker, cfg, bus.Each(func(ctx context.Context, d bus.Delivery) error {
		if d.Sequence == 2 {
			return bus.Permanent(errors.New("unreadable"))
		}
		m, err := bus.ClassifiedMessage(notice.Classified{Classification: notice.Classification{
			NoticeID: d.Header.Get(bus.HeaderID), Category: notice.Misdelivery, Sector: notice.Media}})
		if err != nil {
			return err
		}
		r, err := onward.Publish(ctx, m)
		if err != nil {
			return err
		}
		_, err = r.Wait(ctx)
		return err
	}))
	must(t, admin.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if n, r := len(storedIn(t, admin, bus.StreamClassified)), len(rejections(t, admin)); n != 1 || r != 2 {
		t.Errorf("%d classified and %d rejected, want 1 and 2", n, r)
	}

	publishAll(t, publisher(t, pub, bus.PublisherConfig{}), raw(t, 3))
	settled := func(_ context.Context, batch []bus.Delivery) []error { return make([]error, len(batch)) }
	cfg.ConfirmAcks = false
	mute := as(t, url, "mute").Consume(t.Context(), cfg, settled)

	forbidden, err := publisher(t, pub, bus.PublisherConfig{}).Publish(t.Context(), bus.Message{Subject: "notices.classified.a.b", ID: "1"})
	must(t, err)
	_, publishing := forbidden.Wait(t.Context())
	for what, err := range map[string]error{
		"publishing elsewhere":  publishing,
		"making streams":        worker.EnsureStreams(t.Context(), bus.StreamsConfig{}),
		"consuming as a reader": reader.Consume(t.Context(), cfg, settled),
		"acknowledging":         mute,
		"reading a consumer":    waitErr(pub.Pending(t.Context(), bus.StreamRaw, bus.ConsumerClassifier)),
	} {
		if !errors.Is(err, bus.ErrDenied) || !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%s: got %v, want ErrDenied", what, err)
		}
	}
}

func waitErr(_ bus.Pending, err error) error { return err }
