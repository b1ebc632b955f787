package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

// tailCommand follows the classified stream beside whatever else reads it.
type tailCommand struct {
	busFlags
	Category   []string `placeholder:"CODE" help:"Only these categories, such as malware,misdelivery."`
	Sector     []string `placeholder:"CODE" help:"Only publishers of these sectors, such as education."`
	Org        string   `placeholder:"TEXT" help:"Only publishers whose name holds TEXT."`
	Prefecture string   `placeholder:"NAME" help:"Only publishers in a prefecture, such as 東京都."`
	Severity   string   `enum:",info,minor,moderate,major,critical" default:"" placeholder:"LEAST" help:"Only that severe or worse: info, minor, moderate, major or critical."`
	Incidents  bool     `help:"Leave out pages that report no incident."`
	Since      moment   `placeholder:"TIME" help:"Begin with what was stored then: a time, a date, how long ago (2h, 7d), or all. Default: now; with --no-follow: all."`
	NoFollow   bool     `aliases:"once" help:"Stop at the present end."`
	Durable    string   `placeholder:"NAME" help:"Go on where the last tail of that name stopped; a message counts as seen when it is printed."`
	JSON       bool     `name:"json" help:"One JSON object a line, as it is in the stream."`
}

func (c *tailCommand) Run(ctx context.Context, std stdio) (err error) {
	subjects, err := c.subjects()
	if err != nil {
		return err
	}
	open := c.openRunning
	if c.NoFollow {
		open = c.openToAsk
	}
	e, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	out := newTailWriter(std.out)
	cfg := bus.SubscribeConfig{
		Subjects: subjects, Since: c.Since.Time, UntilEnd: c.NoFollow, Durable: c.Durable,
		All: c.Since.all || c.NoFollow && c.Since.IsZero(),
	}
	err = e.bus.Subscribe(ctx, cfg, func(_ context.Context, d bus.Delivery) error {
		var seen notice.Classified
		if err := json.Unmarshal(d.Data, &seen); err != nil {
			slog.Warn("a message that cannot be read", "subject", d.Subject, "sequence", d.Sequence, "error", err)
			return nil
		}
		if !c.wants(seen) {
			return nil
		}
		if c.JSON {
			return out.json(d.Data)
		}
		return out.line(d.Stored, seen)
	})
	if errors.Is(err, bus.ErrSubscriberName) {
		return usageError{err}
	}
	return err
}

// subjects makes the filters that the server can apply by itself.
func (c *tailCommand) subjects() ([]string, error) {
	for _, code := range c.Category {
		if !notice.Category(code).Valid() {
			return nil, usagef("no category %q; there are %s", code, codes(notice.Categories(), func(i notice.CategoryInfo) string { return string(i.Code) }))
		}
	}
	for _, code := range c.Sector {
		if !notice.Sector(code).Valid() {
			return nil, usagef("no sector %q; there are %s", code, codes(notice.Sectors(), func(i notice.SectorInfo) string { return string(i.Code) }))
		}
	}
	categories, sectors := c.Category, c.Sector
	if len(categories) == 0 {
		categories = []string{"*"}
	}
	if len(sectors) == 0 {
		sectors = []string{"*"}
	}
	var list []string
	for _, category := range categories {
		for _, sector := range sectors {
			list = append(list, bus.ClassifiedSubject(notice.Category(category), notice.Sector(sector)))
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func codes[T any](infos []T, code func(T) string) string {
	var list []string
	for _, info := range infos {
		list = append(list, code(info))
	}
	return strings.Join(list, ", ")
}

// severities are the codes from least to worst.
func severities() []notice.Severity {
	return []notice.Severity{notice.SeverityInfo, notice.SeverityMinor, notice.SeverityModerate, notice.SeverityMajor, notice.SeverityCritical}
}

// wants applies the filters that the server knows nothing of.
func (c *tailCommand) wants(seen notice.Classified) bool {
	organization := []string{said(seen.Organization.Name), said(seen.Organization.Key)}
	if seen.Notice != nil {
		organization = append(organization, seen.Notice.Publisher)
	}
	named := slices.ContainsFunc(organization, func(name string) bool {
		return strings.Contains(strings.ToLower(notice.Fold(name)), strings.ToLower(notice.Fold(c.Org)))
	})
	least := slices.Index(severities(), notice.Severity(c.Severity))
	return named && slices.Index(severities(), seen.Severity) >= least &&
		(c.Prefecture == "" || said(seen.Organization.Prefecture) == c.Prefecture) &&
		(!c.Incidents || seen.IsIncident)
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// tailWriter writes each message at once, so that what was acknowledged was seen.
type tailWriter struct {
	out   io.Writer
	color bool
	width int // of the terminal; 0: lines are as long as they are
}

func newTailWriter(out io.Writer) *tailWriter {
	w := &tailWriter{out: out}
	if isTerminal(out) {
		w.color = os.Getenv("NO_COLOR") == ""
		if width, _, err := term.GetSize(int(out.(*os.File).Fd())); err == nil {
			w.width = width
		}
	}
	return w
}

func (w *tailWriter) json(data []byte) error {
	var line bytes.Buffer
	if err := json.Compact(&line, data); err != nil {
		return err
	}
	line.WriteByte('\n')
	_, err := w.out.Write(line.Bytes())
	return err
}

// Columns of a line, in the cells of a terminal, where most of Japanese takes two.
const (
	severityWidth     = 8
	categoryWidth     = 24
	sectorWidth       = 20
	organizationWidth = 28
	peopleWidth       = 12
)

// line writes when a notice was stored, how severe it is, what happened, to whom,
// how many were affected, and the headline.
func (w *tailWriter) line(stored time.Time, c notice.Classified) error {
	category, sector := "—", ""
	for _, info := range notice.Categories() {
		if c.IsIncident && info.Code == c.Category {
			category = info.Label.JA
		}
	}
	for _, info := range notice.Sectors() {
		if info.Code == c.Sector {
			sector = info.Label.JA
		}
	}
	organization := said(c.Organization.Name)
	if organization == "" && c.Notice != nil {
		organization = c.Notice.Publisher
	}
	people := ""
	if c.Impact.People != nil {
		people = c.Impact.People.Text
	}
	cells := []string{
		stored.Local().Format(time.DateTime), cell(string(c.Severity), severityWidth), cell(category, categoryWidth),
		cell(sector, sectorWidth), cell(organization, organizationWidth), cell(people, peopleWidth),
	}
	head := strings.Join(cells, "  ")
	line := head + "  " + oneLine(said(c.Title))
	if w.width > 0 {
		line = text.Snip(line, w.width, "…")
	}
	line = strings.TrimRight(line, " ")
	if w.color {
		line = colors[c.Severity] + line + "\x1b[0m"
	}
	_, err := io.WriteString(w.out, line+"\n")
	return err
}

// cell makes s exactly width cells wide.
func cell(s string, width int) string {
	return text.Pad(text.Snip(oneLine(s), width, "…"), width, ' ')
}

// colors are ANSI's, by severity.
var colors = map[notice.Severity]string{
	notice.SeverityInfo: "\x1b[2m", notice.SeverityMinor: "", notice.SeverityModerate: "\x1b[33m",
	notice.SeverityMajor: "\x1b[31m", notice.SeverityCritical: "\x1b[1;31m",
}
