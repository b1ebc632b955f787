package grafana

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
)

// PushConfig says which Grafana, and as whom.
type PushConfig struct {
	URL            string // http:// or https://, with the path it is served under
	Token          string // of a service account with the role Editor, or
	User, Password string
	// Languages of the dashboards. Default: both.
	Languages []Language
	// DataSource is made or brought up to date when set, which needs the role
	// Admin; otherwise it is only looked for.
	DataSource *DataSource
}

// DataSource is the ClickHouse as the Grafana reaches it.
type DataSource struct {
	URL            string // http://, https:// or clickhouse://, with an optional database
	User, Password string
}

// Outcome is what became of a folder, data source or dashboard.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Found     Outcome = "found"
	Refused   Outcome = "refused"
	Missing   Outcome = "missing" // not made because nobody asked
)

// Step is one thing that a push did or could not do.
type Step struct {
	What    string
	Outcome Outcome
	Err     error // of Refused and Missing: why, and what to do
}

// Push sends the dashboards to a Grafana, each language to its folder, and tells of
// each step. A refused data source does not keep the dashboards back. A second push
// changes nothing. The error is of the Grafana as a whole, or says that a folder or
// dashboard was refused.
func Push(ctx context.Context, cfg PushConfig, tell func(Step)) error {
	a, err := newAPI(cfg)
	if err != nil {
		return err
	}
	defer a.client.CloseIdleConnections()
	var health struct{ Version string }
	if err := a.call(ctx, http.MethodGet, "/api/health", nil, &health); err != nil {
		return err
	}
	if health.Version == "" { // newer ones tell it only to those who are logged in
		health.Version = "of an untold version"
	}
	tell(Step{What: "Grafana " + health.Version, Outcome: Found})
	step := a.dataSource(ctx, cfg.DataSource)
	tell(step)
	if errors.Is(step.Err, ErrLogin) {
		return step.Err
	}
	languages := cfg.Languages
	if len(languages) == 0 {
		languages = Languages()
	}
	refused := 0
	for _, lang := range languages {
		steps, err := a.language(ctx, lang)
		for _, step := range steps {
			tell(step)
			if step.Outcome == Refused {
				refused++
			}
		}
		if err != nil {
			return err
		}
	}
	if refused > 0 {
		return fmt.Errorf("%w: %d folders or dashboards", ErrGrafanaSays, refused)
	}
	return nil
}

// language sends the dashboards of a language; the error ends the push.
func (a *api) language(ctx context.Context, lang Language) ([]Step, error) {
	folder := a.folder(ctx, lang)
	steps := []Step{folder}
	if folder.Outcome == Refused {
		return steps, ctx.Err()
	}
	for _, d := range Dashboards() {
		outcome, err := a.dashboard(ctx, d, lang)
		steps = append(steps, Step{What: "dashboard " + d.GrafanaUID(lang), Outcome: outcome, Err: err})
		if ctx.Err() != nil || errors.Is(err, ErrGrafanaDown) {
			return steps, err
		}
	}
	return steps, nil
}

func (a *api) folder(ctx context.Context, lang Language) Step {
	step := Step{What: "folder " + folderTitle(lang), Outcome: Unchanged}
	err := a.call(ctx, http.MethodGet, "/api/folders/"+folderUID(lang), nil, nil)
	if errors.Is(err, ErrNotThere) {
		step.Outcome = Created
		err = a.call(ctx, http.MethodPost, "/api/folders", object{"uid": folderUID(lang), "title": folderTitle(lang)}, nil)
	}
	if err != nil {
		step.Outcome, step.Err = Refused, needs(err, "make folders", "Editor")
	}
	return step
}

func (a *api) dashboard(ctx context.Context, d Dashboard, lang Language) (Outcome, error) {
	data, err := d.JSON(lang)
	if err != nil {
		return Refused, err
	}
	var wanted object
	if err := json.Unmarshal(data, &wanted); err != nil {
		return Refused, err
	}
	var there struct{ Dashboard object }
	outcome := Updated
	switch err := a.call(ctx, http.MethodGet, "/api/dashboards/uid/"+d.GrafanaUID(lang), nil, &there); {
	case errors.Is(err, ErrNotThere):
		outcome = Created
	case err != nil:
		return Refused, needs(err, "read dashboards", "Editor")
	case sameDashboard(there.Dashboard, wanted):
		return Unchanged, nil
	}
	wanted["id"] = nil
	delete(wanted, "version")
	err = a.call(ctx, http.MethodPost, "/api/dashboards/db", object{
		"dashboard": wanted, "folderUid": folderUID(lang), "overwrite": true, "message": "owabi dashboards push",
	}, nil)
	if err != nil {
		return Refused, needs(err, "save dashboards", "Editor")
	}
	return outcome, nil
}

