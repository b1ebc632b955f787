package chdb

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

func TestAResultIsStreamedAtTheClientsPace(t *testing.T) {
	// 100 GB would not fit anywhere; the first megabyte comes at once, and
	// leaving ends the statement.
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	req, err := http.NewRequestWithContext(ctx, "GET", base+q("SELECT number, repeat('x', 1000) AS endless FROM numbers(100000000)"), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if n, err := io.CopyN(io.Discard, res.Body, 1<<20); err != nil || res.StatusCode != 200 {
		t.Fatalf("status %d, %d bytes: %v", res.StatusCode, n, err)
	}
	if n := running(t, "endless"); n != 1 {
		t.Errorf("%d statements run", n)
	}
	leave()
	waitFor(t, "the statement to end", func() bool { return running(t, "endless") == 0 && engine.Running() == 0 })
}

func TestAClientThatLeavesEndsItsStatement(t *testing.T) {
	for name, sql := range map[string]string{
		"a long aggregate":      "SELECT count() AS gone FROM numbers(1e12) WHERE NOT ignore(sipHash64(number))",
		"a sleeper":             "SELECT sleepEachRow(0.1) AS gone FROM numbers(10000) SETTINGS max_block_size = 1",
		"hiding its tag":        "SELECT count() AS gone FROM numbers(1e12) WHERE NOT ignore(sipHash64(number)) SETTINGS log_comment = 'mine'",
		"an INSERT SELECT":      "INSERT INTO FUNCTION null('n UInt64') SELECT number AS gone FROM numbers(1e12)",
		"a statement to be run": "CREATE TABLE gone_table ENGINE = Memory AS SELECT count() AS gone FROM numbers(1e12) WHERE NOT ignore(sipHash64(number))",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			req, err := http.NewRequestWithContext(ctx, "POST", base+"/", strings.NewReader(sql))
			if err != nil {
				t.Fatal(err)
			}
			left := make(chan error, 1)
			go func() {
				res, err := http.DefaultClient.Do(req)
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
				}
				left <- err
			}()
			waitFor(t, "the statement to run", func() bool { return running(t, "gone") == 1 })
			leave()
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Errorf("the client: %v", err)
			}
			waitFor(t, "the statement to end", func() bool { return running(t, "gone") == 0 && engine.Running() == 0 })
		})
	}
	exec1(t, "DROP TABLE IF EXISTS gone_table")
}

