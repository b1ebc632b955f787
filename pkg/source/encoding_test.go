package source

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	uni "golang.org/x/text/encoding/unicode"
)

// Texts as notices hold them, from much kana to none.
var encodingTexts = map[string]string{
	"prose":      "この度は、お客様に大変なご迷惑をおかけいたしましたことを、深くお詫び申し上げます。",
	"late":       strings.Repeat("ASCII first. ", 40_000) + "お客様の個人情報を誤って送信しました。",
	"kanji":      "株式会社霧浜電機 個人情報漏洩事案 報告書",
	"katakana":   "メールアドレス、パスワード、セキュリティコード",
	"one word":   "お詫び",
	"vendor":     "①発生日時 ㈱みなも商会 髙橋 №1",
	"mixed":      "Web サイト https://example.com/ の ID と password が漏えいしました。",
	"long":       strings.Repeat("窓口で別の方の書類をお渡しするという事故がありました。\n", 30_000),
	"half width": "ｶﾅで書かれた名簿と、その控えを紛失しました。",
}

func encodings() map[string]encoding.Encoding {
	return map[string]encoding.Encoding{
		"UTF-8":           encoding.Nop,
		"UTF-8 with mark": uni.UTF8BOM,
		"Shift_JIS":       japanese.ShiftJIS,
		"EUC-JP":          japanese.EUCJP,
		"ISO-2022-JP":     japanese.ISO2022JP,
		"UTF-16LE":        uni.UTF16(uni.LittleEndian, uni.UseBOM),
		"UTF-16BE":        uni.UTF16(uni.BigEndian, uni.UseBOM),
	}
}

func TestEncodingsAreDetected(t *testing.T) {
	for encodingName, enc := range encodings() {
		for textName, text := range encodingTexts {
			t.Run(encodingName+"/"+textName, func(t *testing.T) {
				encoded, err := enc.NewEncoder().String(text)
				if err != nil {
					// A character the encoding does not have is written as the
					// substitute it does have.
					if encoded, err = enc.NewEncoder().String(strings.NewReplacer("髙", "高", "①", "(1)", "㈱", "(株)", "№", "No.").Replace(text)); err != nil {
						t.Fatal(err)
					}
					text = strings.NewReplacer("髙", "高", "①", "(1)", "㈱", "(株)", "№", "No.").Replace(text)
				}
				items := readAll(t, encoded, Options{Format: Text, MaxNoticeBytes: 8 << 20})
				if len(items) != 1 || items[0].Rejected != nil || strings.TrimSpace(items[0].Notice.Text()) != strings.TrimSpace(text) {
					t.Errorf("read differently: %.200s", show(items))
				}
			})
		}
	}
}

func TestDecodingDoesNotDependOnHowBytesCome(t *testing.T) {
	for name, enc := range encodings() {
		text := encodingTexts["prose"] + "\n" + encodingTexts["mixed"]
		encoded, err := enc.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Open(t.Context(), Stdin, Options{Format: Text, Stdin: iotest.OneByteReader(strings.NewReader(encoded))})
		if err != nil {
			t.Fatal(err)
		}
		item, err := in.Read(t.Context())
		if err != nil || item.Notice.Text() != text {
			t.Errorf("%s, byte by byte: %q, %v", name, item.Notice.Text(), err)
		}
		if _, err := in.Read(t.Context()); err != io.EOF {
			t.Errorf("%s: %v after the end", name, err)
		}
	}
}

// Damage in one notice is that notice's alone, and its other words are kept.
func TestInvalidUTF8CostsNothingElse(t *testing.T) {
	entry := "株式会社みなも商会\n\n誤送信について\n\n12名に送りました。\n\n誤送信について\n"
	damaged := strings.Replace(entry, "12名", "1\xff\xfe2\xe3\x81名", 1)
	items := readAll(t, entry+"\n\u00a0\n\n"+damaged+"\n\u00a0\n\n"+entry, Options{})
	if len(items) != 3 {
		t.Fatalf("%d items:\n%s", len(items), show(items))
	}
	for i, want := range []string{"12名に送りました。", "1\uFFFD2\uFFFD名に送りました。", "12名に送りました。"} {
		if n := items[i].Notice; items[i].Rejected != nil || n.Body != want {
			t.Errorf("notice %d: %q, %v", i, n.Body, items[i].Rejected)
		}
	}
	// Damaged from its first character on, and much of it.
	for _, text := range []string{"\xff" + encodingTexts["prose"], strings.ReplaceAll(encodingTexts["prose"], "、", "\x80")} {
		items := readAll(t, text, Options{Format: Text})
		if got := items[0].Notice.Body; !strings.Contains(got, "深くお詫び申し上げます") || !strings.Contains(got, "\uFFFD") {
			t.Errorf("%q was read as %q", text, got)
		}
	}
	// Not Japanese in any reading: kept as far as it can be.
	if got := readAll(t, "Caf\xe9 au lait, na\xefve", Options{Format: Text})[0].Notice.Body; got != "Caf\uFFFD au lait, na\uFFFDve" {
		t.Errorf("Latin text was read as %q", got)
	}
}

func FuzzDecoder(f *testing.F) {
	for _, enc := range encodings() {
		for _, name := range []string{"prose", "kanji", "half width"} {
			if s, err := enc.NewEncoder().String(encodingTexts[name]); err == nil {
				f.Add([]byte(s))
			}
		}
	}
	f.Add([]byte("\x1b[31m赤\x1b[0m"))
	f.Add([]byte("\xe3\x81"))
	f.Fuzz(func(t *testing.T, input []byte) {
		items, err := tryReadAll(string(input), Options{Format: Text})
		if err != nil {
			return
		}
		for _, item := range items {
			if item.Rejected == nil && !utf8.ValidString(item.Notice.Text()) {
				t.Errorf("not UTF-8: %q", item.Notice.Text())
			}
			if item.Rejected == nil && utf8.Valid(input) && !strings.ContainsRune(string(input), '\uFFFD') && strings.ContainsRune(item.Notice.Text(), '\uFFFD') && !isISO2022JP(input) && input[0] < 0xFE {
				t.Errorf("valid UTF-8 was damaged: %q became %q", input, item.Notice.Text())
			}
		}
	})
}
