package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// How a command finds the engines that it works with and did not start: those
// that are named, else those of an owabi that runs on the data folder, else, for
// who only asks, the folder's own, booted for the question.

// busFlags name the NATS of a command that needs nothing else.
type busFlags struct {
	natsFlags
	dataFlag
}

// openRunning finds a NATS that somebody runs.
func (f busFlags) openRunning(ctx context.Context) (*engines, error) {
	nats, token, err := f.natsFlags.orRunning(f.Data)
	if err != nil {
		return nil, err
	}
	if nats.NATSURL == "" {
		return nil, usagef("no NATS is named, and no owabi runs on %s: set OWABI_NATS_URL, or start owabi up --data %s", f.Data, f.Data)
	}
	e := &engines{}
	return e, e.connectNATS(ctx, nats, token)
}

// orRunning names, where no NATS is named, that of the owabi that runs on the data
// folder, with its token. Where none runs, none is named.
func (f natsFlags) orRunning(data string) (named natsFlags, token string, err error) {
	if f.NATSURL != "" {
		return f, "", nil
	}
	r, ok := readRunning(data)
	if !ok || r.NATS == "" {
		return f, "", nil
	}
	f.NATSURL = r.NATS
	token, err = readToken(data)
	return f, token, err
}

// openToAsk is openRunning for who only asks: a data folder at rest will do.
func (f busFlags) openToAsk(ctx context.Context) (_ *engines, err error) {
	if r, ok := readRunning(f.Data); f.NATSURL != "" || ok && r.NATS != "" {
		return f.openRunning(ctx)
	}
	if _, err := os.Stat(filepath.Join(f.Data, "nats")); err != nil {
		return nil, usagef("no NATS is named, and data folder %s holds none: set OWABI_NATS_URL, or make one with owabi up --data %s SOURCE…", f.Data, f.Data)
	}
	folder, err := openDataFolder(f.Data)
	if err != nil {
		return nil, err
	}
	e := &engines{}
	e.onClose(folder.close)
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if err := e.bootNATS(ctx, folder, f.natsFlags, embeddedFlags{}); err != nil {
		return nil, err
	}
	// Another question may come while this one is being answered.
	return e, folder.announce(running{NATS: e.natsURL})
}

// warehouseFlags name the ClickHouse of a command that asks it.
type warehouseFlags struct {
	clickHouseFlags
	dataFlag
	libraryFlag
}

func (f warehouseFlags) open(ctx context.Context) (_ *engines, err error) {
	e, clickHouse := &engines{}, f.clickHouseFlags
	if clickHouse.ClickHouseURL != "" {
		return e, e.connectClickHouse(ctx, clickHouse)
	}
	if err := f.exists(); err != nil {
		return nil, err
	}
	if r, ok := readRunning(f.Data); ok && r.ClickHouse != "" {
		clickHouse.ClickHouseURL = r.ClickHouse
		return e, e.connectClickHouse(ctx, clickHouse)
	}
	folder, err := openDataFolder(f.Data)
	if err != nil {
		return nil, err
	}
	e.onClose(folder.close)
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if err := e.bootClickHouse(ctx, folder, clickHouse, embeddedFlags{libraryFlag: f.libraryFlag, ClickHouseListen: anyPort}); err != nil {
		return nil, err
	}
	// Another question may come while this one is being answered.
	return e, folder.announce(running{ClickHouse: e.clickHouseURL})
}

// exists says what to do when there is no data folder to ask.
func (f dataFlag) exists() error {
	if _, err := os.Stat(f.Data); err != nil {
		return fmt.Errorf("data folder %s: there is none; owabi up --data %s SOURCE… makes one", f.Data, f.Data)
	}
	return nil
}

// bothEngineFlags name the two engines of a command that tends what is stored in
// both.
type bothEngineFlags struct {
	natsFlags
	clickHouseFlags
	dataFlag
	libraryFlag
}

func (f bothEngineFlags) open(ctx context.Context) (*engines, error) {
	nats, token, err := f.natsFlags.orRunning(f.Data)
	if err != nil {
		return nil, err
	}
	clickHouse := f.clickHouseFlags
	if r, ok := readRunning(f.Data); ok && clickHouse.ClickHouseURL == "" {
		clickHouse.ClickHouseURL = r.ClickHouse
	}
	if nats.NATSURL != "" && clickHouse.ClickHouseURL != "" {
		e := &engines{}
		if err := e.connectNATS(ctx, nats, token); err != nil {
			return nil, err
		}
		if err := e.connectClickHouse(ctx, clickHouse); err != nil {
			return nil, errors.Join(err, e.close())
		}
		return e, nil
	}
	if err := f.exists(); err != nil {
		return nil, err
	}
	return openEngines(ctx, f.Data, clickHouse, nats, embeddedFlags{libraryFlag: f.libraryFlag, ClickHouseListen: anyPort})
}

// embeddedOnly refuses engines that are not in a data folder.
func (f bothEngineFlags) embeddedOnly() error {
	if f.ClickHouseURL != "" || f.NATSURL != "" {
		return usagef("this is for a data folder; servers of your own have tools of their own (deploy/clickhouse/README.md): unset OWABI_CLICKHOUSE_URL and OWABI_NATS_URL to mean the folder")
	}
	return nil
}
