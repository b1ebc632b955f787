package japanese

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Sum is a list of quantities of one unit that stand side by side, in a sentence
// (A課で3件、B課で5件) or in the rows of a table, and what they add up to.
// Whether they are to be added is told by Told and Disjoint: the items of 氏名12件、
// 住所8件 are counted twice.
type Sum struct {
	Span  Span
	Range Range // from the words that name the first item to the last item
	Items []int // indexes into Values.Quantities, two at least

	Unit  string
	Class Class
	Value float64
	Bound Bound // the weakest of the items'

	Told     int  // index into Values.Quantities of the total that is told beside the list, or -1
	Differs  bool // the told total is set against the list (合計, 内訳) and is another number
	Plain    bool // nothing but names and particles stands between the items
	Disjoint bool // so it is, and each item has a name of its own, and they are those of places, days, offices or groups of people
}

// Agrees tells whether a total is told and the items add up to it.
func (s Sum) Agrees() bool { return s.Told >= 0 && !s.Differs }

// How far, in bytes of the normalised text, a sum looks.
const (
	longestGap   = 150 // between two items
	longestReach = 240 // to the total
	longestLabel = 60  // back for the name of the first item
)

// Sums finds the lists of quantities that may be the parts of one whole, in the
// order of their last items. One quantity is an item of one list.
func (v *Values) Sums() []Sum {
	a := adder{v: v, s: v.text.norm, open: map[string][2]int{}, last: map[string]int{}}
	for i := range v.Quantities {
		a.take(i)
	}
	var out []Sum
	for _, l := range a.lists {
		if s, ok := a.sum(l); ok {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(x, y Sum) int { return x.Range.End - y.Range.End })
	return out
}

// listed is a list while it grows.
type listed struct {
	items  []int
	labels []string // what stands between a separator and each item
	named  Range    // the first of them
	plain  bool     // nothing but names and particles stands between the items
	before int      // the quantity of the same unit before the list, or -1
	after  int      // … and behind it
}

type adder struct {
	v     *Values
	s     string
	lists []listed
	open  map[string][2]int // by unit: the two lists that may go on, one more than the index; the later first
	last  map[string]int    // by unit: one more than the index of the latest quantity
}

// kind is the unit by which quantities belong to one list.
func (q Quantity) kind() string {
	if q.Unit == "名" {
		return "人"
	}
	return q.Unit
}

// take gives quantity i to the list it goes on, or begins one with it.
func (a *adder) take(i int) {
	q := a.v.Quantities[i]
	switch {
	case q.Per, q.Ordinal, q.Class == ClassPercent, q.Class == ClassSize:
		return
	case q.Unit == "", q.Unit == "組", q.Unit == "番号": // 1年2組 names a class
		return
	}
	kind := q.kind()
	before := a.last[kind] - 1
	a.last[kind] = i + 1
	if before >= 0 {
		for _, o := range a.open[kind] {
			if o > 0 && a.lists[o-1].items[len(a.lists[o-1].items)-1] == before {
				a.lists[o-1].after = i
			}
		}
	}
	if q.Vague || q.Max > 0 || q.Gross || a.totals(i) {
		delete(a.open, kind)
		return
	}
	open := a.open[kind]
	for n, o := range open {
		if o == 0 || q.Part {
			continue
		}
		l := &a.lists[o-1]
		if label, plain, ok := a.gap(l.items[len(l.items)-1], i); ok {
			l.items, l.labels = append(l.items, i), append(l.labels, label)
			l.plain = l.plain && plain
			l.after = -1
			if n > 0 {
				a.open[kind] = [2]int{o, 0}
			}
			return
		}
	}
	low := 0
	if before >= 0 {
		low = a.v.Quantities[before].Range.End
	}
	named := a.labelBefore(low, q.Range.Start)
	a.lists = append(a.lists, listed{items: []int{i}, labels: []string{a.s[named.Start:q.Range.Start]}, named: named, plain: true, before: before, after: -1})
	older := 0
	if q.Part { // A課3件(うち1件は…)、B課5件: the list goes on behind the bracket
		older = open[0]
	}
	a.open[kind] = [2]int{len(a.lists), older}
}

// totals tells whether quantity i is told as a total: 合計8件, 小計8件.
func (a *adder) totals(i int) bool {
	q := a.v.Quantities[i]
	noun := a.s[q.Before.Start:q.Before.End]
	return q.Total || noun == "計" || noun == "総計" || strings.HasSuffix(noun, "小計")
}

// separators part the items of a list.
var separators = []string{"、", ",", "・", "及び", "および", "並びに", "ならびに", "/", ";", "\t", "  "}

// broken are words between two quantities that make the second no further item.
var broken = []string{"。", "うち", "増え", "増加", "減", "に対し", "ではなく", "訂正", "から計", "誤り、正しく", "その後", "これまで"}

// telling are words that an item's name does not hold: between the items a
// sentence is told.
var tellingWords = []string{"した", "され", "して", "って", "いる", "ある", "おり", "ない", "なか", "ます", "です", "でし", "ほか", "また", "さら"}

// gap reads what stands between quantities i and j of one unit: the name of the
// second, and whether nothing but names stands there.
func (a *adder) gap(i, j int) (label string, plain, ok bool) {
	from, to := a.v.Quantities[i].Range.End, a.v.Quantities[j].Range.Start
	if to-from > longestGap || to <= from {
		return "", false, false
	}
	between := a.s[from:to]
	if strings.HasPrefix(between, ")") && strings.HasSuffix(between, "(") { // A課3件(12人)、B課5件(20人)
		between = between[1 : len(between)-1]
	}
	tail := "" // what belongs to the first of the two
	text, closed := unbracketed(between)
	if !closed || containsAny(text, broken) {
		return "", false, false
	}
	if strings.Contains(text, "\n") {
		if !a.row(i) || !a.row(j) {
			return "", false, false
		}
		lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
		if n := len(lines); n > 0 && !strings.HasSuffix(text, "\n") {
			lines, label = lines[:n-1], strings.TrimSpace(lines[n-1])
		}
		if n := len(lines); n > 0 && label == "" { // its row's name in a line of its own
			lines, label = lines[:n-1], strings.TrimSpace(lines[n-1])
		}
		tail = strings.TrimSpace(strings.Join(lines, ""))
	} else {
		text = strings.TrimRight(text, " \t")
		cut := -1
		for _, sep := range separators {
			if k := strings.LastIndex(text, sep); k >= cut && k >= 0 {
				cut, tail, label = k, strings.TrimSpace(text[:k]), strings.TrimSpace(text[k+len(sep):])
			}
		}
		if cut < 0 {
			return "", false, false
		}
	}
	short := utf8.RuneCountInString(tail) <= 8 && utf8.RuneCountInString(label) <= 24
	return label, short && !containsAny(tail, tellingWords) && !containsAny(label, tellingWords), true
}

// row tells whether quantity i stands at the end of a row of a table or a list:
// a name before it, nothing of a sentence behind.
func (a *adder) row(i int) bool {
	r := a.v.Quantities[i].Range
	start := strings.LastIndexByte(a.s[max(0, r.Start-longestGap):r.Start], '\n') + 1 + max(0, r.Start-longestGap)
	name, closed := unbracketed(a.s[start:r.Start])
	if closed && strings.ContainsAny(name, "、。") {
		return false
	}
	next := runeAt(a.s, r.End)
	return !isKanji(next) && !isKana(next)
}

// unbracketed is s without what stands in its brackets; closed is false when a
// bracket closes that did not open, or stays open.
func unbracketed(s string) (text string, closed bool) {
	if !strings.ContainsAny(s, "()") {
		return s, true
	}
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return "", false
			}
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String(), depth == 0
}

