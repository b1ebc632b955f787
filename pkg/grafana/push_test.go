package grafana_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"owabi/pkg/grafana"
)

// recorded is a server that answers the calls of a push as a Grafana 9.4.0 did when
// they were sent to it with curl: the same statuses and bodies, as far as a push
// reads them. What it cannot tell is what another Grafana answers.
type recorded struct {
	mu                    sync.Mutex
	folders, boards       map[string]map[string]any
	sources               map[string]map[string]any
	noPlugin, provisioned bool
	saved                 int
}

func startRecorded(t *testing.T) (*recorded, string) {
	t.Helper()
	g := &recorded{folders: map[string]map[string]any{}, boards: map[string]map[string]any{}, sources: map[string]map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		answerJSON(w, 200, map[string]any{"commit": "8f3e923057", "database": "ok", "version": "9.4.0-pre"})
	})
	handle := func(pattern string, writes bool, needs string, f func(r *http.Request, body map[string]any) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			g.mu.Lock()
			defer g.mu.Unlock()
			role, ok := roleOf(r)
			switch {
			case !ok && r.Header.Get("Authorization") == "":
				answerJSON(w, 401, map[string]any{"message": "Unauthorized"})
			case !ok:
				answerJSON(w, 401, map[string]any{"message": "invalid API key", "traceID": ""})
			case writes && (role == "viewer" || role == "editor" && strings.HasPrefix(needs, "datasources")):
				answerJSON(w, 403, map[string]any{"accessErrorId": "ACE4071937958", "title": "Access denied",
					"message": "You'll need additional permissions to perform this action. Permissions needed: " + needs})
			default:
				var body map[string]any
				if r.Method != http.MethodGet {
					_ = json.NewDecoder(r.Body).Decode(&body)
				}
				status, answer := f(r, body)
				answerJSON(w, status, answer)
			}
		})
	}
	handle("GET /api/folders/{uid}", false, "", func(r *http.Request, _ map[string]any) (int, any) {
		return found(g.folders[r.PathValue("uid")], "folder not found")
	})
	handle("POST /api/folders", true, "folders:create", func(_ *http.Request, body map[string]any) (int, any) {
		for _, there := range g.folders {
			if there["title"] == body["title"] {
				return 409, message("a folder or dashboard in the general folder with the same name already exists")
			}
		}
		g.folders[body["uid"].(string)] = body
		return 200, body
	})
	handle("GET /api/datasources/uid/{uid}", false, "", func(r *http.Request, _ map[string]any) (int, any) {
		return found(g.sources[r.PathValue("uid")], "Data source not found")
	})
	handle("POST /api/datasources", true, "datasources:create", func(_ *http.Request, body map[string]any) (int, any) {
		g.sources[body["uid"].(string)] = body
		return 200, map[string]any{"datasource": body, "message": "Datasource added"}
	})
	handle("PUT /api/datasources/uid/{uid}", true, "datasources:write", func(r *http.Request, body map[string]any) (int, any) {
		if g.sources[r.PathValue("uid")]["readOnly"] == true {
			return 403, message("Cannot update read-only data source")
		}
		g.sources[r.PathValue("uid")] = body
		return 200, map[string]any{"datasource": body, "message": "Datasource updated"}
	})
	handle("GET /api/plugins/{id}/settings", false, "", func(r *http.Request, _ map[string]any) (int, any) {
		if g.noPlugin {
			return 404, message("Plugin not found, no installed plugin with that id")
		}
		return 200, map[string]any{"id": r.PathValue("id"), "type": "datasource"}
	})
	handle("GET /api/dashboards/uid/{uid}", false, "", func(r *http.Request, _ map[string]any) (int, any) {
		board, ok := g.boards[r.PathValue("uid")]
		if !ok {
			return 404, message("Dashboard not found")
		}
		return 200, map[string]any{"meta": map[string]any{"type": "db"}, "dashboard": board}
	})
	handle("POST /api/dashboards/db", true, "any of dashboards:create, dashboards:write", func(_ *http.Request, body map[string]any) (int, any) {
		board := body["dashboard"].(map[string]any)
		switch {
		case g.provisioned:
			return 400, message("Cannot save provisioned dashboard")
		case g.folders[body["folderUid"].(string)] == nil:
			return 400, message("Folder not found")
		}
		g.saved++
		board["id"], board["version"] = g.saved, 1
		g.boards[board["uid"].(string)] = board
		return 200, map[string]any{"status": "success", "uid": board["uid"], "version": 1}
	})
	// Everything else leads to the page to log in at.
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return g, server.URL
}

