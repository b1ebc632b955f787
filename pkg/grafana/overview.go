package grafana

import "owabi/pkg/notice"

func overview() Dashboard {
	return Dashboard{
		UID:   "overview",
		Title: notice.Label{JA: "概要", EN: "Overview"},
		Description: notice.Label{
			JA: "いつ、何が、どの業種で、何人に。公表文に書かれたことだけを数えます。",
			EN: "When, what, in which sector, to how many: what published notices say, and nothing else.",
		},
		Variables: filters(),
		Years:     5,
		Panels: flow(
			Panel{
				ID: 1, Kind: Stat, Unit: Incidents, Grid: Grid{W: 12, H: 4},
				Title: notice.Label{JA: "事案と公表文", EN: "Incidents and notices"},
				Description: notice.Label{
					JA: "事案は、続報と最終報を除いた公表文の数で、事案の数に近い値です。公表文は事案を知らせるものすべて。公表日の分からない公表文は、全期間を選んだときだけ事案と公表文に入ります。",
					EN: "Incidents: notices without later reports (update, final), close to the number of incidents. Notices: all that report an incident. Notices without a day of publication are among them only over all time.",
				},
				SQL: `SELECT countIf(NOT follow_up) AS incidents, count() AS notices, uniqExactIf(organization_hash, organization_hash > 1) AS organizations,
    (SELECT count() FROM incidents WHERE {choices} AND published IS NULL) AS undated
FROM incidents
WHERE {filters}`,
				Columns: []Column{
					incidentCount(),
					noticeCount(),
					{Name: "organizations", Label: notice.Label{JA: "組織", EN: "organizations"}, Unit: Organizations},
					{Name: "undated", Label: notice.Label{JA: "公表日不明（件）", EN: "without a day"}, Unit: Notices},
				},
				Links: []Link{toNotices()},
			},
			Panel{
				ID: 2, Kind: Stat, Unit: Persons, Grid: Grid{W: 12, H: 4},
				Title: notice.Label{JA: "影響を受けた人", EN: "Persons affected"},
				Description: notice.Label{
					JA: "人数を書いた事案の人数の合計。「最大」「約」の付く数もそのまま足します。人数を書かない事案は合計に入らず、その割合を「不明」に示します。続報は除きます。",
					EN: "The sum over incidents that tell a number; numbers told as at most or about count as they are. Incidents that tell none are not in the sum: their share is beside it. Later reports are left out.",
				},
				SQL: `SELECT sum(people) AS persons, ` + median("people") + ` AS median, if(count() = 0, NULL, countIf(people IS NULL) / count()) AS unknown_share
FROM incidents
WHERE {filters} AND NOT follow_up`,
				Columns: []Column{
					personSum(),
					personMedian(),
					{Name: "unknown_share", Label: notice.Label{JA: "不明", EN: "unknown"}, Unit: Share},
				},
				Links: []Link{toNotices()},
			},
			Panel{
				ID: 3, Kind: Stacked, Unit: Incidents, Grid: Grid{W: 24, H: 10},
				Title: notice.Label{JA: "月ごとの事案（分類別）", EN: "Incidents by month and category"},
				Description: notice.Label{
					JA: "公表月ごとの事案の数を分類で積み上げたもの。続報と、公表日の分からない公表文は除きます。初めの月と終わりの月は途中かもしれません。",
					EN: "Incidents by month of publication, stacked by category. Later reports and notices without a day of publication are left out. The first and last month may be incomplete.",
				},
				SQL: `SELECT {month} AS time, category AS code, ` + labelSQL("code", "category") + ` AS series, count() AS value
FROM incidents
WHERE {filters} AND NOT follow_up AND month IS NOT NULL
GROUP BY time, code
ORDER BY time, code`,
				Columns: []Column{{Name: "time", Unit: Month}},
				Links:   []Link{toNotices(Assignment{"month", "time"}, Assignment{"category", "code"})},
			},
			Panel{
				ID: 4, Kind: Bars, Unit: Incidents, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "業種ごとの事案", EN: "Incidents by sector"},
				Description: notice.Label{
					JA: "公表した組織の業種ごとの事案の数。続報は除きます。業種の事業者の数では割っていません。",
					EN: "Incidents by the sector of the organization that published them. Later reports are left out. Not divided by how many organizations a sector has.",
				},
				SQL: `SELECT ` + labelSQL("sector", "sector") + ` AS label, count() AS incidents, sector AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY sector
ORDER BY incidents DESC, sector`,
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "業種", EN: "sector"}, Unit: Words},
					incidentCount(),
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"sector", "code"})},
			},
			Panel{
				ID: 5, Kind: Table, Unit: Incidents, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "分類ごとの人数", EN: "Persons by category"},
				Description: notice.Label{
					JA: "分類ごとの事案の数、人数の合計と中央値、人数を書かない事案の割合。続報は除きます。不明は0人ではありません。",
					EN: "By category: incidents, the sum and median of persons, and the share of incidents that tell no number. Later reports are left out. Unknown is not zero.",
				},
				SQL: `SELECT ` + labelSQL("category", "category") + ` AS category_label, count() AS incidents, sum(people) AS persons, ` + median("people") + ` AS median,
    countIf(people IS NULL) / count() AS unknown_share, category AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY category
ORDER BY persons DESC NULLS LAST, code`,
				Columns: []Column{
					category(),
					incidentCount(),
					personSum(),
					personMedian(),
					personUnknown(),
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"category", "code"})},
			},
			Panel{
				ID: 6, Kind: Lines, Unit: Persons, Grid: Grid{W: 24, H: 8},
				Title: notice.Label{JA: "月ごとの人数と不明の割合", EN: "Persons by month, and the unknown share"},
				Description: notice.Label{
					JA: "公表月ごとの人数の合計（左）と、人数を書かない事案の割合（右）。続報は除きます。1件の大きな事案が月を決めることがあります。",
					EN: "Persons affected by month of publication (left), and the share of incidents that tell no number (right). Later reports are left out. One large incident can make a month.",
				},
				SQL: `SELECT {month} AS time, sum(people) AS persons, countIf(people IS NULL) / count() AS unknown_share
FROM incidents
WHERE {filters} AND NOT follow_up AND month IS NOT NULL
GROUP BY time
ORDER BY time`,
				Columns: []Column{
					{Name: "time", Unit: Month},
					persons("persons"),
					personUnknown(),
				},
				Links: []Link{toNotices(Assignment{"month", "time"})},
			},
			Panel{
				ID: 7, Kind: Table, Unit: Incidents, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "事案の多い組織", EN: "Organizations with most incidents"},
				Description: notice.Label{
					JA: "事案の多い順に20の組織。名前は法人格を除いた形でまとめます。続報は除きます。名前の分からない公表文は入りません。多く公表する組織が多く現れます。",
					EN: "The twenty organizations with most incidents; names are joined without their legal form. Later reports, and notices whose organization is unknown, are left out. Who publishes more is seen more.",
				},
				SQL: counted{
					by:      "organization_hash",
					figures: []string{"count() AS incidents", "sum(people) AS persons", "countIf(people IS NULL) / count() AS unknown_share", "max(published) AS last"},
					where:   "{filters} AND NOT follow_up AND organization_hash > 1",
					order:   "incidents DESC, persons DESC NULLS LAST, organization_hash",
					limit:   20,
					most:    "count()",
				}.named("organization AS name, sector_{lang} AS sector_label, incidents, persons, unknown_share, last, organization_key AS code"),
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "組織", EN: "organization"}, Unit: Words},
					{Name: "sector_label", Label: notice.Label{JA: "業種", EN: "sector"}, Unit: Words},
					incidentCount(),
					persons("persons"),
					personUnknown(),
					lastPublished(),
					rowCode(),
				},
				Links: []Link{toOrganizations()},
			},
			newestNotices(8, notice.Label{JA: "新しい公表文", EN: "What is new"}),
		),
	}
}

