package explorer

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"owabi/pkg/grafana"
	"owabi/pkg/notice"
)

// What the page is told of a dashboard: the definition in one language, without
// its SQL.
type (
	dashboardAnswer struct {
		UID         string           `json:"uid"`
		Title       string           `json:"title"`
		Description string           `json:"description"`
		From        string           `json:"from"` // the time range it begins with, YYYY-MM-DD
		To          string           `json:"to"`
		Grafana     string           `json:"grafana,omitempty"` // where the same one is in Grafana
		Hidden      bool             `json:"hidden,omitempty"`
		Variables   []variableAnswer `json:"variables"`
		Panels      []panelAnswer    `json:"panels"`
	}
	variableAnswer struct {
		Name    string         `json:"name"`
		Label   string         `json:"label"`
		Kind    string         `json:"kind"`
		Default string         `json:"default,omitempty"`
		Options []optionAnswer `json:"options,omitempty"`
	}
	optionAnswer struct {
		Value string `json:"value"`
		Label string `json:"label"`
	}
	panelAnswer struct {
		ID          int            `json:"id"`
		Kind        string         `json:"kind"`
		Title       string         `json:"title"`
		Description string         `json:"description"`
		Unit        string         `json:"unit"`
		Grid        gridAnswer     `json:"grid"`
		Columns     []columnAnswer `json:"columns"`
		Links       []linkAnswer   `json:"links"`
	}
	columnAnswer struct {
		Name   string `json:"name"`
		Label  string `json:"label"`
		Unit   string `json:"unit,omitempty"`
		Hidden bool   `json:"hidden,omitempty"`
		Width  int    `json:"width,omitempty"`
	}
	linkAnswer struct {
		Title   string             `json:"title"`
		To      string             `json:"to"`
		AnyTime bool               `json:"any_time,omitempty"`
		Set     []assignmentAnswer `json:"set"`
	}
	assignmentAnswer struct {
		Variable string `json:"variable"`
		Column   string `json:"column"`
	}
	gridAnswer struct {
		X int `json:"x"`
		Y int `json:"y"`
		W int `json:"w"`
		H int `json:"h"`
	}
)

// dashboards answers with what the page needs to know at first: every dashboard,
// and the labels of all codes by kind.
func (a *api) dashboards(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	all := []dashboardAnswer{}
	for _, d := range grafana.Dashboards() {
		all = append(all, a.describe(d, lang))
	}
	labels := map[string]map[string]string{}
	for _, l := range notice.Labels() {
		if labels[l.Kind] == nil {
			labels[l.Kind] = map[string]string{}
		}
		labels[l.Kind][l.Code] = lang.Of(l.Label)
	}
	answer(w, http.StatusOK, struct {
		Dashboards []dashboardAnswer            `json:"dashboards"`
		Labels     map[string]map[string]string `json:"labels"`
		SQL        bool                         `json:"sql"` // whether people may ask in SQL
	}{all, labels, a.SQL})
}

func (a *api) describe(d grafana.Dashboard, lang grafana.Language) dashboardAnswer {
	from, to := firstRange(d)
	out := dashboardAnswer{
		UID: d.UID, Title: lang.Of(d.Title), Description: lang.Of(d.Description), Hidden: d.Hidden,
		From: from.Format(time.DateOnly), To: to.Format(time.DateOnly),
		Variables: []variableAnswer{}, Panels: []panelAnswer{},
	}
	if a.Grafana != "" {
		out.Grafana = strings.TrimSuffix(a.Grafana, "/") + "/d/" + d.GrafanaUID(lang)
	}
	for _, v := range d.Variables {
		described := variableAnswer{Name: v.Name, Label: lang.Of(v.Label), Kind: string(v.Kind), Default: v.Default}
		for _, o := range v.Options {
			described.Options = append(described.Options, optionAnswer{o.Value, lang.Of(o.Label)})
		}
		out.Variables = append(out.Variables, described)
	}
	for _, p := range d.Panels {
		if p.SQL != "" { // of metrics no history is kept here
			out.Panels = append(out.Panels, describePanel(p, lang))
		}
	}
	closeGaps(out.Panels)
	return out
}

// closeGaps moves panels up over rows of the grid that hold none.
func closeGaps(panels []panelAnswer) {
	slices.SortStableFunc(panels, func(a, b panelAnswer) int { return cmp.Compare(a.Grid.Y, b.Grid.Y) })
	bottom, up := 0, 0 // of the panels so far, as defined; and how far they move
	for i := range panels {
		g := &panels[i].Grid
		up += max(0, g.Y-bottom)
		bottom = max(bottom, g.Y+g.H)
		g.Y -= up
	}
}

func describePanel(p grafana.Panel, lang grafana.Language) panelAnswer {
	out := panelAnswer{
		ID: p.ID, Kind: string(p.Kind), Title: lang.Of(p.Title), Description: lang.Of(p.Description), Unit: string(p.Unit),
		Grid: gridAnswer{p.Grid.X, p.Grid.Y, p.Grid.W, p.Grid.H}, Columns: []columnAnswer{}, Links: []linkAnswer{},
	}
	for _, c := range p.Columns {
		out.Columns = append(out.Columns, columnAnswer{c.Name, labelOr(lang, c.Label, c.Name), string(c.Unit), c.Hidden, c.Width})
	}
	for _, l := range p.Links {
		described := linkAnswer{Title: lang.Of(l.Title), To: l.To, AnyTime: l.AnyTime, Set: []assignmentAnswer{}}
		for _, s := range l.Set {
			described.Set = append(described.Set, assignmentAnswer{s.Variable, s.Column})
		}
		out.Links = append(out.Links, described)
	}
	return out
}

func labelOr(lang grafana.Language, label notice.Label, name string) string {
	if text := lang.Of(label); text != "" {
		return text
	}
	return name
}

func (a *api) panel(w http.ResponseWriter, r *http.Request) {
	statement, err := bindPanel(r)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.replyDashboard(w, r, statement)
}

func (a *api) replyDashboard(w http.ResponseWriter, r *http.Request, s grafana.Statement) {
	found, err := a.askDashboard(r.Context(), s)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	found.BarSeconds = int64(s.Interval / time.Second)
	answer(w, http.StatusOK, found)
}

func bindPanel(r *http.Request) (grafana.Statement, error) {
	d, err := grafana.Find(r.PathValue("dashboard"))
	if err != nil {
		return grafana.Statement{}, err
	}
	id, err := strconv.Atoi(r.PathValue("panel"))
	p, ok := d.Panel(id)
	if err != nil || !ok || p.SQL == "" {
		return grafana.Statement{}, fmt.Errorf("%w: dashboard %s has no panel %q", errNotFound, d.UID, r.PathValue("panel"))
	}
	values, err := chosen(r, d)
	if err != nil {
		return grafana.Statement{}, err
	}
	return d.Bind(p, language(r), values)
}

func (a *api) variable(w http.ResponseWriter, r *http.Request) {
	statement, err := bindVariable(r)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.replyDashboard(w, r, statement)
}

func bindVariable(r *http.Request) (grafana.Statement, error) {
	d, err := grafana.Find(r.PathValue("dashboard"))
	if err != nil {
		return grafana.Statement{}, err
	}
	v, ok := d.Variable(r.PathValue("variable"))
	if !ok || v.SQL == "" {
		return grafana.Statement{}, fmt.Errorf("%w: dashboard %s looks nothing up for %q", errNotFound, d.UID, r.PathValue("variable"))
	}
	values, err := chosen(r, d)
	if err != nil {
		return grafana.Statement{}, err
	}
	return d.BindLookup(v, language(r), values)
}
