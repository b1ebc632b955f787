package source

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	uni "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	// encodingWindow is how much text, from the first byte that is not ASCII
	// on, is looked at to tell its encoding.
	encodingWindow = 256 << 10
	// binaryWindow is how much of the beginning is looked at for signs that an
	// input is not text.
	binaryWindow = 8 << 10
	// certainUTF8 is the number of Japanese characters in valid UTF-8 after
	// which no more is read to be sure: text in another encoding does not hold
	// one such sequence without an invalid one beside it for long. It lets a
	// pipe be read while it is written.
	certainUTF8 = 16
)

// magics are the first bytes of files that people hand over by mistake.
var magics = []struct{ magic, name string }{
	{"%PDF-", "a PDF document"},
	{"PK\x03\x04", "a zip archive or an Office document"},
	{"\xD0\xCF\x11\xE0", "an old Office document"},
	{"\x1F\x8B", "gzip-compressed data"},
	{"BZh", "bzip2-compressed data"},
	{"\xFD7zXZ", "xz-compressed data"},
	{"\x28\xB5\x2F\xFD", "zstd-compressed data"},
	{"7z\xBC\xAF", "a 7z archive"},
	{"\x89PNG", "a PNG image"},
	{"\xFF\xD8\xFF", "a JPEG image"},
	{"GIF8", "a GIF image"},
	{"\x7FELF", "a program"},
	{"MZ\x90", "a program"},
	{"SQLite format 3", "an SQLite database"},
	{"{\\rtf", "a rich-text (RTF) document"},
}

var (
	bomUTF8    = []byte("\xEF\xBB\xBF")
	bomUTF16LE = []byte("\xFF\xFE")
	bomUTF16BE = []byte("\xFE\xFF")
)

// refuseBinary returns an error that says what the input looks like when it is
// not text. It takes nothing from the reader.
func refuseBinary(r *bufio.Reader) error {
	head, err := r.Peek(1)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return ErrEmpty
		}
		return err
	}
	if head[0] != '{' {
		// JSONL may come line by line through a pipe that stays open, and is
		// looked at as it comes. Anything else is needed in quantity anyway.
		if head, err = r.Peek(binaryWindow); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	} else {
		head, _ = r.Peek(min(r.Buffered(), binaryWindow))
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return fmt.Errorf("%w: it looks like %s", ErrBinary, m.name)
		}
	}
	if bytes.HasPrefix(head, bomUTF16LE) || bytes.HasPrefix(head, bomUTF16BE) {
		return nil
	}
	nul, control := 0, 0
	for _, b := range head {
		switch {
		case b == 0:
			nul++
			control++
		case b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != esc || b == 0x7F:
			control++
		}
	}
	switch {
	case nul*4 >= len(head) && nul*4 <= 3*len(head) && control == nul:
		return fmt.Errorf("%w: it looks like UTF-16 without a byte-order mark", ErrBinary)
	case nul > 0 && control*100 >= len(head):
		// A stray NUL in much text costs its notice; this many mean data.
		return fmt.Errorf("%w: it looks like binary data, with %d NUL bytes in the first %d", ErrBinary, nul, len(head))
	case control*10 >= len(head):
		return fmt.Errorf("%w: it looks like binary data, with %d control characters in the first %d bytes", ErrBinary, control, len(head))
	}
	return nil
}

const esc = 0x1B

// decoder gives an input in UTF-8. The encoding is decided at the first bytes
// that show it: ASCII before them reads the same in every encoding it knows. What
// it takes for UTF-8 passes as it is, invalid bytes included.
type decoder struct {
	from    *bufio.Reader
	begun   bool
	decided io.Reader
}

func newDecoder(from *bufio.Reader) *decoder { return &decoder{from: from} }

func (d *decoder) Read(p []byte) (int, error) {
	if d.decided != nil {
		return d.decided.Read(p)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if !d.begun {
		d.begun = true
		if err := d.readMark(); err != nil {
			return 0, err
		}
		if d.decided != nil {
			return d.decided.Read(p)
		}
	}
	if _, err := d.from.Peek(1); err != nil {
		return 0, err
	}
	head, _ := d.from.Peek(min(d.from.Buffered(), len(p)))
	ascii := 0
	for ascii < len(head) && head[ascii] < utf8.RuneSelf && head[ascii] != esc {
		ascii++
	}
	if ascii > 0 {
		n := copy(p, head[:ascii])
		_, _ = d.from.Discard(n)
		return n, nil
	}
	window, err := d.window()
	if err != nil {
		return 0, err
	}
	d.decided = d.from
	if enc := detectEncoding(window); enc != nil {
		d.decided = transform.NewReader(d.from, enc.NewDecoder())
	}
	return d.decided.Read(p)
}

// readMark takes a byte-order mark and decides by it.
func (d *decoder) readMark() error {
	head, err := d.from.Peek(len(bomUTF8))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, bomUTF8):
		_, _ = d.from.Discard(len(bomUTF8))
		d.decided = d.from
	case bytes.HasPrefix(head, bomUTF16LE), bytes.HasPrefix(head, bomUTF16BE):
		d.decided = transform.NewReader(d.from, uni.UTF16(uni.BigEndian, uni.ExpectBOM).NewDecoder())
	}
	return nil
}

