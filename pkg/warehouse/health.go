package warehouse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrNoTables: the database or its tables are not there. The administrator runs
// Migrate.
var ErrNoTables = errors.New("the tables are not there: an administrator makes them with owabi setup")

// ErrDenied: ClickHouse refuses the user, or what the user does. The operator
// corrects the credentials or the rights; trying again does not help.
var ErrDenied = errors.New("ClickHouse denies it")

// ErrTLS: the two sides cannot make a secure connection. The operator corrects
// the files or the server; trying again does not help.
var ErrTLS = errors.New("no secure connection to ClickHouse")

// ClickHouse's codes of errors (src/Common/ErrorCodes.cpp).
const (
	codeUnknownDatabase      = 81
	codeUnknownUser          = 192
	codeWrongPassword        = 193
	codeRequiredPassword     = 194
	codeNotEnoughPrivileges  = 497
	codeAuthenticationFailed = 516
)

// explain says what can be done about err.
func (w *Warehouse) explain(err error) error {
	var (
		exception *clickhouse.Exception
		verify    *tls.CertificateVerificationError
		remote    *net.OpError
	)
	switch {
	case errors.As(err, &exception):
		switch exception.Code {
		case codeUnknownDatabase:
			return fmt.Errorf("ClickHouse at %s, database %s: %w: %w", w.address(), w.database, ErrNoTables, err)
		case codeUnknownUser, codeWrongPassword, codeRequiredPassword, codeAuthenticationFailed:
			return fmt.Errorf("ClickHouse at %s: %w: check user and password: %w", w.address(), ErrDenied, err)
		case codeNotEnoughPrivileges:
			return fmt.Errorf("ClickHouse at %s: %w: the user lacks a right: %w", w.address(), ErrDenied, err)
		}
	case errors.As(err, &verify):
		return fmt.Errorf("ClickHouse at %s: %w: its certificate cannot be verified; name the file of its authority, or renew it: %w", w.address(), ErrTLS, err)
	case errors.As(err, &remote) && remote.Op == "remote error":
		return fmt.Errorf("ClickHouse at %s: %w: it does not accept the client certificate, or wants one: %w", w.address(), ErrTLS, err)
	}
	return fmt.Errorf("ClickHouse at %s: %w", w.address(), err)
}

// Ready says whether ClickHouse answers and the tables are there: ErrDenied,
// ErrTLS and ErrNoTables are for somebody to mend, anything else may pass. Any
// right on the tables is enough.
func (w *Warehouse) Ready(ctx context.Context) error {
	var there uint8
	err := w.conn.QueryRow(ctx, "EXISTS TABLE notice_rows").Scan(&there)
	switch {
	case err != nil:
		return w.explain(err)
	case there == 0:
		return fmt.Errorf("ClickHouse at %s, database %s: %w", w.address(), w.database, ErrNoTables)
	}
	return nil
}

// TableParts is how ClickHouse keeps one table.
type TableParts struct {
	Table              string
	Parts, Rows, Bytes uint64
}

// Parts returns how each table of the database is kept that this user may see.
func (w *Warehouse) Parts(ctx context.Context) ([]TableParts, error) {
	rows, err := w.conn.Query(ctx, `SELECT table, count(), sum(rows), sum(bytes_on_disk) FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table`)
	if err != nil {
		return nil, fmt.Errorf("read system.parts: %w", err)
	}
	defer rows.Close()
	var tables []TableParts
	for rows.Next() {
		var t TableParts
		if err := rows.Scan(&t.Table, &t.Parts, &t.Rows, &t.Bytes); err != nil {
			return nil, fmt.Errorf("read system.parts: %w", err)
		}
		tables = append(tables, t)
	}
	return tables, rows.Err()
}
