package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Question is one statement and what it may cost.
type Question struct {
	// SQL is one statement, with or without a semicolon at its end.
	SQL string
	// Parameters are bound to {name:Type} in SQL, on the server: a string, a
	// number or a slice of them by name.
	Parameters map[string]any
	// Format is how the rows are written. Default: FormatTable.
	Format Format
	// Write lets the statement change data and tables. Without it ClickHouse
	// refuses all but reading (readonly=2).
	Write bool
	// Limits bound the statement in the engine.
	Limits Limits
}

// Limits bound one statement; a zero asks for no limit beyond the server's own.
// At a limit the statement fails in ClickHouse's words; nothing is cut silently.
type Limits struct {
	Time        time.Duration // running time, in whole seconds, at least one
	MemoryBytes uint64        // on the server
	ResultRows  uint64
	ResultBytes uint64 // uncompressed
}

// Answer is what a statement did.
type Answer struct {
	Rows      uint64 // in the result
	ReadRows  uint64 // by the engine, from tables
	ReadBytes uint64
	Took      time.Duration
}

// ErrTimeLimit says that a statement did not end within its time although the
// engine was told to end it; it was dropped from this side.
var ErrTimeLimit = errors.New("time limit exceeded")

// timeGrace is how long the engine has to end a statement that reached its limit
// by itself, before the connection is dropped: some functions do not look at the
// clock.
const timeGrace = 2 * time.Second

// Ask runs one statement and writes its rows to out. CSV and JSON are written as
// the rows arrive; a table needs the widths first and is gathered. A statement
// without rows writes nothing. When ctx ends, the statement is cancelled in the
// engine and the context's cause returned. An error of ClickHouse's is a
// [clickhouse.Exception] and prints as ClickHouse words it; it names neither
// input nor place, for the statement is the caller's.
func (w *Warehouse) Ask(ctx context.Context, q Question, out io.Writer) (Answer, error) {
	began := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if q.Limits.Time > 0 {
		limit := time.AfterFunc(q.Limits.seconds()+timeGrace, func() {
			cancel(fmt.Errorf("%w: %s", ErrTimeLimit, q.Limits.seconds()))
		})
		defer limit.Stop()
	}
	var read readCount
	answer := Answer{}
	rows, err := w.ask(read.watch(ctx, q.settings()), q, out)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	answer.Rows, answer.Took = rows, time.Since(began)
	answer.ReadRows, answer.ReadBytes = read.sum()
	return answer, err
}

// Query is Ask for a statement of the program's own: it may write, without limits.
func (w *Warehouse) Query(ctx context.Context, statement string, format Format, out io.Writer) error {
	_, err := w.Ask(ctx, Question{SQL: statement, Format: format, Write: true}, out)
	return err
}

func (w *Warehouse) ask(ctx context.Context, q Question, out io.Writer) (count uint64, err error) {
	rows, err := w.conn.Query(ctx, q.SQL, q.parameters()...)
	if err != nil {
		return 0, inItsWords(err)
	}
	defer rows.Close()
	names, types := rows.Columns(), rows.ColumnTypes()
	typeNames := make([]string, len(types))
	for i, t := range types {
		typeNames[i] = t.DatabaseTypeName()
	}
	sink, err := newRowWriter(q.Format, out, names, typeNames)
	if err != nil {
		return 0, err
	}
	if len(names) == 0 {
		return 0, inItsWords(rows.Err())
	}
	if err := sink.begin(); err != nil {
		return 0, err
	}
	for ; rows.Next(); count++ {
		targets := make([]any, len(types))
		for i, t := range types {
			targets[i] = reflect.New(t.ScanType()).Interface()
		}
		if err := rows.Scan(targets...); err != nil {
			return count, fmt.Errorf("read a row: %w", inItsWords(err))
		}
		values := make([]any, len(targets))
		for i, target := range targets {
			values[i] = plain(reflect.ValueOf(target).Elem(), types[i].DatabaseTypeName())
		}
		if err := sink.row(values); err != nil {
			return count, err
		}
	}
	if err := rows.Err(); err != nil {
		return count, inItsWords(err)
	}
	return count, sink.end()
}

func (l Limits) seconds() time.Duration {
	return max(l.Time.Truncate(time.Second), time.Second)
}

func (q Question) parameters() []any {
	var all []any
	for name, value := range q.Parameters {
		all = append(all, clickhouse.Named(name, value))
	}
	return all
}

func (q Question) settings() clickhouse.Settings {
	settings := clickhouse.Settings{
		// Over HTTP a server goes on with a statement whose client has left.
		"cancel_http_readonly_queries_on_client_close": 1,
	}
	if !q.Write {
		settings["readonly"] = 2
	}
	if q.Limits.Time > 0 {
		settings["max_execution_time"] = int(q.Limits.seconds() / time.Second)
		// By the clock, and not by an early guess at how long it may take.
		settings["timeout_before_checking_execution_speed"] = 0
	}
	for name, limit := range map[string]uint64{
		"max_memory_usage": q.Limits.MemoryBytes,
		"max_result_rows":  q.Limits.ResultRows, "max_result_bytes": q.Limits.ResultBytes,
	} {
		if limit > 0 {
			settings[name] = limit
		}
	}
	return settings
}

// readCount adds up what a statement read: over the native protocol from the
// server's progress, over HTTP from the summary in a header or trailer of the
// answer.
type readCount struct {
	mu          sync.Mutex
	rows, bytes uint64
	answer      *http.Response
}

type readCountKey struct{}

func (r *readCount) watch(ctx context.Context, settings clickhouse.Settings) context.Context {
	ctx = context.WithValue(ctx, readCountKey{}, r)
	return clickhouse.Context(ctx, clickhouse.WithSettings(settings), clickhouse.WithProgress(func(p *clickhouse.Progress) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.rows += p.Rows
		r.bytes += p.Bytes
	}))
}

// sum is to be asked for once the answer was read to its end.
func (r *readCount) sum() (rows, bytes uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answer == nil {
		return r.rows, r.bytes
	}
	const name = "X-ClickHouse-Summary"
	text := r.answer.Trailer.Get(name)
	if text == "" {
		text = r.answer.Header.Get(name)
	}
	var summary struct {
		ReadRows  string `json:"read_rows"`
		ReadBytes string `json:"read_bytes"`
	}
	if json.Unmarshal([]byte(text), &summary) == nil {
		rows, _ = strconv.ParseUint(summary.ReadRows, 10, 64)
		bytes, _ = strconv.ParseUint(summary.ReadBytes, 10, 64)
	}
	return rows, bytes
}

// summaryTransport shows the answers of watched statements to their readCount,
// since the client library keeps their headers to itself.
type summaryTransport struct{ *http.Transport }

func (t summaryTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.Transport.RoundTrip(r)
	if count, ok := r.Context().Value(readCountKey{}).(*readCount); ok && err == nil {
		count.mu.Lock()
		defer count.mu.Unlock()
		count.answer = response
	}
	return response, err
}

// inItsWords leaves of an error what ClickHouse said, without the client
// library's account of how it asked.
func inItsWords(err error) error {
	var exception *clickhouse.Exception
	if errors.As(err, &exception) {
		return &queryError{exception}
	}
	var connection *net.OpError
	if errors.As(err, &connection) {
		return fmt.Errorf("no ClickHouse answers: %w", connection)
	}
	return err
}

// queryError prints an exception the way ClickHouse does.
type queryError struct{ *clickhouse.Exception }

func (e *queryError) Error() string { return fmt.Sprintf("Code: %d. %s", e.Code, e.Message) }

func (e *queryError) Unwrap() error { return e.Exception }
