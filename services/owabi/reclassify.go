package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

type reclassifyCommand struct {
	warehouseFlags
	Batch int `default:"5000" help:"Notices read, classified and stored at a time."`
}

func (c *reclassifyCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.Batch < 1 {
		return usagef("--batch %d: want 1 or more", c.Batch)
	}
	reader, err := classify.New(classify.Options{})
	if err != nil {
		return err
	}
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	r := &reclassifying{warehouse: e.warehouse, reader: reader, batch: c.Batch}
	if r.all, err = e.warehouse.CountReadOtherwise(ctx, reader.Version()); err != nil {
		return err
	}
	progress := startProgress(std.err, "reclassify", r.line)
	err = r.run(ctx)
	progress.stop()
	fmt.Fprintln(std.out, r.line())
	if err != nil {
		return fmt.Errorf("%w; run this again to go on", err)
	}
	return nil
}

// reclassifying is one run of the command. Each batch is taken from what the
// present classifier has not read, so that a run that was stopped is gone on with
// by the next. A reading that a loader brings meanwhile is the later one of the
// two or by the same rules, and the views show the later.
type reclassifying struct {
	warehouse     *warehouse.Warehouse
	reader        *classify.Classifier
	batch         int
	all           uint64
	done, skipped atomic.Uint64
}

func (r *reclassifying) line() string {
	line := fmt.Sprintf("read anew %d of %d", r.done.Load(), r.all)
	if n := r.skipped.Load(); n > 0 {
		line += fmt.Sprintf(", left as they are %d", n)
	}
	return line
}

func (r *reclassifying) run(ctx context.Context) error {
	for after, more := "", true; more; {
		notices, err := r.warehouse.NoticesReadOtherwise(ctx, r.reader.Version(), after, r.batch)
		if err != nil {
			return err
		}
		rows, err := r.read(ctx, notices)
		if err != nil {
			return err
		}
		rejected, err := r.warehouse.Load(ctx, rows)
		if err != nil {
			return err
		}
		for _, bad := range rejected {
			slog.Warn("left as it is", "notice", rows[bad.Index].NoticeID, "error", bad.Err)
		}
		r.skipped.Add(uint64(len(rejected)))
		r.done.Add(uint64(len(rows) - len(rejected)))
		if more = len(notices) == r.batch; more {
			after = notices[len(notices)-1].ID
		}
	}
	return nil
}

// read classifies notices on all CPUs. What somebody altered in the tables, and so
// is not what was published under its id, is left out.
func (r *reclassifying) read(ctx context.Context, notices []notice.Notice) ([]warehouse.Row, error) {
	at := time.Now().UTC()
	rows := make([]warehouse.Row, 0, len(notices))
	for i := range notices {
		n := &notices[i]
		if err := n.Validate(); err != nil {
			slog.Warn("left as it is", "notice", n.ID, "error", err)
			r.skipped.Add(1)
			continue
		}
		rows = append(rows, warehouse.Row{ClassifiedAt: at, Classified: notice.Classified{Notice: n}})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range rows {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			rows[i].Classification = r.reader.Classify(*rows[i].Notice)
			return nil
		})
	}
	return rows, group.Wait()
}
