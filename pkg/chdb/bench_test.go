package chdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// The rows of the benchmarks are like notices: about 1 KB each.
const (
	benchColumns = `id String, source LowCardinality(String), category LowCardinality(String), title String, body String,
		people Nullable(UInt64), data_types Array(LowCardinality(String)), urls Array(String), published DateTime64(3, 'UTC')`
	benchRows  = 100_000
	benchBatch = 20_000 // rows an insert
)

type benchNotice struct {
	id, source, category, title, body string
	people                            *uint64
	dataTypes, urls                   []string
	published                         time.Time
}

func benchNotices() []benchNotice {
	notices := make([]benchNotice, benchRows)
	at := time.Date(2024, 4, 1, 9, 0, 0, 0, time.UTC)
	for n := range notices {
		var body bytes.Buffer
		for line := 0; body.Len() < 800; line++ {
			fmt.Fprintf(&body, "第%d号 %d件のお客様の情報が外部に送信されました。", n*31%9973, (n+line)*7919%100003)
		}
		notices[n] = benchNotice{
			id: fmt.Sprintf("%032x", n*2654435761), source: fmt.Sprint("source", n%12), category: fmt.Sprint("category", n%17),
			title: fmt.Sprintf("個人情報の漏えいに関するお詫びとお知らせ（第%d報）", n%5), body: body.String(),
			dataTypes: []string{"name", "address", "phone"}[:n%4], urls: []string{fmt.Sprintf("https://example.org/news/%d", n)},
			published: at.Add(time.Duration(n) * time.Minute),
		}
		if n%3 > 0 {
			notices[n].people = new(uint64(n % 5000))
		}
	}
	return notices
}

func (n *benchNotice) values() []any {
	return []any{n.id, n.source, n.category, n.title, n.body, n.people, n.dataTypes, n.urls, n.published}
}

func benchTable(b *testing.B, name string) {
	b.Helper()
	for _, sql := range []string{"DROP TABLE IF EXISTS " + name, "CREATE TABLE " + name + " (" + benchColumns + ") ENGINE = MergeTree ORDER BY id"} {
		if _, err := engine.Exec(b.Context(), Statement{SQL: sql}); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() {
		if _, err := engine.Exec(context.Background(), Statement{SQL: "DROP TABLE " + name}); err != nil {
			b.Error(err)
		}
	})
}

// benchTypes are the names and types of the benchmark table's columns.
func benchTypes(b *testing.B, conn driver.Conn) (types [][2]string) {
	b.Helper()
	rows, err := conn.Query(b.Context(), "SELECT name, type FROM system.columns WHERE table = 'bench_straight' ORDER BY position")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var column [2]string
		if err := rows.Scan(&column[0], &column[1]); err != nil {
			b.Fatal(err)
		}
		types = append(types, column)
	}
	return types
}

// nativeBlocks encodes the rows with clickhouse-go's own encoder.
func nativeBlocks(b *testing.B, types [][2]string, notices []benchNotice) []byte {
	b.Helper()
	block := proto.Block{ServerContext: &column.ServerContext{Timezone: time.UTC}}
	for _, c := range types {
		if err := block.AddColumn(c[0], column.Type(c[1])); err != nil {
			b.Fatal(err)
		}
	}
	for i := range notices {
		if err := block.Append(notices[i].values()...); err != nil {
			b.Fatal(err)
		}
	}
	var out chproto.Buffer
	if err := block.Encode(&out, 0); err != nil {
		b.Fatal(err)
	}
	return out.Buf
}

