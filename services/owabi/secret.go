package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// secret returns the secret in the file at path or, when none is named, in the
// environment variable. Secrets are no flags: those stand in every process list.
func secret(variable, path string) (string, error) {
	if path == "" {
		return os.Getenv(variable), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", variable, err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o007 != 0 {
		// No warning: Docker and Kubernetes mount secrets so, where nobody else can look.
		slog.Info("a secret's file is open to everybody on this machine: chmod o= takes that away", "file", path, "mode", info.Mode().String())
	}
	value := strings.TrimRight(string(data), "\r\n")
	if value == "" { // nobody who names a file for a secret means to have none
		return "", fmt.Errorf("%s_FILE: %s is empty", variable, path)
	}
	return value, nil
}
