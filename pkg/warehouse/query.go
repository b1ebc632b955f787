package warehouse

import (
	"context"
	"database/sql/driver"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"time"

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
		return err
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
		sink = &jsonWriter{out: out, names: names}
	default:
		return fmt.Errorf("unknown format %q: want one of %v", format, Formats())
	}
	if len(names) == 0 {
		return rows.Err()
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
			return fmt.Errorf("read a row: %w", err)
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
		return err
	}
	return sink.end()
}

// plain turns a scanned value into nil, bool, a number, a string, []any or
// map[string]any, with dates as ClickHouse writes them.
func plain(v reflect.Value, typeName string) any {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
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
	case strings.Contains(typeName, "DateTime64"):
		return t.Format("2006-01-02 15:04:05.000")
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
			cells[i] = v
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
			record[i] = fmt.Sprint(v)
		}
	}
	return c.csv.Write(record)
}

func (c *csvWriter) end() error {
	c.csv.Flush()
	return c.csv.Error()
}

type jsonWriter struct {
	out   io.Writer
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
	_, err := io.WriteString(j.out, line.String())
	return err
}

func (j *jsonWriter) end() error { return nil }

func jsonText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return jsonText(fmt.Sprint(v)) // a type JSON does not know, as its words
	}
	return strings.TrimSuffix(b.String(), "\n")
}
