package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"owabi/pkg/grafana"
)

type dashboardsCommand struct {
	Render dashboardsRenderCommand `cmd:"" help:"Write Grafana's JSON and provisioning files."`
	Check  dashboardsCheckCommand  `cmd:"" help:"Ask every panel's question of a warehouse; tell which fail, are slow or show nothing."`
	Push   dashboardsPushCommand   `cmd:"" help:"Send the dashboards to a Grafana."`
}

type dashboardsRenderCommand struct {
	Out   string `default:"dashboards" type:"path" placeholder:"DIR" help:"Folder to write to (${default})."`
	Stale bool   `help:"Write nothing; fail when a file is not what would be written."`
}

func (c *dashboardsRenderCommand) Run(std stdio) error {
	files, err := grafana.Render()
	if err != nil {
		return err
	}
	var stale []string
	for _, f := range files {
		path := filepath.Join(c.Out, filepath.FromSlash(f.Path))
		if c.Stale {
			if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, f.Data) {
				stale = append(stale, path)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(std.out, path)
	}
	if len(stale) > 0 {
		return fmt.Errorf("stale, to be written anew with owabi dashboards render: %s", strings.Join(stale, ", "))
	}
	return nil
}

type dashboardsCheckCommand struct {
	warehouseFlags
	From   time.Time     `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"First day of the time range. Default: each dashboard's own."`
	To     time.Time     `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Last day of the time range. Default: today."`
	Slow   time.Duration `default:"1s" help:"From when on a question is slow (${default})."`
	Strict bool          `help:"Fail when a panel is slow or empty too."`
	All    bool          `help:"List what is fine too."`

	Dashboards []string `arg:"" optional:"" help:"Dashboards to check, such as overview. Default: all."`
}

func (c *dashboardsCheckCommand) Run(ctx context.Context, std stdio) (err error) {
	from, to := inJapan(c.From), inJapan(c.To)
	if !to.IsZero() {
		to = to.Add(24*time.Hour - time.Millisecond)
	}
	if !c.From.IsZero() && !c.To.IsZero() && c.From.After(c.To) {
		return usagef("--from %s is after --to %s", c.From.Format(time.DateOnly), c.To.Format(time.DateOnly))
	}
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	findings, err := grafana.Check(ctx, e.warehouse, grafana.CheckConfig{Dashboards: c.Dashboards, From: from, To: to, Slow: c.Slow})
	if errors.Is(err, grafana.ErrTimeRange) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	count := map[grafana.Verdict]int{}
	table := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, f := range findings {
		count[f.Verdict]++
		if f.Verdict != grafana.Fine && f.Verdict != grafana.Skipped || c.All {
			fmt.Fprintf(table, "%s\t%s\t%s\t%d rows\t%d ms\t%s\n", f.Verdict, f.Dashboard, f.Language, f.Rows, f.Took.Milliseconds(), f.Where)
		}
		if f.Err != nil {
			fmt.Fprintf(table, "\t%s\n", strings.ReplaceAll(f.Err.Error(), "\n", "\n\t"))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d questions fine, %d empty, %d slow (over %v), %d failed; %d panels left out (asked of Prometheus)\n",
		count[grafana.Fine], count[grafana.Empty], count[grafana.Slow], c.Slow, count[grafana.Failed], count[grafana.Skipped])
	if n := count[grafana.Failed]; n > 0 || c.Strict && count[grafana.Slow]+count[grafana.Empty] > 0 {
		return fmt.Errorf("dashboards: %d failed, %d slow, %d empty", n, count[grafana.Slow], count[grafana.Empty])
	}
	return nil
}

// inJapan is when the day begins there; of none, none.
func inJapan(day time.Time) time.Time {
	if day.IsZero() {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, grafana.Japan)
}

type dashboardsPushCommand struct {
	URL          string   `arg:"" env:"OWABI_GRAFANA_URL" help:"Address of the Grafana, with its path."`
	TokenFile    string   `env:"OWABI_GRAFANA_TOKEN_FILE" type:"path" placeholder:"FILE" help:"File with a service account's token; or the token itself in OWABI_GRAFANA_TOKEN."`
	User         string   `env:"OWABI_GRAFANA_USER" placeholder:"NAME" help:"User at the Grafana, when there is no token."`
	PasswordFile string   `env:"OWABI_GRAFANA_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"File with that user's password; or the password itself in OWABI_GRAFANA_PASSWORD."`
	Language     []string `enum:"ja,en" default:"ja,en" help:"Languages to send: ja, en."`

	DatasourceURL          string `name:"datasource-url" placeholder:"URL" help:"ClickHouse as the Grafana reaches it, http://, https:// or clickhouse://; makes or changes the data source, which needs the role Admin."`
	DatasourceUser         string `name:"datasource-user" default:"default" placeholder:"NAME" help:"User of the data source, with no more than reading rights (${default})."`
	DatasourcePasswordFile string `name:"datasource-password-file" env:"OWABI_GRAFANA_CLICKHOUSE_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"File with that user's password; or the password itself in OWABI_GRAFANA_CLICKHOUSE_PASSWORD."`
}

func (c *dashboardsPushCommand) Run(ctx context.Context, std stdio) error {
	cfg := grafana.PushConfig{URL: c.URL, User: c.User}
	for _, lang := range c.Language {
		cfg.Languages = append(cfg.Languages, grafana.Language(lang))
	}
	var err error
	if cfg.Token, err = secret("OWABI_GRAFANA_TOKEN", c.TokenFile); err != nil {
		return err
	}
	if cfg.Password, err = secret("OWABI_GRAFANA_PASSWORD", c.PasswordFile); err != nil {
		return err
	}
	if cfg.Token == "" && cfg.User == "" {
		return usagef("as whom? Set OWABI_GRAFANA_TOKEN, or --user and OWABI_GRAFANA_PASSWORD")
	}
	if c.DatasourceURL != "" {
		password, err := secret("OWABI_GRAFANA_CLICKHOUSE_PASSWORD", c.DatasourcePasswordFile)
		if err != nil {
			return err
		}
		cfg.DataSource = &grafana.DataSource{URL: c.DatasourceURL, User: c.DatasourceUser, Password: password}
	}
	return grafana.Push(ctx, cfg, func(step grafana.Step) {
		fmt.Fprintf(std.out, "%-9s  %s\n", step.Outcome, step.What)
		if step.Err != nil {
			fmt.Fprintf(std.out, "%-9s  %v\n", "", step.Err)
		}
	})
}
