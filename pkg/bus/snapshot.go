package bus

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"
)

// snapshotPatience bounds each step of a snapshot's way; the server has its own
// bound for a peer that is silent.
const snapshotPatience = 30 * time.Second

// apiError is how JetStream's interface says no.
type apiError struct {
	Error *struct {
		Code        int    `json:"code"`
		ErrCode     int    `json:"err_code"`
		Description string `json:"description"`
	} `json:"error"`
}

func (e apiError) err() error {
	switch {
	case e.Error == nil:
		return nil
	case e.Error.ErrCode == 10059: // stream not found
		return fmt.Errorf("%w: %s", ErrNoStream, e.Error.Description)
	}
	return fmt.Errorf("%s (%d)", e.Error.Description, e.Error.ErrCode)
}

// Snapshot writes a stream to w, as it is at one moment: its configuration, its
// messages, and its consumers with how far each is. The form is a line of JSON
// with the stream's configuration and state, and after it the server's archive.
// The stream is in use meanwhile. Without it the error is ErrNoStream. It needs
// the rights of an administrator.
func (b *Bus) Snapshot(ctx context.Context, stream string, w io.Writer) error {
	if err := b.snapshot(ctx, stream, w); err != nil {
		return fmt.Errorf("snapshot of stream %s: %w", stream, err)
	}
	return nil
}

func (b *Bus) snapshot(ctx context.Context, stream string, w io.Writer) error {
	inbox := b.nc.NewInbox()
	chunks, err := b.nc.SubscribeSync(inbox)
	if err != nil {
		return err
	}
	defer func() { _ = chunks.Unsubscribe() }() // the connection may be gone with it
	var head struct {
		apiError
		Config json.RawMessage `json:"config"`
		State  json.RawMessage `json:"state"`
	}
	// The messages' checksums are compared on the way, so that what is damaged is
	// found when a backup is made and not when it is needed.
	if err := b.askServer(ctx, "$JS.API.STREAM.SNAPSHOT."+stream, map[string]any{"deliver_subject": inbox, "jsck": true}, &head); err != nil {
		return err
	}
	if err := head.err(); err != nil {
		return err
	}
	line, err := json.Marshal(map[string]json.RawMessage{"config": head.Config, "state": head.State})
	if err != nil {
		return err
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	for {
		chunk, err := nextChunk(ctx, chunks)
		if err != nil {
			return err
		}
		if len(chunk.Data) == 0 {
			if status := chunk.Header.Get("Status"); status != "" && status != "204" {
				return fmt.Errorf("the server broke off: %s %s", status, chunk.Header.Get("Description"))
			}
			return nil
		}
		if _, err := w.Write(chunk.Data); err != nil {
			return err
		}
		if chunk.Reply == "" {
			continue // the last one
		}
		if err := chunk.Respond(nil); err != nil {
			return err
		}
	}
}

func nextChunk(ctx context.Context, from *nats.Subscription) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, snapshotPatience)
	defer cancel()
	return from.NextMsgWithContext(ctx)
}

// askServer sends one request of JetStream's interface that the client library
// does not know.
func (b *Bus) askServer(ctx context.Context, subject string, request, answer any) error {
	data, err := json.Marshal(request)
	if err != nil {
		return err
	}
	ctx, cancel := b.request(ctx)
	defer cancel()
	m, err := b.nc.RequestWithContext(ctx, subject, data)
	if err != nil {
		return explain(ctx, err)
	}
	return json.Unmarshal(m.Data, answer)
}

// ErrSnapshot is returned for what is no snapshot, or not a whole one.
var ErrSnapshot = errors.New("not a whole snapshot")

// Restore makes a stream from what Snapshot wrote, consumers included. A stream
// that exists is not touched and an error. It needs the rights of an administrator.
func (b *Bus) Restore(ctx context.Context, stream string, r io.Reader) error {
	if err := b.restore(ctx, stream, r); err != nil {
		return fmt.Errorf("restore stream %s: %w", stream, err)
	}
	return nil
}

func (b *Bus) restore(ctx context.Context, stream string, r io.Reader) error {
	archive := bufio.NewReaderSize(r, 128<<10)
	line, err := archive.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	var head struct {
		Config json.RawMessage `json:"config"`
		State  json.RawMessage `json:"state"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	var to struct {
		apiError
		Subject string `json:"deliver_subject"`
	}
	if err := b.askServer(ctx, "$JS.API.STREAM.RESTORE."+stream, head, &to); err != nil {
		return err
	}
	if err := to.err(); err != nil {
		return err
	}
	piece := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(archive, piece)
		if n > 0 {
			if err := b.sendPiece(ctx, to.Subject, piece[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return b.sendPiece(ctx, to.Subject, nil)
		}
		if err != nil {
			return err
		}
	}
}

// sendPiece sends a part of an archive, or its end, and waits for the server's word.
func (b *Bus) sendPiece(ctx context.Context, subject string, piece []byte) error {
	ctx, cancel := context.WithTimeout(ctx, snapshotPatience)
	defer cancel()
	answer, err := b.nc.RequestWithContext(ctx, subject, piece)
	if err != nil || len(answer.Data) == 0 {
		return err
	}
	var said apiError
	if err := json.Unmarshal(answer.Data, &said); err != nil {
		return err
	}
	if err := said.err(); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return nil
}
