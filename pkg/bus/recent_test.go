package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"owabi/pkg/bus"
	"owabi/pkg/notice"
)

// reading is the message of a classification as a classifier could make it; each
// addition to its text makes it another's.
func reading(t *testing.T, addition string, change ...func(*notice.Classified)) bus.Message {
	t.Helper()
	n := notice.Notice{Source: "jsonl", Publisher: "みほん町", Title: "書類の誤送付について", Published: "2024-05-01", Body: "このたび、書類を誤って送付しました。" + addition, Lang: "ja", FetchedAt: time.Unix(1_700_000_000, 0)}
	n.ID = n.ComputeID()
	c := notice.Classified{
		Classification: notice.Classification{
			NoticeID: n.ID, Source: n.Source, Title: &n.Title, IsIncident: true, Category: "misdelivery", Sector: "government_local", Severity: "minor",
			Evidence: []notice.Evidence{{Field: "category", Rule: "misdelivery.sent", Text: "誤って送付", Start: 20, End: 25}},
		},
		Notice: &n,
	}
	for _, do := range change {
		do(&c)
	}
	m, err := bus.ClassifiedMessage(c)
	must(t, err)
	return m
}

func TestRecentMessages(t *testing.T) {
	one, other, altered := reading(t, "一"), reading(t, "二"), reading(t, "一")
	altered.Data = []byte(strings.Replace(string(altered.Data), "みほん町", "べつの町", 1))
	bare := bus.Message{ID: one.ID, Type: one.Type, Data: one.Data}
	var large []bus.Message // each of a little less than 1 MB
	for i := range 40 {
		large = append(large, reading(t, strings.Repeat("長", 300_000+i)))
	}
	for name, c := range map[string]struct {
		keep  []bus.Message
		every time.Duration
		take  bus.Message
		data  []byte // else take's
		want  bool
	}{
		"kept":                             {keep: []bus.Message{one}, take: one, want: true},
		"kept twice":                       {keep: []bus.Message{one, one}, take: one, want: true},
		"never published here":             {keep: []bus.Message{other}, take: one},
		"other bytes under its id":         {keep: []bus.Message{one}, take: one, data: []byte("{}")},
		"bytes that nobody made":           {keep: []bus.Message{bare}, take: bare},
		"given other data behind its back": {keep: []bus.Message{altered}, take: altered},
		"before many":                      {keep: append([]bus.Message{one}, large...), take: one, want: true},
		"behind too many":                  {keep: large, take: large[39]},
		"some seconds ago":                 {keep: []bus.Message{one, other}, every: 15 * time.Second, take: one, want: true},
		"long ago":                         {keep: []bus.Message{one, other, other}, every: 15 * time.Second, take: one},
	} {
		t.Run(name, func(t *testing.T) {
			data := c.take.Data
			if c.data != nil {
				data = c.data
			}
			first, again, most := bus.Recall(c.keep, c.take, data, c.every)
			if first != c.want || again {
				t.Errorf("known %v, once more %v; want %v, once", first, again, c.want)
			}
			if most > 32<<20 {
				t.Errorf("%d bytes are held", most)
			}
		})
	}
}

// hereAndThere returns a connection in the server's process and one that is like another's.
func hereAndThere(t *testing.T) (here, there *bus.Bus) {
	t.Helper()
	s := embedded(t, bus.EmbeddedConfig{Listen: "127.0.0.1:0", Logger: silent()})
	here = ready(t, s, bus.StreamsConfig{}, bus.ConsumersConfig{})
	there, err := bus.Connect(t.Context(), bus.Config{URLs: s.ClientURL(), Logger: silent()})
	must(t, err)
	t.Cleanup(there.Close)
	return here, there
}

// What a process published and gets back need not be decoded; everybody else's messages
// are, and so is what comes a second time.
func TestWhatWasPublishedHereIsKnown(t *testing.T) {
	here, there := hereAndThere(t)

	names := map[string]string{}
	for name, b := range map[string]*bus.Bus{"here": here, "there": there, "again": here} {
		m := reading(t, name)
		names[m.ID] = name
		publishAll(t, publisher(t, b, bus.PublisherConfig{}), m)
	}
	got := map[string]bool{}
	ctx, stop := context.WithCancel(t.Context())
	must(t, here.Consume(ctx, bus.ConsumeConfig{Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader, RetryMin: 1}, bus.Each(func(_ context.Context, d bus.Delivery) error {
		c, err := d.Classified()
		if err != nil || !strings.HasSuffix(c.Notice.Body, names[d.Header.Get(bus.HeaderID)]) || c.Evidence[0].Text != "誤って送付" {
			t.Errorf("got %+v, %v", c, err)
		}
		got[fmt.Sprint(names[d.Header.Get(bus.HeaderID)], d.Tries)] = bus.Known(d)
		if len(got) == len(names)+1 {
			stop()
		}
		if names[d.Header.Get(bus.HeaderID)] == "again" && d.Tries == 1 {
			return errors.New("not yet")
		}
		return nil
	})))
	want := map[string]bool{"here1": true, "there1": false, "again1": true, "again2": false}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("known %v, want %v", got, want)
	}
}

