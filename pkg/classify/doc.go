// Package classify turns a public incident notice into a classification: what
// happened, to whom, how much, when, and the words each answer came from.
//
// What it knows are rules, and the rules are data: the YAML files under rules,
// which a person who knows the field can read and extend without Go. All their
// patterns are compiled into one automaton that passes over the text once; the
// cues it finds are weighed by where they stand (headline, lead, cause, but not
// what is done to prevent a repetition) and by how they are stated (asserted,
// denied, possible), and values are chosen among the dates and counted numbers
// that pkg/japanese reads.
//
// It promises: the same notice gives the same classification every time and on
// any number of workers; no input makes it panic; the work grows linearly with
// the text; what the text does not say stays null; every value read from it has evidence
// that quotes the text at its offsets. It knows nothing of streams and
// databases, and it does not fetch, store or translate.
//
// How rules are written, what the scores mean and how severity is given stand
// in README.md.
package classify
