package classify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// A piece is what stands between two separators of a sentence.
type piece struct {
	start, end int // bytes of the normalised text
	first      int // its hits: from first up to last
	last       int
	joined     bool // a mark that joins items of a list stands before it
	clean      bool // nothing but a label or a bracket stands before it
	topic      bool // は, も or について closes its list
	closed     bool // a particle and a word for holding data close its list
	ends       bool // its list ends with it
}

// joinMarks are the words that join the items of a list. The longer first.
var joinMarks = []string{"ならびに", "並びに", "もしくは", "若しくは", "あるいは", "および", "及び", "または", "又は", "に加えて", "に加え", "のほかに", "のほか", "をはじめ", "ほか", "それに", "やその", "とその", "や", "と"}

// brackets gives the sentence without what stands in brackets, and then what
// stands in each: (契約者の氏名、住所など) is a list of its own.
func brackets(s string, rg japanese.Range) [][]japanese.Range {
	const deepest = 4
	var done [][]japanese.Range
	open := [][]japanese.Range{{}}
	from := rg.Start
	add := func(to int) {
		top := len(open) - 1
		if to > from {
			open[top] = append(open[top], japanese.Range{Start: from, End: to})
		}
	}
	for k := rg.Start; k < rg.End; k++ {
		switch s[k] {
		case '(':
			if len(open) < deepest {
				add(k)
				open = append(open, nil)
				from = k + 1
			}
		case ')':
			if len(open) > 1 {
				add(k)
				done = append(done, open[len(open)-1])
				open = open[:len(open)-1]
				from = k + 1
			}
		}
	}
	add(rg.End)
	return append(done, open...)
}

// pieces cuts a text with holes, where brackets stood, at its separators.
func (r *reading) pieces(span []japanese.Range, hits []dataHit) []piece {
	s := r.text.Norm()
	var out []piece
	current := piece{start: -1, clean: true}
	flush := func(joined, clean bool) {
		if current.start >= 0 && strings.TrimSpace(s[current.start:current.end]) != "" {
			out = append(out, current)
		} else {
			// Two separators in a row: the stronger counts.
			joined = joined && (current.joined || len(out) == 0 || current.start < 0)
			clean = clean || current.clean
		}
		current = piece{start: -1, joined: joined, clean: clean}
	}
	next := 0 // the first hit that may end after the place read
	inHit := func(at int) bool {
		for next < len(hits) && hits[next].rg.End <= at {
			next++
		}
		return next < len(hits) && hits[next].rg.Start < at
	}
	for _, part := range span {
		for k := part.Start; k < part.End; {
			c, size := utf8.DecodeRuneInString(s[k:])
			if inHit(k) {
				current.end = k + size
				k += size
				continue
			}
			switch {
			case partsItems(c):
				flush(true, false)
				k += size
				continue
			case c == '\n' && current.start < 0: // a list over several lines
				k += size
				continue
			case partsLists(c):
				flush(false, true)
				k += size
				continue
			case c == ' ' || c == '\u3000':
				e := k
				for e < part.End && (s[e] == ' ' || strings.HasPrefix(s[e:], "\u3000")) {
					_, n := utf8.DecodeRuneInString(s[e:])
					e += n
				}
				flush(false, true)
				k = e
				continue
			}
			if n := joinAt(s, k, part, current); n > 0 {
				flush(true, false)
				k += n
				continue
			}
			if current.start < 0 {
				current.start = k
			}
			current.end = k + size
			k += size
		}
	}
	flush(false, false)
	at := 0
	for k := range out {
		p := &out[k]
		for at < len(hits) && hits[at].rg.Start < p.start {
			at++
		}
		p.first = at
		for at < len(hits) && hits[at].rg.End <= p.end {
			at++
		}
		p.last = at
		r.qualifiers(*p, hits)
		r.closePiece(p, hits)
	}
	return out
}

// partsItems tells a mark between the items of a list.
func partsItems(c rune) bool {
	switch c {
	case '、', ',', '・', '/', ';':
		return true
	}
	return false
}

// partsLists tells a mark between lists.
func partsLists(c rune) bool {
	switch c {
	case '。', '「', '」', '『', '』', '【', '】', '〈', '〉', '《', '》', '<', '>', '\n', ':':
		return true
	}
	return false
}

// qualifiers sets the words of p aside that only tell of which thing the last
// one is: 連絡先の電話番号, 写真に写った氏名.
func (r *reading) qualifiers(p piece, hits []dataHit) {
	s := r.text.Norm()
	for h := p.first; h+1 < p.last; h++ {
		if hits[h].rg.End > hits[h+1].rg.Start {
			continue
		}
		between := s[hits[h].rg.End:hits[h+1].rg.Start]
		if hits[h].code == notice.DataOther && utf8.RuneCountInString(between) <= 3 || containsAny(between, []string{"を", "が"}) ||
			strings.ContainsRune("たるだい", lastRune(between)) && containsAny(between, []string{"に", "で"}) {
			hits[h].kept = true
		}
	}
}

