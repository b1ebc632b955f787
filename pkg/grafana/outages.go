package grafana

import (
	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// isOutage tells the incidents in which a service stood still.
var isOutage = "(category = 'system_outage' OR " + warehouse.HasEffect("availability") + " OR outage_minutes IS NOT NULL)"

func outages() Dashboard {
	return Dashboard{
		UID:   "outages",
		Title: notice.Label{JA: "停止", EN: "Outages"},
		Description: notice.Label{
			JA: "サービスが何分止まったか。事業者と月ごと、長かったもの、重大な事故の基準、時間帯。",
			EN: "How long services stood still: by operator and month, the longest, the thresholds of serious accidents, time of day.",
		},
		Variables: filters(),
		Years:     5,
		Panels: flow(
			Panel{
				ID: 1, Kind: Stat, Unit: Minutes, Grid: Grid{W: 24, H: 5},
				Title: notice.Label{JA: "停止", EN: "Outages"},
				Description: notice.Label{
					JA: "システム障害と、停止時間を書いた事案。時間の合計と中央値は、時間を書いた事案だけ。続報は除きます。",
					EN: "System outages, and incidents that tell how long a service stood still. Sum and median are over those that tell it. Later reports are left out.",
				},
				SQL: `SELECT count() AS outages, sum(outage_minutes) AS minutes, ` + median("outage_minutes") + ` AS median, if(count() = 0, NULL, countIf(outage_minutes IS NULL) / count()) AS unknown_share
FROM incidents
WHERE {filters} AND NOT follow_up AND ` + isOutage,
				Columns: []Column{
					{Name: "outages", Label: notice.Label{JA: "停止（件）", EN: "outages"}, Unit: Incidents},
					{Name: "minutes", Label: notice.Label{JA: "合計（分）", EN: "sum (minutes)"}, Unit: Minutes},
					{Name: "median", Label: notice.Label{JA: "中央値（分）", EN: "median (minutes)"}, Unit: Minutes},
					{Name: "unknown_share", Label: notice.Label{JA: "時間不明", EN: "time unknown"}, Unit: Share},
				},
				Links: []Link{toNotices()},
			},
			Panel{
				ID: 2, Kind: Stacked, Unit: Minutes, Grid: Grid{W: 24, H: 10},
				Title: notice.Label{JA: "停止時間（事業者と月ごと）", EN: "Minutes by operator and month"},
				Description: notice.Label{
					JA: "公表月ごとの停止時間の合計を、期間中に長かった8つの事業者と「その他」で積み上げたもの。時間を書かない事案と続報は除きます。",
					EN: "Minutes by month of publication, stacked by the eight operators with most in the time range and the others. Incidents that tell no time, and later reports, are left out.",
				},
				SQL: `WITH (SELECT groupArray((organization_hash, organization_key, organization)) FROM (` + counted{
					by:      "organization_hash",
					figures: []string{"sum(outage_minutes) AS minutes"},
					where:   "{filters} AND NOT follow_up AND outage_minutes IS NOT NULL AND organization_hash > 1",
					order:   "minutes DESC, organization_hash",
					limit:   8,
				}.named("organization_hash, organization_key, organization") + `)) AS longest
SELECT time, ifNull(longest[place].2, '') AS code, if(place = 0, if('{lang}' = 'ja', 'その他', 'others'), longest[place].3) AS series, minutes AS value
FROM (
    SELECT {month} AS time, indexOf(longest.1, organization_hash) AS place, sum(outage_minutes) AS minutes
    FROM incidents
    WHERE {filters} AND NOT follow_up AND outage_minutes IS NOT NULL AND month IS NOT NULL
    GROUP BY time, place
)
ORDER BY time, place = 0, place`,
				Columns: []Column{{Name: "time", Unit: Month}},
				Links:   []Link{toNotices(Assignment{"month", "time"}, Assignment{"organization", "code"})},
			},
			Panel{
				ID: 3, Kind: Table, Unit: Minutes, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "長かった停止", EN: "The longest outages"},
				Description: notice.Label{
					JA: "停止時間の長い順に20件。時間は公表文の言葉から。続報は除きます。",
					EN: "The twenty longest, with the words they are taken from. Later reports are left out.",
				},
				SQL: top{from: "incidents", where: "{filters} AND NOT follow_up AND outage_minutes IS NOT NULL", order: "outage_minutes DESC, moment", limit: 20}.show(
					"outage_minutes AS minutes, title, organization, published, outage_text, notice_id"),
				Columns: []Column{
					{Name: "minutes", Label: notice.Label{JA: "時間（分）", EN: "minutes"}, Unit: Minutes, Width: 90},
					headline(180),
					operator(),
					published(),
					inItsWords("outage_text"),
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
			Panel{
				ID: 4, Kind: Table, Unit: Minutes, Grid: Grid{W: 12, H: 12},
				Title: notice.Label{JA: "事業者ごとの停止", EN: "Outages by operator"},
				Description: notice.Label{
					JA: "停止時間の合計の大きい順に50の事業者。合計と最大は時間を書いた事案だけ。続報は除きます。",
					EN: "The fifty operators with most minutes. Sum and maximum are over incidents that tell the time. Later reports are left out.",
				},
				SQL: counted{
					by:      "organization_hash",
					figures: []string{"count() AS outages", "sum(outage_minutes) AS minutes", "max(outage_minutes) AS most", "countIf(outage_minutes IS NULL) / count() AS unknown_share"},
					where:   "{filters} AND NOT follow_up AND organization_hash > 1 AND " + isOutage,
					order:   "minutes DESC NULLS LAST, outages DESC, organization_hash",
					limit:   50,
				}.named("organization AS name, outages, minutes, most, unknown_share, organization_key AS code"),
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "事業者", EN: "operator"}, Unit: Words},
					{Name: "outages", Label: notice.Label{JA: "停止（件）", EN: "outages"}, Unit: Incidents},
					{Name: "minutes", Label: notice.Label{JA: "合計（分）", EN: "sum (minutes)"}, Unit: Minutes},
					{Name: "most", Label: notice.Label{JA: "最大（分）", EN: "longest (minutes)"}, Unit: Minutes},
					{Name: "unknown_share", Label: notice.Label{JA: "時間不明", EN: "time unknown"}, Unit: Share},
					rowCode(),
				},
				Links: []Link{toOrganizations()},
			},
			Panel{
				ID: 5, Kind: Table, Unit: Minutes, Grid: Grid{W: 16, H: 12},
				Title: notice.Label{JA: "重大な事故の基準（電気通信）", EN: "Thresholds of serious accidents (telecom)"},
				Description: notice.Label{
					JA: "通信事業者の停止を、その日に有効な総務省の基準と比べたもの。公表文からは役務が分からないので、どの役務の基準とも比べます。時間か人数を書かない事案は「不明」。影響した人数を利用者数とみなします。当たらないものは出しません。公表文100件まで。",
					EN: "Outages of telecom operators against the Ministry's thresholds in force on the day, of every service, for a notice's reading does not tell which. Unknown: it tells no time or no persons. Persons affected stand for users. Those under the thresholds are left out. Up to a hundred notices.",
				},
				SQL: top{
					from:  "telecom_accidents",
					where: "{filters} AND NOT follow_up AND verdict != 'no'",
					order: "verdict = 'yes' DESC, outage_minutes DESC NULLS LAST, moment, service",
					rows:  "verdict != 'no'",
					limit: 100,
				}.show(`title, organization, if(verdict = 'yes', if('{lang}' = 'ja', '当たる', 'yes'), if('{lang}' = 'ja', '不明', 'unknown')) AS verdict_label, service_{lang} AS service_label, outage_minutes AS minutes, people AS persons,
    arrayStringConcat(arrayMap(t -> if('{lang}' = 'ja', concat(toString(t.1), '分・', toString(t.2), '人'), concat(toString(t.1), ' min, ', toString(t.2), ' users')), thresholds), if('{lang}' = 'ja', 'または', ' or ')) AS limits, notice_id`),
				Columns: []Column{
					headline(180),
					operator(),
					{Name: "verdict_label", Label: notice.Label{JA: "重大な事故か", EN: "serious"}, Unit: Words, Width: 110},
					{Name: "service_label", Label: notice.Label{JA: "役務", EN: "service"}, Unit: Words},
					{Name: "minutes", Label: notice.Label{JA: "時間（分）", EN: "minutes"}, Unit: Minutes, Width: 90},
					persons("persons"),
					{Name: "limits", Label: notice.Label{JA: "基準", EN: "thresholds"}, Unit: Words},
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
			Panel{
				ID: 6, Kind: Bars, Unit: Incidents, Grid: Grid{W: 8, H: 12},
				Title: notice.Label{JA: "始まった時間帯", EN: "Hour of day they began"},
				Description: notice.Label{
					JA: "発生時刻を書いた停止の、始まった時（日本時間）。時刻を書かない事案と続報は除きます。",
					EN: "The hour, Japan time, at which outages began that tell it. Incidents that tell no time of day, and later reports, are left out.",
				},
				SQL: `SELECT leftPad(toString(hour), 2, '0') AS label, began[hour] AS outages
FROM (
    SELECT CAST((groupArray(at), groupArray(n)), 'Map(UInt8, UInt64)') AS began
    FROM (SELECT occurred_hour AS at, count() AS n FROM incidents WHERE {filters} AND NOT follow_up AND occurred_hour IS NOT NULL AND ` + isOutage + ` GROUP BY at)
)
ARRAY JOIN range(24) AS hour
WHERE notEmpty(began)
ORDER BY hour`,
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "時", EN: "hour"}, Unit: Words},
					{Name: "outages", Label: notice.Label{JA: "停止（件）", EN: "outages"}, Unit: Incidents},
				},
				Links: []Link{toNotices()},
			},
		),
	}
}
