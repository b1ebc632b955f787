package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"owabi/pkg/bus"
)

// backupFolder is where within a data folder its ClickHouse writes backups, which
// are moved from there.
const backupFolder = "backup"

// backedUpStreams are the streams in the order in which they are copied: from
// where notices come in to where they end, and ClickHouse after them. What one
// hop had done when it was copied is then in the copy of the next, so that a copy
// of what runs lacks nothing; what is in both is loaded again and shows once.
var backedUpStreams = []string{bus.StreamRaw, bus.StreamClassified, bus.StreamRejected, bus.StreamRefused}

// Parts of a backup.
const (
	manifestFile     = "manifest.json"
	clickHouseBackup = "clickhouse" // what ClickHouse's BACKUP writes
	snapshotSuffix   = ".snapshot"  // of a stream, see bus.Snapshot
)

// manifest says what a backup holds. It is written last.
type manifest struct {
	// Format is the form of the backup; a higher one than backupFormat is a newer
	// owabi's.
	Format int       `json:"format"`
	Owabi  string    `json:"owabi"`
	MadeAt time.Time `json:"made_at"`
	// Files are all others, by path within the backup.
	Files map[string]backedUpFile `json:"files"`
}

const backupFormat = 1

type backedUpFile struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type backupCommand struct {
	bothEngineFlags
	To string `arg:"" name:"dir" type:"path" help:"Folder to make; it must not exist."`
}

func (c *backupCommand) Run(ctx context.Context, std stdio) (err error) {
	if err := c.embeddedOnly(); err != nil {
		return err
	}
	if _, err := os.Lstat(c.To); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup %s: it exists; name a folder that does not", c.To)
	}
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	b := &backup{engines: e, data: c.Data, part: c.To + ".part"}
	b.doing.Store("streams")
	progress := startProgress(std.err, "backup", func() string { return b.doing.Load().(string) })
	err = b.make(ctx)
	progress.stop()
	if err != nil {
		return fmt.Errorf("backup %s: %w", c.To, errors.Join(err, os.RemoveAll(b.part)))
	}
	if err := os.Rename(b.part, c.To); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(std.out, "%s holds %d files, %s\n", c.To, b.files, byteSize(b.bytes))
	return nil
}

// backup is one run of the command.
type backup struct {
	*engines
	data, part string
	doing      atomic.Value // string, for whoever watches
	files      int
	bytes      int64
}

func (b *backup) make(ctx context.Context) error {
	if err := os.RemoveAll(b.part); err != nil { // of one that was killed
		return err
	}
	if err := os.MkdirAll(b.part, 0o700); err != nil {
		return err
	}
	for _, stream := range backedUpStreams {
		if err := b.copyStream(ctx, stream); err != nil {
			return err
		}
	}
	b.doing.Store("ClickHouse")
	if err := b.copyDatabase(ctx); err != nil {
		return err
	}
	b.doing.Store("checksums")
	return b.describe()
}

func (b *backup) copyStream(ctx context.Context, stream string) error {
	path := filepath.Join(b.part, stream+snapshotSuffix)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	err = b.bus.Snapshot(ctx, stream, out)
	if errors.Is(err, bus.ErrNoStream) {
		return errors.Join(file.Close(), os.Remove(path))
	}
	return errors.Join(err, out.Flush(), file.Sync(), file.Close())
}

// copyDatabase has ClickHouse write where it may, and moves that.
func (b *backup) copyDatabase(ctx context.Context) (err error) {
	own, err := filepath.Abs(filepath.Join(b.data, backupFolder, "making"))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(own); err != nil { // of one that was killed
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(filepath.Dir(own))) }()
	if err := b.warehouse.BackUp(ctx, own); err != nil {
		return err
	}
	to := filepath.Join(b.part, clickHouseBackup)
	if err := os.Rename(own, to); !errors.Is(err, syscall.EXDEV) {
		return err
	}
	return os.CopyFS(to, os.DirFS(own))
}

// describe writes the manifest.
func (b *backup) describe() error {
	m := manifest{Format: backupFormat, Owabi: version(), MadeAt: time.Now().UTC(), Files: map[string]backedUpFile{}}
	err := filepath.WalkDir(b.part, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(b.part, path)
		if err != nil {
			return err
		}
		file, err := checksum(path)
		b.files++
		b.bytes += file.Size
		m.Files[filepath.ToSlash(name)] = file
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.part, manifestFile), append(text, '\n'), 0o600)
}

func checksum(path string) (backedUpFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return backedUpFile{}, err
	}
	defer file.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	return backedUpFile{size, hex.EncodeToString(sum.Sum(nil))}, err
}