// roleOf takes the role for the user's name and for the token.
func roleOf(r *http.Request) (string, bool) {
	role, isToken := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isToken {
		user, password, _ := r.BasicAuth()
		if password != "secret" {
			return "", false
		}
		role = user
	}
	return role, role == "admin" || role == "editor" || role == "viewer"
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func message(text string) map[string]any { return map[string]any{"message": text} }

func found(there map[string]any, missing string) (int, any) {
	if there == nil {
		return 404, message(missing)
	}
	return 200, there
}

// push returns what each step told, one a line, and how many had each outcome.
func push(t *testing.T, cfg grafana.PushConfig) (string, map[grafana.Outcome]int, error) {
	t.Helper()
	var told strings.Builder
	outcomes := map[grafana.Outcome]int{}
	err := grafana.Push(t.Context(), cfg, func(s grafana.Step) {
		outcomes[s.Outcome]++
		fmt.Fprintln(&told, s.Outcome, s.What, s.Err)
	})
	return told.String(), outcomes, err
}

// leavesNothingRunning is for the top of a test, before it starts anything.
func leavesNothingRunning(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

func TestASecondPushChangesNothing(t *testing.T) {
	leavesNothingRunning(t)
	g, url := startRecorded(t)
	cfg := grafana.PushConfig{URL: url, User: "admin", Password: "secret", DataSource: &grafana.DataSource{URL: "https://ch.example.org/owabi", User: "reader"}}
	boards := 2 * len(grafana.Dashboards())
	told, outcomes, err := push(t, cfg)
	if err != nil || outcomes[grafana.Created] != boards+3 { // two folders, one data source
		t.Fatalf("%v\n%s", err, told)
	}
	source := g.sources["owabi-clickhouse"]["jsonData"].(map[string]any)
	if source["host"] != "ch.example.org" || source["server"] != "ch.example.org" || source["port"] != 8443.0 || source["secure"] != true || source["protocol"] != "http" {
		t.Errorf("data source: %v", source)
	}
	told, outcomes, err = push(t, cfg)
	if err != nil || outcomes[grafana.Unchanged] != boards+3 || g.saved != boards {
		t.Errorf("%v, %d saved\n%s", err, g.saved, told)
	}
	g.boards["owabi-overview-ja"]["title"] = "changed by hand"
	cfg.DataSource.URL = "clickhouse://ch.example.org?secure=true"
	told, outcomes, err = push(t, cfg)
	if err != nil || outcomes[grafana.Updated] != 2 || g.boards["owabi-overview-ja"]["title"] != "owabi 概要 (overview)" {
		t.Errorf("%v\n%s", err, told)
	}
	if source = g.sources["owabi-clickhouse"]["jsonData"].(map[string]any); source["port"] != 9440.0 || source["protocol"] != "native" {
		t.Errorf("data source over the native protocol with TLS: %v", source)
	}
}

func TestAPushSaysWhatWasRefused(t *testing.T) {
	leavesNothingRunning(t)
	source := &grafana.DataSource{URL: "http://127.0.0.1:8123"}
	for name, tc := range map[string]struct {
		cfg   grafana.PushConfig
		set   func(*recorded)
		want  error // of the push
		words string
	}{
		"wrong token":      {grafana.PushConfig{Token: "old"}, nil, grafana.ErrLogin, "invalid API key"},
		"nobody":           {grafana.PushConfig{}, nil, grafana.ErrLogin, "Unauthorized"},
		"viewer":           {grafana.PushConfig{Token: "viewer"}, nil, grafana.ErrGrafanaSays, "folders:create. To make folders it needs the role Editor"},
		"editor":           {grafana.PushConfig{Token: "editor", DataSource: source}, nil, nil, "datasources:create. To make or change data sources it needs the role Admin"},
		"no data source":   {grafana.PushConfig{Token: "editor"}, nil, nil, "missing data source owabi-clickhouse"},
		"no plugin":        {grafana.PushConfig{Token: "admin", DataSource: source}, func(g *recorded) { g.noPlugin = true }, nil, "grafana cli plugins install"},
		"wrong source":     {grafana.PushConfig{Token: "admin", DataSource: &grafana.DataSource{URL: "ftp://x"}}, nil, nil, "want http://, https:// or clickhouse://"},
		"provisioned":      {grafana.PushConfig{Token: "admin"}, func(g *recorded) { g.provisioned = true }, grafana.ErrGrafanaSays, "It comes from a file there"},
		"name taken":       {grafana.PushConfig{Token: "admin"}, func(g *recorded) { g.folders["x"] = map[string]any{"title": "owabi English (en)"} }, grafana.ErrGrafanaSays, "Rename or remove the other"},
		"read-only source": {grafana.PushConfig{Token: "admin", DataSource: source}, func(g *recorded) { g.sources["owabi-clickhouse"] = map[string]any{"readOnly": true} }, nil, "unchanged data source"},
	} {
		g, url := startRecorded(t)
		if tc.set != nil {
			tc.set(g)
		}
		tc.cfg.URL = url
		told, _, err := push(t, tc.cfg)
		if !errors.Is(err, tc.want) || !strings.Contains(told, tc.words) {
			t.Errorf("%s: %v\n%s", name, err, told)
		}
	}
}

func TestAPushNeedsTheAddressOfAGrafana(t *testing.T) {
	_, url := startRecorded(t)
	for address, want := range map[string]error{
		"":                                 grafana.ErrGrafanaURL,
		"grafana.example.org":              grafana.ErrGrafanaURL,
		"ftp://grafana.example.org":        grafana.ErrGrafanaURL,
		"http://admin:hidden@127.0.0.1":    grafana.ErrGrafanaURL,
		"http://admin:hid%zzden@127.0.0.1": grafana.ErrGrafanaURL,
		"http://127.0.0.1:1":               grafana.ErrGrafanaDown,
		url + "/elsewhere":                 grafana.ErrIncompatible,
	} {
		_, _, err := push(t, grafana.PushConfig{URL: address, Token: "admin"})
		if !errors.Is(err, want) || strings.Contains(err.Error(), "hid") {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
}

func TestAPushSaysWhichSchemeIsSpoken(t *testing.T) {
	leavesNothingRunning(t)
	_, plain := startRecorded(t)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	defer secure.Close()
	for address, words := range map[string]string{
		strings.Replace(plain, "http:", "https:", 1):      "speaks no TLS: try http://",
		strings.Replace(secure.URL, "https:", "http:", 1): "speaks TLS: try https://",
	} {
		_, _, err := push(t, grafana.PushConfig{URL: address, Token: "admin"})
		if !errors.Is(err, grafana.ErrGrafanaURL) || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
