package classify_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"owabi/pkg/notice"
)

// checkClassification states what holds for every classification of every
// text: evidence quotes the text, values have evidence, dates exist, nothing is
// counted as nought.
func checkClassification(t interface {
	Helper()
	Errorf(string, ...any)
}, n notice.Notice, c notice.Classification) {
	t.Helper()
	text := []rune(n.Text())
	quoted := func(what, words string, start, end int) {
		if start < 0 || end > len(text) || start > end {
			t.Errorf("%s: %d..%d does not lie in the %d characters of the text", what, start, end, len(text))
			return
		}
		if got := string(text[start:end]); got != words {
			t.Errorf("%s: quotes %q where the text has %q", what, words, got)
		}
	}
	fields := map[string]bool{}
	for _, e := range c.Evidence {
		quoted("evidence for "+e.Field, e.Text, e.Start, e.End)
		if e.Rule == "" {
			t.Errorf("evidence for %s names no rule", e.Field)
		}
		fields[e.Field] = true
	}
	for name, q := range map[string]*notice.Quantity{"people": c.Impact.People, "records": c.Impact.Records} {
		if q == nil {
			continue
		}
		quoted(name, q.Text, q.Start, q.End)
		if q.Value <= 0 {
			t.Errorf("%s is %d: unknown is null, never 0", name, q.Value)
		}
		if !fields["impact."+name] {
			t.Errorf("%s has no evidence", name)
		}
	}
	for field, read := range map[string]bool{
		"category":                c.IsIncident && c.Category != notice.Other,
		"also":                    len(c.Also) > 0,
		"sector":                  c.Sector != notice.OtherSector && n.Publisher == "",
		"organization.name":       c.Organization.Name != nil && n.Publisher == "",
		"contractor.involved":     c.Contractor.Involved,
		"contractor.name":         c.Contractor.Name != nil,
		"stage":                   c.Stage != nil && *c.Stage != notice.StageFirst,
		"impact.outage_minutes":   c.Impact.OutageMinutes != nil,
		"impact.exposure":         c.Impact.Exposure != nil,
		"impact.data_types":       len(c.Impact.DataTypes) > 0,
		"impact.secondary_damage": c.Impact.SecondaryDamage != nil,
		"timeline.occurred":       c.Timeline.Occurred != nil,
		"timeline.ended":          c.Timeline.Ended != nil,
		"timeline.detected":       c.Timeline.Detected != nil,
		"timeline.restored":       c.Timeline.Restored != nil,
		"found_by":                c.FoundBy != nil,
		"medium":                  c.Medium != nil,
		"published":               c.Published != nil && n.Published == "",
	} {
		if read && !fields[field] {
			t.Errorf("%s was read and has no evidence", field)
		}
	}
	if d := c.Impact.OutageMinutes; d != nil {
		quoted("outage", d.Text, d.Start, d.End)
		if d.Value <= 0 {
			t.Errorf("an outage of %d minutes", d.Value)
		}
	}
	for name, s := range map[string]*string{"occurred": c.Timeline.Occurred, "ended": c.Timeline.Ended, "detected": c.Timeline.Detected, "restored": c.Timeline.Restored, "published": c.Published} {
		if s == nil {
			continue
		}
		if n.Published == "" || name != "published" {
			ok := false
			for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01"} {
				if _, err := time.Parse(layout, *s); err == nil {
					ok = true
				}
			}
			if !ok {
				t.Errorf("%s: %q is no date", name, *s)
			}
		}
	}
	switch {
	case !c.Category.Valid():
		t.Errorf("no category %q", c.Category)
	case !c.Sector.Valid():
		t.Errorf("no sector %q", c.Sector)
	case c.Confidence < 0 || c.Confidence > 1:
		t.Errorf("confidence %v", c.Confidence)
	case c.Also == nil || c.Effects == nil || c.Evidence == nil || c.Warnings == nil || c.Impact.DataTypes == nil:
		t.Errorf("a list is null, not empty")
	}
	if !utf8.ValidString(mustJSON(c)) {
		t.Errorf("the JSON is not UTF-8")
	}
}

func mustJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestBadInput(t *testing.T) {
	c := newClassifier(t)
	for name, in := range map[string]struct {
		body    string
		warning notice.Warning
		nothing bool // no value may be read out of it
	}{
		"empty":            {body: "", nothing: true},
		"one byte":         {body: "x", nothing: true},
		"blank":            {body: " \u3000\n\n\t", nothing: true},
		"invalid UTF-8":    {body: "個人情報を\xff\xfe誤って送信しました。お客様3名", warning: notice.WarnInvalidUTF8},
		"only invalid":     {body: strings.Repeat("\xff", 5000), warning: notice.WarnInvalidUTF8, nothing: true},
		"digits":           {body: strings.Repeat("1234567890", 2000), nothing: true},
		"numbers":          {body: strings.Repeat("12,345 ", 20000), nothing: true},
		"headings":         {body: strings.Repeat("1 概要\n2 原因\n3 対応\n", 500), nothing: true},
		"brackets":         {body: strings.Repeat("（「【", 30000) + strings.Repeat("】」）", 30000), nothing: true},
		"impossible date":  {body: "障害のお知らせ\n2023年13月45日、システム障害が発生しました。ご迷惑をおかけし申し訳ございません。", warning: notice.WarnImpossibleDate},
		"impossible era":   {body: "紛失のお知らせ\n令和99年1月1日に書類を紛失しました。お詫び申し上げます。", warning: notice.WarnImpossibleDate},
		"English":          {body: "We apologise for the service outage of 3 June 2023, which affected 1,200 customers.", warning: notice.WarnNotJapanese, nothing: true},
		"Korean":           {body: strings.Repeat("개인정보 유출에 대한 사과문. ", 50), warning: notice.WarnNotJapanese, nothing: true},
		"megabytes a line": {body: strings.Repeat("個人情報を誤って送信し、障害が発生、3名の氏名、", 3<<20/69)},
		"many quantities":  {body: strings.Repeat("3名、4件、5月6日10時20分、", 20000)},
		"many lines":       {body: strings.Repeat("発生日時　5月6日10時20分\n件数　3件\n", 10000)},
		"many names":       {body: strings.Repeat("株式会社みなと商会は、", 20000)},
	} {
		t.Run(name, func(t *testing.T) {
			n := notice.Notice{Source: "text", Body: in.body}
			got := c.Classify(n)
			checkClassification(t, n, got)
			if in.nothing && (got.IsIncident || got.Impact.People != nil || got.Impact.Records != nil || got.Impact.OutageMinutes != nil || got.Timeline.Occurred != nil || len(got.Impact.DataTypes) > 0) {
				t.Errorf("read something out of nothing: %s", mustJSON(got))
			}
			if in.warning != "" && !strings.Contains(mustJSON(got.Warnings), string(in.warning)) {
				t.Errorf("warnings %v lack %s", got.Warnings, in.warning)
			}
		})
	}
}

func TestGoldKeepsThePromises(t *testing.T) {
	c := newClassifier(t)
	for _, g := range readGold(t, filepath.Join("testdata", "gold", "*.jsonl")) {
		for _, n := range []notice.Notice{g.Notice(), g.Blind()} {
			checkClassification(t, n, c.Classify(n))
		}
	}
}

func TestSameAnswerOnAnyNumberOfWorkers(t *testing.T) {
	c := newClassifier(t)
	gold := readGold(t, filepath.Join("testdata", "gold", "*.jsonl"))
	want := make([]string, len(gold))
	for i, g := range gold {
		want[i] = mustJSON(c.Classify(g.Notice()))
	}
	for _, workers := range []int{2, 8} {
		got := make([]string, len(gold))
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(gold); i += workers {
					got[len(gold)-1-i] = mustJSON(c.Classify(gold[len(gold)-1-i].Notice()))
				}
			})
		}
		wg.Wait()
		for i := range gold {
			if got[i] != want[i] {
				t.Fatalf("%d workers: %s was classified differently:\n%s\n%s", workers, gold[i].ID, want[i], got[i])
			}
		}
	}
	again := newClassifier(t)
	for i, g := range gold {
		if got := mustJSON(again.Classify(g.Notice())); got != want[i] {
			t.Fatalf("a second classifier reads %s differently", g.ID)
		}
	}
}

// TestAnyMixtureKeepsThePromises shuffles pieces of notices into texts nobody
// wrote.
func TestAnyMixtureKeepsThePromises(t *testing.T) {
	c := newClassifier(t)
	gold := readGold(t, filepath.Join("testdata", "gold", "*.jsonl"))
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "pieces") {
			runes := []rune(gold[rapid.IntRange(0, len(gold)-1).Draw(t, "notice")].Text)
			from := rapid.IntRange(0, len(runes)).Draw(t, "from")
			to := rapid.IntRange(from, min(len(runes), from+200)).Draw(t, "to")
			b.WriteString(string(runes[from:to]))
			b.WriteString(rapid.SampledFrom([]string{"", "\n", "。", "　", "、", "(", "\xff"}).Draw(t, "between"))
		}
		n := notice.Notice{Source: "text", Body: b.String()}
		if rapid.Bool().Draw(t, "titled") {
			n.Title, n.Body, _ = strings.Cut(n.Body, "\n")
		}
		checkClassification(t, n, c.Classify(n))
	})
}

