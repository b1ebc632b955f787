package grafana

import (
	"strings"

	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// filters are the variables that every dashboard of incidents has.
func filters() []Variable {
	return []Variable{
		{
			Name: "category", Label: notice.Label{JA: "分類", EN: "Category"}, Kind: Choices,
			Options:   labelled("category"),
			Condition: "has({values}, category)",
		},
		{
			Name: "sector", Label: notice.Label{JA: "業種", EN: "Sector"}, Kind: Choices,
			Options:   labelled("sector"),
			Condition: "has({values}, sector)",
		},
		{
			Name: "organization", Label: notice.Label{JA: "組織", EN: "Organization"}, Kind: Lookup,
			SQL: counted{
				by:      "organization_hash",
				figures: []string{"count() AS told"},
				where:   "{filters} AND organization_hash > 1",
				order:   "told DESC, organization_hash",
				limit:   1000,
			}.named("organization_key AS value, organization AS label"),
			Condition: "has({values}, organization_key)",
		},
		{
			Name: "severity", Label: notice.Label{JA: "重大度", EN: "Severity"}, Kind: Choices,
			Options:   labelled("severity"),
			Condition: "has({values}, severity)",
		},
		{
			Name: "ownership", Label: notice.Label{JA: "官民", EN: "Public or private"}, Kind: Choices,
			Options:   labelled("ownership"),
			Condition: "has({values}, ifNull(ownership, 'unknown'))",
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

// labelled are the codes of a field with their labels, in the order they are shown.
func labelled(kind string) []Option {
	var all []Option
	for _, l := range warehouse.Labels() {
		if l.Kind == kind {
			all = append(all, Option{l.Code, l.Label})
		}
	}
	return all
}

// labelSQL is SQL that turns the code in a column into its label; a code without
// one stays.
func labelSQL(column string, all []Option) string {
	return "transform(" + column + ", [" + quoted(codes(all)) + "], if('{lang}' = 'ja', [" + quoted(labels(all, Japanese)) + "], [" + quoted(labels(all, English)) + "]), toString(" + column + "))"
}

func codes(all []Option) []string {
	var list []string
	for _, o := range all {
		list = append(list, o.Value)
	}
	return list
}

func labels(all []Option, lang Language) []string {
	var list []string
	for _, o := range all {
		list = append(list, lang.Of(o.Label))
	}
	return list
}

// quoted writes words of ours, which hold no quotes, as a list of SQL strings.
func quoted(words []string) string { return "'" + strings.Join(words, "', '") + "'" }
