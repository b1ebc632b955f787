package grafana

import (
	"fmt"
	"strings"

	"owabi/pkg/notice"
)

// noticeList is where the figures of the other dashboards lead: the notices
// behind them. What has no variable of its own on every dashboard has one here.
func noticeList() Dashboard {
	return Dashboard{
		UID:   "notices",
		Title: notice.Label{JA: "公表文の一覧", EN: "Notices"},
		Description: notice.Label{
			JA: "数字のもとになった公表文。行から公表文と根拠へ進めます。",
			EN: "The notices behind the figures. A row leads to the notice and its evidence.",
		},
		Variables: append(filters(),
			Variable{
				Name: "month", Label: notice.Label{JA: "公表月（YYYY-MM）", EN: "Month of publication (YYYY-MM)"}, Kind: Text,
				Condition: "({value} = '' OR formatDateTime(published, '%Y-%m') = {value})",
			},
			Variable{
				Name: "size_band", Label: notice.Label{JA: "人数の規模", EN: "Size"}, Kind: Choices, Options: labelled("size_band"),
				Condition: "size_band IN {values}",
			},
			Variable{
				Name: "data_type", Label: notice.Label{JA: "情報の種類", EN: "Kind of data"}, Kind: Choices,
				Options:   labelled("data_type"),
				Condition: "hasAny({values}, data_types)",
			},
			Variable{
				Name: "contractor", Label: notice.Label{JA: "委託先", EN: "Contractor"}, Kind: Text,
				Condition: "({value} = '' OR contractor = {value})",
			},
		),
		Years: 5,
		Panels: flow(
			Panel{
				ID: 1, Kind: Table, Unit: Notices, Grid: Grid{W: 24, H: 22},
				Title: notice.Label{JA: "公表文", EN: "Notices"},
				Description: notice.Label{
					JA: "事案を知らせる公表文を公表日の新しい順に500件まで。続報も含みます。空欄は公表文に書かれていないことを示します。公表日の分からないものは、全期間を選んだときだけ、最後に入ります。",
					EN: "Up to 500 notices that report an incident, the latest first, later reports too. An empty cell: the notice does not say. Notices without a day of publication come last, and only over all time.",
				},
				SQL: top{from: "incidents", where: "{filters}", order: "moment DESC", limit: 500}.show(
					"published, title, organization, category_{lang} AS category_label, sector_{lang} AS sector_label, severity_{lang} AS severity_label, people, records, outage_minutes, " + labelSQL("stage", "stage") + " AS stage_label, notice_id"),
				Columns: []Column{
					published(),
					headline(320),
					organization(),
					category(),
					{Name: "sector_label", Label: notice.Label{JA: "業種", EN: "sector"}, Unit: Words},
					{Name: "severity_label", Label: notice.Label{JA: "重大度", EN: "severity"}, Unit: Words, Width: 90},
					persons("people"),
					{Name: "records", Label: notice.Label{JA: "件数（件）", EN: "records"}, Unit: Rows, Width: 100},
					outageMinutes(),
					{Name: "stage_label", Label: notice.Label{JA: "段階", EN: "stage"}, Unit: Words, Width: 100},
					rowNotice(),
				},
				Links: []Link{toNotice()},
			},
		),
	}
}

