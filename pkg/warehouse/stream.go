package warehouse

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/ClickHouse/ch-go/compress"
	wire "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	native "github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// batch is an insert under way: rows are appended, and Send ends the insert and waits for
// the server's word.
type batch interface {
	Append(rows []Row) error
	Send() error
	// Close gives up an insert that was not sent.
	Close() error
}

// begin begins an insert with settings of its own. Over HTTP the driver's own batch keeps all
// rows in memory, in columns and then encoded, so there what is appended is sent at once, as a
// block.
func (w *Warehouse) begin(ctx context.Context, t loaded, settings clickhouse.Settings) (batch, error) {
	prepared, err := w.conn.PrepareBatch(clickhouse.Context(ctx, clickhouse.WithSettings(settings)), t.insertStatement())
	if err != nil {
		return nil, err
	}
	if w.options.Protocol != clickhouse.HTTP {
		return oneBlock{prepared, t}, nil
	}
	columns := prepared.Columns() // of the types that the server has told
	if err := prepared.Close(); err != nil {
		return nil, err
	}
	return &blocks{encoder: newEncoder(t, columns, nil), stream: w.stream(ctx, t.insertStatement(), settings)}, nil
}

// oneBlock is an insert over the native protocol. It sends no block before the last: the
// server may refuse one while the driver writes the next, and then its words can get lost.
type oneBlock struct {
	native.Batch
	table loaded
}

func (b oneBlock) Append(rows []Row) error {
	for i, to := range b.Columns() {
		if err := b.table.columns[i].appendTo(to, rows); err != nil {
			return err
		}
	}
	return nil
}

// blocks is an insert over HTTP.
type blocks struct {
	encoder *encoder
	*stream
	block wire.Buffer
}

func (b *blocks) Append(rows []Row) error {
	own, err := b.encoder.encode(rows)
	if err != nil {
		return err
	}
	b.block.Reset()
	b.encoder.write(&b.block, len(rows), own, encoded{})
	return b.write(b.block.Buf)
}

// stream is an insert over HTTP whose body is written block by block, in ClickHouse's
// format Native.
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
