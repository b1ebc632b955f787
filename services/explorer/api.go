package explorer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
)

// limits bound every question that a page asks.
var limits = warehouse.Limits{Time: 20 * time.Second, MemoryBytes: 2 << 30, ResultRows: 100_000, ResultBytes: 32 << 20}

// api answers the page's questions in JSON.
type api struct {
	Pages
	running   *semaphore.Weighted // a place for each of MaxQuestions statements
	writeTime time.Duration       // how long a file may take to be taken
	logger    *slog.Logger
}

// writeTime is how long an answer may take to be taken.
const writeTime = 30 * time.Second

func newAPI(pages Pages, logger *slog.Logger) *api {
	if pages.Answers == nil {
		pages.Answers = NewAnswers()
	}
	return &api{pages, semaphore.NewWeighted(MaxQuestions), writeTime, logger}
}

func (a *api) routes(mux *http.ServeMux) {
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET /api/dashboards": a.dashboards,
		"GET /api/state":      a.state,
		"GET /api/dashboards/{dashboard}/panels/{panel}":       a.panel,
		"GET /api/dashboards/{dashboard}/variables/{variable}": a.variable,
		"GET /api/notices/{id}":                                a.notice,
		"GET /api/search":                                      a.search,
		"GET /api/sql/views":                                   a.views,
		"POST /api/sql":                                        a.sql,
		"/api/": func(w http.ResponseWriter, r *http.Request) {
			a.refuse(w, r, fmt.Errorf("%w: %s %s", errNotFound, r.Method, r.URL.Path))
		},
	} {
		mux.Handle(pattern, a.surviving(handle))
	}
}

// surviving answers a request that panics with an error, where nothing has been
// answered yet.
func (a *api) surviving(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			fault := a.fault(p, slog.String("request", r.Method+" "+r.URL.Path))
			if w.Header().Get("Content-Type") != "" { // half an answer is none
				panic(http.ErrAbortHandler)
			}
			a.refuse(w, r, fault)
		}()
		handle(w, r)
	}
}

// refusal is what a page shows of what went wrong.
type refusal struct {
	Error string `json:"error"`
	// Kind says what can be done about it; the page has words for each.
	Kind failure `json:"kind"`
}

func (a *api) refuse(w http.ResponseWriter, r *http.Request, err error) {
	kind := failureOf(err)
	answer(w, kind.status(), refusal{err.Error(), kind})
}

// panicked is the error of what panicked: a fault of the program's own.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("a fault in owabi itself: %v", p.value) }

// fault logs a panic where it was caught, and returns it as an error.
func (a *api) fault(value any, where slog.Attr) error {
	a.logger.Error("a fault in owabi itself", where, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
	return &panicked{value}
}

func answer(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // an answer that nobody takes
	w.WriteHeader(status)
	_, _ = w.Write(data) // a client that has gone
}

// result is what a question brought, with what it cost.
type result struct {
	Columns   json.RawMessage `json:"columns"`
	Rows      json.RawMessage `json:"rows"`
	TookMS    int64           `json:"took_ms"`
	ReadRows  uint64          `json:"read_rows"`
	ReadBytes uint64          `json:"read_bytes"`
	// BarSeconds is how long each bar of a chart over moments is.
	BarSeconds int64 `json:"bar_seconds,omitempty"`
}

// run waits for a place and runs a question that only reads, within the limits.
func (a *api) run(ctx context.Context, q warehouse.Question, out io.Writer) (warehouse.Answer, error) {
	if err := a.running.Acquire(ctx, 1); err != nil {
		return warehouse.Answer{}, err // who asked has gone
	}
	defer a.running.Release(1)
	q.Limits = limits
	return a.Warehouse.Ask(ctx, q, &bounded{out, maxAnswerBytes})
}

// maxAnswerBytes bounds an answer as it is written: the engine counts a value that
// is the same in every row once.
const maxAnswerBytes = 64 << 20

// bounded passes on so many bytes, and then fails.
type bounded struct {
	io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLarge
	}
	return b.Writer.Write(p)
}

// ask returns the rows of a question.
func (a *api) ask(ctx context.Context, sql string, parameters map[string]any) (result, error) {
	var out bytes.Buffer
	told, err := a.run(ctx, warehouse.Question{SQL: sql, Parameters: parameters, Format: warehouse.FormatCompact}, &out)
	if err != nil {
		return result{}, err
	}
	r := result{Columns: json.RawMessage("[]"), Rows: json.RawMessage("[]")}
	if out.Len() > 0 { // a statement without rows writes nothing
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			return result{}, fmt.Errorf("the result: %w", err)
		}
	}
	r.TookMS, r.ReadRows, r.ReadBytes = told.Took.Milliseconds(), told.ReadRows, told.ReadBytes
	return r, nil
}

// reply asks and answers with the result, or says why not.
func (a *api) reply(w http.ResponseWriter, r *http.Request, sql string, parameters map[string]any) {
	found, err := a.ask(r.Context(), sql, parameters)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	answer(w, http.StatusOK, found)
}

// state tells how many notices there are to show, and how many of them are made up;
// or what is missing.
func (a *api) state(w http.ResponseWriter, r *http.Request) {
	if err := a.Warehouse.Ready(r.Context()); err != nil {
		a.refuse(w, r, err)
		return
	}
	found, err := a.askDashboard(r.Context(), grafana.Statement{SQL: "SELECT count(), countIf(synthetic) FROM notices"})
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	var counts [][2]uint64
	if err := json.Unmarshal(found.Rows, &counts); err != nil || len(counts) != 1 {
		a.refuse(w, r, fmt.Errorf("how many notices there are: %q: %w", found.Rows, err))
		return
	}
	answer(w, http.StatusOK, struct {
		Notices   uint64 `json:"notices"`
		Synthetic uint64 `json:"synthetic"`
	}{counts[0][0], counts[0][1]})
}

func language(r *http.Request) grafana.Language {
	if r.FormValue("lang") == string(grafana.English) {
		return grafana.English
	}
	return grafana.Japanese
}

// firstRange is the time range that a dashboard begins with: up to today.
func firstRange(d grafana.Dashboard) (from, to time.Time) {
	year, month, day := time.Now().In(grafana.Japan).Date()
	to = time.Date(year, month, day, 0, 0, 0, 0, grafana.Japan)
	return d.Begin(to), to
}

// chosen reads what a person chose from an address: from, to (YYYY-MM-DD, or
// from=all) and var-NAME, which may stand there several times.
func chosen(r *http.Request, d grafana.Dashboard) (grafana.Values, error) {
	v := grafana.Values{Chosen: map[string][]string{}}
	var err error
	if v.From, v.To, err = chosenRange(r, d); err != nil {
		return v, err
	}
	for name, values := range r.Form {
		if variable, ok := strings.CutPrefix(name, "var-"); ok {
			v.Chosen[variable] = values
		}
	}
	return v, nil
}

// allTime stands in an address in place of the first day.
const allTime = "all"

func chosenRange(r *http.Request, d grafana.Dashboard) (from, to time.Time, err error) {
	if r.FormValue("from") == allTime {
		return time.Time{}, time.Time{}, nil
	}
	from, to = firstRange(d)
	for name, into := range map[string]*time.Time{"from": &from, "to": &to} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		if *into, err = time.ParseInLocation(time.DateOnly, text, grafana.Japan); err != nil {
			return from, to, fmt.Errorf("%w: %s=%s: want a day as YYYY-MM-DD, or from=%s", grafana.ErrTimeRange, name, strconv.Quote(text), allTime)
		}
	}
	return from, to.Add(24*time.Hour - time.Millisecond), nil // the last day counts whole
}
