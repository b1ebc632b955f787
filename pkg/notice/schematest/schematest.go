// Package schematest checks messages against the published JSON Schemas. Tests
// of every room that writes or reads a message use it; no service does.
package schematest

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"owabi/pkg/notice"
)

// Check fails t when data is not what the schema of eventType says.
func Check(t testing.TB, eventType string, data []byte) {
	t.Helper()
	if err := Validate(eventType, data); err != nil {
		t.Errorf("a message of type %s breaks its schema: %v\n%s", eventType, err, data)
	}
}

// Validate returns what the schema of eventType finds wrong with data.
func Validate(eventType string, data []byte) error {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	var id string
	for _, typ := range []string{notice.TypeRaw, notice.TypeClassified, notice.TypeRejected, notice.TypeRetried} {
		raw, err := notice.Schema(typ)
		if err != nil {
			return err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			return err
		}
		own, _ := doc.(map[string]any)["$id"].(string)
		if err := compiler.AddResource(own, doc); err != nil {
			return err
		}
		if typ == eventType {
			id = own
		}
	}
	schema, err := compiler.Compile(id)
	if err != nil {
		return err
	}
	message, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return schema.Validate(message)
}