// Texts that JSON writes in other words than they are, and a notice with all it can have.
func oddNotices() (list []notice.Notice) {
	for _, n := range []notice.Notice{
		{Body: "平文", FetchedAt: time.Unix(1_700_000_000, 123_456_789)},
		{Title: "<b>お詫び</b> & \"引用\"", Body: "改行\n制御\x01\u2028\u2029\\", FetchedAt: time.Unix(1_700_000_000, 0).UTC()},
		{CallerID: "a/1", URL: "https://example.jp/?a=1&b=<2>", Publisher: "みほん町", Title: "題", Published: "2024-05-01", Body: "本文", Lang: "ja", Heading: "漏えい", Synthetic: true, FetchedAt: time.Now()},
		{Body: strings.Repeat("長い本文。", 10_000)},
	} {
		n.Source = "jsonl"
		n.ID = n.ComputeID()
		list = append(list, n)
	}
	return list
}

// A notice that was published here is known to who reads it, and its message of a
// classification is, byte for byte, the one that is made without it; also when that carries
// another notice or none.
func TestANoticePublishedHereIsKnown(t *testing.T) {
	here, there := hereAndThere(t)
	want := map[string]notice.Notice{}
	for _, n := range oddNotices() {
		elsewhere := n
		elsewhere.Body += "よそで"
		elsewhere.ID = elsewhere.ComputeID()
		for b, n := range map[*bus.Bus]notice.Notice{here: n, there: elsewhere} {
			m, err := bus.RawMessage(n)
			must(t, err)
			publishAll(t, publisher(t, b, bus.PublisherConfig{}), m)
			want[n.ID] = n
		}
	}
	got := map[string]bool{}
	stop := consuming(t, here, classifier(), bus.Each(func(_ context.Context, d bus.Delivery) error {
		n, err := d.Notice()
		if err != nil || !cmp.Equal(n, want[n.ID]) {
			t.Errorf("got %+v, %v", n, err)
		}
		if bus.Known(d) == strings.HasSuffix(n.Body, "よそで") {
			t.Errorf("known: %v, of %.20s", bus.Known(d), n.Body)
		}
		c := notice.Classified{Classification: notice.Classification{
			NoticeID: n.ID, Source: n.Source, IsIncident: true, Category: "misdelivery", Sector: "government_local", Severity: "minor",
			Evidence: []notice.Evidence{{Field: "category", Rule: "misdelivery.sent", Text: "<誤送付>", Start: 2, End: 7}},
		}, Notice: &n}
		for _, change := range []func(){func() {}, func() { n.Lang = "en" }, func() { c.Notice = nil }} {
			change()
			plain, err := bus.ClassifiedMessage(c)
			must(t, err)
			spliced, err := d.ClassifiedMessage(c)
			must(t, err)
			if !bytes.Equal(plain.Data, spliced.Data) || plain.ID != spliced.ID {
				t.Errorf("made of the notice:\n%.300s\nof its message:\n%.300s", plain.Data, spliced.Data)
			}
		}
		got[n.ID] = true
		return nil
	}))
	must(t, here.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if len(got) != len(want) {
		t.Errorf("%d notices came, want %d", len(got), len(want))
	}
}

// A known notice is held to its form, and keeps nobody's page in memory.
func TestAKnownNoticeIsCheckedAndApart(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	page := strings.Repeat("ページ", 100)
	n := notice.Notice{Source: "jsonl", Body: page[:30]}
	n.ID = n.ComputeID()
	good, err := bus.RawMessage(n)
	must(t, err)
	n.Body = page[:33]
	n.ID = n.ComputeID()
	misplaced, err := bus.RawMessage(n)
	must(t, err)
	misplaced.Subject = "notices.raw.digest"
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), good, misplaced)
	verdicts := map[string]string{}
	stop := consuming(t, b, classifier(), bus.Each(func(_ context.Context, d bus.Delivery) error {
		n, err := d.Notice()
		verdicts[d.Subject] = fmt.Sprint(bus.Known(d), err)
		if unsafe.StringData(n.Body) == unsafe.StringData(page) {
			t.Error("the notice's text is a part of the page's")
		}
		return err
	}))
	must(t, b.WaitDrained(t.Context(), bus.StreamRaw, bus.ConsumerClassifier))
	stop()
	if verdicts["notices.raw.jsonl"] != "true <nil>" || !strings.HasPrefix(verdicts["notices.raw.digest"], "true") || !strings.Contains(verdicts["notices.raw.digest"], "belongs on notices.raw.jsonl") {
		t.Errorf("verdicts: %v", verdicts)
	}
}

