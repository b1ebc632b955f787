package japanese

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Polarity is how a statement stands to the facts.
type Polarity string

const (
	Asserted     Polarity = "asserted"
	Denied       Polarity = "denied"       // 確認されておりません
	Possible     Polarity = "possible"     // おそれ, 可能性, 否定できない
	Negligible   Polarity = "negligible"   // 可能性は極めて低い
	InQuestion   Polarity = "in_question"  // 有無を調べている
	Planned      Polarity = "planned"      // 予定, してまいります
	Hypothetical Polarity = "hypothetical" // 場合, 万一
	Quoted       Polarity = "quoted"       // within the title of an earlier report
)

// farthest bounds how far, in bytes, the governing predicate is looked for, so
// that the work stays linear on a text without full stops.
const farthest = 700

// Polarity tells how what stands at r is stated. Japanese puts the predicate
// last: the words to the right are read up to the end of the clause, and the
// last word on the matter counts (流出したおそれ｜はありません). 「Aは確認され
// たが、Bは確認されていない」 denies B alone. An item of a list that has no
// predicate of its own takes that of its key, its lead-in or its heading.
func (d *Document) Polarity(r Range) Polarity {
	s := d.Text.norm
	if r.Start < 0 || r.End > len(s) || r.Start > r.End {
		return Asserted
	}
	lineStart, lineEnd := d.around(r)
	if quotedReport(s, r, lineStart, lineEnd) {
		return Quoted
	}
	c := clause{s: s, end: min(lineEnd, r.End+farthest)}
	from := sentenceStart(s, r.Start, lineStart)
	if lead := s[from:r.Start]; strings.Contains(lead, "本来") && !strings.Contains(lead[strings.LastIndex(lead, "本来"):], "、") {
		c.ideal = true
	}
	p, found := c.read(r.End)
	if found && p != Planned {
		return p
	}
	lead := s[from:r.Start]
	if !found && (strings.Contains(lead, "万一") || strings.Contains(lead, "万が一") || strings.HasPrefix(lead, "もし") || strings.HasPrefix(lead, "仮に")) {
		return Hypothetical
	}
	if found {
		return p
	}
	if strings.Contains(lead, "今後") && c.future {
		return Planned
	}
	if k := strings.LastIndex(lead, "は"); k > 0 && counted(s[r.End:min(len(s), r.End+60)]) {
		// 流出した可能性のある情報は1,234件です: the topic says how it is meant.
		if p := ClausePolarity(lead[:k]); p == Possible || p == Denied || p == Negligible {
			return p
		}
	}
	if !c.predicate && runeBefore(s, lineEnd) != '。' {
		return d.leadPolarity(r, lineStart)
	}
	return Asserted
}

// counted tells whether words only say that so many there are: 件です, に上ります.
func counted(words string) bool {
	if k := strings.IndexAny(words, "。、\n"); k >= 0 {
		words = words[:k]
	}
	for _, w := range [...]string{"です", "でした", "であ", "に上", "にのぼ", "となり", "となる", "となっ", "になり", "だった", "で"} {
		if strings.HasPrefix(words, w) {
			return true
		}
	}
	return false
}

// ClausePolarity reads words as if something stood before them: a heading such
// as 含まれていない情報 denies what is listed under it.
func ClausePolarity(words string) Polarity {
	c := clause{s: words, end: min(len(words), farthest), title: true}
	p, _ := c.read(0)
	return p
}

// around is the paragraph that r stands in, as far as it may matter.
func (d *Document) around(r Range) (start, end int) {
	p := d.paragraph(d.LineAt(r))
	return min(r.Start, max(p.Start, r.Start-farthest)), max(r.End, min(p.End, r.End+farthest))
}

func sentenceStart(s string, i, low int) int {
	if i <= low {
		return low
	}
	if !strings.Contains(s[low:i], "。") { // finding that out is much faster than LastIndex
		return low
	}
	return low + strings.LastIndex(s[low:i], "。") + len("。")
}

// quotedReport tells whether r stands inside 「…」 that names an earlier report.
func quotedReport(s string, r Range, low, high int) bool {
	if before := s[low:max(low, r.Start)]; !strings.Contains(before, "「") && !strings.Contains(before, "『") {
		return false
	}
	depth := 0
	for i := r.Start; i > low; {
		c, size := utf8.DecodeLastRuneInString(s[low:i])
		i -= size
		switch c {
		case '」', '』':
			depth++
		case '「', '『':
			if depth--; depth >= 0 {
				continue
			}
			k := strings.IndexAny(s[r.End:high], "」』")
			if k < 0 {
				return false
			}
			words := s[i+size : r.End+k]
			for _, w := range [...]string{"について", "お知らせ", "お詫び", "おわび", "ご報告", "第1報", "第一報", "第2報", "第二報", "に関する"} {
				if strings.Contains(words, w) {
					return true
				}
			}
			return false
		}
	}
	return false
}

