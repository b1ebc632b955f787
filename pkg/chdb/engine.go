package chdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Engine is the embedded ClickHouse. Its methods may be called from many
// goroutines at once.
type Engine struct {
	config  Config
	library *library
	facts   facts

	all     *slots
	readers *slots

	// control is the connection that kills statements; one at a time.
	control struct {
		sync.Mutex
		*connection
	}

	// running holds the statements by the id their caller gave them.
	running struct {
		sync.Mutex
		ids map[string]struct{}
	}
	counter atomic.Uint64

	// statements are alive between open and close of their session.
	statements sync.WaitGroup
	closing    chan struct{}
	closeOnce  sync.Once
	// life is the parent of every statement's context; ending it kills them.
	life    context.Context
	endLife context.CancelCauseFunc
}

// facts are what the engine says about itself once it runs.
type facts struct {
	version     string
	displayName string
	timezone    string
	settings    map[string]bool
	outside     map[string]bool // table functions that a reader may not call, in lower case
}

// Open loads libchdb and boots the engine on Config.Path. Errors wrap
// [ErrNotInstalled], [ErrInUse], [ErrUnusable] or [ErrAlreadyOpen] where these
// are the cause. The context bounds the boot's questions to the engine.
func Open(ctx context.Context, config Config) (*Engine, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	path, err := Find(config.Library)
	if err != nil {
		return nil, fmt.Errorf("chdb: %w", err)
	}

	process.Lock()
	defer process.Unlock()
	if process.ended {
		return nil, fmt.Errorf("chdb: %w: it was shut down, and libchdb cannot be booted again; start another process", ErrAlreadyOpen)
	}
	if process.open != nil {
		return nil, fmt.Errorf("chdb: %w, on %s; share that one instead of opening %s",
			ErrAlreadyOpen, process.path, config.Path)
	}
	if process.path != "" && process.path != config.Path {
		return nil, fmt.Errorf("chdb: %w: it was booted on %s, and libchdb cannot be booted again on %s; start another process",
			ErrAlreadyOpen, process.path, config.Path)
	}
	library, err := loadOnce(path)
	if err != nil {
		return nil, fmt.Errorf("chdb: %w", err)
	}
	if process.keeper == nil {
		if process.keeper, err = boot(library, config); err != nil {
			return nil, fmt.Errorf("chdb: %w", err)
		}
		process.path = config.Path
	}

	e := &Engine{
		config:  config,
		library: library,
		all:     newSlots(config.MaxConnections, config.WaitLimit),
		closing: make(chan struct{}),
	}
	if config.Reader != nil {
		e.readers = newSlots(config.Reader.MaxConnections, config.WaitLimit)
	}
	e.life, e.endLife = context.WithCancelCause(context.WithoutCancel(ctx))
	e.running.ids = make(map[string]struct{})
	e.control.connection = process.keeper
	if err := e.learn(ctx); err != nil {
		e.endLife(ErrClosed)
		return nil, fmt.Errorf("chdb: %w", err)
	}
	process.open = e
	return e, nil
}

// boot makes the process's first connection.
func boot(library *library, config Config) (*connection, error) {
	folder := config.Path
	if err := usableFolder(folder); err != nil {
		return nil, err
	}
	if holder, held := folderLock(folder); held {
		return nil, fmt.Errorf("%w: %s%s", ErrInUse, folder, holder)
	}
	// Where a standard stream is a terminal, libchdb logs to it: each insert stream
	// makes it say "<Fatal> ThreadStatus: current_thread contains invalid address"
	// of one of its own threads, whichever threads call it. What it throws at boot
	// is no log line and stays on standard error.
	options := map[string]string{"logger.console": "false", "config-file": config.ServerConfig}
	if config.BackupFolder != "" {
		options["backups.allowed_path"] = config.BackupFolder
	}
	keeper := library.connectTo(folder, options)
	if keeper == nil {
		if holder, held := folderLock(folder); held {
			return nil, fmt.Errorf("%w: %s%s", ErrInUse, folder, holder)
		}
		return nil, fmt.Errorf("%w: libchdb could not start on %s; its own message stands on standard error", ErrUnusable, folder)
	}
	return keeper, nil
}

