package warehouse_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/warehouse"
)

func TestAnAnswerCountsWhatWasRead(t *testing.T) {
	w := open(t)
	for _, statement := range []string{
		"CREATE TABLE counted (n UInt64, s String) ENGINE = MergeTree ORDER BY n",
		"INSERT INTO counted SELECT number, repeat('x', 100) FROM numbers(5000)",
	} {
		query(t, w, warehouse.FormatCSV, statement)
	}
	// One answer fits into what the engine holds back, the other is streamed.
	for statement, rows := range map[string]uint64{"SELECT sum(n) FROM counted": 1, "SELECT * FROM counted": 5000} {
		var out strings.Builder
		answer, err := w.Ask(t.Context(), warehouse.Question{SQL: statement, Format: warehouse.FormatCSV}, &out)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Rows != rows || answer.ReadRows != 5000 || answer.ReadBytes < 5000*8 || answer.Took <= 0 {
			t.Errorf("%s: %+v, want %d rows of 5000 read", statement, answer, rows)
		}
	}
}

// What a notice says is not run by the spreadsheet that it is opened in, and Japanese
// is read as such; numbers stay numbers.
func TestSpreadsheetsRunNothing(t *testing.T) {
	w := open(t)
	var out strings.Builder
	_, err := w.Ask(t.Context(), warehouse.Question{
		SQL: `SELECT '=HYPERLINK("http://evil.example","謝罪")' AS a, ' @SUM(1)' AS b, '＝1+1' AS c, '-5' AS d, -5 AS e, toDecimal64(-1.5, 1) AS f, '\t=1' AS g, 'a=1' AS h, '' AS i, NULL AS j,
			'a;=1+1' AS l, '-inf' AS m, '+0x1p3' AS n, '-1_0' AS o, '+1.50' AS p, '一行\n=2;　"-3' AS q, [';=1'] AS r, '+81-3-0000' AS "=k"`,
		Format: warehouse.FormatSpreadsheet,
	}, &out)
	const want = "\ufeff" + `"a","b","c","d","e","f","g","h","i","j","l","m","n","o","p","q","r","'=k"` + "\n" +
		`"'=HYPERLINK(""http://evil.example"",""謝罪"")","' @SUM(1)","'＝1+1","-5","-5","-1.5","` + "\t" + `'=1","a=1","","","a;'=1+1","'-inf","'+0x1p3","'-1_0","+1.50","一行` + "\n" + `'=2;'　""-3","["";'=1""]","'+81-3-0000"` + "\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%q\n%q", err, out.String(), want)
	}
}

// What goes wrong after the first rows is told, where little was written before: the
// formats that are sent as they come keep it back.
func TestFewRowsAreKeptBack(t *testing.T) {
	for _, format := range []warehouse.Format{warehouse.FormatCSV, warehouse.FormatSpreadsheet, warehouse.FormatJSON, warehouse.FormatCompact} {
		var out strings.Builder
		end, err := warehouse.WriteOneRow(format, &out, "a", "x")
		if err != nil || out.Len() > 0 {
			t.Errorf("%s: %v, %q", format, err, out.String())
		}
		if err := end(); err != nil || !strings.Contains(out.String(), "x") {
			t.Errorf("%s: %v, %q in the end", format, err, out.String())
		}
	}
}

