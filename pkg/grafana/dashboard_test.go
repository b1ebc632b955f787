package grafana_test

import (
	"strings"
	"testing"

	"owabi/pkg/grafana"
	"owabi/pkg/notice"
)

func TestEveryDashboardIsComplete(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range grafana.Dashboards() {
		if uids[d.UID] {
			t.Errorf("two dashboards %s", d.UID)
		}
		uids[d.UID] = true
		told(t, d.UID, d.Title)
		told(t, d.UID, d.Description)
		for _, v := range d.Variables {
			told(t, d.UID+", variable "+v.Name, v.Label)
			for _, o := range v.Options {
				told(t, d.UID+", option "+o.Value, o.Label)
			}
		}
		ids := map[int]bool{}
		for _, p := range d.Panels {
			where := d.UID + ", panel " + p.Title.EN
			if ids[p.ID] || p.ID < 1 {
				t.Errorf("%s: id %d is not its own", where, p.ID)
			}
			ids[p.ID] = true
			told(t, where, p.Title)
			told(t, where+", description", p.Description)
			if p.Unit == "" {
				t.Errorf("%s: no unit", where)
			}
			if p.Grid.W < 1 || p.Grid.H < 1 || p.Grid.X+p.Grid.W > 24 {
				t.Errorf("%s: no place: %+v", where, p.Grid)
			}
			if (p.SQL == "") == (len(p.Metrics) == 0) {
				t.Errorf("%s: want either SQL or metrics", where)
			}
			aboutNotices := d.UID != "notice" && d.UID != "pipeline"
			if p.SQL != "" && len(p.Links) == 0 && aboutNotices {
				t.Errorf("%s: leads nowhere", where)
			}
			for _, c := range p.Columns {
				for _, other := range p.Columns {
					// Grafana finds a column by its name or its label.
					if c.Name != other.Name && (c.Label.EN == other.Name || c.Label.EN == other.Label.EN && c.Label.EN != "") {
						t.Errorf("%s: column %s is called like column %s", where, c.Name, other.Name)
					}
				}
				if !c.Hidden && c.Name != "time" {
					told(t, where+", column "+c.Name, c.Label)
				}
			}
		}
	}
}

// told reports a text that is missing in one of the languages, or is not in it.
func told(t *testing.T, where string, label notice.Label) {
	t.Helper()
	if strings.TrimSpace(label.JA) == "" || strings.TrimSpace(label.EN) == "" {
		t.Errorf("%s: %+v", where, label)
	}
	for _, r := range label.EN {
		if r > 0x2fff {
			t.Errorf("%s: the English text has %q: %s", where, r, label.EN)
			break
		}
	}
}

func TestPanelsDoNotOverlap(t *testing.T) {
	for _, d := range grafana.Dashboards() {
		taken := map[[2]int]string{}
		for _, p := range d.Panels {
			for x := p.Grid.X; x < p.Grid.X+p.Grid.W; x++ {
				for y := p.Grid.Y; y < p.Grid.Y+p.Grid.H; y++ {
					if other, ok := taken[[2]int{x, y}]; ok {
						t.Fatalf("%s: %s lies on %s", d.UID, p.Title.EN, other)
					}
					taken[[2]int{x, y}] = p.Title.EN
				}
			}
		}
	}
}
