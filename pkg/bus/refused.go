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

// Refused reads the list; without one it is empty. It needs the right to publish
// to $JS.API.DIRECT.GET.NOTICES_REFUSED, and fails with ErrDenied without it.
func (b *Bus) Refused(ctx context.Context) (Refused, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	const subject = apiGet + StreamRefused
	m, err := b.nc.RequestWithContext(ctx, subject, []byte(`{"last_by_subj":"`+refusedSubject+`"}`))
	switch {
	case errors.Is(err, nats.ErrNoResponders): // no such stream
		return Refused{}, nil
	case err != nil:
		if denied := b.takeDenied(subject); denied != nil {
			err = denied
		}
		return Refused{}, fmt.Errorf("read the list of refused notices: %w", err)
	case m.Header.Get("Status") == "404":
		return Refused{}, nil
	case m.Header.Get("Status") != "":
		return Refused{}, fmt.Errorf("read the list of refused notices: %s %s", m.Header.Get("Status"), m.Header.Get("Description"))
	}
	r := Refused{hashes: map[string]bool{}}
	for hash := range strings.FieldsSeq(string(m.Data)) {
		r.hashes[hash] = true
	}
	if _, err := fmt.Sscan(m.Header.Get(jetstream.SequenceHeader), &r.sequence); err != nil {
		return Refused{}, fmt.Errorf("read the list of refused notices: its sequence: %w", err)
	}
	return r, nil
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
	_, err = b.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: StreamRefused, Description: "SHA-256 of the ids of notices that must not come back", Subjects: []string{refusedSubject},
		Storage: jetstream.FileStorage, Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardOld,
		MaxMsgsPerSubject: 1, MaxMsgs: 1, MaxBytes: Unlimited, MaxConsumers: Unlimited, AllowDirect: true,
		Replicas: raw.CachedInfo().Config.Replicas, // it must be there as long as notices are
	})
	if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return fmt.Errorf("stream %s: %w", StreamRefused, explain(ctx, err))
	}
	return nil
}
