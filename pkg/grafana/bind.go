package grafana

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Values is what a person chose.
type Values struct {
	// From and To bound the time range, both included; the days they lie on are
	// Japan's. Both zero: all time, and then notices without a day of publication are
	// in it too.
	From, To time.Time
	// Chosen holds the values of variables by name. A variable that is missing
	// has its default; of Choices and Lookup no value means all.
	Chosen map[string][]string
	// Interval is the width of a bar over moments; default: the time range in 60, made
	// to go into Japan's days, and of all time a day.
	Interval time.Duration
}

// Japan is the zone of every day that a person chooses or sees; it has no summer time.
var Japan = time.FixedZone(zone, ahead)

const (
	zone  = "Asia/Tokyo"
	ahead = 9 * 60 * 60 // seconds, of UTC
)

// Statement is SQL with the parameters it binds as ClickHouse's {name:Type}.
type Statement struct {
	SQL        string
	Parameters map[string]any // string, []string or uint32 by name
	// Interval is the width of its bars over moments; 0: it has none.
	Interval time.Duration
}

// What a person can choose wrongly; the error's text says it in words.
var (
	ErrTimeRange       = errors.New("impossible time range")
	ErrUnknownVariable = errors.New("unknown variable")
	ErrValue           = errors.New("impossible value")
)

// maxChosen bounds how many values of one variable a request can carry.
const maxChosen = 1000

// Bind returns a panel's question for the values that were chosen. It binds, of
// the parameters, those that the SQL uses. The panel must have SQL.
func (d Dashboard) Bind(p Panel, lang Language, chosen Values) (Statement, error) {
	s, err := d.bind(p.SQL, lang, chosen, "")
	if err != nil {
		return s, fmt.Errorf("dashboard %s, panel %d: %w", d.UID, p.ID, err)
	}
	return s, nil
}

// BindLookup returns the question for what a variable of kind Lookup offers:
// rows of (value, label). What was chosen of the other variables narrows it.
func (d Dashboard) BindLookup(v Variable, lang Language, chosen Values) (Statement, error) {
	s, err := d.bind(v.SQL, lang, chosen, v.Name)
	if err != nil {
		return s, fmt.Errorf("dashboard %s, variable %s: %w", d.UID, v.Name, err)
	}
	return s, nil
}

func (d Dashboard) bind(sql string, lang Language, chosen Values, except string) (Statement, error) {
	if err := d.validate(chosen); err != nil {
		return Statement{}, err
	}
	b := binding{chosen: chosen, parameters: map[string]any{}}
	sql, err := d.expand(sql, lang, b, except)
	if err != nil {
		return Statement{}, err
	}
	for name := range b.parameters { // values of both kinds are made, one is used
		if !strings.Contains(sql, "{"+name+":") {
			delete(b.parameters, name)
		}
	}
	seconds, _ := b.parameters[intervalSeconds].(uint32)
	return Statement{SQL: sql, Parameters: b.parameters, Interval: time.Duration(seconds) * time.Second}, nil
}

// The days that ClickHouse's Date32 can hold.
var (
	firstDay = time.Date(1900, 1, 1, 0, 0, 0, 0, Japan)
	lastDay  = time.Date(2299, 12, 31, 23, 59, 59, 0, Japan)
)

// allTime says whether no time range was chosen.
func (v Values) allTime() bool { return v.From.IsZero() && v.To.IsZero() }

func (d Dashboard) validate(chosen Values) error {
	switch {
	case chosen.allTime():
	case chosen.From.After(chosen.To):
		return fmt.Errorf("%w: it begins %s, after its end %s", ErrTimeRange, dayText(chosen.From), dayText(chosen.To))
	case chosen.From.Before(firstDay) || chosen.To.After(lastDay):
		return fmt.Errorf("%w: want days from %s to %s", ErrTimeRange, dayText(firstDay), dayText(lastDay))
	}
	for name, values := range chosen.Chosen {
		v, ok := d.Variable(name)
		if !ok {
			return fmt.Errorf("%w %q", ErrUnknownVariable, name)
		}
		if err := v.validate(values); err != nil {
			return fmt.Errorf("variable %s: %w", name, err)
		}
	}
	return nil
}

func (v Variable) validate(values []string) error {
	switch {
	case len(values) > maxChosen:
		return fmt.Errorf("%w: more than %d values", ErrValue, maxChosen)
	case !v.many() && len(values) > 1:
		return fmt.Errorf("%w: want one value", ErrValue)
	}
	if len(v.Options) == 0 {
		return nil
	}
	for _, value := range values {
		if !slices.ContainsFunc(v.Options, func(o Option) bool { return o.Value == value }) {
			return fmt.Errorf("%w %q", ErrValue, value)
		}
	}
	return nil
}

// binding is the dialect of ClickHouse's parameters.
type binding struct {
	chosen     Values
	parameters map[string]any
}

func (b binding) bind(name, kind string, value any) string {
	b.parameters[name] = value
	return "{" + name + ":" + kind + "}"
}

func (b binding) day(column string) string {
	if b.chosen.allTime() {
		return "true"
	}
	return column + " >= " + b.bind("from_day", "Date32", dayText(b.chosen.From)) +
		" AND " + column + " <= " + b.bind("to_day", "Date32", dayText(b.chosen.To))
}

func (b binding) since(column string) string {
	if b.chosen.allTime() {
		return "true"
	}
	return column + " >= " + b.bind("from_day", "Date32", dayText(b.chosen.From))
}

func (b binding) moment(column string) string {
	if b.chosen.allTime() {
		return "true"
	}
	return column + " >= " + b.bind("from_moment", "DateTime64(3, 'UTC')", momentText(b.chosen.From)) +
		" AND " + column + " <= " + b.bind("to_moment", "DateTime64(3, 'UTC')", momentText(b.chosen.To))
}

func dayText(t time.Time) string { return t.In(Japan).Format(time.DateOnly) }

func momentText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000") }

const intervalSeconds = "interval_seconds" // a parameter

func (b binding) interval(column string) string {
	width := b.chosen.Interval
	switch {
	case width > 0:
	case b.chosen.allTime():
		width = 24 * time.Hour
	default:
		width = fitting(b.chosen.To.Sub(b.chosen.From) / 60)
	}
	seconds := b.bind(intervalSeconds, "UInt32", uint32(max(width/time.Second, 1)))
	return cut(column, seconds)
}

// fitting is the least width from width on that goes into a day, or is days.
func fitting(width time.Duration) time.Duration {
	const day = 24 * time.Hour
	for _, fits := range []time.Duration{
		time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if width <= fits {
			return fits
		}
	}
	return (width + day - 1).Truncate(day)
}

// cut is SQL for the begin of the bar that the moment in a column lies in: bars of
// so many seconds from Japan's midnight on, where they go into a day.
func cut(column, seconds string) string {
	return fmt.Sprintf("toDateTime(intDiv(toUnixTimestamp(%s) + %d, %s) * %[3]s - %[2]d, 'UTC')", column, ahead, seconds)
}

func (b binding) month() string { return "assumeNotNull(month)" }

func (b binding) value(v Variable) string {
	value := v.Default
	if chosen := b.chosen.Chosen[v.Name]; len(chosen) > 0 {
		value = chosen[0]
	}
	return b.bind(v.Name, "String", value)
}

func (b binding) values(v Variable) string {
	return b.bind(v.Name, "Array(String)", append([]string{}, b.chosen.Chosen[v.Name]...))
}

func (b binding) unlessAll(condition string, v Variable) string {
	if len(b.chosen.Chosen[v.Name]) == 0 {
		return "true"
	}
	return condition
}
