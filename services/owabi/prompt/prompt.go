package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/peterh/liner"

	"owabi/pkg/warehouse"
)

const (
	promptFirst = "owabi> "
	promptMore  = "   ... "
)

const promptHelp = `End a statement with ; and leave with Ctrl-D or exit. Tab completes, Ctrl-R searches the history,
Ctrl-C drops what was typed or cancels what runs.
  \l             the views and tables, with what they answer
  \d NAME        the columns of one
  \i FILE        run a file, or a saved query by its name
  \save NAME     save the last statement as a query
  \format NAME   write rows as table, vertical, csv, json or compact
  \q             leave
`

// prompt is a session at a terminal.
type prompt struct {
	*Session
	line      *liner.State
	completer *completer
	history   history
	pending   statementReader
	typed     []string // lines of the pending statement
	last      string   // statement that was run last
	interrupt chan os.Signal
}

// Prompt reads statements with line editing and history until the end of
// input, exit or quit. A statement that fails is told, and the next one is asked
// for. Ctrl-C drops what was typed, or cancels the statement that runs, never the
// prompt.
func (s *Session) Prompt() (err error) {
	s.Timing = true
	p := &prompt{
		Session: s, completer: &completer{vocabulary: s.Warehouse.Vocabulary}, history: history{s.History},
		// For the whole session: main's own notice of Ctrl-C ends with the first.
		interrupt: make(chan os.Signal, 1),
	}
	signal.Notify(p.interrupt, os.Interrupt)
	defer signal.Stop(p.interrupt)
	remembered, err := p.history.load()
	if err != nil {
		slog.Warn("going on without it", "error", err)
		p.history.path = ""
	}
	fmt.Fprintln(s.Err, `End a statement with ; and leave with Ctrl-D. \l lists the views, \? helps.`)
	p.line = liner.NewLiner()
	defer func() { err = errors.Join(err, p.line.Close()) }()
	p.line.SetCtrlCAborts(true)
	p.line.SetTabCompletionStyle(liner.TabPrints)
	p.line.SetWordCompleter(p.completer.complete)
	for _, line := range remembered {
		p.line.AppendHistory(line)
	}
	defer p.restoreWhenEnded()()
	return p.loop()
}

// restoreWhenEnded gives whoever ends the process the terminal back in order
// first, since waiting for a line cannot be interrupted.
func (p *prompt) restoreWhenEnded() (stop func()) {
	ended, left, done := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		defer close(done)
		defer signal.Stop(ended)
		select {
		case <-ended:
			_ = p.line.Close() // nothing else is left to do with a terminal that is gone
			os.Exit(1)
		case <-left:
		}
	}()
	return func() { close(left); <-done }
}

func (p *prompt) loop() error {
	for {
		mark := promptFirst
		if !p.pending.empty() {
			mark = promptMore
		}
		text, err := p.line.Prompt(mark)
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			p.drop()
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(p.Err)
			return nil
		case err != nil:
			return fmt.Errorf("prompt: %w", err)
		}
		if p.pending.empty() {
			word := strings.TrimSuffix(strings.TrimSpace(text), ";")
			if word == "exit" || word == "quit" || word == `\q` {
				return nil
			}
			if strings.HasPrefix(word, `\`) {
				p.remember(text)
				p.tell(p.backslash(word))
				continue
			}
		}
		p.typed = append(p.typed, text)
		statements := p.pending.add(text)
		if p.pending.empty() && len(statements) == 0 {
			p.drop()
		}
		p.runEach(statements)
	}
}

func (p *prompt) drop() {
	p.pending.drop()
	p.typed = nil
}

// runEach runs what a line completed and stops at the first that fails.
func (p *prompt) runEach(statements []statement) {
	for _, s := range statements {
		if s.line != "" {
			p.remember(s.line + ";")
		} else {
			for _, line := range p.typed {
				p.remember(line)
			}
		}
		p.typed = nil
		p.last = s.text
		if p.tell(p.interruptible(func(ctx context.Context) error { return p.run(ctx, s.text) })) {
			return
		}
	}
}

// interruptible runs something that Ctrl-C ends.
func (p *prompt) interruptible(run func(context.Context) error) error {
	select {
	case <-p.interrupt: // one that came too late for the last
	default:
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-p.interrupt:
			cancel()
		case <-done:
		}
	}()
	err := run(ctx)
	close(done)
	<-watched
	if ctx.Err() != nil {
		err = errors.New("cancelled")
	}
	cancel()
	if p.Write {
		p.completer.forget() // there may be new names
	}
	return err
}

// tell says what went wrong, and whether something did.
func (p *prompt) tell(err error) bool {
	if err != nil {
		fmt.Fprintln(p.Err, err)
	}
	return err != nil
}

func (p *prompt) remember(line string) {
	p.line.AppendHistory(line)
	if err := p.history.add(line); err != nil {
		slog.Warn("going on without it", "error", err)
		p.history.path = ""
	}
}

// backslash runs one of the prompt's own commands.
func (p *prompt) backslash(text string) error {
	name, argument, _ := strings.Cut(text, " ")
	argument = strings.TrimSpace(argument)
	switch name {
	case `\?`, `\h`:
		_, err := io.WriteString(p.Out, promptHelp)
		return err
	case `\l`:
		return p.interruptible(p.List)
	case `\d`:
		if argument == "" {
			return p.interruptible(p.List)
		}
		return p.interruptible(func(ctx context.Context) error {
			return p.run(ctx, "SELECT name, type, comment FROM system.columns WHERE database = currentDatabase() AND table = "+quoted(argument)+" ORDER BY position")
		})
	case `\i`:
		file, err := p.Queries.Open(argument)
		if err != nil {
			return err
		}
		defer file.Close()
		return p.interruptible(func(ctx context.Context) error { return p.RunAll(ctx, file, argument) })
	case `\save`:
		if p.last == "" {
			return errors.New("there is no statement to save yet")
		}
		path, err := p.Queries.save(argument, p.last)
		if err == nil {
			fmt.Fprintln(p.Err, "saved as", path)
		}
		return err
	case `\format`:
		for _, f := range warehouse.Formats() {
			if string(f) == argument {
				p.Format = f
				return nil
			}
		}
		return fmt.Errorf("unknown format %q: want one of %v", argument, warehouse.Formats())
	}
	return fmt.Errorf(`%s: no such command; \? lists them`, name)
}

// quoted is text as a ClickHouse string.
func quoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
