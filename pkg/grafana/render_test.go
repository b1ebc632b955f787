package grafana_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"owabi/pkg/grafana"
)

// TestTheRenderedFilesAreFresh fails when dashboards/ is not what Render gives:
// run owabi dashboards render.
func TestTheRenderedFilesAreFresh(t *testing.T) {
	const folder = "../../dashboards"
	files, err := grafana.Render()
	if err != nil {
		t.Fatal(err)
	}
	rendered := map[string]bool{}
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.Path))
		rendered[path] = true
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(data, f.Data) {
			t.Errorf("%s is stale", path)
		}
	}
	for _, lang := range grafana.Languages() {
		there, err := filepath.Glob(filepath.Join(folder, string(lang), "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range there {
			if !rendered[path] {
				t.Errorf("%s is of no dashboard", path)
			}
		}
	}
}

func TestRenderingTwiceGivesTheSameBytes(t *testing.T) {
	once, err := grafana.Render()
	if err != nil {
		t.Fatal(err)
	}
	again, err := grafana.Render()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range once {
		if !bytes.Equal(f.Data, again[i].Data) {
			t.Errorf("%s differs", f.Path)
		}
	}
}

// placeholder is one of a definition's SQL; Grafana's own begin with a dollar.
var placeholder = regexp.MustCompile(`(^|[^$])\{[a-z]+( [a-z_]+)?\}`)

// rendered is what tests look at of Grafana's JSON.
type rendered struct {
	UID           string
	SchemaVersion int
	Panels        []struct {
		ID          int
		Type        string
		Description string
		Targets     []struct {
			RawSQL     string `json:"rawSql"`
			Format     *int
			EditorType string
			Expr       string
			Datasource struct{ Type, UID string }
		}
		FieldConfig struct {
			Defaults struct{ Unit string }
		}
	}
	Templating struct {
		List []struct {
			Name, Type string
			Query      any
			Current    struct{ Value any }
		}
	}
}

func TestGrafanaFindsWhatItNeeds(t *testing.T) {
	for _, d := range grafana.Dashboards() {
		for _, lang := range grafana.Languages() {
			data, err := d.JSON(lang)
			if err != nil {
				t.Fatal(err)
			}
			var got rendered
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if got.UID != "owabi-"+d.UID+"-"+string(lang) || got.SchemaVersion < 36 || len(got.Panels) != len(d.Panels) {
				t.Errorf("%s: uid %s, schema %d, %d panels", d.UID, got.UID, got.SchemaVersion, len(got.Panels))
			}
			if got.Templating.List[0].Name != "datasource" || got.Templating.List[0].Query != "grafana-clickhouse-datasource" {
				t.Errorf("%s: no choice of data source: %+v", d.UID, got.Templating.List[0])
			}
			for _, p := range got.Panels {
				if p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
					t.Errorf("%s, panel %d: %+v", d.UID, p.ID, p)
				}
				for _, target := range p.Targets {
					sql := target.Expr == ""
					switch {
					case sql && (target.Datasource.UID != "${datasource}" || target.EditorType != "sql" || target.Format == nil):
						t.Errorf("%s, panel %d: not as the ClickHouse plugin asks: %+v", d.UID, p.ID, target)
					case !sql && target.Datasource.UID != "${prometheus}":
						t.Errorf("%s, panel %d: not as Prometheus asks: %+v", d.UID, p.ID, target)
					case placeholder.MatchString(target.RawSQL):
						t.Errorf("%s, panel %d: a placeholder is left: %s", d.UID, p.ID, target.RawSQL)
					}
				}
			}
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	for _, d := range grafana.Dashboards() {
		for _, p := range d.Panels {
			for _, l := range p.Links {
				target, err := grafana.Find(l.To)
				if err != nil {
					t.Errorf("%s, panel %d: %v", d.UID, p.ID, err)
					continue
				}
				for _, set := range l.Set {
					if _, ok := target.Variable(set.Variable); !ok {
						t.Errorf("%s, panel %d: %s has no variable %s", d.UID, p.ID, target.UID, set.Variable)
					}
					if !strings.Contains(p.SQL, set.Column) {
						t.Errorf("%s, panel %d: no column %s", d.UID, p.ID, set.Column)
					}
				}
			}
		}
	}
}

// The fields that @grafana/schema has in 10, 11, 12 and 13 alike, and of links all that
// it wants; others would be dropped or refused there.
func TestTheJSONHasTheFieldsOfLaterGrafanas(t *testing.T) {
	known := map[string][]string{
		"board":      {"annotations", "description", "editable", "graphTooltip", "id", "links", "panels", "schemaVersion", "tags", "templating", "time", "timepicker", "timezone", "title", "uid", "version"},
		"panel":      {"datasource", "description", "fieldConfig", "gridPos", "id", "options", "targets", "title", "transparent", "type"},
		"variable":   {"allValue", "current", "datasource", "hide", "includeAll", "label", "multi", "name", "options", "query", "refresh", "regex", "sort", "type"},
		"link":       {"asDropdown", "icon", "includeVars", "keepTime", "tags", "targetBlank", "title", "tooltip", "type", "url"},
		"timepicker": {"hidden", "refresh_intervals"},
	}
	type object = map[string]any
	only := func(where, kind string, got any) {
		for name := range got.(object) {
			if !slices.Contains(known[kind], name) {
				t.Errorf("%s: a %s has %s", where, kind, name)
			}
		}
	}
	for _, d := range grafana.Dashboards() {
		data, err := d.JSON(grafana.Japanese)
		if err != nil {
			t.Fatal(err)
		}
		var board object
		if err := json.Unmarshal(data, &board); err != nil {
			t.Fatal(err)
		}
		only(d.UID, "board", board)
		only(d.UID, "timepicker", board["timepicker"])
		for _, p := range board["panels"].([]any) {
			only(d.UID, "panel", p)
		}
		for _, v := range board["templating"].(object)["list"].([]any) {
			only(d.UID, "variable", v)
		}
		for _, l := range board["links"].([]any) {
			only(d.UID, "link", l)
			for _, name := range known["link"] {
				if _, ok := l.(object)[name]; !ok {
					t.Errorf("%s: a link lacks %s", d.UID, name)
				}
			}
		}
	}
}
