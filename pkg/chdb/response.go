package chdb

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sendBuffer is how much of a result is held back before the first byte goes
// out, so that an early failure still gets a status of its own.
const sendBuffer = 64 << 10

// response is the answer to one statement. Up to a limit it is held in memory;
// beyond it, it is streamed, and the client's pace is the engine's.
type response struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration

	held  bytes.Buffer
	limit int
	// whole: the result must not be streamed (wait_end_of_query=1).
	whole   bool
	started bool
	// unflushed counts what was sent since the last flush.
	unflushed int
	// tag marks an exception inside a streamed body, as ClickHouse does since
	// 25.11; it is random, so that data cannot pose as an exception.
	tag string

	// out is the chain of compressions that ends at w; layers are its parts,
	// outermost first.
	out    io.Writer
	layers []flusher
}

func (r *response) Write(data []byte) (int, error) {
	if !r.started {
		if r.held.Len()+len(data) <= r.limit {
			return r.held.Write(data)
		}
		if r.whole {
			return 0, refuse(codeTooManyBytes, "the result is larger than the %d bytes that wait_end_of_query=1 may hold here", r.limit)
		}
		r.start()
		if err := r.send(r.held.Bytes()); err != nil {
			return 0, err
		}
		r.held = bytes.Buffer{}
	}
	if err := r.send(data); err != nil {
		return 0, err
	}
	return len(data), nil
}

func (r *response) start() {
	r.started = true
	r.tag = rand.Text()[:16]
	r.w.Header().Set("X-ClickHouse-Exception-Tag", r.tag)
	r.w.WriteHeader(http.StatusOK)
}

func (r *response) send(data []byte) error {
	// A response writer without deadlines (a test's recorder) has no client to
	// wait for.
	_ = r.control.SetWriteDeadline(time.Now().Add(r.timeout))
	_, err := r.out.Write(data)
	r.unflushed += len(data)
	return err
}

// flush passes on what the layers hold, once it is worth it: compressed in pieces
// of a few bytes, a result gets larger instead of smaller.
func (r *response) flush() error {
	if !r.started || r.unflushed < sendBuffer {
		return nil
	}
	r.unflushed = 0
	for _, layer := range r.layers {
		if err := layer.Flush(); err != nil {
			return err
		}
	}
	return r.control.Flush()
}

// finish ends a result that went well.
func (r *response) finish(summary Summary) error {
	if !r.started {
		r.w.Header().Set("X-ClickHouse-Summary", summary.header())
		if r.held.Len() == 0 {
			// Nothing at all, not even an empty compressed frame: clients read
			// Content-Length 0 as "no rows".
			r.w.Header().Del("Content-Encoding")
			r.w.Header().Set("Content-Length", "0")
			r.w.WriteHeader(http.StatusOK)
			return nil
		}
		if len(r.layers) == 0 {
			r.w.Header().Set("Content-Length", strconv.Itoa(r.held.Len()))
		}
		r.started = true
		if err := r.send(r.held.Bytes()); err != nil {
			return err
		}
		return r.close()
	}
	// What was streamed has its headers behind it, and only now is all counted.
	r.w.Header().Set(http.TrailerPrefix+"X-ClickHouse-Summary", summary.header())
	return r.close()
}

func (r *response) close() error {
	for _, layer := range r.layers {
		if err := layer.Close(); err != nil {
			return err
		}
	}
	return nil
}

