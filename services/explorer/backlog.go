package explorer

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"owabi/pkg/bus"
	"owabi/pkg/warehouse"
)

// Consumer names a durable consumer on the stream.
type Consumer struct{ Stream, Name string }

// Backlog tells how far consumers are behind. It needs the rights of a worker of
// each; the age also that to read the stream directly, and is left out without.
func Backlog(b *bus.Bus, consumers ...Consumer) prometheus.Collector {
	var (
		waiting = desc("owabi_consumer_waiting_messages", "Messages of the stream that were not delivered to the consumer yet.", "stream", "consumer")
		inHand  = desc("owabi_consumer_unacknowledged_messages", "Messages delivered to the consumer and not settled yet.", "stream", "consumer")
		oldest  = desc("owabi_consumer_oldest_age_seconds", "Age of the oldest message that the consumer has not settled; 0 when there is none.", "stream", "consumer")
	)
	return &asked{
		descs: []*prometheus.Desc{waiting, inHand, oldest},
		ask: func(ctx context.Context, tell func(*prometheus.Desc, float64, ...string)) error {
			var failed error
			for _, c := range consumers {
				pending, err := b.Pending(ctx, c.Stream, c.Name)
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				tell(waiting, float64(pending.Waiting), c.Stream, c.Name)
				tell(inHand, float64(pending.InHand), c.Stream, c.Name)
				stored, err := b.OldestUnsettled(ctx, c.Stream, c.Name)
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				age := 0.0
				if !stored.IsZero() {
					age = max(0, time.Since(stored).Seconds()) // the server's clock may be ahead
				}
				tell(oldest, age, c.Stream, c.Name)
			}
			return failed
		},
	}
}

// Store tells how full the store of an embedded NATS is.
func Store(server *bus.Server) prometheus.Collector {
	var (
		used  = desc("owabi_nats_store_bytes", "Bytes of all streams on the disk.")
		limit = desc("owabi_nats_store_limit_bytes", "Bytes of all streams at which publishers have to wait.")
	)
	return &asked{
		descs: []*prometheus.Desc{used, limit},
		ask: func(_ context.Context, tell func(*prometheus.Desc, float64, ...string)) error {
			have, most, err := server.Store()
			if err != nil {
				return err
			}
			tell(used, float64(have))
			tell(limit, float64(most))
			return nil
		},
	}
}

// Parts tells in how many parts ClickHouse keeps each table of the database, and
// how large they are. Very many mean that it does not get on with merging.
func Parts(w *warehouse.Warehouse) prometheus.Collector {
	var (
		parts = desc("owabi_clickhouse_parts", "Active parts of the table.", "table")
		rows  = desc("owabi_clickhouse_rows", "Rows in the table's active parts, older readings of a notice included.", "table")
		bytes = desc("owabi_clickhouse_bytes", "Bytes on the disk of the table's active parts.", "table")
	)
	return &asked{
		descs: []*prometheus.Desc{parts, rows, bytes},
		ask: func(ctx context.Context, tell func(*prometheus.Desc, float64, ...string)) error {
			tables, err := w.Parts(ctx)
			if err != nil {
				return err
			}
			for _, t := range tables {
				tell(parts, float64(t.Parts), t.Table)
				tell(rows, float64(t.Rows), t.Table)
				tell(bytes, float64(t.Bytes), t.Table)
			}
			return nil
		},
	}
}
