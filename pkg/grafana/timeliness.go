package grafana

import "owabi/pkg/notice"

func timeliness() Dashboard {
	return Dashboard{
		UID:   "timeliness",
		Title: notice.Label{JA: "早さ", EN: "Timeliness"},
		Description: notice.Label{
			JA: "発生から発覚、発覚から公表までの日数。業種と原因ごとの中央値と90パーセンタイル、続報。",
			EN: "Days from occurrence to detection to disclosure: median and 90th percentile by sector and cause; later reports.",
		},
		Variables: filters(),
		Years:     5,
		Panels: flow(
			Panel{
				ID: 1, Kind: Stat, Unit: Days, Grid: Grid{W: 24, H: 5},
				Title: notice.Label{JA: "中央値と、どれだけ分かっているか", EN: "Medians, and how much is known"},
				Description: notice.Label{
					JA: "両方の日付が分かる事案だけの中央値。不明は、発覚から公表までの日数が分からない事案の割合。続報は除きます。",
					EN: "Medians over incidents that tell both days. Unknown: the share of incidents whose days from detection to disclosure are not known. Later reports are left out.",
				},
				SQL: `SELECT ` + median("detection_days") + ` AS detection, ` + median("disclosure_days") + ` AS disclosure,
    ` + median("total_days") + ` AS total, if(count() = 0, NULL, countIf(disclosure_days IS NULL) / count()) AS unknown_share
FROM incidents
WHERE {filters} AND NOT follow_up`,
				Columns: []Column{
					{Name: "detection", Label: notice.Label{JA: "発生→発覚（日）", EN: "occurrence to detection (days)"}, Unit: Days},
					{Name: "disclosure", Label: notice.Label{JA: "発覚→公表（日）", EN: "detection to disclosure (days)"}, Unit: Days},
					{Name: "total", Label: notice.Label{JA: "発生→公表（日）", EN: "occurrence to disclosure (days)"}, Unit: Days},
					{Name: "unknown_share", Label: notice.Label{JA: "不明", EN: "unknown"}, Unit: Share},
				},
				Links: []Link{toNotices()},
			},
			Panel{
				ID: 2, Kind: Lines, Unit: Days, Grid: Grid{W: 24, H: 9},
				Title: notice.Label{JA: "発覚から公表までの日数（月ごと）", EN: "Days from detection to disclosure, by month"},
				Description: notice.Label{
					JA: "公表月ごとの中央値と90パーセンタイル（左）、日数の分からない事案の割合（右）。続報は除きます。",
					EN: "Median and 90th percentile by month of publication (left), and the share of incidents whose days are not known (right). Later reports are left out.",
				},
				SQL: `SELECT {month} AS time, ` + median("disclosure_days") + ` AS p50, ` + percentile90("disclosure_days") + ` AS p90, countIf(disclosure_days IS NULL) / count() AS unknown_share
FROM incidents
WHERE {filters} AND NOT follow_up AND month IS NOT NULL
GROUP BY time
ORDER BY time`,
				Columns: []Column{
					{Name: "time", Unit: Month},
					{Name: "p50", Label: notice.Label{JA: "中央値（日）", EN: "median (days)"}, Unit: Days},
					{Name: "p90", Label: notice.Label{JA: "90％点（日）", EN: "p90 (days)"}, Unit: Days},
					{Name: "unknown_share", Label: notice.Label{JA: "不明", EN: "unknown"}, Unit: Share},
				},
				Links: []Link{toNotices(Assignment{"month", "time"})},
			},
			lags(3, "sector", notice.Label{JA: "業種ごとの日数", EN: "Days by sector"}, notice.Label{JA: "業種", EN: "sector"}),
			lags(4, "category", notice.Label{JA: "原因ごとの日数", EN: "Days by cause"}, notice.Label{JA: "分類", EN: "category"}),
			Panel{
				ID: 5, Kind: Table, Unit: Days, Grid: Grid{W: 24, H: 10},
				Title: notice.Label{JA: "続報", EN: "Later reports"},
				Description: notice.Label{
					JA: "同じ組織で発生日（なければ発覚日）が同じ公表文を1つの事案とみなし、続報か最終報のあるもの。人数の伸びは、最初と最後の人数の比。日付の分からない公表文は結び付けません。",
					EN: "Notices of one organization with one day of occurrence (else of detection) are taken as one case; cases with an update or a final report. Growth: the last number of persons by the first. Notices without these days are not joined.",
				},
				// As the view follow_ups has it, but put together only for the cases that are
				// shown. Of a case that begins in the time range no report is before it; one that
				// tells no day may be of any.
				SQL: `WITH (SELECT groupArray(tuple(*)) FROM (
    SELECT case_key, min(published) AS first_published, max(published) AS last_published
    FROM incidents
    WHERE case_key IN (SELECT case_key FROM incidents WHERE stage IN ('update', 'final') AND case_key IS NOT NULL AND ({since published} OR published IS NULL))
    GROUP BY case_key
    HAVING count() >= 2 AND {day first_published} AND countIf({choices}) > 0
    ORDER BY first_published DESC NULLS LAST, case_key
    LIMIT 100
)) AS cases
SELECT argMax(organization, moment) AS name, argMax(coalesce(occurred_date, detected_date), moment) AS case_date, count() AS notices, min(published) AS first_published,
    dateDiff('day', first_published, max(published)) AS follow_up_days, argMinOrNull(people, moment) AS first_people, argMaxOrNull(people, moment) AS last_people,
    if(first_people > 0, last_people / first_people, NULL) AS people_growth, argMax(organization_key, moment) AS code
FROM incidents
WHERE case_key IN (SELECT arrayJoin(cases.1)) AND (published IS NULL OR published >= arrayMin(cases.2) AND published <= arrayMax(cases.3))
GROUP BY case_key
ORDER BY first_published DESC NULLS LAST, case_key`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "組織", EN: "organization"}, Unit: Words},
					{Name: "case_date", Label: notice.Label{JA: "発生・発覚日", EN: "day of the case"}, Unit: Day},
					noticeCount(),
					{Name: "first_published", Label: notice.Label{JA: "第一報", EN: "first"}, Unit: Day},
					{Name: "follow_up_days", Label: notice.Label{JA: "最後まで（日）", EN: "days to the last"}, Unit: Days},
					{Name: "first_people", Label: notice.Label{JA: "最初の人数（人）", EN: "first persons"}, Unit: Persons},
					{Name: "last_people", Label: notice.Label{JA: "最後の人数（人）", EN: "last persons"}, Unit: Persons},
					{Name: "people_growth", Label: notice.Label{JA: "伸び（倍）", EN: "growth (times)"}, Unit: Ratio},
					rowCode(),
				},
				Links: []Link{toOrganizations()},
			},
			Panel{
				ID: 6, Kind: Bars, Unit: Incidents, Grid: Grid{W: 12, H: 8},
				Title: notice.Label{JA: "だれが気づいたか", EN: "Who noticed"},
				Description: notice.Label{
					JA: "事案に気づいた人。書かない事案は「不明」。続報は除きます。",
					EN: "Who noticed the incident. Unknown: the notice does not say. Later reports are left out.",
				},
				SQL: discovery("found_by"),
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "気づいた人", EN: "found by"}, Unit: Words},
					incidentCount(),
				},
				Links: []Link{toNotices()},
			},
			Panel{
				ID: 7, Kind: Bars, Unit: Incidents, Grid: Grid{W: 12, H: 8},
				Title: notice.Label{JA: "紙か電子か", EN: "Paper or electronic"},
				Description: notice.Label{
					JA: "対象の情報が載っていた媒体。情報に関わらない事案と、書かない事案は「不明」。続報は除きます。",
					EN: "What the data stood on. Unknown: the notice does not say, or no data is concerned. Later reports are left out.",
				},
				SQL: discovery("medium"),
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "媒体", EN: "medium"}, Unit: Words},
					incidentCount(),
				},
				Links: []Link{toNotices()},
			},
		),
	}
}

