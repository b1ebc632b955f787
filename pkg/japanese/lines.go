package japanese

import (
	"strings"
	"unicode/utf8"
)

func (d *Document) cutLines() {
	s := d.Text.norm
	for at := 0; at <= len(s); {
		end := strings.IndexByte(s[at:], '\n')
		if end < 0 {
			end = len(s)
		} else {
			end += at
		}
		r := trim(s, Range{at, end})
		l := Line{Range: r, Body: r}
		if n := markerLength(s[r.Start:r.End]); n > 0 {
			l.Item = true
			l.Marker = strings.TrimSpace(s[r.Start : r.Start+n])
			l.Body = trim(s, Range{r.Start + n, r.End})
		}
		d.Lines = append(d.Lines, l)
		at = end + 1
	}
}

func trim(s string, r Range) Range {
	for r.Start < r.End && (s[r.Start] == ' ' || s[r.Start] == '\t' || s[r.Start] == '\n') {
		r.Start++
	}
	for r.End > r.Start && (s[r.End-1] == ' ' || s[r.End-1] == '\t' || s[r.End-1] == '\n') {
		r.End--
	}
	return r
}

// markerLength is the length of the bullet or number that line begins with.
func markerLength(line string) int {
	r, size := utf8.DecodeRuneInString(line)
	if r == utf8.RuneError {
		return 0
	}
	if strings.ContainsRune("・●○◯■□◆◇▼▲△▽★☆※→⇒◎▪•‣◾◼▶►✓✔➤●⚫", r) {
		return size
	}
	if isCircled(r) {
		if n := len(line) - len(strings.TrimLeft(line[size:], " .")); n > size {
			return n
		}
		return size
	}
	switch {
	case r == '〇':
		if n := runeAt(line, size); !isDigit(n) && kanjiDigit(n) < 0 {
			return size
		}
	case r == '-' || r == '*':
		if len(line) > 1 && line[1] == ' ' {
			return 2
		}
	case isDigit(r):
		return numberMarker(line)
	case r == '(':
		j := 1
		for j < len(line) && j <= 3 && isDigit(rune(line[j])) {
			j++
		}
		if j > 1 && j < len(line) && line[j] == ')' {
			return j + 1
		}
		if c, w := utf8.DecodeRuneInString(line[1:]); (kanjiDigit(c) > 0 || c == '十' || strings.ContainsRune("アイウエオカキクケコ", c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') && strings.HasPrefix(line[1+w:], ")") {
			return 2 + w
		}
	case r == '第':
		n, ok := readNumeral(line, size)
		if !ok || n.value < 1 || n.value > 30 {
			return 0
		}
		if w := prefixed(line, n.End, "章", "節"); w != "" {
			return n.End + len(w)
		}
		if c := runeAt(line, n.End); c == ' ' || c == '、' || c == '.' {
			_, w := utf8.DecodeRuneInString(line[n.End:])
			return n.End + w
		}
	case kanjiDigit(r) > 0 || r == '十':
		n, ok := readNumeral(line, 0)
		if !ok || n.value > 30 {
			return 0
		}
		if c := runeAt(line, n.End); c == '、' || c == '.' || c == ' ' {
			_, w := utf8.DecodeRuneInString(line[n.End:])
			return n.End + w
		}
	case romanMarker(line) > 0:
		return romanMarker(line)
	case strings.ContainsRune("アイウエオカキク", r) || r >= 'a' && r <= 'h' || r >= 'A' && r <= 'H':
		if c := runeAt(line, size); c == '.' && runeAt(line, size+1) == ' ' || c == ')' {
			return size + 1
		}
		if c := runeAt(line, size); c == ' ' && isKatakana(r) {
			return size + 1
		}
	}
	return 0
}

// romanMarker is the length of I. or IV at the beginning of line, with what
// sets it off.
func romanMarker(line string) int {
	j := 0
	for j < len(line) && j < 5 && strings.IndexByte("IVX", line[j]) >= 0 {
		j++
	}
	if j == 0 || j >= len(line) || line[0] == 'X' && j == 1 {
		return 0
	}
	switch c := line[j]; {
	case c == '.', c == ')':
		return j + 1
	case c == ' ' && isKanji(runeAt(line, j+1)):
		return j + 1
	}
	return 0
}

// numberMarker reads 1. 1) 1、 1: 1 1-2 1.2 before words, but no 2023年, 3.5万, 10 日, 8:35.
func numberMarker(line string) int {
	j := 0
	for j < len(line) && isDigit(rune(line[j])) {
		j++
	}
	if j > 2 {
		return 0
	}
	for depth := 0; depth < 3 && j+1 < len(line) && (line[j] == '.' || line[j] == '-') && isDigit(rune(line[j+1])); depth++ {
		k := j + 1
		for k < len(line) && isDigit(rune(line[k])) {
			k++
		}
		if k-j > 3 || k < len(line) && line[k] != ' ' && line[k] != '.' && line[k] != ')' {
			return 0
		}
		j = k
	}
	if j >= len(line) {
		return 0
	}
	c, size := utf8.DecodeRuneInString(line[j:])
	switch c {
	case '.', ')', '、', ':':
		if c == ':' && j+1 < len(line) && isDigit(rune(line[j+1])) {
			return 0
		}
		if c == '.' && j+1 < len(line) && isDigit(rune(line[j+1])) && !(j+3 < len(line) && isDigit(rune(line[j+2])) && isDigit(rune(line[j+3]))) {
			return 0
		}
		return j + size
	case ' ', '\t':
		k := skipSpaces(line, j)
		next := runeAt(line, k)
		if next == utf8.RuneError || isDigit(next) || strings.ContainsRune("年月日時分秒人名件社校台通枚冊回世戸個%:/,~-.", next) && !headingWord(line[k:]) {
			return 0
		}
		return k
	}
	if runeCount(line) <= 20 && prefixed(line, j, headingStarts...) != "" { // １概要
		return j
	}
	return 0
}

// headingStarts are words that a heading begins with and no counter does.
var headingStarts = []string{"概要", "経緯", "経過", "原因", "対応", "対象", "発生", "内容", "再発", "今後", "事案", "事故", "状況", "影響", "被害", "お詫び", "おわび", "お問", "問い合わせ", "問合せ", "判明", "漏えい", "流出", "件名", "日時", "場所", "その他", "障害", "復旧", "調査", "個人情報", "公表", "発覚", "二次被害"}

// headingWord tells 人的… or 日時 from the counters 人 and 日.
func headingWord(s string) bool {
	return prefixed(s, 0, "日時", "件名", "名称", "人的", "時系列", "時期", "回収", "通知", "社内", "社会", "年月日", "分析", "校内", "個人", "個別", "名簿", "通信", "時間", "月日", "日程") != ""
}

func isCircled(r rune) bool {
	return r >= 0x2460 && r <= 0x2473 || r >= 0x2488 && r <= 0x249B || r >= 0x24B6 && r <= 0x24FF ||
		r >= 0x3251 && r <= 0x325F || r >= 0x32B1 && r <= 0x32BF || r >= 0x2776 && r <= 0x2793
}

// Compact closes the spaces in short words: 概　要 becomes 概要. It keeps those
// between Latin words.
func Compact(s string) string {
	if !strings.ContainsAny(s, " \t\n") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == ' ' || r == '\t' || r == '\n' {
			j := i
			for j < len(s) && (s[j] == ' ' || s[j] == '\t' || s[j] == '\n') {
				j++
			}
			if before, after := runeBefore(s, i), runeAt(s, j); before < 0x80 && after < 0x80 {
				b.WriteByte(' ')
			}
			i = j
			continue
		}
		b.WriteString(s[i : i+size])
		i += size
	}
	return strings.TrimSpace(b.String())
}

