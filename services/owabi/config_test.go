package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong in a configuration file is told with its line, before anything
// is done.
func TestConfigurationErrors(t *testing.T) {
	for _, c := range []struct{ name, content, says string }{
		{"an unknown key", "drain: 5s\n\nnats-uri: nats://h\n", ":3: there is no setting nats-uri; owabi config lists them"},
		{"an unknown key of a command", "loader:\n  nats-uri: nats://h\n", ":2: there is no setting loader.nats-uri"},
		{"another command's key", "loader:\n  workers: 2\n", ":2: there is no setting loader.workers"},
		{"an unknown command", "unloader:\n  batch: 2\n", ":1: there is no setting unloader"},
		{"a secret", "nats-password: geheim\n", ":1: a secret does not stand here: write nats-password-file"},
		{"a value of the wrong kind", "drain: soon\n", ":1: drain: "},
		{"a number out of range", "loader:\n  batch: -5\n", `:2: loader.batch: "-5" is no whole number above 0`},
		{"no time", "drain: 0s\n", `:1: drain: "0s" is no length of time above 0`},
		{"a value that is no choice", "drain: 1s\nlog-level: loud\n", `:2: log-level is one of debug,info,warn,error, not "loud"`},
		{"a key twice", "drain: 1s\ndrain: 2s\n", ":2: drain stands in line 1 already"},
		{"a list for a value", "drain: [1s]\n", ":1: drain wants one value"},
		{"a list", "- drain\n", ":1: want settings"},
		{"no YAML", "drain: 1s\ndrain: b: c\n", "line 2"},
		{"a file that names another", "config: other.yaml\n", ":1: there is no setting config"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "owabi.yaml")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, said strings.Builder
			code := run([]string{"loader", "--config", path}, stdio{strings.NewReader(""), &out, &said})
			if code != exitUsage || !strings.Contains(said.String(), c.says) || !strings.Contains(said.String(), path) {
				t.Errorf("%d %q; want %d, the path and %q", code, said.String(), exitUsage, c.says)
			}
			if strings.Contains(said.String(), "geheim") {
				t.Errorf("the secret is told: %s", said.String())
			}
		})
	}
	var out, said strings.Builder
	if code := run([]string{"config", "--config", filepath.Join(t.TempDir(), "none.yaml")}, stdio{strings.NewReader(""), &out, &said}); code != exitUsage || !strings.Contains(said.String(), "none.yaml") {
		t.Errorf("a file that is not there: %d %q", code, said.String())
	}
}
