package chdb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// client opens clickhouse-go in HTTP mode against the engine of this process.
func client(t testing.TB, change func(*clickhouse.Options)) driver.Conn {
	t.Helper()
	options := &clickhouse.Options{
		Addr:     []string{strings.TrimPrefix(base, "http://")},
		Protocol: clickhouse.HTTP,
		Auth:     clickhouse.Auth{Database: "default", Username: "default"},
	}
	if change != nil {
		change(options)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

var compressions = map[string]*clickhouse.Compression{
	"none":    nil,
	"lz4":     {Method: clickhouse.CompressionLZ4},
	"zstd":    {Method: clickhouse.CompressionZSTD},
	"gzip":    {Method: clickhouse.CompressionGZIP, Level: 1},
	"deflate": {Method: clickhouse.CompressionDeflate, Level: 1},
	"brotli":  {Method: clickhouse.CompressionBrotli, Level: 1},
}

// everyType is a row with the column types that owabi's tables use and more.
type everyType struct {
	Text        string            `ch:"text"`
	Low         string            `ch:"low"`
	MaybeText   *string           `ch:"maybe_text"`
	MaybeNumber *uint64           `ch:"maybe_number"`
	LowMaybe    *string           `ch:"low_maybe"`
	Fixed       string            `ch:"fixed"`
	U8          uint8             `ch:"u8"`
	U16         uint16            `ch:"u16"`
	U32         uint32            `ch:"u32"`
	U64         uint64            `ch:"u64"`
	I32         int32             `ch:"i32"`
	I64         int64             `ch:"i64"`
	F64         float64           `ch:"f64"`
	Bool        bool              `ch:"bool"`
	Day         time.Time         `ch:"day"`
	Day32       time.Time         `ch:"day32"`
	Second      time.Time         `ch:"second"`
	Milli       time.Time         `ch:"milli"`
	Texts       []string          `ch:"texts"`
	Lows        []string          `ch:"lows"`
	Pairs       map[string]string `ch:"pairs"`
	LowPairs    map[string]uint64 `ch:"low_pairs"`
	Tuple       []any             `ch:"tup"`
	Kind        string            `ch:"kind"`
	ID          uuid.UUID         `ch:"id"`
	Nest        []map[string]any  `ch:"nest"`
}

const everyColumn = `
	text String, low LowCardinality(String), maybe_text Nullable(String), maybe_number Nullable(UInt64),
	low_maybe LowCardinality(Nullable(String)), fixed FixedString(4),
	u8 UInt8, u16 UInt16, u32 UInt32, u64 UInt64, i32 Int32, i64 Int64, f64 Float64, bool Bool,
	day Date, day32 Date32, second DateTime('UTC'), milli DateTime64(3, 'UTC'),
	texts Array(String), lows Array(LowCardinality(String)), pairs Map(String, String),
	low_pairs Map(LowCardinality(String), UInt64), tup Tuple(String, UInt8), kind Enum8('first' = 1, 'update' = 2), id UUID,
	nest Nested(name String, low LowCardinality(String), numbers Array(UInt8))`

func rowOfEveryType(n int) everyType {
	at := time.Date(2024, 2, 29, 13, 14, 15, 678e6, time.UTC).Add(time.Duration(n) * time.Hour)
	row := everyType{
		Text: strings.Repeat("お詫び", n%100), Low: []string{"", "school", "病院"}[n%3], Fixed: "abcd",
		U8: uint8(n), U16: uint16(n * 7), U32: uint32(n * 77), U64: uint64(n) << 40, I32: int32(-n), I64: int64(-n) << 33,
		F64: float64(n) / 8, Bool: n%2 == 0, Day: at.Truncate(24 * time.Hour), Day32: at.Truncate(24 * time.Hour),
		Second: at.Truncate(time.Second), Milli: at,
		Texts: make([]string, n%4), Lows: make([]string, n%3), Pairs: map[string]string{}, LowPairs: map[string]uint64{"a": uint64(n)},
		Tuple: []any{fmt.Sprint("t", n), uint8(n)}, Kind: []string{"first", "update"}[n%2],
		ID:   uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n)),
		Nest: []map[string]any{},
	}
	for i := range row.Texts {
		row.Texts[i] = fmt.Sprint("text ", n, i)
	}
	for i := range row.Lows {
		row.Lows[i] = fmt.Sprint("low", (n+i)%5)
	}
	for i := range n % 3 {
		row.Pairs[fmt.Sprint("k", i)] = fmt.Sprint("v", n)
		row.Nest = append(row.Nest, map[string]any{"name": fmt.Sprint("n", n), "low": "l", "numbers": []uint8{uint8(n), 2}})
	}
	if n%2 == 0 {
		row.MaybeNumber, row.MaybeText, row.LowMaybe = new(uint64(n)), new("some"), new("low some")
	}
	return row
}

