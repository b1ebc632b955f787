package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// warehouseCommand is the care of what is stored.
type warehouseCommand struct {
	Status     warehouseStatusCommand `cmd:"" help:"Tell which migrations are applied or pending, and what somebody altered."`
	Migrate    migrateCommand         `cmd:"" help:"Bring tables and views up to date."`
	Reclassify reclassifyCommand      `cmd:"" help:"Read the stored notices again with the present classifier, without fetching them."`
	Expire     expireCommand          `cmd:"" help:"Erase notices that were met longer ago than they are to be kept."`
	Forget     forgetCommand          `cmd:"" help:"Erase every trace of a notice or of an organization's notices, streams included."`
}

type warehouseStatusCommand struct {
	warehouseFlags
}

func (c *warehouseStatusCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	s, err := e.warehouse.Status(ctx)
	if err != nil {
		return err
	}
	for _, a := range s.Applied {
		fmt.Fprintf(std.out, "applied  %s  %s\n", a.AppliedAt.UTC().Format(time.DateTime), a.Name)
	}
	for _, found := range []struct {
		what  string
		lines []string
	}{{"pending", s.Pending}, {"unknown", s.Unknown}, {"altered", s.Altered}} {
		for _, line := range found.lines {
			fmt.Fprintf(std.out, "%-8s %s\n", found.what, line)
		}
	}
	switch {
	case len(s.Unknown) > 0:
		return errors.New("the database was made by a newer owabi: use that one")
	case len(s.Altered) > 0:
		return errors.New("somebody altered the tables: put them back, or restore a backup")
	case len(s.Pending) > 0:
		return errors.New("not up to date: owabi warehouse migrate brings it there")
	}
	fmt.Fprintln(std.out, "up to date: nothing is pending, and the tables are as owabi made them")
	return nil
}

type migrateCommand struct {
	warehouseFlags
}

func (c *migrateCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.warehouse.Migrate(ctx); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "the tables and views are up to date")
	return nil
}

// confirm asks a person at a terminal whether to go on, unless the answer was
// given beforehand.
func confirm(std stdio, question string, beforehand bool) (bool, error) {
	if beforehand {
		return true, nil
	}
	in, ok := std.in.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return false, usagef("this cannot be undone: say --yes, or --dry-run to see what would go")
	}
	fmt.Fprintf(std.err, "%s Type yes to go on: ", question)
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		return false, fmt.Errorf("no answer: %w", err)
	}
	return strings.TrimSpace(line) == "yes", nil
}
