package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fenced is a block of code in a README: its language and its text.
var fenced = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// called finds the owabi of a command line, behind variables that are set for it.
var called = regexp.MustCompile(`^(\w+=\S* )*bin/owabi\b|\| bin/owabi\b`)

// Every owabi command in a README can be given as it stands there.
func TestCommandsInTheREADMEs(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// In this folder sh finds a bin/owabi that writes down what it was given.
	t.Chdir(t.TempDir())
	if err := os.Mkdir("bin", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("bin/owabi", []byte("#!/bin/sh\n{ printf '%s\\0' \"$@\"; echo; } >> given\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	readConfiguration(t, filepath.Join(root, "services/README.md"))
	count := 0
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == "data"):
			return fs.SkipDir
		case entry.Name() != "README.md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := commandsOf(t, path, string(text))
		count += len(lines)
		for i, args := range parted(t, lines) {
			if err := parse(args); err != nil {
				t.Errorf("%s: %s: %v", path, lines[i], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count < 50 {
		t.Errorf("only %d commands were found", count)
	}
}

// readConfiguration puts the README's example of a configuration file where its
// commands look for it.
func readConfiguration(t *testing.T, readme string) {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range fenced.FindAllSubmatch(text, -1) {
		if string(block[1]) == "yaml" {
			if err := os.WriteFile("owabi.yaml", block[2], 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("%s has no example in YAML", readme)
}

// commandsOf returns the lines of a README's sh blocks that call owabi.
func commandsOf(t *testing.T, path, text string) []string {
	var lines []string
	for _, block := range fenced.FindAllStringSubmatch(text, -1) {
		if block[1] != "sh" {
			continue
		}
		for line := range strings.SplitSeq(strings.ReplaceAll(block[2], "\\\n", ""), "\n") {
			switch {
			case called.MatchString(line):
				lines = append(lines, line)
			case strings.HasPrefix(line, "owabi "):
				t.Errorf("%s: %s: say bin/owabi, which is there after make build", path, line)
			}
		}
	}
	return lines
}

// parted has sh part each line into the words that owabi is given.
func parted(t *testing.T, lines []string) [][]string {
	t.Helper()
	if err := os.WriteFile("given", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("sh", "-ec", strings.Join(lines, "\n")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	given, err := os.ReadFile("given")
	if err != nil {
		t.Fatal(err)
	}
	var calls [][]string
	for call := range strings.SplitSeq(strings.TrimSuffix(string(given), "\x00\n"), "\x00\n") {
		calls = append(calls, strings.Split(call, "\x00"))
	}
	if len(lines) == 0 {
		return nil
	}
	if len(calls) != len(lines) {
		t.Fatalf("%d lines call owabi %d times", len(lines), len(calls))
	}
	return calls
}

// parse has owabi's parser read the words.
func parse(args []string) error {
	if args[len(args)-1] == "--help" {
		return nil
	}
	var said strings.Builder
	var commands cli
	parser, err := newParser(&commands, stdio{strings.NewReader(""), &said, &said}, func(int) {})
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	return err
}
