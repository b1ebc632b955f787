package bus

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Errors of this package. Each comment says who acts on it.
var (
	// ErrUnreachable: no server answered within Config.ConnectTimeout. The
	// operator checks the address and the server.
	ErrUnreachable = errors.New("no NATS server answers")
	// ErrBadAddress: Config.URLs is empty or holds what is no server's address. The
	// operator corrects it; nothing was dialled.
	ErrBadAddress = errors.New("the NATS server's address cannot be used")
	// ErrDenied: the server refused the credentials or the subject. The operator
	// corrects the user's rights; trying again does not help.
	ErrDenied = errors.New("the NATS server denies it")
	// ErrTLS: the two sides cannot make a secure connection, for a reason that
	// trying again does not mend. The operator corrects the files or the server.
	ErrTLS = errors.New("no secure connection to the NATS server")
	// ErrNoStream: no stream takes the subject, or the stream or consumer asked
	// for does not exist. The administrator runs EnsureStreams and EnsureConsumers.
	ErrNoStream = errors.New("no such stream or consumer")
	// ErrStreamDiffers: a stream or consumer exists with another configuration
	// that is not changed silently. The administrator decides.
	ErrStreamDiffers = errors.New("it exists with a different configuration")
	// ErrTooLarge: the message is larger than the server or the stream takes. It
	// is permanent; the publisher rejects the notice or the operator raises MaxPayload.
	ErrTooLarge = errors.New("the message is too large")
	// ErrStreamFull: the stream or the store is at its limit and takes nothing new.
	// It is transient: publishers wait, the operator makes room.
	ErrStreamFull = errors.New("the stream is full")
	// ErrBadMessage: a message is not of the form its stream carries. It is
	// permanent: the service rejects it; whoever published it corrects that.
	ErrBadMessage = errors.New("the message cannot be read")
	// ErrNotStored: the stream does not keep the message asked for.
	ErrNotStored = errors.New("the stream keeps no such message")
	// ErrRetried: a rejection was retried before. Nobody has to act; if it was
	// rejected again, that is another rejection.
	ErrRetried = errors.New("it was retried already")
	// ErrNoRetry: a rejection holds nothing that could be published again. Whoever
	// owns the source mends it and ingests it again.
	ErrNoRetry = errors.New("it cannot be retried")
	// ErrSubscriberName: SubscribeConfig.Durable cannot be a subscriber's name. The
	// subscriber chooses another.
	ErrSubscriberName = errors.New("a subscriber's name is lower-case letters, digits, _ and -, at most 64, and not a service's")
	// ErrNoSubscriber: there is no durable subscriber of that name. Nothing to do, or
	// the name is another one.
	ErrNoSubscriber = errors.New("there is no subscriber of that name")
	// ErrPublisherClosed: Publish was called after Close. The caller is wrong.
	ErrPublisherClosed = errors.New("the publisher is closed")
	// ErrPortInUse: another process listens on EmbeddedConfig.Listen.
	ErrPortInUse = errors.New("the port is in use")
	// ErrStoreInUse: another server has EmbeddedConfig.StoreDir open.
	ErrStoreInUse = errors.New("the store folder is in use by another process")
	// ErrStoreUnwritable: EmbeddedConfig.StoreDir cannot be made or written to.
	ErrStoreUnwritable = errors.New("the store folder cannot be written to")
)

// permanentError marks an error that the same message would meet again.
type permanentError struct{ error }

func (e permanentError) Unwrap() error { return e.error }

// unavailableError marks an error that has nothing to do with the message.
type unavailableError struct{ error }

func (e unavailableError) Unwrap() error { return e.error }

// Permanent marks err as one that the same message will meet again. From a
// handler: the message goes to notices.rejected at once and is not tried again.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanentError{err}
}

// Unavailable marks err as no fault of the message: what the handler needs does
// not answer. Consume keeps the message, waits and calls the handler again until
// it succeeds or the service stops; such tries are not counted against MaxDeliver.
func Unavailable(err error) error {
	if err == nil {
		return nil
	}
	return unavailableError{err}
}

// IsPermanent says whether err or an error that it wraps was marked Permanent.
func IsPermanent(err error) bool {
	var p permanentError
	return errors.As(err, &p)
}

// IsUnavailable says whether err or an error that it wraps was marked Unavailable.
func IsUnavailable(err error) bool {
	var u unavailableError
	return errors.As(err, &u)
}

// Error codes of nats-server 2.15 that nats.go has no name for
// (server/errors.json).
const (
	codeHeadersTooLarge       jetstream.ErrorCode = 10097 // 64 KiB
	codeStoreFailed           jetstream.ErrorCode = 10077 // a limit with DiscardNew, or the disk
	codeInsufficientResources jetstream.ErrorCode = 10023
	codeStorageExceeded       jetstream.ErrorCode = 10047
	codeAccountExceeded       jetstream.ErrorCode = 10002
)

// publishError sorts what came back for a publish: permanent errors are marked,
// all others are worth another try.
func publishError(err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return Permanent(fmt.Errorf("%w: %w", ErrTooLarge, err))
	case errors.Is(err, nats.ErrBadSubject), errors.Is(err, nats.ErrHeadersNotSupported), errors.Is(err, nats.ErrBadHeaderMsg):
		return Permanent(err)
	case errors.As(err, &api):
		switch api.ErrorCode {
		case jetstream.JSErrCodeStreamMessageExceedsMaximum, codeHeadersTooLarge:
			return Permanent(fmt.Errorf("%w: %w", ErrTooLarge, err))
		case codeStoreFailed, codeInsufficientResources, codeStorageExceeded, codeAccountExceeded:
			return fmt.Errorf("%w: %w", ErrStreamFull, err)
		}
	}
	return err
}

var denied = regexp.MustCompile(`(?i)permissions violation for publish to "([^"]+)"`)

// deniedSubject finds the subject in the server's refusal to publish to it.
func deniedSubject(err error) (string, bool) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return "", false
	}
	m := denied.FindStringSubmatch(err.Error())
	if m == nil {
		return "", false
	}
	return m[1], true
}

// apiAck begins the subject of an acknowledgement.
const apiAck = "$JS.ACK."

// ackOf shortens the subject of a message's acknowledgement to the consumer that it
// belongs to, and leaves others alone. After $JS.ACK come domain and account, which
// not every server names, then stream, consumer and five or six tokens of the message.
func ackOf(subject string) string {
	rest, ok := strings.CutPrefix(subject, apiAck)
	if !ok {
		return subject
	}
	tokens := strings.Split(rest, ".")
	if len(tokens) > 7 {
		tokens = tokens[2:]
	}
	if len(tokens) > 2 {
		tokens = tokens[:2]
	}
	return apiAck + strings.Join(tokens, ".")
}