// leadPolarity finds what governs an item without a predicate: the key on its
// own line, the sentence that announces the list, or the heading above.
func (d *Document) leadPolarity(r Range, lineStart int) Polarity {
	s := d.Text.norm
	if k := strings.LastIndexByte(s[lineStart:r.Start], ':'); k > 0 {
		c := clause{s: s, end: lineStart + k, title: true}
		if p, found := c.read(lineStart); found {
			return p
		}
	}
	line := sort.Search(len(d.Lines), func(i int) bool { return d.Lines[i].Range.Start > r.Start }) - 1
	const longestList = 40 // lines
	for i, n := line, 0; i >= 0 && n < longestList; i, n = i-1, n+1 {
		l := d.Lines[i].Range
		if i == line || l.Len() == 0 {
			continue
		}
		if runeBefore(s, l.End) == '。' || runeBefore(s, l.End) == ':' {
			last := s[sentenceStart(s, l.End-len("。"), max(l.Start, l.End-farthest)):l.End]
			if runeBefore(s, l.End) == ':' || strings.Contains(last, "以下") || strings.Contains(last, "次の") || strings.Contains(last, "下記") || strings.Contains(last, "とおり") || strings.Contains(last, "通り") {
				return ClausePolarity(last)
			}
			if !d.Lines[i].Item {
				break
			}
		}
		if d.headingLine(l.Start) {
			break
		}
	}
	h := d.SectionAt(r)
	for depth := 0; h > 0 && depth < 10; depth++ {
		if p := ClausePolarity(d.Sections[h].Title); p == Denied || p == Possible || p == Negligible {
			return p
		}
		h = d.Sections[h].Parent
	}
	return Asserted
}

// SectionAt is the index of the innermost section that r begins in.
func (d *Document) SectionAt(r Range) int {
	return max(0, sort.Search(len(d.Sections), func(i int) bool {
		return d.Sections[i].Level > 0 && d.Sections[i].Heading.Start > r.Start
	})-1)
}

// LineAt is the index of the line that r begins in.
func (d *Document) LineAt(r Range) int {
	return max(0, sort.Search(len(d.Lines), func(i int) bool { return d.Lines[i].Range.Start > r.Start })-1)
}

// SentenceAt is the index of the sentence that r begins in, -1 when it stands in none.
func (d *Document) SentenceAt(r Range) int {
	i := sort.Search(len(d.Sentences), func(i int) bool { return d.Sentences[i].Range.Start > r.Start }) - 1
	if i < 0 || d.Sentences[i].Range.End <= r.Start {
		return -1
	}
	return i
}

func (d *Document) headingLine(start int) bool {
	i := sort.Search(len(d.Sections), func(i int) bool { return d.Sections[i].Heading.Start >= start })
	for ; i < len(d.Sections) && d.Sections[i].Heading.Start == start; i++ {
		if d.Sections[i].Level > 0 {
			return true
		}
	}
	return false
}

type cue int

const (
	negation    cue = iota + 1
	possibility     // おそれ
	doubt           // 否定できない: the negation in it is spent
	smallness       // 低い
	plan            // 予定
	condition       // 場合
	question        // 有無
	ideal           // 本来: what ought not to be; its negation tells that it was
	silence         // a phrase whose negation says nothing: 申し訳ございません
)

type cueWord struct {
	word string
	cue  cue
}

