package grafana

import "owabi/pkg/notice"

// pipeline watches owabi itself. What ClickHouse knows is asked there; lag,
// rejections and batch times are the services' own metrics, which only a
// Prometheus keeps.
func pipeline() Dashboard {
	// What was fetched in the time range was published at any time.
	fetchedNotices := toNotices()
	fetchedNotices.AnyTime = true
	return Dashboard{
		UID:   "pipeline",
		Title: notice.Label{JA: "パイプライン", EN: "Pipeline"},
		Description: notice.Label{
			JA: "流れた量、遅れ、拒んだもの、バッチの時間、ClickHouseのパート。",
			EN: "Throughput, lag, what was rejected, batch times, ClickHouse's parts.",
		},
		Days: 1,
		Panels: flow(
			Panel{
				ID: 1, Kind: Stat, Unit: Notices, Grid: Grid{W: 24, H: 5},
				Title: notice.Label{JA: "取り込み", EN: "Taken in"},
				Description: notice.Label{
					JA: "期間中に取り込んだ公表文、事案を知らせるものの割合、公表日の分からない割合。全期間の公表文。",
					EN: "Notices fetched in the time range, the share that reports an incident, the share without a day of publication; notices over all time.",
				},
				SQL: `SELECT countIf({moment fetched_at}) AS fetched, if(fetched = 0, NULL, countIf({moment fetched_at} AND is_incident) / fetched) AS incident_share,
    if(fetched = 0, NULL, countIf({moment fetched_at} AND published IS NULL) / fetched) AS undated_share, count() AS notices
FROM notices`,
				Columns: []Column{
					{Name: "fetched", Label: notice.Label{JA: "期間中（件）", EN: "in the time range"}, Unit: Notices},
					{Name: "incident_share", Label: notice.Label{JA: "事案の割合", EN: "incidents"}, Unit: Share},
					{Name: "undated_share", Label: notice.Label{JA: "公表日不明", EN: "undated"}, Unit: Share},
					{Name: "notices", Label: notice.Label{JA: "全期間（件）", EN: "over all time"}, Unit: Notices},
				},
				Links: []Link{fetchedNotices},
			},
			Panel{
				ID: 2, Kind: Stacked, Unit: Notices, Grid: Grid{W: 12, H: 9},
				Title: notice.Label{JA: "流れた量（取り込み元ごと）", EN: "Throughput by source"},
				Description: notice.Label{
					JA: "取り込んだ時刻ごとの公表文の数。重複して届いたものは1度だけ数えます。",
					EN: "Notices by the time they were fetched. One that came twice counts once.",
				},
				SQL: `SELECT {interval fetched_at} AS time, source AS code, source AS series, count() AS value
FROM notices
WHERE {moment fetched_at}
GROUP BY time, source
ORDER BY time, source`,
				Links: []Link{fetchedNotices},
			},
			Panel{
				ID: 3, Kind: Lines, Unit: Seconds, Grid: Grid{W: 12, H: 9},
				Title: notice.Label{JA: "取り込みから分類までの遅れ", EN: "From fetched to classified"},
				Description: notice.Label{
					JA: "取り込んでから最新の分類が終わるまでの秒数の中央値と99パーセンタイル。分類し直した公表文は、し直した時刻で数えます。",
					EN: "Seconds from fetching a notice to its latest classification: median and 99th percentile. One read again counts until it was read again.",
				},
				SQL: `SELECT {interval fetched_at} AS time, quantileExact(0.5)(seconds) AS p50, quantileExact(0.99)(seconds) AS p99
FROM (SELECT fetched_at, dateDiff('millisecond', fetched_at, classified_at) / 1000 AS seconds FROM notices WHERE {moment fetched_at})
GROUP BY time
ORDER BY time`,
				Columns: []Column{
					{Name: "time", Unit: Moment},
					{Name: "p50", Label: notice.Label{JA: "中央値（秒）", EN: "median (seconds)"}, Unit: Seconds},
					{Name: "p99", Label: notice.Label{JA: "99％点（秒）", EN: "p99 (seconds)"}, Unit: Seconds},
				},
				Links: []Link{fetchedNotices},
			},
			Panel{
				ID: 4, Kind: Lines, Unit: Notices, Grid: Grid{W: 12, H: 9},
				Title: notice.Label{JA: "未処理（Prometheus）", EN: "Lag (Prometheus)"},
				Description: notice.Label{
					JA: "ストリームで配信を待つ公表文の数。消費者ごと。Prometheusのデータソースが要ります。",
					EN: "Notices on the streams that wait for delivery, by consumer. Needs the Prometheus data source.",
				},
				Metrics: []Metric{{"owabi_consumer_waiting_messages", notice.Label{JA: "{{consumer}} 未配信", EN: "{{consumer}} waiting"}},
					{"owabi_consumer_unacknowledged_messages", notice.Label{JA: "{{consumer}} 処理中", EN: "{{consumer}} unacknowledged"}}},
			},
			Panel{
				ID: 5, Kind: Lines, Unit: Seconds, Grid: Grid{W: 12, H: 9},
				Title: notice.Label{JA: "最も古い未処理（Prometheus）", EN: "Age of the oldest that waits (Prometheus)"},
				Description: notice.Label{
					JA: "処理を終えていない最も古い公表文の経過秒数。0はなし。Prometheusのデータソースが要ります。",
					EN: "Age of the oldest notice that is not settled, by consumer; 0: none. Needs the Prometheus data source.",
				},
				Metrics: []Metric{{"owabi_consumer_oldest_age_seconds", notice.Label{JA: "{{consumer}}", EN: "{{consumer}}"}}},
			},
			Panel{
				ID: 6, Kind: Lines, Unit: PerSecond, Grid: Grid{W: 8, H: 9},
				Title: notice.Label{JA: "段階ごとの速さ（Prometheus）", EN: "Settled by stage (Prometheus)"},
				Description: notice.Label{
					JA: "1秒あたりに片付いた公表文。結果（done 渡した、duplicate 既知、returned 戻した）ごと。Prometheusのデータソースが要ります。",
					EN: "Notices settled a second by stage and outcome: done passed on, duplicate known already, returned for another try. Needs the Prometheus data source.",
				},
				Metrics: []Metric{{"sum by (stage, outcome) (rate(owabi_notices_settled_total[$__rate_interval]))", notice.Label{JA: "{{stage}} {{outcome}}", EN: "{{stage}} {{outcome}}"}}},
			},
			Panel{
				ID: 7, Kind: Lines, Unit: Notices, Grid: Grid{W: 8, H: 9},
				Title: notice.Label{JA: "拒んだもの（Prometheus）", EN: "Rejected by reason (Prometheus)"},
				Description: notice.Label{
					JA: "notices.rejected に置いた公表文の数（期間内の増分）。理由ごと。Prometheusのデータソースが要ります。",
					EN: "Notices put on notices.rejected, by stage and reason, as they were added. Needs the Prometheus data source.",
				},
				Metrics: []Metric{{"sum by (stage, reason) (increase(owabi_notices_rejected_total[$__rate_interval]))", notice.Label{JA: "{{stage}} {{reason}}", EN: "{{stage}} {{reason}}"}}},
			},
			Panel{
				ID: 8, Kind: Lines, Unit: Seconds, Grid: Grid{W: 8, H: 9},
				Title: notice.Label{JA: "バッチの時間（Prometheus）", EN: "Batch times (Prometheus)"},
				Description: notice.Label{
					JA: "バッチにかかった秒数の中央値と95パーセンタイル。段階ごと。Prometheusのデータソースが要ります。",
					EN: "Seconds a batch took: median and 95th percentile by stage. Needs the Prometheus data source.",
				},
				Metrics: []Metric{
					{"histogram_quantile(0.5, sum by (le, stage) (rate(owabi_batch_duration_seconds_bucket[$__rate_interval])))", notice.Label{JA: "{{stage}} 50％", EN: "{{stage}} p50"}},
					{"histogram_quantile(0.95, sum by (le, stage) (rate(owabi_batch_duration_seconds_bucket[$__rate_interval])))", notice.Label{JA: "{{stage}} 95％", EN: "{{stage}} p95"}},
				},
			},
			Panel{
				ID: 10, Kind: Bars, Unit: Share, Grid: Grid{W: 12, H: 16},
				Title: notice.Label{JA: "項目ごとの不明の割合", EN: "Unknown by field"},
				Description: notice.Label{
					JA: "事案を知らせる公表文のうち、その項目を書いていないか読み取れなかった割合。全期間。合成した公表文も含みます。",
					EN: "The share of notices that report an incident and do not tell the field, or in which it was not read. Over all time, synthetic notices too.",
				},
				SQL: `SELECT ` + optionSQL("field", coveredFields()) + ` AS label, 1 - sum(known) / sum(notices) AS unknown_share
FROM coverage
GROUP BY field
HAVING sum(notices) > 0
ORDER BY unknown_share DESC, label`,
				Columns: []Column{
					{Name: "label", Label: notice.Label{JA: "項目", EN: "field"}, Unit: Words},
					{Name: "unknown_share", Label: notice.Label{JA: "不明", EN: "unknown"}, Unit: Share},
				},
			},
			Panel{
				ID: 9, Kind: Table, Unit: Rows, Grid: Grid{W: 12, H: 8},
				Title: notice.Label{JA: "ClickHouseのパート", EN: "Parts in ClickHouse"},
				Description: notice.Label{
					JA: "表ごとの有効なパート、行、ディスク上のバイト。今の値で、期間によりません。行はまとめる前の重複を含みます。",
					EN: "Active parts, rows and bytes on disk by table, now and not in the time range. Rows include duplicates that are not merged yet.",
				},
				SQL: `SELECT table AS name, count() AS parts, sum(rows) AS rows_kept, sum(bytes_on_disk) AS bytes, toTimeZone(max(modification_time), 'UTC') AS changed
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY bytes DESC, name`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "表", EN: "table"}, Unit: Words},
					{Name: "parts", Label: notice.Label{JA: "パート", EN: "parts"}, Unit: Parts},
					{Name: "rows_kept", Label: notice.Label{JA: "行", EN: "rows"}, Unit: Rows},
					{Name: "bytes", Label: notice.Label{JA: "ディスク", EN: "on disk"}, Unit: Bytes},
					{Name: "changed", Label: notice.Label{JA: "最近の変更", EN: "last changed"}, Unit: Moment},
				},
			},
			Panel{
				ID: 11, Kind: Table, Unit: Notices, Grid: Grid{W: 12, H: 8},
				Title: notice.Label{JA: "分類器の版", EN: "Versions of the classifier"},
				Description: notice.Label{
					JA: "公表文の最新の読み取りが、どの版のものか。全期間。",
					EN: "By which version the latest reading of each notice was made. Over all time.",
				},
				// By numbers, for two keys of words cost twice as much.
				SQL: `SELECT any(classifier_version) AS name, substring(any(rules_sha256), 1, 12) AS rules, count() AS notices, max(classified_at) AS last
FROM notices
GROUP BY cityHash64(classifier_version), cityHash64(rules_sha256)
ORDER BY last DESC`,
				Columns: []Column{
					{Name: "name", Label: notice.Label{JA: "版", EN: "version"}, Unit: Words},
					{Name: "rules", Label: notice.Label{JA: "規則（SHA-256）", EN: "rules (SHA-256)"}, Unit: Words},
					noticeCount(),
					{Name: "last", Label: notice.Label{JA: "最後の分類", EN: "last classified"}, Unit: Moment},
				},
			},
			Panel{
				ID: 12, Kind: Table, Unit: Notices, Grid: Grid{W: 24, H: 10},
				Title: notice.Label{JA: "取り込んだ公表文", EN: "Notices taken in"},
				Description: notice.Label{
					JA: "期間中に取り込んだ公表文を新しい順に100件まで。事案を知らせないものも含みます。",
					EN: "Up to 100 notices fetched in the time range, the latest first, also those that report no incident.",
				},
				SQL: top{from: "notices", where: "{moment fetched_at}", order: "fetched_at DESC, moment", limit: 100}.show(
					"fetched_at, title, publisher, source, published, category_{lang} AS category_label, confidence, notice_id"),
				Columns: []Column{
					{Name: "fetched_at", Label: notice.Label{JA: "取り込み", EN: "fetched"}, Unit: Moment},
					headline(320),
					{Name: "publisher", Label: notice.Label{JA: "公表者", EN: "publisher"}, Unit: Words},
					{Name: "source", Label: notice.Label{JA: "取り込み元", EN: "source"}, Unit: Words},
					published(),
					category(),
					{Name: "confidence", Label: notice.Label{JA: "確からしさ", EN: "confidence"}, Unit: Share},
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
		),
	}
}

