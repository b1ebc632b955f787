package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"owabi/pkg/warehouse"
	"owabi/services/owabi/prompt"
)

type sqlCommand struct {
	warehouseFlags
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
	queries := prompt.Queries{Folder: configured(c.Queries, "queries")}
	text, named := io.Reader(strings.NewReader(c.SQL)), "the command line"
	if c.File != "" {
		file, err := queries.Open(c.File)
		if err != nil {
			return err
		}
		defer file.Close()
		text, named = file, c.File
	}
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	session := &prompt.Session{
		Warehouse: e.warehouse, Out: std.out, Err: std.err, Format: warehouse.Format(c.Format), Write: c.Write, Timing: c.Timing,
		Limits:  warehouse.Limits{Time: c.Timeout, MemoryBytes: c.MaxMemory, ResultRows: c.MaxRows},
		Queries: queries, History: configured(c.History, "sql_history"),
	}
	in, isFile := std.in.(*os.File)
	switch {
	case c.List:
		return session.List(ctx)
	case c.SQL != "" || c.File != "":
		return session.RunAll(ctx, text, named)
	case isFile && term.IsTerminal(int(in.Fd())) && onTerminal(std.out):
		return session.Prompt()
	default:
		return session.RunAll(ctx, std.in, "standard input")
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

// configured returns path, or where it is by default; empty when this user has no
// configuration folder.
func configured(path, name string) string {
	if path != "" {
		return path
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "owabi", name)
}