func FuzzClassify(f *testing.F) {
	c := newClassifier(f)
	for i, g := range readGold(f, filepath.Join("testdata", "gold", "*.jsonl")) {
		if i%20 == 0 {
			n := g.Notice()
			f.Add(n.Title, n.Body, n.Publisher, n.Published)
		}
	}
	f.Add("", "13月45日 令和99年", "", "")
	f.Add("\xff", "（（（", "株式会社", "2023-06-01")
	f.Fuzz(func(t *testing.T, title, body, publisher, published string) {
		n := notice.Notice{Source: "text", Title: title, Body: body, Publisher: publisher}
		if _, err := time.Parse(time.DateOnly, published); err == nil {
			n.Published = published
		}
		checkClassification(t, n, c.Classify(n))
	})
}

// A headline is heard for what a headline can say: however long a meaningless one is,
// the page tells the same.
func TestLongHeadlineDrownsNothing(t *testing.T) {
	c := newClassifier(t)
	body := "当社の会員サイトが第三者による不正アクセスを受け、会員約3,200名の氏名とメールアドレスが流出したことが判明しました。深くお詫び申し上げます。\n流出した情報は氏名、メールアドレスです。"
	for _, piece := range []string{"春の旅行のご案内", "お知らせ", "いろはにほへと", "亜唖娃阿哀愛挨姶逢", "不正アクセスのお詫び"} {
		for _, runes := range []int{400, 3_000, 34_000} {
			title := string([]rune(strings.Repeat(piece, runes))[:runes])
			for _, n := range []notice.Notice{{Title: title, Body: body}, {Body: title + "\n" + body}} {
				got := c.Classify(n)
				if !got.IsIncident || got.Category != notice.UnauthorizedAccess || got.Impact.People == nil || got.Impact.People.Value != 3200 {
					t.Errorf("%d characters of %s: incident %v, %s, %+v", runes, piece, got.IsIncident, got.Category, got.Impact.People)
				}
			}
		}
	}
	short := notice.Notice{Title: strings.Repeat("不正アクセスのお詫び", 3_400), Body: "当社は不正アクセスを受け、お客様1,234人の氏名が流出しました。深くお詫び申し上げます。"}
	if got := c.Classify(short); !got.IsIncident || got.Impact.People == nil || got.Impact.People.Value != 1234 {
		t.Errorf("a body of one line: incident %v, %+v", got.IsIncident, got.Impact.People)
	}
}

// TestListsAreQuotedInPart: of a list of many rows that add up to a total, the
// evidence quotes what a reader looks at, and whole items of it.
func TestListsAreQuotedInPart(t *testing.T) {
	const rows = 60
	var list strings.Builder
	total := 0
	for i := range rows {
		fmt.Fprintf(&list, "　青瀬%d号通り支店窓口　　　%d枚\n", i+1, 10+i)
		total += 10 + i
	}
	body := fmt.Sprintf("当組合の各支店において、書類を紛失していたことが判明しました。深くお詫び申し上げます。\n\n１　紛失した書類\n%s　合計　　　%d枚\n", list.String(), total)
	c := newClassifier(t).Classify(notice.Notice{Title: "書類の紛失について（お詫び）", Publisher: "青瀬信用組合", Body: body})
	if r := c.Impact.Records; r == nil || r.Value != int64(total) {
		t.Fatalf("records are %+v, want %d", r, total)
	}
	quoted := false
	for _, e := range c.Evidence {
		if e.Rule != "sum.items" {
			continue
		}
		quoted = true
		if n := utf8.RuneCountInString(e.Text); n > 300 || !strings.HasSuffix(e.Text, "枚") {
			t.Errorf("a list is quoted in %d characters: %q", n, e.Text)
		}
	}
	if !quoted {
		t.Error("the items of the total are not quoted")
	}
}

// The model takes this for one of the notices that deny a leak, for the sort of notice
// it is; not a word of it says so.
func TestAnAnswerNoWordSpeaksForIsNotGiven(t *testing.T) {
	n := notice.Notice{Source: "text", Title: "タル局", Body: `
読者の皆様へ
3月22日の午後、当社のウェブサイト「北浜新聞デジタル」と会員向け電子版が、つながりにくくなりました。朝夕の紙面の編集や印刷、配達には影響がありませんでしたが、速報をお待ちの皆様にご迷惑をおかけしました。お詫びします。

原因は、外部から短時間に大量の接続要求を送りつけるいわゆるDDoS攻撃です。午後1時24分に攻撃が始まり、配信を委託している会社の防御設備の容量を超えまし`}
	c := newClassifier(t).Classify(n)
	if c.Impact.Exposure != nil {
		t.Errorf("exposure %s", *c.Impact.Exposure)
	}
	checkClassification(t, n, c)
}
