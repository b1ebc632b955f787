package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

// rejectedCommand is what a person does with what could not be processed.
type rejectedCommand struct {
	List  rejectedListCommand  `cmd:"" help:"List what could not be processed, and why."`
	Show  rejectedShowCommand  `cmd:"" help:"Show one rejection with its message."`
	Retry rejectedRetryCommand `cmd:"" help:"Publish rejected messages again to where they came from."`
}

type rejectedFilter struct {
	Stage  string `enum:",ingest,classifier,loader" default:"" placeholder:"STAGE" help:"Only those of a stage: ingest, classifier or loader."`
	Reason string `placeholder:"TEXT" help:"Only those whose reason holds TEXT."`
	Source string `placeholder:"TEXT" help:"Only those whose source (a file or a subject) holds TEXT."`
	ID     string `name:"id" placeholder:"ID" help:"Only those of the notice of that id."`
	Since  moment `placeholder:"TIME" help:"Only those rejected since then: a time, a date, or how long ago (2h, 7d)."`
}

func (f rejectedFilter) wants(r bus.Rejected) bool {
	return strings.Contains(r.Reason, f.Reason) && strings.Contains(r.Source, f.Source) && (f.ID == "" || r.NoticeID == f.ID)
}

// each hands the rejections that the filter wants to do.
func (f rejectedFilter) each(ctx context.Context, b *bus.Bus, do func(bus.Rejected) error) error {
	return b.Rejections(ctx, notice.Stage(f.Stage), f.Since.Time, func(r bus.Rejected) error {
		if !f.wants(r) {
			return nil
		}
		return do(r)
	})
}

type rejectedListCommand struct {
	busFlags
	rejectedFilter
	Open  bool `help:"Only those that were not retried."`
	Limit int  `default:"100" help:"Most to list, the newest; 0: all."`
	JSON  bool `name:"json" help:"One JSON object a line, without the message."`
}

