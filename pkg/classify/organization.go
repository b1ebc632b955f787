package classify

import (
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// readPublication finds the day of publication: as the source gives it, else a
// date that stands alone on a line near the top, or the whole date before
// 発表 in a news report.
func (r *reading) readPublication() {
	r.published = r.n.Published
	set := func(d japanese.Date) {
		if r.published == "" {
			r.published = d.ISO()
			r.publishedSpan = d.Range
		} else if r.published == d.ISO() {
			r.publishedSpan = d.Range
		}
	}
	const top = 8 // lines
	lines := 0
	for _, l := range r.doc.Lines {
		if l.Range.Len() == 0 {
			continue
		}
		if lines++; lines > top {
			break
		}
		for _, d := range r.v.Dates {
			if d.Year == 0 || d.Precision() != japanese.PrecisionDay || !l.Range.Contains(d.Range) {
				continue
			}
			rest := strings.ReplaceAll(r.words(japanese.Range{Start: l.Range.Start, End: d.Range.Start})+r.words(japanese.Range{Start: d.Range.End, End: l.Range.End}), " ", "")
			rest = strings.Trim(trimClock(rest), "()[]-/~,.最終更新日時掲載公開発表行作成現在:付お知らせ初版改制定第報号")
			if utf8.RuneCountInString(rest) == 0 || r.publisherBeside(rest) {
				set(d)
				break
			}
		}
		if r.published != "" && r.publishedSpan.Len() > 0 {
			return
		}
	}
	if !r.brief {
		if d, ok := r.signedOn(); ok {
			set(d)
		} else if d, ok := r.titleDay(); ok {
			set(d)
		}
		return
	}
	if d, ok := r.closingDate(); ok {
		set(d)
		return
	}
	for _, d := range r.v.Dates {
		if d.Year == 0 || d.Precision() != japanese.PrecisionDay {
			continue
		}
		i := r.sentenceAt(d.Range.Start)
		if i < 0 {
			continue
		}
		subject := strings.HasSuffix(strings.TrimRight(r.words(japanese.Range{Start: r.doc.Sentences[i].Range.Start, End: d.Range.Start}), " "), "は")
		if !r.has(i, groupReported) && !(subject && r.zones[i] == zoneLead) {
			continue
		}
		longest := 30
		if subject { // ○○を運営する株式会社○○は2024年9月3日、
			longest = 70
		}
		after := strings.TrimLeft(r.words(japanese.Range{Start: d.Range.End, End: r.doc.Sentences[i].Range.End}), "()月火水木金土日曜 ")
		if strings.HasPrefix(after, "、") || strings.HasPrefix(after, "に") || strings.HasPrefix(after, "までに") {
			if utf8.RuneCountInString(r.words(japanese.Range{Start: r.doc.Sentences[i].Range.Start, End: d.Range.Start})) <= longest {
				set(d)
				return
			}
		}
	}
}

// signedOn is the date that stands alone near the end, beside the signature.
func (r *reading) signedOn() (japanese.Date, bool) {
	filled := 0
	for i := len(r.doc.Lines) - 1; i >= 0 && filled < signatureLines; i-- {
		l := r.doc.Lines[i].Range
		if l.Len() == 0 {
			continue
		}
		filled++
		for _, d := range r.v.Dates {
			if d.Year == 0 || d.Precision() != japanese.PrecisionDay || !l.Contains(d.Range) {
				continue
			}
			rest := r.words(japanese.Range{Start: l.Start, End: d.Range.Start}) + r.words(japanese.Range{Start: d.Range.End, End: l.End})
			if strings.Trim(strings.ReplaceAll(rest, " ", ""), "()[]-以上付掲載公開日:発表行") == "" {
				return d, true
			}
		}
	}
	return japanese.Date{}, false
}

// signatureLines is how near the end a signature stands.
const signatureLines = 6

// closingDate is the date in brackets that ends a news report.
func (r *reading) closingDate() (japanese.Date, bool) {
	s := strings.TrimRight(r.text.Norm(), " \n")
	if !strings.HasSuffix(s, ")") {
		return japanese.Date{}, false
	}
	for _, d := range r.v.Dates {
		if d.Year > 0 && d.Precision() == japanese.PrecisionDay && d.Range.End == len(s)-1 && strings.HasSuffix(s[:d.Range.Start], "(") {
			return d, true
		}
	}
	return japanese.Date{}, false
}

// titleDay is the day that the headline gives for how things stand
// (10月11日18時現在), with the year of the first whole date of the text.
func (r *reading) titleDay() (japanese.Date, bool) {
	if r.title < 0 {
		return japanese.Date{}, false
	}
	line := r.doc.Lines[r.doc.Sentences[r.title].Line].Range
	for _, d := range r.v.Dates {
		if !line.Contains(d.Range) || d.Month == 0 || d.Day == 0 {
			continue
		}
		rest := squeeze(trimClock(r.words(japanese.Range{Start: d.Range.End, End: line.End})))
		rest = strings.TrimLeft(rest, ":)(")
		if !strings.HasPrefix(rest, "現在") && !strings.HasPrefix(rest, "更新") && !strings.HasPrefix(rest, "時点") && !strings.HasPrefix(rest, "在") {
			continue
		}
		for _, whole := range r.v.Dates {
			if d.Year > 0 {
				break
			}
			if whole.Year > 0 && whole.Month > 0 && whole.Month <= d.Month {
				d.Year = whole.Year
			}
		}
		return d, d.Year > 0
	}
	return japanese.Date{}, false
}

// trimClock takes a clock time from what stands beside a date: 17:00, 10時.
func trimClock(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || strings.ContainsRune("時分頃午前後曜", c) {
			return -1
		}
		return c
	}, s)
}

