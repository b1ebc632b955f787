package classify

import (
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
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
