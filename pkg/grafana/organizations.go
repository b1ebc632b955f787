package grafana

import (
	"fmt"

	"owabi/pkg/notice"
)

// newestDay is the day of the newest incident that is not of the future, which the
// spans of months end with, so that a warehouse of old notices has its answer too.
const newestDay = "(SELECT max(published) FROM incidents WHERE {filters} AND NOT follow_up AND published <= toDate32(now('" + zone + "')))"

// inMonths counts the incidents of so many months up to the newest day.
func inMonths(months int) string {
	return fmt.Sprintf("countIf(published > addMonths(%[1]s, -%[2]d) AND published <= %[1]s)", newestDay, months)
}

func organizations() Dashboard {
	return Dashboard{
		UID:   "organizations",
		Title: notice.Label{JA: "組織", EN: "Organizations"},
		Description: notice.Label{
			JA: "選んだ組織の経過、繰り返す組織、委託先とその影響を受けた組織。",
			EN: "The history of the organizations chosen, who had to apologize again, contractors and whom they hit.",
		},
		Variables: filters(),
		Years:     5,
		Panels: flow(
			Panel{
				ID: 1, Kind: Stacked, Unit: Incidents, Grid: Grid{W: 24, H: 8},
				Title: notice.Label{JA: "選んだ組織の事案（月ごと）", EN: "Incidents of the organizations chosen, by month"},
				Description: notice.Label{
					JA: "上で組織を選ぶと、その組織だけを数えます。続報は除きます。",
					EN: "Choose an organization above to count it alone. Later reports are left out.",
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
				ID: 2, Kind: Table, Unit: Notices, Grid: Grid{W: 24, H: 12},
				Title: notice.Label{JA: "経過", EN: "History"},
				Description: notice.Label{
					JA: "選んだ組織の公表文を新しい順に200件まで。続報も含みます。空欄は公表文に書かれていないことを示します。",
					EN: "Up to 200 notices of the organizations chosen, the latest first, later reports too. An empty cell: the notice does not say.",
				},
				SQL: top{from: "incidents", where: "{filters}", order: "moment DESC", limit: 200}.show(
					"published, title, organization, category_{lang} AS category_label, " + labelSQL("stage", "stage") + " AS stage_label, occurred_date, people, outage_minutes, contractor, notice_id"),
				Columns: []Column{
					published(),
					headline(320),
					organization(),
					category(),
					{Name: "stage_label", Label: notice.Label{JA: "段階", EN: "stage"}, Unit: Words, Width: 90},
					{Name: "occurred_date", Label: notice.Label{JA: "発生日", EN: "occurred"}, Unit: Day, Width: 110},
					persons("people"),
					outageMinutes(),
					{Name: "contractor", Label: notice.Label{JA: "委託先", EN: "contractor"}, Unit: Words},
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
			Panel{
				ID: 3, Kind: Table, Unit: Incidents, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "繰り返す組織", EN: "Organizations that had to apologize again"},
				Description: notice.Label{
					JA: "期間と絞り込みに合う事案が2件以上ある組織。12か月・36か月は、そのうち最も新しい事案（先の日付のものを除く）の公表日からさかのぼった期間。続報は除きます。",
					EN: "Organizations with two incidents or more that fit the time range and the filters; of these, in the 12 and 36 months up to the newest of all that is not dated in the future. Later reports are left out.",
				},
				SQL: counted{
					by: "organization_hash",
					figures: []string{
						"count() AS incidents",
						inMonths(12) + " AS in_12_months",
						inMonths(36) + " AS in_36_months",
						"max(published) AS last",
					},
					where:  "{filters} AND NOT follow_up AND organization_hash > 1",
					having: "count() >= 2",
					order:  "in_12_months DESC, incidents DESC, organization_hash",
					limit:  50,
					most:   inMonths(12),
				}.named("organization AS name, incidents, in_12_months, in_36_months, last, organization_key AS code"),
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "組織", EN: "organization"}, Unit: Words},
					incidentCount(),
					{Name: "in_12_months", Label: notice.Label{JA: "12か月", EN: "in 12 months"}, Unit: Incidents},
					{Name: "in_36_months", Label: notice.Label{JA: "36か月", EN: "in 36 months"}, Unit: Incidents},
					lastPublished(),
					rowCode(),
				},
				Links: []Link{toOrganizations()},
			},
			Panel{
				ID: 4, Kind: Table, Unit: Organizations, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "委託先と影響を受けた組織", EN: "Contractors and whom they hit"},
				Description: notice.Label{
					JA: "公表文に名前のある委託先ごとに、公表した組織の数と人数の合計。名前を書かない公表文は入りません。続報も数えます。",
					EN: "By contractor named in a notice: how many organizations published, and the persons they told. Notices that name none are left out; later reports count.",
				},
				SQL: `SELECT contractor AS name, uniqExactIf(organization_hash, organization_hash > 1) AS organizations, count() AS notices, sum(people) AS persons, countIf(people IS NULL) / count() AS unknown_share, max(published) AS last
FROM incidents
WHERE {filters} AND contractor IS NOT NULL
GROUP BY contractor
ORDER BY organizations DESC, notices DESC, name
LIMIT 50`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "委託先", EN: "contractor"}, Unit: Words},
					{Name: "organizations", Label: notice.Label{JA: "組織", EN: "organizations"}, Unit: Organizations},
					noticeCount(),
					persons("persons"),
					personUnknown(),
					lastPublished(),
				},
				Links: []Link{toNotices(Assignment{"contractor", "name"})},
			},
			Panel{
				ID: 5, Kind: Bars, Unit: Share, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "委託先が関わる割合（業種別）", EN: "Share with a contractor, by sector"},
				Description: notice.Label{
					JA: "業種ごとに、委託先が関わった事案の割合。続報は除きます。",
					EN: "By sector, the share of incidents in which a contractor had a part. Later reports are left out.",
				},
				SQL: `SELECT ` + labelSQL("sector", "sector") + ` AS label, countIf(contractor_involved) / count() AS share, sector AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY sector
ORDER BY share DESC, code`,
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "業種", EN: "sector"}, Unit: Words},
					{Name: "share", Label: notice.Label{JA: "委託先が関わる割合", EN: "share with a contractor"}, Unit: Share},
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"sector", "code"})},
			},
			Panel{
				ID: 6, Kind: Table, Unit: Incidents, Grid: Grid{W: 12, H: 6},
				Title: notice.Label{JA: "公的機関と民間", EN: "Public bodies and private organizations"},
				Description: notice.Label{
					JA: "公的機関と民間の事案の数、人数、人数不明の割合。続報は除きます。",
					EN: "Incidents, persons and the unknown share of public bodies and private organizations. Later reports are left out.",
				},
				SQL: `SELECT ` + labelSQL("ifNull(ownership, 'unknown')", "ownership") + ` AS name,
    count() AS incidents, sum(people) AS persons, ` + median("people") + ` AS median, countIf(people IS NULL) / count() AS unknown_share, ifNull(ownership, 'unknown') AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY ownership
ORDER BY incidents DESC, code`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "官民", EN: "public or private"}, Unit: Words},
					incidentCount(),
					persons("persons"),
					personMedian(),
					personUnknown(),
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"ownership", "code"})},
			},
			Panel{
				ID: 7, Kind: Table, Unit: Incidents, Grid: Grid{W: 12, H: 6},
				Title: notice.Label{JA: "自治体の事務処理ミスと誤送付", EN: "Clerical errors and misdeliveries of local governments"},
				Description: notice.Label{
					JA: "地方公共団体ごとの事務処理ミス・誤送付の事案の数。公表の基準は自治体により違います。続報は除きます。",
					EN: "Clerical errors and misdeliveries by local government. When they publish differs between them. Later reports are left out.",
				},
				SQL: counted{
					by:      "organization_hash",
					figures: []string{"countIf(category = 'processing_error') AS clerical", "countIf(category = 'misdelivery') AS misdelivered"},
					where:   "{filters} AND NOT follow_up AND sector = 'government_local' AND category IN ('processing_error', 'misdelivery') AND organization_hash > 1",
					order:   "clerical + misdelivered DESC, organization_hash",
					limit:   50,
				}.named("organization AS name, prefecture AS area, clerical, misdelivered, organization_key AS code"),
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "自治体", EN: "local government"}, Unit: Words},
					{Name: "area", Label: notice.Label{JA: "都道府県", EN: "prefecture"}, Unit: Words},
					{Name: "clerical", Label: notice.Label{JA: "事務処理ミス", EN: "clerical errors"}, Unit: Incidents},
					{Name: "misdelivered", Label: notice.Label{JA: "誤送付・誤送信", EN: "misdeliveries"}, Unit: Incidents},
					rowCode(),
				},
				Links: []Link{toOrganizations()},
			},
		),
	}
}
