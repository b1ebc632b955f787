package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/warehouse"
)

type forgetCommand struct {
	bothEngineFlags
	Notice       []string `sep:"," placeholder:"ID" help:"Notices by their id; may be given again."`
	Organization string   `placeholder:"KEY" help:"All notices that an organization published, by its organization_key."`
	AndRefuse    bool     `help:"Keep the SHA-256 of the ids, and nothing else, so that the same notices are not ingested again."`
	DryRun       bool     `help:"Tell what would go and change nothing."`
	Yes          bool     `help:"Do not ask."`
}

var noticeID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func (c *forgetCommand) Run(ctx context.Context, std stdio) (err error) {
	if (len(c.Notice) == 0) == (c.Organization == "") {
		return usagef("forget what? Give --notice ID, or --organization KEY")
	}
	for _, id := range c.Notice {
		if !noticeID.MatchString(id) {
			return usagef("%q is no notice id: it has 32 digits 0–9 and a–f", id)
		}
	}
	e, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	f := &forgetting{engines: e, command: c}
	f.doing.Store("looking")
	found, err := f.find(ctx)
	if err != nil {
		return err
	}
	for _, line := range found.lines() {
		fmt.Fprintln(std.out, line)
	}
	if c.DryRun || found.empty() && !c.AndRefuse {
		return f.tellUnread(ctx, std)
	}
	sure, err := confirm(std, "All of this will be erased for good.", c.Yes)
	if err != nil {
		return err
	}
	if !sure {
		fmt.Fprintln(std.err, "nothing was changed")
		return nil
	}
	progress := startProgress(std.err, "forget", func() string { return f.doing.Load().(string) })
	err = f.erase(ctx, found)
	progress.stop()
	if err != nil {
		return fmt.Errorf("%w; not all is erased, run this again", err)
	}
	fmt.Fprintln(std.out, "erased; backups and subscribers still have what they had")
	return f.tellUnread(ctx, std)
}

// forgetting is one run of the command.
type forgetting struct {
	*engines
	command *forgetCommand
	doing   atomic.Value // string, for whoever watches
}

// found is what there is of the notices to forget.
type found struct {
	ids      []string
	messages map[string][]bus.Trace // by stream
	rows     []warehouse.TableTrace
}

func (f found) empty() bool { return len(f.messages) == 0 && len(f.rows) == 0 }

func (f found) lines() []string {
	lines := []string{fmt.Sprintf("%-20s %6d", "notices", len(f.ids))}
	for _, stream := range slices.Sorted(maps.Keys(f.messages)) {
		lines = append(lines, fmt.Sprintf("%-20s %6d messages", stream, len(f.messages[stream])))
	}
	for _, table := range f.rows {
		lines = append(lines, fmt.Sprintf("%-20s %6d rows", table.Table, table.Rows))
	}
	return lines
}

// find looks through the streams and the tables.
func (f *forgetting) find(ctx context.Context) (found, error) {
	all := found{ids: f.command.Notice, messages: map[string][]bus.Trace{}}
	if f.command.Organization != "" {
		streamed, err := f.bus.NoticesOf(ctx, f.command.Organization)
		if err != nil {
			return all, err
		}
		stored, err := f.warehouse.NoticesOf(ctx, f.command.Organization)
		if err != nil {
			return all, err
		}
		all.ids = append(streamed, stored...)
	}
	slices.Sort(all.ids)
	all.ids = slices.Compact(all.ids)
	if len(all.ids) == 0 {
		return all, nil
	}
	wanted := map[string]bool{}
	for _, id := range all.ids {
		wanted[id] = true
	}
	for _, stream := range []string{bus.StreamRaw, bus.StreamClassified, bus.StreamRejected} {
		traces, err := f.bus.Traces(ctx, stream, wanted)
		if err != nil {
			return all, err
		}
		if len(traces) > 0 {
			all.messages[stream] = traces
		}
	}
	var err error
	all.rows, err = f.warehouse.Traces(ctx, all.ids)
	return all, err
}

// mostRounds bounds how often erasing is begun again, when services that run
// have put something there in the meantime.
const mostRounds = 5

// erase removes what was found, first where it came in, and looks again until
// nothing is left: what a classifier or loader had in hand may have arrived
// behind its back.
func (f *forgetting) erase(ctx context.Context, all found) error {
	if f.command.AndRefuse {
		if err := f.bus.Refuse(ctx, all.ids); err != nil {
			return err
		}
	}
	for range mostRounds {
		if err := f.eraseOnce(ctx, all); err != nil {
			return err
		}
		left, err := f.find(ctx)
		if err != nil || left.empty() {
			return err
		}
		all = left
	}
	return fmt.Errorf("traces come back as fast as they are erased: is somebody ingesting these notices?")
}

func (f *forgetting) eraseOnce(ctx context.Context, all found) error {
	for _, hop := range []struct{ stream, consumer string }{
		{bus.StreamRaw, bus.ConsumerClassifier}, {bus.StreamClassified, bus.ConsumerLoader}, {bus.StreamRejected, ""},
	} {
		f.doing.Store("erasing messages of " + hop.stream)
		for _, trace := range all.messages[hop.stream] {
			if err := f.bus.Erase(ctx, trace); err != nil {
				return err
			}
		}
		if hop.consumer == "" {
			continue
		}
		f.doing.Store("waiting for the " + hop.consumer)
		patience, cancel := context.WithTimeout(ctx, time.Minute)
		err := f.bus.WaitSettled(patience, hop.stream, hop.consumer)
		cancel()
		if err != nil {
			return err
		}
	}
	f.doing.Store("erasing rows")
	return f.warehouse.Forget(ctx, all.ids)
}

// tellUnread says what an organization's name could not be looked for in.
func (f *forgetting) tellUnread(ctx context.Context, std stdio) error {
	if f.command.Organization == "" {
		return nil
	}
	p, err := f.bus.Pending(ctx, bus.StreamRaw, bus.ConsumerClassifier)
	if errors.Is(err, bus.ErrNoStream) {
		return nil
	}
	if err == nil && p.Waiting > 0 {
		fmt.Fprintf(std.err, "%d notices wait to be classified: whose they are is not known yet; run this again afterwards\n", p.Waiting)
	}
	return err
}
