package bus

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/notice"
)

// Message is one event to be published. RawMessage, ClassifiedMessage and
// RejectedMessage make the three that owabi knows.
type Message struct {
	// Subject is where it goes.
	Subject string
	// ID identifies the event: ce-id, and Nats-Msg-Id unless MsgID is set.
	ID string
	// MsgID replaces ID for deduplication only, for a message that is sent again
	// on purpose.
	MsgID string
	// Type is the CloudEvents type, one of notice.Type….
	Type string
	// Source is the CloudEvents source, a URI reference: what made the event.
	Source string
	// About is the CloudEvents subject, a notice id; empty: none.
	About string
	// Data is the event as JSON. It is not copied and must not change.
	Data []byte

	made made // by RawMessage or ClassifiedMessage
}

// Header names: CloudEvents 1.0 in the NATS binding's binary mode, where every
// attribute is a header with the prefix ce-.
const (
	HeaderSpecVersion = "ce-specversion"
	HeaderID          = "ce-id"
	HeaderType        = "ce-type"
	HeaderSource      = "ce-source"
	HeaderTime        = "ce-time" // RFC 3339, when the event was published
	HeaderSubject     = "ce-subject"
	HeaderContentType = "content-type"
)

// Headers of a message that is published again after it was rejected.
const (
	HeaderRetryOf = "owabi-retry-of" // event id of the rejection
	HeaderTries   = "owabi-tries"    // how often it was tried until then
)

// ContentType is that of every message.
const ContentType = "application/json"

// RawSubject is where notices of a source go; source is one subject token.
func RawSubject(source string) string { return "notices.raw." + source }

// ClassifiedSubject is where classifications of a category and sector go.
func ClassifiedSubject(c notice.Category, s notice.Sector) string {
	return "notices.classified." + string(c) + "." + string(s)
}

// RejectedSubject is where a stage's rejections go.
func RejectedSubject(s notice.Stage) string { return "notices.rejected." + string(s) }

// RetriedSubject is where it is told that a stage's rejections were retried.
func RetriedSubject(s notice.Stage) string { return RejectedSubject(s) + ".retried" }

// RawMessage makes the message of a notice. The notice must be valid; the error
// of an invalid one is permanent. That its id fits its content is the caller's word, who has
// just computed it; readers in other processes do so again.
func RawMessage(n notice.Notice) (Message, error) {
	if err := n.ValidateFields(); err != nil {
		return Message{}, Permanent(err)
	}
	data, err := encoded(n.AppendJSON)
	if err != nil {
		return Message{}, Permanent(fmt.Errorf("notice %s as JSON: %w", n.ID, err))
	}
	return Message{
		Subject: RawSubject(n.Source), ID: n.ID, Type: notice.TypeRaw,
		Source: "/owabi/ingest/" + n.Source, Data: data, made: made{data, &n},
	}, nil
}

// ClassifiedMessage makes the message of a classification. Its id is the
// notice's with the first 16 digits of the rules' hash: a reading by newer rules
// is a new message, the same reading twice is a duplicate. What c holds must not change
// afterwards, but for its notice. That the notice's id fits is the caller's word, who has
// just read it.
func ClassifiedMessage(c notice.Classified) (Message, error) { return classifiedMessage(c, nil) }

// ClassifiedMessage is the function of that name for what was read out of d. While c's
// notice is the one that d.Data is known to be the JSON of, that is not made anew.
func (d Delivery) ClassifiedMessage(c notice.Classified) (Message, error) {
	if known, ok := d.known.(*notice.Notice); ok && c.Notice != nil && *c.Notice == *known {
		return classifiedMessage(c, d.Data)
	}
	return classifiedMessage(c, nil)
}

