package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"owabi/pkg/bus"
)

// busCommand is what an administrator does with the streams.
type busCommand struct {
	Apply       busApplyCommand       `cmd:"" help:"Make the streams and consumers that are missing, and widen those that are too small."`
	Show        busShowCommand        `cmd:"" help:"Show the streams and consumers: settings, counts, lag."`
	Unsubscribe busUnsubscribeCommand `cmd:"" help:"Remove a durable subscriber, as owabi tail --durable makes them: where it was is forgotten."`
}

type busApplyCommand struct {
	busFlags
	Replicas   int           `enum:"0,1,3,5" default:"0" help:"Servers that hold each stream: 1, 3 or 5; 0: as it is, 1 for a new one."`
	Raw        streamFlags   `embed:"" prefix:"raw-"`
	Classified streamFlags   `embed:"" prefix:"classified-"`
	Rejected   streamFlags   `embed:"" prefix:"rejected-"`
	Classifier consumerFlags `embed:"" prefix:"classifier-"`
	Loader     consumerFlags `embed:"" prefix:"loader-"`
	JSON       bool          `name:"json" help:"One JSON object a line."`
}

// streamFlags size one stream; zero leaves it as it is.
type streamFlags struct {
	MaxBytes   byteSize `placeholder:"SIZE" help:"Size on disk at which publishers have to wait, such as 20GiB; none: the server's own limit."`
	MaxAge     span     `placeholder:"TIME" help:"How long messages are kept, such as 400d; none: for ever."`
	Duplicates span     `placeholder:"TIME" help:"How long a message id is remembered, such as 365d."`
}

func (f streamFlags) limits() bus.StreamLimits {
	return bus.StreamLimits{MaxBytes: int64(f.MaxBytes), MaxAge: time.Duration(f.MaxAge), Duplicates: time.Duration(f.Duplicates)}
}

// consumerFlags size one consumer; zero leaves it as it is.
type consumerFlags struct {
	AckWait       span `placeholder:"TIME" help:"How long a message waits for a sign of life before another gets it."`
	MaxAckPending int  `placeholder:"N" help:"Most messages in the hands of all processes together."`
}

func (f consumerFlags) limits() bus.ConsumerLimits {
	return bus.ConsumerLimits{AckWait: time.Duration(f.AckWait), MaxAckPending: f.MaxAckPending}
}

func (c *busApplyCommand) Run(ctx context.Context, std stdio) (err error) {
	for _, f := range []consumerFlags{c.Classifier, c.Loader} {
		if f.AckWait != 0 && time.Duration(f.AckWait) < time.Second {
			return usagef("an ack wait is 1s or more: what is not acknowledged by then is delivered again")
		}
		if f.MaxAckPending < 0 {
			return usagef("max ack pending is above 0")
		}
	}
	e, err := c.openToAsk(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	changes, err := e.bus.Apply(ctx,
		bus.StreamsConfig{Replicas: c.Replicas, Raw: c.Raw.limits(), Classified: c.Classified.limits(), Rejected: c.Rejected.limits()},
		bus.ConsumersConfig{Classifier: c.Classifier.limits(), Loader: c.Loader.limits()})
	for _, change := range changes {
		told := error(nil)
		if c.JSON {
			told = writeJSONLine(std.out, change)
		} else {
			_, told = fmt.Fprintln(std.out, change)
		}
		err = errors.Join(err, told)
	}
	return err
}

type busShowCommand struct {
	busFlags
	JSON bool `name:"json" help:"One JSON object."`
}

func (c *busShowCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := c.openToAsk(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	status, err := e.bus.Status(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSONLine(std.out, status)
	}
	return printStatus(std.out, status)
}

type busUnsubscribeCommand struct {
	busFlags
	Name string `arg:"" help:"The subscriber's name; owabi bus show lists them."`
}

func (c *busUnsubscribeCommand) Run(ctx context.Context, std stdio) (err error) {
	e, err := c.openToAsk(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	switch err = e.bus.Unsubscribe(ctx, c.Name); {
	case errors.Is(err, bus.ErrSubscriberName):
		return usageError{err}
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(std.out, "subscriber %s: removed\n", c.Name)
	return err
}

func printStatus(w io.Writer, status bus.Status) error {
	streams := newTable("stream", "messages", "bytes", "first", "last", "last stored", "replicas", "max bytes", "max age", "duplicates", "leader")
	for _, s := range status.Streams {
		maxBytes, maxAge, last := "none", "none", ""
		if s.MaxBytes != nil {
			maxBytes = byteSize(*s.MaxBytes).String()
		}
		if s.MaxAgeSeconds != nil {
			maxAge = seconds(*s.MaxAgeSeconds)
		}
		if s.LastStored != nil {
			last = s.LastStored.Local().Format(time.DateTime)
		}
		streams.row(s.Name, s.Messages, byteSize(s.Bytes).String(), s.FirstSequence, s.LastSequence, last, s.Replicas, maxBytes, maxAge, seconds(s.DuplicatesSeconds), s.Leader)
	}
	consumers := newTable("consumer", "stream", "waiting", "in hand", "redelivered", "delivered up to", "settled up to", "ack wait", "max in hand", "durable", "sees")
	for _, c := range status.Consumers {
		consumers.row(c.Name, c.Stream, c.Waiting, c.InHand, c.Redelivered, c.DeliveredUpTo, c.AckedUpTo, seconds(c.AckWaitSeconds), c.MaxAckPending, c.Durable, strings.Join(c.Filters, " "))
	}
	_, err := fmt.Fprintf(w, "%s\n\n%s\n", streams.Render(), consumers.Render())
	return err
}

func seconds(s float64) string { return span(s * float64(time.Second)).String() }

// span is a length of time that may be told in days: 90s, 12h, 365d; none is -1.
type span time.Duration

const day = 24 * time.Hour

// UnmarshalText reads a span of a flag.
func (s *span) UnmarshalText(text []byte) error {
	word := string(text)
	if word == "none" {
		*s = bus.Unlimited
		return nil
	}
	if number, ok := strings.CutSuffix(word, "d"); ok {
		days, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is no number of days", word)
		}
		*s = span(time.Duration(days) * day)
		return nil
	}
	d, err := time.ParseDuration(word)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no length of time such as 90s, 12h or 365d", word)
	}
	*s = span(d)
	return nil
}

func (s span) String() string {
	if d := time.Duration(s); d < 2*day || d%day != 0 {
		return d.String()
	}
	return fmt.Sprintf("%dd", time.Duration(s)/day)
}

// byteSize is a number of bytes: 1048576, 512MiB, 20G, in powers of 1024; none is -1.
type byteSize int64

var byteSizes = regexp.MustCompile(`(?i)^(\d+)([kmgt]?)(?:i?b)?$`)

// UnmarshalText reads a size of a flag.
func (b *byteSize) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*b = bus.Unlimited
		return nil
	}
	parts := byteSizes.FindStringSubmatch(string(text))
	if parts == nil {
		return fmt.Errorf("%q is no size such as 512MiB or 20GiB", text)
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	shift := 10 * (strings.Index(" kmgt", strings.ToLower(parts[2])))
	if parts[2] == "" {
		shift = 0
	}
	if err != nil || n == 0 || n<<shift>>shift != n || n<<shift < 0 {
		return fmt.Errorf("%q is no size that can be used", text)
	}
	*b = byteSize(n << shift)
	return nil
}

func (b byteSize) String() string {
	value, unit := float64(b), ""
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, u
	}
	return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0") + unit
}
