package japanese

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	k, err := NewTokenizer()
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		text string
		want []string
	}{
		{"委託先への不正アクセスにより、個人情報が流出しました。", []string{"委託先", "へ", "の", "不正アクセス", "により", "、", "個人情報", "が", "流出", "し", "まし", "た", "。"}},
		{"誤送信　ﾒｰﾙ", []string{"誤送信", "メール"}},
		{"", nil},
		{"\xff\n ", []string{"\ufffd"}},
	}
	for _, c := range cases {
		x := New(c.text)
		var got []string
		for _, w := range k.Tokens(x, x.Whole()) {
			if x.Words(w.Range) != w.Surface {
				t.Errorf("%q: %q stands at %q", c.text, w.Surface, x.Words(w.Range))
			}
			got = append(got, w.Surface)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
	x := New("確認されておりません")
	words := k.Tokens(x, x.Whole())
	if last := words[len(words)-1]; last.Base != "ん" || last.PartOfSpeech != "助動詞" {
		t.Errorf("last word: %+v", last)
	}
	if w := k.Tokens(New("委託先"), Range{0, 9}); w[0].PartOfSpeech != "ドメイン名詞" {
		t.Errorf("委託先: %+v", w[0])
	}

	long := New(strings.Repeat("流出した情報は確認されていない", 20_000))
	n := 0
	for _, w := range k.Tokens(long, long.Whole()) {
		n += w.Range.Len()
	}
	if n != len(long.Norm()) {
		t.Errorf("words cover %d of %d bytes", n, len(long.Norm()))
	}
	if w := k.Tokens(long, Range{-5, 3}); len(w) != 1 {
		t.Errorf("range before the text: %v", w)
	}
}

func BenchmarkTokens(b *testing.B) {
	k, err := NewTokenizer()
	if err != nil {
		b.Fatal(err)
	}
	bench(b, func(_ string, t *Text) { k.Tokens(t, t.Whole()) })
}
