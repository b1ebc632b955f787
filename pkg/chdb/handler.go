package chdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Handler is ClickHouse's HTTP interface. It answers /, /ping and
// /replicas_status; README.md says what of the interface it speaks.
func (e *Engine) Handler() http.Handler { return http.HandlerFunc(e.serve) }

func (e *Engine) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-ClickHouse-Server-Display-Name", e.facts.displayName)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if reason := e.strange(r); reason != "" {
		http.Error(w, reason, http.StatusForbidden)
		return
	}
	switch r.URL.Path {
	case "/ping", "/replicas_status":
		plainOK(w, r)
	case "/", "":
		e.serveStatement(w, r)
	default:
		http.Error(w, fmt.Sprintf("There is no handle %s\nUse / or /ping for health checks.", r.URL.Path), http.StatusNotFound)
	}
}

func plainOK(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	_, _ = io.WriteString(w, "Ok.\n") // the client may be gone
}

func (e *Engine) serveStatement(w http.ResponseWriter, r *http.Request) {
	// Go refuses a semicolon, which once parted parameters; in ClickHouse's URLs
	// it ends a statement.
	query, err := url.ParseQuery(strings.ReplaceAll(r.URL.RawQuery, ";", "%3B"))
	if err != nil {
		writeError(w, refuse(codeBadArguments, "the URL's parameters cannot be read: %v", err))
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if !query.Has("query") {
			plainOK(w, r)
			return
		}
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	access, err := e.authenticate(r, query)
	if err != nil {
		writeError(w, asError(err))
		return
	}
	if access == Full && (r.Method != http.MethodPost || !isZero(query.Get("readonly"))) {
		// Who asks to be kept to reading is kept to it by the parser too.
		access = ReadRequests
	}
	q, err := newRequest(e, w, r, query, access)
	if err != nil {
		writeError(w, asError(err))
		return
	}
	q.run()
}

// request is one statement's way through the interface.
type request struct {
	engine    *Engine
	w         http.ResponseWriter
	http      *http.Request
	query     url.Values
	statement Statement
	body      io.Reader
	revision  uint64
}

// parameters of the URL that are the interface's own and no settings.
var ownParameters = map[string]bool{
	"query": true, "database": true, "user": true, "password": true, "default_format": true,
	"query_id": true, "compress": true, "decompress": true, "quota_key": true, "stacktrace": true,
	"client_protocol_version": true, "buffer_size": true, "wait_end_of_query": true,
	"add_http_cors_header": true, "enable_http_compression": true, "http_zlib_compression_level": true,
	"close_session": true,
}

func newRequest(e *Engine, w http.ResponseWriter, r *http.Request, query url.Values, access Access) (*request, error) {
	q := &request{engine: e, w: w, http: r, query: query}
	first := func(parameter, header string) string {
		if query.Has(parameter) {
			return query.Get(parameter)
		}
		return r.Header.Get(header)
	}
	q.statement = Statement{
		Access:     access,
		Database:   first("database", "X-ClickHouse-Database"),
		Format:     first("default_format", "X-ClickHouse-Format"),
		ID:         first("query_id", "X-ClickHouse-Query-Id"),
		Settings:   make(map[string]string),
		Parameters: make(map[string]string),
	}
	if q.statement.Format == "" {
		q.statement.Format = "TabSeparated"
	}
	if q.statement.ID == "" {
		q.statement.ID = uuid.NewString()
	}
	if strings.ContainsFunc(q.statement.ID, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(q.statement.ID) > 256 {
		return nil, refuse(codeBadArguments, "query_id holds control characters or is longer than 256 bytes")
	}
	for _, refused := range []struct{ name, why string }{
		{"session_id", "sessions are not supported here: each request stands by itself"},
		{"role", "roles are not supported here"},
	} {
		if query.Has(refused.name) {
			return nil, refuse(codeNotImplemented, "%s: %s", refused.name, refused.why)
		}
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return nil, refuse(codeNotImplemented, "external tables (multipart/form-data) are not supported here")
	}
	for name, values := range query {
		value := values[len(values)-1]
		switch parameter, ok := strings.CutPrefix(name, "param_"); {
		case ok:
			q.statement.Parameters[parameter] = value
		case !ownParameters[name]:
			q.statement.Settings[name] = value
		}
	}
	if text := query.Get("client_protocol_version"); text != "" {
		revision, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return nil, refuse(codeBadArguments, "client_protocol_version is no number: %s", text)
		}
		q.revision = revision
	}
	var err error
	q.body, err = q.openBody()
	return q, err
}

// openBody gives the request's body, decompressed and limited. It is nil for
// requests without one.
func (q *request) openBody() (io.Reader, error) {
	if q.http.Body == nil || q.http.ContentLength == 0 || q.http.Method != http.MethodPost {
		return nil, nil
	}
	limit := q.engine.config.MaxBodySize
	var body io.Reader = &patientReader{
		from:    http.MaxBytesReader(q.w, q.http.Body, limit),
		control: http.NewResponseController(q.w),
		timeout: q.engine.config.IOTimeout,
	}
	encoding := q.http.Header.Get("Content-Encoding")
	body, err := decodeContent(body, encoding)
	if err != nil {
		return nil, bodyError(err)
	}
	if isOn(q.query.Get("decompress")) {
		body = newFrameReader(body)
	}
	// What was compressed may be much larger than what came.
	return &cappedReader{from: body, left: limit, limit: limit}, nil
}

func (q *request) run() {
	text, what, data, err := q.read()
	if err != nil {
		q.refuse(err)
		return
	}
	if what.infile {
		q.refuse(refuse(codeNotImplemented, "FROM INFILE reads files of the client; send the data in the body"))
		return
	}
	h := q.w.Header()
	h.Set("X-ClickHouse-Query-Id", q.statement.ID)
	h.Set("X-ClickHouse-Timezone", q.engine.facts.timezone)
	if what.insert {
		q.insert(what, data)
		return
	}
	q.statement.SQL = text
	if what.output != "" {
		q.statement.Format = what.output
	}
	q.answer()
}

// read takes as much of the request as it needs to know what it is. For an
// insert, the rest is its data and stays unread.
func (q *request) read() (text string, what shape, data io.Reader, err error) {
	head := []byte(q.query.Get("query"))
	limit := q.engine.config.MaxQuerySize
	whole := q.body == nil
	if !whole && len(head) > 0 {
		if what, _ := recognise(string(head), true); what.insert {
			// The URL says all there is to say; the body is data from its first
			// byte, whatever it looks like.
			return "", what, io.MultiReader(bytes.NewReader(head[what.data:]), q.body), nil
		}
		head = append(head, '\n')
	}
	for {
		if what, ok := recognise(string(head), whole); ok {
			if !what.insert {
				if len(head) > limit {
					return "", shape{}, nil, refuse(codeQueryTooLarge, "Max query size exceeded: the statement has %d bytes, %d are allowed", len(head), limit)
				}
				return string(head), what, nil, nil
			}
			data := io.Reader(bytes.NewReader(head[what.data:]))
			if !whole {
				data = io.MultiReader(data, q.body)
			}
			return "", what, data, nil
		}
		if len(head) > limit {
			return "", shape{}, nil, refuse(codeQueryTooLarge, "Max query size exceeded: the statement has more than %d bytes", limit)
		}
		// Doubling keeps the repeated looks at the beginning cheap.
		step := make([]byte, max(4<<10, len(head)))
		n, err := q.body.Read(step)
		head = append(head, step[:n]...)
		if err == io.EOF {
			whole = true
		} else if err != nil {
			return "", shape{}, nil, bodyError(err)
		}
	}
}

// context is the request's: it ends when the client goes away.
func (q *request) context() context.Context { return q.http.Context() }

func (q *request) insert(what shape, data io.Reader) {
	st := q.statement
	st.SQL, st.Format = what.statement, what.format
	insert, err := q.engine.Insert(q.context(), st)
	if err != nil {
		q.refuse(err)
		return
	}
	defer insert.Cancel()
	if err := pour(insert, data); err != nil {
		insert.Cancel()
		if _, ours := errors.AsType[*Error](err); !ours {
			err = bodyError(err)
		}
		q.refuse(err)
		return
	}
	summary, err := insert.Commit()
	if err != nil {
		q.refuse(err)
		return
	}
	h := q.w.Header()
	h.Set("X-ClickHouse-Summary", summary.header())
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("Content-Length", "0")
	q.w.WriteHeader(http.StatusOK)
}

// refuse answers an error after having read what the client still sends, up to
// a bound: a client that is cut while it writes never sees the answer.
func (q *request) refuse(err error) {
	if q.http.Body != nil {
		_, _ = io.CopyN(io.Discard, &patientReader{
			from: q.http.Body, control: http.NewResponseController(q.w), timeout: 5 * time.Second}, 64<<20)
	}
	writeError(q.w, asError(err))
}

func (q *request) answer() {
	response, err := q.newResponse()
	if err != nil {
		q.refuse(err)
		return
	}
	rows, err := q.engine.Query(q.context(), q.statement)
	if err != nil {
		response.fail(err)
		return
	}
	defer rows.Close()
	h := q.w.Header()
	h.Set("Content-Type", contentType(q.statement.Format))
	h.Set("X-ClickHouse-Format", q.statement.Format)
	var revise *reviser
	if q.revision > 0 && strings.EqualFold(q.statement.Format, "Native") {
		revise = &reviser{revision: q.revision, timezone: time.UTC}
	}
	for {
		chunk, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err == nil && revise != nil {
			chunk, err = revise.revise(chunk)
		}
		if err == nil {
			_, err = response.Write(chunk)
		}
		if err == nil {
			err = response.flush()
		}
		if err != nil {
			rows.Close()
			response.fail(err)
			return
		}
	}
	if err := response.finish(rows.Summary()); err != nil {
		rows.Close()
		response.fail(err)
	}
}

func (q *request) newResponse() (*response, error) {
	r := &response{
		w: q.w, control: http.NewResponseController(q.w), timeout: q.engine.config.IOTimeout,
		limit: sendBuffer, out: q.w,
	}
	if isOn(q.query.Get("wait_end_of_query")) {
		r.whole, r.limit = true, q.engine.config.MaxBufferedResult
	}
	// clickhouse-go asks with Accept-Encoding alone; ClickHouse wants the
	// setting too, and so does this.
	if accept := q.http.Header.Get("Accept-Encoding"); accept != "" && isOn(q.query.Get("enable_http_compression")) {
		layer, name, err := encodeContent(r.out, accept)
		if err != nil {
			return nil, err
		}
		if layer != nil {
			q.w.Header().Set("Content-Encoding", name)
			r.out, r.layers = layer, append([]flusher{layer}, r.layers...)
		}
	}
	if isOn(q.query.Get("compress")) {
		layer, err := newFrames(r.out, q.statement.Settings["network_compression_method"])
		if err != nil {
			return nil, err
		}
		r.out, r.layers = layer, append([]flusher{layer}, r.layers...)
	}
	return r, nil
}

// isZero says whether a setting is absent or off.
func isZero(value string) bool {
	return value == "" || value == "0" || strings.EqualFold(value, "false")
}

func isOn(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

// asError gives any error ClickHouse's form.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, ErrBusy):
		return refuse(codeTooManyQueries, "Too many simultaneous queries: %v", err)
	case errors.Is(err, ErrClosed):
		return refuse(codeCancelled, "Query was cancelled: the server is shutting down")
	case errors.Is(err, context.DeadlineExceeded):
		return refuse(codeTimeoutExceeded, "Timeout exceeded: %v", err)
	case errors.Is(err, context.Canceled):
		return refuse(codeCancelled, "Query was cancelled: %v", err)
	default:
		return &Error{Code: 1000, Name: "POCO_EXCEPTION", Message: err.Error()}
	}
}

