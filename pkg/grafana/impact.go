package grafana

import (
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

func impact() Dashboard {
	return Dashboard{
		UID:   "impact",
		Title: notice.Label{JA: "影響", EN: "Impact"},
		Description: notice.Label{
			JA: "人数の規模、原因ごとの人数、情報の種類、要配慮個人情報とカード情報、想定損害、報告が必要な事態。",
			EN: "Sizes, persons by cause, kinds of data, sensitive and card data, assumed damage, reportable classes.",
		},
		Variables: filters(),
		Years:     5,
		Panels: flow(
			Panel{
				ID: 1, Kind: Bars, Unit: Incidents, Grid: Grid{W: 9, H: 10},
				Title: notice.Label{JA: "人数の規模", EN: "Incidents by size"},
				Description: notice.Label{
					JA: "影響を受けた人数の規模（東京商工リサーチの区分）ごとの事案の数。続報は除きます。「不明」は人数を書かない事案。",
					EN: "Incidents by persons affected, in the bands of Tokyo Shoko Research. Later reports are left out. Unknown: the notice tells no number.",
				},
				SQL: `SELECT ` + labelSQL("size_band", "size_band") + ` AS label, count() AS incidents, size_band AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY size_band
ORDER BY indexOf([` + quoted(codes(labelled("size_band"))) + `], code)`,
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "規模", EN: "size"}, Unit: Words},
					incidentCount(),
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"size_band", "code"})},
			},
			Panel{
				ID: 2, Kind: Table, Unit: Persons, Grid: Grid{W: 15, H: 10},
				Title: notice.Label{JA: "原因ごとの人数", EN: "Persons by cause"},
				Description: notice.Label{
					JA: "分類ごとの人数の合計、中央値、90パーセンタイル、最大、人数を書かない事案の割合。続報は除きます。",
					EN: "By category: sum, median, 90th percentile and maximum of persons, and the share of incidents that tell no number. Later reports are left out.",
				},
				SQL: `SELECT ` + labelSQL("category", "category") + ` AS name, count() AS incidents, sum(people) AS persons, ` + median("people") + ` AS median,
    ` + percentile90("people") + ` AS p90, max(people) AS most, countIf(people IS NULL) / count() AS unknown_share, category AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY category
ORDER BY persons DESC NULLS LAST, code`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "分類", EN: "category"}, Unit: Words},
					incidentCount(),
					personSum(),
					personMedian(),
					{Name: "p90", Label: notice.Label{JA: "90％点（人）", EN: "p90 (persons)"}, Unit: Persons},
					{Name: "most", Label: notice.Label{JA: "最大（人）", EN: "maximum (persons)"}, Unit: Persons},
					personUnknown(),
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"category", "code"})},
			},
			Panel{
				ID: 3, Kind: Bars, Unit: Incidents, Grid: Grid{W: 12, H: 14},
				Title: notice.Label{JA: "情報の種類", EN: "Kinds of data"},
				Description: notice.Label{
					JA: "対象になった情報の種類ごとの事案の数。1件に複数の種類があるので、合計は事案の数を超えます。種類を書かない事案と続報は除きます。",
					EN: "Incidents by kind of data concerned. One incident can have several, so they add up to more than the incidents. Incidents that tell no kind, and later reports, are left out.",
				},
				// Counted by the set of kinds first.
				SQL: `SELECT ` + labelSQL("kind", "data_type") + ` AS label, sum(n) AS incidents, kind AS code
FROM (SELECT data_bits, count() AS n FROM incidents WHERE {filters} AND NOT follow_up AND data_bits != 0 GROUP BY data_bits)
ARRAY JOIN ` + warehouse.DataCodes() + ` AS kind
GROUP BY kind
ORDER BY incidents DESC, code`,
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "情報の種類", EN: "kind of data"}, Unit: Words},
					incidentCount(),
					rowCode(),
				},
				Links: []Link{toNotices(Assignment{"data_type", "code"})},
			},
			Panel{
				ID: 4, Kind: Lines, Unit: Incidents, Grid: Grid{W: 12, H: 14},
				Title: notice.Label{JA: "要配慮個人情報とカード情報（月ごと）", EN: "Sensitive and card data by month"},
				Description: notice.Label{
					JA: "要配慮個人情報（健康・医療など）、財産的被害のおそれのある情報、そのうちクレジットカード情報を含む事案の数。続報は除きます。流出を否定した事案も含みます。",
					EN: "Incidents that concern sensitive data (health), data whose leak risks damage to property, and of these credit cards. Later reports are left out. Incidents that deny a leak are counted.",
				},
				SQL: `SELECT {month} AS time, countIf(` + warehouse.HasData(dataTypesWhere(func(d notice.DataTypeInfo) bool { return d.Sensitive })...) + `) AS sensitive,
    countIf(` + warehouse.HasData(dataTypesWhere(func(d notice.DataTypeInfo) bool { return d.Financial })...) + `) AS financial,
    countIf(` + warehouse.HasData("credit_card", "security_code") + `) AS card
FROM incidents
WHERE {filters} AND NOT follow_up AND month IS NOT NULL
GROUP BY time
ORDER BY time`,
				Columns: []Column{
					{Name: "time", Unit: Month},
					{Name: "sensitive", Label: notice.Label{JA: "要配慮個人情報", EN: "sensitive"}, Unit: Incidents},
					{Name: "financial", Label: notice.Label{JA: "財産的被害のおそれ", EN: "financial"}, Unit: Incidents},
					{Name: "card", Label: notice.Label{JA: "カード情報", EN: "cards"}, Unit: Incidents},
				},
				Links: []Link{toNotices(Assignment{"month", "time"})},
			},
			Panel{
				ID: 5, Kind: Table, Unit: Yen, Grid: Grid{W: 24, H: 12},
				Title: notice.Label{JA: "想定損害賠償額（JOモデル）", EN: "Assumed damage (JO model)"},
				Description: notice.Label{
					JA: "JNSAのJOモデル（2003年の項目表）による想定額の大きい順に20件。実際の賠償額ではありません。人数か情報の種類の分からない事案と続報は除きます。",
					EN: "The twenty largest by the JO model of JNSA with its item table of 2003. An assumption, not what was paid. Incidents without persons or kinds of data, and later reports, are left out.",
				},
				SQL: top{from: "assumed_damage", where: "{filters} AND NOT follow_up AND people IS NOT NULL AND jo_yen IS NOT NULL", order: "jo_yen DESC, moment", limit: 20}.show(
					"title, organization, people AS persons, " + labelSQL("jo_item", "data_type") + " AS item, jo_yen_per_person AS per_person, jo_yen AS yen, notice_id"),
				Columns: []Column{
					headline(320),
					organization(),
					persons("persons"),
					{Name: "item", Label: notice.Label{JA: "決め手の項目", EN: "item that decided"}, Unit: Words},
					{Name: "per_person", Label: notice.Label{JA: "1人あたり（円）", EN: "a person (yen)"}, Unit: Yen},
					{Name: "yen", Label: notice.Label{JA: "想定額（円）", EN: "assumed (yen)"}, Unit: Yen},
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
			Panel{
				ID: 6, Kind: Table, Unit: Incidents, Grid: Grid{W: 12, H: 8},
				Title: notice.Label{JA: "報告が必要な事態（個人情報保護委員会）", EN: "Reportable classes (Personal Information Protection Commission)"},
				Description: notice.Label{
					JA: "個人情報に関わる事案を、法26条・規則7条の4つの事態に当てはめ、発覚から公表までの日数で分けたもの。1件が複数の事態に当たることがあります。人数の基準は1,000人超、公的機関は100人超。日付や人数の分からない事案は「不明」か、どの事態にも入りません。公表の早さであって、委員会への報告の早さではありません。",
					EN: "Incidents with personal data by the four classes of article 26 and rule 7, parted by days from detection to publication. One incident can be in several; the limit of persons is 1,000, of public bodies 100. What the notice does not tell is unknown, or in no class. This is how soon it was published, not how soon it was reported to the Commission.",
				},
				// The classes are four answers to each incident, a bit each: counted by these and
				// by the window first. Data that were not exposed make none.
				SQL: `SELECT ` + labelSQL("toString(class)", "ppc_class") + ` AS name, sum(n) AS incidents,
    sumIf(n, window = 1) AS within_5, sumIf(n, window = 2) AS from_6, sumIf(n, window = 3) AS from_31, sumIf(n, window = 4) AS over_60, sumIf(n, window = 0) AS unknown
FROM (
    SELECT toUInt8(ifNull(ppc_sensitive, false)) + 2 * ifNull(ppc_financial, false) + 4 * ifNull(ppc_wrongful, false) + 8 * ifNull(ppc_over_limit, false) AS classes,
        multiIf(disclosure_days IS NULL, 0, disclosure_days <= 5, 1, disclosure_days <= 30, 2, disclosure_days <= 60, 3, 4) AS window, count() AS n
    FROM reportable
    WHERE {filters} AND NOT follow_up AND exposure IN ('confirmed', 'suspected')
    GROUP BY classes, window
)
ARRAY JOIN arrayMap(bit -> bit + 1, bitPositionsToArray(classes)) AS class
GROUP BY class
ORDER BY class`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "事態", EN: "class"}, Unit: Words},
					incidentCount(),
					{Name: "within_5", Label: notice.Label{JA: "5日以内", EN: "within 5 days"}, Unit: Incidents},
					{Name: "from_6", Label: notice.Label{JA: "6～30日", EN: "6 to 30"}, Unit: Incidents},
					{Name: "from_31", Label: notice.Label{JA: "31～60日", EN: "31 to 60"}, Unit: Incidents},
					{Name: "over_60", Label: notice.Label{JA: "60日超", EN: "over 60"}, Unit: Incidents},
					{Name: "unknown", Label: notice.Label{JA: "日数不明", EN: "unknown"}, Unit: Incidents},
				},
				Links: []Link{toNotices()},
			},
			Panel{
				ID: 7, Kind: Table, Unit: Persons, Grid: Grid{W: 12, H: 8},
				Title: notice.Label{JA: "100万人以上の事案", EN: "Incidents of a million persons and more"},
				Description: notice.Label{
					JA: "100万人以上と書かれた事案。「最大」「約」の付く数も含みます。続報は除きます。",
					EN: "Incidents that tell a million persons or more, also as at most or about. Later reports are left out.",
				},
				SQL: top{from: "incidents", where: "{filters} AND NOT follow_up AND people >= 1000000", order: "people DESC, moment", limit: 50}.show(
					"published, title, organization, people, people_text, notice_id"),
				Columns: []Column{
					published(),
					headline(180),
					organization(),
					persons("people"),
					inItsWords("people_text"),
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
		),
	}
}

func dataTypesWhere(keep func(notice.DataTypeInfo) bool) []string {
	var all []string
	for _, d := range notice.DataTypes() {
		if keep(d) {
			all = append(all, string(d.Code))
		}
	}
	return all
}
