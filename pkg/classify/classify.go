package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"owabi/pkg/notice"
)

// Version is the version of the program's own rules of reading; the rule files
// have their checksum beside it.
const Version = "1"

// Options configures a Classifier. The zero value is the one to use.
type Options struct{}

// Classifier reads notices. It is safe for concurrent use, and it gives the
// same answer for the same notice every time.
type Classifier struct {
	rules   *rules
	model   *model
	version notice.ClassifiedBy
	scratch sync.Pool
}

// New compiles the embedded rule files. An error names every fault with its
// file, line and rule.
func New(Options) (*Classifier, error) {
	r, err := loadRules(embedded)
	if err != nil {
		return nil, err
	}
	m, err := decodeModel(embeddedModel)
	if err != nil {
		return nil, fmt.Errorf("the embedded model: %w", err)
	}
	sum := sha256.Sum256(append([]byte(r.sha256), embeddedModel...))
	c := newClassifier(r, m)
	c.version = notice.ClassifiedBy{Version: Version, RulesSHA256: hex.EncodeToString(sum[:])}
	return c, nil
}

func newClassifier(r *rules, m *model) *Classifier {
	c := &Classifier{rules: r, model: m}
	c.scratch.New = func() any { return new(scratch) }
	return c
}

// Version names the classifier and the rules it holds.
func (c *Classifier) Version() notice.ClassifiedBy { return c.version }

// Classify reads n. Every text is accepted; the work grows linearly with it.
func (c *Classifier) Classify(n notice.Notice) notice.Classification {
	out, _ := c.classify(n)
	return out
}

// classify gives with the classification the margin its confidence comes from.
func (c *Classifier) classify(n notice.Notice) (notice.Classification, float64) {
	out := unread(n, c.version)
	s := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	r := c.open(n, s, &out)
	if !out.IsIncident {
		return out, r.margin
	}
	r.readImpact()
	r.readStage()
	r.readDiscovery()
	out.Severity = c.rules.severityOf(&out)
	return out, r.margin
}

// readImpact reads what came of an incident, and when.
func (r *reading) readImpact() {
	r.readExposure()
	r.hearExposure()
	r.sufferedByExposure()
	r.readDataTypes()
	r.readSecondaryDamage()
	r.readCounts()
	r.readTimeline()
	r.readOutage()
	r.readContractor()
}

// unread is the classification of n before it is read.
func unread(n notice.Notice, by notice.ClassifiedBy) notice.Classification {
	out := notice.Classification{
		NoticeID: n.ID, ID: n.CallerID, Source: n.Source,
		URL: given(n.URL), Title: given(n.Title), Published: given(n.Published),
		Category: notice.Other, Also: []notice.Category{}, Effects: []notice.Effect{}, Sector: notice.OtherSector,
		Severity: notice.SeverityInfo, Evidence: []notice.Evidence{}, Warnings: []notice.Warning{}, Classifier: by,
	}
	out.Impact.DataTypes = []notice.DataType{}
	return out
}

// open reads n as far as what happened and to whom.
func (c *Classifier) open(n notice.Notice, s *scratch, out *notice.Classification) *reading {
	// A source that reads bytes replaces the bad ones by U+FFFD itself.
	if !utf8.ValidString(n.Title) || !utf8.ValidString(n.Body) || strings.ContainsRune(n.Title, utf8.RuneError) || strings.ContainsRune(n.Body, utf8.RuneError) {
		out.Warnings = append(out.Warnings, notice.WarnInvalidUTF8)
	}
	r := newReading(c.rules, n, s, out)
	r.model = c.model
	if len(r.doc.Sentences) == 0 {
		return r
	}
	if !japaneseEnough(r.text.Norm()) {
		out.Warnings = append(out.Warnings, notice.WarnNotJapanese)
		r.foreign = true
	}
	if len(r.v.Impossible) > 0 {
		out.Warnings = append(out.Warnings, notice.WarnImpossibleDate)
		r.evidence("warnings", string(notice.WarnImpossibleDate), r.v.Impossible[0])
	}
	if r.published != "" {
		out.Published = given(r.published)
		r.evidence("published", "publication", r.publishedSpan)
	}
	if out.Title == nil && r.title >= 0 {
		t := strings.TrimSpace(r.quote(r.text.Span(r.doc.Lines[r.doc.Sentences[r.title].Line].Range)))
		out.Title = given(t)
	}
	r.readOrganization()
	r.readSector(s)
	r.readCategory()
	return r
}

// given is a pointer to s, or nil when s is empty.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// japaneseEnough tells whether at least one in ten of the letters is Japanese.
// A long text is judged by its beginning.
func japaneseEnough(s string) bool {
	letters, own := 0, 0
	for i, r := range s {
		if i > 4000 {
			break
		}
		switch {
		case r >= 0x3041 && r <= 0x30FF, r >= 0x3400 && r <= 0x9FFF:
			letters++
			own++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0xC0 && r < 0x3000, r >= 0xAC00 && r < 0xD7B0:
			letters++
		}
	}
	return own*10 >= letters && own > 0
}
