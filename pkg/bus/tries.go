package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// send makes one try. Its answer comes through answered.
func (p *Publisher) send(r *Receipt) {
	r.tries++
	r.last = time.Now()
	msg := &nats.Msg{Subject: r.msg.Subject, Header: r.msg.Header, Data: r.msg.Data, Reply: p.inbox + strconv.FormatUint(p.number.Add(1), 36)}
	p.mu.Lock()
	if p.closed { // nobody hears an answer any more
		p.mu.Unlock()
		p.resolve(r, Failed, ErrPublisherClosed)
		return
	}
	p.sent[msg.Reply] = r
	p.mu.Unlock()
	var err error
	switch {
	case p.bus.nc.IsConnected():
		err = p.bus.nc.PublishMsg(msg)
	case p.bus.nc.IsClosed():
		err = nats.ErrConnectionClosed
	default:
		err = nats.ErrDisconnected // nats.go would keep it in a buffer of its own
	}
	if err != nil {
		p.failedTry(p.take(msg.Reply), err, false)
	}
}

// take gives the receipt that waits for an answer to the first who asks; nil to
// others.
func (p *Publisher) take(answer string) *Receipt {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.sent[answer]
	delete(p.sent, answer)
	return r
}

// takeWhere takes all whose receipts fit.
func (p *Publisher) takeWhere(fits func(*Receipt) bool) (list []*Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for answer, r := range p.sent {
		if fits(r) {
			delete(p.sent, answer)
			list = append(list, r)
		}
	}
	return list
}

// answered takes the server's answer to one try; that to one which was given up
// before has no receipt any more.
func (p *Publisher) answered(m *nats.Msg) {
	r := p.take(m.Subject)
	if r == nil {
		return
	}
	if len(m.Data) == 0 && m.Header.Get("Status") == "503" {
		p.failedTry(r, jetstream.ErrNoStreamResponse, true)
		return
	}
	var answer struct {
		jetstream.PubAck
		Error *jetstream.APIError `json:"error"`
	}
	switch err := json.Unmarshal(m.Data, &answer); {
	case err != nil:
		p.failedTry(r, fmt.Errorf("%w: %w", jetstream.ErrInvalidJSAck, err), true)
	case answer.Error != nil:
		p.failedTry(r, answer.Error, true)
	case answer.Stream == "":
		p.failedTry(r, jetstream.ErrInvalidJSAck, true)
	default:
		p.acked(r, answer.PubAck)
	}
}

func (p *Publisher) acked(r *Receipt, ack jetstream.PubAck) {
	switch {
	case !ack.Duplicate:
		p.resolve(r, Stored, nil)
	case !r.unclear:
		p.resolve(r, Duplicate, nil)
	default:
		// Perhaps it is our own earlier try that was stored. Ask off this goroutine,
		// which takes the answers.
		r.lastErr = &ownTry{stream: ack.Stream, sequence: ack.Sequence}
		p.later(r)
	}
}

// ownTry is not an error of the message: it has to be found out whose it is.
type ownTry struct {
	stream   string
	sequence uint64
}

func (o *ownTry) Error() string { return "its first answer was lost" }

// failedTry decides what becomes of a try that was taken. sent says that the server may
// have seen the message.
func (p *Publisher) failedTry(r *Receipt, err error, sent bool) {
	if r == nil {
		return
	}
	err = publishError(err)
	hopeless := IsPermanent(err) || errors.Is(err, ErrDenied)
	switch {
	case sent && (errors.Is(err, errNoAnswer) || errors.Is(err, nats.ErrDisconnected)):
		r.unclear = true
	case errors.Is(err, nats.ErrConnectionClosed):
		hopeless = true
	case errors.Is(err, jetstream.ErrNoStreamResponse):
		if p.stored.Load()+p.duplicates.Load() == 0 && time.Since(r.first) > p.cfg.NoStreamWait {
			hopeless = true
			err = fmt.Errorf("%w: no stream takes %s; an administrator makes it (owabi bus apply)", ErrNoStream, r.msg.Subject)
		}
	}
	r.lastErr = err
	if hopeless {
		p.resolve(r, Failed, err)
		return
	}
	p.later(r)
}

// denied fails what is on its way to a subject that the server refuses.
func (p *Publisher) denied(subject string, err error) {
	for _, r := range p.takeWhere(func(r *Receipt) bool { return r.msg.Subject == subject }) {
		p.failedTry(r, err, true)
	}
}

