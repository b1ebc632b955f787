package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// resultTable is a table on a terminal, in the style of owabi sql.
type resultTable struct{ table.Writer }

func newTable(names ...string) resultTable {
	t := resultTable{table.NewWriter()}
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault // names as they are, not in capitals
	header := make(table.Row, len(names))
	configs := make([]table.ColumnConfig, len(names))
	for i, name := range names {
		header[i] = name
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	return t
}

func (t resultTable) row(values ...any) {
	cells := make(table.Row, len(values))
	for i, v := range values {
		if s, ok := v.(string); ok {
			v = oneLine(s)
		}
		cells[i] = v
	}
	t.AppendRow(cells)
}

// oneLine returns s as one line that cannot steer a terminal: what stands in
// messages comes from anywhere.
func oneLine(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r): // Cf: marks that turn the writing's direction
			fmt.Fprintf(&b, "\\x%02x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
