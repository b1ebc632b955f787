package source

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"owabi/pkg/notice"
)

// What a line of a digest looks like. These are judgements about the form of a
// line, used only to find where entries begin and which line is the headline;
// they say nothing about what a notice means.

const (
	maxPublisherRunes = 60
	maxHeadlineRunes  = 200
)

// organizationWords stand in the names of bodies that publish notices, and
// organizationEnds at their end.
var (
	organizationWords = []string{
		"株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "(株)", "(有)", "(同)", "(社)", "(財)", "法人",
		"組合", "協会", "協議会", "連合会", "連盟", "財団", "社団", "機構", "公社", "公団", "事業団", "委員会", "事務局",
		"研究所", "研究院", "大学", "学校", "学園", "学院", "高校", "幼稚園", "保育園", "図書館", "博物館", "美術館",
		"病院", "医院", "クリニック", "診療所", "薬局", "銀行", "金庫", "証券", "保険", "生命", "裁判所", "消防", "警察",
		"ホールディングス", "グループ", "新聞", "放送", "テレビ", "通信", "鉄道", "電鉄", "航空", "電力", "ガス", "水道",
		"本部", "支社", "支店", "営業所", "事務所", "センター", "商工会", "農協", "漁協", "倶楽部", "クラブ",
		"Inc", "Ltd", "Co.", "Corp", "LLC", "K.K.",
	}
	organizationEnds = "省庁都道府県市区町村郡局課部室署院社店園会館"
)

// headlineEnds are the last words of headlines.
var headlineEnds = []string{
	"について", "につきまして", "に関して", "お詫び", "ご詫び", "お詫", "おわび", "謝罪", "知らせ", "報告", "報告書", "案内", "連絡", "願い",
	"お答えします", "公表", "発表", "注意喚起", "続報", "速報", "復旧報", "最終報", "の件", "事案", "事件", "事故", "障害", "不具合",
	"復旧", "発生", "停止", "中断", "遅延", "漏えい", "漏えい等", "漏洩", "流出", "紛失", "盗難", "誤廃棄", "誤送信", "誤送付", "誤配信", "誤配達",
	"誤配布", "誤登録", "誤付与", "誤公開", "誤掲載", "誤交付", "感染", "不正アクセス", "不正利用", "不正持ち出し", "持出し", "改ざん",
	"消失", "停電", "断水", "不通", "被害", "ミス", "誤り", "トラブル", "可能性", "おそれ", "状況", "結果", "脆弱性", "設定不備", "処分",
}

var (
	// sectionWord matches what stands in the titles of a notice's own sections.
	sectionWord     = regexp.MustCompile(`経緯|経過|概要|原因|対応|対策|発生|影響|再発|対象|時系列|問い?合わ?せ|連絡先|詳細|内容|状況|今後|被害|お客様|皆様|皆さま|各位|関連|参考|備考|補足|追記|履歴|日時|件数|以上|^記$|^注|TEL|FAX|電話|https?:|@`)
	trailingBracket = regexp.MustCompile(`\s*(?:\([^()]*\)|【[^】]*】|〔[^〕]*〕|\[[^\]]*\]|<[^>]*>|※.*)$`)
	listStart       = regexp.MustCompile(`^(?:[0-9]{1,2}[.)．）、,:\s]|\([0-9]+\)|[①-⑳]|[※・●◯○◎◆◇▼▽▲△→⇒*+•>－-]|[QA][0-9]*[.:．：-]|Q[0-9])`)
)

func folded(s string) string { return strings.TrimSpace(norm.NFKC.String(s)) }

// sameLine is the form in which two lines are compared: folded, without white
// space, so that a headline is found again when it was copied with other spaces.
func sameLine(s string) string { return strings.ReplaceAll(notice.Fold(s), " ", "") }

func isSentence(s string) bool {
	return strings.Contains(s, "。") && !strings.HasSuffix(s, "」") || endsPolitely(s)
}

// endsPolitely says whether s ends as the sentences of a notice do.
func endsPolitely(s string) bool {
	s = strings.TrimRight(s, "。．.!！")
	return slices.ContainsFunc([]string{"ます", "ました", "です", "でした", "ください", "ません"}, func(end string) bool { return strings.HasSuffix(s, end) })
}

// isText says whether s is a sentence or an item of a list: no entry begins or
// ends with one.
func isText(s string) bool {
	if strings.HasSuffix(s, "。") {
		return true
	}
	s = folded(s)
	return listStart.MatchString(s) || isSentence(s) && !isHeadline(s)
}

