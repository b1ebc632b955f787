package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far something is: a bar that is drawn anew on a terminal, a
// line now and then elsewhere, so that logs stay readable.
type progress struct {
	quit, done chan struct{}
}

const (
	barInterval  = 100 * time.Millisecond
	lineInterval = 10 * time.Second
)

// startProgress shows line until stop is called. Nothing that takes less than one
// interval shows anything.
func startProgress(w io.Writer, what string, line func() string) *progress {
	p := &progress{quit: make(chan struct{}), done: make(chan struct{})}
	file, ok := w.(*os.File)
	terminal := ok && term.IsTerminal(int(file.Fd()))
	interval := lineInterval
	if terminal {
		interval = barInterval
	}
	go func() {
		defer close(p.done)
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		last := ""
		bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionSetVisibility(terminal),
			progressbar.OptionSpinnerType(14), progressbar.OptionClearOnFinish(), progressbar.OptionSetElapsedTime(true))
		for {
			select {
			case <-p.quit:
				// What cannot be drawn is no reason to fail.
				_ = bar.Finish()
				return
			case <-ticks.C:
			}
			if terminal {
				bar.Describe(what + ": " + line())
				_ = bar.Add(1)
			} else if now := line(); now != last {
				last = now
				slog.Info(fmt.Sprintf("%s: %s", what, now))
			}
		}
	}()
	return p
}

// stop takes the bar away.
func (p *progress) stop() {
	close(p.quit)
	<-p.done
}