// joinAt gives the length of the word at byte k that joins two items, or 0. と
// and や join where no kana stand around them that would make them part of a
// word.
func joinAt(s string, k int, part japanese.Range, p piece) int {
	if p.start < 0 {
		return 0
	}
	rest := s[k:part.End]
	for _, w := range joinMarks {
		if !strings.HasPrefix(rest, w) {
			continue
		}
		if len(w) > len("と") {
			return len(w)
		}
		before, _ := utf8.DecodeLastRuneInString(s[part.Start:k])
		after, _ := utf8.DecodeRuneInString(rest[len(w):])
		if unicode.Is(unicode.Hiragana, before) && !endsNoun(s[part.Start:k]) || unicode.Is(unicode.Hiragana, after) && after != 'お' && after != 'ご' && after != 'ふ' && after != 'よ' {
			return 0
		}
		if w == "や" {
			return len(w)
		}
		for _, verb := range []string{"発表", "公表", "説明", "連絡し", "連絡が", "連絡を", "確認", "判明", "同じ", "別", "異な", "一緒", "共に", "考え", "思", "話", "述", "言", "称", "題", "指摘", "照合", "連携", "相談", "協議", "比", "違", "判断"} {
			if strings.HasPrefix(rest[len(w):], verb) {
				return 0
			}
		}
		return len(w)
	}
	return 0
}

// nounEndings are nouns that end in kana.
var nounEndings = []string{"など", "やり取り", "やりとり", "申し込み", "申込み", "問い合わせ", "問合せ", "お問合わせ", "お知らせ", "ふりがな", "フリガナ", "よみがな", "読みがな", "振り込み", "振込み", "勤め", "お勤め", "住まい", "お住まい", "支払い", "お支払い", "の方", "ほか", "取り組み", "手続き", "お名まえ", "書き", "好み", "生い立ち", "悩み", "お悩み", "引き落とし", "貸し出し", "借り入れ", "受け取り", "見込み", "振る舞い", "付き合い", "つながり", "うち", "ひも付け", "お届け", "届け", "くせ", "けが", "うつ"}

func endsNoun(s string) bool {
	return slices.ContainsFunc(nounEndings, func(w string) bool { return strings.HasSuffix(s, w) })
}

// holding are the beginnings of what follows a list of data and its particle:
// (氏名、住所が)記載されていた, 含まれる, 漏えいした.
var holding = []string{"、", "書", "記", "含", "入", "保", "残", "載", "登", "印", "漏", "流出", "見", "閲", "表", "読", "映", "写", "添", "あ", "並", "収", "盗", "持", "調べ", "知", "送", "渡", "誤", "第三者", "外部", "紛失", "掲", "公", "です", "手書", "綴", "暗号", "消", "取", "対象", "わか", "分か", "判", "わたり", "出て", "出力", "入力", "他", "ほか", "別", "自由", "誰", "不正", "流", "確認でき", "該当", "混", "貼", "付", "一覧", "複", "転", "見え", "露", "のぞ", "窃", "格納", "伝"}

// closePiece finds where the list ends within p, cuts p there and says how.
func (r *reading) closePiece(p *piece, hits []dataHit) {
	s := r.text.Norm()
	from := p.start
	if p.last > p.first {
		from = max(from, hits[p.last-1].rg.End)
	}
	for k := from; k < p.end; {
		c, size := utf8.DecodeRuneInString(s[k:])
		rest := s[k+size : p.end]
		switch {
		case strings.HasPrefix(s[k:p.end], "など"), c == '等' && k > p.start:
			tail := strings.TrimPrefix(strings.TrimPrefix(s[k:p.end], "など"), "等")
			p.ends, p.closed = true, true
			p.topic = strings.HasPrefix(tail, "は") || strings.HasPrefix(tail, "も") || strings.HasPrefix(tail, "につ")
			p.end = k
			return
		case strings.HasPrefix(s[k:p.end], "について"), strings.HasPrefix(s[k:p.end], "につきまして"), strings.HasPrefix(s[k:p.end], "に関して"):
			p.ends, p.topic, p.end = true, true, k
			return
		case strings.ContainsRune("がをはもにで", c):
			if k == p.start || p.last == p.first && unicode.Is(unicode.Hiragana, lastRune(s[p.start:k])) && !endsNoun(s[p.start:k]) {
				break
			}
			holds := rest == "" || slices.ContainsFunc(holding, func(w string) bool { return strings.HasPrefix(rest, w) })
			if p.last > p.first && strings.ContainsRune("がをはも", c) || holds && c != 'に' && c != 'で' || strings.HasPrefix(s[k:p.end], "です") || strings.HasPrefix(s[k:p.end], "であ") || strings.HasPrefix(s[k:p.end], "でし") {
				p.ends, p.closed = true, holds || c == 'で'
				p.topic = c == 'は' || c == 'も'
				p.end = k
				return
			}
		case strings.HasPrefix(s[k:p.end], "だっ"), strings.HasPrefix(s[k:p.end], "まで"), strings.HasPrefix(s[k:p.end], "のみ"), strings.HasPrefix(s[k:p.end], "だけ"):
			if p.last > p.first {
				p.ends, p.closed, p.end = true, true, k
				return
			}
		}
		k += size
	}
}

func lastRune(s string) rune {
	c, _ := utf8.DecodeLastRuneInString(s)
	return c
}
