package warehouse

import (
	"bytes"
	"slices"

	wire "github.com/ClickHouse/ch-go/proto"
	driver "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// encoder writes rows as blocks of ClickHouse's format Native, of revision 0 as over HTTP.
// What holds one block is used again for the next.
type encoder struct {
	block   proto.Block
	encoded wire.Buffer
	bounds  []int // of the columns in encoded: each is from its own to the next

	blocks int     // so many were encoded
	common *common // nil: there is no other insert of the rows
	fills  bool    // common, else it is read
	places []int   // of the columns in common; -1: not there
}

// common are the columns of an insert as they were encoded, block by block. A load's inserts
// are of the same rows: the first fills it, and what another has of the same name and type is
// sent as it is. The others may read it side by side.
type common struct {
	places map[string]int // of the columns, by name and type
	blocks []encodedBlock
}

type encodedBlock struct {
	data   []byte
	bounds []int // of the columns
}

func newEncoder(columns []driver.Interface, with *common) *encoder {
	e := &encoder{block: proto.Block{Columns: columns}, bounds: make([]int, len(columns)+1), places: make([]int, len(columns)), common: with}
	if e.fills = with != nil && with.places == nil; e.fills {
		with.places = make(map[string]int, len(columns))
	}
	for i, c := range columns {
		e.places[i] = -1
		what := c.Name() + " " + string(c.Type())
		if e.fills {
			with.places[what] = i
		} else if with != nil {
			if place, ok := with.places[what]; ok {
				e.places[i] = place
			}
		}
	}
	return e
}

// encode returns rows as a block, which lasts until the next.
func (e *encoder) encode(columns []column, rows []Row) ([]byte, error) {
	e.encoded.Reset()
	e.encoded.PutUVarInt(uint64(len(columns)))
	e.encoded.PutUVarInt(uint64(len(rows)))
	for i, c := range columns {
		e.bounds[i] = len(e.encoded.Buf)
		if place := e.places[i]; place >= 0 {
			b := e.common.blocks[e.blocks]
			e.encoded.PutRaw(b.data[b.bounds[place]:b.bounds[place+1]])
			continue
		}
		if err := c.appendTo(e.block.Columns[i], rows); err != nil {
			return nil, err
		}
		if err := e.block.EncodeColumn(&e.encoded, 0, i); err != nil {
			return nil, err
		}
		e.block.Columns[i].Reset()
	}
	e.bounds[len(columns)] = len(e.encoded.Buf)
	if e.fills {
		e.common.blocks = append(e.common.blocks, encodedBlock{bytes.Clone(e.encoded.Buf), slices.Clone(e.bounds)})
	}
	e.blocks++
	return e.encoded.Buf, nil
}
