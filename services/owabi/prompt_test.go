package main

import (
	"io"
	"strings"
	"testing"
)

func TestCtrlCEmptiesTheLine(t *testing.T) {
	keys := &interruptible{from: strings.NewReader("abc\x03d")}
	got, err := io.ReadAll(keys)
	if err != nil {
		t.Fatal(err)
	}
	if want := "abc\x05\x15\rd"; string(got) != want || !keys.interrupted {
		t.Errorf("got %q, interrupted %v; want %q and true", got, keys.interrupted, want)
	}
}
