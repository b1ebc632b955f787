// Package grafana holds owabi's dashboards: what each panel asks, counts and
// leaves out, once and in two languages. The same definitions are rendered to
// Grafana's JSON ([Render]), checked against a warehouse, pushed to a Grafana
// ([Push]), and drawn by owabi's own explorer, which binds their questions to
// values ([Dashboard.Bind]).
//
// It promises the same bytes for the same definitions, and that a value that a
// person chose reaches ClickHouse as a bound parameter or, inside Grafana, by
// Grafana's own quoting. It draws nothing and runs no Grafana.
package grafana

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"owabi/pkg/notice"
)

// Language is one of the two that the dashboards speak.
type Language string

// The languages.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

// Languages lists both, the first one first.
func Languages() []Language { return []Language{Japanese, English} }

// Of returns the label in the language.
func (l Language) Of(label notice.Label) string {
	if l == Japanese {
		return label.JA
	}
	return label.EN
}

// Dashboard is a page of panels under one set of variables.
type Dashboard struct {
	UID         string // permanent; stands in addresses and file names
	Title       notice.Label
	Description notice.Label
	Variables   []Variable
	Panels      []Panel
	// Years or Days is how far back the time range reaches at first.
	Years, Days int
	// Hidden keeps it out of menus: it makes sense only when reached by a link.
	Hidden bool
}

// VariableKind is how a value is chosen.
type VariableKind string

// The kinds of variable.
const (
	Choices VariableKind = "choices" // any number of Options; none: all
	Choice  VariableKind = "choice"  // exactly one of Options
	Lookup  VariableKind = "lookup"  // any number of what SQL returns; none: all
	Text    VariableKind = "text"    // free text, may be empty
)

// Variable is something a person chooses above the panels.
type Variable struct {
	Name  string // in addresses and parameters
	Label notice.Label
	Kind  VariableKind
	// Options are what Choices and Choice offer.
	Options []Option
	// SQL is what Lookup offers: rows of (value, label). It may use the
	// placeholders of a panel's SQL; {choices} leaves the variable itself out.
	SQL string
	// Default of Choice and Text.
	Default string
	// Condition keeps the rows that fit what was chosen, for {filters} and
	// {choices}; {values} (Choices, Lookup: an array) or {value} (Choice, Text: a
	// string) stands for it. Empty: the variable is no filter.
	Condition string
}

// Option is a value and how it is called.
type Option struct {
	Value string
	Label notice.Label
}

// many says whether any number of values can be chosen.
func (v Variable) many() bool { return v.Kind == Choices || v.Kind == Lookup }

// Kind is how a panel is drawn. The order of a result's columns is its own:
//
//	Stat     one row; each shown column is a figure
//	Stacked  time, code, series, value: a bar a month (or interval), stacked by series
//	Lines    time, then figures: a line each; a second unit gets a second axis
//	Bars     label, then figures and codes: rows from top to bottom
//	Table    any
type Kind string

// The kinds of panel.
const (
	Stat    Kind = "stat"
	Stacked Kind = "stacked"
	Lines   Kind = "lines"
	Bars    Kind = "bars"
	Table   Kind = "table"
)

// Unit is what a figure counts.
type Unit string

// The units.
const (
	Notices       Unit = "notices"
	Incidents     Unit = "incidents"
	Organizations Unit = "organizations"
	Persons       Unit = "persons"
	Minutes       Unit = "minutes"
	Days          Unit = "days"
	Share         Unit = "share" // 0..1
	Yen           Unit = "yen"
	Bytes         Unit = "bytes"
	Seconds       Unit = "seconds"
	PerSecond     Unit = "per_second"
	Rows          Unit = "rows"
	Parts         Unit = "parts"
	Ratio         Unit = "ratio" // times
	Day           Unit = "day"   // a date
	Month         Unit = "month" // a date, of which the month counts
	Moment        Unit = "moment"
	Words         Unit = "text"
)

// Panel is one question with its answer drawn.
type Panel struct {
	ID          int // permanent within its dashboard, from 1
	Title       notice.Label
	Description notice.Label // what it counts, and what it leaves out
	Kind        Kind
	// SQL is one SELECT with placeholders, see expand.go.
	SQL string
	// Metrics are asked of Prometheus in place of SQL; the explorer leaves such
	// panels out, for it keeps no history of metrics.
	Metrics []Metric
	// Unit of the figures for which Columns says nothing else.
	Unit Unit
	// Columns names what SQL returns, in its order.
	Columns []Column
	Links   []Link
	// Grid is the place on a grid of 24 columns; a row is about 30 pixels.
	Grid Grid
}

// Metric is one expression for Prometheus.
type Metric struct {
	Expression string // PromQL; $__rate_interval is Grafana's
	Legend     notice.Label
}

// Column is one of a result's.
type Column struct {
	Name  string
	Label notice.Label
	Unit  Unit
	// Hidden columns serve links.
	Hidden bool
	// Width of a table's column in pixels; 0: as fits.
	Width int
}

// Link leads from what is shown to what is behind it. The time range goes along
// unless AnyTime, and so does every variable that both dashboards have.
type Link struct {
	Title notice.Label
	To    string // UID of a dashboard
	// Set gives variables of the target values from the row that was chosen.
	Set []Assignment
	// AnyTime leaves the time range behind: the target begins with its own.
	AnyTime bool
}

// Assignment sets a variable from a column of the row, or where the column is the
// time of Stacked or Lines, from its month as YYYY-MM.
type Assignment struct{ Variable, Column string }

// Begin is where the time range begins at first when it ends at end.
func (d Dashboard) Begin(end time.Time) time.Time { return end.AddDate(-d.Years, 0, -d.Days) }

// Grid is a rectangle on the page.
type Grid struct{ X, Y, W, H int }

// ErrUnknownDashboard is returned for a UID that no dashboard has.
var ErrUnknownDashboard = errors.New("unknown dashboard")

// Dashboards lists all, in the order of menus.
func Dashboards() []Dashboard {
	return []Dashboard{overview(), organizations(), impact(), outages(), timeliness(), pipeline(), noticeList(), oneNotice()}
}

// Find returns the dashboard of that UID, or ErrUnknownDashboard with those there are.
func Find(uid string) (Dashboard, error) {
	var known []string
	for _, d := range Dashboards() {
		if d.UID == uid {
			return d, nil
		}
		known = append(known, d.UID)
	}
	return Dashboard{}, fmt.Errorf("%w %q: there are %s", ErrUnknownDashboard, uid, strings.Join(known, ", "))
}

// Panel returns the panel of that id.
func (d Dashboard) Panel(id int) (Panel, bool) {
	for _, p := range d.Panels {
		if p.ID == id {
			return p, true
		}
	}
	return Panel{}, false
}

// Variable returns the variable of that name.
func (d Dashboard) Variable(name string) (Variable, bool) {
	for _, v := range d.Variables {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}

// flow places panels from left to right, one below the other of the same width
// where the row is high enough for both, and wraps at the right edge; of Grid they
// bring W and H.
func flow(panels ...Panel) []Panel {
	const width = 24
	row := Grid{} // W and H are what is taken of it
	for i := range panels {
		g := &panels[i].Grid
		if i > 0 {
			above := panels[i-1].Grid
			if above.W == g.W && above.Y+above.H+g.H <= row.Y+row.H {
				g.X, g.Y = above.X, above.Y+above.H
				continue
			}
		}
		if row.W+g.W > width {
			row = Grid{Y: row.Y + row.H}
		}
		g.X, g.Y = row.W, row.Y
		row.W, row.H = row.W+g.W, max(row.H, g.H)
	}
	return panels
}
