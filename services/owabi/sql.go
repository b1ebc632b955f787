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
	ask := func(statement string) error {
		return e.warehouse.Query(ctx, statement, warehouse.Format(c.Format), std.out)
	}
	if c.SQL != "" {
		return ask(c.SQL)
	}
	if in, ok := std.in.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		return prompt(ctx, in, std, ask)
	}
	return eachStatement(std.in, ask)
}

// prompt reads statements with line editing and history until the end of input;
// a statement that fails is told and the next one is asked for.
func prompt(ctx context.Context, in *os.File, std stdio, ask func(string) error) error {
	fmt.Fprintln(std.err, "End a statement with ; and leave with Ctrl-D. Try: SELECT category, count() FROM incidents GROUP BY category;")
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("prompt: %w", err)
	}
	defer term.Restore(int(in.Fd()), state)
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, std.err}, "owabi> ")
	if width, height, err := term.GetSize(int(in.Fd())); err == nil {
		terminal.SetSize(width, height)
	}

	var pending strings.Builder
	for ctx.Err() == nil {
		line, err := terminal.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("prompt: %w", err)
		}
		pending.WriteString(line + "\n")
		statement, done := strings.CutSuffix(strings.TrimSpace(pending.String()), ";")
		if statement == "" {
			pending.Reset()
			continue
		}
		if !done {
			terminal.SetPrompt("   ... ")
			continue
		}
		pending.Reset()
		terminal.SetPrompt("owabi> ")
		// Rows are written by code that knows nothing of raw mode.
		if err := term.Restore(int(in.Fd()), state); err != nil {
			return fmt.Errorf("prompt: %w", err)
		}
		if err := ask(statement); err != nil {
			fmt.Fprintln(std.err, err)
		}
		if _, err := term.MakeRaw(int(in.Fd())); err != nil {
			return fmt.Errorf("prompt: %w", err)
		}
	}
	return ctx.Err()
}

// maxStatementBytes bounds a statement read from a pipe.
const maxStatementBytes = 1 << 20

// eachStatement runs the statements of in, parted by semicolons at a line's end,
// and stops at the first that fails.
func eachStatement(in io.Reader, ask func(string) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxStatementBytes)
	var pending strings.Builder
	run := func() error {
		statement := strings.TrimSuffix(strings.TrimSpace(pending.String()), ";")
		pending.Reset()
		if strings.TrimSpace(statement) == "" {
			return nil
		}
		return ask(statement)
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