// raw speaks HTTP by hand, to send what no client library sends.
func raw(t *testing.T, parts ...string) net.Conn {
	t.Helper()
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	for _, part := range parts {
		if _, err := io.WriteString(conn, part); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

func TestAnInsertThatIsCutStoresNothing(t *testing.T) {
	table(t, "cut", "n UInt64")
	head := "POST " + q("INSERT INTO cut FORMAT CSV") + " HTTP/1.1\r\nHost: localhost\r\n"
	idle := func() bool { return engine.Running() == 0 }
	for name, parts := range map[string][]string{
		"shorter than Content-Length": {head, "Content-Length: 100\r\n\r\n", "1\n2\n"},
		"a chunked body without end":  {head, "Transfer-Encoding: chunked\r\n\r\n", "4\r\n1\n2\n\r\n"},
		"within a chunk":              {head, "Transfer-Encoding: chunked\r\n\r\n", "100000\r\n" + strings.Repeat("1\n", 200_000)},
	} {
		t.Run(name, func(t *testing.T) {
			conn := raw(t, parts...)
			waitFor(t, "the insert to begin", func() bool { return engine.Running() == 1 })
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "the insert to end", idle)
			if got := ask(t, "SELECT count() FROM cut"); got != "0\n" {
				t.Errorf("%s rows of a cut insert", got)
			}
		})
	}
	t.Run("a Native block cut in two", func(t *testing.T) {
		rows, err := engine.Query(t.Context(), Statement{SQL: "SELECT number AS n FROM numbers(1000)", Format: "Native"})
		if err != nil {
			t.Fatal(err)
		}
		block, err := rows.Next()
		if err != nil {
			t.Fatal(err)
		}
		half := bytes.Clone(block[:len(block)/2])
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		res, text := call(t, "POST", q("INSERT INTO cut FORMAT Native"), bytes.NewReader(half))
		if res.StatusCode < 400 || res.Header.Get("X-ClickHouse-Exception-Code") == "" {
			t.Errorf("%d %s", res.StatusCode, text)
		}
		if got := ask(t, "SELECT count() FROM cut"); got != "0\n" {
			t.Errorf("%s rows of half a block", got)
		}
	})
	t.Run("a compressed body cut in two", func(t *testing.T) {
		w := compress.NewWriter(compress.LevelZero, compress.LZ4)
		if err := w.Compress([]byte(strings.Repeat("123456\n", 10000))); err != nil {
			t.Fatal(err)
		}
		for _, cut := range []int{10, 25, len(w.Data) / 2, len(w.Data) - 1} {
			res, text := call(t, "POST", q("INSERT INTO cut FORMAT CSV")+"&decompress=1", bytes.NewReader(w.Data[:cut]))
			if res.StatusCode != 400 {
				t.Errorf("cut at %d: %d %s", cut, res.StatusCode, text)
			}
		}
		w.Data[len(w.Data)/2] ^= 1
		res, text := call(t, "POST", q("INSERT INTO cut FORMAT CSV")+"&decompress=1", bytes.NewReader(w.Data))
		if res.StatusCode != 400 {
			t.Errorf("one bit wrong: %d %s", res.StatusCode, text)
		}
		if got := ask(t, "SELECT count() FROM cut"); got != "0\n" {
			t.Errorf("%s rows of broken bodies", got)
		}
	})
}

func TestAFailureAfterTheFirstBytesBreaksTheResponse(t *testing.T) {
	res, err := http.Get(base + q("SELECT number, repeat('x', 100), throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_threads = 1"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if res.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("status %d, read to the end: %v", res.StatusCode, err)
	}
	tag := res.Header.Get("X-ClickHouse-Exception-Tag")
	tail := string(body[max(0, len(body)-2000):])
	if tag == "" || !strings.Contains(tail, "\r\n__exception__\r\n"+tag+"\r\nCode: 395. DB::Exception: ") || !strings.HasSuffix(tail, " "+tag+"\r\n__exception__\r\n") {
		t.Errorf("tag %q, the body ends with %q", tag, tail)
	}
}

func TestWaitEndOfQuery(t *testing.T) {
	failing := "SELECT number, throwIf(number = 90000) FROM numbers(100000) SETTINGS max_threads = 1, max_block_size = 10000"
	res, text := call(t, "GET", q(failing)+"&wait_end_of_query=1", nil)
	if res.StatusCode != 500 || !strings.HasPrefix(text, "Code: 395.") {
		t.Errorf("a late failure: %d %.100s", res.StatusCode, text)
	}
	res, text = call(t, "GET", q("SELECT number FROM numbers(100000)")+"&wait_end_of_query=1", nil)
	if res.StatusCode != 200 || res.ContentLength != int64(len(text)) || strings.Count(text, "\n") != 100000 {
		t.Errorf("a whole result: %d, Content-Length %d, %d bytes", res.StatusCode, res.ContentLength, len(text))
	}
	if summary := res.Header.Get("X-ClickHouse-Summary"); !strings.Contains(summary, `"read_rows":"100000"`) {
		t.Errorf("summary %s", summary)
	}
	res, text = call(t, "GET", q("SELECT repeat('x', 100) FROM numbers(100000)")+"&wait_end_of_query=1", nil)
	if res.StatusCode != 500 || !strings.HasPrefix(text, "Code: 307.") {
		t.Errorf("a result beyond the bound: %d %.100s", res.StatusCode, text)
	}
}

func TestResponseHeaders(t *testing.T) {
	res, _ := call(t, "GET", q("SELECT 1 FORMAT JSON")+"&query_id=my-own", nil)
	for name, want := range map[string]string{
		"X-ClickHouse-Query-Id": "my-own",
		"X-ClickHouse-Format":   "JSON",
		"X-ClickHouse-Timezone": strings.TrimSpace(ask(t, "SELECT timezone()")),
		"Content-Type":          "application/json; charset=UTF-8",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if res.Header.Get("X-ClickHouse-Server-Display-Name") == "" {
		t.Error("no display name")
	}
	for name := range res.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s invites other sites", name)
		}
	}
	res, _ = call(t, "GET", q("SELECT FROM FROM"), nil)
	if got := res.Header.Get("X-ClickHouse-Exception-Code"); got != "62" {
		t.Errorf("exception code %q", got)
	}
	table(t, "summarised", "n UInt8")
	res, _ = call(t, "POST", q("INSERT INTO summarised FORMAT CSV"), strings.NewReader("1\n2\n3\n"))
	if got := res.Header.Get("X-ClickHouse-Summary"); !strings.Contains(got, `"written_rows":"3"`) {
		t.Errorf("summary of an insert: %s", got)
	}
}

func TestAQueryIDRunsOnce(t *testing.T) {
	rows, err := engine.Query(t.Context(), Statement{SQL: "SELECT 1", ID: "twice"})
	if err != nil {
		t.Fatal(err)
	}
	res, text := call(t, "GET", q("SELECT 1")+"&query_id=twice", nil)
	if res.StatusCode != 500 || !strings.HasPrefix(text, "Code: 216.") {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	if res, text = call(t, "GET", q("SELECT 1")+"&query_id=twice", nil); text != "1\n" {
		t.Errorf("%d %s", res.StatusCode, text)
	}
}

func TestHTTPCompression(t *testing.T) {
	plain := strings.Repeat("compressed, \"お詫び\"\n", 20000)
	sql := "SELECT 'compressed, \"お詫び\"' FROM numbers(20000) FORMAT TabSeparatedRaw"
	for name, codec := range map[string]struct {
		encode func(io.Writer) io.WriteCloser
		decode func(io.Reader) (io.Reader, error)
	}{
		"gzip": {func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
			func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		"deflate": {func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
			func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }},
		"br": {func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
			func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		"zstd": {func(w io.Writer) io.WriteCloser {
			e, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			return e
		}, func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(1)) }},
		"lz4": {func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
			func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := call(t, "GET", q(sql)+"&enable_http_compression=1", nil, "Accept-Encoding", name)
			if got := res.Header.Get("Content-Encoding"); got != name {
				t.Fatalf("Content-Encoding %q", got)
			}
			r, err := codec.decode(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || string(got) != plain || len(body) > len(plain)/10 {
				t.Errorf("%d bytes of %d, %v", len(body), len(got), err)
			}
			table(t, "encoded", "s String")
			var packed bytes.Buffer
			w := codec.encode(&packed)
			if _, err := io.WriteString(w, plain); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			res, body = call(t, "POST", q("INSERT INTO encoded FORMAT TabSeparated"), bytes.NewReader(packed.Bytes()), "Content-Encoding", name)
			if res.StatusCode != 200 {
				t.Fatalf("%d %s", res.StatusCode, body)
			}
			if got := ask(t, "SELECT count(), uniqExact(s) FROM encoded"); got != "20000\t1\n" {
				t.Errorf("stored %s", got)
			}
			res, _ = call(t, "POST", q("INSERT INTO encoded FORMAT TabSeparated"), bytes.NewReader(packed.Bytes()[:packed.Len()/2]), "Content-Encoding", name)
			if res.StatusCode != 400 {
				t.Errorf("half a body: %d", res.StatusCode)
			}
			// A sender that gives up may still end its compression.
			cut := httptest.NewRequest("POST", base+q("INSERT INTO encoded FORMAT TabSeparated"), io.MultiReader(&packed, iotest.ErrReader(io.ErrUnexpectedEOF)))
			cut.Header.Set("Content-Encoding", name)
			answer := httptest.NewRecorder()
			engine.Handler().ServeHTTP(answer, cut)
			if answer.Code != 400 {
				t.Errorf("cut off behind what was compressed: %d", answer.Code)
			}
		})
	}
	res, body := call(t, "GET", q("SELECT 1"), nil, "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "" || body != "1\n" {
		t.Errorf("without enable_http_compression: %q %q", res.Header.Get("Content-Encoding"), body)
	}
	res, body = call(t, "POST", q("INSERT INTO t FORMAT CSV"), strings.NewReader("x"), "Content-Encoding", "sdch")
	if res.StatusCode < 400 || !strings.HasPrefix(body, "Code: 89.") {
		t.Errorf("an unknown encoding: %d %s", res.StatusCode, body)
	}
}

func TestSmallResultsGetSmaller(t *testing.T) {
	for sql, most := range map[string]map[string]int{
		"SELECT number FROM numbers(1000)": {"gzip": 50, "deflate": 50, "br": 50, "zstd": 50, "lz4": 101},
		// A chunk a row, and many after the first that is sent.
		"SELECT sipHash64(number), cityHash64(number), sipHash64(-number) FROM numbers(1500) SETTINGS max_block_size = 1": {"gzip": 50, "zstd": 50},
	} {
		_, plain := call(t, "GET", q(sql), nil)
		for name, percent := range most {
			_, body := call(t, "GET", q(sql)+"&enable_http_compression=1", nil, "Accept-Encoding", name)
			if len(body)*100 > percent*len(plain) {
				t.Errorf("%s: %s: %d bytes of %d", sql, name, len(body), len(plain))
			}
		}
	}
}

func TestFramesOfClickHousesOwnCompression(t *testing.T) {
	for _, method := range []string{"", "LZ4", "LZ4HC", "ZSTD", "NONE", "zstd"} {
		res, body := call(t, "GET", q("SELECT number FROM numbers(500000)")+"&compress=1&network_compression_method="+method, nil)
		if res.StatusCode != 200 {
			t.Errorf("%s: %d %s", method, res.StatusCode, body)
			continue
		}
		got, err := io.ReadAll(newFrameReader(strings.NewReader(body)))
		if err != nil || bytes.Count(got, []byte("\n")) != 500000 || !bytes.HasSuffix(got, []byte("\n499999\n")) {
			t.Errorf("%s: %d bytes, %v", method, len(got), err)
		}
	}
	res, body := call(t, "GET", q("SELECT 1")+"&compress=1&network_compression_method=RLE", nil)
	if res.StatusCode < 400 || !strings.HasPrefix(body, "Code: 89.") {
		t.Errorf("an unknown method: %d %s", res.StatusCode, body)
	}
}

func TestLimitsOfARequest(t *testing.T) {
	long := "SELECT '" + strings.Repeat("x", engine.config.MaxQuerySize) + "'"
	res, text := call(t, "POST", "/", strings.NewReader(long))
	if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.HasPrefix(text, "Code: 177.") {
		t.Errorf("a long statement: %d %.80s", res.StatusCode, text)
	}
	fits := "SELECT length('" + strings.Repeat("x", engine.config.MaxQuerySize-100) + "')"
	if _, text := call(t, "POST", "/", strings.NewReader(fits)); text != strconv.Itoa(engine.config.MaxQuerySize-100)+"\n" {
		t.Errorf("a statement within the limit: %.80s", text)
	}
	// Data inlined after VALUES is no part of the statement.
	table(t, "inlined", "n UInt32, s String")
	var values strings.Builder
	values.WriteString("INSERT INTO inlined VALUES ")
	for n := range 60000 {
		fmt.Fprintf(&values, "(%d, 'a text; with (all) '' kinds'),", n)
	}
	sql := strings.TrimSuffix(values.String(), ",")
	if len(sql) < 2*engine.config.MaxQuerySize {
		t.Fatalf("only %d bytes", len(sql))
	}
	if res, text := call(t, "POST", "/", strings.NewReader(sql)); res.StatusCode != 200 {
		t.Errorf("inlined data: %d %s", res.StatusCode, text)
	}
	if got := ask(t, "SELECT count(), sum(n), uniqExact(s) FROM inlined"); got != "60000\t1799970000\t1\n" {
		t.Errorf("stored %s", got)
	}
}

func TestStatementsLeaveNothingToTheNext(t *testing.T) {
	for _, sql := range []string{"SET max_threads = 1", "USE system", "CREATE TEMPORARY TABLE left_over (n UInt8)"} {
		if res, text := call(t, "POST", "/", strings.NewReader(sql)); res.StatusCode != 200 {
			t.Errorf("%s: %s", sql, text)
		}
	}
	if got := ask(t, "SELECT currentDatabase(), getSetting('max_threads') != 1"); got != "default\ttrue\n" && got != "default\t1\n" {
		t.Errorf("the next statement sees %q", got)
	}
	if got := ask(t, "EXISTS TEMPORARY TABLE left_over"); got != "0\n" {
		t.Errorf("the temporary table is there: %s", got)
	}
}