// A duplicate is never delivered, so it would be remembered for nothing.
func TestADuplicateIsNotRemembered(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	m, p := reading(t, "一"), publisher(t, b, bus.PublisherConfig{})
	publishAll(t, p, m)
	if held := b.RecentBytes(); held != len(m.Data) {
		t.Errorf("%d bytes are remembered, want the message's %d", held, len(m.Data))
	}
	publishAll(t, p, m)
	if held := b.RecentBytes(); held != 0 {
		t.Errorf("%d bytes are remembered after the duplicate, want none", held)
	}
}

// What is known is held to the same form as what is decoded.
func TestWhatIsKnownIsChecked(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	for words, m := range map[string]bus.Message{
		`no severity "terrible"`: reading(t, "一", func(c *notice.Classified) { c.Severity = "terrible" }),
		"carries no notice":      reading(t, "二", func(c *notice.Classified) { c.Notice = nil }),
		"is unknown here":        func() bus.Message { m := reading(t, "三"); m.Type = notice.TypeRaw; return m }(),
		"belongs on":             func() bus.Message { m := reading(t, "四"); m.Subject = "notices.classified.loss.media"; return m }(),
	} {
		publishAll(t, publisher(t, b, bus.PublisherConfig{}), m)
		ctx, stop := context.WithCancel(t.Context())
		var verdict error
		must(t, b.Consume(ctx, bus.ConsumeConfig{Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader}, bus.Each(func(_ context.Context, d bus.Delivery) error {
			if !bus.Known(d) {
				t.Error("not known:", words)
			}
			_, verdict = d.Classified()
			stop()
			return nil
		})))
		if verdict == nil || !bus.IsPermanent(verdict) || !strings.Contains(verdict.Error(), words) {
			t.Errorf("verdict %v, want %q in it", verdict, words)
		}
	}
}

// A classification whose notice is not valid is not known: it is read as its message says.
func TestAnInvalidNoticeIsNotKnown(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	for _, c := range []struct {
		spoil      func(*notice.Notice)
		body, want string // as it is read, or the error's words
	}{
		{spoil: func(n *notice.Notice) { n.Published = "1001-01-01" }, want: "published 1001-01-01 is out of range"},
		{spoil: func(n *notice.Notice) { n.Body = "\xff" }, body: "\ufffd"},
	} {
		m := reading(t, "一", func(r *notice.Classified) {
			c.spoil(r.Notice)
			r.Notice.ID = r.Notice.ComputeID()
			r.NoticeID = r.Notice.ID
		})
		publishAll(t, publisher(t, b, bus.PublisherConfig{}), m)
		ctx, stop := context.WithCancel(t.Context())
		must(t, b.Consume(ctx, bus.ConsumeConfig{Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader}, bus.Each(func(_ context.Context, d bus.Delivery) error {
			defer stop()
			if bus.Known(d) {
				t.Errorf("known: %q", c.want+c.body)
			}
			got, err := d.Classified()
			if c.want == "" {
				if err != nil || got.Notice.Body != c.body {
					t.Errorf("read %+v, error %v; want the body %q", got.Notice, err, c.body)
				}
			} else if !bus.IsPermanent(err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("verdict %v, want %q in it", err, c.want)
			}
			return nil
		})))
	}
}

// A classification that is remembered is not changed with the caller's notice.
func TestTheNoticeMayChangeAfterwards(t *testing.T) {
	b := ready(t, embedded(t, bus.EmbeddedConfig{Logger: silent()}), bus.StreamsConfig{}, bus.ConsumersConfig{})
	var mine *notice.Notice
	m := reading(t, "一", func(c *notice.Classified) { mine = c.Notice })
	publishAll(t, publisher(t, b, bus.PublisherConfig{}), m)
	mine.Body = "別の文"
	ctx, stop := context.WithCancel(t.Context())
	must(t, b.Consume(ctx, bus.ConsumeConfig{Stream: bus.StreamClassified, Consumer: bus.ConsumerLoader, Stage: notice.StageLoader}, bus.Each(func(_ context.Context, d bus.Delivery) error {
		if c, err := d.Classified(); err != nil || c.Notice.Body == mine.Body || !bus.Known(d) {
			t.Errorf("got %+v, %v", c, err)
		}
		stop()
		return nil
	})))
}
