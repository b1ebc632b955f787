package notice_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"owabi/pkg/notice"
)

var update = flag.Bool("update", false, "write the tables of README.md anew")

const readmeMark = "<!-- written by go test ./pkg/notice -run README -update -->\n"

// The tables of README.md are what the schemas and the taxonomy say, and every field
// says what it means.
func TestREADMETellsTheContract(t *testing.T) {
	old, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	prose, tables, ok := bytes.Cut(old, []byte(readmeMark))
	if !ok {
		t.Fatalf("README.md lacks the line %q", readmeMark)
	}
	var out strings.Builder
	for _, eventType := range []string{notice.TypeRaw, notice.TypeClassified, notice.TypeRejected, notice.TypeRetried} {
		writeFields(t, &out, eventType)
	}
	writeCodes(&out)
	if *update {
		if err := os.WriteFile("README.md", []byte(string(prose)+readmeMark+out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(tables), out.String()); diff != "" {
		t.Errorf("README.md is stale, run it with -update:\n%s", diff)
	}
}

// schema is as much of JSON Schema as ours use.
type schema struct {
	Ref         string            `json:"$ref"`
	Description string            `json:"description"`
	Type        any               `json:"type"` // a name, or several
	Enum        []string          `json:"enum"`
	Format      string            `json:"format"`
	AnyOf       []schema          `json:"anyOf"`
	Items       *schema           `json:"items"`
	Required    []string          `json:"required"`
	Properties  json.RawMessage   `json:"properties"` // in the order of the file
	Defs        map[string]schema `json:"$defs"`
}

func writeFields(t *testing.T, out *strings.Builder, eventType string) {
	t.Helper()
	data, err := notice.Schema(eventType)
	if err != nil {
		t.Fatal(err)
	}
	var root schema
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(out, "\n## %s\n\n%s\n\n| Field | Value | Meaning |\n| --- | --- | --- |\n", eventType, root.Description)
	var write func(prefix string, s schema)
	write = func(prefix string, s schema) {
		for name, field := range inOrder(t, s.Properties) {
			path := prefix + name
			if field.Description == "" {
				t.Errorf("%s: %s has no description", eventType, path)
			}
			value, inner := field.value(root.Defs)
			if !slices.Contains(s.Required, name) {
				value += "; may be absent"
			}
			fmt.Fprintf(out, "| `%s` | %s | %s |\n", path, value, field.Description)
			if inner != nil {
				if strings.HasPrefix(value, "list") {
					path += "[]"
				}
				write(path+".", *inner)
			}
		}
	}
	write("", root)
}

// value says in words what a field holds, and returns the schema of its own fields.
func (s schema) value(defs map[string]schema) (words string, inner *schema) {
	if len(s.AnyOf) == 2 { // the second is null
		words, inner = s.AnyOf[0].value(defs)
		return words + " or null", inner
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		def := defs[name]
		if def.Properties == nil {
			return strings.ToLower(strings.TrimSuffix(def.Description, ".")), nil
		}
		return "object", &def
	}
	switch {
	case s.Ref != "":
		return "as `" + strings.ReplaceAll(strings.TrimPrefix(s.Ref, "urn:"), "owabi:", "owabi.") + "`", nil
	case len(s.Enum) > 0:
		return codesOf(s.Enum), nil
	case s.Items != nil:
		if words, inner = s.Items.value(defs); inner != nil {
			return "list of objects", inner
		}
		return "list of " + words, nil
	case s.Properties != nil:
		return "object", &s
	}
	names := []string{fmt.Sprint(s.Type)}
	if several, ok := s.Type.([]any); ok {
		names = names[:0]
		for _, name := range several {
			names = append(names, fmt.Sprint(name))
		}
	}
	if s.Format != "" {
		names[0] = s.Format
	}
	return strings.Join(names, " or "), nil
}

// codesOf names the table of the codes, or lists them when they have none.
func codesOf(enum []string) string {
	of := map[string][]string{}
	for _, l := range notice.Labels() {
		of[l.Kind] = append(of[l.Kind], l.Code)
	}
	for kind, codes := range of {
		if slices.Equal(slices.Sorted(slices.Values(codes)), slices.Sorted(slices.Values(enum))) {
			return fmt.Sprintf("[%s](#%s)", kind, kind)
		}
	}
	return "`" + strings.Join(enum, "`, `") + "`"
}

// inOrder yields the properties as they stand in the file.
func inOrder(t *testing.T, properties json.RawMessage) func(func(string, schema) bool) {
	t.Helper()
	return func(yield func(string, schema) bool) {
		in := json.NewDecoder(bytes.NewReader(properties))
		if _, err := in.Token(); err != nil {
			t.Fatal(err)
		}
		for in.More() {
			name, err := in.Token()
			if err != nil {
				t.Fatal(err)
			}
			var field schema
			if err := in.Decode(&field); err != nil {
				t.Fatal(err)
			}
			if !yield(name.(string), field) {
				return
			}
		}
	}
}

// writeCodes writes a table a kind of code.
func writeCodes(out *strings.Builder) {
	out.WriteString("\n## Codes\n\nVERIS is the model incident schema; TSR the group in which Tokyo Shoko Research counts; JSIC the major divisions of the Japan Standard Industrial Classification.\n")
	more := map[string]string{}
	for _, c := range notice.Categories() {
		veris := strings.Trim(c.VERISAction+", "+c.VERISVariety, ", ")
		more["category "+string(c.Code)] = fmt.Sprintf(" %s | %s |", veris, c.TSR)
	}
	for _, s := range notice.Sectors() {
		more["sector "+string(s.Code)] = fmt.Sprintf(" %s |", strings.Join(s.JSIC, ", "))
	}
	kind := ""
	for _, l := range notice.Labels() {
		if l.Kind != kind {
			kind = l.Kind
			fmt.Fprintf(out, "\n### %s\n\n", kind)
			head, rule := "| Code | 日本語 | English |", "| --- | --- | --- |"
			switch kind {
			case "category":
				head, rule = head+" VERIS | TSR |", rule+" --- | --- |"
			case "sector":
				head, rule = head+" JSIC |", rule+" --- |"
			}
			fmt.Fprintf(out, "%s\n%s\n", head, rule)
		}
		fmt.Fprintf(out, "| `%s` | %s | %s |%s\n", l.Code, l.Label.JA, l.Label.EN, more[l.Kind+" "+l.Code])
	}
}
