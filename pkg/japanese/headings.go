package japanese

import (
	"strings"
	"unicode/utf8"
)

func (d *Document) cutSections() {
	s := d.Text.norm
	whole := d.Text.Whole()
	d.Sections = append(d.Sections, Section{Body: whole, Own: whole, Parent: -1})
	type open struct {
		style   string
		section int
	}
	var stack []open
	closeTo := func(depth, at int) {
		for len(stack) > depth {
			d.Sections[stack[len(stack)-1].section].Body.End = at
			stack = stack[:len(stack)-1]
		}
	}
	for i, l := range d.Lines {
		if l.Range.Len() == 0 {
			continue
		}
		words := s[l.Range.Start:l.Range.End]
		if Compact(words) == "以上" {
			d.Sections[len(d.Sections)-1].Own.End = l.Range.Start
			closeTo(0, l.Range.Start)
			d.Sections = append(d.Sections, Section{Heading: l.Range, Marker: "以上", Title: "以上", Level: 1, Body: Range{l.Range.End, whole.End}, Own: Range{l.Range.End, whole.End}, Parent: -1})
			stack = append(stack, open{"以上", len(d.Sections) - 1})
			continue
		}
		h, style, ok := d.heading(i)
		if !ok {
			continue
		}
		d.Sections[len(d.Sections)-1].Own.End = l.Range.Start
		depth := len(stack)
		for k, o := range stack {
			if o.style == style {
				depth = k
				break
			}
		}
		const deepest = 8
		if depth > deepest {
			depth = deepest
		}
		closeTo(depth, l.Range.Start)
		h.Parent, h.Level = -1, depth+1
		if depth > 0 {
			h.Parent = stack[depth-1].section
		}
		h.Body.End, h.Own.End = whole.End, whole.End
		d.Sections = append(d.Sections, h)
		stack = append(stack, open{style, len(d.Sections) - 1})
	}
}

// heading reads line i as a heading; style tells kinds of numbering apart.
func (d *Document) heading(i int) (Section, string, bool) {
	s, l := d.Text.norm, d.Lines[i]
	make := func(marker string, title, rest Range) Section {
		return Section{Heading: Range{l.Range.Start, title.End}, Marker: marker, Title: Compact(s[title.Start:title.End]),
			Body: Range{rest.Start, 0}, Own: Range{rest.Start, 0}}
	}
	const longest = 45 // runes
	words := s[l.Range.Start:l.Range.End]
	if Compact(words) == "記" {
		return make("記", l.Range, Range{l.Range.End, l.Range.End}), "記", true
	}
	if b := bracketed(words); b > 0 && (i > 0 || b == len(words)) {
		open, w := utf8.DecodeRuneInString(words)
		_, cw := utf8.DecodeLastRuneInString(words[:b])
		inner := trim(s, Range{l.Range.Start + w, l.Range.Start + b - cw})
		rest := trim(s, Range{l.Range.Start + b, l.Range.End})
		if inner.Len() > 0 && !(rest.Len() > 0 && isTag(s[inner.Start:inner.End])) && runeCount(s[inner.Start:inner.End]) <= longest {
			h := make(string(open), inner, rest)
			h.Heading.End = l.Range.Start + b
			return h, string(open), true
		}
	}
	if q, _ := questionLabel(words); q > 0 {
		return Section{}, "", false
	}
	if l.Item && l.Body.Len() > 0 {
		style, ok := headingStyle(l.Marker)
		if !ok {
			return Section{}, "", false
		}
		title, rest := l.Body, Range{l.Range.End, l.Range.End}
		body := s[l.Body.Start:l.Body.End]
		if from, to := d.wideGap(l.Body); from > 0 {
			title, rest = Range{l.Body.Start, from}, Range{to, l.Range.End}
		} else if c := pairColon(body); c > 0 {
			title, rest = trim(s, Range{l.Body.Start, l.Body.Start + c}), trim(s, Range{l.Body.Start + c + 1, l.Range.End})
		}
		if b := bracketed(s[title.Start:title.End]); b == title.Len() {
			_, w := utf8.DecodeRuneInString(s[title.Start:])
			_, cw := utf8.DecodeLastRuneInString(s[:title.End])
			title = Range{title.Start + w, title.End - cw}
		}
		t := s[title.Start:title.End]
		if runeCount(t) > longest || strings.Contains(t, "。") || t == "" {
			return Section{}, "", false
		}
		return make(l.Marker, title, rest), style, true
	}
	if !l.Item && d.plainHeading(i, words) {
		return make("", l.Range, Range{l.Range.End, l.Range.End}), "plain", true
	}
	return Section{}, "", false
}

