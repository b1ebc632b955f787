package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"
)

const (
	promptFirst = "owabi> "
	promptMore  = "   ... "
)

// runPrompt reads statements with line editing and history until the end of
// input, exit or quit. A statement that fails is told, and the next one is asked
// for. Ctrl-C drops what was typed, or ends the statement that runs, never the
// prompt.
func runPrompt(_ context.Context, in *os.File, messages io.Writer, ask func(context.Context, string) error) error {
	fmt.Fprintln(messages, "End a statement with ; and leave with Ctrl-D. Try: SELECT category, count() FROM incidents GROUP BY category;")
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("prompt: %w", err)
	}
	restore := func() { _ = term.Restore(int(in.Fd()), state) } // nothing else is left to do with a terminal that is gone
	defer restore()
	// Waiting for a line cannot be interrupted, so who ends the process gets the
	// terminal back in order first.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGHUP)
	left := make(chan struct{})
	defer close(left)
	go func() {
		defer signal.Stop(ended)
		select {
		case <-ended:
			restore()
			os.Exit(exitFailed)
		case <-left:
		}
	}()

	keys := &interruptible{from: in}
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, messages}, promptFirst)
	terminal.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		return line[:pos] + " " + line[pos:], pos + 1, key == '\t' // pasted text has tabs
	}
	if width, height, err := term.GetSize(int(in.Fd())); err == nil {
		_ = terminal.SetSize(width, height) // a line that wraps wrongly is no reason to fail
	}
	var pending strings.Builder
	for {
		line, err := terminal.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
			return fmt.Errorf("prompt: %w", err)
		}
		if keys.interrupted {
			keys.interrupted = false
			pending.Reset()
			terminal.SetPrompt(promptFirst)
			continue
		}
		pending.WriteString(line + "\n")
		statement, done := strings.CutSuffix(strings.TrimSpace(pending.String()), ";")
		switch strings.ToLower(statement) {
		case "":
			pending.Reset()
			continue
		case "exit", "quit":
			return nil
		}
		if !done {
			terminal.SetPrompt(promptMore)
			continue
		}
		pending.Reset()
		terminal.SetPrompt(promptFirst)
		if err := askCooked(in, state, statement, ask); err != nil {
			fmt.Fprintf(terminal, "%v\n", err)
		}
	}
}

// askCooked runs one statement with the terminal as others expect it, so that
// rows print well and Ctrl-C is a signal.
func askCooked(in *os.File, state *term.State, statement string, ask func(context.Context, string) error) error {
	if err := term.Restore(int(in.Fd()), state); err != nil {
		return err
	}
	// A context of its own: main's ends with the first Ctrl-C and for good.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := ask(ctx, statement)
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	if _, rawErr := term.MakeRaw(int(in.Fd())); rawErr != nil {
		return errors.Join(err, rawErr)
	}
	return err
}

// interruptible turns Ctrl-C, which the line editor takes for the end of input,
// into an emptied line.
type interruptible struct {
	from        io.Reader
	interrupted bool
	queued      []byte
}

const (
	ctrlC = 0x03
	ctrlU = 0x15 // the line editor's key for emptying the line
	ctrlE = 0x05 // and for going to its end first
)

func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.queued) == 0 {
		buffer := make([]byte, 1024)
		n, err := i.from.Read(buffer)
		if n == 0 {
			return 0, err
		}
		for _, key := range buffer[:n] {
			if key == ctrlC {
				i.interrupted = true
				i.queued = append(i.queued, ctrlE, ctrlU, '\r')
			} else {
				i.queued = append(i.queued, key)
			}
		}
	}
	n := copy(p, i.queued)
	i.queued = i.queued[n:]
	return n, nil
}
