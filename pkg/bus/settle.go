package bus

import (
	"context"
	"fmt"
	"time"
)

// The words of JetStream's protocol about a delivery, which go to its reply subject
// (nats-server's consumer.go). nats.go knows them too, but its message holds its data and
// headers in memory for as long as it may be settled.
const (
	wordDone     = "+ACK"
	wordInWork   = "+WPI"
	wordAgain    = "-NAK"
	wordLater    = `-NAK {"delay": %d}` // nanoseconds
	wordRejected = "+TERM rejected"
)

// tell says a word about a delivery to the server, which does not answer.
func (w *worker) tell(d Delivery, word string) error {
	if word != wordInWork {
		d.settled.Store(true)
	}
	return w.bus.nc.Publish(d.reply, []byte(word))
}

func (w *worker) settle(ctx context.Context, d Delivery, verdict error) {
	switch {
	case verdict == nil:
		w.ack(ctx, d)
	case IsPermanent(verdict):
		w.reject(ctx, d, verdict)
	case ctx.Err() != nil: // the stop is the reason, not the message
		w.giveBack(d, 0)
	case d.Tries >= w.cfg.MaxDeliver:
		w.reject(ctx, d, repeatedError{fmt.Errorf("failed %d times: %w", d.Tries, verdict)})
	default:
		wait := backoff(d.Tries, w.cfg.RetryMin, w.cfg.RetryMax)
		w.log.Warn("a message failed and will be tried again", "notice", d.noticeID(), "subject", d.Subject, "sequence", d.Sequence, "tries", d.Tries, "wait", wait.String(), "error", verdict)
		w.giveBack(d, wait)
	}
}

// An acknowledgement that gets lost only brings the message once more.
func (w *worker) ack(ctx context.Context, d Delivery) {
	w.cfg.Metrics.Settled(Stored)
	var err error
	if w.cfg.ConfirmAcks {
		limit, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		d.settled.Store(true)
		_, err = w.bus.nc.RequestWithContext(limit, d.reply, []byte(wordDone))
	} else {
		err = w.tell(d, wordDone)
	}
	if err != nil {
		w.log.Warn("acknowledging failed, the message will come again", "notice", d.noticeID(), "sequence", d.Sequence, "error", err)
	}
}

func (w *worker) giveBack(d Delivery, wait time.Duration) {
	w.cfg.Metrics.returned()
	word := wordAgain
	if wait > 0 {
		word = fmt.Sprintf(wordLater, wait.Nanoseconds())
	}
	if err := w.tell(d, word); err != nil {
		w.log.Warn("giving back a message failed, it will come again after its ack wait", "notice", d.noticeID(), "sequence", d.Sequence, "error", err)
	}
}

// signsOfLife tells the server that the batch is in work until the returned
// function is called, but for what is settled: one that was given back would begin its
// wait anew.
func (w *worker) signsOfLife(batch []Delivery) (stop func()) {
	if w.keepAlive <= 0 {
		return func() {}
	}
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(w.keepAlive)
		defer t.Stop()
		for {
			select {
			case <-over:
				return
			case <-t.C:
				for _, d := range batch {
					if d.settled.Load() {
						continue
					}
					if err := w.tell(d, wordInWork); err != nil {
						w.log.Debug("telling that a message is in work", "notice", d.noticeID(), "sequence", d.Sequence, "error", err)
					}
				}
			}
		}
	}()
	return func() { close(over); <-ended }
}
