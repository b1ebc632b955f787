package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/classify"
	"owabi/pkg/notice"
	"owabi/pkg/source"
	"owabi/pkg/source/synthetic"
	"owabi/pkg/warehouse"
)

// flow is what a test sends through the services, and what has to come out of
// them: every good notice once, every bad one rejected with its reason.
type flow struct {
	t     *testing.T
	files []string // JSONL
	// messages are bad ones, published beside the files straight to the streams.
	messages []bus.Message
	// rejections holds for each bad one its key and words of its reason.
	rejections map[string]string
	good, bad  int
}

// refusedPublisher publishes what only ClickHouse refuses: see refuse.
const refusedPublisher = "毒見役"

// newFlow makes count synthetic notices in so many files, and for each hundred a
// bad one more, at least one a kind.
func newFlow(t *testing.T, seed uint64, count, files int) *flow {
	t.Helper()
	f := &flow{t: t, rejections: map[string]string{}, good: count, bad: max(count/100, len(badLines)+len(badMessages)+1)}
	records, err := synthetic.Generate(seed, count)
	if err != nil {
		t.Fatal(err)
	}
	var out *bufio.Writer
	line, written, bad := 0, 0, 0
	put := func(data []byte) {
		line++
		if _, err := out.Write(append(data, '\n')); err != nil {
			t.Fatal(err)
		}
	}
	for record := range records {
		if written%((count+files-1)/files) == 0 {
			path := filepath.Join(t.TempDir(), fmt.Sprintf("notices-%d.jsonl", len(f.files)+1))
			file, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			f.files, line, out = append(f.files, path), 0, bufio.NewWriter(file)
			defer func() { // all of them at the end: the writer is another for each
				_ = file.Close()
			}()
			defer out.Flush()
		}
		record.Truth = nil
		data, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		put(data)
		written++
		for ; bad < f.bad && bad*count <= written*f.bad; bad++ {
			switch kind := bad % (len(badLines) + len(badMessages) + 1); {
			case kind < len(badLines):
				put([]byte(badLines[kind].line()))
				f.rejections[fmt.Sprintf("ingest %s:%d", f.files[len(f.files)-1], line)] = badLines[kind].words
			case kind < len(badLines)+len(badMessages):
				b := badMessages[kind-len(badLines)]
				m := b.message(t, bad)
				f.messages = append(f.messages, m)
				stage := notice.StageClassifier
				if strings.HasPrefix(m.Subject, "notices.classified.") {
					stage = notice.StageLoader
				}
				f.rejections[fmt.Sprintf("%s %s", stage, rejectedAs(m))] = b.words
			default:
				n := notice.Notice{Publisher: refusedPublisher, Title: "書類の紛失について", Body: fmt.Sprintf("書類%d通を紛失しました。", bad)}
				put(fmt.Appendf(nil, `{"publisher":%q,"title":%q,"text":%q}`, n.Publisher, n.Title, n.Body))
				f.rejections["loader "+n.ComputeID()] = "is violated at row 1"
			}
		}
	}
	return f
}

// badLines are what ingest rejects.
var badLines = []struct {
	line  func() string
	words string
}{
	{func() string { return `{"text":"` + strings.Repeat("長", 360_000) + `"}` }, "too large"}, // 1.08 MB in UTF-8
	{func() string { return `{"publisher":"南浜市","text":" "}` }, "no text"},
	{func() string { return `{"publisher":"南浜市","text":"途中で` }, "malformed"},
	{func() string { return `{"publisher":"南浜市","text":5}` }, "malformed"},
	{func() string {
		return `{"publisher":"南浜市","published":"きのう","text":"書類を紛失しました。"}`
	}, "malformed"},
}

