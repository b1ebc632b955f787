package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

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

// bothEngineFlags name the two engines for a command that tends what is stored in
// both: those that are named, those of an owabi that runs on the data folder, or
// the folder's own at rest.
type bothEngineFlags struct {
	natsFlags
	clickHouseFlags
	dataFlag
	Libchdb string `env:"OWABI_LIBCHDB" type:"path" placeholder:"FILE" help:"The libchdb library, when no ClickHouse runs; none: beside the binary, then in the project."`
}

func (f bothEngineFlags) open(ctx context.Context) (*engines, error) {
	nats, clickHouse := f.natsFlags, f.clickHouseFlags
	token := ""
	if r, ok := readRunning(f.Data); ok && (nats.NATSURL == "" || clickHouse.ClickHouseURL == "") {
		if nats.NATSURL == "" && r.NATS != "" {
			var err error
			if token, err = readToken(f.Data); err != nil {
				return nil, err
			}
			nats.NATSURL = r.NATS
		}
		if clickHouse.ClickHouseURL == "" {
			clickHouse.ClickHouseURL = r.ClickHouse
		}
	}
	if nats.NATSURL != "" && clickHouse.ClickHouseURL != "" {
		e := &engines{}
		if err := e.connectNATS(ctx, nats, token); err != nil {
			return nil, err
		}
		return e, e.connectClickHouse(ctx, clickHouse)
	}
	if _, err := os.Stat(f.Data); err != nil {
		return nil, fmt.Errorf("data folder %s: there is none; owabi up --data %s SOURCE… makes one", f.Data, f.Data)
	}
	return openEngines(ctx, f.Data, clickHouse, nats, embeddedFlags{Libchdb: f.Libchdb, ClickHouseListen: anyPort})
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