// learn asks the engine what the HTTP interface has to know.
func (e *Engine) learn(ctx context.Context) error {
	answer, err := e.ask(ctx, "SELECT version(), displayName(), timezone() FORMAT TabSeparatedRaw")
	if err != nil {
		return fmt.Errorf("ask the engine who it is: %w", err)
	}
	fields := strings.Split(strings.TrimSuffix(answer, "\n"), "\t")
	if len(fields) != 3 {
		return fmt.Errorf("ask the engine who it is: answered %q", answer)
	}
	e.facts.version, e.facts.displayName, e.facts.timezone = fields[0], fields[1], fields[2]
	answer, err = e.ask(ctx, "SELECT name FROM system.settings UNION ALL SELECT alias_for FROM system.settings WHERE alias_for != '' FORMAT TabSeparatedRaw")
	if err != nil {
		return fmt.Errorf("list the engine's settings: %w", err)
	}
	e.facts.settings = make(map[string]bool)
	for name := range strings.SplitSeq(answer, "\n") {
		e.facts.settings[name] = true
	}
	answer, err = e.ask(ctx, "SELECT name FROM system.table_functions FORMAT TabSeparatedRaw")
	if err != nil {
		return fmt.Errorf("list the engine's table functions: %w", err)
	}
	e.facts.outside = make(map[string]bool)
	for name := range strings.FieldsSeq(answer) {
		if !insideFunctions[name] {
			e.facts.outside[strings.ToLower(name)] = true
		}
	}
	for name := range e.config.Settings {
		if !e.facts.settings[name] {
			return fmt.Errorf("Config.Settings: ClickHouse %s has no setting %q", e.facts.version, name)
		}
	}
	return nil
}

// ask runs a small read of this package's own.
func (e *Engine) ask(ctx context.Context, sql string) (string, error) {
	rows, err := e.Query(ctx, Statement{SQL: sql})
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var answer strings.Builder
	for {
		chunk, err := rows.Next()
		if errors.Is(err, errEnd) {
			return answer.String(), nil
		}
		if err != nil {
			return "", err
		}
		answer.Write(chunk)
	}
}

// Version is the version of ClickHouse inside the library, such as "26.7.2.1".
func (e *Engine) Version() string { return e.facts.version }

// Running is the number of statements that hold a connection now.
func (e *Engine) Running() int { return e.all.inUse() }

// Close refuses new statements, waits up to Config.CloseLimit (or the context's
// end, when that comes first) for the running ones, then kills them and waits
// for their end. A second Close does the same and finds nothing to do.
//
// The data folder stays locked until [Shutdown], since libchdb can be booted only
// once; until then Open on the same folder works again.
func (e *Engine) Close(ctx context.Context) error {
	e.closeOnce.Do(func() { close(e.closing) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.statements.Wait()
	}()
	limit := time.NewTimer(e.config.CloseLimit)
	defer limit.Stop()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = fmt.Errorf("chdb: close: %w; running statements were killed", context.Cause(ctx))
	case <-limit.C:
		err = fmt.Errorf("chdb: close: statements ran longer than %v and were killed", e.config.CloseLimit)
	}
	e.endLife(ErrClosed)
	<-done
	process.Lock()
	defer process.Unlock()
	if process.open == e {
		process.open = nil
	}
	return err
}

// Shutdown ends the engine of this process for good and frees its folder. It is
// the last thing a process does with an engine, after [Engine.Close]: threads of
// the engine that are still at work while the process exits can crash it. Without
// an engine it does nothing; with one that is not closed it fails.
func Shutdown() error {
	process.Lock()
	defer process.Unlock()
	if process.open != nil {
		return fmt.Errorf("chdb: shutdown: %w, on %s; close it first", ErrAlreadyOpen, process.path)
	}
	if process.keeper != nil {
		process.keeper.close()
		process.keeper, process.ended = nil, true
	}
	return nil
}
