package main

import (
	"context"
	"errors"
	"net/url"

	"owabi/pkg/warehouse"
	"owabi/services/explorer"
)

// pageFlags say how the browser's pages ask, and what they link to.
type pageFlags struct {
	Grafana              string `name:"grafana" env:"OWABI_GRAFANA" placeholder:"URL" help:"Address of a Grafana that has the same dashboards; the pages link to it."`
	ExplorerUser         string `name:"explorer-clickhouse-user" env:"OWABI_EXPLORER_CLICKHOUSE_USER" placeholder:"NAME" help:"User as whom the pages ask a ClickHouse of your own; it should be able to read and nothing else. Without one they ask as --clickhouse-user, and the page for SQL is closed."`
	ExplorerPasswordFile string `name:"explorer-clickhouse-password-file" env:"OWABI_EXPLORER_CLICKHOUSE_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"File with that user's password; or the password itself in OWABI_EXPLORER_CLICKHOUSE_PASSWORD."`
}

// openPages connects the pages with rights to read and nothing else: an embedded
// ClickHouse has a user for it; on another one the flags name who it is.
func (e *engines) openPages(ch clickHouseFlags, flags pageFlags) (*explorer.Pages, error) {
	if address, err := url.Parse(flags.Grafana); flags.Grafana != "" && (err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https") {
		return nil, usagef("--grafana %s: want an address as https://grafana.example.org", warehouse.Redact(flags.Grafana))
	}
	config, own := e.reader, true
	if config.URL == "" {
		config = ch.config()
		variable, file := "OWABI_EXPLORER_CLICKHOUSE_PASSWORD", flags.ExplorerPasswordFile
		if own = flags.ExplorerUser != ""; own {
			config.User = flags.ExplorerUser
		} else {
			variable, file = "OWABI_CLICKHOUSE_PASSWORD", ch.ClickHousePasswordFile
		}
		var err error
		if config.Password, err = secret(variable, file); err != nil {
			return nil, err
		}
	}
	config.MaxConnections = explorer.MaxConnections
	reader, err := warehouse.Open(config)
	if err != nil {
		return nil, err
	}
	e.onClose(reader.Close)
	return &explorer.Pages{Warehouse: reader, SQL: own, Answers: explorer.NewAnswers(), Grafana: flags.Grafana}, nil
}

type explorerCommand struct {
	clickHouseFlags
	httpFlags
	pageFlags
}

// Run serves the pages of a ClickHouse that others fill.
func (c *explorerCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.ClickHouseURL == "" {
		return usagef("owabi explorer needs --clickhouse-url; owabi up serves the pages of its own ClickHouse")
	}
	e := &engines{httpDefault: defaultHTTP}
	defer func() { err = errors.Join(err, e.close()) }()
	var o observed
	if o.pages, err = e.openPages(c.clickHouseFlags, c.pageFlags); err != nil {
		return err
	}
	e.warehouse = o.pages.Warehouse
	o.observeEngines(e)
	if err := e.listenHTTP(ctx, c.httpFlags, o, std.err); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
