package main

import (
	"fmt"
	"os"
	"strings"
)

// secret returns the secret in the environment variable name, or in the file
// that name_FILE names. Secrets are no flags: those stand in every process list.
func secret(name string) (string, error) {
	return secretOrFile(name, os.Getenv(name+"_FILE"))
}

// secretOrFile returns the secret in the file at path or, when none is named, in
// the environment variable name.
func secretOrFile(name, path string) (string, error) {
	if path == "" {
		return os.Getenv(name), nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	value := strings.TrimRight(string(data), "\r\n")
	if value == "" { // nobody who names a file for a secret means to have none
		return "", fmt.Errorf("%s_FILE: %s is empty", name, path)
	}
	return value, nil
}
