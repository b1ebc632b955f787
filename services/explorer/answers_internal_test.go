package explorer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/grafana"
	"owabi/pkg/warehouse"
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
		{"while nothing is known of the tables", "a", tables{}, 10, 1},
		{"kept all the same", "a", now, 10, 0},
		{"new, while nothing is known", "unsure", tables{}, 10, 1},
		{"so not kept", "unsure", now, 10, 1},
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

// What is too old is dropped by itself, and takes no memory until it is asked for.
func TestOldAnswersAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, now := NewAnswers(), tables{"1", time.Minute}
		count := 0
		ask := func(question string) {
			t.Helper()
			if _, err := a.get(t.Context(), question, now, told(&count, 1000)); err != nil {
				t.Fatal(err)
			}
		}
		kept := func(what string, count, bytes int) {
			t.Helper()
			synctest.Wait()
			a.mu.Lock()
			defer a.mu.Unlock()
			if len(a.kept) != count || a.order.Len() != count || a.bytes/1000 != bytes/1000 {
				t.Errorf("%d answers (%d in order) of %d bytes are kept, want %s", len(a.kept), a.order.Len(), a.bytes, what)
			}
		}
		ask("a")
		time.Sleep(40 * time.Second)
		ask("b")
		ask("a") // to be asked for does not make it younger
		time.Sleep(20 * time.Second)
		kept("b alone", 1, 1000)
		time.Sleep(time.Minute)
		kept("none", 0, 0)
		if ask("a"); count != 3 {
			t.Errorf("asked %d times, want 3", count)
		}
	})
}

// The life of an answer counts from when it was asked for: what changed after that may
// not be in it.
func TestAnAnswerIsAsOldAsItsQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, now := NewAnswers(), tables{"1", 10 * time.Second}
		count := 0
		ask := func(question string, takes time.Duration) {
			t.Helper()
			if _, err := a.get(t.Context(), question, now, func(ctx context.Context) (result, error) {
				time.Sleep(takes)
				return told(&count, 1)(ctx)
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range []struct {
			question    string
			takes, wait time.Duration
			want        int // asked so far
		}{
			{"slow", 7 * time.Second, 2 * time.Second, 1},
			{"slow", 7 * time.Second, 2 * time.Second, 1},
			{"slow", 7 * time.Second, 0, 2},
			{"slower", 10 * time.Second, 0, 3},
			{"slower", 10 * time.Second, 0, 4},
		} {
			if ask(step.question, step.takes); count != step.want {
				t.Errorf("%s: asked %d times, want %d", step.question, count, step.want)
			}
			time.Sleep(step.wait)
		}
	})
}

// A question that panics is an error for those who asked it, and stands in the log
// once, however many they are.
func TestAPanicIsAnErrorAndLoggedOnce(t *testing.T) {
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	a := newAPI(Pages{Warehouse: w}, slog.New(slog.NewTextHandler(&log, nil)))
	places := a.running
	a.running = nil // which no caller may give
	question := grafana.Statement{SQL: "SELECT 1"}
	_, err = a.askDashboard(t.Context(), question)
	if err == nil || failureOf(err) != failBroken || !strings.Contains(err.Error(), "nil pointer") {
		t.Fatal(err)
	}
	for range 2 { // who wait for it
		a.refuse(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), err)
	}
	if said := log.String(); strings.Count(said, "level=ERROR") != 1 || !strings.Contains(said, "SELECT 1") || !strings.Contains(said, "api.go") {
		t.Errorf("the log says %s", said)
	}
	a.running = places
	if _, err := a.askDashboard(t.Context(), question); err != nil {
		t.Error(err)
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

// Who asks for files and does not take them keeps nobody else from asking.
func TestAFileThatNobodyTakesGivesItsPlaceBack(t *testing.T) {
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URL(t), MaxConnections: MaxConnections})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Migrate(t.Context()); err != nil { // which makes the database
		t.Fatal(err)
	}
	a := newAPI(Pages{Warehouse: w, SQL: true}, slog.New(slog.DiscardHandler))
	a.writeTime = 100 * time.Millisecond
	mux := http.NewServeMux()
	a.routes(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	const question = `{"sql":"SELECT repeat('x', 999 + number % 2) FROM numbers(20000)","format":"csv"}`
	for range MaxQuestions {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "POST /api/sql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(question), question); err != nil {
			t.Fatal(err)
		}
		if answered, err := bufio.NewReaderSize(c, 16).ReadString('\n'); !strings.Contains(answered, " 200 ") { // now it has its place
			t.Fatal(answered, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), limits.Time/2)
	defer cancel()
	if err := a.running.Acquire(ctx, MaxQuestions); err != nil {
		t.Error("the places are taken by those who do not read")
	}
}
