package grafana

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"owabi/pkg/warehouse"
)

// Asker is the warehouse that a check asks.
type Asker interface {
	Ask(ctx context.Context, q warehouse.Question, out io.Writer) (warehouse.Answer, error)
}

// CheckConfig says how to check.
type CheckConfig struct {
	// Dashboards are the UIDs to check. Default: all.
	Dashboards []string
	// From and To are the time range; zero: each dashboard's own, up to now.
	From, To time.Time
	// Slow is from when on a question is called slow. Default 1 s.
	Slow time.Duration
	// Limits bound each question. Default 30 s and 2 GiB.
	Limits warehouse.Limits
}

// Verdict is what a check found of one question.
type Verdict string

// The verdicts.
const (
	Fine    Verdict = "fine"
	Empty   Verdict = "empty"    // it works, and shows nothing
	Slow    Verdict = "slow"     // it works, and took longer than CheckConfig.Slow
	Failed  Verdict = "failed"   // ClickHouse refused it
	Skipped Verdict = "left out" // it is asked of Prometheus
)

// Finding is what a check found of one panel or variable in one language.
type Finding struct {
	Dashboard string // UID
	Where     string // "panel 3: …" or "variable organization"
	Language  Language
	Verdict   Verdict
	Rows      uint64
	Took      time.Duration
	Err       error // of Failed
}

// What makes a check impossible or pointless.
var (
	ErrEmptyWarehouse = errors.New("the warehouse holds no notices that report an incident: every panel would be empty")
	ErrNoViews        = errors.New("the views are not there, or this user may not read them: an administrator makes them with owabi setup")
	ErrTooHeavy       = errors.New("too heavy")
)

// Check asks the questions of every panel and variable, as Grafana's ClickHouse
// plugin expands them, with values bound as parameters. Each is asked for everything
// in both languages, and once with every variable set, so that the conditions are
// tried too.
// The error is of the warehouse as a whole; what fails alone is a Finding.
func Check(ctx context.Context, w Asker, cfg CheckConfig) ([]Finding, error) {
	if cfg.Slow <= 0 {
		cfg.Slow = time.Second
	}
	if cfg.Limits == (warehouse.Limits{}) {
		cfg.Limits = warehouse.Limits{Time: 30 * time.Second, MemoryBytes: 2 << 30}
	}
	if cfg.To.IsZero() {
		cfg.To = time.Now()
	}
	dashboards, err := some(cfg.Dashboards)
	if err != nil {
		return nil, err
	}
	c := checker{asker: w, config: cfg}
	for _, d := range dashboards {
		if err := d.validate(c.timeRange(d)); err != nil {
			return nil, err
		}
	}
	if err := c.findNotice(ctx); err != nil {
		return nil, err
	}
	var all []Finding
	for _, lang := range Languages() {
		for _, d := range dashboards {
			findings, err := c.dashboard(ctx, d, lang)
			if err != nil {
				return nil, err
			}
			all = append(all, findings...)
		}
	}
	return all, nil
}