// wideGap finds the first gap of a table row in r: an ideographic space, a
// tab, or two spaces. It returns the gap's ends, or -1.
func (d *Document) wideGap(r Range) (int, int) {
	s := d.Text.norm
	for i := r.Start; i < r.End; i++ {
		if s[i] != ' ' && s[i] != '\t' {
			continue
		}
		j := i
		for j < r.End && (s[j] == ' ' || s[j] == '\t') {
			j++
		}
		if j >= r.End {
			return -1, -1
		}
		if j-i > 1 || s[i] == '\t' || d.Text.Quote(Span{int(d.Text.from[i]), int(d.Text.to[i])}) == "\u3000" {
			next := j
			for next < r.End && s[next] != ' ' && s[next] != '\t' && s[next] != ':' {
				next++
			}
			if !lone(s, r.Start, i) || !lone(s, j, next) { // 概　要 is one word
				return i, j
			}
		}
		i = j
	}
	return -1, -1
}

// lone tells whether s[from:to] is a single rune.
func lone(s string, from, to int) bool {
	_, size := utf8.DecodeRuneInString(s[from:to])
	return size == to-from
}

func runeCount(s string) int { return utf8.RuneCountInString(s) }

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

// joinLines finds the lines whose sentence goes on in the next: they are long,
// end in no stop or bracket, and the next is no item, heading, or indented.
func (d *Document) joinLines() {
	s := d.Text.norm
	for i := 1; i+1 < len(d.Lines); i++ {
		l, next := d.Lines[i].Range, d.Lines[i+1]
		if l.Len() == 0 || next.Range.Len() == 0 || next.Item || s[next.Range.Start-1] != '\n' {
			continue
		}
		const wrapped, listed = 28, 12 // runes a line has at least when cut anywhere, when cut behind a comma
		last, first := runeBefore(s, l.End), runeAt(s, next.Range.Start)
		n := runeCount(s[l.Start:min(l.End, l.Start+4*wrapped)])
		if last == '、' {
			if n < listed {
				continue
			}
		} else if n < wrapped || !isKanji(last) && !isKana(last) || strings.ContainsAny(s[l.Start:l.End], ":\t") {
			continue
		}
		if strings.ContainsRune("【<《〈≪〔[※", first) || d.headingLine(l.Start) || d.headingLine(next.Range.Start) {
			continue
		}
		words := s[next.Range.Start:next.Range.End]
		if q, _ := questionLabel(words); q > 0 {
			continue
		}
		if a, _ := answerLabel(words); a > 0 {
			continue
		}
		d.Lines[i].Continues = true
	}
}

