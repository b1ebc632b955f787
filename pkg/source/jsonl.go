package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"owabi/pkg/notice"
)

// jsonl reads one JSON object a line. Blank lines are passed over. Unknown fields
// are ignored; null is the same as absent.
type jsonl struct {
	lines *lineReader
	piece piece
}

func newJSONL(from *bufio.Reader, p piece, maxLine int) *jsonl {
	p.utf8 = true // decoding JSON makes U+FFFD of what is not
	return &jsonl{lines: &lineReader{from: from, max: maxLine}, piece: p}
}

// jsonlRecord is the documented form of a line. Only text is required.
type jsonlRecord struct {
	ID        string `json:"id"`
	Publisher string `json:"publisher"`
	Title     string `json:"title"`
	Published string `json:"published"` // YYYY-MM-DD, or an RFC 3339 date-time whose date is taken
	URL       string `json:"url"`
	Text      string `json:"text"` // may begin with the title's line
	Synthetic bool   `json:"synthetic"`
}

func (j *jsonl) Read(context.Context) (Item, error) {
	for {
		ln, err := j.lines.next()
		if err != nil {
			return Item{}, err
		}
		if ln.cut {
			return j.piece.reject(ln.no, ln.text, true, fmt.Errorf("%w: the line has more than %d bytes", ErrNoticeTooLarge, j.lines.max)), nil
		}
		// Files put together from several keep each one's byte-order mark.
		text := bytes.TrimSpace(bytes.TrimPrefix(ln.text, bomUTF8))
		if len(text) == 0 {
			continue
		}
		n, err := parseRecord(text)
		if err != nil {
			return j.piece.reject(ln.no, ln.text, false, err), nil
		}
		return j.piece.accept(n, ln.no, ln.text), nil
	}
}

// decodeRecord reads a line with the coming encoding/json/v2, in half the time, when it
// holds nothing but our fields, written as ours. All else is encoding/json's to decide:
// other names and other cases, names that stand twice, text that is not UTF-8.
func decodeRecord(text []byte) (rec jsonlRecord, err error) {
	if jsonv2.Unmarshal(text, &rec, jsonv2.RejectUnknownMembers(true)) == nil {
		return rec, nil
	}
	rec = jsonlRecord{}
	return rec, json.Unmarshal(text, &rec)
}

func parseRecord(text []byte) (notice.Notice, error) {
	rec, err := decodeRecord(text)
	if err != nil {
		return notice.Notice{}, fmt.Errorf("%w: %s", ErrMalformed, jsonReason(err))
	}
	if strings.TrimSpace(rec.Text) == "" {
		return notice.Notice{}, fmt.Errorf("%w: field text is missing or empty", notice.ErrNoText)
	}
	published, err := isoDate(strings.TrimSpace(rec.Published))
	if err != nil {
		return notice.Notice{}, err
	}
	n := notice.Notice{
		CallerID: rec.ID, Source: string(JSONL), URL: rec.URL, Publisher: rec.Publisher,
		Published: published, Synthetic: rec.Synthetic,
	}
	if rec.Synthetic {
		n.Source = Synthetic
	}
	n.Title, n.Body = notice.SplitTitle(strings.TrimSpace(rec.Title), rec.Text)
	return n, nil
}

// jsonReason says in words that need no knowledge of Go what is wrong.
func jsonReason(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		if kind.Field == "" {
			return fmt.Sprintf("the line is a JSON %s, not an object", kind.Value)
		}
		return fmt.Sprintf("field %s is a %s, want a %s", kind.Field, kind.Value, map[bool]string{true: "boolean", false: "string"}[kind.Field == "synthetic"])
	}
	return "not one whole JSON object: " + err.Error()
}

func isoDate(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", fmt.Errorf("%w: published %q is not a date YYYY-MM-DD", ErrMalformed, s)
}