// bodyError says what was wrong with a body that could not be read.
func bodyError(err error) error {
	if _, ours := errors.AsType[*Error](err); ours {
		return err
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return refuse(codeQueryTooLarge, "the request's body is larger than %d bytes", tooLarge.Limit)
	}
	return refuse(codeBadArguments, "the request's body cannot be read to its end, nothing was acknowledged: %v", err)
}

// pour hands a body to an insert in large pieces. A body comes in chunks of
// 32 KiB or less; the engine queues 16 pieces whatever their size, so small ones
// would make the two wait for each other at every step.
func pour(insert *Insert, data io.Reader) error {
	piece := make([]byte, appendSize)
	for end := false; !end; {
		filled := 0
		for filled < len(piece) && !end {
			n, err := data.Read(piece[filled:])
			filled += n
			if end = err == io.EOF; err != nil && !end {
				return err
			}
		}
		if _, err := insert.Write(piece[:filled]); err != nil {
			return err
		}
	}
	return nil
}

// patientReader gives a silent peer a limited time for each read.
type patientReader struct {
	from    io.Reader
	control *http.ResponseController
	timeout time.Duration
}

func (p *patientReader) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(time.Now().Add(p.timeout))
	n, err := p.from.Read(b)
	if err != nil {
		// The server reads on in the background to notice a client that leaves;
		// that has no deadline.
		_ = p.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// cappedReader fails when more than its limit comes.
type cappedReader struct {
	from        io.Reader
	left, limit int64
}

func (c *cappedReader) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	if c.left -= int64(n); c.left < 0 {
		return 0, &http.MaxBytesError{Limit: c.limit}
	}
	return n, err
}