func (c *rejectedListCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := c.openToAsk(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	var list []bus.Rejected
	left := 0
	err = c.each(ctx, e.bus, func(r bus.Rejected) error {
		if c.Open && r.Retried != nil {
			return nil
		}
		r.Raw = nil
		list = append(list, r)
		if c.Limit > 0 && len(list) > c.Limit {
			list = list[1:]
			left++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if left > 0 {
		fmt.Fprintf(std.err, "%d older ones are not listed (--limit)\n", left)
	}
	if c.JSON {
		for _, r := range list {
			if err := writeJSONLine(std.out, r); err != nil {
				return err
			}
		}
		return nil
	}
	t := newTable("number", "stage", "rejected", "tries", "notice", "state", "reason")
	for _, r := range list {
		t.row(r.Number, string(r.Stage), local(r.RejectedAt), max(1, r.Tries), r.NoticeID, state(r), r.Reason)
	}
	_, err = fmt.Fprintf(std.out, "%s\n%d rejected\n", t.Render(), len(list))
	return err
}

// state says in a word or two what can be done about a rejection.
func state(r bus.Rejected) string {
	switch {
	case r.Retried != nil:
		return "retried " + local(r.Retried.RetriedAt)
	case r.NoRetry != "":
		return "open, no retry"
	}
	return "open"
}

func local(t time.Time) string { return t.Local().Format(time.DateTime) }

type rejectedShowCommand struct {
	busFlags
	JSON   bool   `name:"json" xor:"form" help:"One JSON object, the message in base64 as raw."`
	Raw    bool   `xor:"form" help:"Only the message, as it was."`
	Number uint64 `arg:"" help:"The rejection's number, as list shows it."`
}

func (c *rejectedShowCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := c.openToAsk(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	r, err := e.bus.Rejection(ctx, c.Number)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return writeJSONLine(std.out, r)
	case c.Raw:
		_, err := std.out.Write(r.Raw)
		return err
	}
	return printRejection(std.out, r)
}

func printRejection(w io.Writer, r bus.Rejected) error {
	var b strings.Builder
	field := func(name string, value any) { fmt.Fprintf(&b, "%-9s %s\n", name, oneLine(fmt.Sprint(value))) }
	field("number", r.Number)
	field("stage", r.Stage)
	field("rejected", local(r.RejectedAt))
	field("reason", r.Reason)
	field("tries", max(1, r.Tries))
	if r.NoticeID != "" {
		field("notice", r.NoticeID)
	}
	field("source", r.Source)
	if r.Line > 0 {
		field("line", r.Line)
	}
	if r.Sequence > 0 {
		field("message", fmt.Sprintf("%d of %s", r.Sequence, r.Stream))
	}
	field("state", state(r))
	if r.Retried != nil {
		field("again", fmt.Sprintf("message %d of %s", r.Retried.Sequence, r.Retried.Stream))
	} else if r.NoRetry != "" {
		field("no retry", r.NoRetry)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		field("header", name+": "+strings.Join(r.Headers[name], ", "))
	}
	switch {
	case r.Truncated:
		fmt.Fprintf(&b, "\nthe first %d bytes of it, the rest was not kept\n", len(r.Raw))
	case len(r.Raw) == 0:
		b.WriteString("\nit holds no message\n")
	default:
		fmt.Fprintf(&b, "\n%d bytes\n", len(r.Raw))
	}
	if utf8.Valid(r.Raw) {
		for line := range strings.Lines(string(r.Raw)) {
			b.WriteString(oneLine(strings.TrimRight(line, "\r\n")) + "\n")
		}
	} else {
		fmt.Fprintf(&b, "%q\n", r.Raw)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

type rejectedRetryCommand struct {
	busFlags
	rejectedFilter
	All     bool     `help:"All that the filters let through and that can be retried."`
	Numbers []uint64 `arg:"" optional:"" name:"number" help:"Rejections to retry, by the numbers that list shows."`
}

func (c *rejectedRetryCommand) Run(ctx context.Context, std stdio) (err error) {
	if c.All == (len(c.Numbers) > 0) {
		return usagef("rejected retry needs the numbers of rejections, or --all with or without filters")
	}
	if !c.All && c.rejectedFilter != (rejectedFilter{}) {
		return usagef("filters go with --all")
	}
	e, err := c.openToAsk(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	retry := &retrying{bus: e.bus, out: std.out, lenient: c.All}
	for _, number := range c.Numbers {
		r, err := e.bus.Rejection(ctx, number)
		if err == nil {
			err = retry.one(ctx, r)
		}
		retry.failed = errors.Join(retry.failed, err)
	}
	if c.All {
		err = c.each(ctx, e.bus, func(r bus.Rejected) error { return retry.one(ctx, r) })
	}
	_, told := fmt.Fprintf(std.out, "retried %d, retried already %d, cannot be retried %d\n", retry.done, retry.before, retry.never)
	if retry.done > 0 && e.alone {
		fmt.Fprintf(std.err, "no owabi runs on %s: the next one handles them\n", c.Data)
	}
	return errors.Join(err, retry.failed, told)
}

// retrying retries one rejection after the other and counts.
type retrying struct {
	bus                 *bus.Bus
	out                 io.Writer
	lenient             bool // what was retried or never can be is only counted
	done, before, never int
	failed              error
}

func (t *retrying) one(ctx context.Context, r bus.Rejected) error {
	again, err := t.bus.Retry(ctx, r)
	expected := true
	switch {
	case err == nil:
		t.done++
		_, err := fmt.Fprintf(t.out, "rejection %d: published again, message %d of %s\n", r.Number, again.Sequence, again.Stream)
		return err
	case errors.Is(err, bus.ErrRetried):
		t.before++
	case errors.Is(err, bus.ErrNoRetry):
		t.never++
	default:
		expected = false
	}
	if expected && t.lenient {
		return nil
	}
	return err
}
