// Package notice is the vocabulary that all of owabi shares.
//
// An organization that had something go wrong publishes a Notice: prose on a
// page. Reading it gives a Classification: what happened, to whom, how much,
// when, and the words each answer came from. What cannot be processed becomes a
// Rejection, and a Rejection can be Retried. They travel between the services as
// JSON; their JSON Schemas are files in this package, and the codes they use
// (categories, sectors, kinds of data) stand with their Japanese and English
// labels in taxonomy.go and nowhere else.
//
// The package promises that the same notice met twice has one id, that unknown
// is null, and that fields are only ever added. It reads no text, opens no
// connection and imports nothing of ours.
package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Notice is one published text as it was met: raw and immutable. Empty strings
// are unknown and stay out of the JSON.
type Notice struct {
	// ID is the first 16 bytes, in hex, of the SHA-256 over Publisher, Title,
	// Published and Body, each after NFKC and white-space folding. It is the
	// Nats-Msg-Id on the stream and the key in ClickHouse.
	ID string `json:"id"`
	// CallerID is the caller's own id, when the input had one.
	CallerID string `json:"caller_id,omitempty"`
	// Source names where the notice came from, as one subject token: digest,
	// jsonl, synthetic, …
	Source string `json:"source"`
	// URL is the address of the notice's own page.
	URL string `json:"url,omitempty"`
	// Publisher is the organization as written; empty when the source does not
	// tell it apart from the text.
	Publisher string `json:"publisher,omitempty"`
	// Title is the headline.
	Title string `json:"title,omitempty"`
	// Published is the day of publication, YYYY-MM-DD, as the source gives it.
	Published string `json:"published,omitempty"`
	// Body is the text as published, without the headline.
	Body string `json:"body"`
	// FetchedAt is when owabi met the notice, in UTC.
	FetchedAt time.Time `json:"fetched_at"`
	// Lang is a BCP 47 language tag; ja for nearly all.
	Lang string `json:"lang,omitempty"`
	// Heading is the heading of the digest that held the notice.
	Heading string `json:"heading,omitempty"`
	// Synthetic marks a notice that was generated and reports nothing real.
	Synthetic bool `json:"synthetic,omitempty"`
}

// Text is what evidence offsets count in: title, a line feed and body. A notice
// without a title is its body alone.
func (n Notice) Text() string {
	if n.Title == "" {
		return n.Body
	}
	return n.Title + "\n" + n.Body
}