// publisherBeside tells whether rest, what stands beside a date, is a name.
func (r *reading) publisherBeside(rest string) bool {
	return utf8.RuneCountInString(rest) <= 25 && japanese.Kind(rest) != japanese.KindOther
}

// readOrganization finds who published the notice: as the source gives it,
// else by the text.
func (r *reading) readOrganization() {
	name := strings.TrimSpace(r.n.Publisher)
	var at japanese.Range
	if name == "" {
		name, at = r.findPublisher()
	}
	if name == "" {
		return
	}
	r.organization, r.organizationKey = name, japanese.FoldName(name)
	r.out.Organization.Name = &name
	r.out.Organization.Key = given(r.organizationKey)
	kind := notice.OrganizationKind(japanese.Kind(name))
	if kind != "" && kind != notice.KindOther {
		r.out.Organization.Kind = &kind
	}
	if p := japanese.Prefecture(name); p != "" {
		r.out.Organization.Prefecture = &p
	}
	if at.Len() == 0 {
		at, _ = r.organizationSpan()
	}
	if at.Len() > 0 {
		r.evidence("organization.name", "organization", at)
	}
}

// organizationSpan is where the publisher's name stands in the text.
func (r *reading) organizationSpan() (japanese.Range, bool) {
	if r.organization == "" {
		return japanese.Range{}, false
	}
	name := japanese.Normalize(r.organization)
	if i := strings.Index(r.text.Norm(), name); i >= 0 {
		return japanese.Range{Start: i, End: i + len(name)}, true
	}
	return japanese.Range{}, false
}

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

// subjectEnd is where the first mark stands that has a name before it, not a
// character of one (運送会社のはやて急便は), or -1.
func subjectEnd(words, mark string) int {
	for from, n := 0, 0; n < 4; n++ {
		i := strings.Index(words[from:], mark)
		if i < 0 {
			return -1
		}
		i += from
		before := words[:i]
		if k := strings.LastIndexAny(before, "、。"); k >= 0 {
			before = before[k+len("、"):]
		}
		if nameLike(before) || strings.HasSuffix(before, ")") || strings.HasSuffix(before, "」") {
			return i
		}
		from = i + len(mark)
	}
	return -1
}

// nameLike tells whether words can be a name: they end with no particle and no
// predicate, and with no word for what happened or for a sort of person.
func nameLike(words string) bool {
	last, _ := utf8.DecodeLastRuneInString(words)
	if strings.ContainsRune("のはがをにでともやへたるてっ、。", last) && utf8.RuneCountInString(words) > 3 || strings.ContainsRune("のがを", last) {
		return false
	}
	for _, w := range notNames {
		if strings.HasSuffix(words, w) {
			return false
		}
	}
	return true
}

// notNames end what is no organization's name.
var notNames = []string{"発生", "障害", "故障", "トラブル", "脆弱性", "不具合", "停電", "断水", "長さ", "けが人", "事故", "影響", "運営側", "看護師", "新幹線", "乗客",
	"住民", "児童", "生徒", "患者", "医師", "教諭", "利用者", "会員", "顧客", "件数", "時間", "見通し", "復旧", "書類", "名簿", "攻撃", "感染", "流出", "紛失", "盗難",
	"携帯電話サービス", "サービス", "アプリ", "運営会社", "会社側", "大学側", "市側", "このため", "現在", "当時", "原因", "対象", "社長", "市長", "院長", "学長", "校長", "担当者", "職員", "社員"}

var genericNames = map[string]bool{"大学": true, "病院": true, "学校": true, "会社": true, "市": true, "県": true, "町": true, "村": true, "区": true,
	"原因": true, "対象": true, "影響": true, "断水": true, "停電": true, "障害": true, "警察": true, "職員": true, "社員": true, "情報": true, "書類": true,
	"教諭": true, "利用者": true, "これ": true, "このうち": true, "いずれも": true, "システム": true, "サービス": true, "個人情報": true, "各社": true,
	"市上下水道局": true, "市水道局": true, "県水道局": true, "市水道部": true, "市教育委員会": true, "県教育委員会": true, "強風": true, "大雨": true, "大雪": true, "県警": true, "運営会社": true, "県教委": true, "市教委": true, "全国": true, "担当者": true, "関係者": true, "法人": true, "組合": true, "銀行": true, "病院側": true,
	"誤り": true, "現時点": true, "期間": true, "内訳": true, "記": true, "以上": true, "不正アクセス": true, "データ": true, "個人": true}

// generic tells whether name points to somebody named elsewhere (同社, 当行) or
// names nobody.
func generic(name string) bool {
	name = strings.TrimSpace(name)
	if name == "" || genericNames[name] {
		return true
	}
	for _, w := range []string{"同", "当", "本", "弊", "両", "各", "この", "その", "今回", "委託", "外部", "第", "約", "令和", "平成"} {
		if strings.HasPrefix(name, w) && !strings.HasPrefix(name, "同志社") && !strings.HasPrefix(name, "本田") && !strings.HasPrefix(name, "外務") {
			return true
		}
	}
	digits := 0
	for _, c := range name {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits > 0
}

func squeeze(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\t", "") }
