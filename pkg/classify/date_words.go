package classify

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// unrelated are words of sentences that tell of another matter.
var unrelated = []string{"とは関係が", "とは関係ありま", "とは関係ござい", "と関係はありま", "とは原因が異な", "とは別の事", "本件とは関係", "とは無関係"}

// measures tells whether m is part of what a thing is called, and no day of an
// event: 10月分, 3月号, 4月1日付.
func (r *reading) measures(m japanese.Moment) bool {
	if m.Clock >= 0 {
		return false
	}
	rest := r.text.Norm()[m.Range.End:]
	if r.v.Dates[m.Date].Day == 0 {
		// 1月ご使用分の料金; but 4月の検針分から: since when.
		billed := strings.TrimPrefix(strings.TrimPrefix(rest, "の"), "ご")
		for _, w := range [...]string{"使用分", "請求分", "利用分", "検針分", "支給分", "診療分", "支払い分", "支払分", "購入分"} {
			if after, ok := strings.CutPrefix(billed, w); ok && !startsWith(after, "から", "より", "~", "-", "以降") {
				return true
			}
		}
	}
	return startsWith(rest, "分の", "分と", "分に", "分を", "分は", "分、", "分給", "分仕", "分ま", "号", "付の", "付けの", "生まれ", "期の", "度") || r.v.Dates[m.Date].Day == 0 && startsWith(rest, "分")
}

// foundFirst tells whether the first predicate behind a date at end, in sentence i
// and before stop, is one of finding.
func (r *reading) foundFirst(i int, end, stop int32) bool {
	for _, mt := range r.inSentence(i) {
		if mt.start < end || mt.start >= stop {
			continue
		}
		switch r.cue(mt).group {
		case groupDetected:
			if r.finds(mt) {
				return true
			}
		case groupOccurred, groupCategory, groupLost, groupLeak:
			if mt.start-end > 1 && r.says(mt, "から") { // 顧客から連絡があり: by whom
				continue
			}
			return false
		}
	}
	return false
}

// says tells whether m is one of these words.
func (r *reading) says(m match, words ...string) bool {
	return slices.Contains(words, string(r.view.runes[m.start:m.end]))
}

// behind is what follows m, as far as it matters.
func (r *reading) behind(m match) string {
	return string(r.view.runes[m.end:min(len(r.view.runes), int(m.end)+6)])
}

// finds tells whether a word for finding says that somebody found something: not
// 所在が分か|らなくなり, 気づいて|いなかった; nor where somebody was taken in by a
// mail, nor a call to the fire brigade.
func (r *reading) finds(m match) bool {
	if r.emergencyCall(m) {
		return false
	}
	behind := r.behind(m)
	if startsWith(behind, "取") && (r.out.Category == notice.Malware || r.out.Category == notice.Phishing) {
		return !r.says(m, "メールを受け")
	}
	return !startsWith(behind, "らなくなり", "らなくなった", "らず", "らない", "りませ", "いな", "いませ", "おら", "おりませ")
}

// onOccasion tells whether m only names the occasion on which something else
// happened: 更新し|た際の設定の誤り.
func (r *reading) onOccasion(m match) bool {
	return startsWith(r.behind(m), "た際", "た時", "たとき", "た直後", "たことに伴", "たことによ")
}

// inspected tells whether what is done on a date that ends at end, in sentence i
// before stop, is to look whether all is in order, and something is found:
// 12月2日に実施した棚卸しにおいて、…が見当たらない.
func (r *reading) inspected(after string, i int, end, stop int32) bool {
	clause, _, _ := strings.Cut(head(after, 40), "、")
	looks := slices.ContainsFunc(inspections, func(w string) bool {
		_, rest, ok := strings.Cut(clause, w)
		return ok && startsWith(strings.TrimPrefix(rest, "作業"), "で", "に", "の結果", "の際", "の過程", "時に", "中に", "した結果", "したところ", "を行ったところ", "を実施したところ")
	})
	if !looks {
		return false
	}
	for _, m := range r.inSentence(i) {
		if m.start < end || m.start >= stop {
			continue
		}
		switch r.cue(m).group {
		case groupDetected:
			if r.finds(m) {
				return true
			}
		case groupOccurred:
			if !r.says(m, "から", "実施した") {
				return false
			}
		}
	}
	return false
}

// inspections are words for looking whether all is in order.
var inspections = []string{"棚卸し", "棚卸", "点検", "調査", "監査", "検査", "照合", "見直し", "突合"}

// heldAt tells whether what stands between a date's end and to is an event of the
// date's own that a noun is described by: 午後8時から実施した「…」において、….
func (r *reading) heldAt(from, to int32) bool {
	clause, _, _ := strings.Cut(string(r.view.runes[from:min(to, from+40)]), "、")
	for _, w := range [...]string{"実施", "開催", "開始", "募集", "販売", "発売", "発送", "送付", "送信", "配布", "郵送", "配信", "投函", "交付", "発行"} {
		_, rest, ok := strings.Cut(clause, w)
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "いた"), "さ")
		if ok && (startsWith(rest, "しました", "した", "れました", "れた", "しておりました") && holds(rest, "において", "における", "では", "で", "」", "「")) {
			return true
		}
	}
	return false
}

