package warehouse

import (
	"bufio"
	"database/sql/driver"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Format is how the rows of a query are written.
type Format string

// The formats of a result.
const (
	FormatTable    Format = "table"    // for people: aligned columns and a count of rows
	FormatVertical Format = "vertical" // for people: one column a line, for wide rows
	FormatCSV      Format = "csv"      // RFC 4180 with a header line; NULL is empty
	// FormatSpreadsheet is CSV for Excel and its like: it begins with a byte order mark,
	// without which they misread Japanese, every field is quoted, for to some a semicolon
	// ends one, and an apostrophe stands before what they would take for a formula. What
	// stands in a notice is not ours to run.
	FormatSpreadsheet Format = "spreadsheet"
	FormatJSON        Format = "json" // one object a line, columns in order; NULL is null
	// FormatCompact is one object for programs that draw:
	// {"columns":[{"name","type"}],"rows":[[…]]}, types in ClickHouse's words. A
	// whole number that JavaScript cannot hold exactly is a string.
	FormatCompact Format = "compact"
)

// Formats lists every format.
func Formats() []Format {
	return []Format{FormatTable, FormatVertical, FormatCSV, FormatSpreadsheet, FormatJSON, FormatCompact}
}

func newRowWriter(format Format, out io.Writer, names, types []string) (rowWriter, error) {
	switch format {
	case FormatTable, "":
		return newTableWriter(out, names), nil
	case FormatVertical:
		return newVerticalWriter(out, names), nil
	case FormatCSV:
		return &csvWriter{csv: csv.NewWriter(out), names: names}, nil
	case FormatSpreadsheet:
		return &spreadsheetWriter{out: bufio.NewWriter(out), names: names}, nil
	case FormatJSON:
		return &jsonWriter{out: bufio.NewWriter(out), names: names}, nil
	case FormatCompact:
		return &compactWriter{out: bufio.NewWriter(out), names: names, types: types}, nil
	}
	return nil, fmt.Errorf("unknown format %q: want one of %v", format, Formats())
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
	if t.count++; t.count > maxTableRows {
		return nil
	}
	cells := make(table.Row, len(values))
	for i, v := range values {
		cells[i] = shown(v)
		switch v.(type) {
		case int8, int16, int32, int64, uint8, uint16, uint32, uint64:
			cells[i] = v // numbers stay numbers, and so to the right
		}
	}
	t.table.AppendRow(cells)
	return nil
}

func (t *tableWriter) end() error {
	if _, err := fmt.Fprintln(t.out, t.table.Render()); err != nil {
		return err
	}
	count := fmt.Sprintf("%d rows", t.count)
	switch {
	case t.count == 1:
		count = "1 row"
	case t.count > maxTableRows:
		count += fmt.Sprintf(", the first %d are shown; csv and json write them all", maxTableRows)
	}
	_, err := fmt.Fprintln(t.out, count)
	return err
}

// maxTableRows bounds the rows of a table, which is held in memory to find its
// widths; nobody reads further.
const maxTableRows = 10_000

// shown is a value as people see it on a terminal.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return visible(v)
	default:
		return cell(v)
	}
}

type verticalWriter struct {
	out   *bufio.Writer
	names []string
	width int // of the longest name, in characters
	count int
}

func newVerticalWriter(out io.Writer, names []string) *verticalWriter {
	v := &verticalWriter{out: bufio.NewWriter(out), names: names}
	for _, name := range names {
		v.width = max(v.width, utf8.RuneCountInString(name))
	}
	return v
}

func (v *verticalWriter) begin() error { return nil }

func (v *verticalWriter) row(values []any) error {
	v.count++
	fmt.Fprintf(v.out, "── row %d\n", v.count)
	for i, value := range values {
		name := v.names[i] + strings.Repeat(" ", v.width-utf8.RuneCountInString(v.names[i]))
		fmt.Fprintf(v.out, "%s  %s\n", name, shown(value))
	}
	// A writer that failed says so at every later write and at Flush.
	return nil
}

