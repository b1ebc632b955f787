package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"owabi/pkg/warehouse"
)

type sqlCommand struct {
	clickHouseFlags
	dataFlag
	Libchdb string `env:"OWABI_LIBCHDB" type:"path" placeholder:"FILE" help:"The libchdb library, when no ClickHouse runs; none: beside the binary, then in the project."`
	Format  string `enum:"${formats}" default:"table" help:"How rows are written: ${enum}."`
	SQL     string `arg:"" optional:"" help:"One statement. Without it, statements are read from standard input, each ended by a semicolon."`
}

func sqlFormats() []string {
	var names []string
	for _, f := range warehouse.Formats() {
		names = append(names, string(f))
	}
	return names
}

func (c *sqlCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := openWarehouseToAsk(ctx, c.clickHouseFlags, c.Data, c.Libchdb)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	ask := func(ctx context.Context, statement string) error {
		return e.warehouse.Query(ctx, statement, warehouse.Format(c.Format), std.out)
	}
	if c.SQL != "" {
		return ask(ctx, c.SQL)
	}
	if in, ok := std.in.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		return runPrompt(ctx, in, std.err, ask)
	}
	return eachStatement(ctx, std.in, ask)
}

// maxStatementBytes bounds a statement read from a pipe.
const maxStatementBytes = 1 << 20

// eachStatement runs the statements of in, parted by semicolons at a line's end,
// and stops at the first that fails.
func eachStatement(ctx context.Context, in io.Reader, ask func(context.Context, string) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxStatementBytes)
	var pending strings.Builder
	run := func() error {
		statement := strings.TrimSuffix(strings.TrimSpace(pending.String()), ";")
		pending.Reset()
		if strings.TrimSpace(statement) == "" {
			return nil
		}
		return ask(ctx, statement)
	}
	for lines.Scan() {
		pending.WriteString(lines.Text() + "\n")
		if pending.Len() > maxStatementBytes {
			return fmt.Errorf("a statement of more than %d bytes on standard input", maxStatementBytes)
		}
		if strings.HasSuffix(strings.TrimSpace(lines.Text()), ";") {
			if err := run(); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	return run()
}
