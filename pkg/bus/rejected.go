package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"owabi/pkg/notice"
)

// Rejected is a rejection that stands on its stream.
type Rejected struct {
	notice.Rejection
	// Number is its place in NOTICES_REJECTED.
	Number uint64 `json:"number"`
	// ID is the event's.
	ID string `json:"id"`
	// Retried tells that the message was published again, and where; nil: not yet.
	Retried *notice.Retried `json:"retried"`
	// NoRetry says why it cannot be published again; empty: it can.
	NoRetry string `json:"no_retry,omitempty"`
}

// Rejections hands what stands on the rejected stream now to each, the oldest
// first, and stops at its first error: of one stage or, when stage is empty, of
// all, and none that was filed before since.
func (b *Bus) Rejections(ctx context.Context, stage notice.Stage, since time.Time, each func(Rejected) error) error {
	retried, err := b.retried(ctx, stage)
	if err != nil {
		return err
	}
	subject := RejectedSubject("*")
	if stage != "" {
		subject = RejectedSubject(stage)
	}
	cfg := SubscribeConfig{Stream: StreamRejected, Subjects: []string{subject}, All: since.IsZero(), Since: since, UntilEnd: true}
	return b.Subscribe(ctx, cfg, func(_ context.Context, d Delivery) error {
		r, err := readRejection(d)
		if err != nil {
			b.log.Warn("a message on the rejected stream that is no rejection", "sequence", d.Sequence, "error", err)
			return nil
		}
		r.Retried = retried[r.ID]
		return each(r)
	})
}

// Rejection returns the rejection of that number; ErrNotStored when there is
// none. What it could not hold of its message is read from the message's stream,
// where that keeps it.
func (b *Bus) Rejection(ctx context.Context, number uint64) (Rejected, error) {
	d, err := b.storedMessage(ctx, StreamRejected, number)
	if err != nil {
		return Rejected{}, fmt.Errorf("rejection %d: %w", number, err)
	}
	r, err := readRejection(d)
	if err != nil {
		return Rejected{}, fmt.Errorf("rejection %d: %w", number, err)
	}
	retried, err := b.retried(ctx, r.Stage)
	if err != nil {
		return Rejected{}, err
	}
	r.Retried = retried[r.ID]
	if whole, err := b.whole(ctx, r); err == nil {
		r.Raw, r.Headers, r.Truncated = whole.Data, whole.Header, false
	}
	return r, nil
}

// whole reads the message of a rejection that holds a part of it; an error
// otherwise, and when its stream does not keep it.
func (b *Bus) whole(ctx context.Context, r Rejected) (Delivery, error) {
	if !r.Truncated || r.Sequence == 0 {
		return Delivery{}, ErrNotStored
	}
	d, err := b.storedMessage(ctx, r.Stream, r.Sequence)
	if err == nil && !(d.Subject == r.Source && d.noticeID() == r.NoticeID && bytes.HasPrefix(d.Data, r.Raw)) {
		return Delivery{}, ErrNotStored // of a stream that was made anew
	}
	return d, err
}

// retried reads which rejections were retried, by their ids.
func (b *Bus) retried(ctx context.Context, stage notice.Stage) (map[string]*notice.Retried, error) {
	subject := RetriedSubject("*")
	if stage != "" {
		subject = RetriedSubject(stage)
	}
	list := map[string]*notice.Retried{}
	err := b.Subscribe(ctx, SubscribeConfig{Stream: StreamRejected, Subjects: []string{subject}, All: true, UntilEnd: true}, func(_ context.Context, d Delivery) error {
		var r notice.Retried
		if err := d.read(notice.TypeRetried, &r); err != nil {
			b.log.Warn("a message on the rejected stream that cannot be read", "sequence", d.Sequence, "error", err)
			return nil
		}
		list[r.Rejection] = &r
		return nil
	})
	return list, err
}

func readRejection(d Delivery) (Rejected, error) {
	r := Rejected{Number: d.Sequence, ID: d.Header.Get(HeaderID)}
	if err := d.read(notice.TypeRejected, &r.Rejection); err != nil {
		return Rejected{}, err
	}
	if d.Subject != RejectedSubject(r.Stage) {
		return Rejected{}, fmt.Errorf("%w: stage %.40q on %s", ErrBadMessage, r.Stage, d.Subject)
	}
	r.NoRetry = noRetry(r.Rejection)
	return r, nil
}

// noRetry says what cannot be retried whatever the streams still keep.
func noRetry(r notice.Rejection) string {
	switch {
	case r.Stage != notice.StageIngest && r.Truncated && r.Sequence == 0:
		return "only the beginning of the message was kept"
	case r.Stage != notice.StageIngest:
		return ""
	case r.Truncated:
		return fmt.Sprintf("only the beginning of the notice was kept: ingest %s again", r.Source)
	case r.NoticeID == "":
		return fmt.Sprintf("it never became a notice: mend %s and ingest it again", place(r))
	}
	return ""
}

func place(r notice.Rejection) string {
	if r.Line == 0 {
		return r.Source
	}
	return "line " + strconv.Itoa(r.Line) + " of " + r.Source
}

