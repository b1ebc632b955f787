package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"owabi/pkg/warehouse"
)

type restoreCommand struct {
	bothEngineFlags
	From string `arg:"" name:"dir" type:"path" help:"Folder that owabi backup made."`
}

func (c *restoreCommand) Run(ctx context.Context, std stdio) (err error) {
	if err := c.embeddedOnly(); err != nil {
		return err
	}
	if err := mayBeMade(c.Data); err != nil {
		return err
	}
	m, err := readManifest(c.From)
	if err != nil {
		return fmt.Errorf("backup %s: %w", c.From, err)
	}
	// Beside it, and renamed when all is there: whatever happens on the way, the
	// data folder is there whole or not at all.
	making := filepath.Clean(c.Data) + ".restoring"
	r := &restoring{command: c, backup: m, folder: making}
	r.doing.Store("comparing checksums")
	progress := startProgress(std.err, "restore", func() string { return r.doing.Load().(string) })
	stored, err := r.make(ctx)
	progress.stop()
	if err != nil {
		return fmt.Errorf("restore %s: %w", c.From, err)
	}
	if err := os.Rename(making, c.Data); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	fmt.Fprintf(std.out, "%s holds %d notices, %d of them incidents, as of %s\n", c.Data, stored.Notices, stored.Incidents, m.MadeAt.Format("2006-01-02 15:04:05 MST"))
	return nil
}

// mayBeMade refuses a data folder that is in use, or that holds anything.
func mayBeMade(data string) error {
	entries, err := os.ReadDir(data)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	folder, err := openDataFolder(data) // for its word on who uses it
	if err != nil {
		return err
	}
	return errors.Join(fmt.Errorf("data folder %s is not empty: move it away, or restore to another with --data", data), folder.close())
}

func readManifest(folder string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil {
		return m, fmt.Errorf("this is no backup, or one that was not finished: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", manifestFile, err)
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("it is of form %d, made by a newer owabi (%s); this one knows form %d: use that one", m.Format, m.Owabi, backupFormat)
	}
	return m, nil
}

// restoring is one run of the command.
type restoring struct {
	command *restoreCommand
	backup  manifest
	folder  string
	doing   atomic.Value // string, for whoever watches
}

func (r *restoring) make(ctx context.Context) (_ warehouse.Summary, err error) {
	if err := r.compare(); err != nil {
		return warehouse.Summary{}, err
	}
	folder, err := openDataFolder(r.folder)
	if err != nil {
		return warehouse.Summary{}, err
	}
	defer func() { // with the folder's lock
		if err != nil {
			err = errors.Join(err, os.RemoveAll(r.folder))
		}
		err = errors.Join(err, folder.close())
	}()
	for _, part := range []string{"clickhouse", "nats", backupFolder} { // of one that was killed
		if err := os.RemoveAll(folder.join(part)); err != nil {
			return warehouse.Summary{}, err
		}
	}
	// The one place where ClickHouse may look for a backup.
	from, err := filepath.Abs(filepath.Join(r.command.From, clickHouseBackup))
	if err != nil {
		return warehouse.Summary{}, err
	}
	if err := os.Symlink(from, folder.join(backupFolder)); err != nil {
		return warehouse.Summary{}, err
	}
	stored, err := r.fill(ctx, folder)
	return stored, errors.Join(err, os.Remove(folder.join(backupFolder)))
}

// compare finds what is missing of a backup or was changed in it.
func (r *restoring) compare() error {
	for _, name := range slices.Sorted(maps.Keys(r.backup.Files)) {
		want := r.backup.Files[name]
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%s: the manifest leads out of the backup", name)
		}
		got, err := checksum(filepath.Join(r.command.From, filepath.FromSlash(name)))
		switch {
		case err != nil:
			return err
		case got != want:
			return fmt.Errorf("%s is damaged: %d bytes with SHA-256 %s, and was %d with %s", name, got.Size, got.SHA256, want.Size, want.SHA256)
		}
	}
	return nil
}

// fill starts the engines on the new folder and has them take over the backup.
func (r *restoring) fill(ctx context.Context, folder *dataFolder) (stored warehouse.Summary, err error) {
	e := &engines{}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.bootNATS(ctx, folder, natsFlags{NATSUser: r.command.NATSUser}, embeddedFlags{}); err != nil {
		return stored, err
	}
	for _, stream := range backedUpStreams {
		r.doing.Store("stream " + stream)
		if err := r.fillStream(ctx, e, stream); err != nil {
			return stored, err
		}
	}
	r.doing.Store("ClickHouse")
	embedded := embeddedFlags{libraryFlag: r.command.libraryFlag, ClickHouseListen: anyPort}
	if err := e.bootClickHouse(ctx, folder, clickHouseFlags{ClickHouseUser: r.command.ClickHouseUser}, embedded); err != nil {
		return stored, err
	}
	from, err := filepath.Abs(folder.join(backupFolder))
	if err != nil {
		return stored, err
	}
	if err := e.warehouse.Restore(ctx, from); err != nil {
		return stored, err
	}
	// Brings an older owabi's tables up to date, and refuses a newer one's.
	if err := e.warehouse.Migrate(ctx); err != nil {
		return stored, err
	}
	return e.warehouse.Summary(ctx)
}

func (r *restoring) fillStream(ctx context.Context, e *engines, stream string) error {
	name := stream + snapshotSuffix
	if _, ok := r.backup.Files[name]; !ok {
		return nil
	}
	file, err := os.Open(filepath.Join(r.command.From, name))
	if err != nil {
		return err
	}
	defer file.Close()
	return e.bus.Restore(ctx, stream, bufio.NewReaderSize(file, 1<<20))
}