// oneNotice shows a notice, what was read from it, and the words each came from.
func oneNotice() Dashboard {
	const here = "notice_id = {value notice_id}"
	return Dashboard{
		UID:   "notice",
		Title: notice.Label{JA: "公表文と根拠", EN: "A notice and its evidence"},
		Description: notice.Label{
			JA: "1件の公表文、読み取った値、そのもとになった言葉。",
			EN: "One notice, what was read from it, and the words each value came from.",
		},
		Variables: []Variable{{Name: "notice_id", Label: notice.Label{JA: "公表文のID", EN: "Notice id"}, Kind: Text}},
		Years:     5, Hidden: true,
		Panels: flow(
			Panel{
				ID: 1, Kind: Table, Unit: Words, Grid: Grid{W: 12, H: 20},
				Title: notice.Label{JA: "読み取った値", EN: "What was read"},
				Description: notice.Label{
					JA: "最新の読み取り。公表文に書かれていない項目は出しません。",
					EN: "The latest reading. What the notice does not say is left out.",
				},
				SQL: factsSQL(here),
				Columns: []Column{
					{Name: "field", Label: notice.Label{JA: "項目", EN: "field"}, Unit: Words, Width: 180},
					{Name: "value", Label: notice.Label{JA: "値", EN: "value"}, Unit: Words},
				},
			},
			Panel{
				ID: 2, Kind: Table, Unit: Words, Grid: Grid{W: 12, H: 20},
				Title: notice.Label{JA: "根拠", EN: "Evidence"},
				Description: notice.Label{
					JA: "それぞれの値がどの言葉から来たか。位置は「表題＋改行＋本文」の何文字目か（0から）。",
					EN: "Which words each value came from. Position: characters into title, newline and body, from 0.",
				},
				SQL: "SELECT " + optionSQL("field", evidenceFields()) + " AS field_label, text, rule, start_rune\nFROM evidence\nWHERE " + here + "\nORDER BY start_rune, end_rune, field, rule",
				Columns: []Column{
					{Name: "field_label", Label: notice.Label{JA: "項目", EN: "field"}, Unit: Words, Width: 140},
					{Name: "text", Label: notice.Label{JA: "言葉", EN: "words"}, Unit: Words},
					{Name: "rule", Label: notice.Label{JA: "規則", EN: "rule"}, Unit: Words},
					{Name: "start_rune", Label: notice.Label{JA: "位置", EN: "position"}, Unit: Rows, Width: 80},
				},
			},
			Panel{
				ID: 3, Kind: Table, Unit: Words, Grid: Grid{W: 24, H: 24},
				Title: notice.Label{JA: "本文", EN: "Text"},
				Description: notice.Label{
					JA: "公表された本文を、文と行で分け、長いものは80文字で折ったもの。",
					EN: "The text as published, parted at sentences and lines; long ones are broken at 80 characters.",
				},
				SQL: `SELECT line_number, line_text
FROM (SELECT extractAllGroupsVertical(replaceAll(body, '。', '。\n'), '([^\n]{1,80})') AS lines FROM texts WHERE ` + here + `)
ARRAY JOIN arrayMap(l -> l[1], lines) AS line_text, arrayEnumerate(lines) AS line_number`,
				Columns: []Column{
					{Name: "line_number", Label: notice.Label{JA: "行", EN: "line"}, Unit: Rows, Width: 60},
					{Name: "line_text", Label: notice.Label{JA: "本文", EN: "text"}, Unit: Words},
				},
			},
			Panel{
				ID: 4, Kind: Table, Unit: Words, Grid: Grid{W: 24, H: 6},
				Title: notice.Label{JA: "読み取りの履歴", EN: "Readings"},
				Description: notice.Label{
					JA: "分類器の版ごとの読み取り。新しい順。",
					EN: "One row a version of the classifier that read it, the latest first.",
				},
				SQL: "SELECT classified_at, classifier_version, " + labelSQL("category", "category") + " AS category_label, people, outage_minutes, confidence\nFROM readings\nWHERE " + here + "\nORDER BY classified_at DESC",
				Columns: []Column{
					{Name: "classified_at", Label: notice.Label{JA: "分類した日時", EN: "classified"}, Unit: Moment, Width: 180},
					{Name: "classifier_version", Label: notice.Label{JA: "分類器の版", EN: "version"}, Unit: Words},
					category(),
					persons("people"),
					outageMinutes(),
					{Name: "confidence", Label: notice.Label{JA: "確からしさ", EN: "confidence"}, Unit: Share},
				},
			},
		),
	}
}

// fact is something that is known of a notice.
type fact struct {
	field string // of its evidence; empty: it has none of its own
	label notice.Label
	value string // SQL; NULL or empty when unknown
}

