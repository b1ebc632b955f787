package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/jedib0t/go-pretty/v6/text"

	"owabi/pkg/bus"
	"owabi/pkg/warehouse"
)

// configCommand shows the settings. It takes the flags of the services, so that
// it shows what they would do.
type configCommand struct {
	dataFlag
	natsFlags
	clickHouseFlags
	embeddedFlags
	httpFlags
	drainFlag
	classifierFlags
	loaderFlags
	JSON bool `name:"json" help:"One JSON object a line."`
}

// setting is one row of owabi config. Meaning and default are those of the flag.
type setting struct {
	Setting     string   `json:"setting"`
	Value       string   `json:"value"`       // a secret as (set)
	From        string   `json:"from"`        // flag, environment NAME, FILE:LINE, or default
	Default     string   `json:"default"`     // empty where there is none, or where Meaning says how it is found
	Environment string   `json:"environment"` // the variable
	Commands    []string `json:"commands"`    // that take it
	Meaning     string   `json:"meaning"`
}

func (c *configCommand) Run(std stdio, parsed *kong.Context, file *settingsFile) error {
	list := effectiveSettings(parsed, file)
	for _, name := range unknownVariables(list) {
		fmt.Fprintln(std.err, "owabi:", name, "is set, and is no setting of owabi's: misspelt, or for another program")
	}
	if c.JSON {
		for _, s := range list {
			if err := writeJSONLine(std.out, s); err != nil {
				return err
			}
		}
		return nil
	}
	return writeSettings(std.out, list)
}

// unknownVariables are those of the environment that begin as owabi's do and set nothing.
func unknownVariables(known []setting) []string {
	var unknown []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		isKnown := func(s setting) bool { return s.Environment == name }
		if strings.HasPrefix(name, "OWABI_") && name != "OWABI_CONFIG" && !slices.ContainsFunc(known, isKnown) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// effectiveSettings lists every setting with what it comes to and where from.
func effectiveSettings(parsed *kong.Context, file *settingsFile) []setting {
	all, of := settingsOf(parsed.Model.Node)
	given := map[string]string{}
	for _, p := range parsed.Path {
		if p.Flag != nil && !p.Resolved {
			given[p.Flag.Name] = fmt.Sprint(parsed.FlagValue(p.Flag))
		}
	}
	var list []setting
	for name, flag := range all {
		s := setting{
			Setting: name, Value: flag.Default, From: "default", Default: flag.Default,
			Environment: flag.Envs[0], Commands: commandsWith(name, of), Meaning: flag.Help,
		}
		if v, ok := file.values[name]; ok {
			s.Value, s.From = v.text, fmt.Sprintf("%s:%d", file.path, v.line)
		}
		if value := fromEnvironment(flag); value != "" {
			s.Value, s.From = value, "environment "+s.Environment
		}
		if value, ok := given[name]; ok {
			s.Value, s.From = value, "flag"
		}
		s.Value = withoutSecret(name, s.Value)
		list = append(list, s)
		if secret, ok := secretOf(s); ok {
			list = append(list, secret)
		}
	}
	for name, v := range file.values { // of one command
		command, base, ok := strings.Cut(name, ".")
		if _, said := given[base]; ok && !said && fromEnvironment(all[base]) == "" {
			list = append(list, setting{
				Setting: name, Value: withoutSecret(base, v.text), From: fmt.Sprintf("%s:%d", file.path, v.line), Default: all[base].Default,
				Environment: all[base].Envs[0], Commands: []string{command}, Meaning: all[base].Help,
			})
		}
	}
	slices.SortFunc(list, func(a, b setting) int { return cmp.Compare(a.Setting, b.Setting) })
	return list
}

func commandsWith(name string, of map[string]map[string]*kong.Flag) []string {
	commands := []string{}
	for command, flags := range of {
		if flags[name] != nil && command != "config" { // it only shows them
			commands = append(commands, command)
		}
	}
	slices.Sort(commands)
	return commands
}

// secretOf returns, of a setting that names a secret's file, whether the secret is
// set and where; it stands in that file or in the environment only.
func secretOf(file setting) (setting, bool) {
	name, ok := strings.CutSuffix(file.Setting, "-file")
	if !ok {
		return setting{}, false
	}
	variable := strings.TrimSuffix(file.Environment, "_FILE")
	s := setting{
		Setting: name, From: "default", Environment: variable, Commands: file.Commands,
		Meaning: fmt.Sprintf("What %s holds, or %s does. It is no flag and stands in no configuration file.", file.Setting, variable),
	}
	switch {
	case file.Value != "":
		s.Value, s.From = "(set)", file.Setting
	case os.Getenv(variable) != "":
		s.Value, s.From = "(set)", "environment "+variable
	}
	return s, true
}

// withoutSecret returns a setting's value without the password it may hold.
func withoutSecret(name, value string) string {
	switch {
	case value == "":
		return ""
	case strings.HasSuffix(name, "nats-url"):
		return bus.Redact(value)
	case strings.HasSuffix(name, "clickhouse-url"), name == "grafana":
		return warehouse.Redact(value)
	}
	return value
}

// meaningWidth is how many columns the meaning of a setting takes.
const meaningWidth = 56

// writeSettings writes a table in which the meaning stands below its setting.
func writeSettings(w io.Writer, list []setting) error {
	out := bufio.NewWriter(w)
	t := newTable("setting", "value", "from", "default")
	for _, s := range list {
		t.row(s.Setting, s.Value, s.From, s.Default)
		meaning := s.Meaning
		if len(s.Commands) == 1 {
			meaning += " Only of owabi " + s.Commands[0] + "."
		}
		for line := range strings.SplitSeq(text.WrapSoft(meaning, meaningWidth), "\n") {
			t.row("  " + line)
		}
	}
	fmt.Fprintln(out, t.Render())
	return out.Flush()
}