func insertBlocks(b *testing.B, blocks []byte) {
	b.Helper()
	insert, err := engine.Insert(b.Context(), Statement{SQL: "INSERT INTO bench_straight", Format: "Native"})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := insert.Write(blocks); err != nil {
		b.Fatal(err)
	}
	if _, err := insert.Commit(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkInsert compares, with the same rows and batch by batch in turns in one run:
//
//   - straight: the rows, encoded as Native blocks by clickhouse-go's encoder,
//     appended to libchdb's insert stream and committed. No client, no HTTP.
//   - preencoded: straight without the encoding, which was done before.
//   - http: clickhouse-go over HTTP to this package's interface: PrepareBatch
//     (which asks for the columns), Append of each row, encoding, the request,
//     committed.
//   - send: the part of http that is Send alone, after the rows were appended.
//   - pipelined: http, with the next batch filled while one is sent, as a
//     loader does.
//
// ratio and pipelined-ratio are these ones' rows a second to straight's: both
// sides begin with rows. preencoded-ratio is http's to preencoded's, and
// send-ratio send's to preencoded's, where the client still has rows to encode.
func BenchmarkInsert(b *testing.B) {
	notices := benchNotices()
	benchTable(b, "bench_straight")
	benchTable(b, "bench_http")
	conn := client(b, nil)
	types := benchTypes(b, conn)
	var batches [][]byte
	size := 0
	for at := 0; at < benchRows; at += benchBatch {
		batches = append(batches, nativeBlocks(b, types, notices[at:at+benchBatch]))
		size += len(batches[len(batches)-1])
	}
	var straight, preencoded, viaHTTP, send, pipelined time.Duration
	b.SetBytes(int64(size))
	b.ResetTimer()
	for b.Loop() {
		for n, blocks := range batches {
			begin := time.Now()
			insertBlocks(b, blocks)
			preencoded += time.Since(begin)

			begin = time.Now()
			insertBlocks(b, nativeBlocks(b, types, notices[n*benchBatch:(n+1)*benchBatch]))
			straight += time.Since(begin)

			begin = time.Now()
			batch, err := conn.PrepareBatch(b.Context(), "INSERT INTO bench_http")
			if err != nil {
				b.Fatal(err)
			}
			for i := n * benchBatch; i < (n+1)*benchBatch; i++ {
				if err := batch.Append(notices[i].values()...); err != nil {
					b.Fatal(err)
				}
			}
			beginSend := time.Now()
			if err := batch.Send(); err != nil {
				b.Fatal(err)
			}
			send += time.Since(beginSend)
			viaHTTP += time.Since(begin)
		}
		begin := time.Now()
		insertPipelined(b, conn, notices)
		pipelined += time.Since(begin)
	}
	report(b, benchRows, straight, viaHTTP)
	b.ReportMetric(preencoded.Seconds()/viaHTTP.Seconds(), "preencoded-ratio")
	b.ReportMetric(preencoded.Seconds()/send.Seconds(), "send-ratio")
	b.ReportMetric(straight.Seconds()/pipelined.Seconds(), "pipelined-ratio")
	b.ReportMetric(float64(size)/benchRows, "B/row")
}

// insertPipelined fills a batch while the one before it is sent.
func insertPipelined(b *testing.B, conn driver.Conn, notices []benchNotice) {
	b.Helper()
	full := make(chan driver.Batch)
	sent := make(chan error, 1)
	go func() {
		var err error
		for batch := range full {
			err = errors.Join(err, batch.Send())
		}
		sent <- err
	}()
	for at := 0; at < benchRows; at += benchBatch {
		batch, err := conn.PrepareBatch(b.Context(), "INSERT INTO bench_http")
		if err != nil {
			b.Fatal(err)
		}
		for i := range benchBatch {
			if err := batch.Append(notices[at+i].values()...); err != nil {
				b.Fatal(err)
			}
		}
		full <- batch
	}
	close(full)
	if err := <-sent; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkQuery compares, with the same rows and in turns in one run:
//
//   - straight: Native chunks read from the engine's stream, not decoded.
//   - http: the same statement by HTTP at clickhouse-go's protocol revision
//     (rewritten from revision 0), read to the end, not decoded.
//   - client: clickhouse-go reads it and scans every row.
func BenchmarkQuery(b *testing.B) {
	notices := benchNotices()
	benchTable(b, "bench_straight")
	conn := client(b, nil)
	blocks := nativeBlocks(b, benchTypes(b, conn), notices)
	insertBlocks(b, blocks)
	const sql = "SELECT * FROM bench_straight"
	var straight, viaHTTP, scanned time.Duration
	b.SetBytes(int64(len(blocks)))
	b.ResetTimer()
	for b.Loop() {
		begin := time.Now()
		rows, err := engine.Query(b.Context(), Statement{SQL: sql, Format: "Native"})
		if err != nil {
			b.Fatal(err)
		}
		var total int64
		for {
			chunk, err := rows.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			total += int64(len(chunk))
		}
		if err := rows.Close(); err != nil {
			b.Fatal(err)
		}
		straight += time.Since(begin)

		begin = time.Now()
		res, err := httpGet(b, q(sql)+"&default_format=Native&client_protocol_version=54460")
		if err != nil {
			b.Fatal(err)
		}
		if res < total {
			b.Fatalf("%d bytes by HTTP, %d straight", res, total)
		}
		viaHTTP += time.Since(begin)

		begin = time.Now()
		result, err := conn.Query(b.Context(), sql)
		if err != nil {
			b.Fatal(err)
		}
		count := 0
		for result.Next() {
			var n benchNotice
			if err := result.Scan(&n.id, &n.source, &n.category, &n.title, &n.body, &n.people, &n.dataTypes, &n.urls, &n.published); err != nil {
				b.Fatal(err)
			}
			count++
		}
		if err := result.Close(); err != nil || count != benchRows {
			b.Fatal(count, err)
		}
		scanned += time.Since(begin)
	}
	report(b, benchRows, straight, viaHTTP)
	b.ReportMetric(benchRows*float64(b.N)/scanned.Seconds(), "client-rows/s")
}

func report(b *testing.B, rows int, straight, viaHTTP time.Duration) {
	b.ReportMetric(float64(rows)*float64(b.N)/straight.Seconds(), "straight-rows/s")
	b.ReportMetric(float64(rows)*float64(b.N)/viaHTTP.Seconds(), "http-rows/s")
	b.ReportMetric(straight.Seconds()/viaHTTP.Seconds(), "ratio")
}

// BenchmarkStatement is the price of one small statement.
func BenchmarkStatement(b *testing.B) {
	b.Run("straight", func(b *testing.B) {
		for b.Loop() {
			if _, err := engine.ask(b.Context(), "SELECT 1"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("http", func(b *testing.B) {
		for b.Loop() {
			if _, err := httpGet(b, q("SELECT 1")); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("clickhouse-go", func(b *testing.B) {
		conn := client(b, func(o *clickhouse.Options) { o.MaxOpenConns = 1 })
		for b.Loop() {
			var one uint8
			if err := conn.QueryRow(b.Context(), "SELECT 1").Scan(&one); err != nil {
				b.Fatal(err)
			}
		}
	})
}