// Retry publishes what was rejected to where it came from, so that the stage
// handles it anew, and returns when that and the note of it are stored.
//
// Its deduplication id is the rejection's, so that a retry that was cut off, or
// made twice at the same time, publishes once within the stream's window; the ids
// by which stores know the notice are as they were. What was retried before is
// ErrRetried, what cannot be retried ErrNoRetry, with the reason.
func (b *Bus) Retry(ctx context.Context, r Rejected) (notice.Retried, error) {
	if r.Retried != nil {
		return *r.Retried, fmt.Errorf("rejection %d: %w on %s", r.Number, ErrRetried, r.Retried.RetriedAt.Format(time.DateTime))
	}
	msg, err := b.original(ctx, r)
	if err != nil {
		return notice.Retried{}, fmt.Errorf("rejection %d: %w", r.Number, err)
	}
	ack, err := b.publishUntilStored(ctx, msg)
	if err != nil {
		return notice.Retried{}, fmt.Errorf("rejection %d: publishing it again to %s: %w", r.Number, msg.Subject, err)
	}
	done := notice.Retried{
		Stage: r.Stage, Rejection: r.ID, NoticeID: r.NoticeID,
		Stream: ack.Stream, Sequence: ack.Sequence, RetriedAt: time.Now().UTC(),
	}
	note, err := retriedMessage(done)
	if err == nil {
		_, err = b.publishUntilStored(ctx, note.natsMsg())
	}
	if err != nil {
		return done, fmt.Errorf("rejection %d: it was published again, and noting that failed: %w", r.Number, err)
	}
	return done, nil
}

func retriedMessage(r notice.Retried) (Message, error) {
	data, err := json.Marshal(r)
	return Message{
		Subject: RetriedSubject(r.Stage), ID: r.Rejection + ".retried", Type: notice.TypeRetried,
		Source: "/owabi/rejected", About: r.NoticeID, Data: data,
	}, err
}

// original makes the message that is published again.
func (b *Bus) original(ctx context.Context, r Rejected) (*nats.Msg, error) {
	switch {
	case r.NoRetry != "":
		return nil, fmt.Errorf("%w: %s", ErrNoRetry, r.NoRetry)
	case r.Stage == notice.StageIngest:
		return unpublished(r)
	case !strings.HasPrefix(r.Source, RawSubject("")) && !strings.HasPrefix(r.Source, "notices.classified."):
		return nil, fmt.Errorf("%w: %.100q is no subject that notices come from", ErrNoRetry, r.Source)
	}
	msg := &nats.Msg{Subject: r.Source, Header: nats.Header{}, Data: r.Raw}
	headers := nats.Header(r.Headers)
	if r.Truncated {
		whole, err := b.whole(ctx, r)
		if errors.Is(err, ErrNotStored) {
			err = fmt.Errorf("%w: only its beginning was kept, and %s does not keep message %d any more", ErrNoRetry, r.Stream, r.Sequence)
		}
		if err != nil {
			return nil, err
		}
		msg.Data, headers = whole.Data, whole.Header
	}
	if headers == nil && r.Sequence == 0 { // of an owabi that did not keep them
		headers = withoutHeaders(r)
	}
	maps.Copy(msg.Header, headers)
	maps.DeleteFunc(msg.Header, func(name string, _ []string) bool { return strings.HasPrefix(strings.ToLower(name), "nats-") })
	msg.Header.Set(jetstream.MsgIDHeader, "retry."+r.ID)
	msg.Header.Set(HeaderRetryOf, r.ID)
	msg.Header.Set(HeaderTries, strconv.Itoa(max(1, r.Tries)))
	return msg, nil
}

// withoutHeaders are those that the message must have had.
func withoutHeaders(r Rejected) nats.Header {
	m := Message{ID: r.NoticeID, Type: notice.TypeRaw, Source: "/owabi/rejected", About: r.NoticeID}
	if r.Stage == notice.StageLoader {
		m.Type = notice.TypeClassified
	}
	return m.natsMsg().Header
}

// unpublished makes the message of a notice that ingest read well and could not
// publish. No stream knows its id yet, so that it keeps it.
func unpublished(r Rejected) (*nats.Msg, error) {
	var n notice.Notice
	if err := json.Unmarshal(r.Raw, &n); err != nil {
		return nil, fmt.Errorf("%w: what was kept is no notice: %w", ErrNoRetry, err)
	}
	if err := n.Validate(); err != nil { // a notice from a message: its id is nobody's word
		return nil, fmt.Errorf("%w: %w", ErrNoRetry, err)
	}
	m, err := RawMessage(n)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoRetry, err)
	}
	return m.natsMsg(), nil
}

// storedMessage reads one message of a stream, with the headers it carried;
// ErrNotStored when the stream does not keep it. It needs the right to read the stream
// directly.
func (b *Bus) storedMessage(ctx context.Context, stream string, sequence uint64) (Delivery, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	subject := apiGet + stream
	m, err := b.nc.RequestWithContext(ctx, subject, fmt.Appendf(nil, `{"seq":%d}`, sequence))
	if err != nil {
		if denied := b.takeDenied(subject); denied != nil {
			err = denied
		} else if errors.Is(err, nats.ErrNoResponders) {
			err = fmt.Errorf("%w: stream %s: %w", ErrNoStream, stream, err)
		}
		return Delivery{}, err
	}
	switch m.Header.Get("Status") {
	case "":
	case "404", "408": // 408: the request names no message, for there is no number 0
		return Delivery{}, fmt.Errorf("%w: message %d of %s", ErrNotStored, sequence, stream)
	default:
		return Delivery{}, fmt.Errorf("message %d of %s: %s %s", sequence, stream, m.Header.Get("Status"), m.Header.Get("Description"))
	}
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get(jetstream.TimeStampHeaer))
	d := Delivery{Subject: m.Header.Get(jetstream.SubjectHeader), Header: m.Header, Data: m.Data, Sequence: sequence, Stored: at}
	for _, added := range []string{jetstream.StreamHeader, jetstream.SubjectHeader, jetstream.SequenceHeader, jetstream.TimeStampHeaer} {
		d.Header.Del(added)
	}
	return d, err
}
