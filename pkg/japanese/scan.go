package japanese

// Scan reads all values of t in one pass.
func Scan(t *Text) *Values { return &Values{text: t} }
