package warehouse

import (
	"bytes"
	"context"
	"slices"

	wire "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	driver "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
	"golang.org/x/sync/errgroup"
)

// encoder encodes rows for one table in ClickHouse's format Native, of revision 0 as over HTTP.
type encoder struct {
	table  loaded
	block  proto.Block // its columns are used again for each block
	places []int       // of the columns in the first encoder's blocks; -1: they are its own

	encoded wire.Buffer
	bounds  []int
}

// newEncoder makes the encoder of a table that has the columns. One that first has too, of
// the same name and type, it does not encode again; nil: none.
func newEncoder(t loaded, columns []driver.Interface, first *encoder) *encoder {
	e := &encoder{table: t, block: proto.Block{Columns: columns}, places: make([]int, len(columns))}
	for i, c := range columns {
		e.places[i] = -1
		if first != nil {
			e.places[i] = slices.IndexFunc(first.block.Columns, func(f driver.Interface) bool {
				return f.Name() == c.Name() && f.Type() == c.Type()
			})
		}
	}
	return e
}

// types are those of the table's columns.
func (e *encoder) types() []clickhouse.ColumnNameAndType {
	types := make([]clickhouse.ColumnNameAndType, len(e.block.Columns))
	for i, c := range e.block.Columns {
		types[i] = clickhouse.ColumnNameAndType{Name: c.Name(), Type: string(c.Type())}
	}
	return types
}

// encoded are an encoder's own columns of some rows.
type encoded struct {
	data   []byte
	bounds []int // of each column; it ends where the next begins
}

func (c encoded) clone() encoded { return encoded{bytes.Clone(c.data), slices.Clone(c.bounds)} }

// encode returns what lasts until the next. Its error is a rowError or a columnError.
func (e *encoder) encode(rows []Row) (encoded, error) {
	e.encoded.Reset()
	e.bounds = e.bounds[:0]
	for i, c := range e.table.columns {
		e.bounds = append(e.bounds, len(e.encoded.Buf))
		if e.places[i] >= 0 {
			continue
		}
		if err := c.appendTo(e.block.Columns[i], rows); err != nil {
			e.block.Reset()
			return encoded{}, err
		}
		if err := e.block.EncodeColumn(&e.encoded, 0, i); err != nil {
			return encoded{}, err
		}
		e.block.Columns[i].Reset()
	}
	e.bounds = append(e.bounds, len(e.encoded.Buf))
	return encoded{e.encoded.Buf, e.bounds}, nil
}

// write writes a block of so many rows.
func (e *encoder) write(to *wire.Buffer, rows int, own, first encoded) {
	to.PutUVarInt(uint64(len(e.places)))
	to.PutUVarInt(uint64(rows))
	for i, place := range e.places {
		from := own
		if place >= 0 {
			from, i = first, place
		}
		to.PutRaw(from.data[from.bounds[i]:from.bounds[i+1]])
	}
}

// shipment is the rows of a load as they are sent.
type shipment struct {
	encoders []*encoder // by table; the columns of others may stand with the first
	blocks   []block
	rows     int
}

type block struct {
	rows   int
	tables []encoded
}

// shipmentOf encodes rows, block by block.
func shipmentOf(rows []Row, encoders ...*encoder) (*shipment, error) {
	s := &shipment{encoders: encoders}
	for part := range slices.Chunk(rows, blockRows) {
		if err := s.add(part); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// add adds rows as they are sent, and does not keep them. Its error is a rowError, counted from
// the first row of all, or a columnError.
func (s *shipment) add(rows []Row) error {
	b := block{rows: len(rows)}
	for _, e := range s.encoders {
		own, err := e.encode(rows)
		if err != nil {
			return from(s.rows, err)
		}
		b.tables = append(b.tables, own.clone())
	}
	s.blocks, s.rows = append(s.blocks, b), s.rows+len(rows)
	return nil
}

// ship writes the blocks into the tables.
func (w *Warehouse) ship(ctx context.Context, s *shipment) error {
	return figuresFirst(ctx, func(ctx context.Context, table int) error { return w.shipTo(ctx, s, table) })
}

func (w *Warehouse) shipTo(ctx context.Context, s *shipment, table int) error {
	e := s.encoders[table]
	insert := w.stream(ctx, e.table.insertStatement(), e.table.settings(s.rows))
	defer insert.Close()
	var body wire.Buffer
	for _, b := range s.blocks {
		body.Reset()
		e.write(&body, b.rows, b.tables[table], b.tables[0])
		if err := insert.write(body.Buf); err != nil {
			return err
		}
	}
	return insert.Send()
}

// encoders asks for the columns of the tables, and remembers them for who cannot ask.
func (w *Warehouse) encoders(ctx context.Context) ([]*encoder, error) {
	columns := make([][]driver.Interface, len(tables))
	asked, ctx := errgroup.WithContext(ctx)
	asked.SetLimit(2) // connections, as for the inserts
	for i, t := range tables {
		asked.Go(func() (err error) {
			columns[i], err = w.columns(ctx, t)
			return err
		})
	}
	if err := asked.Wait(); err != nil {
		return nil, err
	}
	encoders := encodersOf(columns)
	now := answers{}
	if before := w.told.Load(); before != nil {
		now.server = before.server
	} else {
		server, err := w.conn.ServerVersion()
		if err != nil {
			return nil, err
		}
		now.server = driver.ServerContext{Revision: server.Revision, VersionMajor: server.Version.Major,
			VersionMinor: server.Version.Minor, VersionPatch: server.Version.Patch, Timezone: server.Timezone}
	}
	for _, e := range encoders {
		now.types = append(now.types, e.types())
	}
	w.told.Store(&now)
	return encoders, nil
}

// answers are what a server has told of the tables' columns and itself.
type answers struct {
	types  [][]clickhouse.ColumnNameAndType // by table
	server driver.ServerContext
}

// toldEncoders asks nobody; nil where nobody has asked before.
func (w *Warehouse) toldEncoders() ([]*encoder, error) {
	last := w.told.Load()
	if last == nil {
		return nil, nil
	}
	columns := make([][]driver.Interface, len(tables))
	for i, types := range last.types {
		for _, t := range types {
			c, err := driver.Type(t.Type).Column(t.Name, &last.server)
			if err != nil {
				return nil, err
			}
			columns[i] = append(columns[i], c)
		}
	}
	return encodersOf(columns), nil
}

func encodersOf(columns [][]driver.Interface) []*encoder {
	var encoders []*encoder
	for i, t := range tables {
		var first *encoder
		if i > 0 {
			first = encoders[0]
		}
		encoders = append(encoders, newEncoder(t, columns[i], first))
	}
	return encoders
}

// columns returns empty columns, of the types that the server tells.
func (w *Warehouse) columns(ctx context.Context, t loaded) ([]driver.Interface, error) {
	batch, err := w.conn.PrepareBatch(ctx, t.insertStatement())
	if err != nil {
		return nil, err
	}
	return batch.Columns(), batch.Close()
}

// sameTypes says whether rows that a was made to encode can be sent as those of b.
func sameTypes(a, b []*encoder) bool {
	return slices.EqualFunc(a, b, func(a, b *encoder) bool { return slices.Equal(a.types(), b.types()) })
}
