package classify_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"owabi/pkg/classify"
)

// readGold reads every labelled notice of the files that pattern names.
func readGold(t testing.TB, pattern string) []classify.Gold {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	slices.Sort(files)
	var all []classify.Gold
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		gold, err := classify.ReadGold(f)
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, gold...)
	}
	return all
}