// disconnected tries again what no answer can come to any more.
func (p *Publisher) disconnected() {
	for _, r := range p.takeWhere(func(*Receipt) bool { return true }) {
		p.failedTry(r, nats.ErrDisconnected, true)
	}
}

// errNoAnswer: the server did not answer a try within AckTimeout.
var errNoAnswer = errors.New("the stream does not answer")

// overdue tries again what was not answered in time.
func (p *Publisher) overdue() {
	latest := time.Now().Add(-p.cfg.AckTimeout)
	for _, r := range p.takeWhere(func(r *Receipt) bool { return r.last.Before(latest) }) {
		p.failedTry(r, errNoAnswer, true)
	}
}

// reconnected tries again at once what waits for the connection.
func (p *Publisher) reconnected() {
	p.back.Store(true)
	p.signal()
}

// later puts r up for another try.
func (p *Publisher) later(r *Receipt) {
	if r.unwatch == nil {
		r.unwatch = context.AfterFunc(r.ctx, p.signal)
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.resolve(r, Failed, ErrPublisherClosed)
		return
	}
	p.again = append(p.again, r)
	p.mu.Unlock()
	p.signal()
}

func (p *Publisher) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// retry sends again what met a transient error. One wait serves all messages,
// for such errors come from the stream or the connection, not from a message.
func (p *Publisher) retry(ctx context.Context) {
	defer close(p.ended)
	var (
		fails  int    // rounds since something got through
		passed uint64 // messages that had got through by then
		due    <-chan time.Time
		timer  = time.NewTimer(0)
		look   = time.NewTicker(p.cfg.AckTimeout / 4)
	)
	defer timer.Stop()
	defer look.Stop()
	<-timer.C
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			p.overdue()
		case <-p.wake:
			p.giveUp()
			if p.back.Swap(false) {
				fails, due = 0, nil
			}
			if due == nil && p.waiting() {
				if now := p.stored.Load() + p.duplicates.Load(); now != passed {
					passed, fails = now, 0
				}
				fails++
				timer.Reset(backoff(fails, p.cfg.RetryMin, p.cfg.RetryMax))
				due = timer.C
			}
		case <-due:
			due = nil
			p.sendAgain(ctx, fails)
		}
	}
}

func (p *Publisher) waiting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.again) > 0
}

// giveUp ends those whose context has ended.
func (p *Publisher) giveUp() {
	p.mu.Lock()
	var over []*Receipt
	keep := p.again[:0]
	for _, r := range p.again {
		if r.ctx.Err() != nil {
			over = append(over, r)
		} else {
			keep = append(keep, r)
		}
	}
	clear(p.again[len(keep):])
	p.again = keep
	p.mu.Unlock()
	for _, r := range over {
		p.resolve(r, Failed, fmt.Errorf("publishing to %s: %w, after %d tries: %w", r.msg.Subject, context.Cause(r.ctx), r.tries, r.lastErr))
	}
}

func (p *Publisher) sendAgain(ctx context.Context, fails int) {
	p.mu.Lock()
	list := p.again
	p.again = nil
	p.mu.Unlock()
	if len(list) == 0 {
		return
	}
	if fails > 3 { // shorter ones pass unnoticed
		p.bus.log.Warn("publishing is held up, trying again", "messages", len(list), "subject", list[0].msg.Subject, "error", list[0].lastErr)
	}
	blind := false
	for i, r := range list {
		if ctx.Err() != nil {
			p.mu.Lock()
			p.again = append(p.again, list[i:]...)
			p.mu.Unlock()
			return
		}
		var own *ownTry
		if errors.As(r.lastErr, &own) {
			outcome := Stored // where it cannot be found out: it nearly always is
			if !blind {
				var err error
				if outcome, err = p.whose(ctx, r, own); err != nil {
					blind = true
					p.bus.log.Debug("whose message a duplicate is cannot be found out, counting it as stored", "error", err)
				}
			}
			p.resolve(r, outcome, nil)
			continue
		}
		p.send(r)
	}
}

// whose looks whether the message that makes r a duplicate is r itself, stored by
// a try whose answer was lost: the time of publishing in its header tells. It
// needs the right to read the stream directly.
func (p *Publisher) whose(ctx context.Context, r *Receipt, own *ownTry) (Outcome, error) {
	m, err := p.bus.storedMessage(ctx, own.stream, own.sequence)
	switch {
	case err != nil:
		return Stored, err
	case m.Header.Get(HeaderTime) != r.msg.Header.Get(HeaderTime):
		return Duplicate, nil
	}
	return Stored, nil
}
