package classify

import (
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// readOrganization finds who published the notice: as the source gives it,
// else by the text.
func (r *reading) readOrganization() {
	name := strings.TrimSpace(r.n.Publisher)
	var at japanese.Range
	if name == "" {
		name, at = r.findPublisher()
		name = strings.Clone(name) // it outlives the text
	}
	if name == "" {
		return
	}
	r.organization, r.organizationKey = name, japanese.FoldName(name)
	r.out.Organization.Name = &name
	r.out.Organization.Key = given(r.organizationKey)
	kind := notice.OrganizationKind(japanese.Kind(name))
	if kind != "" && kind != notice.KindOther {
		r.out.Organization.Kind = &kind
	}
	if p := japanese.Prefecture(name); p != "" {
		r.out.Organization.Prefecture = &p
	}
	if at.Len() == 0 {
		at, _ = r.organizationSpan()
	}
	if at.Len() > 0 {
		r.evidence("organization.name", "organization", at)
	}
}

// organizationSpan is where the publisher's name stands in the text.
func (r *reading) organizationSpan() (japanese.Range, bool) {
	if r.organization == "" {
		return japanese.Range{}, false
	}
	name := japanese.Normalize(r.organization)
	if i := strings.Index(r.text.Norm(), name); i >= 0 {
		return japanese.Range{Start: i, End: i + len(name)}, true
	}
	return japanese.Range{}, false
}

// subjectEnd is where the first mark stands that has a name before it, not a
// character of one (運送会社のはやて急便は), or -1.
func subjectEnd(words, mark string) int {
	for from, n := 0, 0; n < 4; n++ {
		i := strings.Index(words[from:], mark)
		if i < 0 {
			return -1
		}
		i += from
		before := words[:i]
		if k := strings.LastIndexAny(before, "、。"); k >= 0 {
			before = before[k+len("、"):]
		}
		if nameLike(before) || strings.HasSuffix(before, ")") || strings.HasSuffix(before, "」") {
			return i
		}
		from = i + len(mark)
	}
	return -1
}

// nameLike tells whether words can be a name: they end with no particle and no
// predicate, and with no word for what happened or for a sort of person.
func nameLike(words string) bool {
	last, _ := utf8.DecodeLastRuneInString(words)
	if strings.ContainsRune("のはがをにでともやへたるてっ、。", last) && utf8.RuneCountInString(words) > 3 || strings.ContainsRune("のがを", last) {
		return false
	}
	for _, w := range notNames {
		if strings.HasSuffix(words, w) {
			return false
		}
	}
	return true
}

// notNames end what is no organization's name.
var notNames = []string{"発生", "障害", "故障", "トラブル", "脆弱性", "不具合", "停電", "断水", "長さ", "けが人", "事故", "影響", "運営側", "看護師", "新幹線", "乗客",
	"住民", "児童", "生徒", "患者", "医師", "教諭", "利用者", "会員", "顧客", "件数", "時間", "見通し", "復旧", "書類", "名簿", "攻撃", "感染", "流出", "紛失", "盗難",
	"携帯電話サービス", "サービス", "アプリ", "運営会社", "会社側", "大学側", "市側", "このため", "現在", "当時", "原因", "対象", "社長", "市長", "院長", "学長", "校長", "担当者", "職員", "社員"}

var genericNames = map[string]bool{"大学": true, "病院": true, "学校": true, "会社": true, "市": true, "県": true, "町": true, "村": true, "区": true,
	"原因": true, "対象": true, "影響": true, "断水": true, "停電": true, "障害": true, "警察": true, "職員": true, "社員": true, "情報": true, "書類": true,
	"教諭": true, "利用者": true, "これ": true, "このうち": true, "いずれも": true, "システム": true, "サービス": true, "個人情報": true, "各社": true,
	"市上下水道局": true, "市水道局": true, "県水道局": true, "市水道部": true, "市教育委員会": true, "県教育委員会": true, "強風": true, "大雨": true, "大雪": true, "県警": true, "運営会社": true, "県教委": true, "市教委": true, "全国": true, "担当者": true, "関係者": true, "法人": true, "組合": true, "銀行": true, "病院側": true,
	"誤り": true, "現時点": true, "期間": true, "内訳": true, "記": true, "以上": true, "不正アクセス": true, "データ": true, "個人": true}

// generic tells whether name points to somebody named elsewhere (同社, 当行) or
// names nobody.
func generic(name string) bool {
	name = strings.TrimSpace(name)
	if name == "" || genericNames[name] {
		return true
	}
	for _, w := range []string{"同", "当", "本", "弊", "両", "各", "この", "その", "今回", "委託", "外部", "第", "約", "令和", "平成"} {
		if strings.HasPrefix(name, w) && !strings.HasPrefix(name, "同志社") && !strings.HasPrefix(name, "本田") && !strings.HasPrefix(name, "外務") {
			return true
		}
	}
	digits := 0
	for _, c := range name {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits > 0
}

func squeeze(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\t", "") }
