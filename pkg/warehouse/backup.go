package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// BackUp writes the whole database to a folder of the server's, which must not
// exist, as ClickHouse's BACKUP does: each table as it is at one moment, while
// others go on writing. The server must allow backups there.
func (w *Warehouse) BackUp(ctx context.Context, folder string) error {
	if err := w.inBackground(ctx, "BACKUP DATABASE "+quoteIdentifier(w.database)+" TO File("+quoteString(folder)+")"); err != nil {
		return fmt.Errorf("back up database %s: %w", w.database, err)
	}
	return nil
}

// Restore makes the database, which must not exist, from what BackUp wrote.
func (w *Warehouse) Restore(ctx context.Context, folder string) error {
	if err := w.inBackground(ctx, "RESTORE DATABASE "+quoteIdentifier(w.database)+" FROM File("+quoteString(folder)+")"); err != nil {
		return fmt.Errorf("restore database %s: %w", w.database, err)
	}
	return nil
}

// inBackground runs a BACKUP or RESTORE and waits for its end. It may take longer
// than any connection stays open, so the server is asked for it now and then.
func (w *Warehouse) inBackground(ctx context.Context, statement string) error {
	conn, err := w.withoutDatabase()
	if err != nil {
		return err
	}
	defer conn.Close()
	var id, status string
	if err := conn.QueryRow(ctx, statement+" ASYNC").Scan(&id, &status); err != nil {
		return inItsWords(err)
	}
	ask := time.NewTicker(100 * time.Millisecond)
	defer ask.Stop()
	for {
		var failure string
		if err := conn.QueryRow(ctx, "SELECT toString(status), error FROM system.backups WHERE id = ?", id).Scan(&status, &failure); err != nil {
			return inItsWords(err)
		}
		switch status {
		case "BACKUP_CREATED", "RESTORED":
			return nil
		case "BACKUP_FAILED", "RESTORE_FAILED", "BACKUP_CANCELLED", "RESTORE_CANCELLED":
			return errors.New(failure)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it goes on in the server: %w", context.Cause(ctx))
		case <-ask.C:
		}
	}
}

// withoutDatabase opens a connection that names no database of ours, which the
// server would refuse while there is none.
func (w *Warehouse) withoutDatabase() (driver.Conn, error) {
	options := w.options
	options.Auth.Database = "default"
	return clickhouse.Open(&options)
}
