package grafana

import "owabi/pkg/notice"

// unitInfo is what a unit is called and how Grafana writes its figures.
type unitInfo struct {
	label    notice.Label
	format   string // Grafana's id of a format
	decimals int    // -1: as they come
}

func (u Unit) info() unitInfo {
	const grouped = "locale" // 1,234,567
	switch u {
	case Notices:
		return unitInfo{notice.Label{JA: "公表文（件）", EN: "notices"}, grouped, -1}
	case Incidents:
		return unitInfo{notice.Label{JA: "事案（件）", EN: "incidents"}, grouped, -1}
	case Organizations:
		return unitInfo{notice.Label{JA: "組織", EN: "organizations"}, grouped, -1}
	case Persons:
		return unitInfo{notice.Label{JA: "人", EN: "persons"}, grouped, -1}
	case Minutes:
		return unitInfo{notice.Label{JA: "分", EN: "minutes"}, grouped, -1}
	case Days:
		return unitInfo{notice.Label{JA: "日", EN: "days"}, grouped, -1}
	case Share:
		return unitInfo{notice.Label{JA: "割合", EN: "share"}, "percentunit", 1}
	case Yen:
		return unitInfo{notice.Label{JA: "円", EN: "yen"}, grouped, -1}
	case Bytes:
		return unitInfo{notice.Label{JA: "バイト", EN: "bytes"}, "bytes", -1}
	case Seconds:
		return unitInfo{notice.Label{JA: "秒", EN: "seconds"}, "s", -1}
	case PerSecond:
		return unitInfo{notice.Label{JA: "件毎秒", EN: "per second"}, "suffix:/s", -1}
	case Rows:
		return unitInfo{notice.Label{JA: "行", EN: "rows"}, grouped, -1}
	case Parts:
		return unitInfo{notice.Label{JA: "パート", EN: "parts"}, grouped, -1}
	case Ratio:
		return unitInfo{notice.Label{JA: "倍", EN: "times"}, "none", 2}
	case Day:
		return unitInfo{notice.Label{JA: "日付", EN: "date"}, "time:YYYY-MM-DD", -1}
	case Month:
		return unitInfo{notice.Label{JA: "月", EN: "month"}, "time:YYYY-MM", -1}
	case Moment:
		return unitInfo{notice.Label{JA: "日時", EN: "time"}, "time:YYYY-MM-DD HH:mm:ss", -1}
	default:
		return unitInfo{format: "string", decimals: -1}
	}
}

// Label names the unit; empty for Words.
func (u Unit) Label() notice.Label { return u.info().label }