// labelBefore is the name of the first item of a list, which begins at i;
// it does not begin before low.
func (a *adder) labelBefore(low, i int) Range {
	j := i
	for j > low && i-j < 4 && strings.IndexByte(" \t\n:", a.s[j-1]) >= 0 { // A課:3件; its row's name in a line of its own
		j--
	}
	for j > low && i-j < longestLabel {
		r := runeBefore(a.s, j)
		if strings.ContainsRune("、,。\n\t:;(「・/は", r) {
			break
		}
		j -= utf8.RuneLen(r)
	}
	for j < i && a.s[j] == ' ' {
		j++
	}
	return Range{j, i}
}

// sum makes a Sum of a list of two or more items.
func (a *adder) sum(l listed) (Sum, bool) {
	if len(l.items) < 2 {
		return Sum{}, false
	}
	s := a.listSum(l)
	if s.Told < 0 && len(l.items) > 2 {
		s = a.totalAmong(l, s)
	}
	return s, true
}

// totalAmong parts from a list its first or last item where that is the total of
// the others: 8件、A課3件、B課5件.
func (a *adder) totalAmong(l listed, s Sum) Sum {
	q, end, names := a.v.Quantities, len(l.items)-1, a.names(l)
	told := -1
	switch {
	case 2*q[l.items[0]].Value == s.Value && !apart(names[0]):
		told = l.items[0]
		l.items, l.labels, l.before = l.items[1:], l.labels[1:], -1
		l.named = a.labelBefore(q[told].Range.End, q[l.items[0]].Range.Start)
	case 2*q[l.items[end]].Value == s.Value && !apart(names[end]):
		told = l.items[end]
		l.items, l.labels, l.after = l.items[:end], l.labels[:end], -1
	default:
		return s
	}
	s = a.listSum(l)
	s.Told, s.Differs = told, false
	return s
}

