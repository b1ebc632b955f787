package prompt

import "strings"

// statementReader parts text that comes line by line into statements, at the
// semicolons outside quotes and comments. Its idea of quotes and comments is
// ClickHouse's.
type statementReader struct {
	pending strings.Builder
	// within is what the text so far ends inside of: empty, or what closes it.
	within string
	// knotty: pending holds a line's end that a space cannot stand for, since it
	// ends a comment or belongs to a quoted text.
	knotty bool
}

// statement is one statement without its semicolon.
type statement struct {
	text string
	// line is the statement on one line, for a history of lines; empty when it
	// cannot be written so.
	line string
}

// add takes one line and returns the statements that it completes.
func (r *statementReader) add(line string) []statement {
	var done []statement
	line += "\n"
	from := 0
	for at := 0; at < len(line); {
		if r.within != "" {
			at = r.leave(line, at)
			continue
		}
		rest := line[at:]
		switch c := rest[0]; {
		case c == ';':
			r.pending.WriteString(line[from:at])
			if s, ok := r.take(); ok {
				done = append(done, s)
			}
			at++
			from = at
			continue
		case c == '\'' || c == '"' || c == '`':
			r.within = rest[:1]
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
			r.within = "\n"
		case strings.HasPrefix(rest, "/*"):
			r.within = "*/"
			at++
		case c == '$':
			r.within = heredoc(rest)
			at += max(0, len(r.within)-1)
		}
		at++
	}
	r.pending.WriteString(line[from:])
	if r.within != "" && r.within != "*/" {
		r.knotty = true
	}
	return done
}

// leave looks from at for what ends the quote or comment, and returns where to
// go on.
func (r *statementReader) leave(line string, at int) int {
	for ; at < len(line); at++ {
		quoted := r.within == "'" || r.within == `"` || r.within == "`"
		if quoted && line[at] == '\\' {
			at++
			continue
		}
		if strings.HasPrefix(line[at:], r.within) {
			at += len(r.within)
			r.knotty = r.knotty || r.within == "\n"
			r.within = ""
			return at
		}
	}
	return len(line)
}

// heredoc returns the tag that opens a heredoc at the beginning of text, $$ or
// $word$, or nothing.
func heredoc(text string) string {
	end := strings.IndexByte(text[1:], '$')
	if end < 0 || strings.ContainsFunc(text[1:end+1], func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return ""
	}
	return text[:end+2]
}

// take returns what is pending as a statement, false when it is empty.
func (r *statementReader) take() (statement, bool) {
	s := statement{text: strings.TrimSpace(r.pending.String())}
	if !r.knotty {
		s.line = strings.Join(strings.Split(s.text, "\n"), " ")
	}
	r.drop()
	return s, s.text != ""
}

func (r *statementReader) drop() { *r = statementReader{} }

// size is the length of what is pending in bytes.
func (r *statementReader) size() int { return r.pending.Len() }

// empty says whether nothing but space is pending.
func (r *statementReader) empty() bool { return strings.TrimSpace(r.pending.String()) == "" }
