package japanese

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Announcers finds who a report says has announced the matter, best first,
// each name once. News restates a notice without legal forms, so that
// Organizations cannot see the name; here its place gives it away: the end of
// a headline (…を紛失　青空銀行), or the topic of 発表した, 公表した, 明らかにした.
func Announcers(d *Document) []OrganizationName {
	a := announcers{d: d, s: d.Text.norm, at: map[string]int{}}
	a.headline()
	const enough = 12 // sentences: whoever announces is named at the beginning
	for i, n := 0, 0; i < len(d.Sentences) && n < enough; i++ {
		if d.Sentences[i].Line > 0 {
			a.sentence(d.Sentences[i].Range)
			n++
		}
	}
	order := make([]int, len(a.out))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return a.score[order[i]] > a.score[order[j]] })
	out := make([]OrganizationName, len(order))
	for i, k := range order {
		out[i] = a.out[k]
	}
	return out
}

type announcers struct {
	d     *Document
	s     string
	out   []OrganizationName
	score []int
	at    map[string]int // key to index in out
}

// announces are the verbs of announcing and of apology.
var announces = [...]string{"発表", "公表", "明らかにし", "明らかにす", "明らかになった", "陳謝", "謝罪", "お詫び", "おわび", "処分", "懲戒", "見合わせ", "再開し", "呼びかけ", "公開し"}

// headline takes the last part of the first line, set apart by a wide gap.
func (a *announcers) headline() {
	if len(a.d.Lines) < 2 {
		return
	}
	r := a.d.Lines[0].Range
	for {
		from, to := a.d.wideGap(r)
		if from < 0 {
			break
		}
		r = Range{to, r.End}
	}
	if r == a.d.Lines[0].Range {
		return
	}
	words := a.s[r.Start:r.End]
	for _, w := range [...]string{"が発表", "が公表", "発表", "公表", "が調査結果", "が謝罪", "が陳謝"} {
		if strings.HasSuffix(words, w) {
			r.End -= len(w)
			break
		}
	}
	if k := strings.Index(a.s[r.Start:r.End], "、"); k > 0 { // 青空市、職員を処分
		r.End = r.Start + k
	}
	if start := nounStart(a.s, r.End); start <= r.Start {
		a.add(r, 2)
	}
}

// sentence takes the topic of a sentence of announcing.
func (a *announcers) sentence(r Range) {
	words := a.s[r.Start:r.End]
	says := false
	for _, w := range announces {
		says = says || strings.Contains(words, w)
	}
	points := 1
	if says {
		points = 3
	}
	for i := r.Start; i < r.End; {
		c, size := utf8.DecodeRuneInString(a.s[i:])
		switch c {
		case 'は':
			next := runeAt(a.s, i+size)
			if says || next == '、' || isDigit(next) || isKanji(next) || isKatakana(next) {
				end := i
				if runeBefore(a.s, end) == ')' { // 青空銀行(盛岡市)は
					if k := strings.LastIndexByte(a.s[r.Start:end], '('); k > 0 {
						end = r.Start + k
					}
				}
				if start := nounStart(a.s, end); start < end && start >= r.Start && (says || points > 1) {
					a.add(Range{start, end}, points)
					return
				}
			}
			return
		case 'に':
			if strings.HasPrefix(a.s[i:], "によると") {
				if start := nounStart(a.s, i); start < i && start >= r.Start {
					a.add(Range{start, i}, 2)
				}
				return
			}
		case '(', '「':
			if end := skipBracket(a.s, i, r.End); end > 0 {
				i = end
				continue
			}
		}
		i += size
	}
}

// nounStart walks left over the nouns, Latin words and spaces between them
// that end at i.
func nounStart(s string, i int) int {
	j := i
	for n := 0; n < longestName && j > 0; n++ {
		r := runeBefore(s, j)
		switch {
		case isNoun(r), isDigit(r), r == '.' && isLatin(runeBefore(s, j-1)), r == '&':
			j -= utf8.RuneLen(r)
			continue
		case r == ' ' && j > 1 && j < i && (isLatin(rune(s[j-2])) && isLatin(runeAt(s, j))):
			j--
			continue
		case r == 'の' && j < i && prefixed(s, j, "みちのく") != "":
			j -= len("の")
			continue
		case isHiragana(r) && j < i: // さいたま市, みずほ銀行
			f := finder{s: s}
			if k := f.hiraganaInName(j); k >= 0 {
				j = k
				continue
			}
		}
		break
	}
	return j
}

func (a *announcers) add(r Range, points int) {
	r = trim(a.s, r)
	for r.Start < r.End && strings.ContainsRune("・-.& ", runeAt(a.s, r.Start)) {
		r.Start += utf8.RuneLen(runeAt(a.s, r.Start))
	}
	name := a.s[r.Start:r.End]
	if k := strings.LastIndex(name, "・"); k > 0 && Kind(name) == KindMunicipality { // 千葉・青空市
		r.Start += k + len("・")
		name = a.s[r.Start:r.End]
	}
	if n := runeCount(name); n < 2 || n > longestName || !namesAnnouncer(name) {
		return
	}
	key := FoldName(name)
	if i, ok := a.at[key]; ok {
		a.score[i] += points
		return
	}
	a.at[key] = len(a.out)
	kind := Kind(name)
	a.out = append(a.out, OrganizationName{Span: a.d.Text.Span(r), Range: r, Name: name, Key: key, Kind: kind, Legal: kind == KindMinistry || kind == KindMunicipality || kind == KindPrefecture})
	a.score = append(a.score, points)
}

// namesAnnouncer refuses what only points back (同社), describes (運営会社) or
// is a person or a thing.
func namesAnnouncer(w string) bool {
	if prefixed(w, 0, "同", "当", "弊", "本人", "各", "両", "影響", "原因", "対象", "これ", "それ", "この", "今回", "情報", "被害", "書類", "利用者", "担当", "職員", "委託", "元", "教諭", "男性", "女性", "県教委", "市教委", "関係者", "警察", "学校", "病院側", "大学側", "会社", "運営会社", "復旧", "発生", "現在", "現時点", "店舗", "端末", "障害", "システム", "個人", "顧客", "患者", "生徒", "児童", "誤", "問い合わせ", "流出", "攻撃", "不正", "調査", "サーバ", "データ", "メール", "住民", "市民", "内訳", "件数", "一部", "今後", "いずれ", "どちら", "残り", "電話", "受付", "受け付け", "問合せ") != "" {
		return false
	}
	switch w {
	case "病院", "大学", "銀行", "市町村", "保健所", "教育委員会", "県警", "自治体", "幹部", "府警", "検察", "地裁", "高校", "中学校", "小学校", "支店", "本社", "チーム", "サイト", "アプリ", "金庫", "組合", "協会", "財団", "法人", "国", "政府", "総務課", "広報", "記者", "発覚", "窓口":
		return false
	}
	if isDigit(runeAt(w, 0)) || strings.Contains(w, "午前") || strings.Contains(w, "午後") {
		return false
	}
	last := runeBefore(w, len(w))
	for _, s := range [...]string{"調べ", "社長", "会長", "知事", "市長", "学長", "大臣", "講師", "教諭", "教員", "職員", "社員", "氏", "さん", "担当者", "関係者", "同署", "日", "月", "年", "件", "人", "名", "情報", "障害", "問題", "事故", "原因", "影響", "被害", "発表", "対象", "期間", "番号", "状態", "時点", "結果", "宅"} {
		if strings.HasSuffix(w, s) {
			return false
		}
	}
	return last != '者' && last != '数' && last != '側'
}