func (v *verticalWriter) end() error {
	noun := "rows"
	if v.count == 1 {
		noun = "row"
	}
	fmt.Fprintf(v.out, "%d %s\n", v.count, noun)
	return v.out.Flush()
}

type csvWriter struct {
	csv   *csv.Writer
	names []string
}

func (c *csvWriter) begin() error { return c.csv.Write(c.names) }

func (c *csvWriter) row(values []any) error {
	record := make([]string, len(values))
	for i, v := range values {
		record[i] = cell(v)
	}
	return c.csv.Write(record)
}

func (c *csvWriter) end() error {
	c.csv.Flush()
	return c.csv.Error()
}

// cell is a value as CSV has it.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any, map[string]any:
		return jsonText(v)
	default:
		return scalar(v)
	}
}

type spreadsheetWriter struct {
	out   *bufio.Writer
	names []string
}

func (s *spreadsheetWriter) begin() error {
	_, _ = s.out.WriteString("\ufeff") // a writer that failed says so at every later write
	for i, name := range s.names {
		s.field(i, noFormula(name))
	}
	return s.out.WriteByte('\n')
}

func (s *spreadsheetWriter) row(values []any) error {
	for i, v := range values {
		text := cell(v)
		switch v.(type) {
		case string, []any, map[string]any:
			text = noFormula(text)
		}
		s.field(i, text)
	}
	return s.out.WriteByte('\n')
}

// field quotes what encoding/csv would leave bare.
func (s *spreadsheetWriter) field(i int, text string) {
	if i > 0 {
		_ = s.out.WriteByte(',')
	}
	_, _ = s.out.WriteString(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
}

func (s *spreadsheetWriter) end() error { return s.out.Flush() }

// number is a text that is a number to every spreadsheet.
var number = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// formula is where a text is one to a spreadsheet. Where the list separator is a
// semicolon, Excel knows the quotes of the first column only, and what follows a
// semicolon or a line's end in a later one begins a cell; Japanese ones read the wide
// signs too (OWASP, CSV injection).
var formula = regexp.MustCompile(`(^|[;\t\r\n])(["\p{Zs}]*[-=+@＝＋－＠])`)

// noFormula is a text of which no spreadsheet takes anything for a formula.
func noFormula(text string) string {
	if number.MatchString(text) {
		return text
	}
	return formula.ReplaceAllString(text, "$1'$2")
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

type compactWriter struct {
	out          *bufio.Writer
	names, types []string
	count        int
}

func (c *compactWriter) begin() error {
	_, _ = c.out.WriteString(`{"columns":[`) // a writer that failed says so at Flush
	for i, name := range c.names {
		if i > 0 {
			_ = c.out.WriteByte(',')
		}
		fmt.Fprintf(c.out, `{"name":%s,"type":%s}`, jsonText(name), jsonText(c.types[i]))
	}
	_, err := c.out.WriteString(`],"rows":[`)
	return err
}

func (c *compactWriter) row(values []any) error {
	separator := ",\n["
	if c.count++; c.count == 1 {
		separator = "\n["
	}
	_, _ = c.out.WriteString(separator)
	for i, v := range values {
		if i > 0 {
			_ = c.out.WriteByte(',')
		}
		_, _ = c.out.WriteString(jsonText(exactInJavaScript(v)))
	}
	return c.out.WriteByte(']')
}

func (c *compactWriter) end() error {
	_, _ = c.out.WriteString("]}\n")
	return c.out.Flush()
}

// maxSafeInteger is the largest whole number up to which JavaScript knows all.
const maxSafeInteger = 1<<53 - 1

func exactInJavaScript(v any) any {
	switch n := v.(type) {
	case uint64:
		if n > maxSafeInteger {
			return strconv.FormatUint(n, 10)
		}
	case int64:
		if n > maxSafeInteger || n < -maxSafeInteger {
			return strconv.FormatInt(n, 10)
		}
	}
	return v
}

func jsonText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return jsonText(fmt.Sprint(v)) // a type JSON does not know, as its words
	}
	return strings.TrimSuffix(b.String(), "\n")
}

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
