package classify

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
)

// keyOf gives the field that the key of rg's line, or the heading right above
// it, names.
func (r *reading) keyOf(rg japanese.Range) (string, bool) {
	if key, ok := r.keyAt(rg); ok {
		if f, ok := r.keyField(key); ok {
			return f, true
		}
	}
	if i := r.sentenceAt(rg.Start); i >= 0 {
		sec := r.doc.Sections[r.doc.Sentences[i].Section]
		if sec.Level > 0 && rg.Start-sec.Own.Start < 60 {
			if f, ok := r.keyField(sec.Title); ok {
				return f, true
			}
		}
	}
	return "", false
}

// keyedLength tells whether the key of rg's line names the length of an
// unavailability: 障害継続時間, 停止時間.
func (r *reading) keyedLength(rg japanese.Range) bool {
	key, ok := r.keyAt(rg)
	if !ok || !strings.Contains(key, "時間") {
		return false
	}
	for _, w := range []string{"障害", "停止", "継続", "停電", "断水", "影響", "不通", "ダウン"} {
		if strings.Contains(key, w) {
			return true
		}
	}
	return false
}

// keyAt is the key of the line whose value holds rg.
func (r *reading) keyAt(rg japanese.Range) (string, bool) {
	at, exact := slices.BinarySearchFunc(r.doc.Pairs, rg.Start, func(p japanese.Pair, at int) int { return cmp.Compare(p.Range.Start, at) })
	if !exact {
		at--
	}
	if at < 0 || !r.doc.Pairs[at].Value.Contains(rg) {
		return "", false
	}
	return r.doc.Pairs[at].Key, true
}

func (r *reading) keyField(key string) (string, bool) {
	k := strings.Trim(plain(key), "【】[]<>()・:■●○")
	if f, ok := r.rules.keys[k]; ok {
		return f, true
	}
	return composedKey(k)
}

// composedKey reads keys that are put together of what happened and when:
// 停電が発生した時刻, 障害の復旧日時. It is the order of the table that decides.
func composedKey(k string) (string, bool) {
	if utf8.RuneCountInString(k) > 16 || !endsIn(k, "日時", "時刻", "日", "時間帯", "期間", "時期", "完了", "送電", "時間", "始まり", "開始", "終了", "発生") || holds(k, "受付", "営業", "公表", "報告", "予定", "見込", "対応", "調査", "掲載日", "次回", "訂正", "発表", "休", "地区", "世帯数", "区分", "件数") {
		return "", false
	}
	for _, c := range composed {
		if holds(k, c.words...) {
			return c.field, true
		}
	}
	return "", false
}

var composed = []struct {
	field string
	words []string
}{
	{"restored", []string{"復旧", "解消", "再開", "回復", "復電", "通水", "全戸送電", "送電完了", "障害の終了", "障害終了", "開通"}},
	{"detected", []string{"判明", "発覚", "検知", "認知", "発見", "気づい", "気付い", "覚知", "把握"}},
	{"occurred", []string{"発生", "停止", "停電", "断水", "障害", "不通", "故障", "紛失", "盗難", "誤送", "利用できな", "つながりにく", "漏えい", "流出", "閲覧でき", "閲覧可能", "表示され", "公開され"}},
}

func endsIn(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(s, w) })
}

func holds(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

func startsWith(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(s, w) })
}