func classifiedMessage(c notice.Classified, raw []byte) (Message, error) {
	switch {
	case c.NoticeID == "":
		return Message{}, Permanent(fmt.Errorf("a classification of %s has no notice id", c.Source))
	case !notice.IsToken(string(c.Category)) || !notice.IsToken(string(c.Sector)):
		return Message{}, Permanent(fmt.Errorf("classification of %s: category %q and sector %q cannot stand in a subject", c.NoticeID, c.Category, c.Sector))
	}
	data, err := classifiedJSON(c, raw)
	if err != nil {
		return Message{}, Permanent(fmt.Errorf("classification of %s as JSON: %w", c.NoticeID, err))
	}
	if c.Notice != nil { // else one that is remembered would keep all that stand in memory with it
		n := *c.Notice
		c.Notice = &n
	}
	from := made{data, &c}
	if raw == nil && c.Notice != nil && c.Notice.ValidateFields() != nil {
		from = made{} // for the reader to find out; what raw is the JSON of is valid
	}
	rules := c.Classifier.RulesSHA256
	return Message{
		Subject: ClassifiedSubject(c.Category, c.Sector), ID: c.NoticeID + "." + rules[:min(16, len(rules))],
		Type: notice.TypeClassified, Source: "/owabi/classifier", About: c.NoticeID, Data: data, made: from,
	}, nil
}

// classifiedJSON encodes c, with its notice as raw says unless that is nil.
func classifiedJSON(c notice.Classified, raw []byte) ([]byte, error) {
	if raw == nil {
		return encoded(c.AppendJSON)
	}
	return encoded(func(to []byte) ([]byte, error) { return c.AppendJSONAround(to, raw) })
}

// encoded returns what is appended, in a slice of its own that is no larger.
func encoded(appendTo func([]byte) ([]byte, error)) ([]byte, error) {
	scratch := encodings.Get().(*[]byte)
	defer encodings.Put(scratch)
	data, err := appendTo((*scratch)[:0])
	if err != nil {
		return nil, err
	}
	*scratch = data
	return bytes.Clone(data), nil
}

// encodings are buffers that encoded has done with.
var encodings = sync.Pool{New: func() any { return new([]byte) }}

// RejectedMessage makes the message of a rejection. Its id comes from what was
// rejected, where and why, so that a stage that dies between publishing a
// rejection and saying so does not fill the stream with copies. The same message
// retried and rejected again is another rejection: it stands elsewhere.
func RejectedMessage(r notice.Rejection) (Message, error) {
	if !notice.IsToken(string(r.Stage)) {
		return Message{}, Permanent(fmt.Errorf("rejection of %s: stage %q cannot stand in a subject", r.Source, r.Stage))
	}
	data, err := json.Marshal(r)
	if err != nil {
		return Message{}, Permanent(fmt.Errorf("rejection of %s as JSON: %w", r.Source, err))
	}
	h := sha256.New()
	for _, field := range []string{string(r.Stage), r.Source, strconv.Itoa(r.Line), r.NoticeID, r.Reason, string(r.Raw), r.Stream, strconv.FormatUint(r.Sequence, 10)} {
		fmt.Fprintf(h, "%d:%s", len(field), field)
	}
	return Message{
		Subject: RejectedSubject(r.Stage), ID: hex.EncodeToString(h.Sum(nil)[:16]),
		Type: notice.TypeRejected, Source: "/owabi/" + string(r.Stage), About: r.NoticeID, Data: data,
	}, nil
}

// natsMsg puts the event into a NATS message, marked as published now.
func (m Message) natsMsg() *nats.Msg {
	id := m.MsgID
	if id == "" {
		id = m.ID
	}
	h := nats.Header{
		jetstream.MsgIDHeader: {id},
		HeaderSpecVersion:     {"1.0"},
		HeaderID:              {m.ID},
		HeaderType:            {m.Type},
		HeaderSource:          {(&url.URL{Path: m.Source}).EscapedPath()},
		HeaderTime:            {time.Now().UTC().Format(time.RFC3339Nano)},
		HeaderContentType:     {ContentType},
	}
	if m.About != "" {
		h[HeaderSubject] = []string{m.About}
	}
	return &nats.Msg{Subject: m.Subject, Header: h, Data: m.Data}
}
