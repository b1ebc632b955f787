package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"owabi/pkg/bus"
	"owabi/services/explorer"
)

// httpFlags say where health, readiness and metrics are answered.
type httpFlags struct {
	HTTPListen    string `name:"http-listen" env:"OWABI_HTTP_LISTEN" placeholder:"ADDR" help:"Address of the HTTP listener: the pages for a browser (up and explorer), /healthz, /readyz and /metrics; none: there is none. Default for up and explorer: ${http_default}, or any free port when that one is taken."`
	HTTPTokenFile string `name:"http-token-file" env:"OWABI_HTTP_TOKEN_FILE" type:"path" placeholder:"FILE" help:"File with the token that the HTTP listener asks for; or the token itself in OWABI_HTTP_TOKEN. Without one, only loopback addresses."`
}

// token returns what the listener asks for; an error says that the flags cannot be
// used together.
func (f httpFlags) token() (string, error) {
	token, err := secret("OWABI_HTTP_TOKEN", f.HTTPTokenFile)
	if err != nil || f.HTTPListen == noListener {
		return "", err
	}
	return token, guardListen("--http-listen", f.HTTPListen, token != "", "OWABI_HTTP_TOKEN")
}

// defaultHTTP is where owabi up listens when nobody says.
const defaultHTTP = "127.0.0.1:8080"

// noListener is the address that means that there is no listener.
const noListener = "none"

// observed is what the HTTP listener of a process shows.
type observed struct {
	checks  []explorer.Check
	metrics []prometheus.Collector
	pages   *explorer.Pages // for a browser; nil: there are none
}

// observeNATS adds what the process needs of NATS, and how far behind the
// consumers are that it works for.
func (o *observed) observeNATS(b *bus.Bus, consumers ...explorer.Consumer) {
	if len(consumers) == 0 {
		consumers = []explorer.Consumer{{}}
	} else {
		o.metrics = append(o.metrics, explorer.Backlog(b, consumers...))
	}
	o.checks = append(o.checks, explorer.Check{Name: "nats", Ready: func(ctx context.Context) error {
		var err error
		for _, c := range consumers {
			err = errors.Join(err, b.Ready(ctx, c.Stream, c.Name))
		}
		return err
	}})
}

var (
	classifierConsumer = explorer.Consumer{Stream: bus.StreamRaw, Name: bus.ConsumerClassifier}
	loaderConsumer     = explorer.Consumer{Stream: bus.StreamClassified, Name: bus.ConsumerLoader}
)

// observeEngines adds what the process needs of ClickHouse and of the engines
// that are embedded in it.
func (o *observed) observeEngines(e *engines) {
	o.checks = append(o.checks, explorer.Check{Name: "clickhouse", Ready: e.warehouse.Ready})
	o.metrics = append(o.metrics, explorer.Parts(e.warehouse))
	if len(e.checks) > 0 {
		o.checks = append(o.checks, explorer.Check{Name: "embedded", Ready: func(context.Context) error {
			var err error
			for _, check := range e.checks {
				err = errors.Join(err, check())
			}
			return err
		}})
	}
	if e.nats != nil {
		o.metrics = append(o.metrics, explorer.Store(e.nats))
	}
	if e.folder != nil {
		o.metrics = append(o.metrics, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "owabi_data_free_bytes", Help: "Room left on the disk of the data folder.",
		}, func() float64 { free, _ := e.folder.free(); return float64(free) }))
	}
}

// listenHTTP opens the listener that the flags name, if any, and serves o on it
// until e is closed, so that a probe is answered while the rest is finishing.
// stopping ends when the process is asked to stop: from then on it is not ready.
func (e *engines) listenHTTP(stopping context.Context, flags httpFlags, o observed, std io.Writer) error {
	token, err := flags.token()
	if err != nil {
		return err
	}
	fallback := flags.HTTPListen == ""
	address := flags.HTTPListen
	if fallback {
		address = e.httpDefault
	}
	if address == "" || address == noListener {
		return nil
	}
	listener, err := net.Listen("tcp", address)
	if fallback && errors.Is(err, syscall.EADDRINUSE) {
		listener, err = net.Listen("tcp", anyPort)
	}
	if err != nil {
		return fmt.Errorf("--http-listen %s: %w", address, err)
	}
	o.checks = append(o.checks, explorer.Check{Name: "service", Ready: func(context.Context) error {
		if stopping.Err() != nil {
			return errors.New("stopping: finishing what is in hand")
		}
		return nil
	}})
	if o.pages != nil {
		o.metrics = append(o.metrics, o.pages.Answers)
	}
	registry := prometheus.NewRegistry()
	for _, c := range append(o.metrics, explorer.Ready(o.checks), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo()) {
		if err := registry.Register(c); err != nil {
			return errors.Join(fmt.Errorf("metrics: %w", err), listener.Close())
		}
	}
	serving, stop := context.WithCancel(context.WithoutCancel(stopping))
	served := make(chan error, 1)
	go func() {
		served <- explorer.Run(serving, explorer.Config{
			Listener: listener, Token: token, Metrics: registry, Checks: o.checks, Pages: o.pages,
		})
	}()
	e.onClose(func() error { stop(); return <-served })
	_, err = fmt.Fprintln(std, "HTTP:", reachable("http://"+listener.Addr().String()))
	return err
}

// buildInfo is a metric that names the version.
func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "owabi_build_info", Help: "1; the label names the version.", ConstLabels: prometheus.Labels{"version": version()},
	}, func() float64 { return 1 })
}

// drainFlag bounds a stop.
type drainFlag struct {
	Drain wait `default:"30s" env:"OWABI_DRAIN" help:"How long finishing what is in hand may take after the first signal to stop; what is left comes again. A second signal stops at once."`
}

// closeTime is how long closing connections and engines may take after a drain.
const closeTime = 15 * time.Second

// guardStop says, when ctx ends, that it was heard, and ends the process if it has
// not called ended by the time that it may take: something hangs, and what is not
// acknowledged comes again.
func (f drainFlag) guardStop(ctx context.Context) (ended func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		slog.Info("stopping: finishing what is in hand", "at_most", f.Drain.String())
		timer := time.NewTimer(time.Duration(f.Drain) + closeTime)
		defer timer.Stop()
		select {
		case <-done:
		case <-timer.C:
			slog.Error("not stopped in time, ending at once: nothing acknowledged is lost")
			os.Exit(exitFailed)
		}
	})
	return func() { stop(); close(done) }
}
