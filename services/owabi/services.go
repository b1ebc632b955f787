package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/bus"
	"owabi/pkg/classify"
	"owabi/pkg/source"
	"owabi/services/classifier"
	"owabi/services/ingest"
	"owabi/services/loader"
)

type sourceFlags struct {
	From           string `enum:"auto,digest,jsonl,text" default:"auto" help:"How the notices are written: ${enum}."`
	MaxNoticeBytes count  `default:"1048576" env:"OWABI_MAX_NOTICE_BYTES" help:"Largest body of one notice in bytes; a larger one is rejected."`
}

func (f sourceFlags) options(std stdio) source.Options {
	return source.Options{Format: source.Format(f.From), MaxNoticeBytes: int(f.MaxNoticeBytes), Stdin: std.in}
}

type ingestCommand struct {
	busFlags
	httpFlags
	drainFlag
	sourceFlags
	Sources []string `arg:"" name:"source" help:"A path, or - for standard input."`
}

func (c *ingestCommand) Run(ctx context.Context, std stdio) (err error) {
	defer c.guardStop(ctx)()
	e, err := c.openRunning(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	metrics := ingest.NewMetrics()
	o := observed{metrics: []prometheus.Collector{metrics}}
	o.observeNATS(e.bus)
	if err := e.listenHTTP(ctx, c.httpFlags, o, std.err); err != nil {
		return err
	}
	var counts ingest.Counts
	progress := startProgress(std.err, "ingest", func() string { return ingestLine(&counts) })
	err = ingest.Run(ctx, ingest.Config{
		Bus: e.bus, Sources: c.Sources, Options: c.options(std), StopTimeout: time.Duration(c.Drain), Metrics: metrics,
	}, &counts)
	progress.stop()
	_, told := fmt.Fprintln(std.out, ingestLine(&counts))
	return errors.Join(err, told)
}

func ingestLine(c *ingest.Counts) string {
	line := fmt.Sprintf("read %d, published %d, duplicates %d, rejected %d",
		c.Read.Load(), c.Published.Load(), c.Duplicates.Load(), c.Rejected.Load())
	if n := c.Refused.Load(); n > 0 {
		line += fmt.Sprintf(", refused %d", n)
	}
	return line
}

type classifierCommand struct {
	busFlags
	httpFlags
	drainFlag
	classifierFlags
}

type classifierFlags struct {
	Workers int `default:"0" env:"OWABI_WORKERS" help:"Batches classified at once; 0: one a CPU."`
}

func (c *classifierCommand) Run(ctx context.Context, std stdio) (err error) {
	reader, err := classify.New(classify.Options{})
	if err != nil {
		return err
	}
	defer c.guardStop(ctx)()
	e, err := c.openRunning(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	metrics := classifier.NewMetrics()
	o := observed{metrics: []prometheus.Collector{metrics}}
	o.observeNATS(e.bus, classifierConsumer)
	if err := e.listenHTTP(ctx, c.httpFlags, o, std.err); err != nil {
		return err
	}
	var counts classifier.Counts
	progress := startProgress(std.err, "classifier", func() string {
		return fmt.Sprintf("classified %d, incidents %d, rejected %d", counts.Classified.Load(), counts.Incidents.Load(), counts.Rejected.Load())
	})
	defer progress.stop()
	return classifier.Run(ctx, classifier.Config{
		Bus: e.bus, Classifier: reader, Workers: c.Workers, StopTimeout: time.Duration(c.Drain), Metrics: metrics,
	}, &counts)
}

type loaderCommand struct {
	busFlags
	clickHouseFlags
	httpFlags
	drainFlag
	loaderFlags
}

type loaderFlags struct {
	Batch      count `default:"10000" env:"OWABI_BATCH" help:"Most rows in one insert."`
	BatchBytes count `default:"33554432" env:"OWABI_BATCH_BYTES" help:"Most bytes of messages in one insert."`
	Linger     wait  `default:"1s" env:"OWABI_LINGER" help:"How long a batch waits to fill up."`
	MaxLinger  wait  `default:"10s" env:"OWABI_MAX_LINGER" help:"How long it waits in all while 50 notices a second and more keep coming."`
}

func (c *loaderCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.ClickHouseURL == "" {
		r, ok := readRunning(c.Data)
		if !ok || r.ClickHouse == "" {
			return usagef("no ClickHouse is named: set OWABI_CLICKHOUSE_URL")
		}
		c.ClickHouseURL = r.ClickHouse
	}
	defer c.guardStop(ctx)()
	e, err := c.openRunning(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.connectClickHouse(ctx, c.clickHouseFlags); err != nil {
		return err
	}
	if err := e.acceptedByClickHouse(ctx); err != nil {
		return err
	}
	metrics := loader.NewMetrics()
	o := observed{metrics: []prometheus.Collector{metrics}}
	o.observeNATS(e.bus, loaderConsumer)
	o.observeEngines(e)
	if err := e.listenHTTP(ctx, c.httpFlags, o, std.err); err != nil {
		return err
	}
	var counts loader.Counts
	progress := startProgress(std.err, "loader", func() string {
		return fmt.Sprintf("loaded %d in %d inserts, rejected %d", counts.Loaded.Load(), counts.Inserts.Load(), counts.Rejected.Load())
	})
	defer progress.stop()
	return loader.Run(ctx, loader.Config{
		Bus: e.bus, Warehouse: e.warehouse, StopTimeout: time.Duration(c.Drain),
		Batch: int(c.Batch), BatchBytes: int(c.BatchBytes), Linger: time.Duration(c.Linger), MaxLinger: time.Duration(c.MaxLinger),
		Metrics: metrics,
	}, &counts)
}

type setupCommand struct {
	busFlags
	clickHouseFlags
	Replicas int `enum:"0,1,3,5" default:"0" help:"Servers that hold each stream: 1, 3 or 5; 0: as it is, 1 for a new one."`
}

func (c *setupCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.ClickHouseURL == "" {
		return usagef("no ClickHouse is named: set OWABI_CLICKHOUSE_URL (owabi up sets up its own engines by itself)")
	}
	e, err := c.openRunning(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.connectClickHouse(ctx, c.clickHouseFlags); err != nil {
		return err
	}
	if err := e.setUp(ctx, bus.StreamsConfig{Replicas: c.Replicas}); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "streams, consumers, tables and views are there")
	return nil
}