// paragraph is the range of line i with the lines it continues, both ways, at
// most so many of them.
func (d *Document) paragraph(i int) Range {
	const most = 40 // lines
	first, last := i, i
	for first > 0 && i-first < most && d.Lines[first-1].Continues {
		first--
	}
	for last+1 < len(d.Lines) && last-i < most && d.Lines[last].Continues {
		last++
	}
	return Range{d.Lines[first].Range.Start, d.Lines[last].Range.End}
}

func (d *Document) cutSentences() {
	s := d.Text.norm
	section := 0
	for i := 0; i < len(d.Lines); i++ {
		l := d.Lines[i]
		for section+1 < len(d.Sections) && d.Sections[section+1].Heading.Start <= l.Range.Start {
			section++
		}
		if l.Range.Len() == 0 {
			continue
		}
		first, at, end := i, l.Body.Start, l.Range.End
		for i+1 < len(d.Lines) && d.Lines[i].Continues {
			i++
			end = d.Lines[i].Range.End
		}
		if h := d.Sections[section]; h.Level > 0 && h.Heading.Start == l.Range.Start && h.Own.Start > l.Body.Start && h.Own.Start < l.Range.End {
			d.Sentences = append(d.Sentences, Sentence{trim(s, Range{at, h.Heading.End}), first, section})
			at = h.Own.Start
		}
		d.cutRange(Range{at, end}, first, section)
	}
}

// cutRange cuts r into sentences.
func (d *Document) cutRange(r Range, line, section int) {
	s, at, depth := d.Text.norm, r.Start, 0
	keep := func(end int) {
		if e := trim(s, Range{at, end}); e.Len() > 0 {
			d.Sentences = append(d.Sentences, Sentence{e, line, section})
		}
		at = end
	}
	for j := at; j < r.End; {
		c, size := utf8.DecodeRuneInString(s[j:])
		j += size
		switch c {
		case '(', '「', '『', '【', '《', '〈', '“', '〔':
			depth++
		case ')', '」', '』', '】', '》', '〉', '”', '〕':
			depth = max(0, depth-1)
		case '。', '!', '?':
			if depth > 0 || c != '。' && j < r.End && s[j] < utf8.RuneSelf && s[j] != ' ' && s[j] != '\n' && s[j] != '!' && s[j] != '?' {
				continue
			}
			for j < r.End && (s[j] == '!' || s[j] == '?') {
				j++
			}
			keep(j)
		}
	}
	keep(r.End)
}