// fail answers with an error. Before the first byte that is a status and a
// header; after it, an exception block in the body and a broken connection, so
// that no client takes the part for the whole.
func (r *response) fail(err error) {
	e := asError(err)
	if !r.started {
		writeError(r.w, e)
		return
	}
	message := e.Error()
	_ = r.send(fmt.Appendf(nil, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", r.tag, message, len(message)+1, r.tag))
	_ = r.close()
	_ = r.control.Flush()
	panic(http.ErrAbortHandler)
}

// writeError answers with an exception in ClickHouse's form.
func writeError(w http.ResponseWriter, e *Error) {
	h := w.Header()
	for _, name := range []string{"Content-Encoding", "Content-Length", "X-ClickHouse-Format", "X-ClickHouse-Summary"} {
		h.Del(name)
	}
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	if e.Code == codeRequiredPassword {
		h.Set("WWW-Authenticate", `Basic realm="ClickHouse server HTTP API"`)
	}
	if status := httpStatus(e.Code); status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	text := e.Error() + "\n"
	h.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(httpStatus(e.Code))
	_, _ = io.WriteString(w, text) // the client may be gone
}

// header is X-ClickHouse-Summary: numbers as strings, as ClickHouse writes them.
func (s Summary) header() string {
	text, _ := json.Marshal(map[string]string{
		"read_rows":          strconv.FormatUint(s.ReadRows, 10),
		"read_bytes":         strconv.FormatUint(s.ReadBytes, 10),
		"written_rows":       strconv.FormatUint(s.WrittenRows, 10),
		"written_bytes":      strconv.FormatUint(s.WrittenBytes, 10),
		"total_rows_to_read": "0",
		"result_rows":        strconv.FormatUint(s.ResultRows, 10),
		"result_bytes":       "0",
		"elapsed_ns":         strconv.FormatInt(s.Elapsed.Nanoseconds(), 10),
	})
	return string(text)
}

// contentTypes gives the Content-Type of formats that have one of their own.
// Keys are lower case.
var contentTypes = map[string]string{
	"csv":                                 "text/csv; charset=UTF-8; header=absent",
	"csvwithnames":                        "text/csv; charset=UTF-8; header=present",
	"csvwithnamesandtypes":                "text/csv; charset=UTF-8; header=present",
	"tabseparated":                        "text/tab-separated-values; charset=UTF-8",
	"tsv":                                 "text/tab-separated-values; charset=UTF-8",
	"json":                                "application/json; charset=UTF-8",
	"jsoncompact":                         "application/json; charset=UTF-8",
	"jsonstrings":                         "application/json; charset=UTF-8",
	"jsoncolumns":                         "application/json; charset=UTF-8",
	"jsoneachrow":                         "application/x-ndjson; charset=UTF-8",
	"ndjson":                              "application/x-ndjson; charset=UTF-8",
	"jsonlines":                           "application/x-ndjson; charset=UTF-8",
	"jsoncompacteachrow":                  "application/x-ndjson; charset=UTF-8",
	"jsoncompacteachrowwithnames":         "application/x-ndjson; charset=UTF-8",
	"jsonstringseachrow":                  "application/x-ndjson; charset=UTF-8",
	"native":                              "application/octet-stream",
	"rowbinary":                           "application/octet-stream",
	"rowbinarywithnames":                  "application/octet-stream",
	"rowbinarywithnamesandtypes":          "application/octet-stream",
	"parquet":                             "application/octet-stream",
	"arrow":                               "application/octet-stream",
	"arrowstream":                         "application/octet-stream",
	"orc":                                 "application/octet-stream",
	"avro":                                "application/octet-stream",
	"msgpack":                             "application/octet-stream",
	"xml":                                 "application/xml; charset=UTF-8",
	"html":                                "text/html; charset=UTF-8",
	"markdown":                            "text/markdown; charset=UTF-8",
	"prometheus":                          "text/plain; version=0.0.4; charset=UTF-8",
	"tabseparatedwithnames":               "text/tab-separated-values; charset=UTF-8",
	"tabseparatedwithnamesandtypes":       "text/tab-separated-values; charset=UTF-8",
	"tsvwithnames":                        "text/tab-separated-values; charset=UTF-8",
	"tsvwithnamesandtypes":                "text/tab-separated-values; charset=UTF-8",
	"jsoncompacteachrowwithnamesandtypes": "application/x-ndjson; charset=UTF-8",
}

func contentType(format string) string {
	if t, ok := contentTypes[strings.ToLower(format)]; ok {
		return t
	}
	return "text/plain; charset=UTF-8"
}
