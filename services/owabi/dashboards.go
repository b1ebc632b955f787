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
	clickHouseFlags
	dataFlag
	Libchdb string        `env:"OWABI_LIBCHDB" type:"path" placeholder:"FILE" help:"The libchdb library, when no ClickHouse runs; none: beside the binary, then in the project."`
	From    time.Time     `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"First day of the time range. Default: each dashboard's own."`
	To      time.Time     `format:"2006-01-02" placeholder:"YYYY-MM-DD" help:"Last day of the time range. Default: today."`
	Slow    time.Duration `default:"1s" help:"From when on a question is slow (${default})."`
	Strict  bool          `help:"Fail when a panel is slow or empty too."`
	All     bool          `help:"List what is fine too."`

	Dashboards []string `arg:"" optional:"" help:"Dashboards to check, such as overview. Default: all."`
}

func (c *dashboardsCheckCommand) Run(ctx context.Context, std stdio) (err error) {
	if !c.To.IsZero() {
		c.To = c.To.Add(24*time.Hour - time.Millisecond)
	}
	if !c.From.IsZero() && !c.To.IsZero() && c.From.After(c.To) {
		return usagef("--from %s is after --to %s", c.From.Format(time.DateOnly), c.To.Format(time.DateOnly))
	}
	e, err := openWarehouseToAsk(ctx, c.clickHouseFlags, c.Data, c.Libchdb)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	findings, err := grafana.Check(ctx, e.warehouse, grafana.CheckConfig{Dashboards: c.Dashboards, From: c.From, To: c.To, Slow: c.Slow})
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
	fmt.Fprintf(std.out, "%d fine, %d empty, %d slow, %d failed, %d left out (asked of Prometheus)\n",
		count[grafana.Fine], count[grafana.Empty], count[grafana.Slow], count[grafana.Failed], count[grafana.Skipped])
	if n := count[grafana.Failed]; n > 0 || c.Strict && count[grafana.Slow]+count[grafana.Empty] > 0 {
		return fmt.Errorf("dashboards: %d failed, %d slow, %d empty", n, count[grafana.Slow], count[grafana.Empty])
	}
	return nil
}