// isTag tells whether a bracket before a headline only marks it: 【重要】, 【復旧】.
func isTag(w string) bool {
	switch w {
	case "重要", "復旧", "復旧済", "復旧済み", "復旧報", "お詫び", "おわび", "お知らせ", "再掲", "追記", "続報", "更新", "緊急", "至急", "訂正", "障害", "障害情報", "最終報", "完了", "終了", "報道発表", "プレスリリース", "注意喚起", "注意":
		return true
	}
	return strings.HasPrefix(w, "第") && strings.HasSuffix(w, "報") || strings.HasPrefix(w, "重要") && runeCount(w) < 8
}

// headingStyle names the kind of a marker; bullets that only list are none.
func headingStyle(m string) (string, bool) {
	r, size := utf8.DecodeRuneInString(m)
	switch {
	case strings.ContainsRune("・※→⇒-*•‣▪✓✔➤", r):
		return "", false
	case isDigit(r):
		if n := strings.Count(strings.TrimRight(m, "."), ".") + strings.Count(m, "-"); n > 0 {
			return "number" + string(rune('0'+n)), true
		}
		if strings.HasSuffix(m, ")") {
			return "n)", true
		}
		return "number", true
	case r == '(':
		c := runeAt(m, 1)
		if isDigit(c) {
			return "(n)", true
		}
		if isKatakana(c) {
			return "(ア)", true
		}
		return "(a)", true
	case isCircled(r):
		return "circled", true
	case r == '第':
		return "第", true
	case kanjiDigit(r) > 0 || r == '十':
		return "一", true
	case isKatakana(r):
		return "ア", true
	case strings.ContainsRune("IVX", r):
		return "I", true
	case isLatin(r):
		return "a", true
	}
	return m[:size], true
}

// bracketed is the length of the 【…】, ＜…＞, 《…》, 〔…〕 or […] that s begins with, or 0.
func bracketed(s string) int {
	open, size := utf8.DecodeRuneInString(s)
	closing := ""
	switch open {
	case '【':
		closing = "】"
	case '<':
		closing = ">"
	case '《':
		closing = "》"
	case '〈':
		closing = "〉"
	case '≪':
		closing = "≫"
	case '〔':
		closing = "〕"
	case '[':
		closing = "]"
	default:
		return 0
	}
	const far = 200 // bytes
	n := strings.Index(s[:min(len(s), far)], closing)
	if n < size {
		return 0
	}
	return n + len(closing)
}

// plainHeading tells whether an unmarked line is a heading: short, no
// sentence, set apart from what precedes it, with something below.
func (d *Document) plainHeading(i int, words string) bool {
	if i == 0 || i+1 >= len(d.Lines) || runeCount(words) > 18 || runeCount(words) < 2 {
		return false
	}
	if strings.ContainsAny(words, "。、,!?:@/「」") || strings.ContainsAny(words, "0123456789") {
		return false
	}
	last := runeBefore(words, len(words))
	first := runeAt(words, 0)
	if !isKanji(first) && !isKatakana(first) && !strings.HasPrefix(words, "お") && !strings.HasPrefix(words, "ご") {
		return false
	}
	if strings.ContainsRune("様位中殿はがをにでとへもやのるたいすんく", last) && !strings.HasSuffix(words, "について") && !strings.HasSuffix(words, "お願い") && !strings.HasSuffix(words, "問い合わせ") {
		return false
	}
	if prefixed(words, 0, "拝啓", "敬具", "謹啓", "敬白", "お客様各位", "各位", "代表取締役", "電話", "担当") != "" || strings.Contains(words, "会社") || strings.Contains(words, "法人") {
		return false
	}
	s := d.Text.norm
	prev := d.Lines[i-1].Range
	if prev.Len() > 0 {
		if r := runeBefore(s, prev.End); r != '。' && r != ')' {
			return false
		}
	} else if i == 1 {
		return false
	}
	for k := i + 1; k < len(d.Lines) && k <= i+2; k++ {
		if d.Lines[k].Range.Len() > 0 {
			return true
		}
	}
	return false
}