func TestOnlyReadingUnlessToldOtherwise(t *testing.T) {
	w := open(t)
	for _, statement := range []string{
		"INSERT INTO notice_rows (notice_id) VALUES ('a')",
		"INSERT INTO notice_rows (notice_id) SELECT 'a'",
		"ALTER TABLE notice_rows DELETE WHERE 1",
		"DELETE FROM notice_rows WHERE 1",
		"TRUNCATE TABLE notice_rows",
		"DROP TABLE notice_rows",
		"DROP DATABASE system",
		"OPTIMIZE TABLE notice_rows",
		"SYSTEM STOP MERGES",
		"SET readonly = 0",
		"SELECT 1 SETTINGS readonly = 0",
		"KILL QUERY WHERE 1",
		"INSERT INTO FUNCTION file('/tmp/owabi-written', 'CSV', 'a UInt8') SELECT 1",
		"SELECT 1 INTO OUTFILE '/tmp/owabi-written'",
		"SELECT 1; DROP TABLE notice_rows",
	} {
		_, err := w.Ask(t.Context(), warehouse.Question{SQL: statement}, &strings.Builder{})
		if _, ok := errors.AsType[*clickhouse.Exception](err); !ok {
			t.Errorf("%s: %v, want ClickHouse's refusal", statement, err)
		}
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM notice_rows"); got != "n\n0\n" {
		t.Errorf("rows: %s", got)
	}
}

func TestLimitsFailAStatementInItsWords(t *testing.T) {
	w := open(t)
	for _, tc := range []struct {
		sql    string
		limits warehouse.Limits
		code   int32
	}{
		{"SELECT count() FROM numbers(1000000000000000) WHERE sipHash64(number) = 1", warehouse.Limits{Time: time.Second}, 159},
		{"SELECT groupArray(repeat(toString(number), 100)) FROM numbers(10000000)", warehouse.Limits{MemoryBytes: 50_000_000}, 241},
		{"SELECT number FROM numbers(1000)", warehouse.Limits{ResultRows: 10}, 396},
		{"SELECT toString(number) FROM numbers(1000)", warehouse.Limits{ResultBytes: 1000}, 396},
	} {
		_, err := w.Ask(t.Context(), warehouse.Question{SQL: tc.sql, Limits: tc.limits}, &strings.Builder{})
		exception, ok := errors.AsType[*clickhouse.Exception](err)
		if !ok || exception.Code != tc.code {
			t.Errorf("%s: %v, want code %d", tc.sql, err, tc.code)
		}
	}
}

func TestACancelledStatementIsGoneFromTheEngine(t *testing.T) {
	w := open(t)
	const running = "SELECT count() AS n FROM system.processes WHERE query LIKE '%AS cancelled FROM%' AND query NOT LIKE '%system.processes%'"
	until := func(want string) {
		t.Helper()
		for limit := time.Now().Add(time.Minute); query(t, w, warehouse.FormatCSV, running) != "n\n"+want+"\n"; {
			if time.Now().After(limit) {
				t.Fatalf("running: %s, want %s", query(t, w, warehouse.FormatCSV, running), want)
			}
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := w.Ask(ctx, warehouse.Question{SQL: "SELECT count() AS cancelled FROM numbers_mt(1e15) WHERE sipHash64(number) = 1"}, &strings.Builder{})
		done <- err
	}()
	until("1")
	enough := errors.New("enough")
	cancel(enough)
	if err := <-done; !errors.Is(err, enough) {
		t.Errorf("got %v, want the context's cause", err)
	}
	until("0")
}

func TestParametersAreBoundWhateverTheyHold(t *testing.T) {
	w := open(t)
	hostile := "it's \\' \"x\" {a:String} \t\n; DROP TABLE notice_rows -- 事案"
	var out strings.Builder
	_, err := w.Ask(t.Context(), warehouse.Question{
		SQL: "SELECT {one:String} AS one, {many:Array(String)} AS many, {none:Array(String)} AS none, {day:Date32} AS day, {n:UInt32} AS n",
		Parameters: map[string]any{
			"one": hostile, "many": []string{hostile, "b"}, "none": []string{}, "day": "1969-12-31", "n": uint32(7),
		},
		Format: warehouse.FormatJSON,
	}, &out)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		One        string
		Many, None []string
		Day        string
		N          int
	}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.One != hostile || len(got.Many) != 2 || got.Many[0] != hostile || got.Many[1] != "b" || len(got.None) != 0 || got.Day != "1969-12-31" || got.N != 7 {
		t.Errorf("%s", out.String())
	}
}