// cues by first rune, longer words first.
var cues = map[rune][]cueWord{
	'ま': {{"ません", negation}, {"まいり", plan}},
	'な': {{"ないとは言", doubt}, {"ないとはい", doubt}, {"ないとは限", doubt}, {"ないとも言", doubt}, {"なければなら", silence}, {"ないし", silence}, {"なかった", negation}, {"なくなっ", silence}, {"なくし", silence}, {"なくな", silence}, {"なければ", condition}, {"ない", negation}, {"なく", negation}, {"なし", negation}},
	'無': {{"無い", negation}, {"無く", negation}, {"無し", negation}, {"無かった", negation}},
	'ず': {{"ずれ", silence}, {"ずつ", silence}, {"ず、", negation}, {"ずに", negation}, {"ず。", negation}},
	'対': {{"対象外", negation}},
	'除': {{"除き", negation}, {"除く", negation}, {"除いて", negation}},
	'お': {{"おそれ", possibility}},
	'恐': {{"恐れ", possibility}},
	'虞': {{"虞", possibility}},
	'可': {{"可能性", possibility}},
	'疑': {{"疑い", possibility}, {"疑われ", possibility}},
	'懸': {{"懸念", possibility}},
	'か': {{"かもしれ", possibility}, {"かどうか", question}, {"か否か", question}},
	'と': {{"とみられ", possibility}, {"とみて", possibility}, {"と思われ", possibility}, {"と考えられ", possibility}, {"とは言い切れ", doubt}, {"とはいえ", silence}, {"ときは", condition}, {"ときに", condition}},
	'見': {{"見られ", silence}, {"見込み", plan}, {"見通し", plan}},
	'推': {{"推測", possibility}},
	'否': {{"否定でき", doubt}, {"否定すること", doubt}, {"否定するもの", doubt}, {"否定はでき", doubt}, {"否定しき", doubt}, {"否定され", silence}, {"否め", doubt}},
	'排': {{"排除でき", doubt}},
	'断': {{"断定できない", doubt}, {"断定できません", doubt}, {"断定できず", doubt}, {"断定できて", doubt}, {"断定はでき", doubt}},
	'言': {{"言い切れ", doubt}},
	'低': {{"低い", smallness}, {"低く", smallness}},
	'小': {{"小さくない", silence}, {"小さくありません", silence}, {"小さい", smallness}, {"小さく", smallness}},
	'少': {{"少なくない", silence}, {"少なくありません", silence}, {"少ない", smallness}, {"少なく", silence}},
	'ほ': {{"ほぼない", smallness}, {"ほとんどな", smallness}, {"ほとんどあ", smallness}},
	'予': {{"予定していた", silence}, {"予定どおり", silence}, {"予定通り", silence}, {"予定", plan}},
	'て': {{"てまいり", plan}, {"ていきます", plan}, {"ていく", plan}},
	'場': {{"場合がござ", possibility}, {"場合があ", possibility}, {"場合もあ", possibility}, {"場合もござ", possibility}, {"場合", condition}},
	'万': {{"万一", condition}, {"万が一", condition}},
	'れ': {{"れば", condition}},
	'た': {{"たら、", condition}, {"たところ", silence}},
	'有': {{"有無", question}},
	'申': {{"申し訳", silence}},
	'だ': {{"だけでなく", silence}, {"だけではなく", silence}},
	'の': {{"のみならず", silence}, {"のみでなく", silence}},
	'や': {{"やむを得", silence}},
	'わ': {{"わけではな", silence}, {"わずか", silence}},
	'必': {{"必ず", silence}},
	'い': {{"いずれ", silence}},
	'本': {{"本来", ideal}},
	'べ': {{"べきでは", ideal}, {"べきで", ideal}},
	'絶': {{"絶えず", silence}},
	'思': {{"思わず", silence}},
	'問': {{"問わず", silence}},
	'限': {{"限らず", silence}, {"限りませ", silence}},
	'過': {{"過ぎな", silence}},
	'伴': {{"伴わな", silence}},
}

// clause reads the words that follow a statement up to the predicate that
// closes its clause.
type clause struct {
	s         string
	end       int
	title     bool // a heading: what follows a modified noun no longer counts
	predicate bool // a verb was seen
	ideal     bool // 本来 stands before: the first negation is spent
	future    bool // the sentence ends in a plain present: します。
}

