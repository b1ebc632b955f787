package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/term"

	"owabi/pkg/warehouse"
)

type sqlCommand struct {
	clickHouseFlags
	dataFlag
	Libchdb   string        `env:"OWABI_LIBCHDB" type:"path" placeholder:"FILE" help:"The libchdb library, when no ClickHouse runs; none: beside the binary, then in the project."`
	Format    string        `enum:"${formats}" default:"table" help:"How rows are written: ${enum}."`
	File      string        `short:"f" placeholder:"FILE" help:"Run the statements of a file, or of a saved query by its name."`
	List      bool          `help:"List the views and tables with what they answer, and the saved queries."`
	Write     bool          `help:"Let statements change data and tables. Without it, only reading is allowed."`
	Timing    bool          `help:"Tell on standard error how long each statement took and what it read. The prompt always does."`
	Timeout   time.Duration `default:"1m" help:"Longest time of one statement; 0: the server's own limit."`
	MaxMemory uint64        `default:"2147483648" placeholder:"BYTES" help:"Most memory of one statement on the server, in bytes (${default}); 0: the server's own limit."`
	MaxRows   uint64        `default:"1000000" help:"Most rows of one result (${default}); a larger one fails. 0: no limit."`
	Queries   string        `env:"OWABI_QUERIES" type:"path" placeholder:"DIR" help:"Folder of the saved queries, NAME.sql each. Default: owabi/queries in the user's configuration folder."`
	History   string        `env:"OWABI_SQL_HISTORY" type:"path" placeholder:"FILE" help:"History of the prompt. Default: owabi/sql_history in the user's configuration folder."`
	SQL       string        `arg:"" optional:"" help:"Statements, parted by semicolons. Without any, a prompt, or what standard input holds."`
}

func sqlFormats() []string {
	var names []string
	for _, f := range warehouse.Formats() {
		names = append(names, string(f))
	}
	return names
}

func (c *sqlCommand) Run(ctx context.Context, std stdio) (err error) {
	if given := btoi(c.SQL != "") + btoi(c.File != "") + btoi(c.List); given > 1 {
		return usagef("give one of SQL, --file and --list")
	}
	text, named := io.Reader(strings.NewReader(c.SQL)), "the command line"
	if c.File != "" {
		file, err := c.saved().open(c.File)
		if err != nil {
			return err
		}
		defer file.Close()
		text, named = file, c.File
	}
	e, err := openWarehouseToAsk(ctx, c.clickHouseFlags, c.Data, c.Libchdb)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	a := &asker{command: c, warehouse: e.warehouse, std: std, format: warehouse.Format(c.Format), timing: c.Timing}
	in, isFile := std.in.(*os.File)
	switch {
	case c.List:
		return a.list(ctx)
	case c.SQL != "" || c.File != "":
		return a.runAll(ctx, text, named)
	case isFile && term.IsTerminal(int(in.Fd())) && onTerminal(std.out):
		return runPrompt(a)
	default:
		return a.runAll(ctx, std.in, "standard input")
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func onTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func (c *sqlCommand) saved() savedQueries { return savedQueries{c.configured(c.Queries, "queries")} }

// configured returns path, or where it is by default; empty when this user has no
// configuration folder.
func (c *sqlCommand) configured(path, name string) string {
	if path != "" {
		return path
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "owabi", name)
}

// asker runs statements and writes their rows.
type asker struct {
	command   *sqlCommand
	warehouse *warehouse.Warehouse
	std       stdio
	format    warehouse.Format
	timing    bool
}

// maxStatementBytes bounds a statement, as ClickHouse's max_query_size does.
const maxStatementBytes = 1 << 20

// runAll runs the statements of a text one after another and stops at the first
// that fails. The last needs no semicolon.
func (a *asker) runAll(ctx context.Context, text io.Reader, named string) error {
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, maxStatementBytes)
	var pending statementReader
	for lines.Scan() {
		for _, s := range pending.add(lines.Text()) {
			if err := a.run(ctx, s.text); err != nil {
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
	if s, ok := pending.take(); ok {
		return a.run(ctx, s.text)
	}
	return nil
}

// run runs one statement.
func (a *asker) run(ctx context.Context, sql string) error {
	answer, err := a.warehouse.Ask(ctx, warehouse.Question{
		SQL: sql, Format: a.format, Write: a.command.Write,
		Limits: warehouse.Limits{Time: a.command.Timeout, MemoryBytes: a.command.MaxMemory, ResultRows: a.command.MaxRows},
	}, a.std.out)
	if err != nil {
		return advised(err)
	}
	if a.timing {
		none := ""
		if answer.Rows == 0 {
			none = "no rows; "
		}
		fmt.Fprintf(a.std.err, none+"%.3f s, read %d rows, %s\n", answer.Took.Seconds(), answer.ReadRows, sizeText(answer.ReadBytes))
	}
	return nil
}

func sizeText(bytes uint64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(bytes)/(1<<10))
	case bytes < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	default:
		return fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30))
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

// list tells what there is to ask.
func (a *asker) list(ctx context.Context) error {
	relations, err := a.warehouse.Relations(ctx)
	if err != nil {
		return err
	}
	width := 0
	for _, r := range relations {
		width = max(width, len(r.Name))
	}
	out := bufio.NewWriter(a.std.out)
	for _, r := range relations {
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%-*s  %s", width, r.Name, r.Comment), " "))
	}
	names, err := a.command.saved().names()
	if err != nil {
		return err
	}
	if len(names) > 0 {
		fmt.Fprintf(out, "\nsaved queries, to run with --file NAME:\n  %s\n", strings.Join(names, "\n  "))
	}
	return out.Flush()
}
