package bus

import (
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	// The coming encoding/json/v2, three times as fast at reading as encoding/json;
	// it also refuses what that one lets pass: repeated names, text that is not UTF-8.
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"owabi/pkg/notice"
)

// Limits on what a service reads. The publishers of this package stay far below
// the one for headers and at the embedded server's MaxPayload for the rest.
const (
	maxDataBytes   = 8 << 20
	maxHeaderBytes = 16 << 10 // all of them
	maxAttribute   = 1 << 10  // one CloudEvents attribute
)

// Notice reads the delivery as a notice from notices.raw.<source>. An error is
// permanent: ErrBadMessage for a message of another form, with the place in it,
// notice.ErrInvalid or notice.ErrNoText for a notice that is none.
func (d Delivery) Notice() (notice.Notice, error) {
	n, err := d.notice()
	if err != nil {
		return notice.Notice{}, Permanent(err)
	}
	return n, Permanent(d.checkSubject("source "+n.Source, RawSubject(n.Source)))
}

func (d Delivery) notice() (n notice.Notice, err error) {
	if known, ok := d.known.(*notice.Notice); ok { // RawMessage has looked at what it holds
		return *known, d.checkForm(notice.TypeRaw)
	}
	if err := d.read(notice.TypeRaw, &n); err != nil {
		return n, err
	}
	return n, n.Validate()
}

// Classified reads the delivery as a classified notice from
// notices.classified.<category>.<sector>, with the errors of Notice and in the
// same order of checks.
func (d Delivery) Classified() (notice.Classified, error) {
	c, err := d.classified()
	if err != nil {
		return notice.Classified{}, Permanent(err)
	}
	what := fmt.Sprintf("category %s and sector %s", c.Category, c.Sector)
	return c, Permanent(d.checkSubject(what, ClassifiedSubject(c.Category, c.Sector)))
}

func (d Delivery) classified() (c notice.Classified, err error) {
	if known, ok := d.known.(*notice.Classified); ok { // ClassifiedMessage has looked at its notice
		if err := d.checkForm(notice.TypeClassified); err != nil {
			return c, err
		}
		return *known, known.ValidateReading()
	}
	if err := d.read(notice.TypeClassified, &c); err != nil {
		return c, err
	}
	return c, c.Validate()
}

// Published is when the event was published, as its header says; when it was
// stored, if the header is missing. It stays the same however often a message is
// delivered or retried.
func (d Delivery) Published() time.Time {
	if at, err := time.Parse(time.RFC3339Nano, d.Header.Get(HeaderTime)); err == nil {
		return at
	}
	return d.Stored
}

// checkForm holds the message to its bounds and headers.
func (d Delivery) checkForm(eventType string) error {
	if len(d.Data) > maxDataBytes {
		return fmt.Errorf("%w: its data is %d bytes, the most is %d", ErrBadMessage, len(d.Data), maxDataBytes)
	}
	return d.checkHeaders(eventType)
}

// read checks the message's form and decodes its data into v.
func (d Delivery) read(eventType string, v any) error {
	if err := d.checkForm(eventType); err != nil {
		return err
	}
	err := json.Unmarshal(d.Data, v)
	var syntax *jsontext.SyntacticError
	var mismatch *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return fmt.Errorf("%w: no JSON at byte %d: %w", ErrBadMessage, syntax.ByteOffset+1, syntax.Err)
	case errors.As(err, &mismatch):
		err = fmt.Errorf("%w: at byte %d, %s has to be %s and is %s", ErrBadMessage, mismatch.ByteOffset+1, fieldName(mismatch.JSONPointer), mismatch.GoType, kindNames[mismatch.JSONKind])
		if len(mismatch.JSONValue) > 0 && mismatch.JSONKind == '0' {
			err = fmt.Errorf("%w %s", err, mismatch.JSONValue)
		}
		if mismatch.Err != nil {
			err = fmt.Errorf("%w: %w", err, mismatch.Err)
		}
		return err
	}
	return fmt.Errorf("%w: %w", ErrBadMessage, err)
}

