package notice_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"owabi/pkg/notice"
)

func example() notice.Notice {
	n := notice.Notice{
		Source: "digest", Publisher: "株式会社みなと商会", Title: "個人情報の誤送信について",
		Published: "2024-02-03", Body: "お客様12名の氏名を誤って送信しました。",
		FetchedAt: time.Date(2024, 2, 4, 0, 0, 0, 0, time.UTC),
	}
	n.ID = n.ComputeID()
	return n
}

func TestIDIsOfTheContentOnly(t *testing.T) {
	base := example()
	same := base
	same.Source, same.URL, same.CallerID, same.FetchedAt = "jsonl", "https://example.com/1", "x", time.Now()
	same.Publisher = " ㈱みなと商会"
	if base.ComputeID() == same.ComputeID() {
		t.Error("㈱ is (株) in NFKC, not 株式会社: the ids must differ")
	}
	same.Publisher = "株式会社みなと商会"
	same.Body = "お客様１２名の氏名を\n  誤って送信しました。"
	same.Body = strings.ReplaceAll(same.Body, "\n  ", "") // white space within words is content
	if base.ComputeID() != same.ComputeID() {
		t.Error("full-width digits and another source changed the id")
	}
	for name, change := range map[string]func(*notice.Notice){
		"publisher": func(n *notice.Notice) { n.Publisher += "X" },
		"title":     func(n *notice.Notice) { n.Title += "X" },
		"published": func(n *notice.Notice) { n.Published = "2024-02-04" },
		"body":      func(n *notice.Notice) { n.Body += "X" },
		"boundary":  func(n *notice.Notice) { n.Publisher, n.Title = n.Publisher+n.Title, "" },
	} {
		n := base
		change(&n)
		if n.ComputeID() == base.ComputeID() {
			t.Errorf("%s: the id did not change", name)
		}
	}
	if len(base.ID) != 32 {
		t.Errorf("id %q is not 16 bytes in hex", base.ID)
	}
}

func TestValidate(t *testing.T) {
	if err := example().Validate(); err != nil {
		t.Fatalf("a good notice: %v", err)
	}
	for name, tc := range map[string]struct {
		change func(*notice.Notice)
		want   error
	}{
		"no text":        {func(n *notice.Notice) { n.Title, n.Body = "", " \n　" }, notice.ErrNoText},
		"foreign id":     {func(n *notice.Notice) { n.ID = "00" }, notice.ErrInvalid},
		"source":         {func(n *notice.Notice) { n.Source = "a.b" }, notice.ErrInvalid},
		"published":      {func(n *notice.Notice) { n.Published = "2024-02-30"; n.ID = n.ComputeID() }, notice.ErrInvalid},
		"before 1900":    {func(n *notice.Notice) { n.Published = "0001-01-01"; n.ID = n.ComputeID() }, notice.ErrInvalid},
		"after 2261":     {func(n *notice.Notice) { n.Published = "2262-01-01"; n.ID = n.ComputeID() }, notice.ErrInvalid},
		"not UTF-8 body": {func(n *notice.Notice) { n.Body = "\xff"; n.ID = n.ComputeID() }, notice.ErrInvalid},
	} {
		n := example()
		tc.change(&n)
		if err := n.Validate(); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
}

func TestRejectionIsBounded(t *testing.T) {
	r := notice.NewRejection(notice.StageIngest, "f.jsonl", 7, make([]byte, notice.MaxRejectedBytes+1), errors.New("no"))
	if len(r.Raw) != notice.MaxRejectedBytes || !r.Truncated || r.Line != 7 || r.Reason != "no" {
		t.Errorf("got %d bytes, truncated %v, line %d, reason %q", len(r.Raw), r.Truncated, r.Line, r.Reason)
	}
}

func TestTaxonomyIsWhole(t *testing.T) {
	if n := len(notice.Categories()); n != 17 {
		t.Errorf("%d categories, want 17", n)
	}
	if n := len(notice.Sectors()); n != 20 {
		t.Errorf("%d sectors, want 20", n)
	}
	if n := len(notice.DataTypes()); n != 26 {
		t.Errorf("%d kinds of data, want 26", n)
	}
	seen := map[string]bool{}
	check := func(kind, code string, label notice.Label) {
		if label.JA == "" || label.EN == "" {
			t.Errorf("%s %s has no label in one language", kind, code)
		}
		if !notice.IsToken(code) {
			t.Errorf("%s %s cannot stand in a subject", kind, code)
		}
		if seen[kind+code] {
			t.Errorf("%s %s stands twice", kind, code)
		}
		seen[kind+code] = true
	}
	for _, c := range notice.Categories() {
		check("category", string(c.Code), c.Label)
	}
	for _, s := range notice.Sectors() {
		check("sector", string(s.Code), s.Label)
		if len(s.JSIC) == 0 {
			t.Errorf("sector %s has no JSIC division", s.Code)
		}
	}
	for _, d := range notice.DataTypes() {
		check("data type", string(d.Code), d.Label)
	}
	if notice.Category("nonsense").Valid() || !notice.Malware.Valid() {
		t.Error("Valid does not tell known codes from unknown ones")
	}
}
