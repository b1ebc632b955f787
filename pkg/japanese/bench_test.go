package japanese

import (
	"strings"
	"testing"
)

// notice is about as long and as full of values as a real one.
const notice = `個人情報の漏えいの可能性に関するお詫びとご報告（第2報）
2023年6月10日
株式会社青空商事

平素より当社のサービスをご利用いただき、誠にありがとうございます。2023年6月8日（木）9時05分から13時20分頃まで、当社の会員サイトにおいて、第三者による不正アクセスが発生し、お客様1,234名分の個人情報が流出した可能性があることが判明いたしました。お客様には多大なご迷惑とご心配をおかけし、深くお詫び申し上げます。

１　概要
当社が業務を委託している株式会社みどり情報のサーバーに、令和5年5月26日から同年6月8日までの間、外部からの不正なログインが延べ約3万2千回行われておりました。同日午後7時30分頃に検知し、翌日に遮断いたしました。

２　流出した可能性のある情報
・氏名、住所、電話番号、メールアドレス（最大1,234名）
・購入の履歴　2,345件
※クレジットカード番号、パスワードは含まれておりません。

３　経過
6月8日　　社内の監視で検知し、通信を遮断
6月9日　　個人情報保護委員会および警察に報告
6月10日　 対象のお客様への連絡を開始

４　二次被害について
現時点で、本件による不正利用などの二次被害は確認されておりません。万一、不審な連絡があった場合は、下記までお知らせください。

５　再発防止
今後、権限の設定を見直すとともに、年2回の点検を実施してまいります。
お問い合わせ：お客様相談室　電話0120-000-000（平日9時から17時）
`

// perCharacter reports characters per second besides bytes.
func perCharacter(b *testing.B, text string) {
	b.Helper()
	b.ReportMetric(float64(len([]rune(text)))*float64(b.N)/b.Elapsed().Seconds(), "chars/s")
}

func bench(b *testing.B, f func(text string, t *Text)) {
	b.Helper()
	text := strings.Repeat(notice, 4)
	t := New(text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		f(text, t)
	}
	perCharacter(b, text)
}

func BenchmarkNew(b *testing.B)   { bench(b, func(s string, _ *Text) { New(s) }) }
func BenchmarkParse(b *testing.B) { bench(b, func(_ string, t *Text) { Parse(t) }) }
func BenchmarkScan(b *testing.B)  { bench(b, func(_ string, t *Text) { Scan(t) }) }
func BenchmarkOrganizations(b *testing.B) {
	bench(b, func(_ string, t *Text) { Organizations(t) })
}

func BenchmarkPolarity(b *testing.B) {
	bench(b, func(_ string, t *Text) {
		d := Parse(t)
		for _, q := range Quantities(t) {
			d.Polarity(q.Range)
		}
	})
}

func BenchmarkAll(b *testing.B) {
	bench(b, func(s string, _ *Text) { readAll(s) })
}

// readAll is all that is read of a text.
func readAll(s string) {
	t := New(s)
	d := Parse(t)
	v := Scan(t)
	v.Resolve(Anchor{})
	Organizations(t)
	for _, q := range v.Quantities {
		d.Polarity(q.Range)
	}
}

// The time for ten megabytes on one line, against that of one, shows whether
// the work is linear.
func BenchmarkOneLine(b *testing.B) {
	line := strings.ReplaceAll(notice, "\n", "　")
	for _, mb := range []int{1, 10} {
		text := strings.Repeat(line, mb<<20/len(line))
		b.Run(map[int]string{1: "1MB", 10: "10MB"}[mb], func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				readAll(text)
			}
			perCharacter(b, text)
		})
	}
}