func TestEveryTypeThroughEveryCompression(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(compressions)) {
		t.Run(name, func(t *testing.T) {
			conn := client(t, func(o *clickhouse.Options) { o.Compression = compressions[name] })
			ctx := t.Context()
			if err := conn.Ping(ctx); err != nil {
				t.Fatal(err)
			}
			// flatten_nested=0 keeps Nested as one column, which AppendStruct wants.
			setting := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"flatten_nested": 0}))
			if err := conn.Exec(setting, "CREATE TABLE every ("+everyColumn+") ENGINE = MergeTree ORDER BY u32"); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := conn.Exec(ctx, "DROP TABLE every"); err != nil {
					t.Error(err)
				}
			}()
			batch, err := conn.PrepareBatch(ctx, "INSERT INTO every")
			if err != nil {
				t.Fatal(err)
			}
			want := make([]everyType, 120)
			for n := range want {
				want[n] = rowOfEveryType(n)
				if err := batch.AppendStruct(&want[n]); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			var got []everyType
			if err := conn.Select(ctx, &got, "SELECT * FROM every ORDER BY u32"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows differ (-sent +got):\n%s", diff)
			}
		})
	}
}

func TestJSONColumn(t *testing.T) {
	table(t, "json_column", "n UInt8, j JSON")
	conn := client(t, func(o *clickhouse.Options) {
		o.Settings = clickhouse.Settings{"output_format_native_write_json_as_string": 1}
	})
	ctx := t.Context()
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO json_column")
	if err != nil {
		t.Fatal(err)
	}
	if err := batch.Append(uint8(1), `{"a": {"b": 7}, "c": "seven"}`); err != nil {
		t.Fatal(err)
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	var (
		b int64
		c string
		j string
	)
	if err := conn.QueryRow(ctx, "SELECT j.a.b::Int64, j.c::String, j FROM json_column").Scan(&b, &c, &j); err != nil {
		t.Fatal(err)
	}
	if b != 7 || c != "seven" || !strings.Contains(j, `"seven"`) {
		t.Errorf("got %d, %q, %s", b, c, j)
	}
}

func TestServerVersionAndHello(t *testing.T) {
	conn := client(t, nil)
	version, err := conn.ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if version.Version.String() != "26.7.2" || version.Timezone.String() == "" {
		t.Errorf("the client sees %v", version)
	}
	if !strings.HasPrefix(engine.Version(), "26.7.2.") {
		t.Errorf("the engine is %s", engine.Version())
	}
}

func TestNamedParameters(t *testing.T) {
	conn := client(t, nil)
	nasty := "it's a \\ \t\n 'quoted' `name` \"と日本語\" -- ;"
	var text string
	var number uint64
	var list []string
	err := conn.QueryRow(t.Context(), "SELECT {s:String}, {n:UInt64}, {l:Array(String)}",
		clickhouse.Named("s", nasty), clickhouse.Named("n", uint64(18446744073709551615)), clickhouse.Named("l", []string{"a", "b'c"})).Scan(&text, &number, &list)
	if err != nil {
		t.Fatal(err)
	}
	if text != nasty || number != 18446744073709551615 || !slices.Equal(list, []string{"a", "b'c"}) {
		t.Errorf("got %q, %d, %q", text, number, list)
	}
	// Bound on the client's side.
	if err := conn.QueryRow(t.Context(), "SELECT ?", nasty).Scan(&text); err != nil || text != nasty {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestNoRowsAndManyRows(t *testing.T) {
	for name, compression := range compressions {
		conn := client(t, func(o *clickhouse.Options) { o.Compression = compression })
		rows, err := conn.Query(t.Context(), "SELECT number FROM numbers(10) WHERE number > 10")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if rows.Next() {
			t.Errorf("%s: a row", name)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		rows, err = conn.Query(t.Context(), "SELECT number, toString(number), [number] FROM numbers(150000)")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var sum, n uint64
		for rows.Next() {
			var s string
			var l []uint64
			if err := rows.Scan(&n, &s, &l); err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || sum != 150000*149999/2 {
			t.Errorf("%s: sum %d, %v", name, sum, err)
		}
	}
}

func TestExceptionsReachTheClient(t *testing.T) {
	conn := client(t, nil)
	ctx := t.Context()
	table(t, "exceptions", "n UInt8")
	var exception *clickhouse.Exception

	err := conn.Exec(ctx, "SELECT * FROM nowhere")
	if !errors.As(err, &exception) || exception.Code != 60 {
		t.Errorf("Exec of an unknown table: %v", err)
	}
	_, err = conn.PrepareBatch(ctx, "INSERT INTO nowhere")
	if !errors.As(err, &exception) || exception.Code != 60 {
		t.Errorf("a batch for an unknown table: %v", err)
	}
	// The first rows are out by the time this fails.
	rows, err := conn.Query(ctx, "SELECT number, repeat('x', 100), throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_threads = 1")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for rows.Next() {
		count++
	}
	err = errors.Join(rows.Err(), rows.Close())
	if !errors.As(err, &exception) || exception.Code != 395 {
		t.Errorf("after %d rows: %v", count, err)
	}
	if count == 0 || count >= 900001 {
		t.Errorf("%d rows came before the failure", count)
	}
	// A batch whose rows break a constraint of the table.
	if err := conn.Exec(ctx, "ALTER TABLE exceptions ADD CONSTRAINT small CHECK n < 10"); err != nil {
		t.Fatal(err)
	}
	batch, err := conn.PrepareBatch(ctx, "INSERT INTO exceptions")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		if err := batch.Append(uint8(n)); err != nil {
			t.Fatal(err)
		}
	}
	err = batch.Send()
	if !errors.As(err, &exception) || exception.Code != 469 {
		t.Errorf("a batch against a constraint: %v", err)
	}
	if got := ask(t, "SELECT count() FROM exceptions"); got != "0\n" {
		t.Errorf("%s rows of a refused batch", got)
	}
}

func TestCancelAndDeadline(t *testing.T) {
	conn := client(t, nil)
	const long = "SELECT count() FROM numbers(1e12) WHERE NOT ignore(sipHash64(number))"

	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- conn.Exec(ctx, long) }()
	waitFor(t, "the statement to run", func() bool { return running(t, "numbers(1e12)") == 1 })
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	waitFor(t, "the statement to end", func() bool { return running(t, "numbers(1e12)") == 0 && engine.Running() == 0 })

	ctx, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := conn.Exec(ctx, long); err == nil {
		t.Error("the deadline passed without an error")
	}
	waitFor(t, "the statement to end", func() bool { return running(t, "numbers(1e12)") == 0 && engine.Running() == 0 })
}

// running counts the engine's running statements with a text in them.
func running(t *testing.T, text string) int {
	t.Helper()
	r := process.keeper
	engine.control.Lock()
	defer engine.control.Unlock()
	answer := r.query("SELECT count() FROM system.processes WHERE query LIKE '%"+text+"%' AND query NOT LIKE '%system.processes%'", "TabSeparated", nil)
	defer answer.destroy()
	if err := answer.err(); err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(string(answer.bytes()), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// waitFor asks again until a thing is so; the test's own limit ends it.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for pause := time.NewTicker(2 * time.Millisecond); !so(); {
		select {
		case <-pause.C:
		case <-t.Context().Done():
			t.Fatalf("waited for %s", what)
		}
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	table(t, "crowd", "who UInt32, n UInt32, text String")
	conn := client(t, func(o *clickhouse.Options) {
		o.MaxOpenConns = 16
		o.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	})
	var wg sync.WaitGroup
	for who := range 16 {
		wg.Go(func() {
			ctx := t.Context()
			for range 3 {
				batch, err := conn.PrepareBatch(ctx, "INSERT INTO crowd")
				if err != nil {
					t.Error(err)
					return
				}
				for n := range 1000 {
					if err := batch.Append(uint32(who), uint32(n), "crowd"); err != nil {
						t.Error(err)
						return
					}
				}
				if err := batch.Send(); err != nil {
					t.Error(err)
					return
				}
				var count uint64
				if err := conn.QueryRow(ctx, "SELECT count() FROM crowd WHERE who = {who:UInt32}", clickhouse.Named("who", who)).Scan(&count); err != nil {
					t.Error(err)
					return
				}
				if count == 0 || count%1000 != 0 {
					t.Errorf("client %d sees %d rows", who, count)
				}
			}
		})
	}
	wg.Wait()
	if got := ask(t, "SELECT count(), uniqExact(who) FROM crowd"); got != "48000\t16\n" {
		t.Errorf("in the end: %s", got)
	}
}

func TestABatchOfManyRows(t *testing.T) {
	const rows = 100_000
	table(t, "large", "n UInt64, text String, low LowCardinality(String), at DateTime64(3, 'UTC')")
	conn := client(t, func(o *clickhouse.Options) {
		o.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	})
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO large")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	text := strings.Repeat("お知らせ", 80)
	var (
		numbers = make([]uint64, rows)
		texts   = make([]string, rows)
		lows    = make([]string, rows)
		times   = make([]time.Time, rows)
	)
	for n := range rows {
		numbers[n], texts[n], lows[n], times[n] = uint64(n), text, fmt.Sprint("source", n%7), at.Add(time.Duration(n)*time.Second)
	}
	for i, column := range []any{numbers, texts, lows, times} {
		if err := batch.Column(i).Append(column); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, "SELECT count(), sum(n), uniqExact(low), max(at), any(lengthUTF8(text)) FROM large"); got != "100000\t4999950000\t7\t2024-01-02 03:46:39.000\t320\n" {
		t.Errorf("got %s", got)
	}
}

func TestSQLDriverReadsAndWrites(t *testing.T) {
	db := clickhouse.OpenDB(&clickhouse.Options{
		Addr: []string{strings.TrimPrefix(base, "http://")}, Protocol: clickhouse.HTTP,
		Auth: clickhouse.Auth{Database: "default", Username: "reader"},
	})
	defer db.Close()
	var n int64
	if err := db.QueryRowContext(t.Context(), "SELECT toInt64(40 + 2)").Scan(&n); err != nil || n != 42 {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE readers_table (n UInt8) ENGINE = Memory"); err == nil {
		t.Error("the reader made a table")
	}
}
