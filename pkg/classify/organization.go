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
			rest = strings.Trim(rest, "()[]更新掲載公開発表日作成:付")
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
		return
	}
	for _, d := range r.v.Dates {
		if d.Year == 0 || d.Precision() != japanese.PrecisionDay {
			continue
		}
		i := r.sentenceAt(d.Range.Start)
		if i < 0 || !r.has(i, groupReported) {
			continue
		}
		after := strings.TrimLeft(r.words(japanese.Range{Start: d.Range.End, End: r.doc.Sentences[i].Range.End}), "()月火水木金土日曜 ")
		if strings.HasPrefix(after, "、") || strings.HasPrefix(after, "に") || strings.HasPrefix(after, "までに") {
			if utf8.RuneCountInString(r.words(japanese.Range{Start: r.doc.Sentences[i].Range.Start, End: d.Range.Start})) <= 30 {
				set(d)
				return
			}
		}
	}
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
	r.organization = name
	key := japanese.FoldName(name)
	r.out.Organization.Name = &name
	if key != "" {
		r.out.Organization.Key = &key
	}
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

// findPublisher reads the publisher out of the text.
func (r *reading) findPublisher() (string, japanese.Range) {
	return "", japanese.Range{}
}