// window returns the bytes to decide by: as many as the buffer holds or the input
// has, or what is there already when that is certain to be UTF-8.
func (d *decoder) window() ([]byte, error) {
	for {
		have, _ := d.from.Peek(d.from.Buffered())
		if n, valid := countJapanese(have); valid && n >= certainUTF8 || len(have) == d.from.Size() {
			return have, nil
		}
		if _, err := d.from.Peek(len(have) + 1); errors.Is(err, io.EOF) {
			return d.from.Peek(d.from.Buffered())
		} else if err != nil {
			return nil, err
		}
	}
}

// detectEncoding returns the encoding of text, or nil for UTF-8. text begins with
// a byte that is not ASCII, or with ESC. Valid UTF-8 is UTF-8. Escape sequences in
// seven-bit text are ISO-2022-JP. Between the rest the text decides: read in the
// right encoding Japanese is full of kana and free of rarities and errors. When
// no reading looks like Japanese it is UTF-8, whose invalid bytes get replaced.
func detectEncoding(text []byte) encoding.Encoding {
	if isISO2022JP(text) {
		return japanese.ISO2022JP
	}
	if utf8.Valid(trimPartialRune(text)) {
		return nil
	}
	best, bestScore := encoding.Encoding(nil), japaneseScore(text)
	if bestScore < 0 {
		bestScore = 0 // damaged text in no Japanese encoding
	}
	for _, enc := range []encoding.Encoding{japanese.ShiftJIS, japanese.EUCJP} {
		decoded, err := enc.NewDecoder().Bytes(text)
		if err != nil {
			continue
		}
		if score := japaneseScore(decoded); score > bestScore {
			best, bestScore = enc, score
		}
	}
	return best
}

// trimPartialRune takes off a UTF-8 sequence that the end of the window cut.
func trimPartialRune(text []byte) []byte {
	for i := 1; i <= utf8.UTFMax-1 && i <= len(text); i++ {
		if b := text[len(text)-i]; utf8.RuneStart(b) {
			if b >= utf8.RuneSelf && !utf8.FullRune(text[len(text)-i:]) {
				return text[:len(text)-i]
			}
			break
		}
	}
	return text
}

// countJapanese returns the number of kana, ideographs and their punctuation in
// text, and whether text is valid UTF-8 up to a sequence cut by its end.
func countJapanese(text []byte) (n int, valid bool) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return n, !utf8.FullRune(text[i:])
		}
		if r >= 0x3000 && r <= 0x9FFF {
			n++
		}
		i += size
	}
	return n, true
}

func isISO2022JP(text []byte) bool {
	found := false
	for i, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
		if b == esc {
			for _, seq := range []string{"$B", "$@", "(J", "(B", "(I", "$(D"} {
				if bytes.HasPrefix(text[i+1:], []byte(seq)) {
					found = true
				}
			}
		}
	}
	return found
}

// japaneseScore says how much UTF-8 text looks like Japanese, per character that
// is not ASCII, in thousandths. Above 0: rather yes.
func japaneseScore(text []byte) int {
	points, n := 0, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if r < utf8.RuneSelf {
			continue
		}
		n++
		switch {
		case r == utf8.RuneError:
			points -= 6
		case r >= 'ぁ' && r <= 'ん':
			points += 3
		case r >= 'ァ' && r <= 'ヾ', r >= '、' && r <= '】':
			points += 2
		case r >= 0x4E00 && r <= 0x9FFF, r >= '！' && r <= '～', r == 0x3000:
			points++
		case r >= '｡' && r <= 'ﾟ': // half-width katakana: real, yet rare, and the mark of a wrong guess
			points -= 2
		case unicode.Is(unicode.Co, r), r < 0x2000: // private use; Latin, Greek, Cyrillic
			points -= 3
		}
	}
	if n == 0 {
		return 0
	}
	return points * 1000 / n
}
