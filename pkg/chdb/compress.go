package chdb

import (
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// frameSize is how much data goes into one frame of ClickHouse's own
// compression (max_compress_block_size's default).
const frameSize = 1 << 20

// decodeContent undoes a request's Content-Encoding.
func decodeContent(body io.Reader, encoding string) (io.Reader, error) {
	decoded, err := decompress(body, encoding)
	if err != nil || decoded == body {
		return decoded, err
	}
	return toTheEnd{decoded, body}, nil
}

func decompress(body io.Reader, encoding string) (io.Reader, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(body)
	case "deflate":
		return zlib.NewReader(body)
	case "br":
		return brotli.NewReader(body), nil
	case "zstd":
		// One goroutine's worth of decoding: none are started, none leak.
		d, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return d, nil
	case "lz4":
		return lz4.NewReader(body), nil
	}
	return nil, refuse(codeUnknownCompression, "Unknown HTTP content encoding '%s'; known are gzip, deflate, br, zstd, lz4", encoding)
}

// toTheEnd reads on when what was compressed has ended, for the body below may not have: it
// was cut off then, and its sender may have closed the compression when it gave up.
type toTheEnd struct{ decoded, body io.Reader }

func (t toTheEnd) Read(p []byte) (int, error) {
	n, err := t.decoded.Read(p)
	if err == io.EOF {
		if more, end := io.ReadFull(t.body, make([]byte, 1)); more > 0 {
			return n, errors.New("something follows what was compressed")
		} else if end != io.EOF {
			return n, end
		}
	}
	return n, err
}

// flusher is a compressing writer.
type flusher interface {
	io.WriteCloser
	Flush() error
}

// encodeContent compresses a response for the first encoding of the client's
// Accept-Encoding that is known here. It gives no writer when there is none.
func encodeContent(w io.Writer, accept string) (flusher, string, error) {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.ToLower(part), ";")
		if weight = strings.ReplaceAll(weight, " ", ""); weight == "q=0" {
			continue
		}
		switch name = strings.TrimSpace(name); name {
		case "gzip", "x-gzip":
			return gzip.NewWriter(w), "gzip", nil
		case "deflate":
			return zlib.NewWriter(w), "deflate", nil
		case "br":
			return brotli.NewWriterLevel(w, 3), "br", nil
		case "zstd":
			e, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest),
				zstd.WithAllLitEntropyCompression(true)) // numbers repeat digits, not sequences of them
			return e, "zstd", err
		case "lz4":
			return lz4.NewWriter(w), "lz4", nil
		}
	}
	return nil, "", nil
}

// frames writes ClickHouse's own compression, asked for with compress=1: each
// frame has a checksum (CityHash128), a method and two sizes before its data.
type frames struct {
	to      io.Writer
	writer  *compress.Writer
	pending []byte
}

// newFrames takes the method of network_compression_method; empty means LZ4.
func newFrames(to io.Writer, method string) (*frames, error) {
	var m compress.Method
	switch strings.ToUpper(method) {
	case "", "LZ4":
		m = compress.LZ4
	case "LZ4HC":
		m = compress.LZ4HC
	case "ZSTD":
		m = compress.ZSTD
	case "NONE":
		m = compress.None
	default:
		return nil, refuse(codeUnknownCompression, "Unknown network compression method '%s'; known are LZ4, LZ4HC, ZSTD, NONE", method)
	}
	return &frames{to: to, writer: compress.NewWriter(compress.LevelZero, m)}, nil
}

func (f *frames) Write(data []byte) (int, error) {
	total := len(data)
	for len(data) > 0 {
		if len(f.pending) == 0 && len(data) >= frameSize {
			if err := f.frame(data[:frameSize]); err != nil {
				return 0, err
			}
			data = data[frameSize:]
			continue
		}
		n := min(frameSize-len(f.pending), len(data))
		f.pending = append(f.pending, data[:n]...)
		data = data[n:]
		if len(f.pending) == frameSize {
			if err := f.Flush(); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

func (f *frames) frame(data []byte) error {
	if err := f.writer.Compress(data); err != nil {
		return fmt.Errorf("compress a frame: %w", err)
	}
	_, err := f.to.Write(f.writer.Data)
	return err
}

// Flush writes what is pending as a frame.
func (f *frames) Flush() error {
	if len(f.pending) == 0 {
		return nil
	}
	err := f.frame(f.pending)
	f.pending = f.pending[:0]
	return err
}

// Close flushes; the writer below stays open.
func (f *frames) Close() error { return f.Flush() }

// frameReader reads ClickHouse's own compression, sent with decompress=1. A
// body that ends between two frames is whole; one that ends inside a frame is
// an error.
type frameReader struct {
	from    *frameCounter
	decoder *compress.Reader
}

func newFrameReader(from io.Reader) *frameReader {
	counter := &frameCounter{from: from}
	return &frameReader{from: counter, decoder: compress.NewReader(counter)}
}

func (f *frameReader) Read(p []byte) (int, error) {
	n, err := f.decoder.Read(p)
	switch {
	case err == nil || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return n, err
	case f.from.ended && f.from.between():
		return n, io.EOF
	default:
		return n, io.ErrUnexpectedEOF
	}
}

// frameHeader: 16 bytes of checksum, the method, the frame's size with 9 bytes
// of this header, and the size of its data.
const frameHeader = 16 + 1 + 4 + 4

// frameCounter knows where in a frame the bytes that passed through it end.
type frameCounter struct {
	from  io.Reader
	ended bool

	header [frameHeader]byte
	got    int    // bytes of the header
	left   uint64 // bytes of the frame after the header
}

func (c *frameCounter) between() bool { return c.got == 0 && c.left == 0 }

func (c *frameCounter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if err == io.EOF {
		c.ended = true
	}
	for passed := p[:n]; len(passed) > 0; {
		if c.left > 0 {
			step := min(c.left, uint64(len(passed)))
			c.left -= step
			passed = passed[step:]
			continue
		}
		step := copy(c.header[c.got:], passed)
		c.got += step
		passed = passed[step:]
		if c.got == frameHeader {
			c.got = 0
			c.left = uint64(max(binary.LittleEndian.Uint32(c.header[17:]), 9)) - 9
		}
	}
	return n, err
}
