package notice_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"owabi/pkg/notice"
	"owabi/pkg/notice/schematest"
)

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func classified() notice.Classified {
	n := example()
	return notice.Classified{
		Classification: notice.Classification{
			NoticeID: n.ID, Source: n.Source, IsIncident: true,
			Category: notice.Misdelivery, Also: []notice.Category{}, Effects: []notice.Effect{notice.Confidentiality},
			Sector: notice.RetailWholesale, Severity: notice.SeverityMinor, Confidence: 0.9,
			Impact: notice.Impact{
				People:    &notice.Quantity{Value: 12, Bound: notice.BoundExact, Unit: "名", Text: "12名", Start: 14, End: 17},
				DataTypes: []notice.DataType{notice.DataName},
			},
			Evidence: []notice.Evidence{}, Warnings: []notice.Warning{},
			Classifier: notice.ClassifiedBy{Version: "1", RulesSHA256: strings.Repeat("0", 64)},
		},
		Notice: &n,
	}
}

func TestMessagesFitTheirSchemas(t *testing.T) {
	schematest.Check(t, notice.TypeRaw, marshal(t, example()))
	schematest.Check(t, notice.TypeClassified, marshal(t, classified()))
	schematest.Check(t, notice.TypeClassified, marshal(t, classified().Classification))
	schematest.Check(t, notice.TypeRejected,
		marshal(t, notice.NewRejection(notice.StageIngest, "a.jsonl", 3, []byte("{"), errors.New("a.jsonl:3: not JSON"))))
}

func TestSchemaRefusesWhatIsNotDocumented(t *testing.T) {
	for name, change := range map[string]func(c *notice.Classified){
		"category":   func(c *notice.Classified) { c.Category = "bad" },
		"null list":  func(c *notice.Classified) { c.Also = nil },
		"confidence": func(c *notice.Classified) { c.Confidence = 2 },
		"no words":   func(c *notice.Classified) { c.Impact.People.Text = "" },
		"bad date":   func(c *notice.Classified) { day := "June"; c.Timeline.Occurred = &day },
	} {
		c := classified()
		change(&c)
		if schematest.Validate(notice.TypeClassified, marshal(t, c)) == nil {
			t.Errorf("%s: the schema let it pass", name)
		}
	}
}

// The schemas are files that others read, so the codes stand there a second
// time; this keeps the two alike.
func TestSchemaKnowsEveryCode(t *testing.T) {
	for _, info := range notice.Categories() {
		c := classified()
		c.Category = info.Code
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, info := range notice.Sectors() {
		c := classified()
		c.Sector = info.Code
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, info := range notice.DataTypes() {
		c := classified()
		c.Impact.DataTypes = []notice.DataType{info.Code}
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	c := classified()
	c.Effects = []notice.Effect{notice.Confidentiality, notice.Integrity, notice.Availability}
	schematest.Check(t, notice.TypeClassified, marshal(t, c))
	for _, kind := range []notice.OrganizationKind{notice.KindCompany, notice.KindMinistry, notice.KindPrefecture, notice.KindMunicipality,
		notice.KindPublicBody, notice.KindSchool, notice.KindHospital, notice.KindAssociation, notice.KindOther} {
		c.Organization.Kind = &kind
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, stage := range []notice.ReportStage{notice.StageFirst, notice.StageUpdate, notice.StageFinal, notice.StageRestored} {
		c.Stage = &stage
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, exposure := range []notice.Exposure{notice.ExposureConfirmed, notice.ExposureSuspected, notice.ExposureDenied} {
		c.Impact.Exposure = &exposure
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, damage := range []notice.SecondaryDamage{notice.SecondaryNoneFound, notice.SecondaryFound} {
		c.Impact.SecondaryDamage = &damage
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, bound := range []notice.Bound{notice.BoundExact, notice.BoundApprox, notice.BoundAtMost, notice.BoundAtLeast} {
		c.Impact.People.Bound = bound
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, severity := range []notice.Severity{notice.SeverityInfo, notice.SeverityMinor, notice.SeverityModerate, notice.SeverityMajor, notice.SeverityCritical} {
		c.Severity = severity
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
	for _, warning := range []notice.Warning{notice.WarnTitleBodyMismatch, notice.WarnInvalidUTF8, notice.WarnNotJapanese, notice.WarnImpossibleDate, notice.WarnSumMismatch} {
		c.Warnings = []notice.Warning{warning}
		schematest.Check(t, notice.TypeClassified, marshal(t, c))
	}
}

func TestSplitTitle(t *testing.T) {
	for _, tc := range []struct{ title, text, body string }{
		{"お知らせ １", "お知らせ 1\n本文", "本文"},
		{"お知らせ", "\n\nお知らせ\n\n本文", "\n本文"},
		{"お知らせ", "別の行\nお知らせ", "別の行\nお知らせ"},
		{"", "\n本文", "\n本文"},
		{"お知らせ", "お知らせ", ""},
	} {
		if _, body := notice.SplitTitle(tc.title, tc.text); body != tc.body {
			t.Errorf("SplitTitle(%q, %q): body %q, want %q", tc.title, tc.text, body, tc.body)
		}
	}
}
