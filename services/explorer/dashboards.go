package explorer

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

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
		Years       int              `json:"years"`
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
	}
	linkAnswer struct {
		Title string             `json:"title"`
		To    string             `json:"to"`
		Set   []assignmentAnswer `json:"set"`
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

func (a *api) dashboards(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	all := []dashboardAnswer{}
	for _, d := range grafana.Dashboards() {
		all = append(all, describe(d, lang))
	}
	answer(w, http.StatusOK, struct {
		Dashboards []dashboardAnswer `json:"dashboards"`
		Grafana    string            `json:"grafana,omitempty"`
	}{all, a.Grafana})
}

func describe(d grafana.Dashboard, lang grafana.Language) dashboardAnswer {
	out := dashboardAnswer{
		UID: d.UID, Title: lang.Of(d.Title), Description: lang.Of(d.Description), Years: d.Years, Hidden: d.Hidden,
		Variables: []variableAnswer{}, Panels: []panelAnswer{},
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
	return out
}

func describePanel(p grafana.Panel, lang grafana.Language) panelAnswer {
	out := panelAnswer{
		ID: p.ID, Kind: string(p.Kind), Title: lang.Of(p.Title), Description: lang.Of(p.Description), Unit: string(p.Unit),
		Grid: gridAnswer{p.Grid.X, p.Grid.Y, p.Grid.W, p.Grid.H}, Columns: []columnAnswer{}, Links: []linkAnswer{},
	}
	for _, c := range p.Columns {
		out.Columns = append(out.Columns, columnAnswer{c.Name, labelOr(lang, c.Label, c.Name), string(c.Unit), c.Hidden})
	}
	for _, l := range p.Links {
		described := linkAnswer{Title: lang.Of(l.Title), To: l.To, Set: []assignmentAnswer{}}
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
		refuse(w, statusOf(err), err)
		return
	}
	a.reply(w, r, statement.SQL, statement.Parameters)
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
		refuse(w, statusOf(err), err)
		return
	}
	a.reply(w, r, statement.SQL, statement.Parameters)
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

// cutVariable gives the variable's name of an address's var-NAME.
func cutVariable(name string) (string, bool) { return strings.CutPrefix(name, "var-") }