func coveredFields() []Option {
	return []Option{
		{"published", notice.Label{JA: "公表日", EN: "day of publication"}},
		{"organization", notice.Label{JA: "組織", EN: "organization"}},
		{"organization_kind", notice.Label{JA: "組織の種類", EN: "kind of organization"}},
		{"ownership", notice.Label{JA: "官民", EN: "public or private"}},
		{"sector", notice.Label{JA: "業種", EN: "sector"}},
		{"category", notice.Label{JA: "分類", EN: "category"}},
		{"stage", notice.Label{JA: "続報の段階", EN: "stage"}},
		{"people", notice.Label{JA: "人数", EN: "persons"}},
		{"records", notice.Label{JA: "件数", EN: "records"}},
		{"exposure", notice.Label{JA: "流出", EN: "exposure"}},
		{"data_types", notice.Label{JA: "情報の種類", EN: "kinds of data"}},
		{"secondary_damage", notice.Label{JA: "二次被害", EN: "later damage"}},
		{"found_by", notice.Label{JA: "気づいた人", EN: "found by"}},
		{"medium", notice.Label{JA: "媒体", EN: "medium"}},
		{"outage_minutes", notice.Label{JA: "停止時間", EN: "outage"}},
		{"occurred_date", notice.Label{JA: "発生日", EN: "day of occurrence"}},
		{"detected_date", notice.Label{JA: "発覚日", EN: "day of detection"}},
		{"restored_date", notice.Label{JA: "復旧日", EN: "day of restoration"}},
		{"contractor", notice.Label{JA: "委託先", EN: "contractor"}},
		{"case_key", notice.Label{JA: "事案の鍵", EN: "key of the case"}},
	}
}
