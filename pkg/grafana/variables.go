package grafana

import "owabi/pkg/notice"

// filters are the variables that every dashboard of incidents has.
func filters() []Variable {
	return []Variable{
		{
			Name: "category", Label: notice.Label{JA: "分類", EN: "Category"}, Kind: Choices,
			Options:   options(notice.Categories(), func(c notice.CategoryInfo) (string, notice.Label) { return string(c.Code), c.Label }),
			Condition: "has({values}, category)",
		},
		{
			Name: "sector", Label: notice.Label{JA: "業種", EN: "Sector"}, Kind: Choices,
			Options:   options(notice.Sectors(), func(s notice.SectorInfo) (string, notice.Label) { return string(s.Code), s.Label }),
			Condition: "has({values}, sector)",
		},
		{
			Name: "organization", Label: notice.Label{JA: "組織", EN: "Organization"}, Kind: Lookup,
			SQL: `SELECT organization_key AS value, argMax(organization, (published, notice_id)) AS label
FROM incidents
WHERE {filters} AND organization_key IS NOT NULL
GROUP BY organization_key
ORDER BY count() DESC, value
LIMIT 1000`,
			Condition: "has({values}, organization_key)",
		},
		{
			Name: "severity", Label: notice.Label{JA: "重大度", EN: "Severity"}, Kind: Choices,
			Options: []Option{
				{string(notice.SeverityCritical), notice.Label{JA: "極めて重大", EN: "critical"}},
				{string(notice.SeverityMajor), notice.Label{JA: "重大", EN: "major"}},
				{string(notice.SeverityModerate), notice.Label{JA: "中程度", EN: "moderate"}},
				{string(notice.SeverityMinor), notice.Label{JA: "軽微", EN: "minor"}},
				{string(notice.SeverityInfo), notice.Label{JA: "情報", EN: "info"}},
			},
			Condition: "has({values}, severity)",
		},
		{
			Name: "ownership", Label: notice.Label{JA: "官民", EN: "Public or private"}, Kind: Choices,
			Options: []Option{
				{"public", notice.Label{JA: "公的機関", EN: "public"}},
				{"private", notice.Label{JA: "民間", EN: "private"}},
			},
			Condition: "has({values}, ownership)",
		},
		{
			Name: "synthetic", Label: notice.Label{JA: "合成した公表文", EN: "Synthetic notices"}, Kind: Choice,
			Options: []Option{
				{"include", notice.Label{JA: "含む", EN: "included"}},
				{"leave_out", notice.Label{JA: "除く", EN: "left out"}},
			},
			Default:   "include",
			Condition: "({value} = 'include' OR NOT synthetic)",
		},
	}
}

func options[T any](infos []T, of func(T) (string, notice.Label)) []Option {
	var all []Option
	for _, info := range infos {
		code, label := of(info)
		all = append(all, Option{code, label})
	}
	return all
}
