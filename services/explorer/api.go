package explorer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/semaphore"

	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
)

// limits bound every question that a page asks.
var limits = warehouse.Limits{Time: 20 * time.Second, MemoryBytes: 2 << 30, ResultRows: 100_000, ResultBytes: 32 << 20}

// api answers the page's questions in JSON.
type api struct {
	Pages
	running *semaphore.Weighted // a place for each of MaxQuestions statements
}

func newAPI(pages Pages) *api { return &api{pages, semaphore.NewWeighted(MaxQuestions)} }

func (a *api) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/dashboards", a.dashboards)
	mux.HandleFunc("GET /api/dashboards/{dashboard}/panels/{panel}", a.panel)
	mux.HandleFunc("GET /api/dashboards/{dashboard}/variables/{variable}", a.variable)
	mux.HandleFunc("GET /api/notices/{id}", a.notice)
	mux.HandleFunc("GET /api/search", a.search)
	mux.HandleFunc("GET /api/sql/views", a.views)
	mux.HandleFunc("POST /api/sql", a.sql)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, fmt.Errorf("%s %s: there is no such address", r.Method, r.URL.Path))
	})
}

// refusal is what a page shows of what went wrong.
type refusal struct {
	Error string `json:"error"`
}

func refuse(w http.ResponseWriter, status int, err error) {
	answer(w, status, refusal{err.Error()})
}

func answer(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(data) // a client that has gone
}

// statusOf tells whose fault an error is.
func statusOf(err error) int {
	var exception *clickhouse.Exception
	switch {
	case errors.Is(err, grafana.ErrUnknownDashboard), errors.Is(err, errNotFound):
		return http.StatusNotFound
	case errors.Is(err, grafana.ErrTimeRange), errors.Is(err, grafana.ErrUnknownVariable), errors.Is(err, grafana.ErrValue), errors.Is(err, errBadRequest):
		return http.StatusBadRequest
	case errors.Is(err, warehouse.ErrTimeLimit):
		return http.StatusGatewayTimeout
	case errors.As(err, &exception), errors.Is(err, errTooLarge):
		return http.StatusUnprocessableEntity
	default:
		return http.StatusServiceUnavailable // no ClickHouse answers
	}
}

var (
	errNotFound   = errors.New("not found")
	errBadRequest = errors.New("bad request")
)

// result is what a question brought, with what it cost.
type result struct {
	Columns   json.RawMessage `json:"columns"`
	Rows      json.RawMessage `json:"rows"`
	TookMS    int64           `json:"took_ms"`
	ReadRows  uint64          `json:"read_rows"`
	ReadBytes uint64          `json:"read_bytes"`
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

var errTooLarge = fmt.Errorf("the result is larger than %d MiB: ask for fewer rows or columns", maxAnswerBytes>>20)

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
		refuse(w, statusOf(err), err)
		return
	}
	answer(w, http.StatusOK, found)
}

func language(r *http.Request) grafana.Language {
	if r.FormValue("lang") == string(grafana.English) {
		return grafana.English
	}
	return grafana.Japanese
}

// chosen reads what a person chose from an address: from, to (YYYY-MM-DD) and
// var-NAME, which may stand there several times.
func chosen(r *http.Request, d grafana.Dashboard) (grafana.Values, error) {
	now := time.Now()
	v := grafana.Values{From: now.AddDate(-max(d.Years, 1), 0, 0), To: now, Chosen: map[string][]string{}}
	for name, into := range map[string]*time.Time{"from": &v.From, "to": &v.To} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return v, fmt.Errorf("%w: %s=%s: want a day as YYYY-MM-DD", grafana.ErrTimeRange, name, strconv.Quote(text))
		}
		*into = day
	}
	v.To = v.To.Truncate(24 * time.Hour).Add(24*time.Hour - time.Millisecond) // the last day counts whole
	for name, values := range r.Form {
		if variable, ok := cutVariable(name); ok {
			v.Chosen[variable] = values
		}
	}
	return v, nil
}
