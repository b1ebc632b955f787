package main

import (
	"fmt"
	"strconv"
	"time"

	"owabi/pkg/warehouse"
)

// dataFlag names the folder of the embedded engines.
type dataFlag struct {
	Data string `default:"data/owabi" env:"OWABI_DATA" type:"path" help:"Folder that the embedded engines keep their data in; one owabi at a time."`
}

// clickHouseFlags say which ClickHouse. Its password comes from a file or from
// OWABI_CLICKHOUSE_PASSWORD.
type clickHouseFlags struct {
	ClickHouseURL          string `name:"clickhouse-url" env:"OWABI_CLICKHOUSE_URL" placeholder:"URL" help:"ClickHouse to use, http://, https:// or clickhouse://; none: the embedded one."`
	ClickHouseUser         string `name:"clickhouse-user" env:"OWABI_CLICKHOUSE_USER" placeholder:"NAME" help:"User at ClickHouse."`
	ClickHousePasswordFile string `name:"clickhouse-password-file" env:"OWABI_CLICKHOUSE_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"File with that user's password; or the password itself in OWABI_CLICKHOUSE_PASSWORD."`
	ClickHouseCA           string `name:"clickhouse-ca" env:"OWABI_CLICKHOUSE_CA" type:"path" placeholder:"FILE" help:"Certificate authority of the ClickHouse servers."`
	ClickHouseCert         string `name:"clickhouse-cert" env:"OWABI_CLICKHOUSE_CERT" type:"path" placeholder:"FILE" help:"Client certificate for ClickHouse."`
	ClickHouseKey          string `name:"clickhouse-key" env:"OWABI_CLICKHOUSE_KEY" type:"path" placeholder:"FILE" help:"Key of the client certificate."`
	ClickHouseCluster      string `name:"clickhouse-cluster" env:"OWABI_CLICKHOUSE_CLUSTER" placeholder:"NAME" help:"Cluster to lay the tables over, as the server's remote_servers names it; none: one server."`
}

// natsFlags say which NATS. Secrets come from files, or from OWABI_NATS_PASSWORD
// and OWABI_NATS_TOKEN.
type natsFlags struct {
	NATSURL          string `name:"nats-url" env:"OWABI_NATS_URL" placeholder:"URLS" help:"NATS to use, one or several servers parted by commas; none: the embedded one."`
	NATSUser         string `name:"nats-user" env:"OWABI_NATS_USER" placeholder:"NAME" help:"User at NATS."`
	NATSPasswordFile string `name:"nats-password-file" env:"OWABI_NATS_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"File with that user's password; or the password itself in OWABI_NATS_PASSWORD."`
	NATSTokenFile    string `name:"nats-token-file" env:"OWABI_NATS_TOKEN_FILE" type:"path" placeholder:"FILE" help:"File with a token for NATS, instead of a user; or the token itself in OWABI_NATS_TOKEN."`
	NATSCreds        string `name:"nats-creds" env:"OWABI_NATS_CREDS" type:"path" placeholder:"FILE" help:"Credentials file for NATS."`
	NATSCA           string `name:"nats-ca" env:"OWABI_NATS_CA" type:"path" placeholder:"FILE" help:"Certificate authority of the NATS servers."`
	NATSCert         string `name:"nats-cert" env:"OWABI_NATS_CERT" type:"path" placeholder:"FILE" help:"Client certificate for NATS."`
	NATSKey          string `name:"nats-key" env:"OWABI_NATS_KEY" type:"path" placeholder:"FILE" help:"Key of the client certificate."`
	NATSInbox        string `name:"nats-inbox-prefix" env:"OWABI_NATS_INBOX_PREFIX" placeholder:"SUBJECT" help:"Beginning of the subjects on which this user may get its answers; none: _INBOX."`
}

// libraryFlag names the embedded ClickHouse's library.
type libraryFlag struct {
	Libchdb string `env:"OWABI_LIBCHDB" type:"path" placeholder:"FILE" help:"The libchdb library, for the embedded ClickHouse; none: beside the binary, then in the project."`
}

// embeddedFlags configure the engines in the process.
type embeddedFlags struct {
	libraryFlag
	ClickHouseListen string `name:"clickhouse-listen" env:"OWABI_CLICKHOUSE_LISTEN" placeholder:"ADDR" help:"Address of the embedded ClickHouse's HTTP interface. Default 127.0.0.1:8123, with --once any free port."`
	NATSListen       string `name:"nats-listen" env:"OWABI_NATS_LISTEN" placeholder:"ADDR" help:"Address of the embedded NATS, such as 127.0.0.1:4222. Default: a free port of 127.0.0.1, for the other commands; its token is in DATA/nats.token."`
	Durability       string `enum:"process,power" default:"process" env:"OWABI_DURABILITY" help:"What an acknowledged notice survives: the death of the process, or a power cut too (slower)."`
}

func (f natsFlags) secrets() (password, token string, err error) {
	if password, err = secret("OWABI_NATS_PASSWORD", f.NATSPasswordFile); err != nil {
		return "", "", err
	}
	token, err = secret("OWABI_NATS_TOKEN", f.NATSTokenFile)
	return password, token, err
}

// config is without the password.
func (f clickHouseFlags) config() warehouse.Config {
	return warehouse.Config{
		URL: f.ClickHouseURL, User: f.ClickHouseUser, Cluster: f.ClickHouseCluster, CAFile: f.ClickHouseCA, CertFile: f.ClickHouseCert, KeyFile: f.ClickHouseKey,
	}
}

// count is a number above 0: a service would take another for "not said".
type count int

// UnmarshalText reads a count of a flag.
func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n <= 0 {
		return fmt.Errorf("%q is no whole number above 0", text)
	}
	*c = count(n)
	return nil
}

// wait is a length of time above 0, likewise.
type wait time.Duration

// UnmarshalText reads a wait of a flag.
func (w *wait) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no length of time above 0, such as 500ms or 30s", text)
	}
	*w = wait(d)
	return nil
}

func (w wait) String() string { return time.Duration(w).String() }
