package classify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// A dataItem is a member of a list of data that is of no known kind.
type dataItem struct {
	japanese.Range
	end int // where the list ends
}

// dataLists finds the lists of data in sentence i, marks the hits that stand in
// one, and gives the items of no known kind. under: the sentence stands under a
// heading that announces data.
func (r *reading) dataLists(i int, hits []dataHit, under bool) []dataItem {
	rg := r.doc.Sentences[i].Range
	var unknown []dataItem
	for _, span := range brackets(r.text.Norm(), rg) {
		pieces := r.pieces(span, hits)
		for a := 0; a < len(pieces); {
			b := a + 1
			for b < len(pieces) && pieces[b].joined && !pieces[b-1].ends {
				b++
			}
			unknown = r.readList(pieces[a:b], hits, under, rg, unknown)
			a = b
		}
	}
	return unknown
}

func (r *reading) readList(row []piece, hits []dataHit, under bool, sentence japanese.Range, unknown []dataItem) []dataItem {
	// The list begins at the first piece from which on every one is an item.
	for len(row) > 0 {
		n := 0
		for n < len(row) && r.isItem(row[n], hits, n == 0) {
			n++
		}
		if n == 0 {
			row = row[1:]
			continue
		}
		unknown = r.closeList(row[:n], hits, under, sentence, unknown)
		row = row[n:]
	}
	return unknown
}

// isItem tells whether p can stand in a list of data. What stands before a
// known word may be anything in the first item (市によると職員が患者の氏名).
func (r *reading) isItem(p piece, hits []dataHit, first bool) bool {
	s := r.text.Norm()
	if p.last > p.first {
		tail := s[hits[p.last-1].rg.End:p.end]
		if utf8.RuneCountInString(tail) > 16 || tail != "" && unicode.Is(unicode.Hiragana, lastRune(tail)) && !endsNoun(tail) && !p.ends {
			return false
		}
		return first || !strings.ContainsAny(s[p.start:hits[p.first].rg.Start], "はをが")
	}
	item := s[p.start:p.end]
	n := utf8.RuneCountInString(item)
	if n < 2 || n > 24 || first && !p.clean {
		return false
	}
	last := lastRune(item)
	if unicode.Is(unicode.Hiragana, last) && !endsNoun(item) || last >= '0' && last <= '9' {
		return false
	}
	if strings.ContainsRune("者員生客主様氏さ職課部署社局省庁市県町村区校院", last) {
		return false // somebody, not something
	}
	return !containsAny(item, []string{"は", "を", "が", "により", "によると", "ため", "として", "における"}) && !countedThing(item) && !slices.Contains(noItems, item)
}

// noItems stand in lists of data and are no data, or head such a list.
var noItems = []string{"項目", "情報", "個人情報", "データ", "書類", "対象", "内容", "対象者", "該当者", "件数", "人数", "合計", "内訳", "範囲", "期間", "その他", "一部", "各種", "漢字", "カナ", "カタカナ", "ふりがな", "フリガナ", "よみがな", "半角", "全角", "以上", "以下", "有効期限", "発行日", "記載日", "作成日", "任意", "必須", "ほか", "など", "関係者", "取引先", "家族", "法人", "個人", "団体", "市", "県", "同社", "弊社", "当社", "本人", "現在", "同日", "当日", "なお", "また", "ただし", "このうち", "うち", "法人名", "寺院名", "名簿", "一覧", "一覧表", "台帳", "ファイル", "紙", "封筒", "現金", "財布", "かばん", "名称", "番号", "記号"}

// countedThing tells an item that counts something (1,088名, 3月分) or a date.
func countedThing(item string) bool {
	for k := 0; k < len(item); k++ {
		if item[k] < '0' || item[k] > '9' {
			continue
		}
		rest := strings.TrimLeft(item[k:], "0123456789.,")
		for _, w := range []string{"人", "名", "件", "通", "日", "月", "年", "時", "分", "円", "社", "枚", "回", "台", "冊", "世帯", "校", "店", "万", "億", "千", "か", "カ", "ヶ", "歳", "代", "点", "戸"} {
			if strings.HasPrefix(rest, w) {
				return true
			}
		}
		k = len(item) - len(rest) - 1
	}
	return false
}