// badMessages are what the classifier and the loader reject.
var badMessages = []struct {
	message func(t *testing.T, number int) bus.Message
	words   string
}{
	{rawWith(func(data string) string { return "これはJSONではない" }), "no JSON at byte 1"},
	{rawWith(func(data string) string { return strings.Replace(data, `"source":"text"`, `"source":7`, 1) }), "source has to be string"},
	{rawWith(func(data string) string { return data[:len(data)/2] }), "unexpected EOF"},
	{rawWith(func(data string) string { return strings.Replace(data, `"id":"`, `"was_id":"`, 1) }), "does not fit its content"},
	{rawWith(func(data string) string { return strings.Replace(data, "書類", "荷物", 1) }), "does not fit its content"},
	{func(t *testing.T, number int) bus.Message {
		m := rawWith(func(data string) string { return data })(t, number)
		m.Subject = bus.RawSubject("digest")
		return m
	}, "belongs on"},
	{classifiedWith(func(c *notice.Classified) { c.Category = "nonsense" }), "no category"},
	{classifiedWith(func(c *notice.Classified) { c.Impact.People = &notice.Quantity{Value: -3} }), "impact.people is -3"},
	{classifiedWith(func(c *notice.Classified) { c.Notice.FetchedAt = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC) }), "out of range"},
	{classifiedWith(func(c *notice.Classified) { c.Notice = nil }), "carries no notice"},
	{classifiedWith(func(c *notice.Classified) { c.Category = notice.Theft }), "belongs on"},
}

func badNotice(number int) notice.Notice {
	n := notice.Notice{Source: "text", Body: fmt.Sprintf("書類%d通を誤った宛先に送りました。", number), FetchedAt: time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC)}
	n.ID = n.ComputeID()
	return n
}

func rawWith(change func(data string) string) func(*testing.T, int) bus.Message {
	return func(t *testing.T, number int) bus.Message {
		m, err := bus.RawMessage(badNotice(number))
		if err != nil {
			t.Fatal(err)
		}
		m.Data = []byte(change(string(m.Data)))
		return m
	}
}

