package grafana

import "owabi/pkg/notice"

// Columns that several dashboards show: here, so that they are called the same
// everywhere.

func incidentCount() Column {
	return Column{Name: "incidents", Label: notice.Label{JA: "事案（件）", EN: "incidents"}, Unit: Incidents}
}

func noticeCount() Column {
	return Column{Name: "notices", Label: notice.Label{JA: "公表文（件）", EN: "notices"}, Unit: Notices}
}

func personSum() Column {
	return Column{Name: "persons", Label: notice.Label{JA: "合計（人）", EN: "sum (persons)"}, Unit: Persons}
}

func personMedian() Column {
	return Column{Name: "median", Label: notice.Label{JA: "中央値（人）", EN: "median (persons)"}, Unit: Persons}
}

func personUnknown() Column {
	return Column{Name: "unknown_share", Label: notice.Label{JA: "人数不明", EN: "unknown"}, Unit: Share}
}

// persons is of one notice, or the sum where the table has no other figure of them.
func persons(name string) Column {
	return Column{Name: name, Label: notice.Label{JA: "人数（人）", EN: "persons"}, Unit: Persons}
}

func lastPublished() Column {
	return Column{Name: "last", Label: notice.Label{JA: "最近の公表", EN: "latest"}, Unit: Day}
}

func published() Column {
	return Column{Name: "published", Label: notice.Label{JA: "公表日", EN: "published"}, Unit: Day}
}

// headline is the title of a notice, at least so many pixels wide.
func headline(width int) Column {
	return Column{Name: "title", Label: notice.Label{JA: "表題", EN: "title"}, Unit: Words, Width: width}
}

func organization() Column {
	return Column{Name: "organization", Label: notice.Label{JA: "組織", EN: "organization"}, Unit: Words}
}

func operator() Column {
	return Column{Name: "organization", Label: notice.Label{JA: "事業者", EN: "operator"}, Unit: Words}
}

func category() Column {
	return Column{Name: "category_label", Label: notice.Label{JA: "分類", EN: "category"}, Unit: Words}
}

func outageMinutes() Column {
	return Column{Name: "outage_minutes", Label: notice.Label{JA: "停止（分）", EN: "outage (minutes)"}, Unit: Minutes}
}

// inItsWords is what the notice says where a figure was read.
func inItsWords(name string) Column {
	return Column{Name: name, Label: notice.Label{JA: "言葉", EN: "in its words"}, Unit: Words}
}

// rowCode is the code that links set a variable by.
func rowCode() Column { return Column{Name: "code", Hidden: true} }

// rowNotice is the id that leads to the notice.
func rowNotice() Column { return Column{Name: "notice_id", Hidden: true} }
