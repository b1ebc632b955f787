package explorer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"regexp"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/warehouse"
)

// maxStatementBytes bounds a statement that a person sends.
const maxStatementBytes = 256 << 10

// sql runs one statement of a person's, reading only and within the limits, and
// answers with its rows as JSON, or as CSV when format says so: csv for programs,
// spreadsheet for Excel and its like.
func (a *api) sql(w http.ResponseWriter, r *http.Request) {
	if !a.SQL {
		a.refuse(w, r, errClosed)
		return
	}
	// A form of another site can send text, but not JSON.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		a.refuse(w, r, fmt.Errorf("%w: want Content-Type: application/json", errBadRequest))
		return
	}
	var question struct {
		SQL    string `json:"sql"`
		Format string `json:"format"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxStatementBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&question); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			a.refuse(w, r, errTooLong)
			return
		}
		a.refuse(w, r, fmt.Errorf("%w: want {\"sql\": …, \"format\": \"json\", \"csv\" or \"spreadsheet\"}: %w", errBadRequest, err))
		return
	}
	switch question.Format {
	case "", "json":
		found, err := a.ask(r.Context(), question.SQL, nil)
		if err != nil {
			a.refuse(w, r, formatRefused(question.SQL, err))
			return
		}
		answer(w, http.StatusOK, found)
	case "csv", "spreadsheet":
		a.csv(w, r, question.SQL, warehouse.Format(question.Format))
	default:
		a.refuse(w, r, fmt.Errorf("%w: format %q: want json, csv or spreadsheet", errBadRequest, question.Format))
	}
}

var formatClause = regexp.MustCompile(`(?is)\bFORMAT\s+(\w+)\s*(SETTINGS\b.*)?;?\s*$`)

// formatRefused explains an answer that could not be read because the statement asks
// for a format of its own; every other error is left as it is.
func formatRefused(sql string, err error) error {
	clause := formatClause.FindStringSubmatch(sql)
	if clause == nil || !unread(err) {
		return err
	}
	return fmt.Errorf("%w: FORMAT %s", errFormat, clause[1])
}

// unread says whether an error is of an answer that came and made no sense, which the
// client library has no type for: none that is known, and none of a connection.
func unread(err error) bool {
	var (
		network net.Error
		status  *clickhouse.HTTPError
	)
	return failureOf(err) == failDown && !errors.Is(err, context.Canceled) && !errors.Is(err, clickhouse.ErrAcquireConnTimeout) &&
		!errors.As(err, &network) && !errors.As(err, &status)
}

// csv streams the rows as they come. What goes wrong before the first of them is
// an error as everywhere; after it the connection breaks, so that nobody takes
// half a file for the whole.
//
// While rows are on their way the statement runs and has its place: who does not take
// them within writeTime is cut off.
func (a *api) csv(w http.ResponseWriter, r *http.Request, sql string, format warehouse.Format) {
	out := &csvDownload{w: w, within: a.writeTime}
	_, err := a.run(r.Context(), warehouse.Question{SQL: sql, Format: format}, out)
	switch {
	case err == nil && !out.begun:
		out.begin()
	case err != nil && !out.begun:
		a.refuse(w, r, formatRefused(sql, err))
	case err != nil:
		panic(http.ErrAbortHandler)
	}
}

// csvDownload sets the headers with the first bytes.
type csvDownload struct {
	w      http.ResponseWriter
	within time.Duration
	begun  bool
}

func (c *csvDownload) begin() {
	c.begun = true
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(c.within))
	h := c.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="owabi.csv"`)
	h.Set("Cache-Control", "no-store")
	c.w.WriteHeader(http.StatusOK)
}

func (c *csvDownload) Write(p []byte) (int, error) {
	if !c.begun {
		c.begin()
	}
	return c.w.Write(p)
}

// views lists what can be asked for the SQL page: each view, what it answers, and
// its columns with type and meaning.
func (a *api) views(w http.ResponseWriter, r *http.Request) {
	a.reply(w, r, `SELECT t.name AS view, t.comment AS answers, c.columns AS columns
FROM system.tables AS t
INNER JOIN (
    SELECT table, groupArray((name, type, comment)) AS columns
    FROM (SELECT table, name, type, comment FROM system.columns WHERE database = currentDatabase() ORDER BY table, position)
    GROUP BY table
) AS c ON c.table = t.name
WHERE t.database = currentDatabase() AND t.engine = 'View' ORDER BY t.name`, nil)
}
