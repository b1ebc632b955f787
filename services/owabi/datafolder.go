package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// dataFolder is where the embedded engines keep what they hold. One process at
// a time owns it, by a lock that the kernel drops with the process, and tells in
// running.json where its engines can be reached.
type dataFolder struct {
	path string
	lock *os.File
}

// running is what an owner tells of itself.
type running struct {
	PID        int    `json:"pid"`
	ClickHouse string `json:"clickhouse,omitempty"` // URL
	NATS       string `json:"nats,omitempty"`       // URL; its token is in the file tokenFile, if there is one
}

// errInUse says that another owabi owns the folder.
var errInUse = errors.New("in use by another owabi")

// openDataFolder makes the folder where it is missing and takes its lock.
func openDataFolder(path string) (*dataFolder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder %s is not writable: %w", path, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			owner := ""
			if r, ok := readRunning(path); ok {
				owner = fmt.Sprintf(" (process %d)", r.PID)
			}
			return nil, fmt.Errorf("data folder %s is %w%s: stop that one or give this one another --data", path, errInUse, owner)
		}
		return nil, fmt.Errorf("data folder %s: lock it: %w", path, err)
	}
	return &dataFolder{path: path, lock: lock}, nil
}

// leastFree is the room on the disk, in bytes, below which nothing should be
// begun: an insert would fail half-way.
const leastFree = 16 << 20

// checkRoom says whether the folder's disk is full.
func (d *dataFolder) checkRoom() error {
	free, err := d.free()
	if err != nil {
		return err
	}
	if free < leastFree {
		return fmt.Errorf("data folder %s: its disk is full, %d MB are free: make room and run this again, nothing acknowledged is lost", d.path, free>>20)
	}
	return nil
}

// free is the room left on the folder's disk, in bytes.
func (d *dataFolder) free() (uint64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(d.path, &disk); err != nil {
		return 0, fmt.Errorf("data folder %s: %w", d.path, err)
	}
	return disk.Bavail * uint64(disk.Bsize), nil
}

func (d *dataFolder) join(name string) string { return filepath.Join(d.path, name) }

// announce tells other commands where the engines are.
func (d *dataFolder) announce(r running) error {
	r.PID = os.Getpid()
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	part := d.join("running.json.part")
	if err := os.WriteFile(part, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("data folder %s: %w", d.path, err)
	}
	return os.Rename(part, d.join("running.json"))
}

// tokenFile holds what lets other commands of the same user into the NATS of the
// folder's owner. It lasts as long as the owner.
const tokenFile = "nats.token"

// makeToken makes a new token, in a file that only this user can read.
func (d *dataFolder) makeToken() (string, error) {
	file, err := os.OpenFile(d.join(tokenFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("data folder %s: %w", d.path, err)
	}
	token := rand.Text()
	_, err = file.WriteString(token + "\n")
	return token, errors.Join(err, file.Close())
}

func (d *dataFolder) dropToken() error {
	if err := os.Remove(d.join(tokenFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("data folder %s: %w", d.path, err)
	}
	return nil
}

// readToken returns the token of the folder's owner; empty when it asks for none.
func readToken(path string) (string, error) {
	data, err := os.ReadFile(filepath.Join(path, tokenFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(data)), err
}

// close withdraws the announcement and gives the lock back.
func (d *dataFolder) close() error {
	err := os.Remove(d.join("running.json"))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, d.lock.Close())
}

// readRunning returns what the owner of the folder announced. One that was
// killed leaves its announcement behind, and another folder's owner may have its
// address by now, so it is believed only while the folder has an owner.
func readRunning(path string) (running, bool) {
	var r running
	lock, err := os.Open(filepath.Join(path, "lock"))
	if err != nil {
		return running{}, false
	}
	defer lock.Close() // gives the lock back, should it be free
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
		return running{}, false
	}
	data, err := os.ReadFile(filepath.Join(path, "running.json"))
	if err != nil || json.Unmarshal(data, &r) != nil {
		return running{}, false
	}
	return r, true
}
