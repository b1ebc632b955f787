package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"owabi/pkg/notice"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tc := range map[string]struct {
		path string
		opts Options
		want error
		says string
	}{
		"missing path":       {path: filepath.Join(dir, "none.txt"), want: fs.ErrNotExist, says: "none.txt"},
		"path through file":  {path: filepath.Join(write(t, "a.txt", "x"), "b"), want: syscall.ENOTDIR, says: "a.txt"},
		"directory":          {path: dir, want: ErrDirectory},
		"empty name":         {path: "", want: ErrUnknown},
		"empty file":         {path: write(t, "e.txt", ""), want: ErrEmpty, says: "e.txt"},
		"URL":                {path: "https://example.com/notices", want: ErrUnknown, says: "URL"},
		"PDF":                {path: write(t, "a.txt", "%PDF-1.7\n%âãÏÓ\n"), want: ErrBinary, says: "PDF"},
		"zip":                {path: write(t, "a.txt", "PK\x03\x04\x14\x00\x06\x00"), want: ErrBinary, says: "zip"},
		"gzip":               {path: write(t, "a.jsonl", "\x1f\x8b\x08\x00\x00"), want: ErrBinary, says: "gzip"},
		"PNG":                {path: write(t, "a", "\x89PNG\r\n\x1a\n\x00\x00"), want: ErrBinary, says: "PNG"},
		"NUL bytes":          {path: write(t, "a.txt", "abc\x00def\x00\x01\x02\n"), want: ErrBinary, says: "NUL"},
		"control characters": {path: write(t, "a.txt", strings.Repeat("\x01\x02\x03a", 9)), want: ErrBinary, says: "control"},
		"UTF-16 unmarked":    {path: write(t, "a.txt", "\x42\x30a\x00\n\x00b\x00c\x00d\x00"), want: ErrBinary, says: "UTF-16"},
		"CSV":                {path: write(t, "a.csv", "id,text\n"), want: ErrUnknown, says: "csv"},
		"HTML":               {path: write(t, "a", "<!DOCTYPE html><title>お知らせ</title>"), want: ErrUnknown, says: "HTML"},
		"feed":               {path: write(t, "a", "<?xml version=\"1.0\"?><rss/>"), want: ErrUnknown, says: "XML"},
		"JSON array":         {path: write(t, "a.json", "[{\"text\":\"x\"}]"), want: ErrUnknown, says: "array"},
		"file over limit":    {path: write(t, "a.txt", "0123456789"), opts: Options{MaxBytes: 9}, want: ErrTooLarge, says: "10 bytes"},
		"unknown format":     {path: write(t, "a.txt", "x"), opts: Options{Format: "pdf"}, want: ErrUnknown, says: "auto"},
		"empty input":        {path: Stdin, opts: Options{Stdin: strings.NewReader("")}, want: ErrEmpty, says: "standard input"},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := Open(context.Background(), tc.path, tc.opts)
			if err == nil {
				_ = in.Close()
			}
			if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), strings.ReplaceAll(tc.path, Stdin, "standard input")) {
				t.Errorf("got %v, want %v naming the input and %q", err, tc.want, tc.says)
			}
		})
	}
}

func TestOpenRefusesWhatMayNotBeRead(t *testing.T) {
	path := write(t, "secret.txt", "x")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(path); err == nil { // root reads everything
		_ = f.Close()
		err := plainPathError(&fs.PathError{Op: "open", Path: path, Err: syscall.EACCES})
		if !errors.Is(err, fs.ErrPermission) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("got %v", err)
		}
		return
	}
	if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, fs.ErrPermission) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("got %v", err)
	}
}

func TestInputOfWhiteSpaceIsEmpty(t *testing.T) {
	for _, format := range Formats() {
		items, err := tryReadAll(" \n\u3000\r\n\u00a0\n\n", Options{Format: format})
		if !errors.Is(err, ErrEmpty) || len(items) > 0 {
			t.Errorf("%s: %d items, %v", format, len(items), err)
		}
	}
}

func TestLimitOfAPipe(t *testing.T) {
	input := strings.Repeat(`{"text":"あ"}`+"\n", 1000)
	for limit, want := range map[int64]error{int64(len(input)): nil, int64(len(input)) - 1: ErrTooLarge, -1: nil} {
		items, err := tryReadAll(input, Options{MaxBytes: limit})
		if !errors.Is(err, want) {
			t.Errorf("limit %d: %v, want %v", limit, err, want)
		}
		if want != nil && len(items) < 900 {
			t.Errorf("limit %d: only %d items before it", limit, len(items))
		}
	}
}

