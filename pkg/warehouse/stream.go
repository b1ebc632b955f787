package warehouse

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/ClickHouse/clickhouse-go/v2"
)

// stream is an insert over HTTP whose body is written block by block, in ClickHouse's
// format Native. The driver's own batch keeps all rows in memory, in columns and then encoded.
type stream struct {
	compress *compress.Writer // nil: blocks go as they are
	body     *io.PipeWriter
	giveUp   context.CancelCauseFunc
	silence  *time.Timer   // gives the request up
	patience time.Duration // how long the server may take no block, and give no answer
	answered chan struct{} // closed when the request is over
	answer   error         // the server's word, once answered is closed
}

func (w *Warehouse) stream(ctx context.Context, statement string, settings clickhouse.Settings) *stream {
	read, write := io.Pipe()
	s := &stream{body: write, patience: w.options.ReadTimeout, answered: make(chan struct{})}
	if c := w.options.Compression; c != nil && (c.Method == clickhouse.CompressionLZ4 || c.Method == clickhouse.CompressionZSTD) {
		s.compress = compress.NewWriter(compress.Level(c.Level), compress.Method(c.Method))
		settings["decompress"] = 1
	} // another compression is of the whole body, and the driver's work
	ctx, s.giveUp = context.WithCancelCause(clickhouse.Context(ctx, clickhouse.WithSettings(settings)))
	// The driver's own timeout begins when the whole body is sent.
	s.silence = time.AfterFunc(s.patience, func() { s.giveUp(errSilent) })
	go func() {
		defer close(s.answered)
		s.answer = w.conn.InsertFormat(ctx, "Native", statement, read)
		_ = read.Close() // who writes need not wait for a reader
	}()
	return s
}

var (
	errEarly   = errors.New("the server has answered before the insert was sent")
	errSilent  = errors.New("the server takes no more of the insert, or gives no answer")
	errGivenUp = errors.New("the insert was given up")
)

// write sends a block.
func (s *stream) write(data []byte) error {
	if s.compress != nil {
		if err := s.compress.Compress(data); err != nil {
			return err
		}
		data = s.compress.Data
	}
	if _, err := s.body.Write(data); err == nil {
		s.silence.Reset(s.patience)
		return nil
	}
	<-s.answered
	if s.answer != nil {
		return s.answer
	}
	return errEarly
}

// Send ends an insert whose blocks were written.
func (s *stream) Send() error {
	_ = s.body.Close()
	<-s.answered
	return s.answer
}

// Close gives up the request and its body: alone, neither ends while the server stops reading
// or the body stays open.
func (s *stream) Close() error {
	s.silence.Stop()
	s.giveUp(errGivenUp)
	_ = s.body.CloseWithError(errGivenUp)
	<-s.answered
	return nil
}
