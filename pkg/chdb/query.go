package chdb

import (
	"context"
	"io"
	"strings"
	"time"
)

// errEnd marks the end of a result.
var errEnd = io.EOF

// Rows is a result that is read chunk by chunk as the engine makes it. Close it
// always; it belongs to one goroutine at a time.
type Rows struct {
	session *session
	// stream is the running SELECT; nil for a result that is whole in chunk.
	stream  *result
	chunk   *result
	summary Summary
	ended   bool
	// first holds an empty first chunk's place for whole results.
	whole bool
}

// Query starts a statement that is not an insert with data. A SELECT is
// streamed: the engine works ahead of the reader by a few blocks only. Other
// statements are done when Query returns.
//
// When ctx ends, the statement is killed in the engine, and Next gives the
// context's cause. Errors of the engine are of type [*Error].
func (e *Engine) Query(ctx context.Context, st Statement) (*Rows, error) {
	if st.Format == "" {
		st.Format = "TabSeparated"
	}
	s, err := e.open(ctx, st)
	if err != nil {
		return nil, err
	}
	rows, err := s.query(st)
	if err != nil {
		err = s.failed(err)
		s.close()
		return nil, err
	}
	return rows, nil
}

func (s *session) query(st Statement) (*Rows, error) {
	what := s.conn.analyse(st.SQL)
	if what.statementCount > 1 {
		return nil, refuse(codeSyntaxError, "Multi-statements are not allowed")
	}
	if err := readable(st.SQL, what); err != nil {
		return nil, err
	}
	if err := s.engine.permitted(st, what); err != nil {
		return nil, err
	}
	sql := s.tagged(st.SQL)
	if what.class == classReadOnly {
		stream := s.conn.stream(sql, st.Format, st.Parameters)
		err := stream.err()
		if err == nil {
			return &Rows{session: s, stream: stream}, nil
		}
		stream.destroy()
		if !notStreamable(err) {
			return nil, err
		}
		// SHOW, DESCRIBE, EXPLAIN and their like have no stream. They were
		// refused before they ran, and would change nothing if they had.
	}
	whole := s.conn.query(sql, st.Format, st.Parameters)
	if err := whole.err(); err != nil {
		whole.destroy()
		return nil, err
	}
	if what.statementCount == 0 {
		whole.destroy()
		return nil, refuse(codeSyntaxError, "Syntax error: this is no statement")
	}
	return &Rows{session: s, chunk: whole, whole: true, summary: whole.summary()}, nil
}

func notStreamable(err error) bool {
	e, ok := err.(*Error)
	return ok && e.Code == codeBadArguments && strings.HasPrefix(e.Message, "Streaming query is not supported")
}

// readable refuses what libchdb would not give to its parser. It has the command
// line client's ear for commands before it: exit, \l, :q, ??. Of a text that does
// not parse, the parser's own reason is better than any here, so it gets what
// begins as a statement can.
func readable(sql string, what analysis) error {
	first, alone, ok := leads(sql)
	switch {
	case !ok:
		return refuse(codeSyntaxError, "Syntax error: Empty query")
	case alone && (first.is("exit") || first.is("quit") || first.is("logout") || first.is("q")),
		what.statementCount == 0 && first.kind != bareWord && !first.isPunctuation("("):
		return refuse(codeSyntaxError, "Syntax error: failed at position %d (%.40s): no statement begins so", first.start+1, first.text)
	}
	return nil
}

// permitted checks a statement against its access, beyond what the engine's
// own readonly setting checks.
func (e *Engine) permitted(st Statement, what analysis) error {
	if follows(st.SQL, "INTO", "OUTFILE") {
		return refuse(codeOutfileNotAllowed, "INTO OUTFILE is not allowed")
	}
	if what.class != classReadOnly && follows(st.SQL, "SYSTEM", "SHUTDOWN", "KILL", "SUSPEND") {
		return refuse(codeAccessDenied, "SYSTEM SHUTDOWN, KILL and SUSPEND are not allowed: they would end or stop the process in which this engine lives")
	}
	if st.Access == Full {
		return nil
	}
	if what.statementCount > 0 && what.class != classReadOnly {
		return refuse(codeReadonly, "Cannot execute query in readonly mode.")
	}
	if st.Access == ReadLeast && mentions(st.SQL, "file") {
		// file() reads any file of this machine, also with readonly=1.
		return refuse(codeAccessDenied, "Not enough privileges: the name 'file' may not be used by this user.")
	}
	if st.Access == ReadLeast && calls(st.SQL, e.facts.outside) {
		return refuse(codeAccessDenied, "Not enough privileges: table functions that reach beyond the tables may not be used by this user.")
	}
	return nil
}

// insideFunctions are the table functions that read nothing but tables and their
// own arguments. All others are refused to a reader by name, those of a later
// engine too: with readonly=1 the engine refuses most of them by itself, but not
// filesystem() and eval(), and DESCRIBE asks an address for its columns before any
// right is looked at.
var insideFunctions = map[string]bool{
	"format": true, "fuzzJSON": true, "fuzzQuery": true, "generateRandom": true, "generateSeries": true, "generate_series": true,
	"loop": true, "merge": true, "null": true, "numbers": true, "numbers_mt": true, "primes": true, "SQLStandardValues": true,
	"values": true, "view": true, "viewExplain": true, "viewIfPermitted": true, "zeros": true, "zeros_mt": true,
}

// Next gives the next chunk of the result's bytes, in its format. The slice is
// valid until the next call of Next or Close. At the end it gives [io.EOF].
func (r *Rows) Next() ([]byte, error) {
	if r.ended {
		return nil, io.EOF
	}
	if r.whole {
		r.ended = true
		if data := r.chunk.bytes(); len(data) > 0 {
			return data, nil
		}
		return nil, io.EOF
	}
	r.drop()
	r.chunk = r.session.conn.fetch(r.stream)
	if err := r.chunk.err(); err != nil {
		r.ended = true
		return nil, r.session.failed(err)
	}
	r.summary.add(r.chunk.summary())
	data := r.chunk.bytes()
	if len(data) == 0 {
		r.ended = true
		if err := r.session.failed(nil); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	return data, nil
}

func (r *Rows) drop() {
	if r.chunk != nil {
		r.chunk.destroy()
		r.chunk = nil
	}
}

// Summary counts what was read so far.
func (r *Rows) Summary() Summary {
	summary := r.summary
	summary.Elapsed = time.Since(r.session.begun)
	return summary
}

// Close ends the statement, finished or not, and gives its connection back. A
// statement that still runs is cancelled. Close may be called more than once.
func (r *Rows) Close() error {
	if r.session == nil {
		return nil
	}
	r.drop()
	if r.stream != nil {
		if !r.ended {
			r.session.conn.cancel(r.stream)
		}
		r.stream.destroy()
		r.stream = nil
	}
	r.ended = true
	r.session.close()
	return nil
}

// Exec runs a statement to its end and throws its rows away.
func (e *Engine) Exec(ctx context.Context, st Statement) (Summary, error) {
	rows, err := e.Query(ctx, st)
	if err != nil {
		return Summary{}, err
	}
	defer rows.Close()
	for {
		if _, err := rows.Next(); err == io.EOF {
			return rows.Summary(), nil
		} else if err != nil {
			return Summary{}, err
		}
	}
}

func (s *Summary) add(o Summary) {
	s.ReadRows += o.ReadRows
	s.ReadBytes += o.ReadBytes
	s.WrittenRows += o.WrittenRows
	s.WrittenBytes += o.WrittenBytes
	s.ResultRows += o.ResultRows
}