// facts lists them, in the order they are read.
func facts() []fact {
	return []fact{
		{"", notice.Label{JA: "表題", EN: "title"}, "title"},
		{"", notice.Label{JA: "公表者", EN: "publisher"}, "publisher"},
		{"published", notice.Label{JA: "公表日", EN: "published"}, "published"},
		{"", notice.Label{JA: "URL", EN: "URL"}, "url"},
		{"organization.name", notice.Label{JA: "組織", EN: "organization"}, "organization"},
		{"organization.kind", notice.Label{JA: "組織の種類", EN: "kind of organization"}, labelSQL("organization_kind", "organization_kind")},
		{"organization.prefecture", notice.Label{JA: "都道府県", EN: "prefecture"}, "prefecture"},
		{"sector", notice.Label{JA: "業種", EN: "sector"}, "sector_{lang}"},
		{"is_incident", notice.Label{JA: "事案か", EN: "incident"}, yes("is_incident")},
		{"category", notice.Label{JA: "分類", EN: "category"}, "category_{lang}"},
		{"also", notice.Label{JA: "ほかの分類", EN: "also"}, labelsSQL("also", "category")},
		{"severity", notice.Label{JA: "重大度", EN: "severity"}, "severity_{lang}"},
		{"", notice.Label{JA: "確からしさ", EN: "confidence"}, "round(confidence, 2)"},
		{"stage", notice.Label{JA: "続報の段階", EN: "stage"}, labelSQL("stage", "stage")},
		{"timeline.occurred", notice.Label{JA: "発生", EN: "occurred"}, "occurred"},
		{"timeline.detected", notice.Label{JA: "発覚", EN: "detected"}, "detected"},
		{"timeline.ended", notice.Label{JA: "終了", EN: "ended"}, "ended"},
		{"timeline.restored", notice.Label{JA: "復旧", EN: "restored"}, "restored"},
		{"impact.people", notice.Label{JA: "人数（人）", EN: "persons"}, "people"},
		{"", notice.Label{JA: "人数の言葉", EN: "persons, in its words"}, "people_text"},
		{"impact.records", notice.Label{JA: "件数（件）", EN: "records"}, "records"},
		{"", notice.Label{JA: "件数の言葉", EN: "records, in its words"}, "records_text"},
		{"impact.outage_minutes", notice.Label{JA: "停止（分）", EN: "outage (minutes)"}, "outage_minutes"},
		{"", notice.Label{JA: "停止の言葉", EN: "outage, in its words"}, "outage_text"},
		{"impact.exposure", notice.Label{JA: "流出", EN: "exposure"}, labelSQL("exposure", "exposure")},
		{"impact.data_types", notice.Label{JA: "情報の種類", EN: "kinds of data"}, labelsSQL("data_types", "data_type")},
		{"impact.secondary_damage", notice.Label{JA: "二次被害", EN: "later damage"}, labelSQL("secondary_damage", "secondary_damage")},
		{"contractor.involved", notice.Label{JA: "委託先の関与", EN: "contractor involved"}, yes("contractor_involved")},
		{"contractor.name", notice.Label{JA: "委託先", EN: "contractor"}, "contractor"},
		{"found_by", notice.Label{JA: "気づいた人", EN: "found by"}, labelSQL("found_by", "found_by")},
		{"medium", notice.Label{JA: "媒体", EN: "medium"}, labelSQL("medium", "medium")},
		{"warnings", notice.Label{JA: "注意", EN: "warnings"}, labelsSQL("warnings", "warning")},
		{"", notice.Label{JA: "合成", EN: "synthetic"}, yes("synthetic")},
	}
}

// yes is SQL that says yes where the condition holds, and nothing else.
func yes(condition string) string {
	return "if(" + condition + ", if('{lang}' = 'ja', 'はい', 'yes'), NULL)"
}

// evidenceFields are how the fields of evidence are called.
func evidenceFields() []Option {
	var all []Option
	for _, f := range facts() {
		if f.field != "" {
			all = append(all, Option{f.field, f.label})
		}
	}
	return all
}

// factsSQL asks for what is known of a notice, one fact a row.
func factsSQL(condition string) string {
	var ja, en, values []string
	for _, f := range facts() {
		ja, en, values = append(ja, "'"+f.label.JA+"'"), append(en, "'"+f.label.EN+"'"), append(values, "toString("+f.value+")")
	}
	return fmt.Sprintf(`SELECT field, value
FROM notices
ARRAY JOIN if('{lang}' = 'ja', [%s], [%s]) AS field, [%s] AS value
WHERE %s AND notEmpty(value)`, strings.Join(ja, ", "), strings.Join(en, ", "), strings.Join(values, ", "), condition)
}
