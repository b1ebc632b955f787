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
	d := t.TempDir()
	refused := launch(t, nil, "up", "--data", filepath.Join(d, "a"), "--clickhouse-listen", "127.0.0.1:0", "--http-listen", "0.0.0.0:0")
	refused.says("owabi: --http-listen 0.0.0.0:0 would let other machines in without a password: set OWABI_HTTP_TOKEN first")
	file := filepath.Join(d, "token")
	if err := os.WriteFile(file, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	up := launch(t, []string{"OWABI_HTTP_TOKEN_FILE=" + file}, "up", "--data", filepath.Join(d, "b"), "--clickhouse-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0")
	page := up.says("HTTP: ")
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
	up.interrupt()
	none := launch(t, nil, "up", "--data", filepath.Join(d, "c"), "--clickhouse-listen", "127.0.0.1:0", "--http-listen", "none")
	none.hears("Stop with Ctrl-C.")
	none.interrupt()
	if strings.Contains(none.text(), "HTTP:") {
		t.Errorf("it listens all the same:\n%s", none.text())
	}
}
