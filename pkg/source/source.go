// Package source is where notices come from.
//
// Open takes a path, or "-" for standard input, finds out how the notices in it
// are written and in which character encoding, and gives them one after another:
//
//   - digest: many notices in one text file, one after another, each the
//     publisher's line, headline or date or text, and the headline once more;
//   - jsonl: one JSON object a line, of which only text is required;
//   - text: one plain file that is one notice.
//
// It promises that one bad entry never stops the rest: what cannot be read comes
// as a rejected item with its line, its bytes and the reason, between the notices
// around it. It promises that nothing is lost and nothing is added: the words of a
// notice are the words of the file, decoded to UTF-8 with line ends as "\n"; what
// was not decodable is U+FFFD. Memory depends on the largest notice allowed, not
// on the size of the file, and time on the size of the file alone.
//
// It does not understand notices (pkg/classify does), fetch pages or watch files.
package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"owabi/pkg/notice"
)

// Stdin is the name that means standard input.
const Stdin = "-"

// Format is how the notices of an input are written. The formats other than Auto
// are the Notice.Source of what is read from them.
type Format string

// The formats. Auto, the default, looks at the content and the name's extension.
const (
	Auto   Format = "auto"
	Digest Format = "digest"
	JSONL  Format = "jsonl"
	Text   Format = "text"
)

// Synthetic is the Notice.Source of a generated notice, whatever it was read from.
const Synthetic = "synthetic"

// Formats lists the formats that Open knows, Auto first.
func Formats() []Format { return []Format{Auto, Digest, JSONL, Text} }

// Errors that end an input: there is nothing more to read from it. Each is
// permanent, and wrapped in an error that names the input. A missing path is
// fs.ErrNotExist and one that may not be read fs.ErrPermission.
var (
	// ErrUnknown is returned for a name or a content that no format here reads.
	ErrUnknown = errors.New("not a source that can be read")
	// ErrDirectory is returned for a directory.
	ErrDirectory = errors.New("a directory, not a file")
	// ErrEmpty is returned for an input with nothing in it but white space.
	ErrEmpty = errors.New("empty: there is no notice in it")
	// ErrBinary is returned for an input that is not text.
	ErrBinary = errors.New("not text")
	// ErrTooLarge is returned by Read where an input passes Options.MaxBytes;
	// what was read before it stands.
	ErrTooLarge = errors.New("larger than the limit")
)

// Reasons for which a piece of an input is rejected while the rest goes on.
// Besides these there is notice.ErrNoText.
var (
	// ErrMalformed is the reason for what is not of its documented form.
	ErrMalformed = errors.New("malformed")
	// ErrNoticeTooLarge is the reason for a notice over Options.MaxNoticeBytes
	// or a line over Options.MaxLineBytes.
	ErrNoticeTooLarge = errors.New("too large for a notice")
)

// Defaults of Options.
const (
	DefaultMaxBytes       = 4 << 30
	DefaultMaxNoticeBytes = 1 << 20
	DefaultMaxLineBytes   = 4 << 20
)