// listSum is the sum of a list with the total that stands beside it, be it the
// sum or set against it.
func (a *adder) listSum(l listed) Sum {
	q := a.v.Quantities
	first, last := q[l.items[0]], q[l.items[len(l.items)-1]]
	s := Sum{Items: l.items, Unit: first.Unit, Class: first.Class, Value: a.total(l.items), Bound: a.bound(l.items), Told: -1}
	s.Range = Range{l.named.Start, last.Range.End}
	s.Span = a.v.text.Span(s.Range)
	for _, k := range []int{l.before, l.after} {
		if k >= 0 && q[k].Value == s.Value && !q[k].Vague && a.near(k, s.Range) {
			s.Told = k
		}
	}
	open := startsWithAny(a.s[last.Range.End:], "など", "ほか", "のほか", "等", "他", "分など", "以外")
	s.Plain = l.plain
	if !s.Plain || open {
		return s
	}
	names := a.names(l)
	once := !countedTwice(names)
	s.Disjoint = once && disjoint(names)
	if s.Told < 0 && s.Bound == Exact && !first.Part && once {
		if k := a.setAgainst(l, s.Range); k >= 0 {
			s.Told, s.Differs = k, true
		}
	}
	return s
}

func (a *adder) total(items []int) (sum float64) {
	for _, i := range items {
		sum += a.v.Quantities[i].Value
	}
	return sum
}

// bound is the weakest of the items'.
func (a *adder) bound(items []int) Bound {
	weakest := Exact
	for _, i := range items {
		switch b := a.v.Quantities[i].Bound; {
		case b == Exact || b == weakest:
		case weakest == Exact:
			weakest = b
		default:
			weakest = Approx
		}
	}
	return weakest
}

// near tells whether quantity k stands close enough to a list to be its total.
func (a *adder) near(k int, list Range) bool {
	r := a.v.Quantities[k].Range
	return r.Start >= list.End && r.Start-list.End < longestReach || r.End <= list.Start && list.Start-r.End < longestReach
}

