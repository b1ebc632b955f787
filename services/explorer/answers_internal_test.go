package explorer

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// told returns what asking brings, and counts how often it was asked.
func told(count *int, size int) func(context.Context) (result, error) {
	return func(context.Context) (result, error) {
		*count++
		return result{Rows: json.RawMessage(strings.Repeat(" ", size))}, nil
	}
}

func TestAnswersAreBounded(t *testing.T) {
	a, now := NewAnswers(), tables{"1", time.Minute}
	ask := func(question string, t tables, size int) int {
		count := 0
		if _, err := a.get(context.Background(), question, t, told(&count, size)); err != nil {
			return -1
		}
		return count
	}
	for _, tt := range []struct {
		what, question string
		tables         tables
		size, want     int // how often it is asked
	}{
		{"new", "a", now, 10, 1},
		{"kept", "a", now, 10, 0},
		{"of another state", "a", tables{"2", time.Minute}, 10, 1},
		{"of the state before, which is forgotten", "a", now, 10, 1},
		{"too old at once", "old", tables{"1", -time.Second}, 10, 1},
		{"too old", "old", now, 10, 1},
		{"too large to keep", "large", now, maxKeptAnswer + 1, 1},
		{"not kept", "large", now, maxKeptAnswer + 1, 1},
		{"still kept", "a", now, 10, 0},
	} {
		if got := ask(tt.question, tt.tables, tt.size); got != tt.want {
			t.Errorf("%s: asked %d times, want %d", tt.what, got, tt.want)
		}
	}
	// As many as fit, the one used last among them.
	for i := range 2 * maxKeptBytes / maxKeptAnswer {
		ask(strings.Repeat("b", i+1), now, maxKeptAnswer)
		if got := ask("a", now, 10); got != 0 {
			t.Fatalf("what is used is dropped after %d others", i+1)
		}
	}
	if a.bytes > maxKeptBytes || a.bytes < maxKeptBytes/2 || a.order.Len() != len(a.kept) {
		t.Errorf("%d bytes in %d answers (%d by key)", a.bytes, a.order.Len(), len(a.kept))
	}
	if got := ask("b", now, 10); got != 1 {
		t.Error("the first of them is still kept")
	}
}

// Who leaves lets the others wait; the last one ends the question.
func TestTheLastToLeaveEndsTheQuestion(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	a, now := NewAnswers(), tables{"1", time.Minute}
	begun, ended := make(chan struct{}), make(chan struct{})
	ask := func(ctx context.Context) (result, error) {
		close(begun)
		<-ctx.Done()
		close(ended)
		return result{}, ctx.Err()
	}
	first, leaveFirst := context.WithCancel(t.Context())
	second, leaveSecond := context.WithCancel(t.Context())
	left := make(chan error)
	for _, ctx := range []context.Context{first, second} {
		go func() {
			_, err := a.get(ctx, "slow", now, ask)
			left <- err
		}()
	}
	<-begun
	for { // until the second waits too
		a.mu.Lock()
		waiting := a.asking["1\nslow"].waiting
		a.mu.Unlock()
		if waiting == 2 {
			break
		}
	}
	leaveFirst()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	select {
	case <-ended:
		t.Fatal("the question ended while somebody waits for it")
	default:
	}
	leaveSecond()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-ended
	count := 0
	if _, err := a.get(t.Context(), "slow", now, told(&count, 1)); err != nil || count != 1 {
		t.Errorf("asked anew %d times, %v", count, err)
	}
}

// An answer that comes after the tables have changed is given to those who asked for
// it, and not kept.
func TestALateAnswerIsNotKept(t *testing.T) {
	a := NewAnswers()
	count := 0
	_, err := a.get(t.Context(), "q", tables{"before", time.Minute}, func(ctx context.Context) (result, error) {
		if _, err := a.get(ctx, "other", tables{"after", time.Minute}, told(&count, 1)); err != nil {
			return result{}, err
		}
		return result{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := a.get(t.Context(), "q", tables{"after", time.Minute}, told(&count, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if count != 2 {
		t.Errorf("asked %d times, want once for other and once for q", count)
	}
}
