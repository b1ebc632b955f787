package chdb

import (
	"bytes"
	"testing"
	"time"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// nativeOf gives all of a statement's result as Native blocks of revision 0.
func nativeOf(t testing.TB, sql string) []byte {
	t.Helper()
	rows, err := engine.Query(t.Context(), Statement{SQL: sql, Format: "Native"})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var blocks []byte
	for {
		chunk, err := rows.Next()
		if err == errEnd {
			return blocks
		}
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		blocks = append(blocks, chunk...)
	}
}

// nativeTypes are expressions of every type the walker steps over.
var nativeTypes = []string{
	"number", "toInt8(number)", "toUInt16(number)", "toInt128(number)", "toUInt256(number)", "toFloat32(number)", "number = 1",
	"toString(number)", "repeat('long', number % 300)", "toFixedString('abc', 5)", "generateUUIDv4(number)",
	"toDate(number)", "toDate32(number)", "toDateTime(number)", "toDateTime64(number, 3, 'Asia/Tokyo')", "toDateTime64(number, 9)",
	"toIPv4('10.0.0.1')", "toIPv6('::1')", "toDecimal32(number, 2)", "toDecimal64(number, 2)", "toDecimal128(number, 2)", "toDecimal256(number, 2)",
	"if(number % 2 = 0, NULL, number)", "NULL", "[]", "range(number % 5)", "arrayMap(x -> range(x), range(number % 4))",
	"if(number % 2 = 0, NULL, toString(number))", "toLowCardinality(toString(number % 3))",
	"if(number % 2 = 0, NULL, toString(number % 3))::LowCardinality(Nullable(String))", "[toLowCardinality(toString(number))]",
	"emptyArrayString()::Array(LowCardinality(String))", "arrayMap(x -> toLowCardinality(toString(x)), range(number % 3))",
	"tuple(number, 'a', [toLowCardinality('b')])", "(1, 'two')::Tuple(a UInt8, b LowCardinality(String))", "map('a', number)",
	"map(toLowCardinality('k'), [number])", "CAST('a', 'Enum8(\\'a\\' = 1, \\'b,)\\' = 2)')", "CAST('a', 'Enum16(\\'a\\' = 1000)')",
	"(1., 2.)::Point", "[(1., 2.)]::Ring", "INTERVAL 3 DAY", "[(1, 'x')]::Nested(a UInt8, b String)",
	"toLowCardinality(toFixedString('ab', 2))",
}

func TestBlocksAreRewrittenToTheClientsRevision(t *testing.T) {
	for _, expression := range nativeTypes {
		t.Run(expression, func(t *testing.T) {
			blocks := nativeOf(t, "SELECT 1 AS before, "+expression+" AS x, 'after' AS after FROM numbers(1000) SETTINGS max_block_size = 300, enable_named_columns_in_function_tuple = 0")
			v := reviser{revision: 54460, timezone: time.UTC}
			revised, err := v.revise(blocks)
			if err != nil {
				t.Fatal(err)
			}
			// The walker must have known the type.
			in := walker{data: blocks}
			for in.at < len(blocks) {
				if err := (&reviser{revision: 54460}).block(&in); err != nil {
					t.Fatal(err)
				}
			}
			// The client's own decoder finds the same rows in both.
			want, got := decodeBlocks(t, blocks, 0), decodeBlocks(t, revised, 54460)
			if want == nil || !bytes.Equal(want, got) {
				t.Errorf("%d bytes and %d bytes decode to different rows", len(blocks), len(revised))
			}
		})
	}
}

// decodeBlocks decodes with the client's own code and encodes at revision 0.
func decodeBlocks(t *testing.T, data []byte, revision uint64) []byte {
	t.Helper()
	reader := chproto.NewReader(bytes.NewReader(data))
	var out chproto.Buffer
	rows := 0
	for rows < 1000 {
		block := proto.Block{ServerContext: &column.ServerContext{Timezone: time.UTC}}
		if err := block.Decode(reader, revision); err != nil {
			t.Fatalf("after %d rows: %v", rows, err)
		}
		rows += block.Rows()
		if err := block.Encode(&out, 0); err != nil {
			t.Fatal(err)
		}
	}
	return out.Buf
}

// The client's decoder does not know these, but they must not cost the slow way
// or break a block.
func TestTheWalkerKnowsTypesThatTheClientDoesNot(t *testing.T) {
	for _, expression := range []string{"tuple()", "(1, 'two')::Tuple(`a b, (\\`` UInt8, c LowCardinality(String))", "toBFloat16(number)"} {
		blocks := nativeOf(t, "SELECT "+expression+" AS x, 'after' AS after FROM numbers(100)")
		in := walker{data: blocks}
		v := reviser{revision: 54460}
		for in.at < len(blocks) {
			if err := v.block(&in); err != nil {
				t.Fatalf("%s: %v", expression, err)
			}
		}
	}
}

func TestUnknownTypesAreDecoded(t *testing.T) {
	for _, expression := range []string{"'{\"a\": 1}'::JSON", "number::Dynamic", "number::Variant(UInt64, String)"} {
		sql := "SELECT 1 AS before, " + expression + " AS x FROM numbers(10)"
		rows, err := client(t, nil).Query(t.Context(), sql+" SETTINGS output_format_native_write_json_as_string = 1")
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		count := 0
		for rows.Next() {
			count++
		}
		if err := rows.Close(); err != nil || rows.Err() != nil || count != 10 {
			t.Errorf("%s: %d rows, %v, %v", expression, count, err, rows.Err())
		}
	}
}

func FuzzRevise(f *testing.F) {
	for _, expression := range nativeTypes {
		f.Add(nativeOf(f, "SELECT "+expression+" AS x FROM numbers(3)"))
	}
	f.Fuzz(func(t *testing.T, blocks []byte) {
		// What comes from the engine is trusted, but nothing may make the walker
		// run out of its block.
		in := walker{data: blocks}
		v := reviser{revision: 54460}
		for in.at < len(blocks) {
			if err := v.block(&in); err != nil {
				return
			}
		}
		if len(v.out) < len(blocks) {
			t.Fatalf("%d bytes became %d", len(blocks), len(v.out))
		}
	})
}
