package notice

import (
	"fmt"
	"math"
)

// Classification is what was read out of a notice. A nil pointer, a null or an
// empty list is unknown; no value is ever a guess, and every value read from the
// text has its words in Evidence. README.md says which values rest on the source,
// on words that are absent, or on other fields.
type Classification struct {
	NoticeID string `json:"notice_id"`
	// ID is the caller's own id when the input had one, else empty.
	ID        string  `json:"id,omitempty"`
	Source    string  `json:"source"`
	URL       *string `json:"url"`
	Title     *string `json:"title"`
	Published *string `json:"published"` // YYYY-MM-DD

	// IsIncident is false for a page that looks like a notice and reports no
	// incident: a maintenance schedule, product news, a policy page.
	IsIncident bool       `json:"is_incident"`
	Category   Category   `json:"category"`
	Also       []Category `json:"also"`    // further categories that clearly apply
	Effects    []Effect   `json:"effects"` // what suffered
	Sector     Sector     `json:"sector"`  // the publisher's
	JSIC       *string    `json:"jsic"`    // major division A–T, when one is certain

	Organization Organization `json:"organization"`
	Contractor   Contractor   `json:"contractor"`
	Stage        *ReportStage `json:"stage"`
	Impact       Impact       `json:"impact"`
	Timeline     Timeline     `json:"timeline"`
	FoundBy      *FoundBy     `json:"found_by"`
	Medium       *Medium      `json:"medium"`
	Severity     Severity     `json:"severity"`
	Confidence   float64      `json:"confidence"` // 0..1, of the category
	Evidence     []Evidence   `json:"evidence"`
	Warnings     []Warning    `json:"warnings"`
	Classifier   ClassifiedBy `json:"classifier"`
}

// Classified is the message on notices.classified.>: the classification's fields
// and beside them the notice they were read from, so that a subscriber has the
// words and the loader needs no second stream.
type Classified struct {
	Classification
	Notice *Notice `json:"notice,omitempty"`
}

// Validate says whether the message can be loaded: it carries its notice, whose id fits
// its content, its codes are known, and its numbers and times can be stored.
func (c Classified) Validate() error {
	if c.Notice != nil {
		if err := c.Notice.Validate(); err != nil {
			return err
		}
	}
	return c.ValidateReading()
}

// ValidateReading is Validate for who knows that the notice by itself is valid.
func (c Classified) ValidateReading() error {
	if c.Notice == nil {
		return fmt.Errorf("%w: the message carries no notice", ErrInvalid)
	}
	switch {
	case c.NoticeID != c.Notice.ID:
		return fmt.Errorf("%w: notice_id %.80q is not its notice's, %s", ErrInvalid, c.NoticeID, c.Notice.ID)
	case !c.Category.Valid():
		return fmt.Errorf("%w: no category %.80q", ErrInvalid, c.Category)
	case !c.Sector.Valid():
		return fmt.Errorf("%w: no sector %.80q", ErrInvalid, c.Sector)
	case !c.Severity.Valid():
		return fmt.Errorf("%w: no severity %.80q", ErrInvalid, c.Severity)
	}
	if !Storable(c.Notice.FetchedAt) {
		return fmt.Errorf("%w: fetched_at %s is out of range", ErrInvalid, c.Notice.FetchedAt)
	}
	if q := c.Impact.People; q != nil && q.Value < 0 {
		return fmt.Errorf("%w: impact.people is %d", ErrInvalid, q.Value)
	}
	if q := c.Impact.Records; q != nil && q.Value < 0 {
		return fmt.Errorf("%w: impact.records is %d", ErrInvalid, q.Value)
	}
	if d := c.Impact.OutageMinutes; d != nil && d.Value < 0 {
		return fmt.Errorf("%w: impact.outage_minutes is %d", ErrInvalid, d.Value)
	}
	for i, e := range c.Evidence {
		if e.Start < 0 || e.End < e.Start || e.End > math.MaxUint32 { // what a place is stored in
			return fmt.Errorf("%w: evidence %d, of %.80q, is from %d to %d", ErrInvalid, i, e.Field, e.Start, e.End)
		}
	}
	return nil
}

// Organization is who published the notice.
type Organization struct {
	Name       *string           `json:"name"` // shortest full legal form, as written
	Key        *string           `json:"key"`  // folded, legal form stripped: one organization, one key
	Kind       *OrganizationKind `json:"kind"`
	Prefecture *string           `json:"prefecture"` // in Japanese, 東京都; where the name tells it
}

// Contractor says whether it happened at a contractor (委託先, 再委託先) or a
// service provider of the publisher's.
type Contractor struct {
	Involved bool    `json:"involved"`
	Name     *string `json:"name"`
}

// Impact is how much.
type Impact struct {
	// People is the largest number of persons, customers, accounts or
	// households that were or may have been affected.
	People *Quantity `json:"people"`
	// Records counts files, cases, items when counted in something other than people.
	Records         *Quantity        `json:"records"`
	OutageMinutes   *Duration        `json:"outage_minutes"`
	Exposure        *Exposure        `json:"exposure"`
	DataTypes       []DataType       `json:"data_types"`
	SecondaryDamage *SecondaryDamage `json:"secondary_damage"`
}

// Quantity is a counted number with its words.
type Quantity struct {
	Value int64  `json:"value"`
	Bound Bound  `json:"bound"`
	Unit  string `json:"unit"` // the counter as written: 人, 名, 件, ファイル
	Text  string `json:"text"`
	Start int    `json:"start"` // rune offsets into Notice.Text
	End   int    `json:"end"`
}

// Duration is a length of time in minutes with its words.
type Duration struct {
	Value int64  `json:"value"` // minutes
	Text  string `json:"text"`
	Start int    `json:"start"` // rune offsets into Notice.Text
	End   int    `json:"end"`
}

// Timeline holds ISO 8601 dates (2006-01-02), date-times with their zone
// (2006-01-02T15:04:05+09:00), or months (2006-01) where only the month is known.
type Timeline struct {
	Occurred *string `json:"occurred"`
	Ended    *string `json:"ended"`
	Detected *string `json:"detected"`
	Restored *string `json:"restored"`
}

// Evidence ties a field to the words it came from. Start and End are rune
// offsets into Notice.Text, and Text is exactly what stands between them.
type Evidence struct {
	Field string `json:"field"` // dotted, as in the JSON: category, impact.people
	Rule  string `json:"rule"`  // the name of the rule that decided
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// ClassifiedBy names what made a classification, so that rows of an older
// reading can be told apart and read again.
type ClassifiedBy struct {
	Version     string `json:"version"`
	RulesSHA256 string `json:"rules_sha256"`
}