// isHeadline says whether s, on its own, looks like the headline of a notice.
func isHeadline(s string) bool {
	if strings.HasSuffix(s, "。") {
		return false
	}
	s = folded(s)
	if s == "" || utf8.RuneCountInString(s) > maxHeadlineRunes || strings.Contains(s, "。") || listStart.MatchString(s) {
		return false
	}
	if strings.HasPrefix(s, "【") && strings.Contains(s, "】") && utf8.RuneCountInString(s) > 10 && !endsPolitely(s) {
		return true
	}
	for range 4 { // brackets after the words, one by one
		if endsLikeHeadline(s) {
			return true
		}
		if !strings.ContainsAny(s, ")】〕]>※") {
			break
		}
		cut := trailingBracket.ReplaceAllString(s, "")
		if cut == s {
			break
		}
		s = cut
	}
	return false
}

func endsLikeHeadline(s string) bool {
	if slices.ContainsFunc(headlineEnds, func(end string) bool { return strings.HasSuffix(s, end) }) {
		return true
	}
	if number, isReport := strings.CutSuffix(s, "報"); isReport { // 第2報, 第三報
		last, _ := utf8.DecodeLastRuneInString(number)
		return strings.ContainsRune("0123456789一二三四五六七八九十", last)
	}
	i := strings.LastIndex(s, "に関する") // ×××に関するご質問
	return i >= 0 && utf8.RuneCountInString(s[i:]) <= 24
}

// mayBeHeadline says whether s can be a headline when its place says so.
func mayBeHeadline(s string) bool {
	s = folded(s)
	n := utf8.RuneCountInString(s)
	return n > 3 && n <= 100 && !isSentence(s) && !listStart.MatchString(s) && s != "以上" &&
		!strings.ContainsAny(s, "@") && !strings.Contains(s, "://") && parseDateLine(s) == ""
}

// isOrganization says whether s looks like the name of a publisher.
func isOrganization(s string) bool {
	s = folded(s)
	if !isName(s) {
		return false
	}
	if slices.ContainsFunc(organizationWords, func(word string) bool { return strings.Contains(s, word) }) {
		return true
	}
	if strings.HasSuffix(s, ")") {
		s = strings.TrimSpace(s[:strings.LastIndexByte(s, '(')+1])
		s = strings.TrimSpace(strings.TrimSuffix(s, "("))
	}
	last, size := utf8.DecodeLastRuneInString(s)
	return size > 0 && size < len(s) && strings.ContainsRune(organizationEnds, last)
}

// isName says whether s has the form of a name: short, no sentence, no list item,
// no date, no headline.
func isName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxPublisherRunes && !isSentence(s) && !listStart.MatchString(s) &&
		!strings.ContainsAny(s, "、:「」『』") && !strings.HasSuffix(s, "について") && !isHeadline(s) && parseDateLine(s) == ""
}

// mayBePublisher says whether s can be a publisher's line when its place says so.
func mayBePublisher(s string) bool {
	s = folded(s)
	return isOrganization(s) || isName(s) && !sectionWord.MatchString(s)
}

// isDigestHeading says whether s, standing before a publisher's line, must be a
// heading of the digest: a category's name or something marked as a heading.
func isDigestHeading(s string) bool {
	s = folded(s)
	for _, c := range notice.Categories() {
		if s == c.Label.JA || slices.Contains(strings.Split(c.Label.JA, "・"), s) {
			return true
		}
	}
	n := utf8.RuneCountInString(s)
	return n <= 40 && !isSentence(s) && (strings.HasPrefix(s, "#") || strings.HasPrefix(s, "■") || strings.HasPrefix(s, "◆") || strings.HasPrefix(s, "【") && strings.HasSuffix(s, "】"))
}

// lineKind tells the lines that can part entries from the others.
type lineKind int

const (
	wordsLine lineKind = iota
	blankLine          // nothing, or ASCII white space
	markLine           // a rule, or a line of non-breaking or ideographic spaces
)

func kindOf(s []byte) lineKind {
	switch string(bytes.TrimSpace(s)) {
	case "?", "\x1A", "&nbsp;": // what other encodings and pages make of a non-breaking space
		return markLine
	}
	kind := blankLine
	var first rune
	n := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		i += size
		switch {
		case r == ' ' || r == '\t' || r == '\f' || r == '\uFEFF' || r == '\u200B':
		case unicode.IsSpace(r):
			kind = markLine
		case !strings.ContainsRune("-=*_~#+─━═—–―－＝＊＿～〜…・･◆◇■□●○★☆※", r), n > 0 && r != first:
			return wordsLine
		default:
			first = r
			n++
		}
	}
	switch {
	case n >= 3:
		return markLine
	case n > 0:
		return wordsLine
	}
	return kind
}
