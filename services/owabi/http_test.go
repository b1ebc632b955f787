package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// owabi up answers on loopback, beside another that has its port, and every metric
// that the documentation and the alerts name is there, and no other.
func TestUpIsObserved(t *testing.T) {
	taken, err := net.Listen("tcp", defaultHTTP)
	if err == nil { // else somebody else has it, which serves as well
		defer taken.Close()
	}
	up := launch(t, nil, "up", "--data", filepath.Join(t.TempDir(), "data"), "--clickhouse-listen", "127.0.0.1:0", writeNotices(t, 3))
	page := up.says("HTTP: ")
	if page == "http://"+defaultHTTP {
		t.Errorf("it says it has %s, which is taken", page)
	}
	up.hears("read 3, published 3")
	status, body := fetchPage(t, page+"/readyz")
	if want := "ready\nnats: ok\nclickhouse: ok\nembedded: ok\nservice: ok\n"; status != 200 || body != want {
		t.Errorf("%d %q, want %q", status, body, want)
	}
	// The pages ask as a user who may only read, and nothing of the machine.
	for sql, want := range map[string]int{"SELECT count() FROM notices": http.StatusOK, "SELECT * FROM filesystem('/')": http.StatusUnprocessableEntity} {
		response, err := http.Post(page+"/api/sql", "application/json", strings.NewReader(`{"sql":"`+sql+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %s", sql, response.Status)
		}
	}
	_, text := fetchPage(t, page+"/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	documented := namesIn(t, "../explorer/README.md")
	for name := range families {
		if strings.HasPrefix(name, "owabi_") && !slices.Contains(documented, name) {
			t.Errorf("services/explorer/README.md does not say what %s is", name)
		}
	}
	for _, name := range append(documented, namesIn(t, "../../deploy/prometheus/alerts.yml")...) {
		if families[name] == nil {
			t.Errorf("there is no metric %s", name)
		}
	}
	for _, name := range []string{"owabi_nats_store_bytes", "owabi_nats_store_limit_bytes", "owabi_data_free_bytes", "owabi_clickhouse_bytes"} {
		if f := families[name]; f == nil || f.GetMetric()[0].GetGauge().GetValue() <= 0 {
			t.Errorf("%s: %v", name, f)
		}
	}
	for _, file := range []string{"alerts.yml", "prometheus.yml"} {
		data, err := os.ReadFile("../../deploy/prometheus/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var content map[string]any
		if err := yaml.Unmarshal(data, &content); err != nil || len(content) == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	up.interrupt()
}

var metricName = regexp.MustCompile(`\bowabi_[a-z_]+[a-z]`)

func namesIn(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	names := metricName.FindAllString(string(data), -1)
	if len(names) == 0 {
		t.Fatalf("%s names no metric", path)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Other addresses than loopback need a token, and with one metrics ask for it;
// probes do not.
func TestHTTPWithAToken(t *testing.T) {
	listen := func(flags httpFlags) (string, error) {
		t.Helper()
		e := &engines{httpDefault: defaultHTTP}
		t.Cleanup(func() {
			if err := e.close(); err != nil {
				t.Error(err)
			}
		})
		var said strings.Builder
		err := e.listenHTTP(t.Context(), flags, observed{}, &said)
		return strings.TrimSpace(strings.TrimPrefix(said.String(), "HTTP:")), err
	}
	if page, err := listen(httpFlags{HTTPListen: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "set OWABI_HTTP_TOKEN first") {
		t.Errorf("%q, %v", page, err)
	}
	if page, err := listen(httpFlags{HTTPListen: noListener}); err != nil || page != "" {
		t.Errorf("it listens all the same: %q, %v", page, err)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	page, err := listen(httpFlags{HTTPListen: anyPort, HTTPTokenFile: file})
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := fetchPage(t, page+"/healthz"); status != 200 {
		t.Errorf("a probe: %d", status)
	}
	if status, _ := fetchPage(t, page+"/metrics"); status != 401 {
		t.Errorf("metrics without the token: %d", status)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer geheim")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("metrics with the token: %d", response.StatusCode)
	}
}
