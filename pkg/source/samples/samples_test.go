package samples_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"owabi/pkg/source"
	"owabi/pkg/source/samples"
)

func read(t *testing.T, text string) (source.Format, []source.Item) {
	t.Helper()
	in, err := source.Open(t.Context(), source.Stdin, source.Options{Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var items []source.Item
	for {
		item, err := in.Read(t.Context())
		if errors.Is(err, io.EOF) {
			return in.Format(), items
		}
		if err != nil || item.Rejected != nil {
			t.Fatal(err, item.Rejected)
		}
		items = append(items, item)
	}
}

func TestDigestIsReadWhole(t *testing.T) {
	format, items := read(t, samples.Digest())
	type row struct{ Publisher, Published, Title string }
	want := []row{
		{"ハヤテ交通カード株式会社", "2024-05-20", "【重要】スマートフォンでのチャージと定期券の購入がご利用いただけない状況について(復旧報)"},
		{"霧灯浜バスケットボールクラブ株式会社", "", "サイン会申込フォームにおける個人情報の閲覧に関するお詫びとご報告"},
		{"楡凪原モバイル株式会社", "2024-05-16", "【復旧】一部のアプリで残高が表示されない事象について※通話とデータ通信は通常どおりご利用いただけます(5月21日午後3時時点)"},
		{"生活情報推進庁", "", "給付手続きにおける口座の登録誤りに関するご質問にお答えします"},
		{"汐織川市", "2024-05-15", "子ども医療費助成の受給者証の誤交付について"},
		{"詠坂市消防局指令課", "2024-05-13", "指令装置の停止による 119 番通報の受付不能について(第2報)"},
		{"ソラミネリ自動車株式会社", "2024-05-10", "クラウドの設定誤りによるお客様情報の閲覧の可能性に関するお詫びとお知らせ"},
		{"ミナモリアITサービス株式会社", "2024-05-09", "雲綾瀬野県の公文書管理システムにおけるデータ消失について(続報)"},
		{"紡雫山大学院大学(TSU)", "2024-05-08", "学内情報システムの復旧について"},
		{"凪原電力ネットワーク株式会社 北支社", "2024-05-08", "当社の名札の紛失について"},
		{"地域未来推進庁", "2024-05-07", "補助金申請システムの障害について"},
		{"碧渚野県", "", "個人情報の漏えいについて"},
		{"カゼナシノ工業株式会社", "2024-04-30", "ランサムウェアによる被害について(第2報)"},
		{"医療法人ハルツグミ会 蛍茜谷病院", "2024-04-26", "患者さんの情報を保存したパソコンの盗難について"},
		{"一般社団法人ユラバネト技術者協会", "2024-04-24", "研修会の案内メールにおける宛先の誤りについて"},
		{"暁奏沢信用金庫", "2024-04-22", "【ご注意ください】当金庫を名乗る偽のメールについて"},
		{"星朧台電力株式会社", "2024-04-18", "停電の発生と復旧について"},
		{"株式会社テルオリエ商店", "2024-04-15", "クレジットカード情報の漏えいに関するお詫びとお知らせ"},
	}
	var got []row
	for _, item := range items {
		n := item.Notice
		got = append(got, row{n.Publisher, n.Published, n.Title})
		if n.Heading != "設備不備" || n.Lang != "ja" || len(n.Body) < 200 {
			t.Errorf("%s: heading %q, lang %q, body %q", n.Publisher, n.Heading, n.Lang, n.Body)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || format != source.Digest {
		t.Errorf("read as %s (-want +got):\n%s", format, diff)
	}
}

func TestJSONLIsReadWhole(t *testing.T) {
	format, items := read(t, samples.JSONL())
	if format != source.JSONL || len(items) != 10 {
		t.Errorf("%d notices, read as %s", len(items), format)
	}
}

// The same digest with its entries parted otherwise, or in another encoding, is
// the same notices.
func TestDigestIsReadHoweverItIsWritten(t *testing.T) {
	text := samples.Digest()
	const mark = "\n\n\u00a0\n\n"
	encode := func(e encoding.Encoding) string {
		s, err := encoding.ReplaceUnsupported(e.NewEncoder()).String(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	_, want := read(t, text)
	for name, input := range map[string]string{
		"rules":             strings.ReplaceAll(text, mark, "\n-----\n"),
		"stars":             strings.ReplaceAll(text, mark, "\n\n＊＊＊\n\n"),
		"ideographic space": strings.ReplaceAll(text, mark, "\n\u3000\n"),
		"blank lines":       strings.ReplaceAll(text, mark, "\n\n\n\n"),
		"one blank line":    strings.ReplaceAll(text, mark, "\n\n"),
		"CRLF":              strings.ReplaceAll(text, "\n", "\r\n"),
		"UTF-16":            encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)),
	} {
		_, got := read(t, input)
		if len(got) != len(want) {
			t.Errorf("%s: %d notices, want %d", name, len(got), len(want))
			continue
		}
		for i := range got {
			if got[i].Notice.ID != want[i].Notice.ID {
				t.Errorf("%s: %s differs", name, want[i].Notice.Publisher)
			}
		}
	}
	// These have no non-breaking space and not every character.
	for name, e := range map[string]encoding.Encoding{"Shift_JIS": japanese.ShiftJIS, "EUC-JP": japanese.EUCJP, "ISO-2022-JP": japanese.ISO2022JP} {
		_, got := read(t, encode(e))
		if len(got) != len(want) {
			t.Errorf("%s: %d notices, want %d", name, len(got), len(want))
			continue
		}
		for i := range got {
			if g, w := got[i].Notice, want[i].Notice; g.Publisher != w.Publisher || g.Published != w.Published || len(g.Body) < len(w.Body)*9/10 {
				t.Errorf("%s: %s differs", name, w.Publisher)
			}
		}
	}
}