// ComputeID returns the id that the notice's content gives it.
func (n Notice) ComputeID() string {
	h := sha256.New()
	scratch := foldedFields.Get().(*[]byte)
	for _, field := range [...]string{n.Publisher, n.Title, n.Published, n.Body} {
		*scratch = appendFolded((*scratch)[:0], field)
		h.Write(*scratch)
		h.Write([]byte{'\n'}) // folded text holds no line feed, so fields cannot run together
	}
	foldedFields.Put(scratch)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// foldedFields are buffers that ComputeID has done with.
var foldedFields = sync.Pool{New: func() any { return new([]byte) }}

// Fold returns s in NFKC with every run of white space turned into one space
// and none at the ends: two spellings of one text fold to one string. A byte that is
// not UTF-8 folds to U+FFFD.
func Fold(s string) string { return string(appendFolded(nil, s)) }

// appendFolded appends s, folded, to an empty slice. Every service computes ids, so
// what Japanese is mostly made of is taken in runs, or rune by rune, and only what is
// left goes through the tables of norm.
func appendFolded(out []byte, s string) []byte {
	space := false
	add := func(r rune) {
		if unicode.IsSpace(r) {
			space = len(out) > 0
			return
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = utf8.AppendRune(out, r)
	}
	// What was before the last plain rune, which a mark behind it may change: か and ゙.
	last := struct {
		at, out int
		space   bool
	}{at: -1}
	for i := 0; i < len(s); {
		if end := i + unchanged(s[i:]); end > i {
			if space {
				out = append(out, ' ')
				space = false
			}
			out = append(out, s[i:end]...)
			i = end
			last.at = -1 // the run leaves its last rune to what follows
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if folded, ok := plain(r); ok {
			last.at, last.out, last.space = i, len(out), space
			add(folded)
			i += size
			continue
		}
		from, end := i, i+size
		if last.at >= 0 {
			from, out, space = last.at, out[:last.out], last.space
			last.at = -1
		}
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if _, ok := plain(r); ok {
				break
			}
			end += size
		}
		for _, r := range norm.NFKC.String(s[from:end]) {
			add(r)
		}
		i = end
	}
	return out
}

// unchanged is the length of the run at the beginning of s that folds to itself, but
// for its last rune, which what follows may change: bytes that plain would return as
// they are and that are no space.
func unchanged(s string) int {
	last := 0
	for i := 0; i < len(s); {
		size := 1
		switch c := s[i]; {
		case c > ' ' && c < utf8.RuneSelf:
		case c >= 0xE3 && c <= 0xE9 && i+2 < len(s):
			if s[i+1]&0xC0 != 0x80 || s[i+2]&0xC0 != 0x80 {
				return last
			}
			r := rune(c&0x0F)<<12 | rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F)
			if r < 0x4E00 { // else it is a kanji
				if folded, ok := plain(r); !ok || folded != r {
					return last
				}
			}
			size = 3
		default:
			return last
		}
		last = i
		i += size
	}
	return last
}

// plain returns what NFKC makes of a rune that stands for itself or for one of
// ASCII, and that never joins what stands before it.
func plain(r rune) (rune, bool) {
	switch {
	case r < utf8.RuneSelf, // ASCII
		r >= 0x4E00 && r <= 0x9FFF, // kanji
		r >= 0x3041 && r <= 0x3096, // hiragana
		r >= 0x30A1 && r <= 0x30FE, // katakana, ・ and ー
		r >= 0x3001 && r <= 0x3003, // 、。〃
		r >= 0x3008 && r <= 0x3011: // brackets
		return r, true
	case r == 0x3000:
		return ' ', true
	case r >= 0xFF01 && r <= 0xFF5E: // ASCII in full width
		return r - 0xFEE0, true
	}
	return 0, false
}

// Errors that Validate wraps. Each is permanent: the same notice will fail again.
var (
	// ErrNoText is returned for a notice without any text to read.
	ErrNoText = errors.New("the notice has no text")
	// ErrInvalid is returned for a field that is not of its documented form.
	ErrInvalid = errors.New("the notice is not valid")
)

// Validate says whether the notice can be published: it has text, an id that
// fits its content, a source that can stand in a subject, and a Published that is
// a date and Storable.
func (n Notice) Validate() error {
	if err := n.ValidateFields(); err != nil {
		return err
	}
	if n.ID != n.ComputeID() {
		return fmt.Errorf("%w: id %.80q does not fit its content", ErrInvalid, n.ID)
	}
	return nil
}

// ValidateFields is Validate without a look at the id, for who has just computed it:
// that is most of Validate's work.
func (n Notice) ValidateFields() error {
	switch {
	case strings.TrimSpace(n.Title) == "" && strings.TrimSpace(n.Body) == "":
		return ErrNoText
	case slices.ContainsFunc([]string{n.CallerID, n.URL, n.Publisher, n.Title, n.Body, n.Lang, n.Heading}, notUTF8):
		return fmt.Errorf("%w: its text is not UTF-8", ErrInvalid)
	case !IsToken(n.Source):
		return fmt.Errorf("%w: source %.80q is not one subject token", ErrInvalid, n.Source)
	}
	return n.ValidatePublished()
}

func notUTF8(s string) bool { return !utf8.ValidString(s) }

// ValidatePublished says why Published is no day a notice can have; "" is no day told.
func (n Notice) ValidatePublished() error {
	if n.Published == "" {
		return nil
	}
	day, err := time.Parse(time.DateOnly, n.Published)
	if err != nil {
		return fmt.Errorf("%w: published %.80q is not a date YYYY-MM-DD", ErrInvalid, n.Published)
	}
	if !Storable(day) {
		return fmt.Errorf("%w: published %s is out of range, 1900 to 2261", ErrInvalid, n.Published)
	}
	return nil
}

// Storable says whether t lies in the years 1900 to 2261 of UTC: what can be counted in
// nanoseconds of 64 bits, as clients of databases do, and what ClickHouse's Date32 and
// DateTime64 hold. Of any other time they make another without a word.
func Storable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1900 && year <= 2261
}