// some finds the dashboards of these UIDs; none: all.
func some(uids []string) ([]Dashboard, error) {
	if len(uids) == 0 {
		return Dashboards(), nil
	}
	var found []Dashboard
	for _, uid := range uids {
		d, err := Find(uid)
		if err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, nil
}

type checker struct {
	asker    Asker
	config   CheckConfig
	noticeID string // of one that is there, for the dashboard of one notice
}

// Codes of ClickHouse.
const (
	codeUnknownTable    = 60
	codeUnknownDatabase = 81
	codeTimeout         = 159
	codeMemoryLimit     = 241
	codeResultLimit     = 396
	codeAccessDenied    = 497
)

func (c *checker) findNotice(ctx context.Context) error {
	rows, err := c.rows(ctx, Statement{SQL: "SELECT notice_id FROM incidents ORDER BY published DESC NULLS LAST, notice_id LIMIT 1"})
	if exception, ok := errors.AsType[*clickhouse.Exception](err); ok {
		switch exception.Code {
		case codeUnknownTable, codeUnknownDatabase, codeAccessDenied:
			return fmt.Errorf("%w\n%w", ErrNoViews, err)
		}
	}
	if err != nil {
		return err
	}
	if len(rows.first) == 0 {
		return ErrEmptyWarehouse
	}
	c.noticeID, _ = rows.first["notice_id"].(string)
	return nil
}

// timeRange is what the configuration says, or else the dashboard's own.
func (c *checker) timeRange(d Dashboard) Values {
	v := Values{From: c.config.From, To: c.config.To}
	if v.From.IsZero() {
		v.From = d.Begin(v.To)
	}
	return v
}

func (c *checker) dashboard(ctx context.Context, d Dashboard, lang Language) ([]Finding, error) {
	everything, narrowed := c.timeRange(d), c.timeRange(d)
	everything.Chosen, narrowed.Chosen = map[string][]string{}, map[string][]string{}
	var findings []Finding
	for _, v := range d.Variables {
		switch {
		case v.Name == "notice_id":
			everything.Chosen[v.Name] = []string{c.noticeID}
		case v.Kind == Lookup:
			f, first := c.lookup(ctx, d, v, lang, everything)
			findings = append(findings, f)
			narrowed.Chosen[v.Name] = []string{first}
			continue
		}
		narrowed.Chosen[v.Name] = v.broadly(everything)
	}
	for _, p := range d.Panels {
		findings = append(findings, c.panel(ctx, d, p, lang, everything, narrowed))
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
	}
	return findings, nil
}

// broadly chooses of a variable so that its condition is asked and keeps most rows.
func (v Variable) broadly(chosen Values) []string {
	if v.Kind != Choices {
		return chosen.Chosen[v.Name]
	}
	return codes(v.Options)
}

func (c *checker) lookup(ctx context.Context, d Dashboard, v Variable, lang Language, chosen Values) (Finding, string) {
	f := Finding{Dashboard: d.UID, Where: "variable " + v.Name, Language: lang}
	s, err := d.BindLookup(v, lang, chosen)
	if err != nil {
		f.Verdict, f.Err = Failed, err
		return f, ""
	}
	rows, err := c.rows(ctx, s)
	first, _ := rows.first["value"].(string)
	return c.judge(f, rows, err, len(rows.first) == 0), first
}

func (c *checker) panel(ctx context.Context, d Dashboard, p Panel, lang Language, everything, narrowed Values) Finding {
	f := Finding{Dashboard: d.UID, Where: fmt.Sprintf("panel %d: %s", p.ID, lang.Of(p.Title)), Language: lang}
	if p.SQL == "" {
		f.Verdict = Skipped
		return f
	}
	rounds := []Values{everything}
	if lang == Languages()[0] {
		rounds = []Values{narrowed, everything}
	}
	for _, chosen := range rounds {
		s, err := d.Bind(p, lang, chosen)
		if err != nil {
			f.Verdict, f.Err = Failed, err
			return f
		}
		rows, err := c.rows(ctx, s)
		f = c.judge(f, rows, err, !rows.shows(p))
		if f.Verdict == Failed {
			return f
		}
	}
	return f
}

func (c *checker) judge(f Finding, rows someRows, err error, empty bool) Finding {
	f.Rows, f.Took, f.Err = rows.count, rows.took, err
	switch {
	case err != nil:
		f.Verdict = Failed
	case rows.took > c.config.Slow:
		f.Verdict = Slow
	case empty:
		f.Verdict = Empty
	default:
		f.Verdict = Fine
	}
	return f
}

// someRows is what a check needs of an answer.
type someRows struct {
	count   uint64
	took    time.Duration
	first   map[string]any
	figures map[string]bool // columns in which some row has a number other than 0
}

// shows says whether there is something to see: rows, or where the number of rows
// is always the same, a figure.
func (r someRows) shows(p Panel) bool {
	if p.Kind != Stat && p.Kind != Bars {
		return r.count > 0
	}
	for _, c := range p.figures() {
		if r.figures[c.Name] {
			return true
		}
	}
	return false
}

func (c *checker) rows(ctx context.Context, s Statement) (someRows, error) {
	var out bytes.Buffer
	answer, err := c.asker.Ask(ctx, warehouse.Question{SQL: s.SQL, Parameters: s.Parameters, Format: warehouse.FormatJSON, Limits: c.config.Limits}, &out)
	rows := someRows{count: answer.Rows, took: answer.Took, figures: map[string]bool{}}
	if err != nil {
		return rows, inWords(err)
	}
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var row map[string]any
		if err := decoder.Decode(&row); err != nil {
			return rows, fmt.Errorf("read a row: %w", err)
		}
		if rows.first == nil {
			rows.first = row
		}
		for name, value := range row {
			if number, ok := value.(float64); ok && number != 0 {
				rows.figures[name] = true
			}
		}
	}
	return rows, nil
}

// inWords says of a limit that was met what it means.
func inWords(err error) error {
	exception, ok := errors.AsType[*clickhouse.Exception](err)
	if errors.Is(err, warehouse.ErrTimeLimit) || ok && (exception.Code == codeTimeout || exception.Code == codeMemoryLimit || exception.Code == codeResultLimit) {
		return fmt.Errorf("%w: a shorter time range asks for less\n%w", ErrTooHeavy, err)
	}
	return err
}