// sameDashboard compares without what a Grafana numbers itself.
func sameDashboard(there, wanted object) bool {
	for name := range there {
		if name != "id" && name != "version" && !reflect.DeepEqual(there[name], wanted[name]) {
			return false
		}
	}
	for name := range wanted {
		if _, ok := there[name]; !ok && name != "id" && name != "version" {
			return false
		}
	}
	return true
}

// dataSource looks for the data source and, when source says how, makes it or
// brings it up to date.
func (a *api) dataSource(ctx context.Context, source *DataSource) Step {
	step := Step{What: "data source " + clickHouseUID, Outcome: Unchanged}
	refused := func(err error) Step {
		step.Outcome, step.Err = Refused, needs(err, "make or change data sources", "Admin")
		return step
	}
	path := "/api/datasources/uid/" + clickHouseUID
	var there struct {
		ReadOnly bool
		JSONData object
	}
	err := a.call(ctx, http.MethodGet, path, nil, &there)
	isThere := err == nil
	switch {
	case err != nil && !errors.Is(err, ErrNotThere):
		return refused(err)
	case isThere && (source == nil || there.ReadOnly): // provisioned: it is as its file says
		return step
	case source == nil:
		step.Outcome = Missing
		step.Err = fmt.Errorf("%w; choose another of type %s in the dashboards, or say with a data source's URL how this Grafana reaches ClickHouse", ErrNotThere, clickHouseType)
		return step
	}
	wanted, err := source.payload()
	if err != nil {
		return refused(err)
	}
	if isThere {
		if source.Password == "" && reflect.DeepEqual(there.JSONData, wanted["jsonData"]) {
			return step
		}
		if err := a.call(ctx, http.MethodPut, path, wanted, nil); err != nil {
			return refused(err)
		}
		step.Outcome = Updated
		return step
	}
	// A Grafana takes a data source whose plugin it lacks, and then cannot use it.
	if err := a.call(ctx, http.MethodGet, "/api/plugins/"+clickHouseType+"/settings", nil, nil); errors.Is(err, ErrNotThere) {
		return refused(fmt.Errorf("%w: the plugin %s; install it: grafana cli plugins install %s", ErrNotThere, clickHouseType, clickHouseType))
	}
	if err := a.call(ctx, http.MethodPost, "/api/datasources", wanted, nil); err != nil {
		return refused(err)
	}
	step.Outcome = Created
	return step
}

// payload is the data source as the plugin's versions 3 (server) and 4 (host) read it.
func (s DataSource) payload() (object, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("not the URL of a ClickHouse: want http://, https:// or clickhouse://")
	}
	protocol, port, secure := "http", 8123, u.Query().Get("secure") == "true"
	switch u.Scheme {
	case "http":
	case "https":
		port, secure = 8443, true
	case "clickhouse":
		protocol, port = "native", 9000
		if secure {
			port = 9440
		}
	default:
		return nil, fmt.Errorf("not the URL of a ClickHouse: want http://, https:// or clickhouse://")
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, fmt.Errorf("not a port: %s", u.Port())
		}
	}
	database := "owabi"
	if len(u.Path) > 1 {
		database = u.Path[1:]
	}
	wanted := object{
		"name": clickHouseUID, "uid": clickHouseUID, "type": clickHouseType, "access": "proxy",
		// Numbers as JSON gives them back, to compare.
		"jsonData": object{
			"host": u.Hostname(), "server": u.Hostname(), "port": float64(port), "protocol": protocol, "secure": secure,
			"username": s.User, "defaultDatabase": database,
		},
	}
	if s.Password != "" {
		wanted["secureJsonData"] = object{"password": s.Password}
	}
	return wanted, nil
}

// needs adds to a refusal what the account lacks.
func needs(err error, what, role string) error {
	if errors.Is(err, ErrNotAllowed) {
		return fmt.Errorf("%w. To %s it needs the role %s", err, what, role)
	}
	return err
}