// IsToken says whether s can stand as one token of a NATS subject: lower-case
// ASCII letters, digits, _ and -.
func IsToken(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return false
		}
	}
	return s != ""
}

// Types of the CloudEvents that carry what this package describes.
const (
	TypeRaw        = "owabi.notice.raw.v1"
	TypeClassified = "owabi.notice.classified.v1"
	TypeRejected   = "owabi.notice.rejected.v1"
	TypeRetried    = "owabi.notice.retried.v1"
)

// Stage names the service that could not process something; it is the last
// token of the subject notices.rejected.<stage>.
type Stage string

// The stages, in the order a notice passes them.
const (
	StageIngest     Stage = "ingest"
	StageClassifier Stage = "classifier"
	StageLoader     Stage = "loader"
)

// Rejection is something that could not be processed, why, and enough of it to
// try again.
type Rejection struct {
	Stage Stage `json:"stage"`
	// Reason is the error in words, naming the input and the place.
	Reason string `json:"reason"`
	// Source is what was read: a path, a URL or a subject.
	Source string `json:"source"`
	// Line is the line of the input, counted from 1; 0 when it has none.
	Line int `json:"line,omitempty"`
	// NoticeID is set when the notice could be identified.
	NoticeID string `json:"notice_id,omitempty"`
	// Raw holds the bytes that were rejected, cut at MaxRejectedBytes.
	Raw []byte `json:"raw,omitempty"`
	// Truncated says that Raw was cut, or it or Headers left out, so that another
	// try needs the source.
	Truncated bool `json:"truncated,omitempty"`
	// Stream and Sequence are where a rejected message stands, Headers what it
	// carried; unset for what never was a message.
	Stream   string              `json:"stream,omitempty"`
	Sequence uint64              `json:"sequence,omitempty"`
	Headers  map[string][]string `json:"headers,omitempty"`
	// Tries counts how often it was tried before it was given up, over all its
	// retries.
	Tries int `json:"tries,omitempty"`
	// RejectedAt is in UTC.
	RejectedAt time.Time `json:"rejected_at"`
}

// MaxRejectedBytes bounds Rejection.Raw, so that a rejection always fits into a
// message of NATS's default limit of 1 MiB, base64 included.
const MaxRejectedBytes = 512 << 10

// MaxReasonBytes bounds Rejection.Reason: it may quote what was rejected.
const MaxReasonBytes = 4 << 10

// NewRejection returns a rejection of raw, with raw and the reason cut to their
// bounds.
func NewRejection(stage Stage, source string, line int, raw []byte, reason error) Rejection {
	r := Rejection{Stage: stage, Reason: strings.ToValidUTF8(reason.Error(), "\uFFFD"), Source: source, Line: line, Raw: raw, RejectedAt: time.Now().UTC()}
	if len(r.Reason) > MaxReasonBytes {
		r.Reason = strings.ToValidUTF8(r.Reason[:MaxReasonBytes], "") + "…"
	}
	if len(raw) > MaxRejectedBytes {
		r.Raw, r.Truncated = raw[:MaxRejectedBytes], true
	}
	return r
}

// Retried says that a rejected message was published again to where it came from.
// The rejection stays where it is, for the record.
type Retried struct {
	Stage Stage `json:"stage"`
	// Rejection is the event id of the rejection.
	Rejection string `json:"rejection"`
	NoticeID  string `json:"notice_id,omitempty"`
	// Stream and Sequence are where the message stands now.
	Stream   string `json:"stream"`
	Sequence uint64 `json:"sequence"`
	// RetriedAt is in UTC.
	RetriedAt time.Time `json:"retried_at"`
}

// SplitTitle parts a whole text from the headline it may begin with, so that
// Notice.Text holds the headline once. Body is text without its first line when
// that line, folded, equals the folded title; else it is text unchanged.
func SplitTitle(title, text string) (headline, body string) {
	first, rest, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	if folded := Fold(title); folded == "" || Fold(first) != folded {
		return title, text
	}
	return title, rest
}