// closeList decides what a list says.
func (r *reading) closeList(row []piece, hits []dataHit, under bool, sentence japanese.Range, unknown []dataItem) []dataItem {
	kinds := map[notice.DataType]bool{}
	firstKnown, others := -1, 0
	for k, p := range row {
		if p.last == p.first {
			others++
			continue
		}
		if firstKnown < 0 {
			firstKnown = k
		}
		for _, h := range hits[p.first:p.last] {
			if !h.kept {
				kinds[h.code] = true
			}
		}
	}
	last := row[len(row)-1]
	if firstKnown < 0 || len(row) < 2 && !sideBySide(hits[last.first:last.last]) {
		// Under a heading of data every row of nouns is a list of data.
		if kept := last.topic && r.keptElsewhere(last.end, sentence.End); kept {
			r.keep(row, hits)
		}
		return unknown
	}
	if len(kinds) < 2 && (others == 0 || !under && !last.closed) {
		return unknown
	}
	if last.topic && r.keptElsewhere(last.end, sentence.End) {
		r.keep(row, hits)
		return unknown
	}
	for _, p := range row {
		for h := p.first; h < p.last; h++ {
			hits[h].listed, hits[h].end = true, max(hits[h].end, last.end)
		}
	}
	s := r.text.Norm()
	for k, p := range row {
		if p.last > p.first || k < firstKnown && !under {
			continue
		}
		// The last piece of a sentence that runs on is an item only where a
		// word closes the list, or where the list stands by itself.
		if k == len(row)-1 && !p.closed && !under && p.end < sentence.End && !strings.ContainsAny(s[p.end:p.end+1], "。)(\n") && !strings.HasPrefix(s[p.end:], "。") && !strings.HasPrefix(s[p.end:], "」") {
			continue
		}
		rg := japanese.Range{Start: p.start, End: p.end}
		for rg.Start < rg.End && s[rg.Start] == ' ' {
			rg.Start++
		}
		unknown = append(unknown, dataItem{rg, last.end})
	}
	return unknown
}

// sideBySide tells whether two kinds of data follow each other with nothing
// between: 住所氏名.
func sideBySide(hits []dataHit) bool {
	for k := 1; k < len(hits); k++ {
		if hits[k].code != hits[k-1].code && hits[k].rg.Start == hits[k-1].rg.End {
			return true
		}
	}
	return false
}

func (r *reading) keep(row []piece, hits []dataHit) {
	for _, p := range row {
		for h := p.first; h < p.last; h++ {
			hits[h].kept = true
		}
	}
}

// elsewhere are the ways of saying that the data a sentence is about were not
// concerned, without denying that they exist.
var elsewhere = []string{"決済会社", "会社が管理", "側が管理", "側で管理", "仕組みがあ", "仕組みはあ", "出ない仕組み", "ない仕組み", "決済代行", "カード会社が", "別に保管", "別に管理", "別の場所", "別の仕組み", "別の環境", "別の経路", "別の書類", "別の画面", "別系統", "別のシステム", "別のサーバ", "別途保管", "別途管理", "別途", "保有して", "保持して", "保有する", "取り扱って", "取扱って", "お預かりして", "預かって", "映りません", "映らない", "表示されない", "表示されません", "表示されて(い", "対象外", "対象ではな", "対象では", "見られない", "見えない", "見ることができない", "閲覧できない", "伏せて", "伏せ字", "無事", "影響はな", "影響はあ", "影響はござ", "影響を受けて", "影響がな", "使っており", "入れ替わりは", "復元できない", "切り離し", "別に伝え", "口頭で伝え", "暗号化して", "1枚目にのみ", "公表されて", "問題はな", "関係はあり", "関係ありません", "持たない", "持っていな"}

// keptElsewhere tells whether the rest of the sentence takes back what its topic
// names: クレジットカード番号は決済代行会社が管理しており.
func (r *reading) keptElsewhere(from, to int) bool {
	return from < to && containsAny(r.text.Norm()[from:to], elsewhere)
}
