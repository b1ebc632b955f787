package classify

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// names are the organizations of names.yaml by their folded names.
type names map[string]knownName

// knownName is one name of names.yaml.
type knownName struct {
	sector notice.Sector
	rule   string // the list it stands in
	whole  bool   // it says nothing of longer names that begin with it
	line   int
}

// themes are the lists of names of one sector.
type themes map[string]struct {
	list []string
	line int
}

func (t *themes) UnmarshalYAML(n *yaml.Node) error {
	*t = themes{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		list := (*t)[key.Value]
		list.line = key.Line
		if err := value.Decode(&list.list); err != nil {
			return err
		}
		(*t)[key.Value] = list
	}
	return nil
}

func (l *loader) loadNames() {
	const file = "names.yaml"
	var f map[notice.Sector]themes
	l.read(file, &f)
	l.rules.names = names{}
	for sector, lists := range f {
		if !sector.Valid() {
			l.fault(file, 1, string(sector), "no such sector in pkg/notice")
		}
		for theme, list := range lists {
			rule := fmt.Sprintf("names.%s.%s", sector, theme)
			for _, source := range list.list {
				source, whole := strings.CutSuffix(source, "$")
				key := foldKnown(source)
				switch other, twice := l.rules.names[key]; {
				case twice && other.sector != sector:
					l.fault(file, max(list.line, other.line), rule, "%q stands under %s, too", source, other.sector)
				case utf8.RuneCountInString(key) < 2 && !whole:
					l.fault(file, list.line, rule, "%q is too short to begin other names", source)
				}
				l.rules.names[key] = knownName{sector, rule, whole, list.line}
			}
		}
	}
}

// foldKnown folds a name as names.yaml compares it: its letters and digits.
func foldKnown(name string) string { return onlyWords(japanese.FoldName(name)) }

// onlyWords is s, which is normalized, in lower case and without what is no letter
// or digit.
func onlyWords(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// longestName is how much of a name is looked up, in characters.
const longestName = 40

// find looks up the longest known name that name is or begins with. exact is true
// where what follows, if anything, names only a part of the same organization.
func (n names) find(name string) (k knownName, exact, ok bool) {
	return n.findFolded(foldKnown(name))
}

func (n names) findFolded(name string) (k knownName, exact, ok bool) {
	runes := []rune(name)
	runes = runes[:min(len(runes), longestName)]
	for end := len(runes); end > 0; end-- {
		k, ok = n[string(runes[:end])]
		if !ok {
			continue
		}
		rest := string(runes[end:])
		if rest == "" || slices.Contains(ownParts, rest) {
			return k, true, true
		}
		if k.whole || !endsWord(runes, end) {
			continue
		}
		return k, slices.ContainsFunc(ownPlaces, func(w string) bool { return strings.HasSuffix(rest, w) }), true
	}
	return knownName{}, false, false
}

// ownParts and ownPlaces are what follows a name without saying that it is another's:
// the former alone, the latter behind the name of a place.
var (
	ownParts  = []string{"ホールディングス", "hd", "グループ", "グループ本社", "ジャパン", "japan", "日本", "本社", "コーポレーション", "com", "jp", "cojp", "net", "公式"}
	ownPlaces = []string{"本社", "支社", "支部", "支店", "本店", "営業所", "事業所", "事業部", "工場", "支局", "総局"}
)

// endsWord tells whether a word may end before runes[end]: not amid letters of one
// script, as far as its words are not written together.
func endsWord(runes []rune, end int) bool {
	last, next := runes[end-1], runes[end]
	switch {
	case isKatakana(last) && isKatakana(next):
		return end >= 4 && !strings.ContainsRune("ーァィゥェォャュョッン", next)
	case unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, next):
		return end >= 3
	case last < unicode.MaxLatin1 && next < unicode.MaxLatin1, isHiragana(last) && isHiragana(next):
		return false
	}
	return end >= 2
}

func isKatakana(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }

// knownPublisher looks up the publisher's name: the whole, else what stands behind its last
// space (宗家 源吉兆庵).
func (r *reading) knownPublisher() (k knownName, exact, ok bool) {
	if r.organization == "" {
		return knownName{}, false, false
	}
	if k, exact, ok = r.rules.names.findFolded(onlyWords(r.organizationKey)); ok {
		return k, exact, true
	}
	if parts := strings.Fields(r.organization); len(parts) > 1 {
		return r.rules.names.find(parts[len(parts)-1])
	}
	return knownName{}, false, false
}

// knownInHeadline looks for a known name that the headline is about: the words it quotes, those
// between its spaces, and those before its first particle.
func (r *reading) knownInHeadline() (k knownName, at japanese.Range, ok bool) {
	if r.title < 0 || r.mismatch {
		return knownName{}, japanese.Range{}, false
	}
	line := r.doc.Lines[r.doc.Sentences[r.title].Line].Range
	words := r.words(line)
	try := func(start, end int) bool {
		found, exact, known := r.rules.names.findFolded(onlyWords(words[start:end]))
		if known && exact {
			k, at, ok = found, japanese.Range{Start: line.Start + start, End: line.Start + end}, true
		}
		return ok
	}
	for start := 0; start < len(words); {
		end := start + strings.IndexAny(words[start:]+" ", " 「」『』()【】、")
		piece := words[start:end]
		if piece != "" && try(start, end) {
			return k, at, ok
		}
		for _, particle := range [...]string{"の", "が", "は", "で", "に", "を"} {
			if i := strings.Index(piece, particle); i > 0 && try(start, start+i) {
				return k, at, ok
			}
		}
		_, width := utf8.DecodeRuneInString(words[min(end, len(words)):])
		start = end + max(1, width)
	}
	return knownName{}, japanese.Range{}, false
}
