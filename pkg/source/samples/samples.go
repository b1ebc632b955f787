// Package samples holds a digest and a JSONL file of notices to try owabi with and
// to test it by. Every text in them was written for that; the organizations in
// them do not exist. README.md says what is in the files.
package samples

import _ "embed"

//go:embed digest.txt
var digest string

//go:embed notices.jsonl
var jsonl string

// Digest returns digest.txt: 18 notices in the form of a published digest.
func Digest() string { return digest }

// JSONL returns notices.jsonl: 10 notices, one JSON object a line.
func JSONL() string { return jsonl }
