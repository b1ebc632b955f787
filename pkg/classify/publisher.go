package classify

import (
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// candidate is a name that may be the publisher's.
type candidate struct {
	name  string
	at    japanese.Range
	score float64
}

// publisherAtLeast is the score below which the publisher stays unknown.
const publisherAtLeast = 4

// findPublisher reads the publisher out of the text: a name alone on a line
// near the top, the subject of a news report, a name that introduces itself.
func (r *reading) findPublisher() (string, japanese.Range) {
	f := publisherFinder{r: r, byKey: map[string]int{}}
	f.legalNames()
	f.besideDate()
	if r.brief || r.seen[groupReported] > 0 {
		f.subjects()
	}
	best := -1
	for i, c := range f.found {
		if c.score >= publisherAtLeast && (best < 0 || c.score > f.found[best].score) {
			best = i
		}
	}
	if best < 0 {
		return "", japanese.Range{}
	}
	return f.found[best].name, f.found[best].at
}

type publisherFinder struct {
	r     *reading
	found []candidate
	byKey map[string]int
}

func (f *publisherFinder) add(name string, at japanese.Range, score float64) {
	key := japanese.FoldName(name)
	if key == "" {
		return
	}
	i, ok := f.byKey[key]
	if !ok {
		i = len(f.found)
		f.byKey[key] = i
		f.found = append(f.found, candidate{name: name, at: at})
	}
	c := &f.found[i]
	c.score += score
	// The full legal form, where the text has it.
	if utf8.RuneCountInString(name) > utf8.RuneCountInString(c.name) && utf8.RuneCountInString(name)-utf8.RuneCountInString(c.name) <= 9 {
		c.name, c.at = name, at
	}
}

const (
	topLines    = 9  // where a letter has its sender
	bottomLines = 14 // and its signature
	farIn       = 60 // bytes of a sentence in which its subject stands
)

// legalNames weighs the names that pkg/japanese found by where they stand.
func (f *publisherFinder) legalNames() {
	r := f.r
	lineOf := make([]int, 0, len(r.doc.Lines)) // the lines that hold something
	for i, l := range r.doc.Lines {
		if l.Range.Len() > 0 {
			lineOf = append(lineOf, i)
		}
	}
	const most = 400 // names; a list of thousands says nothing of the publisher
	names := japanese.Organizations(r.text)
	if len(names) > most {
		names = names[:most]
	}
	next := 0
	for _, o := range names {
		if o.Self || o.Name == "" || generic(o.Name) {
			continue
		}
		for next < len(lineOf) && r.doc.Lines[lineOf[next]].Range.End < o.Range.End {
			next++
		}
		if next == len(lineOf) {
			break
		}
		line := r.doc.Lines[lineOf[next]]
		i := r.sentenceAt(o.Range.Start)
		z := zoneBody
		if i >= 0 {
			z = r.zones[i]
		}
		score := 0.2
		if o.Legal {
			score += 0.6
		}
		before := squeeze(r.words(japanese.Range{Start: line.Range.Start, End: o.Range.Start}))
		after := squeeze(r.words(japanese.Range{Start: o.Range.End, End: min(line.Range.End, o.Range.End+120)}))
		if r.title >= 0 && next == 0 {
			if before == "" && o.Legal && utf8.RuneCountInString(after) <= 14 && strings.HasSuffix(after, "局") {
				score += 6
			} else if after == "" || strings.HasPrefix(after, "、") {
				score += 3
			} else {
				score++
			}
		} else {
			if k := strings.IndexAny(after, "0123456789(:"); k > 0 && next >= len(lineOf)-bottomLines {
				after = after[:k]
			}
			alone := utf8.RuneCountInString(after) <= 14 && !strings.ContainsAny(after, "。、はがをにで") && r.besideSender(before)
			switch {
			case alone && next < topLines:
				score += 6
			case alone && next >= len(lineOf)-bottomLines:
				score += 4.5
			}
			if strings.HasPrefix(after, "です。") || strings.HasPrefix(after, "(以下「当") || strings.HasPrefix(after, "(以下、当") || strings.HasPrefix(after, "(以下当") {
				score += 4
			}
			if strings.HasPrefix(after, "は") && utf8.RuneCountInString(before) <= 14 && next <= 4 {
				score += 2.5
			}
			if r.brief && before == "" && next <= 2 {
				score += 3
			}
			if strings.HasPrefix(after, "(") && strings.Contains(head(after, 12), ")は") && next <= 4 {
				score += 2.5
			}
			if next <= 4 && (before == "" && (strings.HasPrefix(after, "において") || strings.HasPrefix(after, "におきまして") || strings.HasPrefix(after, "(") && strings.Contains(head(after, 14), ")において")) || strings.HasPrefix(after, "より") || strings.HasPrefix(after, "で") && strings.Contains(head(after, 24), "している") || strings.HasPrefix(after, "の") && strings.Contains(head(after, 14), "です。")) {
				score += 4
			}
			if strings.HasPrefix(after, "をご利用") || strings.HasPrefix(after, "をご愛") || strings.HasPrefix(after, "(tel") || strings.HasPrefix(after, "(電話") {
				score += 2
			}
			if z == zoneContact && next >= len(lineOf)-bottomLines {
				score += 1.5
			}
		}
		for _, w := range r.rules.organizations.OthersAfter {
			if strings.HasPrefix(after, w) {
				score -= 4
			}
		}
		for _, w := range []string{"委託先の", "委託先である", "委託している", "提供する", "提供会社の", "業者の", "委託した", "取引先の", "受託者の"} {
			if strings.HasSuffix(before, w) {
				score -= 4
			}
		}
		name, at := o.Name, o.Range
		if whole := r.words(line.Range); before == "" && o.Range.Start == line.Range.Start && o.Range.End < line.Range.End &&
			!strings.ContainsAny(whole, " 。、(:") && utf8.RuneCountInString(whole) <= 20 && strings.ContainsRune("とのはがもやに", firstRune(whole[len(r.words(o.Range)):])) {
			name, at = whole, line.Range // 株式会社みなと商会: no particle, but a part of the name
		}
		f.add(name, at, score)
	}
}

func firstRune(s string) rune {
	c, _ := utf8.DecodeRuneInString(s)
	return c
}

// besideSender tells whether what stands before a name on its line may stand
// before a sender: nothing, a date, a mark, a salutation.
func (r *reading) besideSender(before string) bool {
	before = strings.Trim(before, "【】[]()<>:・■●発表者公報道資料担当問い合わせ先お照会窓口")
	if before == "" {
		return true
	}
	for _, w := range []string{"年", "月", "日", "令和", "平成"} {
		if strings.Contains(before, w) && utf8.RuneCountInString(before) <= 16 {
			return true
		}
	}
	return false
}

// subjects finds the publisher of a news report: what the headline ends with,
// or begins with, and what the first sentences speak of.
func (f *publisherFinder) subjects() {
	r := f.r
	s := r.text.Norm()
	body := 0
	tried := map[string]bool{}
	try := func(name string, score float64) {
		name = strings.Trim(name, " 　、「」『』【】")
		if n := utf8.RuneCountInString(name); n < 2 || n > 24 || strings.ContainsAny(name, "。、「」()") || generic(name) || !nameLike(name) {
			return
		}
		rest := s[body:]
		at := strings.Index(rest, name)
		if at < 0 {
			return
		}
		known := tried[name]
		tried[name] = true
		for _, w := range [...]struct {
			after string
			score float64
		}{{"は", 2.5}, {"によると", 2.5}, {"が", 0.5}, {"(", 1.5}, {"」は", 2.5}, {"」(", 1.5}, {"」の", 1.5}, {"で", 0.3}, {"の", 0.3}} {
			if !known && strings.Contains(rest, name+w.after) {
				score += w.score
			}
		}
		if !known && score > 0 {
			score++ // the headline's or the first sentence's name, met again
		}
		f.add(name, japanese.Range{Start: body + at, End: body + at + len(name)}, score)
	}
	var segments []string
	if r.title >= 0 {
		line := r.doc.Lines[r.doc.Sentences[r.title].Line].Range
		body = line.End
		segments = strings.FieldsFunc(r.words(line), func(c rune) bool { return c == ' ' || c == '\n' })
		last := ""
		if n := len(segments); n > 0 { // 強風、みなと組が謝罪
			last = segments[n-1]
		}
		for _, part := range strings.FieldsFunc(last, func(c rune) bool { return c == '、' }) {
			if part == last {
				break
			}
			for _, cut := range []string{"が", "は", "で", "の"} {
				if i := strings.Index(part, cut); i > 0 {
					try(part[:i], 0.5)
				}
			}
			try(part, 0.5)
		}
		for k := len(segments) - 1; k >= 0; k-- {
			seg := segments[k]
			last := 0.0
			if k == len(segments)-1 && len(segments) > 1 {
				last = 2
			} else if k == 0 {
				last = 0.5
			}
			for _, cut := range []string{"、", "が", "は", "で", "の", "に", "「"} {
				if i := strings.Index(seg, cut); i > 0 {
					try(seg[:i], last+0.5)
				}
			}
			try(seg, last+1)
			if i := strings.LastIndex(seg, "の"); i > 0 && k == len(segments)-1 {
				try(seg[i+len("の"):], 0.3)
			}
		}
	}
	meant := false // the report goes on to speak of "that company"
	for _, w := range [...]string{"同社", "運営会社", "運営側"} {
		meant = meant || strings.Contains(s, w)
	}
	count := 0
	for i, sentence := range r.doc.Sentences {
		if i == r.title || sentence.Range.Start < body {
			continue
		}
		if count++; count > 3 {
			break
		}
		words := r.words(sentence.Range)
		if count == 1 {
			for _, cut := range []string{"の", "で", "が", "は"} {
				if i := strings.Index(words, cut); i > 0 && i < farIn {
					score := 1.0
					if meant && (cut == "の" || cut == "で") { // みなとペイで14日、…。同社は…
						score = 2
					}
					try(strings.Trim(words[:i], "「」"), score)
					if k := strings.LastIndex(words[:i], "の"); k > 0 && cut == "で" && meant {
						try(words[k+len("の"):i], score)
					}
				}
			}
			if before, _, ok := strings.Cut(words, "」で"); ok && meant {
				if k := strings.LastIndex(before, "「"); k >= 0 {
					try(before[k+len("「"):], 2)
				}
			}
			if _, after, ok := strings.Cut(words, "、"); ok {
				for _, cut := range []string{"の", "で", "が", "は"} {
					if i := strings.Index(after, cut); i > 0 && i < farIn {
						try(after[:i], 1.5)
					}
				}
			}
		}
		for _, mark := range []string{"は", "によると"} {
			if before, _, _ := strings.Cut(words, mark); generic(before) {
				continue
			}
			i := subjectEnd(words, mark)
			if i < 0 || i > 3*farIn {
				continue
			}
			subject := words[:i]
			if strings.HasSuffix(subject, ")") {
				if open := strings.LastIndex(subject, "("); open > 0 {
					subject = subject[:open]
				}
			}
			score := 2.5
			if count > 1 {
				score = 1.2
			}
			if strings.HasSuffix(subject, "」") {
				if open := strings.LastIndex(subject, "「"); open >= 0 {
					try(subject[open+len("「"):len(subject)-len("」")], score)
					continue
				}
			}
			if utf8.RuneCountInString(subject) <= 16 && !strings.ContainsAny(subject, "、「」") {
				try(subject, score)
			}
			for _, cut := range []string{"手がける", "運営する", "営む", "販売する", "展開する", "管理する", "提供する", "運行する", "大手の", "会社の", "する", "サービスの", "ていた", "ている", "である", "した", "、", "の"} {
				if k := strings.LastIndex(subject, cut); k > 0 {
					try(subject[k+len(cut):], score)
				}
			}
		}
	}
}

// besideDate takes the line before or after the date of publication for the
// sender's, when it is short and addresses nobody.
func (f *publisherFinder) besideDate() {
	r := f.r
	at := -1
	var filled []int
	for i, l := range r.doc.Lines {
		if l.Range.Len() == 0 {
			continue
		}
		if r.publishedSpan.Len() > 0 && l.Range.Contains(r.publishedSpan) {
			at = len(filled)
		}
		filled = append(filled, i)
		if at >= 0 && len(filled) > at+2 || len(filled) > topLines {
			break
		}
	}
	try := func(words string, start int, score float64) {
		name, _, _ := strings.Cut(strings.TrimLeft(words, " "), " ")
		name = strings.Trim(name, "[]()【】<>・:/-")
		n := utf8.RuneCountInString(name)
		if n < 2 || n > 24 || generic(name) || strings.HasSuffix(name, "の") || strings.ContainsAny(name, "。、?!:「") {
			return
		}
		for _, w := range []string{"市長", "町長", "村長", "区長"} {
			if strings.HasSuffix(name, w) {
				name = strings.TrimSuffix(name, "長")
			}
		}
		name = strings.TrimSuffix(name, "知事")
		for _, w := range []string{"様", "各位", "皆様", "皆さま", "御中", "殿", "へ", "方", "ます", "です", "社長", "さん", "について", "お知らせ", "月", "更新", "付", "お詫び", "おわび", "ました", "現在"} {
			if strings.HasSuffix(name, w) {
				return
			}
		}
		if k := strings.Index(r.text.Norm()[start:], name); k >= 0 {
			f.add(name, japanese.Range{Start: start + k, End: start + k + len(name)}, score)
		}
	}
	if r.title >= 0 && len(filled) > 1 && filled[0] < filled[1] && at != 1 && at != 2 {
		if second := r.doc.Lines[filled[1]]; !second.Item {
			try(r.words(second.Range), second.Range.Start, 4)
		}
	}
	if at < 0 {
		return
	}
	line := r.doc.Lines[filled[at]].Range
	rest := r.words(japanese.Range{Start: r.publishedSpan.End, End: line.End})
	try(rest, r.publishedSpan.End, 5)
	try(r.words(japanese.Range{Start: line.Start, End: r.publishedSpan.Start}), line.Start, 5)
	if at+1 < len(filled) {
		next := r.doc.Lines[filled[at+1]]
		if !next.Item {
			try(r.words(next.Range), next.Range.Start, 4.5)
		}
	}
	if at > 1 || at == 1 && r.title < 0 {
		before := r.doc.Lines[filled[at-1]]
		if !before.Item {
			try(r.words(before.Range), before.Range.Start, 4)
		}
	}
}
