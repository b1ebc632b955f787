package bus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// StreamRefused holds the list of notices that must not come back, as one
// message: the latest. The stream is made with the first notice that is refused.
const StreamRefused = "NOTICES_REFUSED"

const refusedSubject = "notices.refused"

// Refused is the list of notices that were erased and must not be ingested again.
// It holds the SHA-256 of their ids and nothing else: whoever has a notice's
// words can find out that it is listed, and nobody can find words from the list.
type Refused struct {
	hashes   map[string]bool
	sequence uint64 // of the message it was read from; 0: there is none
}

// Has says whether a notice is refused.
func (r Refused) Has(noticeID string) bool {
	return len(r.hashes) > 0 && r.hashes[hashOfID(noticeID)]
}

// Len is how many are refused.
func (r Refused) Len() int { return len(r.hashes) }

func hashOfID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}

// refusedWait bounds reading the list: a cluster elects within it.
const refusedWait = 30 * time.Second

// Refused reads the list. It is empty only when the server says that there is none;
// while nobody can tell, because its servers or the connection are away, Refused
// tries again for 30 s and then fails. It needs the rights to publish to
// $JS.API.DIRECT.GET.NOTICES_REFUSED and, as long as there is no list, to
// $JS.API.STREAM.INFO.NOTICES_REFUSED, and fails with ErrDenied without them.
func (b *Bus) Refused(ctx context.Context) (Refused, error) {
	ctx, cancel := context.WithTimeout(ctx, refusedWait)
	defer cancel()
	for try := 1; ; try++ {
		list, err := b.readRefused(ctx)
		switch {
		case err == nil:
			return list, nil
		case errors.Is(err, ErrDenied), errors.Is(err, nats.ErrConnectionClosed), !pause(ctx, backoff(try, 100*time.Millisecond, 2*time.Second)):
			return Refused{}, fmt.Errorf("read the list of refused notices: %w", err)
		}
		if try == 4 { // shorter ones pass unnoticed
			b.log.Warn("the list of refused notices cannot be read, trying again", "error", err)
		}
	}
}

// readRefused makes one try.
func (b *Bus) readRefused(ctx context.Context) (Refused, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	const subject = apiGet + StreamRefused
	m, err := b.nc.RequestWithContext(ctx, subject, []byte(`{"last_by_subj":"`+refusedSubject+`"}`))
	switch {
	case errors.Is(err, nats.ErrNoResponders): // no such stream, or none of its servers is there
		return Refused{}, b.noRefused(ctx)
	case err != nil:
		if denied := b.takeDenied(subject); denied != nil {
			err = denied
		}
		return Refused{}, err
	case m.Header.Get("Status") == "404":
		return Refused{}, nil
	case m.Header.Get("Status") != "":
		return Refused{}, fmt.Errorf("%s %s", m.Header.Get("Status"), m.Header.Get("Description"))
	}
	r := Refused{hashes: map[string]bool{}}
	for hash := range strings.FieldsSeq(string(m.Data)) {
		r.hashes[hash] = true
	}
	if _, err := fmt.Sscan(m.Header.Get(jetstream.SequenceHeader), &r.sequence); err != nil {
		return Refused{}, fmt.Errorf("its sequence: %w", err)
	}
	return r, nil
}

// noRefused returns nil when there is no list, by the word of whoever leads the
// streams; that nobody answers for the list does not tell.
func (b *Bus) noRefused(ctx context.Context) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	_, err := b.js.Stream(ctx, StreamRefused)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("stream %s does not answer: %w", StreamRefused, explain(ctx, err))
	}
	return fmt.Errorf("stream %s does not answer", StreamRefused)
}

// Refuse adds notices to the list. Two that add at once do not lose each other's.
// It needs the rights of an administrator.
func (b *Bus) Refuse(ctx context.Context, noticeIDs []string) error {
	if err := b.ensureRefused(ctx); err != nil {
		return err
	}
	for try := 0; ; try++ {
		list, err := b.Refused(ctx)
		if err != nil {
			return err
		}
		if list.hashes == nil {
			list.hashes = map[string]bool{}
		}
		for _, id := range noticeIDs {
			list.hashes[hashOfID(id)] = true
		}
		var text strings.Builder
		for hash := range list.hashes {
			text.WriteString(hash + "\n")
		}
		request, cancel := b.request(ctx)
		_, err = b.js.Publish(request, refusedSubject, []byte(text.String()), jetstream.WithExpectLastSequencePerSubject(list.sequence))
		err = explain(request, err)
		cancel()
		var api *jetstream.APIError
		if errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence && try < 10 {
			continue // somebody else added in between
		}
		if err != nil {
			return fmt.Errorf("write the list of refused notices: %w", err)
		}
		return nil
	}
}

func (b *Bus) ensureRefused(ctx context.Context) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	raw, err := b.js.Stream(ctx, StreamRaw)
	if err != nil {
		return fmt.Errorf("stream %s: %w", StreamRaw, explain(ctx, err))
	}
	// It must be there as long as notices are.
	_, err = b.js.CreateStream(ctx, refusedConfig(raw.CachedInfo().Config.Replicas))
	if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return fmt.Errorf("stream %s: %w", StreamRefused, explain(ctx, err))
	}
	return nil
}

func refusedConfig(replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: StreamRefused, Description: "SHA-256 of the ids of notices that must not come back", Subjects: []string{refusedSubject},
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardOld, Replicas: replicas,
		MaxMsgsPerSubject: 1, MaxMsgs: 1, MaxBytes: Unlimited, MaxConsumers: Unlimited, AllowDirect: true,
	}
}

// widenRefused gives the list, where there is one, as many replicas as the notices
// are given; zero leaves it as it is.
func (b *Bus) widenRefused(ctx context.Context, replicas int) ([]Change, error) {
	ctx, cancel := b.request(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, StreamRefused)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", StreamRefused, explain(ctx, err))
	}
	what, details, err := b.widenStream(ctx, stream, refusedConfig(replicas))
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", StreamRefused, err)
	}
	return []Change{{Stream: StreamRefused, What: what, Details: details}}, nil
}
