package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"owabi/pkg/bus"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/source"
	"owabi/pkg/warehouse"
	"owabi/services/classifier"
	"owabi/services/ingest"
	"owabi/services/loader"
)

type upCommand struct {
	dataFlag
	natsFlags
	clickHouseFlags
	embeddedFlags
	httpFlags
	pageFlags
	drainFlag
	sourceFlags
	Once    bool     `help:"Process the sources to the last row, print the summary, and exit."`
	Sources []string `arg:"" optional:"" name:"source" help:"A path, or - for standard input."`
}

func (c *upCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.Once && len(c.Sources) == 0 {
		return usagef("up --once needs a SOURCE to process")
	}
	if c.Once {
		if err := someReadable(ctx, c.Sources, c.options(std)); err != nil { // told before anything is booted
			return err
		}
	}
	if c.ClickHouseListen == "" && c.Once {
		c.ClickHouseListen = anyPort
	}
	began := time.Now()
	reader, err := classify.New(classify.Options{})
	if err != nil {
		return err
	}
	if _, err := c.token(); err != nil { // told before anything is booted
		return err
	}
	if !c.Once {
		defer c.guardStop(ctx)()
	}
	e, err := openEngines(ctx, c.Data, c.clickHouseFlags, c.natsFlags, c.embeddedFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.setUp(ctx, bus.StreamsConfig{}); err != nil {
		return err
	}
	if !c.Once {
		e.httpDefault = defaultHTTP
	}
	p := newPipeline(e, reader, time.Duration(c.Drain))
	o := p.observed()
	if o.pages, err = e.openPages(c.clickHouseFlags, c.pageFlags); err != nil {
		return err
	}
	if err := e.listenHTTP(ctx, c.httpFlags, o, std.err); err != nil {
		return err
	}
	if !c.Once {
		return p.serve(ctx, std, c.Sources, c.sourceFlags)
	}
	progress := startProgress(std.err, "up", p.line)
	err = p.once(ctx, std, c.Sources, c.sourceFlags)
	progress.stop()
	if p.unreadable == nil && err != nil {
		return err
	}
	stored, summaryErr := e.warehouse.Summary(ctx)
	if summaryErr != nil {
		return errors.Join(err, summaryErr)
	}
	out := bufio.NewWriter(std.out)
	p.printSummary(out, stored, time.Since(began))
	return errors.Join(err, out.Flush())
}

// someReadable returns what keeps every one of the sources from being read; nil where
// there is something to read. Files are looked into; what can be read only once, as
// standard input and pipes, is left alone.
func someReadable(ctx context.Context, sources []string, options source.Options) error {
	var failed error
	for _, name := range sources {
		if name == source.Stdin {
			return nil
		}
		if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
			return nil
		}
		in, err := source.Open(ctx, name, options)
		if err == nil {
			return in.Close()
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// pipeline is ingest, classifier and loader in one process.
type pipeline struct {
	*engines
	reader     *classify.Classifier
	drain      time.Duration
	metrics    struct{ ingest, classifier, loader *bus.Metrics }
	ingested   ingest.Counts
	classified classifier.Counts
	loaded     loader.Counts
	unreadable error // sources that could not be read whole; the rest went through
}

func newPipeline(e *engines, reader *classify.Classifier, drain time.Duration) *pipeline {
	p := &pipeline{engines: e, reader: reader, drain: drain}
	p.metrics.ingest, p.metrics.classifier, p.metrics.loader = ingest.NewMetrics(), classifier.NewMetrics(), loader.NewMetrics()
	return p
}

func (p *pipeline) observed() observed {
	o := observed{metrics: []prometheus.Collector{p.metrics.ingest, p.metrics.classifier, p.metrics.loader}}
	o.observeNATS(p.bus, classifierConsumer, loaderConsumer)
	o.observeEngines(p.engines)
	return o
}

func (p *pipeline) ingest(ctx context.Context, std stdio, sources []string, flags sourceFlags) error {
	return ingest.Run(ctx, ingest.Config{
		Bus: p.bus, Sources: sources, Options: flags.options(std), StopTimeout: p.drain, Metrics: p.metrics.ingest,
	}, &p.ingested)
}

// start runs the classifier in group until classifying ends, and the loader until ctx
// ends. Whoever ends classifying before ctx has seen everything classified: its end is
// the loader's NoMore too, so that it waits for no more rows to load together.
func (p *pipeline) start(ctx, classifying context.Context, group *errgroup.Group) {
	group.Go(func() error {
		return classifier.Run(classifying, classifier.Config{
			Bus: p.bus, Classifier: p.reader, StopTimeout: p.drain, Metrics: p.metrics.classifier,
		}, &p.classified)
	})
	group.Go(func() error {
		return loader.Run(ctx, loader.Config{
			Bus: p.bus, Warehouse: p.warehouse, NoMore: classifying.Done(), StopTimeout: p.drain, Metrics: p.metrics.loader,
		}, &p.loaded)
	})
	group.Go(func() error {
		err := p.watch(ctx)
		if err != nil { // told at once: finishing what is in hand takes a while
			slog.Error("stopping", "error", err)
		}
		return err
	})
}

// serve ingests the sources and goes on until ctx ends.
func (p *pipeline) serve(ctx context.Context, std stdio, sources []string, flags sourceFlags) error {
	group, ctx := errgroup.WithContext(ctx)
	p.start(ctx, ctx, group)
	fmt.Fprintln(std.err, "ClickHouse:", warehouse.Redact(p.clickHouseURL))
	fmt.Fprintln(std.err, "NATS:", p.natsURL)
	fmt.Fprintln(std.err, "Stop with Ctrl-C.")
	if len(sources) > 0 {
		group.Go(func() error {
			err := p.ingest(ctx, std, sources, flags)
			fmt.Fprintln(std.err, ingestLine(&p.ingested))
			if err != nil && ctx.Err() == nil {
				slog.Error("a source could not be read whole; going on", "error", err)
			}
			return nil
		})
	}
	return group.Wait()
}

// once ingests the sources and returns when the last row is stored.
func (p *pipeline) once(ctx context.Context, std stdio, sources []string, flags sourceFlags) error {
	services, stop := context.WithCancel(ctx)
	defer stop()
	group, services := errgroup.WithContext(services)
	classifying, allClassified := context.WithCancel(services)
	defer allClassified()
	p.start(services, classifying, group)
	group.Go(func() error {
		defer stop()
		err := p.ingest(services, std, sources, flags)
		if cause := context.Cause(services); cause != nil {
			return cause // stopped, not the sources' fault
		}
		p.unreadable = err
		if err := p.bus.WaitDrained(services, bus.StreamRaw, bus.ConsumerClassifier); err != nil {
			return err
		}
		allClassified()
		return p.bus.WaitDrained(services, bus.StreamClassified, bus.ConsumerLoader)
	})
	return errors.Join(group.Wait(), p.unreadable)
}

func (p *pipeline) line() string {
	return fmt.Sprintf("%s, loaded %d", ingestLine(&p.ingested), p.loaded.Loaded.Load())
}

func (p *pipeline) printSummary(w io.Writer, stored warehouse.Summary, took time.Duration) {
	rejected := p.ingested.Rejected.Load() + p.classified.Rejected.Load() + p.loaded.Rejected.Load()
	fmt.Fprintf(w, "notices  read %d, published %d, duplicates %d, rejected %d, loaded %d\n",
		p.ingested.Read.Load(), p.ingested.Published.Load(), p.ingested.Duplicates.Load(), rejected, p.loaded.Loaded.Load())
	if n := p.ingested.Refused.Load(); n > 0 {
		fmt.Fprintf(w, "refused  %d notices that were erased and must not come back\n", n)
	}
	fmt.Fprintf(w, "stored   %d notices, %d of them incidents\n", stored.Notices, stored.Incidents)
	printCounts(w, "incidents by category", stored.ByCategory, func(code string) string {
		for _, info := range notice.Categories() {
			if string(info.Code) == code {
				return info.Label.JA
			}
		}
		return ""
	})
	printCounts(w, "incidents by sector", stored.BySector, func(code string) string {
		for _, info := range notice.Sectors() {
			if string(info.Code) == code {
				return info.Label.JA
			}
		}
		return ""
	})
	printCounts(w, "incidents by month of publication", stored.ByMonth, func(string) string { return "" })
	fmt.Fprintf(w, "\ntook %.1f s, %.0f notices a second\n", took.Seconds(), float64(p.ingested.Read.Load())/took.Seconds())
}

// printCounts draws one bar a count, the longest 40 wide.
func printCounts(w io.Writer, title string, counts []warehouse.Count, label func(code string) string) {
	if len(counts) == 0 {
		return
	}
	var most uint64
	for _, c := range counts {
		most = max(most, c.N)
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, c := range counts {
		name := c.Name
		if name == "" {
			name = "(unknown)"
		}
		bar := strings.Repeat("█", int((c.N*40+most-1)/most))
		fmt.Fprintf(w, "  %-24s %6d %s %s\n", name, c.N, bar, label(c.Name))
	}
}
