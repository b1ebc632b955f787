package chdb

import (
	"slices"
	"strings"
	"unicode/utf8"
)

type kind int

const (
	bareWord kind = iota
	quotedName
	literal
	punctuation
	broken // an open quote or comment, or a byte that begins nothing
)

// token is a piece of a statement, without the space and comments around it.
type token struct {
	kind kind
	// text is the token as written, with its quotes.
	text       string
	start, end int
}

// is reports whether the token is a keyword, in any case. Quoted names are
// never keywords.
func (t token) is(keyword string) bool {
	return t.kind == bareWord && strings.EqualFold(t.text, keyword)
}

func (t token) isPunctuation(text string) bool { return t.kind == punctuation && t.text == text }

// lexer splits a statement the way ClickHouse's own lexer does
// (src/Parsers/Lexer.cpp). It decides what is data and what is a name, never
// what a statement means: that is asked from the engine.
type lexer struct {
	text string
	at   int
}

// next gives the next token, and false at the end.
func (l *lexer) next() (token, bool) {
	if !l.skipSpace() {
		return l.rest(broken), true
	}
	if l.at >= len(l.text) {
		return token{}, false
	}
	start := l.at
	c := l.text[start]
	switch {
	case c == '\'':
		return l.quoted('\'', literal), true
	case c == '"' || c == '`':
		return l.quoted(c, quotedName), true
	case isWordStart(c):
		for l.at < len(l.text) && isWordByte(l.text[l.at]) {
			l.at++
		}
		return l.token(bareWord, start), true
	case c == '$':
		return l.dollar(start), true
	case isDigit(c):
		for l.at < len(l.text) && (isWordByte(l.text[l.at]) || l.text[l.at] == '.') {
			l.at++
		}
		return l.token(literal, start), true
	case strings.HasPrefix(l.text[start:], "“"):
		return l.unicodeQuoted("“", "”", quotedName), true
	case strings.HasPrefix(l.text[start:], "‘"):
		return l.unicodeQuoted("‘", "’", literal), true
	case c >= 0x80 || c < ' ':
		return l.rest(broken), true
	default:
		l.at++
		return l.token(punctuation, start), true
	}
}

func (l *lexer) token(k kind, start int) token {
	return token{kind: k, text: l.text[start:l.at], start: start, end: l.at}
}

func (l *lexer) rest(k kind) token {
	start := l.at
	l.at = len(l.text)
	return l.token(k, start)
}

// skipSpace passes over space and comments; false when a comment stays open.
func (l *lexer) skipSpace() bool {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case isSpace(rest[0]):
			l.at++
		case rest[0] >= 0x80 && isWideSpace(rest):
			_, width := utf8.DecodeRuneInString(rest)
			l.at += width
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "), strings.HasPrefix(rest, "#!"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				l.at = len(l.text)
				return true
			}
			l.at += end + 1
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return false
			}
			l.at += 2 + end + 2
		default:
			return true
		}
	}
	return true
}

// quoted reads 'text', "name" or `name`: a backslash escapes the next byte, and
// a doubled quote stands for one.
func (l *lexer) quoted(quote byte, k kind) token {
	start := l.at
	for l.at++; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case '\\':
			l.at++
		case quote:
			if l.at+1 < len(l.text) && l.text[l.at+1] == quote {
				l.at++
				continue
			}
			l.at++
			return l.token(k, start)
		}
	}
	l.at = start
	return l.rest(broken)
}

func (l *lexer) unicodeQuoted(opening, closing string, k kind) token {
	start := l.at
	end := strings.Index(l.text[start+len(opening):], closing)
	if end < 0 {
		return l.rest(broken)
	}
	l.at = start + len(opening) + end + len(closing)
	return l.token(k, start)
}

// dollar reads a here-document, $tag$ … $tag$, or a word that begins with $.
func (l *lexer) dollar(start int) token {
	if end := strings.IndexByte(l.text[start+1:], '$'); end >= 0 {
		tag := l.text[start : start+1+end+1]
		inner := tag[1 : len(tag)-1]
		if strings.IndexFunc(inner, func(r rune) bool { return r >= 0x80 || !isWordByte(byte(r)) || r == '$' }) < 0 {
			if closing := strings.Index(l.text[start+len(tag):], tag); closing >= 0 {
				l.at = start + len(tag) + closing + len(tag)
				return l.token(literal, start)
			}
		}
	}
	l.at++
	for l.at < len(l.text) && isWordByte(l.text[l.at]) {
		l.at++
	}
	return l.token(bareWord, start)
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' || c == 0
}

// isWideSpace reports whether a text begins with one of the characters outside
// ASCII that ClickHouse takes for space.
func isWideSpace(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return r == '\u0085' || r == '\u00a0' || r == '\u1680' || r == '\u180e' || r >= '\u2000' && r <= '\u200d' ||
		r == '\u2028' || r == '\u2029' || r == '\u202f' || r == '\u205f' || r == '\u2060' || r == '\u3000' || r == '\ufeff'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWordStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
func isWordByte(c byte) bool { return isWordStart(c) || isDigit(c) || c == '$' }

// mentions reports whether a name stands in the text, bare or quoted. Quoted
// names with an escape in them, and text that does not lex, count as yes: the
// answer guards rights, so doubt is a yes.
func mentions(sql, name string) bool {
	l := lexer{text: sql}
	for {
		t, ok := l.next()
		switch {
		case !ok:
			return false
		case t.kind == broken:
			return true
		case t.kind == bareWord && strings.EqualFold(t.text, name):
			return true
		case t.kind == quotedName:
			inner := strings.Trim(t.text, "\"`“”")
			if strings.EqualFold(inner, name) || strings.ContainsRune(inner, '\\') {
				return true
			}
		}
	}
}

// calls reports whether one of the names, given in lower case, is called as a
// function. As with mentions doubt is a yes: a quoted name with an escape in it, a
// name that is a parameter, text that does not lex.
func calls(sql string, names map[string]bool) bool {
	l := lexer{text: sql}
	var before token
	for {
		t, ok := l.next()
		switch {
		case !ok:
			return false
		case t.kind == broken:
			return true
		case !t.isPunctuation("("):
		case before.kind == bareWord && names[strings.ToLower(before.text)], before.isPunctuation("}"):
			return true
		case before.kind == quotedName:
			inner := strings.Trim(before.text, "\"`“”")
			if names[strings.ToLower(inner)] || strings.ContainsRune(inner, '\\') {
				return true
			}
		}
		before = t
	}
}

// follows reports whether one of the second words stands right after the first.
// Text that does not lex and holds both counts as yes, as with mentions.
func follows(sql, first string, seconds ...string) bool {
	l := lexer{text: sql}
	var before token
	for {
		t, ok := l.next()
		switch {
		case !ok:
			return false
		case t.kind == broken:
			upper := strings.ToUpper(sql)
			return strings.Contains(upper, first) &&
				slices.ContainsFunc(seconds, func(second string) bool { return strings.Contains(upper, second) })
		case before.is(first) && slices.ContainsFunc(seconds, t.is):
			return true
		}
		before = t
	}
}

// leads gives a statement's first token, and whether nothing but semicolons
// comes after it. It is false for a text without any.
func leads(sql string) (first token, alone, ok bool) {
	l := lexer{text: sql}
	if first, ok = l.next(); !ok {
		return token{}, false, false
	}
	for {
		t, more := l.next()
		if !more {
			return first, true, true
		}
		if !t.isPunctuation(";") {
			return first, false, true
		}
	}
}
