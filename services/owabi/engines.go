package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/chdb"
	"owabi/pkg/warehouse"
)

// engines are the NATS and the ClickHouse that a command works with, embedded or
// reached by URL; whoever uses them cannot tell which.
type engines struct {
	bus       *bus.Bus
	warehouse *warehouse.Warehouse
	// clickHouseURL and natsURL tell a person where they are.
	clickHouseURL, natsURL string

	// alone says that nobody was invited to hold messages of the stream beside
	// this process.
	alone bool
	// syncInserts says, of an embedded ClickHouse, whether inserts are on the disk
	// before they are acknowledged; another's is its administrator's business.
	syncInserts *bool

	// reader is how to ask an embedded ClickHouse as a user who may only read.
	reader warehouse.Config

	folder *dataFolder // of the embedded engines; nil when none is embedded
	nats   *bus.Server // nil when it is not embedded
	// httpDefault is where to listen for HTTP when no flag says; empty: nowhere.
	httpDefault string

	closers []func() error // last opened first
	checks  []func() error // whether what is embedded can go on
}

// watch returns an error as soon as an embedded engine cannot go on, which none
// does again by itself; nil when ctx ends before.
func (e *engines) watch(ctx context.Context) error {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		for _, check := range e.checks {
			if err := check(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

func (e *engines) onClose(f func() error) { e.closers = append([]func() error{f}, e.closers...) }

func (e *engines) close() error {
	var err error
	for _, f := range e.closers {
		err = errors.Join(err, f())
	}
	e.closers = nil
	return err
}

// openEngines opens what the flags name and boots what they do not.
func openEngines(ctx context.Context, data string, ch clickHouseFlags, nats natsFlags, embedded embeddedFlags) (_ *engines, err error) {
	e := &engines{}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if ch.ClickHouseURL != "" && nats.NATSURL != "" {
		if err := e.connectNATS(ctx, nats, ""); err != nil {
			return nil, err
		}
		return e, e.connectClickHouse(ctx, ch)
	}
	folder, err := openDataFolder(data)
	if err != nil {
		return nil, err
	}
	e.folder = folder
	e.onClose(folder.close)
	if err := folder.checkRoom(); err != nil {
		return nil, err
	}
	e.checks = append(e.checks, folder.checkRoom)
	if ch.ClickHouseURL != "" {
		err = e.connectClickHouse(ctx, ch)
	} else {
		err = e.bootClickHouse(ctx, folder, ch, embedded)
	}
	if err != nil {
		return nil, err
	}
	if nats.NATSURL != "" {
		err = e.connectNATS(ctx, nats, "")
	} else {
		err = e.bootNATS(ctx, folder, nats, embedded)
	}
	if err != nil {
		return nil, err
	}
	return e, folder.announce(running{ClickHouse: warehouse.Redact(e.clickHouseURL), NATS: e.natsURL})
}

// aloneAckWait is how long what a killed owabi had in hand waits for it before it
// is processed again, where no other process can have it in hand.
const aloneAckWait = 15 * time.Second

// setUp makes what the services need: streams, consumers, tables and views.
func (e *engines) setUp(ctx context.Context, streams bus.StreamsConfig) error {
	if err := e.bus.EnsureStreams(ctx, streams); err != nil {
		return err
	}
	var limits bus.ConsumerLimits
	if e.alone {
		limits.AckWait = aloneAckWait
	}
	if err := e.bus.EnsureConsumers(ctx, bus.ConsumersConfig{Classifier: limits, Loader: limits}); err != nil {
		return err
	}
	if err := e.warehouse.Migrate(ctx); err != nil {
		return err
	}
	if e.syncInserts != nil {
		return e.warehouse.SyncInserts(ctx, *e.syncInserts)
	}
	return nil
}

// connectNATS connects with the credentials that are named, else with fallback as the
// token.
func (e *engines) connectNATS(ctx context.Context, flags natsFlags, fallback string) error {
	password, token, err := flags.secrets()
	if err != nil {
		return err
	}
	if password == "" && token == "" && flags.NATSCreds == "" {
		token = fallback
	}
	e.bus, err = bus.Connect(ctx, bus.Config{
		URLs: flags.NATSURL, Name: "owabi", CredentialsFile: flags.NATSCreds,
		User: flags.NATSUser, Password: bus.Secret(password), Token: bus.Secret(token),
		CAFile: flags.NATSCA, CertFile: flags.NATSCert, KeyFile: flags.NATSKey, InboxPrefix: flags.NATSInbox,
	})
	if err != nil {
		return err
	}
	e.natsURL = e.bus.Server()
	e.onClose(func() error { e.bus.Close(); return nil })
	return nil
}

// bootNATS starts the embedded NATS. Unless an address is asked for it listens on
// loopback, for who knows the token in the data folder: the other commands.
func (e *engines) bootNATS(ctx context.Context, folder *dataFolder, flags natsFlags, embedded embeddedFlags) error {
	password, token, err := flags.secrets()
	if err != nil {
		return err
	}
	listen, secured := embedded.NATSListen, password != "" || token != ""
	if err := guardListen("--nats-listen", listen, secured, "OWABI_NATS_TOKEN or OWABI_NATS_PASSWORD"); err != nil {
		return err
	}
	if err := folder.dropToken(); err != nil { // a killed owner's
		return err
	}
	e.alone = listen == ""
	if e.alone {
		listen = anyPort
		if !secured {
			if token, err = folder.makeToken(); err != nil {
				return err
			}
			e.onClose(folder.dropToken)
		}
	}
	server, err := bus.Embedded(ctx, bus.EmbeddedConfig{
		StoreDir: folder.join("nats"), Listen: listen, Durability: bus.Durability(embedded.Durability),
		User: flags.NATSUser, Password: bus.Secret(password), Token: bus.Secret(token),
	})
	if err != nil {
		return err
	}
	e.nats = server
	e.onClose(func() error { server.Close(); return nil })
	e.checks = append(e.checks, server.Health)
	e.bus, err = server.Connect(ctx, "owabi")
	if err != nil {
		return err
	}
	e.natsURL = reachable(server.ClientURL())
	e.onClose(func() error { e.bus.Close(); return nil })
	return nil
}

func (e *engines) connectClickHouse(ctx context.Context, flags clickHouseFlags) error {
	password, err := secret("OWABI_CLICKHOUSE_PASSWORD", flags.ClickHousePasswordFile)
	if err != nil {
		return err
	}
	config := flags.config()
	config.Password = password
	if e.warehouse, err = warehouse.Open(config); err != nil {
		return err
	}
	e.clickHouseURL = flags.ClickHouseURL
	e.onClose(e.warehouse.Close)
	return nil
}

// acceptedByClickHouse fails when ClickHouse cannot be worked with until somebody
// has mended something; one that only does not answer now may answer later.
func (e *engines) acceptedByClickHouse(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := e.warehouse.Ready(limit)
	switch {
	case errors.Is(err, warehouse.ErrDenied), errors.Is(err, warehouse.ErrTLS), errors.Is(err, warehouse.ErrNoTables):
		return err
	case err != nil:
		slog.Warn("ClickHouse does not answer yet, waiting for it", "error", err)
	}
	return nil
}

func (e *engines) bootClickHouse(ctx context.Context, folder *dataFolder, flags clickHouseFlags, embedded embeddedFlags) error {
	password, err := secret("OWABI_CLICKHOUSE_PASSWORD", flags.ClickHousePasswordFile)
	if err != nil {
		return err
	}
	config := chdb.Config{
		Library: embedded.Libchdb, Path: folder.join("clickhouse"), BackupFolder: folder.join(backupFolder), Listen: embedded.ClickHouseListen,
		User: flags.ClickHouseUser, Password: password, Logger: slog.Default(),
		Reader: &chdb.Reader{User: "explorer", Password: rand.Text()},
	}
	if err := guardListen("--clickhouse-listen", config.Listen, password != "", "OWABI_CLICKHOUSE_PASSWORD"); err != nil {
		return err
	}
	engine, err := chdb.Open(ctx, config)
	if err != nil {
		return err
	}
	e.onClose(func() error { return errors.Join(engine.Close(context.WithoutCancel(ctx)), chdb.Shutdown()) })
	server, err := engine.Listen(ctx)
	if errors.Is(err, chdb.ErrAddressInUse) {
		return fmt.Errorf("%w: --clickhouse-listen 127.0.0.1:0", err)
	}
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- server.Serve(serving) }()
	e.onClose(func() error { stop(); return <-served })
	e.reader = warehouse.Config{URL: reachable(server.URL()), User: config.Reader.User, Password: config.Reader.Password}
	sync := embedded.Durability == string(bus.SurvivesPower)
	e.syncInserts = &sync
	return e.connectClickHouse(ctx, clickHouseFlags{ClickHouseURL: reachable(server.URL()), ClickHouseUser: flags.ClickHouseUser, ClickHousePasswordFile: flags.ClickHousePasswordFile})
}

// guardListen refuses to open an engine to other machines without a secret.
func guardListen(flag, address string, secured bool, variable string) error {
	host, _, err := net.SplitHostPort(address)
	switch {
	case address == "" || secured:
		return nil
	case err != nil:
		return usagef("%s %s: want host:port", flag, address)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return usagef("%s %s would let other machines in without a password: set %s first", flag, address, variable)
}

// reachable replaces a host that means every address by loopback.
func reachable(rawURL string) string {
	return strings.NewReplacer("//[::]:", "//127.0.0.1:", "//0.0.0.0:", "//127.0.0.1:").Replace(rawURL)
}

// anyPort is an address on loopback that is always free.
const anyPort = "127.0.0.1:0"
