package explorer

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTimeout bounds what a collector asks of servers during one scrape.
const scrapeTimeout = 2 * time.Second

// asked is a collector whose values are asked for anew at each scrape. What
// cannot be found out is left out of the scrape; the checks tell why.
type asked struct {
	descs []*prometheus.Desc
	ask   func(context.Context, func(desc *prometheus.Desc, value float64, labels ...string)) error
}

func (a *asked) Describe(out chan<- *prometheus.Desc) {
	for _, d := range a.descs {
		out <- d
	}
}

func (a *asked) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	err := a.ask(ctx, func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	})
	if err != nil {
		slog.Debug("metrics that could not be collected", "error", err)
	}
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Ready makes a metric of the checks: 1 for each that passes, 0 for one that
// fails.
func Ready(checks []Check) prometheus.Collector {
	ready := desc("owabi_ready", "Whether a thing that the service needs is there: 1, or 0.", "check")
	cfg := Config{Checks: checks, CheckTimeout: scrapeTimeout}
	return &asked{
		descs: []*prometheus.Desc{ready},
		ask: func(ctx context.Context, tell func(*prometheus.Desc, float64, ...string)) error {
			for i, err := range cfg.runChecks(ctx) {
				value := 1.0
				if err != nil {
					value = 0
				}
				tell(ready, value, checks[i].Name)
			}
			return nil
		},
	}
}