// newestNotices lists the latest notices; a row leads to the notice.
func newestNotices(id int, title notice.Label) Panel {
	return Panel{
		ID: id, Kind: Table, Unit: Notices, Grid: Grid{W: 12, H: 12},
		Title: title,
		Description: notice.Label{
			JA: "公表日の新しい順に、事案を知らせる公表文20件。続報も含みます。空欄は公表文に書かれていないことを示します。",
			EN: "The twenty latest notices that report an incident, later reports too. An empty cell: the notice does not say.",
		},
		SQL: top{from: "incidents", where: "{filters}", order: "moment DESC", limit: 20}.show(
			"published, title, organization, category_{lang} AS category_label, people, notice_id"),
		Columns: []Column{
			published(),
			headline(200),
			organization(),
			category(),
			persons("people"),
			rowNotice(),
		},
		Links: []Link{toNotice()},
	}
}

// toNotices leads to the notices behind a figure.
func toNotices(set ...Assignment) Link {
	return Link{Title: notice.Label{JA: "公表文の一覧", EN: "The notices"}, To: "notices", Set: set}
}

// toNotice leads to one notice with its evidence.
func toNotice() Link {
	return Link{Title: notice.Label{JA: "公表文と根拠", EN: "The notice and its evidence"}, To: "notice", Set: []Assignment{{"notice_id", "notice_id"}}}
}

// toOrganizations leads to the history of the organization whose key is in the column code.
func toOrganizations() Link {
	return Link{Title: notice.Label{JA: "この組織の経過", EN: "This organization's history"}, To: "organizations", Set: []Assignment{{"organization", "code"}}}
}
