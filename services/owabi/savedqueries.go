package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// savedQueries is a folder of queries, each in a file NAME.sql.
type savedQueries struct{ folder string }

// open opens a file by its path, or a saved query by its name.
func (q savedQueries) open(name string) (*os.File, error) {
	file, err := os.Open(name)
	if !errors.Is(err, fs.ErrNotExist) || q.folder == "" || filepath.Base(name) != name {
		return file, err
	}
	saved := q.path(name)
	if file, savedErr := os.Open(saved); savedErr == nil {
		return file, nil
	}
	return nil, fmt.Errorf("%w, nor %s", err, saved)
}

func (q savedQueries) path(name string) string {
	return filepath.Join(q.folder, strings.TrimSuffix(name, ".sql")+".sql")
}

// save keeps text under a name, for this user alone. It replaces nothing.
func (q savedQueries) save(name, text string) (string, error) {
	switch {
	case q.folder == "":
		return "", errors.New("there is no folder for saved queries: name one with --queries")
	case name == "" || filepath.Base(name) != name || strings.HasPrefix(name, "."):
		return "", fmt.Errorf("%q is no name for a query", name)
	}
	if err := os.MkdirAll(q.folder, 0o700); err != nil {
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

// names lists the saved queries in order.
func (q savedQueries) names() ([]string, error) {
	if q.folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(q.folder)
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
