package classify

import (
	"testing"

	"owabi/pkg/notice"
)

func TestKnownNames(t *testing.T) {
	known := names{}
	for name, k := range map[string]knownName{
		"みなと": {sector: notice.Manufacturing}, "みなと銀行": {sector: notice.FinanceInsurance},
		"ミナトーレ": {sector: notice.RetailWholesale}, "港": {sector: notice.Media, whole: true},
		"mnt": {sector: notice.Telecom}, "湊電": {sector: notice.Utilities},
	} {
		known[foldKnown(name)] = k
	}
	for name, want := range map[string]struct {
		sector notice.Sector
		exact  bool
	}{
		"株式会社みなと":     {notice.Manufacturing, true},
		"みなと工業":       {notice.Manufacturing, false},
		"みなと銀行":       {notice.FinanceInsurance, true}, // the longest name
		"みなと銀行 霧沢支店":  {notice.FinanceInsurance, true}, // its own branch
		"ミナトーレ・ジャパン":  {notice.RetailWholesale, true},
		"ミナトーレサービス":   {notice.RetailWholesale, false},
		"ＭＮＴホールディングス": {notice.Telecom, true},
		"MNT西":        {notice.Telecom, false},
		"MNTX":        {}, // amid letters
		"みなとり":        {}, // amid hiragana
		"湊電気":         {}, // two kanji begin many names
		"港":           {notice.Media, true},
		"港ホールディングス":   {notice.Media, true},
		"港北":          {}, // whole or nothing
		"霧沢みなと":       {},
		"ミナトーレンタカー株式会社": {},
		"": {},
	} {
		k, exact, _ := known.find(name)
		if k.sector != want.sector || exact != want.exact {
			t.Errorf("%s: %q, exact %v; want %q, %v", name, k.sector, exact, want.sector, want.exact)
		}
	}
}
