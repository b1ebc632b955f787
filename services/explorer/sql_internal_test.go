package explorer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/chdb/chdbtest/faultproxy"
	"owabi/pkg/warehouse"
)

// A FORMAT clause is blamed for an answer that cannot be read, and for nothing else.
func TestAFormatIsBlamedForWhatItDid(t *testing.T) {
	proxy, err := faultproxy.Start(chdbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	w, err := warehouse.Open(warehouse.Config{URL: proxy.URL()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Migrate(t.Context()); err != nil { // which makes the database
		t.Fatal(err)
	}
	const formatted = "SELECT 1 FORMAT CSV"
	ask := func(sql string) error {
		_, err := w.Ask(t.Context(), warehouse.Question{SQL: sql, Format: warehouse.FormatCompact}, &bytes.Buffer{})
		return err
	}
	unreadable, refused := ask(formatted), ask("SELECT nope FORMAT CSV")
	proxy.Use(faultproxy.Reset)
	down := ask(formatted)
	if unreadable == nil || refused == nil || down == nil {
		t.Fatalf("%v, %v, %v", unreadable, refused, down)
	}
	for _, c := range []struct {
		sql    string
		err    error
		blamed bool
	}{
		{formatted, unreadable, true},
		{"SELECT 1", unreadable, false},
		{formatted, refused, false},
		{formatted, down, false},
		{formatted, fmt.Errorf("%w: 20s", warehouse.ErrTimeLimit), false},
		{formatted, errTooLarge, false},
		{formatted, context.Canceled, false},
		{formatted, context.DeadlineExceeded, false},
		{formatted, clickhouse.ErrAcquireConnTimeout, false},
		{formatted, &clickhouse.HTTPError{StatusCode: 502, Err: errors.New("bad gateway")}, false},
		{formatted, &panicked{value: "x"}, false},
	} {
		got := formatRefused(c.sql, c.err)
		if errors.Is(got, errFormat) != c.blamed || !c.blamed && got != c.err {
			t.Errorf("%s, %v: %v", c.sql, c.err, got)
		}
	}
}
