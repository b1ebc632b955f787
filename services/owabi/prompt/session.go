// Package prompt is what stands behind owabi sql: statements that come line by
// line, from a text or from a person at a terminal, are asked of a warehouse one
// after another, and their rows written. The prompt edits lines, completes names,
// and keeps a history and saved queries in files of the user.
//
// It opens no warehouse. What a statement may do and cost is what the session says;
// where a limit is met, the error names the flag of owabi sql that moves it.
package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/warehouse"
)

// Session runs statements and writes their rows.
type Session struct {
	Warehouse *warehouse.Warehouse
	// Out gets the rows, Err everything else. The prompt itself is on the
	// process's own terminal.
	Out, Err io.Writer
	Format   warehouse.Format
	Limits   warehouse.Limits // of each statement
	Write    bool             // statements may change data and tables
	Timing   bool             // tell what each statement took and read; the prompt always does
	Queries  Queries
	History  string // file of the prompt's history; empty: none is kept
}

// maxStatementBytes bounds a statement, as ClickHouse's max_query_size does.
const maxStatementBytes = 1 << 20

// RunAll runs the statements of a text one after another and stops at the first
// that fails. The last needs no semicolon.
func (s *Session) RunAll(ctx context.Context, text io.Reader, named string) error {
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, maxStatementBytes)
	var pending statementReader
	for lines.Scan() {
		for _, statement := range pending.add(lines.Text()) {
			if err := s.run(ctx, statement.text); err != nil {
				return err
			}
		}
		if pending.size() > maxStatementBytes {
			return fmt.Errorf("%s: a statement of more than %d bytes", named, maxStatementBytes)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s: a line of more than %d bytes", named, maxStatementBytes)
	case err != nil:
		return fmt.Errorf("%s: %w", named, err)
	}
	if statement, ok := pending.take(); ok {
		return s.run(ctx, statement.text)
	}
	return nil
}

func (s *Session) run(ctx context.Context, sql string) error {
	answer, err := s.Warehouse.Ask(ctx, warehouse.Question{
		SQL: sql, Format: s.Format, Write: s.Write, Limits: s.Limits,
	}, s.Out)
	if err != nil {
		return advised(err)
	}
	if s.Timing {
		none := ""
		if answer.Rows == 0 {
			none = "no rows; "
		}
		fmt.Fprintf(s.Err, none+"%.3f s, read %d rows, %s\n", answer.Took.Seconds(), answer.ReadRows, sizeText(answer.ReadBytes))
	}
	return nil
}

func sizeText(bytes uint64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10))
	case bytes < 1<<30:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	default:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	}
}

// advised adds to an error which flag moves the limit that was met.
func advised(err error) error {
	if errors.Is(err, warehouse.ErrTimeLimit) {
		return fmt.Errorf("%w (--timeout)", err)
	}
	var exception *clickhouse.Exception
	if !errors.As(err, &exception) {
		return err
	}
	flag, ok := map[int32]string{
		159: "--timeout allows more time", 241: "--max-memory allows more memory", 396: "--max-rows allows more rows",
		164: "--write allows changes",
	}[exception.Code]
	if !ok {
		return err
	}
	return fmt.Errorf("%w\n%s", err, flag)
}

// List tells what there is to ask: views, tables and saved queries.
func (s *Session) List(ctx context.Context) error {
	relations, err := s.Warehouse.Relations(ctx)
	if err != nil {
		return err
	}
	width := 0
	for _, r := range relations {
		width = max(width, len(r.Name))
	}
	out := bufio.NewWriter(s.Out)
	for _, r := range relations {
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%-*s  %s", width, r.Name, r.Comment), " "))
	}
	names, err := s.Queries.names()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		fmt.Fprintf(out, "\nsaved queries, to run with --file NAME:\n  %s\n", strings.Join(names, "\n  "))
	}
	return out.Flush()
}
