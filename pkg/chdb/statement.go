package chdb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Access is what a statement may do.
type Access int

const (
	// Full: everything.
	Full Access = iota
	// ReadRequests: reads only, as ClickHouse treats a GET (readonly=2):
	// settings may change, data may not.
	ReadRequests
	// ReadLeast: reads only, with the rights of [Reader].
	ReadLeast
)

// Statement is one SQL statement with all that belongs to its request.
type Statement struct {
	// SQL is one statement, without a second one after it.
	SQL string
	// Format is the output format when SQL names none. Default TabSeparated.
	Format string
	// Database is where unqualified names are looked up. Default "default".
	Database string
	// Settings are ClickHouse settings for this statement alone. Unknown names
	// are refused (UNKNOWN_SETTING, 115).
	Settings map[string]string
	// Parameters are the values of {name:Type} placeholders, written as
	// ClickHouse's HTTP interface takes them: escaped as in TabSeparated.
	Parameters map[string]string
	// ID names the statement while it runs; a second one with the same id is
	// refused (216). Empty: no id.
	ID string
	// Access is what the statement may do. Default Full.
	Access Access
}

// Summary counts what a statement did. The engine's numbers; 0 where it says
// nothing.
type Summary struct {
	ReadRows, ReadBytes       uint64
	WrittenRows, WrittenBytes uint64
	ResultRows                uint64
	Elapsed                   time.Duration
}

// session is a statement that holds a slot and a connection of its own, and a
// watcher that kills it in the engine when its context ends.
type session struct {
	engine *Engine
	conn   *connection
	tag    string
	id     string
	reader bool
	begun  time.Time

	ctx       context.Context
	cancel    context.CancelCauseFunc
	unwatch   func()
	closeOnce sync.Once
}

// open takes a slot and connects. Each statement has a connection of its own:
// it costs a tenth of a millisecond, and nothing one statement sets is left for
// the next.
func (e *Engine) open(ctx context.Context, st Statement) (_ *session, err error) {
	settings, err := e.settings(st)
	if err != nil {
		return nil, err
	}
	s := &session{engine: e, id: st.ID, reader: st.Access == ReadLeast && e.readers != nil, begun: time.Now()}
	if err := e.register(st.ID); err != nil {
		return nil, err
	}
	if s.reader {
		if err := e.readers.take(ctx, e.closing); err != nil {
			e.unregister(st.ID)
			return nil, err
		}
	}
	if err := e.all.take(ctx, e.closing); err != nil {
		if s.reader {
			e.readers.give()
		}
		e.unregister(st.ID)
		return nil, err
	}
	e.statements.Add(1)
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	stopLife := context.AfterFunc(e.life, func() { s.cancel(context.Cause(e.life)) })
	s.unwatch = func() { stopLife() }

	s.tag = e.tag()
	settings["log_comment"] = s.tag
	s.conn = e.connect(settings)
	if s.conn == nil {
		err := e.explain(settings)
		s.close()
		return nil, err
	}
	if st.Database != "" && st.Database != "default" {
		r := s.conn.query("USE "+quoteIdentifier(st.Database), "Null", nil)
		err := r.err()
		r.destroy()
		if err != nil {
			s.close()
			return nil, err
		}
	}
	s.watch(stopLife)
	return s, nil
}

// connect opens a session of the engine.
func (e *Engine) connect(settings map[string]string) *connection {
	settings = maps.Clone(settings)
	if settings == nil {
		settings = map[string]string{}
	}
	settings["config-file"] = e.config.ServerConfig // each connection reads it anew
	return e.library.connectTo(e.config.Path, settings)
}

// close gives everything back. It is safe to call more than once.
func (s *session) close() {
	s.closeOnce.Do(func() {
		s.unwatch()
		s.cancel(nil)
		if s.conn != nil {
			s.conn.close()
		}
		s.engine.all.give()
		if s.reader {
			s.engine.readers.give()
		}
		s.engine.unregister(s.id)
		s.engine.statements.Done()
	})
}

// watch kills the statement in the engine when its context ends. The engine
// may not have begun it by then, so the order is repeated until the session is
// closed.
func (s *session) watch(stopLife func() bool) {
	closed, finished := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(s.ctx, func() {
		defer close(finished)
		pause := time.NewTimer(0)
		defer pause.Stop()
		for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
			select {
			case <-closed:
				return
			case <-pause.C:
				s.engine.kill(s.tag)
				pause.Reset(wait)
			}
		}
	})
	s.unwatch = func() {
		stopLife()
		if !stop() {
			close(closed)
			<-finished
		}
	}
}

// failed chooses between the engine's error and the context's: when the
// context ended, the engine's error is only its echo.
func (s *session) failed(err error) error {
	if cause := context.Cause(s.ctx); cause != nil {
		return fmt.Errorf("the statement was cancelled: %w", cause)
	}
	return err
}

