package chdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// revisionCustomSerialization is the protocol revision from which each column
// carries a flag after its type (DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION).
const revisionCustomSerialization = 54454

// reviser rewrites Native blocks of revision 0, which libchdb writes, to the
// revision a client asked for with client_protocol_version: a BlockInfo before
// each block and a flag after each column's type. Column data is the same in
// both, so it is walked over and copied, not decoded.
type reviser struct {
	revision uint64
	timezone *time.Location
	out      []byte
}

// revise rewrites whole blocks. The result is valid until the next call.
func (v *reviser) revise(blocks []byte) ([]byte, error) {
	v.out = v.out[:0]
	in := walker{data: blocks}
	for len(in.data) > in.at {
		start, mark := in.at, len(v.out)
		err := v.block(&in)
		if errors.Is(err, errUnknownType) {
			v.out = v.out[:mark]
			return v.decode(blocks[start:])
		}
		if err != nil {
			return nil, fmt.Errorf("native block at byte %d: %w", start, err)
		}
	}
	return v.out, nil
}

// blockInfo: field 1 is_overflows = 0, field 2 bucket_num = -1, end.
var blockInfo = []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}

func (v *reviser) block(in *walker) error {
	if v.revision > 0 {
		v.out = append(v.out, blockInfo...)
	}
	begin := in.at
	columns, err := in.uvarint()
	if err != nil {
		return err
	}
	rows, err := in.uvarint()
	if err != nil {
		return err
	}
	v.out = append(v.out, in.data[begin:in.at]...)
	for range columns {
		begin := in.at
		if err := in.strings(1); err != nil { // the name
			return err
		}
		typeBegin := in.at
		if err := in.strings(1); err != nil {
			return err
		}
		_, width := binary.Uvarint(in.data[typeBegin:])
		columnType := string(in.data[typeBegin+width : in.at])
		v.out = append(v.out, in.data[begin:in.at]...)
		if v.revision >= revisionCustomSerialization {
			v.out = append(v.out, 0)
		}
		begin = in.at
		if rows > 0 {
			if err := in.prefix(columnType); err != nil {
				return err
			}
			if err := in.column(columnType, rows); err != nil {
				return err
			}
		}
		v.out = append(v.out, in.data[begin:in.at]...)
	}
	return nil
}

// decode is the slow way for types the walker does not know (JSON, Dynamic,
// Variant): it decodes with the client's own code and encodes anew.
func (v *reviser) decode(blocks []byte) ([]byte, error) {
	reader := chproto.NewReader(bytes.NewReader(blocks))
	for {
		block := proto.Block{ServerContext: &column.ServerContext{Timezone: v.timezone}}
		if err := block.Decode(reader, 0); err != nil {
			if errors.Is(err, io.EOF) {
				return v.out, nil
			}
			return nil, err
		}
		var out chproto.Buffer
		if err := block.Encode(&out, v.revision); err != nil {
			return nil, err
		}
		v.out = append(v.out, out.Buf...)
	}
}

var (
	errUnknownType = errors.New("a column type whose Native layout is not known here")
	errShortBlock  = errors.New("the block ends within a column")
)

// walker steps over the parts of a Native block.
type walker struct {
	data []byte
	at   int
}

func (w *walker) skip(count, size uint64) error {
	if size != 0 && count > uint64(len(w.data)-w.at)/size {
		return errShortBlock
	}
	w.at += int(count * size)
	return nil
}

func (w *walker) uvarint() (uint64, error) {
	value, width := binary.Uvarint(w.data[w.at:])
	if width <= 0 {
		return 0, errShortBlock
	}
	w.at += width
	return value, nil
}

func (w *walker) uint64() (uint64, error) {
	if err := w.skip(1, 8); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(w.data[w.at-8:]), nil
}

func (w *walker) strings(count uint64) error {
	data, at := w.data, w.at
	for ; count > 0; count-- {
		if at < len(data) && data[at] < 0x80 { // short strings are the common case
			at += 1 + int(data[at])
		} else {
			length, width := binary.Uvarint(data[min(at, len(data)):])
			if width <= 0 || length > uint64(len(data)) {
				return errShortBlock
			}
			at += width + int(length)
		}
		if at > len(data) {
			return errShortBlock
		}
	}
	w.at = at
	return nil
}

// fixedSizes gives the bytes a value takes in types of fixed size.
var fixedSizes = map[string]uint64{
	"UInt8": 1, "UInt16": 2, "UInt32": 4, "UInt64": 8, "UInt128": 16, "UInt256": 32,
	"Int8": 1, "Int16": 2, "Int32": 4, "Int64": 8, "Int128": 16, "Int256": 32,
	"Float32": 4, "Float64": 8, "BFloat16": 2, "Bool": 1, "UUID": 16, "IPv4": 4, "IPv6": 16,
	"Date": 2, "Date32": 4, "DateTime": 4, "DateTime64": 8, "Time": 4, "Time64": 8,
	"Enum8": 1, "Enum16": 2, "Decimal32": 4, "Decimal64": 8, "Decimal128": 16, "Decimal256": 32,
	"Nothing": 1,
}

