package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lineReader cuts a text into lines ending in "\n" or "\r\n".
type lineReader struct {
	from *bufio.Reader
	max  int // bytes kept of one line
	no   int // lines begun so far
	long []byte
}

// line is one line without its end. Its bytes are good until the next call.
type line struct {
	no   int // counted from 1
	text []byte
	cut  bool // it was longer than max, and text is its beginning
}

// next returns the next line, or io.EOF after the last.
func (l *lineReader) next() (line, error) {
	text, err := l.from.ReadSlice('\n')
	if len(text) == 0 && err != nil {
		return line{}, err
	}
	l.no++
	if err == nil || errors.Is(err, io.EOF) {
		text, cut := l.clip(trimLineEnd(text))
		return line{no: l.no, text: text, cut: cut}, nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line{}, err
	}
	// A line longer than the buffer: keep up to max, and read over the rest. One
	// byte more than max is kept so that a line of exactly max and its end fits.
	l.long = append(l.long[:0], text...)
	over := false
	for errors.Is(err, bufio.ErrBufferFull) {
		text, err = l.from.ReadSlice('\n')
		if room := l.max + 2 - len(l.long); len(text) > room {
			text, over = text[:max(room, 0)], true
		}
		l.long = append(l.long, text...)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return line{}, err
	}
	kept := l.long
	if !over {
		kept = trimLineEnd(kept)
	}
	kept, cut := l.clip(kept)
	return line{no: l.no, text: kept, cut: cut || over}, nil
}

func (l *lineReader) clip(text []byte) ([]byte, bool) {
	if len(text) > l.max {
		return text[:l.max], true
	}
	return text, false
}

func trimLineEnd(text []byte) []byte {
	text = bytes.TrimSuffix(text, []byte("\n"))
	return bytes.TrimSuffix(text, []byte("\r"))
}
