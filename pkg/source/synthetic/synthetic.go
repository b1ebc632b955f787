// Package synthetic makes notices that report nothing real, for trying owabi out,
// for tests and for load.
//
// They read like published ones: all categories and sectors, western and era
// dates, headings in the ways of different publishers, counts from one person to
// millions with 約, 最大 and 以上, outages with their times, exposures confirmed,
// possible and denied, contractors, and later reports that quote the first. Causes,
// sectors and counts are distributed as they plausibly are, over the three years
// from 2023. What is not in them: the untidiness of pages that nobody designed.
//
// Each says what it is: Record.Synthetic is set, its text ends with a line that
// calls it made up, and no organization in it exists. With each comes the truth it
// was made from, so that a reading can be compared.
//
// The same seed gives the same bytes, on every platform and with every version of
// Go, and the first records of many are the records of few. All words are in the
// YAML files of data/, which can be read and extended without a line of code;
// changing them changes what a seed gives.
package synthetic

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"owabi/pkg/notice"
)

// Record is one line of JSONL input, marked as synthetic.
type Record struct {
	ID        string `json:"id"`
	Publisher string `json:"publisher"`
	Title     string `json:"title"`
	Published string `json:"published"` // YYYY-MM-DD
	URL       string `json:"url"`       // always empty
	Text      string `json:"text"`      // begins with the title's line in half of the records
	Synthetic bool   `json:"synthetic"` // always true
	Truth     *Truth `json:"truth,omitempty"`
}

// Truth is what a record was made from, as far as its text says it, in the fields
// that classifications are scored against.
type Truth struct {
	notice.Answers
	// IncidentLink is the same for all reports of one incident.
	IncidentLink string `json:"incident_link"`
}

// Generate returns count records. The reports of an incident stand one after
// another; otherwise the records are in no order of time. Memory does not depend
// on count. The error is one of the embedded data.
func Generate(seed uint64, count int) (iter.Seq[Record], error) {
	w, err := loadWords()
	if err != nil {
		return nil, fmt.Errorf("synthetic notices: %w", err)
	}
	return func(yield func(Record) bool) {
		p := page{words: w, seed: seed}
		for n, i := 0, uint64(0); n < count; i++ {
			p.newIncident(i)
			for range p.reports {
				if n == count || !yield(p.write(n)) {
					return
				}
				n++
			}
		}
	}, nil
}

// Write writes records as JSONL. With truth false the field truth is left out.
func Write(w io.Writer, records iter.Seq[Record], truth bool) error {
	out := bufio.NewWriterSize(w, 64<<10)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for r := range records {
		if !truth {
			r.Truth = nil
		}
		if err := encoder.Encode(r); err != nil {
			return fmt.Errorf("write record %s: %w", r.ID, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return nil
}
