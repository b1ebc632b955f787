package japanese

// Kinds of organizations, as plain strings.
const (
	KindCompany      = "company"
	KindMinistry     = "ministry"
	KindPrefecture   = "prefecture"
	KindMunicipality = "municipality"
	KindPublicBody   = "public_body"
	KindSchool       = "school"
	KindHospital     = "hospital"
	KindAssociation  = "association"
	KindOther        = "other"
)

// OrganizationName is a name found in a text.
type OrganizationName struct {
	Span  Span
	Range Range
	Name  string // normalised, as written
	Key   string // FoldName(Name)
	Kind  string
	Legal bool // written with its legal form, or a public body's full name
	Self  bool // 当社, 弊社, 本市: the publisher itself, unnamed
}

// Organizations finds the names of organizations in t, in order.
func Organizations(t *Text) []OrganizationName { return nil }

// FoldName is the key under which spellings of one name meet: NFKC, lower
// case, no spaces, no legal form, variants of kanji unified.
func FoldName(name string) string { return "" }

// Kind tells what kind of organization name is, by its words; KindOther when
// they do not say.
func Kind(name string) string { return KindOther }

// Prefecture names the prefecture (神奈川県) that name tells, or "".
func Prefecture(name string) string { return "" }
