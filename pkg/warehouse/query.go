package warehouse

import (
	"bufio"
	"context"
	"database/sql/driver"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Format is how the rows of a query are written.
type Format string

// The formats of Query.
const (
	FormatTable Format = "table" // for people: aligned columns and a count of rows
	FormatCSV   Format = "csv"   // RFC 4180 with a header line; NULL is empty
	FormatJSON  Format = "json"  // one object a line, columns in order; NULL is null
)

// Formats lists every format.
func Formats() []Format { return []Format{FormatTable, FormatCSV, FormatJSON} }

// Query runs one statement and writes its rows to out. CSV and JSON are written
// as the rows arrive; a table needs the widths first and is gathered. A
// statement without rows writes nothing. The error names neither input nor
// place: the statement is the caller's.
func (w *Warehouse) Query(ctx context.Context, statement string, format Format, out io.Writer) error {
	rows, err := w.conn.Query(ctx, statement)
	if err != nil {
		return inItsWords(err)
	}
	defer rows.Close()

	names, types := rows.Columns(), rows.ColumnTypes()
	var sink rowWriter
	switch format {
	case FormatTable:
		sink = newTableWriter(out, names)
	case FormatCSV:
		sink = &csvWriter{csv: csv.NewWriter(out), names: names}
	case FormatJSON:
		sink = &jsonWriter{out: bufio.NewWriter(out), names: names}
	default:
		return fmt.Errorf("unknown format %q: want one of %v", format, Formats())
	}
	if len(names) == 0 {
		return inItsWords(rows.Err())
	}
	if err := sink.begin(); err != nil {
		return err
	}
	for rows.Next() {
		targets := make([]any, len(types))
		for i, t := range types {
			targets[i] = reflect.New(t.ScanType()).Interface()
		}
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read a row: %w", inItsWords(err))
		}
		values := make([]any, len(targets))
		for i, target := range targets {
			values[i] = plain(reflect.ValueOf(target).Elem(), types[i].DatabaseTypeName())
		}
		if err := sink.row(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return inItsWords(err)
	}
	return sink.end()
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

// plain turns a scanned value into nil, bool, a number, a string, []any or
// map[string]any, with dates as ClickHouse writes them.
func plain(v reflect.Value, typeName string) any {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		if s, ok := v.Interface().(fmt.Stringer); ok { // some types speak only through their pointer
			if _, isTime := v.Interface().(*time.Time); !isTime {
				return s.String()
			}
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return formatTime(x, typeName)
	case fmt.Stringer:
		return x.String()
	case driver.Valuer:
		if inner, err := x.Value(); err == nil {
			return inner
		}
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i), typeName)
		}
		return list
	case reflect.Map:
		m := make(map[string]any, v.Len())
		for entry := v.MapRange(); entry.Next(); {
			m[fmt.Sprint(plain(entry.Key(), typeName))] = plain(entry.Value(), typeName)
		}
		return m
	case reflect.Float32, reflect.Float64:
		// JSON has no such numbers, and ClickHouse too writes them as null.
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
	}
	return v.Interface()
}

func formatTime(t time.Time, typeName string) string {
	switch {
	case strings.Contains(typeName, "DateTime64("):
		_, arguments, _ := strings.Cut(typeName, "DateTime64(")
		digits := int(arguments[0] - '0')
		if digits < 1 || digits > 9 {
			return t.Format(time.DateTime)
		}
		return t.Format(time.DateTime + "." + strings.Repeat("0", digits))
	case strings.Contains(typeName, "DateTime"):
		return t.Format(time.DateTime)
	default:
		return t.Format(time.DateOnly)
	}
}

type rowWriter interface {
	begin() error
	row(values []any) error
	end() error
}

type tableWriter struct {
	table table.Writer
	count int
	out   io.Writer
}

func newTableWriter(out io.Writer, names []string) *tableWriter {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault // names as they are, not in capitals
	header := make(table.Row, len(names))
	configs := make([]table.ColumnConfig, len(names))
	for i, name := range names {
		header[i] = name
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: 60}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	return &tableWriter{table: t, out: out}
}

func (t *tableWriter) begin() error { return nil }

func (t *tableWriter) row(values []any) error {
	cells := make(table.Row, len(values))
	for i, v := range values {
		switch v.(type) {
		case nil:
			cells[i] = "NULL"
		case []any, map[string]any:
			cells[i] = jsonText(v)
		default:
			switch v := v.(type) {
			case string:
				cells[i] = visible(v)
			case float32, float64:
				cells[i] = scalar(v)
			default:
				cells[i] = v // numbers stay numbers, and so to the right
			}
		}
	}
	t.table.AppendRow(cells)
	t.count++
	return nil
}

func (t *tableWriter) end() error {
	noun := "rows"
	if t.count == 1 {
		noun = "row"
	}
	_, err := fmt.Fprintf(t.out, "%s\n%d %s\n", t.table.Render(), t.count, noun)
	return err
}

type csvWriter struct {
	csv   *csv.Writer
	names []string
}

func (c *csvWriter) begin() error { return c.csv.Write(c.names) }

func (c *csvWriter) row(values []any) error {
	record := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case []any, map[string]any:
			record[i] = jsonText(v)
		default:
			record[i] = scalar(v)
		}
	}
	return c.csv.Write(record)
}

func (c *csvWriter) end() error {
	c.csv.Flush()
	return c.csv.Error()
}

// scalar writes a value as ClickHouse does: no exponent where digits do.
func scalar(v any) string {
	bits := 64
	switch f := v.(type) {
	case float32:
		v, bits = float64(f), 32
	}
	f, ok := v.(float64)
	if !ok {
		return fmt.Sprint(v)
	}
	if size := math.Abs(f); f != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, bits)
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}

// visible writes control characters as escapes: what notices say comes from
// anywhere and must not steer a terminal.
func visible(s string) string {
	if !strings.ContainsFunc(s, steers) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if steers(r) {
			fmt.Fprintf(&b, "\\x%02x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func steers(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

type jsonWriter struct {
	out   *bufio.Writer
	names []string
}

func (j *jsonWriter) begin() error { return nil }

// row writes the object by hand, for a Go map would lose the columns' order.
func (j *jsonWriter) row(values []any) error {
	var line strings.Builder
	line.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			line.WriteByte(',')
		}
		line.WriteString(jsonText(j.names[i]) + ":" + jsonText(v))
	}
	line.WriteString("}\n")
	_, err := j.out.WriteString(line.String())
	return err
}

func (j *jsonWriter) end() error { return j.out.Flush() }

func jsonText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return jsonText(fmt.Sprint(v)) // a type JSON does not know, as its words
	}
	return strings.TrimSuffix(b.String(), "\n")
}
