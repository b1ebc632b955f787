package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
	"gopkg.in/yaml.v3"
)

// A setting is a flag that can stand in the environment too. What a flag does not
// say the environment does, then the configuration file, then the default.

// settingsFile is what a configuration file holds, by setting; those under a
// command's name are for that command and begin with it and a dot.
type settingsFile struct {
	path   string
	values map[string]fileValue
}

type fileValue struct {
	text string
	line int
}

const maxConfigBytes = 1 << 20

// BeforeResolve reads the configuration file, if one is named, where kong looks
// for what no flag says. There is none by default: a file that happens to lie in
// the working directory must not send passwords to its servers.
func (c *cli) BeforeResolve(ctx *kong.Context) error {
	for _, flag := range ctx.Model.Flags {
		if flag.Name == "config" {
			c.settings.path, _ = ctx.FlagValue(flag).(string)
		}
	}
	if c.settings.path == "" {
		return nil
	}
	if err := c.settings.read(ctx.Model.Node); err != nil {
		return err
	}
	ctx.AddResolver(&c.settings)
	return nil
}

// Validate has nothing left to do: reading has.
func (s *settingsFile) Validate(*kong.Application) error { return nil }

// Resolve returns what the file says of a flag that neither the command line nor
// the environment does.
func (s *settingsFile) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !isSetting(flag) || fromEnvironment(flag) != "" {
		return nil, nil
	}
	command, _, _ := strings.Cut(ctx.Command(), " ")
	for _, name := range []string{command + "." + flag.Name, flag.Name} {
		v, ok := s.values[name]
		if !ok {
			continue
		}
		if flag.Enum != "" && !flag.EnumMap()[v.text] {
			return nil, fmt.Errorf("%s:%d: %s is one of %s, not %q", s.path, v.line, name, flag.Enum, v.text)
		}
		trial := reflect.New(flag.Target.Type()).Elem()
		if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: kong.Scan().PushTyped(v.text, kong.FlagValueToken)}, trial); err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", s.path, v.line, name, err)
		}
		return v.text, nil
	}
	return nil, nil
}

func (s *settingsFile) read(model *kong.Node) error {
	file, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxConfigBytes+1))
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if len(data) > maxConfigBytes {
		return fmt.Errorf("configuration: %s has more than %d bytes", s.path, maxConfigBytes)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return fmt.Errorf("configuration: %s: %w", s.path, err)
	}
	s.values = map[string]fileValue{}
	if len(document.Content) == 0 { // nothing but comments
		return nil
	}
	known, commands := settingsOf(model)
	return s.readMapping(document.Content[0], "", known, commands)
}

// readMapping reads the settings of a mapping; prefix is "" for those of all
// commands, and a command's name and a dot for its own.
func (s *settingsFile) readMapping(node *yaml.Node, prefix string, known map[string]*kong.Flag, commands map[string]map[string]*kong.Flag) error {
	wrong := func(n *yaml.Node, format string, args ...any) error {
		return fmt.Errorf("configuration: %s:%d: %s", s.path, n.Line, fmt.Sprintf(format, args...))
	}
	if node.Kind != yaml.MappingNode {
		return wrong(node, "want settings, each as name: value")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := prefix + key.Value
		own, isCommand := commands[key.Value]
		flag, isKnown := known[key.Value]
		switch {
		case prefix == "" && isCommand && value.Kind == yaml.MappingNode:
			if err := s.readMapping(value, key.Value+".", own, nil); err != nil {
				return err
			}
			continue
		case !isKnown && known[key.Value+"-file"] != nil:
			return wrong(key, "a secret does not stand here: write %s-file and the path of a file that holds it", name)
		case !isKnown:
			return wrong(key, "there is no setting %s; owabi config lists them", name)
		case value.Kind != yaml.ScalarNode:
			return wrong(value, "%s wants one value", name)
		}
		if before, twice := s.values[name]; twice {
			return wrong(key, "%s stands in line %d already", name, before.line)
		}
		text := value.Value
		if value.Tag == "!!null" {
			text = ""
		}
		if text == "" { // as in the environment, nothing is said
			continue
		}
		if flag.Tag.Type == "path" && !filepath.IsAbs(text) && !strings.HasPrefix(text, "~") {
			text = filepath.Join(filepath.Dir(s.path), text) // beside the file, wherever it is read from
		}
		s.values[name] = fileValue{text, key.Line}
	}
	return nil
}

// isSetting says whether the flag can stand in a configuration file.
func isSetting(flag *kong.Flag) bool { return len(flag.Envs) > 0 && flag.Name != "config" }

// fromEnvironment is the value of the flag's variable; an empty one says nothing.
func fromEnvironment(flag *kong.Flag) string {
	for _, name := range flag.Envs {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

// eachFlag visits every flag below node, with the command of the first level that
// it belongs to; empty: all.
func eachFlag(node *kong.Node, command string, visit func(command string, flag *kong.Flag)) {
	for _, flag := range node.Flags {
		visit(command, flag)
	}
	for _, child := range node.Children {
		eachFlag(child, cmp.Or(command, child.Name), visit)
	}
}

// settingsOf returns every setting, and those of each command.
func settingsOf(model *kong.Node) (all map[string]*kong.Flag, of map[string]map[string]*kong.Flag) {
	all, of = map[string]*kong.Flag{}, map[string]map[string]*kong.Flag{}
	eachFlag(model, "", func(command string, flag *kong.Flag) {
		if !isSetting(flag) {
			return
		}
		if all[flag.Name] == nil {
			all[flag.Name] = flag
		}
		if command != "" {
			if of[command] == nil {
				of[command] = map[string]*kong.Flag{}
			}
			of[command][flag.Name] = flag
		}
	})
	return all, of
}

// forgetEmptyEnvironment makes variables that are set to nothing say nothing, as
// deployments have them: a path that is empty would be the working directory.
func forgetEmptyEnvironment(model *kong.Node) {
	eachFlag(model, "", func(_ string, flag *kong.Flag) {
		if fromEnvironment(flag) == "" {
			flag.Value.Tag.Envs = nil
		}
	})
}