// read returns the polarity, and whether any word decided it.
func (c *clause) read(i int) (Polarity, bool) {
	s, start := c.s, i
	state, found := Asserted, false
	unclosed := false
	argument := false // a particle stands between the statement and its verb
	set := func(p Polarity) { state, found = p, true }
	for i < c.end {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch r {
		case '。', '!', '?':
			c.future = strings.HasSuffix(s[start:i], "ます") && !strings.HasSuffix(s[start:i], "おります") && !strings.HasSuffix(s[start:i], "います")
			c.predicate = c.predicate || r == '。'
			return state, found
		case '(', '「', '『', '【', '[':
			if !unclosed {
				if next := skipBracket(s, i, c.end); next > 0 {
					i = next
					continue
				}
				unclosed = true // and so are those within: look for no further ends
			}
			i += size
			continue
		case ')', '」', '』', '】', ']':
			if found {
				return state, true
			}
			i += size
			continue
		case '、', ',':
			if c.closes(start, i) {
				c.predicate = true
				return state, found
			}
			i += size
			continue
		case 'は', 'が', 'を', 'に', 'も':
			argument = true
		case 'た', 'る', 'い':
			if stop, transparent := adnominal(s, start, i, c.end, argument); stop && !transparent {
				c.predicate = true
				if r != 'い' || found {
					return state, found
				}
			}
		}
		w, kind := cueAt(s, i)
		if w == 0 {
			i += size
			continue
		}
		c.predicate = true
		end := i + w
		switch kind {
		case negation:
			if c.ideal {
				c.ideal = false
				break
			}
			if idiom(s, i, end) || faulty(s[start:i]) {
				break
			}
			if k := prefixed(s, end, "か。", "かと", "でしょうか", "のか"); k != "" || prefixed(s, end, "か") != "" && end+len("か") >= c.end {
				set(InQuestion)
				return state, found
			}
			switch state {
			case Possible:
				set(Denied)
			case Hypothetical, InQuestion, Negligible:
			default:
				set(Denied)
			}
			if k := end; prefixed(s, k, "とは言", "とはい", "とも言") != "" { // ないとは言い切れない
				set(Possible)
				end = spend(s, k, c.end)
			}
			if r == 'ず' {
				return state, found
			}
		case possibility:
			switch opinion := r == 'と' || r == '推'; { // 低いとみています
			case state == Hypothetical, state == Negligible:
			case opinion && state == Denied:
			default:
				set(Possible)
			}
		case doubt:
			// 否定できない spends the negation; 言い切れる証拠 has none to spend.
			if spent := spend(s, end, c.end); spent > end {
				set(Possible)
				end = spent
			} else if r == '否' || r == '断' {
				set(Possible)
			}
		case smallness:
			if state == Possible || strings.HasSuffix(s[start:i], "て") {
				set(Negligible)
			}
		case plan:
			if state == Asserted {
				set(Planned)
			}
		case condition:
			set(Hypothetical)
			return state, found
		case question:
			if state == Asserted || state == Possible {
				set(InQuestion)
			}
		case ideal:
			end = spend(s, end, c.end)
		case silence:
			if s[i:end] == "申し訳" {
				return state, found
			}
			if strings.HasPrefix(s[i:], "やむを得") || strings.HasPrefix(s[i:], "わけではな") || strings.HasPrefix(s[i:], "だけではなく") || strings.HasPrefix(s[i:], "過ぎな") {
				end = spend(s, end, c.end)
			}
		}
		if kind == negation {
			// ない情報, ません。: an attributive negation closes a heading's clause.
			if stop, transparent := adnominal(s, start, end-utf8.RuneLen(runeBefore(s, end)), c.end, true); stop && !transparent {
				return state, found
			}
		}
		i = max(end, i+size) // whatever the branch, on
	}
	return state, found
}

// cueAt is the cue at s[i:] and its length, 0 when there is none.
func cueAt(s string, i int) (int, cue) {
	r, _ := utf8.DecodeRuneInString(s[i:])
	for _, c := range cues[r] {
		if strings.HasPrefix(s[i:], c.word) {
			return len(c.word), c.cue
		}
	}
	return 0, 0
}

// spend passes the next negation: that of 否定できません.
func spend(s string, i, limit int) int {
	const near = 36 // bytes
	window := s[i:min(len(s), limit, i+near)]
	best := -1
	for _, w := range [...]string{"ません", "ない", "なく", "ず"} {
		if k := strings.Index(window, w); k >= 0 && (best < 0 || k+len(w) < best) {
			best = k + len(w)
		}
	}
	if best < 0 {
		return i
	}
	return i + best
}

// idiom tells whether the negation s[i:end] belongs to a phrase that denies nothing.
func idiom(s string, i, end int) bool {
	for _, w := range [...]string{"申し訳ござい", "申し訳あり", "申し訳", "すみ", "相違", "間違い", "違い", "ほか", "やむを得", "にすぎ", "に過ぎ", "とも限ら", "限ら", "少", "かね", "だけで", "のみで", "ばかりで", "心当たりの", "身に覚えの", "覚えの", "見覚えの", "まも"} {
		if strings.HasSuffix(s[:i], w) {
			return true
		}
	}
	if strings.HasPrefix(s[i:], "なく") && prefixed(s, end, "て", "な", "お") != "" && !strings.HasSuffix(s[:i], "は") {
		return prefixed(s, end, "な") != ""
	}
	if strings.HasPrefix(s[i:], "なし") && isHiragana(runeAt(s, end)) && prefixed(s, end, "で", "と", "の", "に", "だ") == "" {
		return true
	}
	if strings.HasPrefix(s[i:], "ない") && prefixed(s, end, "よう") != "" { // 繰り返さないよう
		return true
	}
	return false
}

