// Package japanese reads what Japanese public incident notices are made of:
// normalised text with a way back to the original, sections and sentences,
// dates, clock times, intervals, durations, counted quantities and what lists of
// them add up to, the names of organizations, and whether a statement is asserted,
// denied or merely possible.
//
// It promises: every value carries its place in runes of the original string,
// and Text.Quote returns exactly those words; no input makes it panic; the
// work grows linearly with the input and nothing recurses on it; values
// returned are never invented: what the text leaves open stays zero, with a
// field that says so.
//
// It does not judge: which of several counts is the number of victims, which
// date is the day of the incident, and who is responsible is decided by the
// classifier. It holds no state; the Tokenizer alone loads a dictionary, when
// asked to.
//
//	t := japanese.New(title + "\n" + body)
//	d := japanese.Parse(t)       // lines, sections, sentences, pairs, questions
//	v := japanese.Scan(t)        // dates, clocks, durations, quantities, intervals
//	v.Resolve(japanese.Anchor{Published: published})
//	p := d.Polarity(v.Quantities[0].Range)
package japanese
