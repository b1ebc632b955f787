package loader_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/source/synthetic"
	"owabi/services/loader"
)

// BenchmarkLoader measures the loader alone: from a stream that is full to the last
// row in ClickHouse, and in the same run a plain loop over clickhouse-go that
// inserts the same rows, which it has in memory, into tables of the same make: once
// with the settings that a server has of itself, once with the loader's.
func BenchmarkLoader(b *testing.B) {
	const count = 60_000
	slog.SetDefault(slog.New(slog.DiscardHandler))
	messages := classified(b, count)
	var loading, plain, tuned time.Duration
	for b.Loop() {
		b.StopTimer()
		server, stream := bustest.Start(b, nil)
		publisher, err := server.Connect(b.Context(), "publisher") // another's, or some messages need not be read
		if err != nil {
			b.Fatal(err)
		}
		bustest.Publish(b, publisher, messages...)
		publisher.Close()
		address := chdbtest.URL(b)
		w := openWarehouse(b, address)
		if err := w.Migrate(b.Context()); err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		done := make(chan error, 1)
		var counts loader.Counts
		runtime.GC()
		b.StartTimer()
		began := time.Now()
		go func() { done <- loader.Run(ctx, loader.Config{Bus: stream, Warehouse: w}, &counts) }()
		if err := stream.WaitDrained(ctx, bus.StreamClassified, bus.ConsumerLoader); err != nil {
			b.Fatal(err)
		}
		loading += time.Since(began)
		b.StopTimer()
		stop()
		if err := <-done; err != nil || counts.Loaded.Load() != count {
			b.Fatalf("loaded %d, error %v", counts.Loaded.Load(), err)
		}
		plain += insertAgain(b, address, clickhouse.Settings{})
		tuned += insertAgain(b, address, clickhouse.Settings{"optimize_on_insert": 0})
		b.StartTimer()
	}
	n := float64(count * b.N)
	b.ReportMetric(n/loading.Seconds(), "rows/s")
	b.ReportMetric(n/plain.Seconds(), "plain-rows/s")
	b.ReportMetric(plain.Seconds()/loading.Seconds(), "of-plain")
	b.ReportMetric(tuned.Seconds()/loading.Seconds(), "of-plain-tuned")
}

// classified makes classified messages of synthetic notices. One reading in ten is
// made; the others are of the same words with another number behind them.
func classified(b *testing.B, count int) []bus.Message {
	b.Helper()
	reader, err := classify.New(classify.Options{})
	if err != nil {
		b.Fatal(err)
	}
	const copies = 10
	records, err := synthetic.Generate(1, count/copies)
	if err != nil {
		b.Fatal(err)
	}
	var notices []notice.Notice
	for r := range records {
		n := notice.Notice{Source: "synthetic", Publisher: r.Publisher, Title: r.Title, Published: r.Published, Body: r.Text, FetchedAt: time.Now().UTC(), Lang: "ja", Synthetic: true}
		notices = append(notices, n)
	}
	messages := make([]bus.Message, count)
	var all sync.WaitGroup
	for part := range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := part; i < len(notices); i += runtime.GOMAXPROCS(0) {
				n := notices[i]
				c := reader.Classify(n)
				for j := range copies {
					n.Body = fmt.Sprintf("%s %d", notices[i].Body, j)
					n.ID = n.ComputeID()
					c.NoticeID = n.ID
					m, err := bus.ClassifiedMessage(notice.Classified{Classification: c, Notice: &n})
					if err != nil {
						b.Error(err)
					}
					messages[i*copies+j] = m
				}
			}
		})
	}
	all.Wait()
	return messages
}

// insertAgain reads every table that was filled into memory, and returns how long a
// plain loop takes to insert the rows into a copy of it. It gets them in the order of
// the stream, as the loader did: in the order of the table a batch would be of one or
// two years instead of all, and so make as many parts. The tables other than that of
// the figures get settings.
func insertAgain(b *testing.B, address string, settings clickhouse.Settings) time.Duration {
	b.Helper()
	options, err := clickhouse.ParseDSN(address)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	ctx := clickhouse.Context(b.Context(), clickhouse.WithSettings(clickhouse.Settings{"async_insert": 0}))
	var tables []struct {
		Name string `ch:"name"`
	}
	if err := conn.Select(ctx, &tables, "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name LIKE '%\\_rows'"); err != nil {
		b.Fatal(err)
	}
	var took time.Duration
	for _, table := range tables {
		columns, rows := inMemory(b, conn, table.Name)
		if err := conn.Exec(ctx, "CREATE TABLE plain_"+table.Name+" AS "+table.Name); err != nil {
			b.Fatal(err)
		}
		inserting := ctx
		if table.Name != "notice_rows" {
			given := maps.Clone(settings)
			given["async_insert"] = 0
			inserting = clickhouse.Context(b.Context(), clickhouse.WithSettings(given))
		}
		runtime.GC()
		began := time.Now()
		for len(rows) > 0 {
			batch, err := conn.PrepareBatch(inserting, "INSERT INTO plain_"+table.Name+" ("+strings.Join(columns, ", ")+")")
			if err != nil {
				b.Fatal(err)
			}
			part := rows[:min(10_000, len(rows))]
			for _, row := range part {
				if err := batch.Append(row...); err != nil {
					b.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				b.Fatal(err)
			}
			rows = rows[len(part):]
		}
		took += time.Since(began)
		if err := conn.Exec(ctx, "DROP TABLE plain_"+table.Name+" SYNC"); err != nil { // its merges are nobody else's load
			b.Fatal(err)
		}
	}
	return took
}

func inMemory(b *testing.B, conn clickhouse.Conn, table string) (columns []string, rows [][]any) {
	b.Helper()
	result, err := conn.Query(b.Context(), "SELECT * FROM "+table+" ORDER BY classified_at, notice_id")
	if err != nil {
		b.Fatal(err)
	}
	defer result.Close()
	for _, c := range result.Columns() {
		columns = append(columns, "`"+c+"`")
	}
	types := result.ColumnTypes()
	for result.Next() {
		row := make([]any, len(types))
		for i, t := range types {
			row[i] = reflect.New(t.ScanType()).Interface()
		}
		if err := result.Scan(row...); err != nil {
			b.Fatal(err)
		}
		for i := range row {
			row[i] = reflect.ValueOf(row[i]).Elem().Interface()
		}
		rows = append(rows, row)
	}
	if err := result.Err(); err != nil {
		b.Fatal(err)
	}
	return columns, rows
}
