package notice

import (
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// foldedByTheBook is what Fold promises, in the words of the libraries.
func foldedByTheBook(s string) string {
	return string([]rune(strings.Join(strings.Fields(norm.NFKC.String(s)), " ")))
}

func TestFoldIsNFKCWithWhiteSpaceFolded(t *testing.T) {
	check := func(s string) {
		t.Helper()
		if got, want := Fold(s), foldedByTheBook(s); got != want {
			t.Fatalf("Fold(%+q) = %+q, want %+q", s, got, want)
		}
	}
	for r := rune(0); r < 0x30000; r++ { // each alone, and where it may join what stands before it
		if kanjiAndBeyond := r >= 0x3400 && r < 0xF900 || r >= 0x10000; kanjiAndBeyond && r%64 != 0 {
			continue
		}
		check(string(r))
		check("か" + string(r) + "゙")
		check("A" + string(r) + " " + string(r))
	}
	pieces := []string{" ", "　", "\n", "\u00a0", "A", "Ａ", "１", "：", "か", "が", "カ", "ｶ", "ﾞ", "\u3099", "\u309a", "\u0301", "\u0323", "ー", "、", "漢", "㈱", "①", "…", "ﬁ", "각", "\u1100", "\u1161", "\u11a8", "\u2028", "\xff", "\xe3\x81", "\u034f", "﨑", "Ω"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		var s strings.Builder
		for range 1 + random.IntN(12) {
			s.WriteString(pieces[random.IntN(len(pieces))])
		}
		check(s.String())
	}
}

func BenchmarkFold(b *testing.B) {
	s := strings.Repeat("２０２６年５月９日、当社のサーバ（再委託先）へ不正アクセスがあり、お客様1,234名の氏名・住所が　外部へ流出しました。\n", 20)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Fold(s)
	}
}
