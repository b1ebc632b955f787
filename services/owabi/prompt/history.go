package prompt

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterh/liner"
)

// history is the prompt's memory between sessions: a file with one statement a
// line, readable by its owner alone, for statements can hold what nobody else
// should read. Each statement is appended when it is run, so that several prompts
// share one file and none loses anything when it is killed.
type history struct{ path string }

// load returns the latest statements, oldest first. A file that has grown to
// twice what is remembered is cut down.
func (h history) load() ([]string, error) {
	if h.path == "" {
		return nil, nil
	}
	file, err := os.Open(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxStatementBytes)
	var all []string
	for lines.Scan() {
		all = append(all, lines.Text())
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("history %s: %w", h.path, err)
	}
	latest := all[max(0, len(all)-liner.HistoryLimit):]
	if len(all) > 2*liner.HistoryLimit {
		return latest, h.rewrite(latest)
	}
	return latest, nil
}

func (h history) rewrite(lines []string) error {
	part := h.path + ".part"
	if err := os.WriteFile(part, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return os.Rename(part, h.path)
}

func (h history) add(line string) error {
	if h.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	file, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	_, err = file.WriteString(line + "\n")
	return errors.Join(err, file.Chmod(0o600), file.Close()) // one of another hand may be open to all
}
