package chdb

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Config says which library and folder an engine uses and where its limits
// are. Only Path is required. A zero value means the default.
type Config struct {
	// Library is the path of the libchdb file. Default: see [Find].
	Library string
	// Path is the folder of the data; it is made when it is missing. One
	// process can use it at a time: another one gets [ErrInUse].
	Path string

	// BackupFolder is the only folder that BACKUP … TO File('…') and RESTORE …
	// FROM File('…') may use; it is told to the engine at the process's first
	// Open. Default: none, and both fail (INVALID_CONFIG_PARAMETER, 318).
	BackupFolder string

	// ServerConfig is a config.xml of ClickHouse's, for trying out what a server is
	// configured with, such as users and rights. Statements still run as the user
	// default. Default: the one in Path, where there is none unless somebody puts it
	// there. Unless one is named, libchdb obeys that of the working folder, which may
	// be a stranger's.
	ServerConfig string

	// MaxConnections is the number of statements that run at once. Default:
	// twice the CPUs, at least 4. At the limit a statement waits, see WaitLimit.
	MaxConnections int
	// WaitLimit is how long a statement waits for a free connection before it
	// fails with [ErrBusy] (HTTP: 503, code 202). Default 10 s.
	WaitLimit time.Duration
	// CloseLimit is how long Close waits for running statements before it
	// kills them. Default 10 s.
	CloseLimit time.Duration
	// Settings are ClickHouse settings for every statement; a request's own
	// come after them. Default: none beyond async_insert=0, which libchdb's
	// version would otherwise have on and which batch writers do not want.
	// An unknown name fails Open.
	Settings map[string]string
	// MaxExecutionTime limits a statement's running time, unless its request
	// sets max_execution_time itself; 0 means no limit. At the limit the engine
	// answers TIMEOUT_EXCEEDED (159). Whole seconds.
	MaxExecutionTime time.Duration
	// MaxMemoryUsage limits a statement's memory in bytes, unless its request
	// sets max_memory_usage itself; 0 means the engine's own limits. At the
	// limit the engine answers MEMORY_LIMIT_EXCEEDED (241).
	MaxMemoryUsage uint64
	// MaxQuerySize is the longest statement in bytes, inserted data not
	// counted. Default 1 MiB. At the limit: QUERY_IS_TOO_LARGE (177, HTTP 413).
	MaxQuerySize int

	// User and Password are the owner's name and password for HTTP. The
	// defaults are "default" and none. With an empty password whoever reaches
	// the address may do everything.
	User     string
	Password string
	// Reader is a second user, who may only read. Default: no such user.
	Reader *Reader

	// Listen is the address of the HTTP interface. Default 127.0.0.1:8123;
	// port 0 takes any free one. An address in use gives [ErrAddressInUse].
	Listen string
	// AllowedHosts are the Host headers (without port) that are answered, a
	// guard against DNS rebinding. Default: localhost, 127.0.0.1 and ::1 when
	// Listen is a loopback address; any when it is not.
	AllowedHosts []string
	// MaxHTTPConnections is the number of open HTTP connections. Default 256.
	// At the limit further ones wait in the operating system's queue.
	MaxHTTPConnections int
	// MaxBodySize is the largest request body in bytes, after decompression.
	// Default 4 GiB. At the limit the insert is cancelled with HTTP 413.
	MaxBodySize int64
	// MaxBufferedResult is how much of a result wait_end_of_query=1 may hold
	// in memory, in bytes. Default 64 MiB. Beyond it: TOO_MANY_BYTES (307).
	MaxBufferedResult int
	// IOTimeout is how long the peer may be silent while a body is read or
	// written before the statement is cancelled. Default 5 min.
	IOTimeout time.Duration
	// Logger gets what goes wrong behind a client's back. Statements' texts and
	// passwords are never logged. Default: nothing is logged.
	Logger *slog.Logger
}

// Reader is a user with least rights: statements that the engine's own parser
// calls read-only, run with readonly=1. The user cannot change settings inside
// a statement (settings in the URL work), nor use table functions that leave
// the engine (file, url, s3, remote, …), nor the function file(), nor INTO
// OUTFILE, nor KILL.
type Reader struct {
	// User is the name. Default "reader".
	User string
	// Password may be empty.
	Password string
	// MaxConnections is how many statements of this user run at once, so that
	// readers cannot starve the writer. Default: half of Config.MaxConnections,
	// at least 1. At the limit a statement waits as with Config.MaxConnections.
	MaxConnections int
	// MaxExecutionTime caps a statement's running time; a request can only
	// lower it. Default 60 s. Whole seconds.
	MaxExecutionTime time.Duration
	// MaxMemoryUsage caps a statement's memory in bytes; a request can only
	// lower it. Default 2 GiB.
	MaxMemoryUsage uint64
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// withDefaults gives a complete copy.
func (c Config) withDefaults() (Config, error) {
	if c.Path == "" {
		return c, errors.New("chdb: Config.Path is empty: name the data folder")
	}
	if strings.ContainsRune(c.Path, 0) {
		return c, errors.New("chdb: Config.Path holds a NUL byte")
	}
	path, err := filepath.Abs(c.Path)
	if err != nil {
		return c, fmt.Errorf("chdb: data folder: %w", err)
	}
	c.Path = path
	setDefault(&c.ServerConfig, filepath.Join(c.Path, "config.xml"))
	if c.BackupFolder != "" {
		if c.BackupFolder, err = filepath.Abs(c.BackupFolder); err != nil {
			return c, fmt.Errorf("chdb: backup folder: %w", err)
		}
	}
	setDefault(&c.MaxConnections, max(4, 2*runtime.NumCPU()))
	setDefault(&c.WaitLimit, 10*time.Second)
	setDefault(&c.CloseLimit, 10*time.Second)
	setDefault(&c.MaxQuerySize, 1<<20)
	setDefault(&c.User, "default")
	setDefault(&c.Listen, "127.0.0.1:8123")
	setDefault(&c.MaxHTTPConnections, 256)
	setDefault(&c.MaxBodySize, 4<<30)
	setDefault(&c.MaxBufferedResult, 64<<20)
	setDefault(&c.IOTimeout, 5*time.Minute)
	setDefault(&c.Logger, slog.New(slog.DiscardHandler))
	if c.Reader != nil {
		reader := *c.Reader
		setDefault(&reader.User, "reader")
		setDefault(&reader.MaxConnections, max(1, c.MaxConnections/2))
		setDefault(&reader.MaxExecutionTime, time.Minute)
		setDefault(&reader.MaxMemoryUsage, 2<<30)
		if reader.User == c.User {
			return c, fmt.Errorf("chdb: Config.Reader.User and Config.User are both %q", c.User)
		}
		c.Reader = &reader
	}
	if c.MaxConnections < 1 || c.WaitLimit < 0 || c.MaxQuerySize < 1 {
		return c, errors.New("chdb: a limit of Config is negative")
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
