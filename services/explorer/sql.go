package explorer

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"owabi/pkg/warehouse"
)

// maxStatementBytes bounds a statement that a person sends.
const maxStatementBytes = 256 << 10

// sql runs one statement of a person's, reading only and within the limits, and
// answers with its rows as JSON, or as CSV when format says so.
func (a *api) sql(w http.ResponseWriter, r *http.Request) {
	if !a.SQL {
		a.refuse(w, r, errClosed)
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
		a.refuse(w, r, fmt.Errorf("%w: want {\"sql\": …, \"format\": \"json\" or \"csv\"}: %w", errBadRequest, err))
		return
	}
	switch question.Format {
	case "", "json":
		a.reply(w, r, question.SQL, nil)
	case "csv":
		a.csv(w, r, question.SQL)
	default:
		a.refuse(w, r, fmt.Errorf("%w: format %q: want json or csv", errBadRequest, question.Format))
	}
}

// csv streams the rows as they come. What goes wrong before the first of them is
// an error as everywhere; after it the connection breaks, so that nobody takes
// half a file for the whole.
func (a *api) csv(w http.ResponseWriter, r *http.Request, sql string) {
	out := &csvDownload{w: w}
	_, err := a.run(r.Context(), warehouse.Question{SQL: sql, Format: warehouse.FormatCSV}, out)
	switch {
	case err == nil && !out.begun:
		out.begin()
	case err != nil && !out.begun:
		a.refuse(w, r, err)
	case err != nil:
		panic(http.ErrAbortHandler)
	}
}

// csvDownload sets the headers with the first bytes.
type csvDownload struct {
	w     http.ResponseWriter
	begun bool
}

func (c *csvDownload) begin() {
	c.begun = true
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
