package classify

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write recorded scores and the calibration anew")

func goldOf(t *testing.T, file string) []Gold {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	gold, err := ReadGold(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return gold
}

func goldFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "gold", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no labelled notices", err)
	}
	slices.Sort(files)
	return files
}

func TestCalibrationHoldsOutOfFold(t *testing.T) {
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	gold := allGold(t)
	answers, short := c.judge(gold), c.judgeShort(gold)
	if e := calibrationError(short); e > 0.08 {
		t.Errorf("the confidence in headlines is off by %.3f on average", e)
	}
	if e := calibrationError(answers); e > 0.08 {
		t.Errorf("the confidence is off by %.3f on average on notices it was not made from", e)
	} else {
		t.Logf("expected calibration error out of fold: %.3f on %d notices", e, len(answers))
	}
	unseen := c.rules.calibration.UnseenErrors
	if *update {
		var b bytes.Buffer
		if err := writeCalibration(&b, unseen, calibrate(answers, unseen), calibrate(short, 1)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("rules", "calibration.yaml"), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCalibrationRises(t *testing.T) {
	answers := []judged{{0.05, false}, {0.15, true}, {0.25, false}, {0.45, true}, {0.55, true}, {0.65, true}, {0.9, true}, {0.95, true}}
	steps := calibrate(answers, 1)
	for i := 1; i < len(steps); i++ {
		if steps[i].Confidence <= steps[i-1].Confidence || steps[i].Margin <= steps[i-1].Margin {
			t.Errorf("steps do not rise: %v", steps)
		}
	}
	if !slices.Equal(steps, calibrate(slices.Clone(answers), 1)) {
		t.Error("the same answers give other steps")
	}
}

// rulesWith is the embedded rules with one file replaced.
func rulesWith(t *testing.T, file, content string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	entries, err := embedded.ReadDir("rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := embedded.ReadFile("rules/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		fsys["rules/"+e.Name()] = &fstest.MapFile{Data: data}
	}
	fsys["rules/"+file] = &fstest.MapFile{Data: []byte(content)}
	return fsys
}

func TestFaultyRulesAreNamed(t *testing.T) {
	for name, tc := range map[string]struct{ file, content, want string }{
		"unknown set":      {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1, any: [\"{nobody}に\"]}\n", `contractor.yaml:2: x.y: pattern "{nobody}に": no set "nobody" in words.yaml`},
		"open bracket":     {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1, any: [\"(a|b\"]}\n", "contractor.yaml:2: x.y"},
		"no patterns":      {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1}\n", "contractor.yaml:2: x.y: no patterns"},
		"unknown zone":     {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1, zones: [attic], any: [委託]}\n", `contractor.yaml:2: x.y: no zone "attic"`},
		"unknown key":      {"contractor.yaml", "cues:\n  - {id: x.y, wait: 1, any: [委託]}\n", `a cue has no "wait"`},
		"id twice":         {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1, any: [委託]}\n  - {id: x.y, weight: 1, any: [受託]}\n", "contractor.yaml:3: x.y: this id stands at contractor.yaml:2"},
		"unknown field":    {"severity.yaml", "levels:\n  major:\n    - {persons: 3}\n", "severity.yaml"},
		"unknown severity": {"severity.yaml", "levels:\n  dreadful:\n    - {people: 3}\n", "no such severity"},
		"empty part":       {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1, any: [\"委託…\"]}\n", "… at the end"},
		"too many":         {"contractor.yaml", "cues:\n  - {id: x.y, weight: 1, any: [\"{record}{record}{record}\"]}\n", "spellings"},
		"name twice":       {"names.yaml", "media:\n  papers: [みなと新報]\neducation:\n  schools: [みなと新報]\n", `"みなと新報" stands under`},
		"short name":       {"names.yaml", "media:\n  papers: [港]\n", `names.yaml:2: names.media.papers: "港" is too short`},
		"unknown sector":   {"names.yaml", "press:\n  papers: [みなと新報]\n", "names.yaml:1: press: no such sector"},
		"unknown category": {"stages.yaml", "first_when_unmarked: [nonsense]\n", "no such category"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadRules(rulesWith(t, tc.file, tc.content))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestPatternNotation(t *testing.T) {
	sets := map[string][]string{"fruit": {"りんご", "みかん"}}
	for source, want := range map[string][][]string{
		"ＡＢＣ":           {{"abc"}},
		"(甲|乙)を":        {{"甲を", "乙を"}},
		"(甲|)を":         {{"甲を", "を"}},
		"{fruit}が":      {{"りんごが", "みかんが"}},
		"(赤い{fruit}|柿)": {{"赤いりんご", "赤いみかん", "柿"}},
		"甲…乙":           {{"甲"}, {"乙"}},
		"甲…3…乙":         {{"甲"}, {"乙"}},
		"^甲$":           {{"\n甲\n"}},
		`\(甲`:           {{"(甲"}},
		"（甲）":           {{"(甲)"}},
		"(甲(乙|丙)|丁)":    {{"甲乙", "甲丙", "丁"}},
		"甲 乙":           {{"甲乙"}},
	} {
		p, err := parsePattern(source, sets)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		var got [][]string
		for _, it := range p.items {
			got = append(got, it.spellings)
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %q, want %q", source, got, want)
			continue
		}
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%s: got %q, want %q", source, got, want)
			}
		}
	}
}

func TestAutomatonFindsWhatSearchingFinds(t *testing.T) {
	words := []string{"不正", "不正アクセス", "アクセス", "正アク", "ス", "漏えい", "漏", "えい", "\n不正", "い\n", "𠮷野", "野家"}
	text := "\n不正アクセスにより漏えい\n𠮷野家でも不正不正アクセスス漏えい\n"
	runes := []rune(text)
	got := map[found]bool{}
	for _, f := range newAutomaton(words).find(runes, nil) {
		got[f] = true
		if string(runes[f.start:f.end]) != words[f.word] {
			t.Errorf("%q found at %d..%d, where %q stands", words[f.word], f.start, f.end, string(runes[f.start:f.end]))
		}
	}
	n := 0
	for w, word := range words {
		length := len([]rune(word))
		for at := 0; at+length <= len(runes); at++ {
			if string(runes[at:at+length]) == word {
				n++
				if !got[found{int32(w), int32(at), int32(at + length)}] {
					t.Errorf("%q at %d was not found", word, at)
				}
			}
		}
	}
	if n != len(got) {
		t.Errorf("found %d places, searching finds %d", len(got), n)
	}
}
