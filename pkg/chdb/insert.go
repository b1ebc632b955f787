package chdb

import (
	"context"
	"errors"
	"time"
	"unsafe"
)

// appendSize is the largest piece handed to the engine at once. The engine
// copies each piece and queues 16 of them, so a piece bounds an insert's memory
// ahead of the parser to 16 MiB.
const appendSize = 1 << 20

// Insert is an insert whose data is written as it comes. It belongs to one
// goroutine at a time. End it with Commit or Cancel.
type Insert struct {
	session *session
	stream  unsafe.Pointer
	failure error
}

// Insert starts an insert. SQL is the statement without its data and without a
// FORMAT clause ("INSERT INTO t (a, b)"), Format the format of the data.
// When ctx ends, the insert is killed and nothing more is stored.
func (e *Engine) Insert(ctx context.Context, st Statement) (*Insert, error) {
	if st.Access != Full {
		return nil, refuse(codeReadonly, "Cannot execute query in readonly mode.")
	}
	s, err := e.open(ctx, st)
	if err != nil {
		return nil, err
	}
	stream := s.conn.insert(s.tagged(st.SQL), st.Format, st.Parameters)
	if text := s.engine.library.streamInsertError(stream); text != "" {
		s.engine.library.destroyInsertStream(stream)
		err := s.failed(parseError(text))
		s.close()
		return nil, err
	}
	return &Insert{session: s, stream: stream}, nil
}

// Write hands data to the engine and waits while its queue is full. An error is
// the engine's reason for giving the insert up; the insert is over then, and
// Commit gives the same error.
func (i *Insert) Write(data []byte) (int, error) {
	written := 0
	for len(data) > 0 {
		if i.failure != nil {
			return written, i.failure
		}
		piece := data[:min(len(data), appendSize)]
		if i.session.engine.library.streamAppend(i.stream, unsafe.Pointer(&piece[0]), uintptr(len(piece))) != 0 {
			i.failure = i.session.failed(i.reason())
			return written, i.failure
		}
		if err := i.session.failed(nil); err != nil {
			i.failure = err
			return written, err
		}
		written += len(piece)
		data = data[len(piece):]
	}
	return written, nil
}

func (i *Insert) reason() error {
	if text := i.session.engine.library.streamInsertError(i.stream); text != "" {
		return parseError(text)
	}
	return errors.New("the engine ended the insert without a reason")
}

// Commit ends the data and waits until the engine has stored it. Only a nil
// error means that the rows are there.
func (i *Insert) Commit() (Summary, error) {
	if i.session == nil {
		return Summary{}, errors.New("chdb: the insert was ended before")
	}
	defer i.end()
	if i.failure != nil {
		return Summary{}, i.failure
	}
	// After a kill the engine may still call the insert done; the caller's
	// context decides.
	if err := i.session.failed(nil); err != nil {
		return Summary{}, err
	}
	l := i.session.engine.library
	done := &result{l, l.streamDone(i.stream)}
	defer done.destroy()
	if err := done.err(); err != nil {
		return Summary{}, i.session.failed(err)
	}
	summary := done.summary()
	summary.Elapsed = time.Since(i.session.begun)
	return summary, nil
}

// Cancel gives the insert up; rows that the engine has not stored yet are
// dropped. After Commit it does nothing.
func (i *Insert) Cancel() {
	if i.session == nil {
		return
	}
	i.session.engine.library.streamCancelInsert(i.stream)
	i.end()
}

func (i *Insert) end() {
	i.session.engine.library.destroyInsertStream(i.stream)
	i.session.close()
	i.session = nil
}