// splitType gives a type's name and the text between its parentheses.
func splitType(columnType string) (name, arguments string) {
	name, arguments, ok := strings.Cut(columnType, "(")
	if ok {
		arguments = strings.TrimSuffix(arguments, ")")
	}
	return name, arguments
}

// splitArguments splits at the commas that stand outside parentheses and quotes.
func splitArguments(arguments string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(arguments); i++ {
		switch c := arguments[i]; c {
		case '(':
			depth++
		case ')':
			depth--
		case '\'', '`', '"':
			for i++; i < len(arguments) && arguments[i] != c; i++ {
				if arguments[i] == '\\' {
					i++
				}
			}
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(arguments[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(arguments[start:]))
}

// elementTypes gives the types of Tuple's or Nested's elements, whose names
// ("Tuple(a UInt8, `b c` String)") are optional in Tuple.
func elementTypes(arguments string) []string {
	parts := splitArguments(arguments)
	for i, part := range parts {
		if strings.HasPrefix(part, "`") {
			end := 1
			for end < len(part) && part[end] != '`' {
				if part[end] == '\\' {
					end++
				}
				end++
			}
			parts[i] = strings.TrimSpace(part[min(end+1, len(part)):])
			continue
		}
		paren := strings.IndexByte(part, '(')
		if space := strings.IndexByte(part, ' '); space >= 0 && (paren < 0 || space < paren) {
			parts[i] = part[space+1:]
		}
	}
	return parts
}

// nested gives a type that is stored like another: geometry, Map, Nested and
// SimpleAggregateFunction.
func nested(name, arguments string) string {
	switch name {
	case "Point":
		return "Tuple(Float64, Float64)"
	case "Ring", "LineString":
		return "Array(Tuple(Float64, Float64))"
	case "Polygon", "MultiLineString":
		return "Array(Array(Tuple(Float64, Float64)))"
	case "MultiPolygon":
		return "Array(Array(Array(Tuple(Float64, Float64))))"
	case "Map":
		return "Array(Tuple(" + arguments + "))"
	case "Nested":
		return "Array(Tuple(" + arguments + "))"
	case "SimpleAggregateFunction":
		if parts := splitArguments(arguments); len(parts) == 2 {
			return parts[1]
		}
	}
	return ""
}

// prefix steps over what stands before a column's data: the dictionary version
// of each LowCardinality inside it.
func (w *walker) prefix(columnType string) error {
	name, arguments := splitType(columnType)
	if as := nested(name, arguments); as != "" {
		return w.prefix(as)
	}
	switch name {
	case "LowCardinality":
		return w.skip(1, 8)
	case "Array", "Nullable":
		return w.prefix(arguments)
	case "Tuple":
		for _, element := range elementTypes(arguments) {
			if err := w.prefix(element); err != nil {
				return err
			}
		}
	}
	return nil
}

// column steps over a column's data.
func (w *walker) column(columnType string, rows uint64) error {
	if rows == 0 {
		return nil
	}
	name, arguments := splitType(columnType)
	if size, ok := fixedSizes[name]; ok {
		return w.skip(rows, size)
	}
	if strings.HasPrefix(name, "Interval") {
		return w.skip(rows, 8)
	}
	if as := nested(name, arguments); as != "" {
		return w.column(as, rows)
	}
	switch name {
	case "String":
		return w.strings(rows)
	case "FixedString":
		size, err := strconv.ParseUint(arguments, 10, 32)
		if err != nil {
			return errUnknownType
		}
		return w.skip(rows, size)
	case "Decimal":
		precision, err := strconv.Atoi(splitArguments(arguments)[0])
		if err != nil {
			return errUnknownType
		}
		return w.skip(rows, decimalSize(precision))
	case "Nullable":
		if err := w.skip(rows, 1); err != nil {
			return err
		}
		return w.column(arguments, rows)
	case "Array":
		if err := w.skip(rows, 8); err != nil {
			return err
		}
		return w.column(arguments, binary.LittleEndian.Uint64(w.data[w.at-8:]))
	case "Tuple":
		if arguments == "" {
			return w.skip(rows, 1)
		}
		for _, element := range elementTypes(arguments) {
			if err := w.column(element, rows); err != nil {
				return err
			}
		}
		return nil
	case "LowCardinality":
		return w.lowCardinality(arguments)
	}
	return errUnknownType
}

func decimalSize(precision int) uint64 {
	switch {
	case precision <= 9:
		return 4
	case precision <= 18:
		return 8
	case precision <= 38:
		return 16
	default:
		return 32
	}
}

// lowCardinality: a word of flags (the low byte is the width of the indexes),
// the keys of this block, and an index a row.
func (w *walker) lowCardinality(keyType string) error {
	const hasKeys, hasGlobalDictionary = 1 << 9, 1 << 8
	flags, err := w.uint64()
	if err != nil {
		return err
	}
	if flags&hasGlobalDictionary != 0 || flags&0xff > 3 {
		return errUnknownType
	}
	if flags&hasKeys != 0 {
		keys, err := w.uint64()
		if err != nil {
			return err
		}
		if name, inner := splitType(keyType); name == "Nullable" {
			keyType = inner
		}
		if err := w.column(keyType, keys); err != nil {
			return err
		}
	}
	indexes, err := w.uint64()
	if err != nil {
		return err
	}
	return w.skip(indexes, 1<<(flags&0xff))
}