// kindNames are the kinds of JSON values in words.
var kindNames = map[jsontext.Kind]string{'n': "null", 't': "true", 'f': "false", '"': "string", '0': "number", '{': "object", '[': "array"}

// fieldName writes a place in the JSON as the README does: impact.people.
func fieldName(place jsontext.Pointer) string {
	if place == "" {
		return "the whole"
	}
	return strings.ReplaceAll(strings.TrimPrefix(string(place), "/"), "/", ".")
}

// checkHeaders holds the headers to CloudEvents 1.0 in binary mode and to the one
// type and version that the caller reads.
func (d Delivery) checkHeaders(eventType string) error {
	if size := headerSize(d.Header); size > maxHeaderBytes {
		return fmt.Errorf("%w: its headers are %d bytes, the most is %d", ErrBadMessage, size, maxHeaderBytes)
	}
	for _, name := range []string{HeaderSpecVersion, HeaderType, HeaderID, HeaderSource, HeaderTime, HeaderSubject, HeaderContentType} {
		values := d.Header.Values(name)
		switch {
		case len(values) > 1:
			return fmt.Errorf("%w: header %s stands %d times", ErrBadMessage, name, len(values))
		case len(values) == 1 && len(values[0]) > maxAttribute:
			return fmt.Errorf("%w: header %s is %d bytes, the most is %d", ErrBadMessage, name, len(values[0]), maxAttribute)
		}
	}
	for _, name := range []string{HeaderSpecVersion, HeaderType, HeaderID, HeaderSource} {
		if d.Header.Get(name) == "" {
			return fmt.Errorf("%w: header %s is missing", ErrBadMessage, name)
		}
	}
	if v := d.Header.Get(HeaderSpecVersion); v != "1.0" {
		return fmt.Errorf("%w: %s %q is unknown, 1.0 is read", ErrBadMessage, HeaderSpecVersion, v)
	}
	if v := d.Header.Get(HeaderType); v != eventType {
		return fmt.Errorf("%w: %s %q is unknown here, %s is read", ErrBadMessage, HeaderType, v, eventType)
	}
	if v := d.Header.Get(HeaderContentType); v != "" && v != ContentType {
		if media, _, err := mime.ParseMediaType(v); err != nil || media != ContentType {
			return fmt.Errorf("%w: %s %q is unknown, %s is read", ErrBadMessage, HeaderContentType, v, ContentType)
		}
	}
	if v := d.Header.Get(HeaderTime); v != "" {
		at, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return fmt.Errorf("%w: %s %q is no time as RFC 3339 writes it", ErrBadMessage, HeaderTime, v)
		}
		if !notice.Storable(at) {
			return fmt.Errorf("%w: %s %q is out of range", ErrBadMessage, HeaderTime, v)
		}
	}
	return nil
}

// checkSubject finds a message that stands where nobody looks for it.
func (d Delivery) checkSubject(what, subject string) error {
	if d.Subject == subject {
		return nil
	}
	return fmt.Errorf("%w: with %s it belongs on %s and came on %.100s", ErrBadMessage, what, subject, d.Subject)
}

// headerSize is what the headers take on the wire.
func headerSize(h map[string][]string) (size int) {
	for name, values := range h {
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	return size
}

// size is what the delivery takes on the wire, nearly.
func (d Delivery) size() int { return len(d.Subject) + headerSize(d.Header) + len(d.Data) }

// noticeID finds the notice's id in the headers; empty when what stands there is
// none.
func (d Delivery) noticeID() string {
	if d.light {
		return d.about
	}
	id := d.Header.Get(HeaderSubject)
	if id == "" {
		id = d.Header.Get(HeaderID)
	}
	if len(id) > 128 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return id
}
