package source

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func fixedNow() time.Time { return time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC) }

// readAll opens text as standard input and returns every item.
func readAll(t testing.TB, input string, opts Options) []Item {
	t.Helper()
	items, err := tryReadAll(input, opts)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func tryReadAll(input string, opts Options) ([]Item, error) {
	opts.Stdin = strings.NewReader(input)
	if opts.Now == nil {
		opts.Now = fixedNow
	}
	in, err := Open(context.Background(), Stdin, opts)
	if err != nil {
		return nil, err
	}
	var items []Item
	for {
		item, err := in.Read(context.Background())
		if errors.Is(err, io.EOF) {
			return items, in.Close()
		}
		if err != nil {
			return items, err
		}
		items = append(items, item)
	}
}

// show writes items in the form of the golden files.
func show(items []Item) string {
	var out strings.Builder
	for _, item := range items {
		fmt.Fprintf(&out, "line %d\n", item.Line)
		if item.Rejected != nil {
			fmt.Fprintf(&out, "rejected: %v\n", item.Rejected)
			showText(&out, string(item.Rejected.Raw))
			continue
		}
		n := item.Notice
		for _, field := range []struct{ name, value string }{
			{"caller id", n.CallerID}, {"source", n.Source}, {"heading", n.Heading}, {"publisher", n.Publisher},
			{"title", n.Title}, {"published", n.Published}, {"url", n.URL}, {"lang", n.Lang},
		} {
			if field.value != "" {
				fmt.Fprintf(&out, "%s: %s\n", field.name, field.value)
			}
		}
		showText(&out, n.Body)
	}
	return out.String()
}

func showText(out *strings.Builder, text string) {
	for _, s := range strings.Split(text, "\n") {
		fmt.Fprintf(out, "\t|%s\n", s)
	}
	out.WriteByte('\n')
}

// Each file in testdata/digest is a digest; the .golden beside it says what is
// read from it. A new case is a new file and -update.
func TestDigestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/digest/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			input, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".txt")+".golden", show(readAll(t, string(input), Options{Format: Digest})))
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
