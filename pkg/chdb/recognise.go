package chdb

import "strings"

// shape is what the interface has to know of a request's text before it can
// hand it to the engine.
type shape struct {
	// insert: the statement is an INSERT whose data follows it. Statement,
	// format and data are set then.
	insert bool
	// statement is the INSERT without its FORMAT clause.
	statement string
	// format is the format of an insert's data.
	format string
	// data is where an insert's data begins in the text.
	data int
	// output is the format that a FORMAT clause names for a result, or empty.
	output string
	// infile: the INSERT wants to read a file of the server.
	infile bool
}

// recognise looks at the beginning of a request's text. whole says that all of
// the text is there. It answers false when more of it is needed.
//
// An insert's data begins after FORMAT and its name, where spaces and one line
// break are skipped, or after VALUES. INSERT … SELECT is no insert in this
// sense: it has no data.
func recognise(text string, whole bool) (shape, bool) {
	l := lexer{text: text}
	first, ok := l.next()
	if !ok || first.kind == broken {
		return shape{}, whole
	}
	if first.end == len(text) && !whole {
		return shape{}, false
	}
	if !first.is("INSERT") {
		if !whole {
			return shape{}, false
		}
		return shape{output: outputFormat(text)}, true
	}
	s, done := recogniseInsert(&l, whole)
	if done && !s.insert {
		s.output = outputFormat(text)
		return s, whole
	}
	return s, done
}

func recogniseInsert(l *lexer, whole bool) (shape, bool) {
	more := func() (shape, bool) { return shape{}, whole }
	t, ok := l.next()
	if ok && t.is("INTO") {
		t, ok = l.next()
	}
	if ok && t.is("TABLE") {
		t, ok = l.next()
	}
	if ok && t.is("FUNCTION") {
		t, ok = l.next()
	}
	if !ok || t.kind == broken {
		return more()
	}
	// t is the table's (or function's) name. Whatever follows it, up to the
	// clause that brings the data, is the engine's to judge.
	depth := 0
	afterDot := false
	for {
		t, ok = l.next()
		switch {
		case !ok || t.kind == broken:
			return more()
		case t.isPunctuation("("), t.isPunctuation("["), t.isPunctuation("{"):
			depth++
		case t.isPunctuation(")"), t.isPunctuation("]"), t.isPunctuation("}"):
			depth--
		case depth > 0 || afterDot:
		case t.end == len(l.text) && !whole && t.kind == bareWord:
			return more() // the word may go on
		case t.is("VALUES"):
			return shape{insert: true, statement: l.text[:t.start], format: "Values", data: t.end}, true
		case t.is("FORMAT"):
			return recogniseFormat(l, t, whole)
		case t.is("INFILE"):
			return shape{infile: true}, true
		case t.is("SELECT"), t.is("WITH"), t.is("WATCH"), t.isPunctuation(";"):
			return shape{}, true
		}
		afterDot = t.isPunctuation(".")
	}
}

// recogniseFormat reads what follows FORMAT: the name, perhaps a SETTINGS
// clause, and the break before the data.
func recogniseFormat(l *lexer, keyword token, whole bool) (shape, bool) {
	name, ok := l.next()
	if !ok || name.kind != bareWord || name.end == len(l.text) && !whole {
		return shape{}, whole
	}
	s := shape{insert: true, statement: l.text[:keyword.start], format: name.text, data: name.end}
	if settings, end, found, complete := settingsClause(l.text, name.end, whole); found {
		s.statement += settings + " "
		s.data = end
	} else if !complete && !whole {
		return shape{}, false
	}
	if strings.EqualFold(s.format, "Values") {
		return s, true
	}
	at := s.data
	for at < len(l.text) && (l.text[at] == ' ' || l.text[at] == '\t' || l.text[at] == '\f' || l.text[at] == '\r') {
		at++
	}
	if at == len(l.text) && !whole {
		return shape{}, false
	}
	if at < len(l.text) && l.text[at] == '\n' {
		at++
	}
	s.data = at
	return s, true
}

// settingsClause reads "SETTINGS a = 1, b = 'x'" at an offset. complete is
// false when the text ends before it is known whether the clause is there or
// where it ends; of a whole text the end is the end.
func settingsClause(text string, at int, whole bool) (clause string, end int, found, complete bool) {
	l := lexer{text: text, at: at}
	keyword, ok := l.next()
	if !ok || keyword.end == len(text) && strings.HasPrefix("SETTINGS", strings.ToUpper(keyword.text)) {
		return "", at, false, false
	}
	if !keyword.is("SETTINGS") {
		return "", at, false, true
	}
	for {
		name, ok1 := l.next()
		equals, ok2 := l.next()
		value, ok3 := l.next()
		if value.isPunctuation("-") || value.isPunctuation("+") {
			value, ok3 = l.next()
		}
		if !ok1 || !ok2 || !ok3 || value.end == len(text) && !whole {
			return "", at, false, false
		}
		if name.kind != bareWord || !equals.isPunctuation("=") || value.kind != literal && value.kind != bareWord {
			return "", at, false, true
		}
		end := value.end
		if comma, ok := l.next(); !ok || !comma.isPunctuation(",") {
			return text[keyword.start:end], end, true, true
		}
	}
}

// outputFormat finds the format that a statement's own FORMAT clause names.
func outputFormat(text string) string {
	l := lexer{text: text}
	depth := 0
	format := ""
	var before token
	for {
		t, ok := l.next()
		if !ok {
			return format
		}
		switch {
		case t.isPunctuation("("):
			depth++
		case t.isPunctuation(")"):
			depth--
		case depth == 0 && before.is("FORMAT") && t.kind == bareWord:
			format = t.text
		case depth == 0 && format != "" && !t.is("SETTINGS") && !t.isPunctuation(";") && before.text == format && before.kind == bareWord:
			format = "" // a column that is called format
		}
		before = t
	}
}