// lags is a table of the days between occurrence, detection and disclosure.
func lags(id int, by string, title, label notice.Label) Panel {
	return Panel{
		ID: id, Kind: Table, Unit: Days, Grid: Grid{W: 12, H: 13},
		Title: title,
		Description: notice.Label{
			JA: "日数の中央値（50％）と90パーセンタイル。発覚は発生から発覚まで、公表は発覚から公表まで。それぞれ、両方の日付が分かる事案だけ。不明は発覚→公表の分からない割合。続報は除きます。",
			EN: "Median (p50) and 90th percentile of days: found, from occurrence to detection; told, from detection to disclosure; each over incidents that tell both days. Unknown: the share whose days to disclosure are not known. Later reports are left out.",
		},
		SQL: `SELECT ` + labelSQL(by, by) + ` AS name, count() AS incidents, ` + median("detection_days") + ` AS detection_p50, ` + percentile90("detection_days") + ` AS detection_p90,
    ` + median("disclosure_days") + ` AS disclosure_p50, ` + percentile90("disclosure_days") + ` AS disclosure_p90, countIf(disclosure_days IS NULL) / count() AS unknown_share, ` + by + ` AS code
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY ` + by + `
ORDER BY incidents DESC, code`,
		Columns: []Column{
			{Name: "name", Label: label, Unit: Words, Width: 150},
			incidentCount(),
			{Name: "detection_p50", Label: notice.Label{JA: "発覚50％", EN: "found p50"}, Unit: Days},
			{Name: "detection_p90", Label: notice.Label{JA: "発覚90％", EN: "found p90"}, Unit: Days},
			{Name: "disclosure_p50", Label: notice.Label{JA: "公表50％", EN: "told p50"}, Unit: Days},
			{Name: "disclosure_p90", Label: notice.Label{JA: "公表90％", EN: "told p90"}, Unit: Days},
			{Name: "unknown_share", Label: notice.Label{JA: "不明", EN: "unknown"}, Unit: Share},
			rowCode(),
		},
		Links: []Link{toNotices(Assignment{by, "code"})},
	}
}

// discovery counts incidents by a code that may be unknown, which comes last.
func discovery(column string) string {
	return `SELECT ` + labelSQL("ifNull("+column+", 'unknown')", column) + ` AS label, count() AS incidents
FROM incidents
WHERE {filters} AND NOT follow_up
GROUP BY ` + column + `
ORDER BY ` + column + ` IS NULL, incidents DESC, label`
}