// isFound tells whether what m tells is what a finding before stop is about:
// 感染していることに気づき is told of the day of the finding.
func (r *reading) isFound(m match, stop int32) bool {
	for _, found := range r.inSentence(int(m.sentence)) {
		if r.cue(found).group != groupDetected || !r.finds(found) || found.start < m.end || found.start >= stop || found.start-m.end > 16 {
			continue
		}
		if between := string(r.view.runes[m.end:found.start]); endsIn(between, "ことに", "ことを", "ことが", "のに", "のを") && !holds(between, "、") {
			return true
		}
	}
	return false
}

// emergencyCall tells whether m is what fire brigades call a call: 119番通報. It tells
// that nobody found anything out.
func (r *reading) emergencyCall(m match) bool {
	return m.start > 0 && string(r.view.runes[m.start:m.end]) == "通報" && endsIn(string(r.view.runes[max(0, m.start-4):m.start]), "119", "119番", "110", "緊急")
}

// ofAnother tells whether m is the day of something else that is named right
// before it: one end of the period in which people applied, 応募期間:2月1日~4月7日, or
// the day of a press conference in brackets.
func (r *reading) ofAnother(m japanese.Moment) bool {
	norm := r.text.Norm()
	before := strings.ReplaceAll(squeeze(tail(norm[max(0, m.Range.Start-200):m.Range.Start], anotherReaches)), "\n", "")
	if open := strings.LastIndexByte(before, '('); open >= 0 && !strings.Contains(before[open:], ")") && endsIn(before[:open], occasions...) {
		return true
	}
	k := strings.LastIndex(before, "期間")
	if k < 0 || strings.ContainsAny(before[k:], "。、)」") {
		return false
	}
	return endsIn(strings.TrimSuffix(strings.TrimSuffix(before[:k], "予定"), "の"), "応募", "募集", "受付", "受け付け", "申込", "申し込み", "開催", "販売", "会期", "キャンペーン", "登録", "契約", "保存", "回答", "投票", "受講", "補償", "製造", "出荷")
}

// anotherReaches is how many characters before a date name what it is the day of.
const anotherReaches = 40

// occasions are what is named before the brackets that hold its day.
var occasions = []string{"会見", "説明会", "発表", "公表", "閣議", "委員会", "通知", "通達", "議会", "公布", "施行", "改正", "契約", "締結"}

// coversData tells whether the words behind a date name people or things by when
// they came in: から2019年5月までに応募された方.
func (r *reading) coversData(after string) bool {
	clause, _, _ := strings.Cut(head(after, 60), "。")
	k := strings.Index(clause, "まで")
	if k < 0 {
		return false
	}
	return holds(clause[k:], "方", "お客", "申し込", "申込", "応募", "投稿", "受信", "登録", "予約", "来店", "採用", "在籍", "受け付け", "受付", "提出", "届け出", "契約し", "撮影", "寄せられ", "問い合わせ", "発行", "受診", "卒業", "入会", "製造", "出荷", "手術", "販売し", "購入", "宿泊", "お支払い")
}

// quoted tells whether a quotation that begins behind from is still open at to.
func (r *reading) quoted(from, to int32) bool {
	open := 0
	for _, c := range r.view.runes[from:max(from, min(to, from+200))] {
		switch c {
		case '「', '『':
			open++
		case '」', '』':
			open = max(0, open-1)
		}
	}
	return open > 0
}

// quotedRunes counts the runes of quotations between from and to.
func (r *reading) quotedRunes(from, to int32) float64 {
	n, open := 0, false
	for _, c := range r.view.runes[from:max(from, min(to, from+200))] {
		switch c {
		case '「', '『':
			open = true
		case '」', '』':
			open = false
		}
		if open {
			n++
		}
	}
	return float64(n)
}

// complement tells whether the clause between from and to is what the predicate
// at to is about, and nobody looked into it meanwhile.
func (r *reading) complement(from, to int32) bool {
	if to-from > 200 {
		return false
	}
	between := string(r.view.runes[from:to])
	if !endsIn(between, "こと", "ことが", "ことも", "ことを", "ていたの", "ていたのが", "事実", "事実が") {
		return false
	}
	return !holds(between, "確認", "調べ", "調査", "点検", "突き合わせ", "照合", "ところ", "際", "連絡", "指摘", "問い合わせ", "電話", "申し出", "により", "から「", "通報", "監査", "集計", "作業", "見直")
}

// announces tells whether sentence i says that something was made public, so
// that its date may be the day of that.
func (r *reading) announces(i int) bool {
	for _, m := range r.inSentence(i) {
		if r.cue(m).group == groupReported {
			if w := string(r.view.runes[m.start:m.end]); strings.Contains(w, "発表") || strings.Contains(w, "公表") || strings.Contains(w, "明らか") {
				return true
			}
		}
	}
	return false
}

// continues tells whether sentence k, on a line of its own, goes on with what
// the date at the end of sentence s began.
func (r *reading) continues(s int, dateEnd int32, k int) bool {
	first := r.doc.Sentences[s]
	rest := r.words(japanese.Range{Start: int(r.view.at[min(int(dateEnd), len(r.view.at)-1)]), End: first.Range.End})
	if utf8.RuneCountInString(strings.Trim(rest, " ()月火水木金土日・祝頃ごろ:、曜")) > 0 || r.doc.Sentences[k].Line > first.Line+2 {
		return false
	}
	// Dates are in the order of the text: the first at or after the sentence decides.
	at, _ := slices.BinarySearchFunc(r.v.Dates, r.doc.Sentences[k].Range.Start, func(d japanese.Date, at int) int { return cmp.Compare(d.Range.Start, at) })
	return at == len(r.v.Dates) || !r.doc.Sentences[k].Range.Contains(r.v.Dates[at].Range)
}
