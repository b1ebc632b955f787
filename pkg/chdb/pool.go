package chdb

import (
	"context"
	"fmt"
	"time"
)

// slots bounds how many statements run at once. Whoever finds all taken waits,
// for as long as the context and the wait limit allow.
type slots struct {
	free chan struct{}
	wait time.Duration
}

func newSlots(n int, wait time.Duration) *slots {
	s := &slots{free: make(chan struct{}, n), wait: wait}
	for range n {
		s.free <- struct{}{}
	}
	return s
}

// take waits for a slot. closing ends the wait with ErrClosed.
func (s *slots) take(ctx context.Context, closing <-chan struct{}) error {
	select {
	case <-closing:
		return ErrClosed
	default:
	}
	select {
	case <-s.free:
		return nil
	default:
	}
	limit := time.NewTimer(s.wait)
	defer limit.Stop()
	select {
	case <-s.free:
		return nil
	case <-closing:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-limit.C:
		return fmt.Errorf("%w: waited %v for one of %d", ErrBusy, s.wait, cap(s.free))
	}
}

func (s *slots) give() { s.free <- struct{}{} }

// inUse is the number of slots taken.
func (s *slots) inUse() int { return cap(s.free) - len(s.free) }
