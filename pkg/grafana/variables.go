package grafana

import (
	"strings"

	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// filters are the variables that every dashboard of incidents has. Their conditions
// are IN, which looks codes up once for all rows; has does it for every row, in four
// times the time.
func filters() []Variable {
	return []Variable{
		{
			Name: "category", Label: notice.Label{JA: "分類", EN: "Category"}, Kind: Choices,
			Options:   labelled("category"),
			Condition: "category IN {values}",
		},
		{
			Name: "sector", Label: notice.Label{JA: "業種", EN: "Sector"}, Kind: Choices,
			Options:   labelled("sector"),
			Condition: "sector IN {values}",
		},
		{
			Name: "organization", Label: notice.Label{JA: "組織", EN: "Organization"}, Kind: Lookup,
			SQL: counted{
				by:      "organization_hash",
				figures: []string{"count() AS told"},
				where:   "{filters} AND organization_hash > 1",
				order:   "told DESC, organization_hash",
				limit:   1000,
				most:    "count()",
			}.named("organization_key AS value, organization AS label"),
			Condition: "organization_key IN {values}",
		},
		{
			Name: "severity", Label: notice.Label{JA: "重大度", EN: "Severity"}, Kind: Choices,
			Options:   labelled("severity"),
			Condition: "severity IN {values}",
		},
		{
			Name: "ownership", Label: notice.Label{JA: "官民", EN: "Public or private"}, Kind: Choices,
			Options:   labelled("ownership"),
			Condition: "ifNull(ownership, 'unknown') IN {values}",
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

// labelSQL is SQL that turns the code in a column, of a kind of labels, into its label;
// a code without one stays.
func labelSQL(column, kind string) string { return optionSQL(column, labelled(kind)) }

// optionSQL is labelSQL by a list of labels.
func optionSQL(column string, all []Option) string {
	return "transform(" + column + ", [" + quoted(codes(all)) + "], if('{lang}' = 'ja', [" + quoted(labels(all, Japanese)) + "], [" + quoted(labels(all, English)) + "]), toString(" + column + "))"
}

// labelsSQL is labelSQL for a column of several codes.
func labelsSQL(column, kind string) string {
	return "arrayStringConcat(arrayMap(code -> " + labelSQL("code", kind) + ", " + column + "), ', ')"
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