// pairColon is the place of the colon that ends a key, or -1: no clock time, no URL.
func pairColon(s string) int {
	for i := 0; i < len(s) && i < 120; i++ {
		if s[i] != ':' {
			continue
		}
		if i == 0 || i+1 >= len(s) || s[i+1] == '/' || i > 0 && isDigit(rune(s[i-1])) && isDigit(rune(s[i+1])) {
			return -1
		}
		return i
	}
	return -1
}

func (d *Document) findPairs() {
	s := d.Text.norm
	const longestKey = 30 // runes
	for _, l := range d.Lines {
		if l.Body.Len() == 0 {
			continue
		}
		if n, _ := questionLabel(s[l.Range.Start:l.Range.End]); n > 0 {
			continue
		}
		if n, _ := answerLabel(s[l.Range.Start:l.Range.End]); n > 0 {
			continue
		}
		body := s[l.Body.Start:l.Body.End]
		var key, value Range
		if b := bracketed(body); b > 0 && b < len(body) {
			_, w := utf8.DecodeRuneInString(body)
			_, cw := utf8.DecodeLastRuneInString(body[:b])
			key, value = Range{l.Body.Start + w, l.Body.Start + b - cw}, Range{l.Body.Start + b, l.Body.End}
		} else {
			from, to := d.wideGap(l.Body)
			if c := pairColon(body); c > 0 && (from < 0 || l.Body.Start+c <= to) {
				key, value = Range{l.Body.Start, l.Body.Start + c}, Range{l.Body.Start + c + 1, l.Body.End}
			} else if from > 0 {
				key, value = Range{l.Body.Start, from}, Range{to, l.Body.End}
			} else {
				continue
			}
		}
		key, value = trim(s, key), trim(s, value)
		words := s[key.Start:key.End]
		if key.Len() == 0 || value.Len() == 0 || strings.Contains(words, "。") || runeCount(words) > longestKey {
			continue
		}
		d.Pairs = append(d.Pairs, Pair{Range: l.Body, Key: Compact(words), Value: value})
	}
}

// questionLabel is the length of the Q1-1, Q., 問2 or 質問 1 that s begins
// with, and the label; 0 when there is none.
func questionLabel(s string) (int, string) {
	w := prefixed(s, 0, "質問", "問", "Q")
	return labelled(s, w)
}

func answerLabel(s string) (int, string) {
	w := prefixed(s, 0, "回答", "答", "A")
	return labelled(s, w)
}

func labelled(s, w string) (int, string) {
	if w == "" {
		return 0, ""
	}
	i := len(w)
	j := skipSpaces(s, i)
	for j < len(s) && (isDigit(rune(s[j])) || s[j] == '-' && j > i) {
		j++
	}
	numbered := j > skipSpaces(s, i)
	if !numbered {
		j = i
	}
	label := strings.ReplaceAll(s[:j], " ", "")
	switch r := runeAt(s, j); {
	case r == '.' || r == ':' || r == '、' || r == ')':
		_, size := utf8.DecodeRuneInString(s[j:])
		return j + size, label
	case (r == ' ' || r == '\t') && (numbered || len(w) == 1 || w == "問" || w == "答"):
		return j + 1, label
	case r == utf8.RuneError && (numbered || len(w) == 1 || w == "答" || w == "回答"):
		return j, label
	}
	return 0, ""
}

func (d *Document) findQuestions() {
	s := d.Text.norm
	open, answering := false, false
	for _, l := range d.Lines {
		words := s[l.Range.Start:l.Range.End]
		if n, label := questionLabel(words); n > 0 {
			q := trim(s, Range{l.Range.Start + n, l.Range.End})
			d.Questions = append(d.Questions, Question{Label: strings.TrimSpace(label), Question: q})
			open, answering = true, false
			continue
		}
		if !open {
			continue
		}
		q := &d.Questions[len(d.Questions)-1]
		if n, _ := answerLabel(words); n > 0 && !answering {
			q.Answer = trim(s, Range{l.Range.Start + n, l.Range.End})
			if q.Answer.Len() == 0 {
				q.Answer = Range{l.Range.End, l.Range.End}
			}
			answering = true
			continue
		}
		if style, ok := headingStyle(l.Marker); l.Item && ok && style == "number" && runeCount(words) < 45 && !strings.Contains(words, "。") {
			open = false
			continue
		}
		if l.Range.Len() == 0 {
			continue
		}
		if answering {
			q.Answer.End = l.Range.End
			q.Answer = trim(s, q.Answer)
		} else {
			q.Question.End = l.Range.End
		}
	}
}
