package explorer_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"owabi/pkg/warehouse"
)

// What is marked is what the evidence says, where it says it; each is named.
func TestMarksMatchTheEvidence(t *testing.T) {
	server, sql := pages(t, nil)
	w := openTab(t, server, laptop)
	ids := strings.Fields(told(t, sql, "SELECT notice_id FROM evidence GROUP BY notice_id ORDER BY count() DESC, notice_id LIMIT 5"))
	ids = append(ids, untitled.ComputeID(), hostile.ComputeID())
	for _, id := range ids {

		w.open("/n/" + id + "?lang=ja")
		w.until(`document.querySelector("article")`)
		type piece struct {
			Start, End int
			Text       string
		}
		// The marks of one piece may be several, where others overlap it.
		got := get1[[]piece](w, `[...document.querySelectorAll(".evidence li")].map((li, i) => {
			const marks = [...document.querySelectorAll('article mark[data-evidence~="' + (i + 1) + '"]')];
			const words = marks.map(m => [...m.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.data).join(""));
			return {start: +marks[0].dataset.from, end: +marks.at(-1).dataset.to, text: words.join("")};
		})`)
		var out strings.Builder
		err := sql.Query(t.Context(), "SELECT start_rune, end_rune, text FROM evidence WHERE notice_id = '"+id+"' ORDER BY start_rune, end_rune, field, rule", warehouse.FormatCompact, &out)
		var answer struct{ Rows [][3]any }
		if err == nil {
			err = json.Unmarshal([]byte(out.String()), &answer)
		}
		if err != nil {
			t.Fatal(err)
		}
		want := []piece{}
		for _, r := range answer.Rows {
			want = append(want, piece{int(r[0].(float64)), int(r[1].(float64)), r[2].(string)})
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("notice %s: marked %v, want %v", id, got, want)
		}
		if unnamed := get1[[]string](w, `[...document.querySelectorAll(".evidence b")].filter(b => !b.innerText || b.innerText === b.title).map(b => b.title)`); len(unnamed) > 0 {
			t.Errorf("notice %s: pieces of evidence have no name: %q", id, unnamed)
		}
	}
	w.do(click(".facts button.number"))
	w.until(`document.querySelector("article mark.lit")`)
}

// Nothing of a notice is ever markup.
func TestAHostileNoticeIsText(t *testing.T) {
	server, _ := pages(t, nil)
	const harmless = `document.scripts.length === 1 && !document.querySelector("main img, main script, main b:not(.evidence b), main iframe") && document.title !== "stolen"`
	for _, s := range []screen{phone, laptop} {
		w := openTab(t, server, s)
		w.open("/n/" + hostile.ComputeID() + "?lang=ja")
		w.until(`document.querySelector("article")`)
		if text := get1[string](w, `[...document.querySelector("article").childNodes].map(function words(n) { return n.nodeType === 3 ? n.data : n.nodeName === "SUP" ? "" : [...n.childNodes].map(words).join("") }).join("")`); text != hostile.Text() {
			t.Errorf("the text is %.300q", text)
		}
		if title := get1[string](w, `document.querySelector("h1").textContent`); title != hostile.Title {
			t.Errorf("the title is %.100q", title)
		}
		if !get1[bool](w, harmless) {
			t.Error("it became markup")
		}
		if links := get1[[]string](w, `[...document.querySelectorAll("main a")].map(a => a.href)`); len(links) > 0 {
			t.Errorf("it became links: %q", links)
		}
		if wide := get1[int](w, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
			t.Errorf("%d pixels wider than the screen", wide)
		}
		for _, path := range []string{"/search?lang=ja&q=%E3%81%95%E3%81%8B%E3%81%95%E3%81%BE", "/d/notices?lang=ja&from=2024-06-05&to=2024-06-05&var-synthetic=leave_out", "/d/overview?lang=ja&from=2024-06-05&to=2024-06-05"} {
			w.open(path)
			w.until(`document.querySelector(".hits li, .panel[aria-busy=false]") && !document.querySelector(".panel[aria-busy=true]")`)
			if !get1[bool](w, `document.body.textContent.includes("<script>alert")`) || !get1[bool](w, harmless) {
				t.Errorf("%s: %.500s", path, get1[string](w, "document.body.innerText"))
			}
			if wide := get1[int](w, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
				t.Errorf("%s: %d pixels wider than the screen", path, wide)
			}
		}
	}
}
