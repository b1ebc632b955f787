package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// What became of a stream or consumer.
type What string

// The three.
const (
	Made    What = "made"
	Changed What = "changed"
	Left    What = "left as it is"
)

// Change is what Apply did with one stream, or with one consumer of it.
type Change struct {
	Stream   string   `json:"stream"`
	Consumer string   `json:"consumer,omitempty"`
	What     What     `json:"what"`
	Details  []string `json:"details,omitempty"` // "max bytes 1048576 to 2097152"
}

func (c Change) String() string {
	s := "stream " + c.Stream
	if c.Consumer != "" {
		s = "consumer " + c.Consumer + " on " + c.Stream
	}
	s += ": " + string(c.What)
	if len(c.Details) > 0 {
		s += ": " + strings.Join(c.Details, ", ")
	}
	return s
}

// Apply is EnsureStreams and EnsureConsumers, and tells what it made, changed and
// left. With an error it tells what was done before.
func (b *Bus) Apply(ctx context.Context, streams StreamsConfig, consumers ConsumersConfig) ([]Change, error) {
	changes, err := b.ensureStreams(ctx, streams)
	if err != nil {
		return changes, err
	}
	more, err := b.ensureConsumers(ctx, consumers)
	return append(changes, more...), err
}

// Status is how the streams stand and who reads them.
type Status struct {
	Streams   []StreamStatus   `json:"streams"`
	Consumers []ConsumerStatus `json:"consumers"` // subscribers too
}

// StreamStatus is one stream: what it holds, then its settings. A limit of null
// is none.
type StreamStatus struct {
	Name          string     `json:"name"`
	Subjects      []string   `json:"subjects"`
	Messages      uint64     `json:"messages"`
	Bytes         uint64     `json:"bytes"`
	FirstSequence uint64     `json:"first_sequence"`
	LastSequence  uint64     `json:"last_sequence"`
	FirstStored   *time.Time `json:"first_stored"`
	LastStored    *time.Time `json:"last_stored"`
	Leader        string     `json:"leader,omitempty"` // the server that leads it, in a cluster

	Replicas          int      `json:"replicas"`
	MaxBytes          *int64   `json:"max_bytes"`
	MaxAgeSeconds     *float64 `json:"max_age_seconds"`
	DuplicatesSeconds float64  `json:"duplicates_seconds"`
	Retention         string   `json:"retention"`
	Discard           string   `json:"discard"`
	Storage           string   `json:"storage"`
}

// ConsumerStatus is one consumer of a stream: how far it is, then its settings.
type ConsumerStatus struct {
	Stream  string   `json:"stream"`
	Name    string   `json:"name"`
	Durable bool     `json:"durable"`
	Filters []string `json:"filters,omitempty"`
	// Waiting is its lag: the messages not delivered to anybody yet.
	Waiting       uint64 `json:"waiting"`
	InHand        int    `json:"in_hand"`     // delivered and not acknowledged
	Redelivered   int    `json:"redelivered"` // of those in hand, delivered more than once
	DeliveredUpTo uint64 `json:"delivered_up_to"`
	AckedUpTo     uint64 `json:"acked_up_to"` // everything up to it is settled

	AckWaitSeconds float64 `json:"ack_wait_seconds"`
	MaxAckPending  int     `json:"max_ack_pending"`
}

// Status asks how the three streams stand, and the list of refused notices when
// there is one. It needs the rights of an observer.
func (b *Bus) Status(ctx context.Context) (Status, error) {
	status := Status{Consumers: []ConsumerStatus{}}
	for _, name := range []string{StreamRaw, StreamClassified, StreamRejected} {
		if err := b.addStatus(ctx, &status, name); err != nil {
			return Status{}, fmt.Errorf("stream %s: %w", name, err)
		}
	}
	if err := b.addStatus(ctx, &status, StreamRefused); err != nil && !errors.Is(err, ErrNoStream) {
		return Status{}, fmt.Errorf("stream %s: %w", StreamRefused, err)
	}
	return status, nil
}

func (b *Bus) addStatus(ctx context.Context, status *Status, name string) error {
	ctx, cancel := b.request(ctx)
	defer cancel()
	stream, err := b.js.Stream(ctx, name)
	if err != nil {
		return explain(ctx, err)
	}
	status.Streams = append(status.Streams, streamStatus(stream.CachedInfo()))
	list := stream.ListConsumers(ctx)
	for info := range list.Info() {
		status.Consumers = append(status.Consumers, consumerStatus(info))
	}
	if err := list.Err(); err != nil && !errors.Is(err, jetstream.ErrEndOfData) {
		return fmt.Errorf("listing its consumers: %w", explain(ctx, err))
	}
	return nil
}

func streamStatus(info *jetstream.StreamInfo) StreamStatus {
	c, state := info.Config, info.State
	s := StreamStatus{
		Name: c.Name, Subjects: c.Subjects, Messages: state.Msgs, Bytes: state.Bytes,
		FirstSequence: state.FirstSeq, LastSequence: state.LastSeq,
		Replicas: c.Replicas, DuplicatesSeconds: c.Duplicates.Seconds(),
		Retention: strings.ToLower(c.Retention.String()), Discard: strings.TrimPrefix(strings.ToLower(c.Discard.String()), "discard"), Storage: strings.ToLower(c.Storage.String()),
	}
	if c.MaxBytes > 0 {
		s.MaxBytes = &c.MaxBytes
	}
	if age := c.MaxAge.Seconds(); age > 0 {
		s.MaxAgeSeconds = &age
	}
	if state.Msgs > 0 {
		s.FirstStored, s.LastStored = &state.FirstTime, &state.LastTime
	}
	if info.Cluster != nil {
		s.Leader = info.Cluster.Leader
	}
	return s
}

func consumerStatus(info *jetstream.ConsumerInfo) ConsumerStatus {
	return ConsumerStatus{
		Stream: info.Stream, Name: info.Name, Durable: info.Config.Durable != "", Filters: filters(info.Config),
		Waiting: info.NumPending, InHand: info.NumAckPending, Redelivered: info.NumRedelivered,
		DeliveredUpTo: info.Delivered.Stream, AckedUpTo: info.AckFloor.Stream,
		AckWaitSeconds: info.Config.AckWait.Seconds(), MaxAckPending: info.Config.MaxAckPending,
	}
}