// faulty tells whether what is negated behind words is how well something was
// done (正しく設定しておらず), not whether it was.
func faulty(words string) bool {
	const near = 30 // bytes
	words = words[max(0, len(words)-near):]
	for _, w := range [...]string{"正しく", "適切", "十分", "徹底"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	return false
}

// closes tells whether the comma at i ends the clause that began at start:
// after a verb or が it does, in a list of nouns or after a particle it does not.
func (c *clause) closes(start, i int) bool {
	s := c.s
	left := s[start:i]
	r := runeBefore(s, i)
	if !isHiragana(r) {
		for _, w := range [...]string{"際", "後", "結果", "一方", "上", "以上", "時", "中"} {
			if strings.HasSuffix(left, w) {
				before := runeBefore(s, i-len(w))
				return before == 'た' || before == 'る' || w == "一方"
			}
		}
		return false
	}
	if r == 'が' {
		return strings.ContainsRune("たるいすんうだ", runeBefore(s, i-len("が")))
	}
	for _, w := range [...]string{"において", "について", "につきまして", "におきまして", "に関して", "によって", "として", "に対して", "により", "に伴い", "にわたり", "にわたって", "を通じて", "に基づき", "を含め", "を含めて", "および", "及び", "ならびに", "または", "あるいは", "もしくは", "また", "なお", "から", "まで", "など", "たり", "ほか", "とも", "については", "に関しては", "等", "さらに", "うち", "現在のところ", "ところ"} {
		if strings.HasSuffix(left, w) {
			return w == "ところ" && strings.HasSuffix(left, "たところ")
		}
	}
	return !strings.ContainsRune("はにをへもやのと", r)
}

// adnominal tells whether the verb that ends with the rune at i modifies a
// noun, so that the statement's clause closes there; transparent nouns (事実,
// 可能性, 状態) pass the statement on to the main predicate.
func adnominal(s string, start, i, limit int, argument bool) (stop, transparent bool) {
	r, size := utf8.DecodeRuneInString(s[i:])
	j := i + size
	if j >= limit {
		return false, false
	}
	next := runeAt(s, j)
	if !isKanji(next) && !isKatakana(next) && next != '「' && prefixed(s, j, "おそれ", "こと", "もの", "お客", "ご", "おり") == "" {
		return false, false
	}
	before := runeBefore(s, i)
	switch r {
	case 'た':
		if !strings.ContainsRune("しれいっきりぎけせえてべじ", before) {
			return false, false
		}
	case 'る':
		left := s[max(start, i-15):i]
		for _, w := range [...]string{"おけ", "関す", "係", "かか", "よ", "対す", "わた", "当た", "あ"} {
			if strings.HasSuffix(left, w) && w != "あ" {
				return false, false
			}
		}
	case 'い':
		if before != 'な' {
			return false, false
		}
	default:
		return false, false
	}
	if k := nounEnd(s, j); k > j && runeAt(s, k) == 'な' && k+len("な") < limit { // た明確な痕跡
		j = k + len("な")
	}
	for _, w := range [...]string{"可能性", "おそれ", "恐れ", "疑い", "懸念", "事実", "痕跡", "形跡", "こと", "もの", "旨", "事例", "事案", "事象", "報告", "被害", "状態", "状況", "件", "例", "場合", "様子", "証拠", "リスク", "危険", "模様", "結果", "際", "後", "時点", "問題", "連絡", "情報提供", "相談", "申し出", "お申し出", "ご", "おり", "記録", "履歴", "予定", "見込", "方針", "有無", "か"} {
		if strings.HasPrefix(s[j:], w) {
			return true, true
		}
	}
	// 漏えいした情報はありません speaks of the leak; 氏名を記した書類はありません
	// speaks of the papers.
	if !argument {
		k := nounEnd(s, j)
		if p := runeAt(s, k); p == 'は' || p == 'が' || p == 'も' {
			return true, true
		}
	}
	return true, false
}

// skipBracket passes the bracket that opens at i; 0 when it is never closed.
func skipBracket(s string, i, limit int) int {
	depth := 0
	for j := i; j < limit; {
		r, size := utf8.DecodeRuneInString(s[j:])
		j += size
		switch r {
		case '(', '「', '『', '【', '[':
			depth++
		case ')', '」', '』', '】', ']':
			if depth--; depth <= 0 {
				return j
			}
		}
	}
	return 0
}