// setAgainst finds the total that is plainly told as that of the list: 合計 right
// behind it, or a number whose breakdown it is said to be. It is -1 where none is.
func (a *adder) setAgainst(l listed, list Range) int {
	q := a.v.Quantities
	exact := func(k int) bool { return !q[k].Vague && q[k].Max == 0 && q[k].Bound == Exact && !q[k].Gross }
	if k := l.after; k >= 0 && exact(k) && a.totals(k) && q[k].Range.Start >= list.End && q[k].Range.Start-list.End < longestLabel {
		gap, _ := unbracketed(a.s[list.End:q[k].Range.Start])
		gap = strings.Trim(gap, " \t\n、,の・:で計合総")
		row := l.before >= 0 && a.totals(l.before) // the rows above were added up before: what follows may be of all
		if gap == "" && !row && strings.Contains(a.s[list.End:q[k].Number.Start], "計") {
			return k
		}
	}
	if k := l.before; k >= 0 && exact(k) && !q[k].Part && q[k].Range.End <= list.Start && list.Start-q[k].Range.End < longestLabel {
		gap := a.s[q[k].Range.End:list.Start]
		closed := strings.HasPrefix(strings.TrimLeft(a.s[list.End:], " 分"), ")")
		if strings.Contains(gap, "うち") {
			return -1
		}
		if gap == "(" && closed || strings.Contains(gap, "内訳") && (!strings.HasPrefix(gap, "(") || closed) {
			return k
		}
	}
	return -1
}

// dataNouns name what is recorded of a person: one person has many of them.
var dataNouns = []string{"氏名", "名前", "住所", "電話", "メール", "アドレス", "生年月日", "性別", "年齢", "口座", "カード", "番号", "パスワード", "ID", "情報", "写真", "データ", "記録", "履歴", "延べ", "のべ", "重複"}

// countedTwice tells whether the names of items are those of things that one and
// the same may have, or of times of day at which it was counted.
func countedTwice(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return containsAny(name, dataNouns) || strings.HasSuffix(name, "時") || strings.HasSuffix(name, "分") || strings.HasSuffix(name, "現在")
	})
}

// names are the words that tell the items apart: those before them, or where
// there are none those behind.
func (a *adder) names(l listed) []string {
	out := make([]string, len(l.items))
	any := false
	for k, label := range l.labels {
		label = strings.Trim(label, " \t:・「」()-")
		for _, p := range []string{"については", "において", "として", "では", "には", "から", "より", "が", "は", "で", "に", "の", "へ", "の方"} {
			label = strings.TrimSuffix(label, p)
		}
		out[k] = label
		any = any || label != ""
	}
	if any {
		return out
	}
	for k, i := range l.items {
		after := a.v.Quantities[i].After
		out[k] = a.s[after.Start:after.End]
	}
	return out
}

// disjoint tells whether items are named, each otherwise, by places, days,
// offices or groups of people.
func disjoint(names []string) bool {
	seen := make(map[string]bool, len(names))
	for _, name := range withoutCommon(names) {
		if !apart(name) || seen[name] {
			return false
		}
		seen[name] = true
	}
	return true
}

// withoutCommon cuts what all names have behind a の: of 北支店の申込書 and 南支店の申込書
// it leaves 北支店 and 南支店.
func withoutCommon(names []string) []string {
	_, common, ok := strings.Cut(names[0], "の")
	if !ok {
		return names
	}
	out := make([]string, len(names))
	for k, name := range names {
		if out[k], ok = strings.CutSuffix(name, "の"+common); !ok {
			return names
		}
	}
	return out
}

// parts are the last words of names of places, days, offices and groups of people.
var parts = []string{
	"課", "部", "局", "室", "係", "班", "所", "署", "庁", "校", "園", "館", "院", "店", "社", "行", "センター", "工場", "病棟", "学部", "学科", "クラス", "キャンパス",
	"市", "区", "町", "村", "県", "府", "都", "道", "地区", "地域", "号機", "号館", "棟", "階", "会場", "駅", "線", "日", "月", "年", "年生", "組",
	"員", "生", "児", "客", "人", "男性", "女性", "男", "女", "法人", "個人", "大人", "子ども", "子供", "患者", "教諭", "保護者", "家族", "株主",
}

func apart(name string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.HasSuffix(name, p) }) || Prefecture(name) != ""
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

func startsWithAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(s, w) })
}
