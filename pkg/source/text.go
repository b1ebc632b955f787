package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"owabi/pkg/notice"
)

// text reads a plain file that is one notice. The first line with words is the
// title when it looks like a headline; a date alone on a line near the top is the
// day of publication. The publisher is not told apart from the text.
type text struct {
	from  *bufio.Reader
	piece piece
	done  bool
}

func newText(from *bufio.Reader, p piece) *text { return &text{from: from, piece: p} }

func (t *text) Read(context.Context) (Item, error) {
	if t.done {
		return Item{}, io.EOF
	}
	limit := t.piece.maxNotice + entryMargin
	whole, err := io.ReadAll(io.LimitReader(t.from, int64(limit)+1))
	if err != nil {
		return Item{}, err
	}
	t.done = true
	if len(whole) > limit {
		return t.piece.reject(1, whole, true, fmt.Errorf("%w: the text has more than %d bytes", ErrNoticeTooLarge, t.piece.maxNotice)), nil
	}
	if len(strings.TrimSpace(string(whole))) == 0 {
		return Item{}, io.EOF
	}
	n := notice.Notice{Source: string(Text)}
	lines := strings.Split(strings.ReplaceAll(string(whole), "\r\n", "\n"), "\n")
	first, words := -1, 0
	for i, s := range lines {
		if strings.TrimSpace(s) == "" {
			continue
		}
		if first < 0 {
			first = i
		}
		if n.Published = parseDateLine(s); n.Published != "" || words == 4 {
			break
		}
		if words > 0 && isSentence(folded(s)) {
			break
		}
		words++
	}
	body := lines[first:]
	if title := strings.TrimSpace(lines[first]); isHeadline(title) || len(lines) > first+1 && mayBeHeadline(title) && !isOrganization(title) {
		n.Title, body = title, body[1:]
	}
	n.Body = joinBody(body)
	return t.piece.accept(n, first+1, whole), nil
}

const formatWindow = 256 << 10

// detectFormat tells the format by the name's extension and the beginning of the
// decoded text, of which it takes nothing.
//
// JSON objects are JSONL whatever the name. Of other text .jsonl and .ndjson are
// JSONL still, so that each bad line is rejected for what it is. What is neither
// is a digest when it can be parted into entries or begins like one, and else one
// plain notice.
func detectFormat(name string, from *bufio.Reader) (Format, error) {
	extension := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	switch extension {
	case "jsonl", "ndjson":
		return JSONL, nil
	case "csv", "tsv", "xml", "rss", "atom", "rdf", "html", "htm", "eml":
		return "", fmt.Errorf("%w: no format here reads .%s; %s", ErrUnknown, extension, known)
	}
	head, err := peekWords(from)
	if err != nil {
		return "", err
	}
	start := strings.ToLower(head[:min(len(head), 64)])
	switch {
	case strings.HasPrefix(start, "{"):
		return JSONL, nil
	case strings.HasPrefix(start, "[{"), strings.HasPrefix(start, "[\n"), strings.HasPrefix(start, "[\r"), strings.HasPrefix(start, "[ "):
		return "", fmt.Errorf("%w: it looks like one JSON array; JSONL has one object a line", ErrUnknown)
	case strings.HasPrefix(start, "<?xml"), strings.HasPrefix(start, "<rss"), strings.HasPrefix(start, "<feed"):
		return "", fmt.Errorf("%w: it looks like XML; %s", ErrUnknown, known)
	case strings.HasPrefix(start, "<!doctype"), strings.HasPrefix(start, "<html"):
		return "", fmt.Errorf("%w: it looks like an HTML page; %s", ErrUnknown, known)
	}
	if looksLikeDigest(head) {
		return Digest, nil
	}
	return Text, nil
}

// peekWords returns the beginning of the text from its first word on. It waits
// for a whole window, unless the text begins with a brace: JSONL may come line by
// line through a pipe that stays open.
func peekWords(from *bufio.Reader) (string, error) {
	if head, _ := from.Peek(1); string(head) == "{" {
		return "{", nil
	}
	head, err := from.Peek(from.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimLeft(string(head), blankRunes), nil
}

const blankRunes = " \t\r\n\v\f\u00A0\u3000\uFEFF"

func looksLikeDigest(head string) bool {
	d := newDigest(bufio.NewReader(strings.NewReader(head)), piece{maxNotice: formatWindow})
	first, err := d.nextEntry()
	if err != nil {
		return false
	}
	if _, err := d.nextEntry(); err == nil {
		return true
	}
	return first.words > 1 && (first.closes() || opensEntry(first.top[:min(len(first.top), lookAhead)]) == opensSurely)
}