// Options says how an input is read. The zero value is usable.
type Options struct {
	// Format of the input; empty is Auto.
	Format Format
	// MaxBytes bounds the whole input. Reading uses little memory whatever the
	// size, so the limit is there to stop what never ends. A regular file over
	// it is refused by Open; anything else gives ErrTooLarge when it gets
	// there. Default DefaultMaxBytes, 4 GiB; negative: no limit.
	MaxBytes int64
	// MaxNoticeBytes bounds the body of one notice, in bytes of UTF-8. A larger
	// one is rejected. Default DefaultMaxNoticeBytes, 1 MiB.
	MaxNoticeBytes int
	// MaxLineBytes bounds one line of JSONL. A longer one is rejected. Default
	// DefaultMaxLineBytes, 4 MiB, which holds a body of 1 MiB with every
	// character of it escaped.
	MaxLineBytes int
	// Stdin is read when the name is "-". Default os.Stdin.
	Stdin io.Reader
	// Now gives Notice.FetchedAt. Default time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Format == "" {
		o.Format = Auto
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.MaxNoticeBytes <= 0 {
		o.MaxNoticeBytes = DefaultMaxNoticeBytes
	}
	if o.MaxLineBytes <= 0 {
		o.MaxLineBytes = DefaultMaxLineBytes
	}
	if o.Stdin == nil {
		o.Stdin = os.Stdin
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Item is one piece of an input: a notice, or what could not be read as one.
type Item struct {
	// Notice is set when Rejected is nil, and is then valid.
	Notice notice.Notice
	// Rejected is what could not be read.
	Rejected *Rejected
	// Line is the line of the input, counted from 1, on which the piece begins.
	Line int
}

// Rejected is a piece of an input that could not be read. It is an error whose
// text names the input and the line.
type Rejected struct {
	// Source is the name of the input: the path, or "standard input".
	Source string
	// Line is the line on which the piece begins, counted from 1.
	Line int
	// Raw holds the piece, decoded to UTF-8, cut at notice.MaxRejectedBytes.
	Raw []byte
	// Truncated says that Raw was cut.
	Truncated bool
	// Reason wraps ErrMalformed, ErrNoticeTooLarge or notice.ErrNoText.
	Reason error
}

func (r *Rejected) Error() string { return fmt.Sprintf("%s:%d: %v", r.Source, r.Line, r.Reason) }

// Unwrap returns the reason.
func (r *Rejected) Unwrap() error { return r.Reason }

// Rejection returns r as the message that goes to notices.rejected.<stage>.
func (r *Rejected) Rejection(stage notice.Stage) notice.Rejection {
	rejection := notice.NewRejection(stage, r.Source, r.Line, r.Raw, r)
	rejection.Truncated = rejection.Truncated || r.Truncated
	return rejection
}

// Reader gives the pieces of an input in their order.
//
// Read returns io.EOF after the last piece. Any other error means that the rest
// cannot be read; it names the input, and every later Read returns it again. A
// piece that cannot be read is no error but an Item with Rejected set. Read looks
// at ctx before it begins; a Read that waits for an input that gives nothing, such
// as a silent pipe, is not interrupted. A Reader is for one goroutine at a time.
type Reader interface {
	Read(ctx context.Context) (Item, error)
}

// Input is an opened source. It is a Reader, and to be closed after use.
type Input struct {
	name   string
	format Format
	file   *os.File // nil for standard input
	size   int64
	raw    *meteredReader
	reader Reader
	given  int
	err    error
}

// Open opens the input of that name: a path, or "-" for opts.Stdin. It reads
// enough of it to know its format and encoding, which waits for the first bytes
// of a pipe. The errors are ErrUnknown, ErrDirectory, ErrEmpty, ErrBinary,
// ErrTooLarge, and those of the file system; each names the input.
func Open(ctx context.Context, name string, opts Options) (*Input, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	in := &Input{name: name, format: opts.Format, size: -1}
	from := opts.Stdin
	if name == Stdin {
		in.name = "standard input"
	} else {
		if err := in.openFile(name, opts.MaxBytes); err != nil {
			return nil, err
		}
		from = in.file
	}
	in.raw = &meteredReader{from: from, limit: opts.MaxBytes}
	if err := in.start(name, opts); err != nil {
		_ = in.Close()
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return in, nil
}

var urlScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

const known = `sources are a path, or "-" for standard input, of a digest, JSONL or plain text`

func (in *Input) openFile(name string, maxBytes int64) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: the name is empty; %s", ErrUnknown, known)
	case urlScheme.MatchString(name):
		return fmt.Errorf("%s: %w: it is a URL; %s", name, ErrUnknown, known)
	}
	info, err := os.Stat(name)
	if err != nil {
		return plainPathError(err)
	}
	switch {
	case info.IsDir():
		return fmt.Errorf("%s: %w", name, ErrDirectory)
	case info.Mode().IsRegular() && info.Size() == 0:
		return fmt.Errorf("%s: %w", name, ErrEmpty)
	case info.Mode().IsRegular() && maxBytes >= 0 && info.Size() > maxBytes:
		return fmt.Errorf("%s: %w: %d bytes, at most %d are read", name, ErrTooLarge, info.Size(), maxBytes)
	}
	if in.file, err = os.Open(name); err != nil {
		return plainPathError(err)
	}
	if info.Mode().IsRegular() {
		in.size = info.Size()
	}
	return nil
}

// plainPathError puts the path first, as all errors here do, and drops the name
// of the system call.
func plainPathError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}

// start looks at the beginning of the input and makes the reader for it.
func (in *Input) start(name string, opts Options) error {
	raw := bufio.NewReaderSize(in.raw, encodingWindow)
	if err := refuseBinary(raw); err != nil {
		return err
	}
	text := bufio.NewReaderSize(newDecoder(raw), formatWindow)
	if in.format == Auto {
		format, err := detectFormat(name, text)
		if err != nil {
			return err
		}
		in.format = format
	}
	p := piece{source: in.name, now: opts.Now, maxNotice: opts.MaxNoticeBytes}
	switch in.format {
	case Digest:
		in.reader = newDigest(text, p)
	case JSONL:
		in.reader = newJSONL(text, p, opts.MaxLineBytes)
	case Text:
		in.reader = newText(text, p)
	default:
		return fmt.Errorf("%w: there is no format %q; formats are %v", ErrUnknown, in.format, Formats())
	}
	return nil
}

