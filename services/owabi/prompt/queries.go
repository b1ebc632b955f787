package prompt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Queries are the saved queries: a folder with a file NAME.sql each. Without a
// folder there are none.
type Queries struct{ Folder string }

// Open opens a file by its path, or a saved query by its name.
func (q Queries) Open(name string) (*os.File, error) {
	file, err := os.Open(name)
	if !errors.Is(err, fs.ErrNotExist) || q.Folder == "" || filepath.Base(name) != name {
		return file, err
	}
	saved := q.path(name)
	if file, savedErr := os.Open(saved); savedErr == nil {
		return file, nil
	}
	return nil, fmt.Errorf("%w, nor %s", err, saved)
}

func (q Queries) path(name string) string {
	return filepath.Join(q.Folder, strings.TrimSuffix(name, ".sql")+".sql")
}

// save keeps text under a name, for this user alone. It replaces nothing.
func (q Queries) save(name, text string) (string, error) {
	switch {
	case q.Folder == "":
		return "", errors.New("there is no folder for saved queries: name one with --queries")
	case name == "" || filepath.Base(name) != name || strings.HasPrefix(name, "."):
		return "", fmt.Errorf("%q is no name for a query", name)
	}
	if err := os.MkdirAll(q.Folder, 0o700); err != nil {
		return "", err
	}
	path := q.path(name)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(text + ";\n")
	return path, errors.Join(err, file.Close())
}

func (q Queries) names() ([]string, error) {
	if q.Folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(q.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), ".sql"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}
