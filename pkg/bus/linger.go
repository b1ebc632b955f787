package bus

import "time"

// busy is the messages a second from which on a batch waits for MaxLinger.
const busy = 50

// lingering decides how long a batch waits for more.
type lingering struct {
	linger, most time.Duration
	noMore       <-chan struct{}

	began time.Time
	last  time.Time // something came
	since time.Time // the rate is counted
	count int       // since then
	burst bool      // there was one
}

func newLingering(cfg ConsumeConfig, now time.Time) *lingering {
	return &lingering{linger: cfg.Linger, most: cfg.MaxLinger, noMore: cfg.NoMore, began: now, last: now, since: now}
}

// look is how long to wait for what comes before over decides.
func (l *lingering) look() time.Duration {
	if ended(l.noMore) {
		return time.Millisecond
	}
	return min(l.linger, max(20*time.Millisecond, min(l.linger/20, 250*time.Millisecond)))
}

// ended says whether nothing more will come.
func ended(noMore <-chan struct{}) bool {
	select {
	case <-noMore:
		return true
	default:
		return false
	}
}

// over takes what came in the last look, and says whether to wait no longer.
func (l *lingering) over(now time.Time, came int) bool {
	if came > 0 {
		l.last = now
	} else if ended(l.noMore) {
		return true
	}
	l.count += came
	span := now.Sub(l.since)
	rate, quiet := float64(l.count)/max(span, time.Millisecond).Seconds(), l.linger/5
	l.burst = l.burst || rate >= busy && float64(l.count) >= busy*quiet.Seconds()
	switch {
	case now.Sub(l.began)+l.look() > l.most:
		return true
	case l.burst && now.Sub(l.last) >= quiet:
		return true
	case span+l.look() <= l.linger:
		return false
	}
	l.since, l.count = now, 0
	return rate < busy
}