func classifiedWith(change func(*notice.Classified)) func(*testing.T, int) bus.Message {
	return func(t *testing.T, number int) bus.Message {
		n := badNotice(number)
		c := notice.Classified{Notice: &n, Classification: notice.Classification{
			NoticeID: n.ID, Source: n.Source, IsIncident: true, Category: notice.Loss, Sector: notice.Education, Severity: notice.SeverityMinor,
		}}
		m, err := bus.ClassifiedMessage(c)
		if err != nil {
			t.Fatal(err)
		}
		change(&c)
		if m.Data, err = json.Marshal(c); err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// rejectedAs is the notice id under which a message is rejected.
func rejectedAs(m bus.Message) string {
	if m.About != "" {
		return m.About
	}
	return m.ID
}

// refuse makes the table refuse, for its content, what refusedPublisher publishes.
func (f *flow) refuse(w *warehouse.Warehouse) {
	f.t.Helper()
	execute(f.t, w, "ALTER TABLE notice_rows ADD CONSTRAINT nobody_is_poisoned CHECK publisher IS NULL OR publisher != '"+refusedPublisher+"'")
}

// publishMessages publishes the bad messages, at once.
func (f *flow) publishMessages(b *bus.Bus) {
	f.t.Helper()
	bustest.Publish(f.t, b, f.messages...)
}

// loadStraight brings the good notices of the files into w without any service
// between: what the services' views are compared with.
func (f *flow) loadStraight(ctx context.Context, w *warehouse.Warehouse, reader *classify.Classifier) error {
	var rows []warehouse.Row
	for _, path := range f.files {
		in, err := source.Open(ctx, path, source.Options{MaxNoticeBytes: 1 << 20})
		if err != nil {
			return err
		}
		for {
			item, err := in.Read(ctx)
			if err != nil {
				break // the end; what is missing shows in the comparison
			}
			if item.Rejected == nil && item.Notice.Publisher != refusedPublisher {
				n := item.Notice
				rows = append(rows, warehouse.Row{ClassifiedAt: time.Now(), Classified: notice.Classified{Classification: reader.Classify(n), Notice: &n}})
			}
		}
		if err := in.Close(); err != nil {
			return err
		}
	}
	if len(rows) != f.good {
		return fmt.Errorf("the files hold %d good notices, want %d", len(rows), f.good)
	}
	for part := range slices.Chunk(rows, 5000) {
		if rejected, err := w.Load(ctx, part); err != nil || len(rejected) > 0 {
			return fmt.Errorf("loading without services: rejected %v: %w", rejected, err)
		}
	}
	return nil
}

// checkViews compares every view of two databases, row for row by a sum of
// hashes, and returns how many there are. Only times of processing may differ.
func (f *flow) checkViews(got, want *warehouse.Warehouse) int {
	f.t.Helper()
	if n := value(f.t, got, "SELECT count(), uniqExact(notice_id) FROM notices"); n != fmt.Sprintf("%d,%d", f.good, f.good) {
		f.t.Errorf("notices, different ones: %s; want %d of each", n, f.good)
	}
	names := strings.Split(value(f.t, want, "SELECT arrayStringConcat(groupArray(name), ' ') FROM (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%View' ORDER BY name)"), " ")
	for _, name := range names {
		columns := strings.Trim(value(f.t, want, fmt.Sprintf("SELECT arrayStringConcat(groupArray('`' || name || '`'), ', ') FROM (SELECT name FROM system.columns "+
			"WHERE database = currentDatabase() AND table = '%s' AND name NOT IN ('fetched_at', 'classified_at') ORDER BY position)", name)), `"`)
		ask := fmt.Sprintf("SELECT count(), sum(cityHash64(formatRow('JSONEachRow', %s))) FROM %s", columns, name)
		if g, w := value(f.t, got, ask), value(f.t, want, ask); g != w {
			f.t.Errorf("view %s: rows and their hashes are %s, want %s as loaded without services", name, g, w)
		}
	}
	return len(names)
}

// checkRejections compares what stands on the rejected stream with what has to,
// and returns how many of each stage there are.
func (f *flow) checkRejections(url string) map[notice.Stage]int {
	f.t.Helper()
	seen, stages := map[string]int{}, map[notice.Stage]int{}
	for _, r := range rejections(f.t, url) {
		key := fmt.Sprintf("%s %s", r.Stage, r.NoticeID)
		if r.Stage == notice.StageIngest {
			key = fmt.Sprintf("%s %s:%d", r.Stage, r.Source, r.Line)
		}
		stages[r.Stage]++
		words, expected := f.rejections[key]
		seen[key]++
		switch {
		case !expected:
			f.t.Errorf("rejected without need: %s: %s", key, r.Reason)
		case seen[key] > 1:
			f.t.Errorf("rejected twice: %s: %s", key, r.Reason)
		case !strings.Contains(r.Reason, words):
			f.t.Errorf("%s was rejected for %q, want %q in it", key, r.Reason, words)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.rejections)) {
		if seen[key] == 0 {
			f.t.Errorf("not rejected: %s (%s)", key, f.rejections[key])
		}
	}
	return stages
}

// rejections reads the whole rejected stream as a client of one's own.
func rejections(t *testing.T, url string) []notice.Rejection {
	t.Helper()
	var list []notice.Rejection
	for i, m := range bustest.Messages(t, url, bus.StreamRejected) {
		var r notice.Rejection
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Fatalf("rejection %d: %v", i+1, err)
		}
		list = append(list, r)
	}
	return list
}

// openWarehouse opens the ClickHouse at address until the test ends.
func openWarehouse(t *testing.T, address string) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func execute(t testing.TB, w *warehouse.Warehouse, statement string) {
	t.Helper()
	if err := w.Query(t.Context(), statement, warehouse.FormatCSV, &strings.Builder{}); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// value is the one row that a statement gives, as CSV.
func value(t *testing.T, w *warehouse.Warehouse, statement string) string {
	t.Helper()
	var out strings.Builder
	if err := w.Query(t.Context(), statement, warehouse.FormatCSV, &out); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	_, row, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	return row
}
