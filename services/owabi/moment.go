package main

import (
	"fmt"
	"time"
)

// moment is a point in time as a flag tells it: a time, a date, how long ago, or
// all, which is the zero time asked for.
type moment struct {
	time.Time
	all bool
}

// UnmarshalText reads a moment of a flag. A time without a zone is local.
func (m *moment) UnmarshalText(text []byte) error {
	word := string(text)
	if word == "all" {
		m.all = true
		return nil
	}
	if at, err := time.Parse(time.RFC3339Nano, word); err == nil {
		m.Time = at
		return nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime, "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, word, time.Local); err == nil {
			m.Time = at
			return nil
		}
	}
	var ago span
	if word == "none" || ago.UnmarshalText(text) != nil {
		return fmt.Errorf("%q is no time (2006-01-02T15:04:05+09:00), no date (2006-01-02), not how long ago (2h, 7d) and not all", word)
	}
	m.Time = time.Now().Add(-time.Duration(ago))
	return nil
}