// kill ends the statements that carry the tag.
func (e *Engine) kill(tag string) {
	e.control.Lock()
	defer e.control.Unlock()
	r := e.control.query("KILL QUERY WHERE startsWith(Settings['log_comment'], '"+tag+
		"') OR startsWith(query, '/*"+tag+"*/') ASYNC", "Null", nil)
	defer r.destroy()
	if err := r.err(); err != nil {
		e.config.Logger.Error("kill a statement", "error", err)
	}
}

// tag makes a mark that finds a statement among the engine's running ones. It
// cannot be guessed, so no statement can take another's place.
func (e *Engine) tag() string {
	var random [12]byte
	rand.Read(random[:]) // never fails, see crypto/rand
	return "owabi-" + hex.EncodeToString(random[:]) + "-" + strconv.FormatUint(e.counter.Add(1), 10)
}

// tagged puts the tag into the text when the statement may set log_comment
// itself, which would hide it from kill.
func (s *session) tagged(sql string) string {
	if mentions(sql, "log_comment") {
		return "/*" + s.tag + "*/ " + sql
	}
	return sql
}

func (e *Engine) register(id string) error {
	if id == "" {
		return nil
	}
	e.running.Lock()
	defer e.running.Unlock()
	if _, taken := e.running.ids[id]; taken {
		return refuse(codeSameIDRunning, "Query with id = %s is already running.", id)
	}
	e.running.ids[id] = struct{}{}
	return nil
}

func (e *Engine) unregister(id string) {
	if id == "" {
		return
	}
	e.running.Lock()
	defer e.running.Unlock()
	delete(e.running.ids, id)
}

// settings merges the engine's, the configuration's and the statement's
// settings, in this order, and then sets what the statement's access demands.
func (e *Engine) settings(st Statement) (map[string]string, error) {
	merged := map[string]string{
		"async_insert":   "0",
		"max_query_size": strconv.Itoa(e.config.MaxQuerySize + 4096),
	}
	if seconds := int(e.config.MaxExecutionTime / time.Second); seconds > 0 {
		merged["max_execution_time"] = strconv.Itoa(seconds)
	}
	if e.config.MaxMemoryUsage > 0 {
		merged["max_memory_usage"] = strconv.FormatUint(e.config.MaxMemoryUsage, 10)
	}
	maps.Copy(merged, e.config.Settings)
	for name, value := range st.Settings {
		if e.facts.settings != nil && !e.facts.settings[name] || !settingName.MatchString(name) {
			return nil, refuse(codeUnknownSetting, "Setting %s is neither a builtin setting nor started with the prefix 'SQL_' registered for user-defined settings", name)
		}
		if strings.ContainsRune(value, 0) {
			return nil, refuse(codeBadArguments, "the value of setting %s holds a NUL byte", name)
		}
		if name == "log_comment" {
			continue // carries the tag that kills the statement
		}
		merged[name] = value
	}
	switch st.Access {
	case ReadRequests:
		if merged["readonly"] != "1" {
			merged["readonly"] = "2"
		}
	case ReadLeast:
		merged["readonly"] = "1"
		merged["allow_introspection_functions"] = "0"
		merged["allow_ddl"] = "0"
		if reader := e.config.Reader; reader != nil {
			capSetting(merged, "max_execution_time", uint64(reader.MaxExecutionTime/time.Second))
			capSetting(merged, "max_memory_usage", reader.MaxMemoryUsage)
		}
	}
	return merged, nil
}

// capSetting keeps a setting at or below a limit. What is 0 (no limit) or no
// plain number becomes the limit.
func capSetting(settings map[string]string, name string, limit uint64) {
	if value, err := strconv.ParseUint(settings[name], 10, 64); err == nil && value > 0 && value <= limit {
		return
	}
	settings[name] = strconv.FormatUint(limit, 10)
}

// explain finds out which setting the engine refused, since connecting says
// only that it failed.
func (e *Engine) explain(settings map[string]string) error {
	conn := e.connect(nil)
	if conn == nil {
		return fmt.Errorf("chdb: libchdb gave no connection to %s", e.config.Path)
	}
	defer conn.close()
	for name, value := range settings {
		r := conn.query("SET "+name+" = "+quoteString(value), "Null", nil)
		err := r.err()
		r.destroy()
		if err != nil {
			return err
		}
		if name == "readonly" {
			// SET readonly locks the session; the rest needs a fresh one.
			conn.close()
			if conn = e.connect(nil); conn == nil {
				break
			}
		}
	}
	return fmt.Errorf("chdb: libchdb gave no connection to %s", e.config.Path)
}

func quoteIdentifier(name string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(name) + "`"
}

func quoteString(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