// Read returns the next piece of the input; see Reader.
func (in *Input) Read(ctx context.Context) (Item, error) {
	if in.err != nil {
		return Item{}, in.err
	}
	if err := ctx.Err(); err != nil {
		return Item{}, err
	}
	item, err := in.reader.Read(ctx)
	switch {
	case err == nil:
		in.given++
		return item, nil
	case errors.Is(err, io.EOF) && in.given == 0:
		in.err = fmt.Errorf("%s: %w", in.name, ErrEmpty)
	case errors.Is(err, io.EOF):
		in.err = io.EOF
	default:
		in.err = fmt.Errorf("%s: %w", in.name, err)
	}
	return Item{}, in.err
}

// Close releases the input. Standard input is left open.
func (in *Input) Close() error {
	if in.file == nil {
		return nil
	}
	return in.file.Close()
}

// Name is the input's name as errors give it: the path, or "standard input".
func (in *Input) Name() string { return in.name }

// Format is the format that was asked for, or found when that was Auto.
func (in *Input) Format() Format { return in.format }

// Progress returns how many bytes of the input have been taken and how many it
// has, which is -1 for anything but a regular file. It may be called while
// another goroutine reads.
func (in *Input) Progress() (taken, size int64) { return in.raw.taken.Load(), in.size }

// meteredReader counts what passes and stops at the limit.
type meteredReader struct {
	from  io.Reader
	limit int64 // negative: none
	taken atomic.Int64
	over  error // set where the limit was passed
}

func (m *meteredReader) Read(p []byte) (int, error) {
	if m.over != nil {
		return 0, m.over
	}
	if m.limit >= 0 {
		left := m.limit - m.taken.Load()
		if left <= 0 {
			// At the limit only the end of the input is still welcome.
			var probe [1]byte
			n, err := m.from.Read(probe[:])
			if n > 0 {
				m.over = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, m.limit)
				return 0, m.over
			}
			return 0, err
		}
		if int64(len(p)) > left {
			p = p[:left]
		}
	}
	n, err := m.from.Read(p)
	m.taken.Add(int64(n))
	return n, err
}

// piece makes items: it holds what all notices and rejections of one input share.
type piece struct {
	source    string // the input's name
	now       func() time.Time
	maxNotice int
	utf8      bool // the reader gives no invalid bytes
}

// accept completes n, whose ID, FetchedAt, Lang and invalid bytes are still to be
// seen to, and returns it as an item; or as a rejection of raw when the notice
// cannot be published.
func (p piece) accept(n notice.Notice, line int, raw []byte) Item {
	if len(n.Body) > p.maxNotice {
		return p.reject(line, raw, false, fmt.Errorf("%w: its body has %d bytes, at most %d are read", ErrNoticeTooLarge, len(n.Body), p.maxNotice))
	}
	for _, field := range []*string{&n.CallerID, &n.URL, &n.Publisher, &n.Title, &n.Body, &n.Heading} {
		if !p.utf8 {
			*field = strings.ToValidUTF8(*field, "\uFFFD")
		}
		if strings.IndexByte(*field, 0) >= 0 {
			return p.reject(line, raw, false, fmt.Errorf("%w: there is a NUL byte in it", ErrMalformed))
		}
	}
	if err := n.ValidatePublished(); err != nil {
		return p.reject(line, raw, false, err)
	}
	n.FetchedAt = p.now().UTC()
	if hasKana(n.Title) || hasKana(n.Body) {
		n.Lang = "ja"
	}
	if strings.TrimSpace(n.Title) == "" && strings.TrimSpace(n.Body) == "" {
		return p.reject(line, raw, false, notice.ErrNoText)
	}
	// All else that Notice.Validate asks for now holds, and it would compute the
	// id again, which is most of the cost of reading.
	n.ID = n.ComputeID()
	return Item{Notice: n, Line: line}
}

// reject returns a rejected item. raw is copied, so that it may be a buffer that
// is used again.
func (p piece) reject(line int, raw []byte, truncated bool, reason error) Item {
	if len(raw) > notice.MaxRejectedBytes {
		raw, truncated = raw[:notice.MaxRejectedBytes], true
	}
	return Item{Line: line, Rejected: &Rejected{
		Source: p.source, Line: line, Raw: append([]byte(nil), raw...), Truncated: truncated, Reason: reason,
	}}
}

// hasKana says whether s holds hiragana or katakana, which only Japanese does.
func hasKana(s string) bool {
	for _, r := range s {
		if isKana(r) {
			return true
		}
	}
	return false
}

func isKana(r rune) bool {
	return r >= 'ぁ' && r <= 'ヿ' && r != '・' && r != '゠' || r >= 'ｦ' && r <= 'ﾟ'
}
