package explorer

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
)

// failure is what kind of thing went wrong, by what can be done about it.
type failure string

const (
	failNotFound failure = "not_found" // no such dashboard, panel, notice, address
	failChosen   failure = "chosen"    // a time range, a variable or a request that cannot be
	failLong     failure = "long"      // a statement that is too long
	failClosed   failure = "closed"    // SQL, without a user for it
	failHeavy    failure = "heavy"     // a limit of time, memory or size was reached
	failTables   failure = "tables"    // the tables are not there
	failRefused  failure = "refused"   // ClickHouse does not take the statement
	failDenied   failure = "denied"    // ClickHouse refuses the user
	failDown     failure = "down"      // no ClickHouse answers
	failBroken   failure = "broken"    // owabi itself: a panic, which is logged
)

var (
	errNotFound   = errors.New("not found")
	errBadRequest = errors.New("bad request")
	errTooLong    = fmt.Errorf("the statement is longer than %d bytes", maxStatementBytes)
	errTooLarge   = fmt.Errorf("the result is larger than %d MiB", maxAnswerBytes>>20)
	errFormat     = errors.New("leave the FORMAT clause out: the page makes the table, the chart and the file itself")
	errClosed     = errors.New("SQL is closed here: it needs a ClickHouse user who can only read, named by OWABI_EXPLORER_CLICKHOUSE_USER")
)

// ClickHouse's codes of errors (src/Common/ErrorCodes.cpp).
const (
	codeUnknownDatabase  = 81
	codeTooManyRows      = 158
	codeTimeout          = 159
	codeTooManyAtOnce    = 202
	codeMemory           = 241
	codeTooManyRowsBytes = 396
	codeNoRight          = 497
)

func failureOf(err error) failure {
	var (
		exception *clickhouse.Exception
		fault     *panicked
	)
	switch {
	case errors.As(err, &fault):
		return failBroken
	case errors.Is(err, grafana.ErrUnknownDashboard), errors.Is(err, errNotFound):
		return failNotFound
	case errors.Is(err, grafana.ErrTimeRange), errors.Is(err, grafana.ErrUnknownVariable), errors.Is(err, grafana.ErrValue), errors.Is(err, errBadRequest):
		return failChosen
	case errors.Is(err, errTooLong):
		return failLong
	case errors.Is(err, errFormat):
		return failRefused
	case errors.Is(err, errClosed):
		return failClosed
	case errors.Is(err, warehouse.ErrTimeLimit), errors.Is(err, errTooLarge), errors.Is(err, context.DeadlineExceeded):
		return failHeavy
	case errors.Is(err, warehouse.ErrNoTables):
		return failTables
	case errors.Is(err, warehouse.ErrDenied):
		return failDenied
	case !errors.As(err, &exception):
		return failDown
	}
	switch exception.Code {
	case codeTooManyRows, codeTimeout, codeTooManyAtOnce, codeMemory, codeTooManyRowsBytes:
		return failHeavy
	case codeUnknownDatabase:
		return failTables
	default:
		return failRefused
	}
}

func (f failure) status() int {
	switch f {
	case failNotFound:
		return http.StatusNotFound
	case failChosen:
		return http.StatusBadRequest
	case failLong:
		return http.StatusRequestEntityTooLarge
	case failClosed:
		return http.StatusForbidden
	case failHeavy, failRefused:
		return http.StatusUnprocessableEntity
	case failBroken:
		return http.StatusInternalServerError
	default:
		return http.StatusServiceUnavailable
	}
}
