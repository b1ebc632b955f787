package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type expireCommand struct {
	bothEngineFlags
	Keep   span `env:"OWABI_KEEP" placeholder:"TIME" required:"" help:"How long a notice is kept after owabi met it, such as 1825d."`
	DryRun bool `help:"Tell what would go and change nothing."`
	Yes    bool `help:"Do not ask."`
}

func (c *expireCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.Keep <= 0 {
		return usagef("--keep none: then there is nothing to do")
	}
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	before := time.Now().Add(-time.Duration(c.Keep))
	expired, err := e.warehouse.Expired(ctx, before)
	if err != nil {
		return err
	}
	var rows uint64
	for _, table := range expired {
		rows += table.Rows
	}
	fmt.Fprintf(std.out, "met before %s: %d rows\n", before.UTC().Format(time.DateTime+" MST"), rows)
	for _, table := range expired {
		fmt.Fprintf(std.out, "%-20s %6d rows\n", table.Table, table.Rows)
	}
	streams, err := c.longer(ctx, e)
	if err != nil {
		return err
	}
	for _, stream := range streams {
		fmt.Fprintf(std.out, "%-20s keeps messages longer\n", stream)
	}
	if len(expired) == 0 && len(streams) == 0 || c.DryRun {
		fmt.Fprintln(std.err, "nothing was changed")
		return nil
	}
	sure, err := confirm(std, "These rows and the streams' older messages will be erased for good.", c.Yes)
	if err != nil {
		return err
	}
	if !sure {
		fmt.Fprintln(std.err, "nothing was changed")
		return nil
	}
	progress := startProgress(std.err, "expire", func() string { return "erasing" })
	defer progress.stop()
	for _, stream := range streams { // first, so that nothing of them is loaded again
		if err := e.bus.LimitAge(ctx, stream, time.Duration(c.Keep)); err != nil {
			return err
		}
	}
	if err := e.warehouse.Expire(ctx, before); err != nil {
		return fmt.Errorf("%w; not all is erased, run this again", err)
	}
	fmt.Fprintln(std.out, "erased; the streams go on keeping messages for", c.Keep)
	return nil
}

// longer lists the streams that keep their messages longer. A stream drops by
// itself what is older than its age, from then on.
func (c *expireCommand) longer(ctx context.Context, e *engines) ([]string, error) {
	status, err := e.bus.Status(ctx)
	if err != nil {
		return nil, err
	}
	var longer []string
	for _, stream := range status.Streams {
		if stream.MaxAgeSeconds == nil || *stream.MaxAgeSeconds > time.Duration(c.Keep).Seconds() {
			longer = append(longer, stream.Name)
		}
	}
	return longer, nil
}
