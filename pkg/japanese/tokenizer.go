package japanese

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ikawaha/kagome-dict/dict"
	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
)

//go:embed data/userdict.txt
var userDictionary string

// Tokenizer cuts text into words with their grammar: kagome with the IPA
// dictionary and the field's compounds (data/userdict.txt). It is for the few
// places where grammar matters; nothing else in this package uses it. It may
// be used from several goroutines.
type Tokenizer struct {
	kagome *tokenizer.Tokenizer
}

// Token is a word.
type Token struct {
	Range        Range
	Surface      string
	Base         string // dictionary form; the surface where there is none
	PartOfSpeech string // 名詞, 動詞, 助詞, …; ドメイン名詞 for the field's compounds
	Detail       string // 固有名詞, 自立, 係助詞, …; may be empty
	Inflection   string // 未然形, 連用タ接続, …; may be empty
}

// NewTokenizer loads the dictionaries: about 0.7 s and 170 MB, once for a
// process however many tokenizers it makes.
func NewTokenizer() (*Tokenizer, error) {
	records, err := dict.NewUserDicRecords(strings.NewReader(userDictionary))
	if err != nil {
		return nil, fmt.Errorf("reading the user dictionary: %w", err)
	}
	user, err := records.NewUserDict()
	if err != nil {
		return nil, fmt.Errorf("building the user dictionary: %w", err)
	}
	k, err := tokenizer.New(ipa.Dict(), tokenizer.UserDict(user), tokenizer.OmitBosEos())
	if err != nil {
		return nil, fmt.Errorf("building the tokenizer: %w", err)
	}
	return &Tokenizer{kagome: k}, nil
}

// longestPiece is how many bytes are analysed at once: the lattice of words
// grows with the piece, and no sentence is longer.
const longestPiece = 3000

// Tokens cuts the words of t at r. White space is left out.
func (k *Tokenizer) Tokens(t *Text, r Range) []Token {
	var out []Token
	r.Start, r.End = clamp(r.Start, len(t.norm)), clamp(r.End, len(t.norm))
	for at := r.Start; at < r.End; {
		end := pieceEnd(t.norm, at, r.End)
		for _, w := range k.kagome.Tokenize(t.norm[at:end]) {
			if strings.TrimSpace(w.Surface) == "" {
				continue
			}
			out = append(out, token(w, at))
		}
		at = end
	}
	return out
}

func token(w tokenizer.Token, at int) Token {
	start := at + w.Position
	o := Token{Range: Range{start, start + len(w.Surface)}, Surface: w.Surface, Base: w.Surface}
	if w.Class == tokenizer.USER {
		if extra := w.UserExtra(); extra != nil {
			o.PartOfSpeech = "ドメイン名詞"
		}
		return o
	}
	pos := w.POS()
	if len(pos) > 0 {
		o.PartOfSpeech = pos[0]
	}
	if len(pos) > 1 && pos[1] != "*" {
		o.Detail = pos[1]
	}
	if base, ok := w.BaseForm(); ok && base != "*" {
		o.Base = base
	}
	if form, ok := w.InflectionalForm(); ok && form != "*" {
		o.Inflection = form
	}
	return o
}

// pieceEnd is where the piece that begins at i ends: behind the last stop or
// line end that is near enough, else at a rune's edge.
func pieceEnd(s string, i, limit int) int {
	if limit-i <= longestPiece {
		return limit
	}
	window := s[i : i+longestPiece]
	if k := strings.LastIndex(window, "。"); k > 0 {
		return i + k + len("。")
	}
	if k := strings.LastIndexByte(window, '\n'); k > 0 {
		return i + k + 1
	}
	end := i + longestPiece
	for end > i+1 && !utf8.RuneStart(s[end]) {
		end--
	}
	return end
}
