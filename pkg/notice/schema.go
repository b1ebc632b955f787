package notice

import (
	"embed"
	"fmt"
)

//go:embed schema/*.schema.json
var schemas embed.FS

// Schema returns the JSON Schema (draft 2020-12) of the data of a CloudEvent of
// type eventType, one of TypeRaw, TypeClassified, TypeRejected and
// TypeRetried.
func Schema(eventType string) ([]byte, error) {
	files := map[string]string{
		TypeRaw:        "schema/notice.raw.v1.schema.json",
		TypeClassified: "schema/notice.classified.v1.schema.json",
		TypeRejected:   "schema/notice.rejected.v1.schema.json",
		TypeRetried:    "schema/notice.retried.v1.schema.json",
	}
	file, ok := files[eventType]
	if !ok {
		return nil, fmt.Errorf("no schema for event type %q", eventType)
	}
	return schemas.ReadFile(file)
}