func TestReadReturnsItsLastErrorAgain(t *testing.T) {
	broken := errors.New("the cable is out")
	in, err := Open(context.Background(), Stdin, Options{Stdin: io.MultiReader(strings.NewReader(`{"text":"a"}`+"\n"), failing{broken})})
	if err != nil {
		t.Fatal(err)
	}
	if item, err := in.Read(context.Background()); err != nil || item.Notice.Body != "a" {
		t.Fatalf("the line before the failure: %v, %v", item, err)
	}
	for range 3 {
		if _, err := in.Read(context.Background()); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "standard input: ") {
			t.Errorf("got %v", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, "x", Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context: %v", err)
	}
	in, _ = Open(context.Background(), Stdin, Options{Stdin: strings.NewReader(`{"text":"a"}`)})
	if _, err := in.Read(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with a cancelled context: %v", err)
	}
	if _, err := in.Read(context.Background()); err != nil {
		t.Errorf("Read after a cancelled one: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What a pipe has given is read without waiting for more.
func TestJSONLComesThroughAnOpenPipe(t *testing.T) {
	r, w := io.Pipe()
	text := "この行は日本語で書かれていて、これだけで符号化が分かります。"
	read := make(chan struct{}) // a line was read, and the next may come
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range read {
			if _, err := io.WriteString(w, `{"text":"`+text+`"}`+"\n"); err != nil {
				t.Error(err)
			}
		}
	}()
	defer func() { close(read); <-done }()
	var in *Input
	for range 3 {
		read <- struct{}{}
		if in == nil {
			var err error
			if in, err = Open(context.Background(), Stdin, Options{Stdin: r}); err != nil {
				t.Fatal(err)
			}
		}
		item, err := in.Read(context.Background())
		if err != nil || item.Notice.Body != text {
			t.Fatalf("got %v, %v", item, err)
		}
	}
}

func TestNoticesAreComplete(t *testing.T) {
	path := write(t, "notices.jsonl", `{"text":"お知らせ"}`+"\n"+`{"text":"no kana here"}`)
	now := time.Date(2024, 1, 2, 3, 4, 5, 0, time.FixedZone("JST", 9*3600))
	in, err := Open(context.Background(), path, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	for _, lang := range []string{"ja", ""} {
		item, err := in.Read(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n := item.Notice
		if n.ID != n.ComputeID() || !n.FetchedAt.Equal(now) || n.FetchedAt.Location() != time.UTC || n.Lang != lang || n.Validate() != nil {
			t.Errorf("got %+v", n)
		}
	}
	if taken, size := in.Progress(); taken != size || in.Format() != JSONL || in.Name() != path {
		t.Errorf("progress %d of %d, format %s, name %s", taken, size, in.Format(), in.Name())
	}
}

func TestFormatIsDetected(t *testing.T) {
	entry := "株式会社みなも商会\n\n誤送信について\n\n12名に送りました。\n\n誤送信について\n"
	for name, tc := range map[string]struct {
		file, content string
		want          Format
	}{
		"JSONL by name":           {"a.ndjson", "これは JSON ではない\n", JSONL},
		"JSONL by content":        {"a.txt", "\n{\"text\":\"x\"}\n", JSONL},
		"digest of many":          {"a.txt", entry + "\n\u00a0\n\n" + entry, Digest},
		"digest of one":           {"a.txt", entry, Digest},
		"digest without name":     {"notices", entry + "\n---\n" + entry, Digest},
		"entry without repeating": {"a.txt", "風待市\n誤送付について\n通知書を誤って送りました。\n", Digest},
		"notice":                  {"a.txt", "誤送信について\n\n2024年3月5日\n\n12名に送りました。\n", Text},
		"prose":                   {"a.md", "きのうは雨でした。\n\n\n----\n\nきょうは晴れです。\n", Text},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := Open(context.Background(), write(t, tc.file, tc.content), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			if in.Format() != tc.want {
				t.Errorf("got %s, want %s", in.Format(), tc.want)
			}
		})
	}
}

func TestTextIsOneNotice(t *testing.T) {
	for name, tc := range map[string]struct{ input, title, published, body string }{
		"headline and date":  {"\n誤送信について\r\n\r\n2024年3月5日\r\n\r\n送りました。\r\n", "誤送信について", "2024-03-05", "2024年3月5日\n\n送りました。"},
		"date first":         {"令和6年3月5日\n\n誤送信について\n\n送りました。", "", "2024-03-05", "令和6年3月5日\n\n誤送信について\n\n送りました。"},
		"no headline":        {"12名に誤って送りました。\nお詫びします。\n", "", "", "12名に誤って送りました。\nお詫びします。"},
		"date in the text":   {"誤送信について\n送りました。\n2024年3月5日\n", "誤送信について", "", "送りました。\n2024年3月5日"},
		"indented, separate": {"誤送信のお詫び\n\n　送りました。\n\u00a0\n　以上\n\n", "誤送信のお詫び", "", "　送りました。\n\u00a0\n　以上"},
	} {
		t.Run(name, func(t *testing.T) {
			items := readAll(t, tc.input, Options{Format: Text})
			if len(items) != 1 || items[0].Rejected != nil {
				t.Fatalf("got %s", show(items))
			}
			n := items[0].Notice
			if n.Title != tc.title || n.Published != tc.published || n.Body != tc.body || n.Source != "text" {
				t.Errorf("got %s", show(items))
			}
		})
	}
	large := readAll(t, strings.Repeat("あ\n", 100_000), Options{Format: Text, MaxNoticeBytes: 1000})
	if len(large) != 1 || !errors.Is(large[0].Rejected, ErrNoticeTooLarge) {
		t.Errorf("a large text: %d items", len(large))
	}
}

func TestRejectionIsBounded(t *testing.T) {
	p := piece{source: "f", now: fixedNow}
	raw := make([]byte, notice.MaxRejectedBytes+1)
	item := p.reject(7, raw, false, ErrMalformed)
	r := item.Rejected.Rejection(notice.StageIngest)
	if len(r.Raw) != notice.MaxRejectedBytes || !r.Truncated || r.Line != 7 || r.Source != "f" || r.Reason != "f:7: malformed" {
		t.Errorf("got %d bytes, truncated %v, line %d, source %q, reason %q", len(r.Raw), r.Truncated, r.Line, r.Source, r.Reason)
	}
}
