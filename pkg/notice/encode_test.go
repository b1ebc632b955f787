package notice_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"owabi/pkg/notice"
)

// anything sets every field by reflection, so that a new one which AppendJSON leaves out makes
// a difference. Half of the pointers and some of the lists are nil.
var anything = rapid.MakeConfig{
	Kinds: map[reflect.Kind]*rapid.Generator[any]{
		reflect.String: rapid.OneOf(
			rapid.SampledFrom([]string{"", "\xff", "壊\xe3\x81れた", "\xed\xa0\x80", "\"\\/\b\f\n\r\t", "\x00\x1f\x7f", "<a href='x'>&amp;", "\u2028\u2029", "\ufffd", `\u003c`, "😀"}),
			rapid.String(),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		).AsAny(),
		reflect.Float64: rapid.OneOf(
			rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 0.99, 1e-6, 9.99e-7, 1e21, 1e20, math.MaxFloat64, math.SmallestNonzeroFloat64}),
			rapid.Float64(),
		).AsAny(),
	},
	Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[time.Time](): rapid.Custom(func(t *rapid.T) any {
			zone := time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "zone"))
			at := time.Unix(rapid.Int64Range(0, 1<<36).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
			return rapid.SampledFrom([]time.Time{at.UTC(), at.In(zone), {}}).Draw(t, "time")
		}),
	},
}

type appender interface {
	AppendJSON([]byte) ([]byte, error)
}

// checkAppended compares what is appended with encoding/json's, their strings spelt alike.
func checkAppended(t *rapid.T, v appender) {
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.AppendJSON([]byte("before"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got[:len("before")]) != "before" {
		t.Fatalf("what stood before is now %q", got[:len("before")])
	}
	alike := func(data []byte) string {
		t.Helper()
		value := jsontext.Value(data)
		if err := value.Format(jsontext.PreserveRawStrings(false)); err != nil {
			t.Fatalf("%v in %q", err, data)
		}
		return string(value)
	}
	if diff := cmp.Diff(alike(want), alike(got[len("before"):])); diff != "" {
		t.Errorf("(-encoding/json +AppendJSON):\n%s", diff)
	}
}

func TestAppendJSONIsEncodingJSON(t *testing.T) {
	t.Run("notice", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.MakeCustom[notice.Notice](anything).Draw(t, "notice")
		checkAppended(t, &n)
	}))
	t.Run("classification", rapid.MakeCheck(func(t *rapid.T) {
		c := rapid.MakeCustom[notice.Classification](anything).Draw(t, "classification")
		for _, list := range []reflect.Value{reflect.ValueOf(&c.Also), reflect.ValueOf(&c.Evidence), reflect.ValueOf(&c.Impact.DataTypes)} {
			if rapid.Bool().Draw(t, "nil") {
				list.Elem().SetZero()
			}
		}
		checkAppended(t, &c)
	}))
	t.Run("classified", rapid.MakeCheck(func(t *rapid.T) {
		c := rapid.MakeCustom[notice.Classified](anything).Draw(t, "classified")
		checkAppended(t, &c)
	}))
}

func TestAppendJSONOfNothing(t *testing.T) {
	for _, v := range []appender{&notice.Notice{}, &notice.Classification{}, &notice.Classified{}, &notice.Classified{Notice: &notice.Notice{}}} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.AppendJSON(nil); err != nil || string(got) != string(want) {
			t.Errorf("%T: %v\ngot  %s\nwant %s", v, err, got, want)
		}
	}
}

func TestAppendJSONRefusesWhatEncodingJSONDoes(t *testing.T) {
	year10000 := &notice.Notice{FetchedAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
	for name, v := range map[string]appender{
		"year 10000":              year10000,
		"year 10000 in a message": &notice.Classified{Notice: year10000},
		"not a number":            &notice.Classification{Confidence: math.NaN()},
		"infinite":                &notice.Classified{Classification: notice.Classification{Confidence: math.Inf(-1)}},
	} {
		if _, err := json.Marshal(v); err == nil {
			t.Errorf("%s: encoding/json takes it", name)
		}
		if got, err := v.AppendJSON(nil); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	words := "最大で263名"
	c := &notice.Classification{NoticeID: example().ID, Source: "digest", Title: &words, Also: []notice.Category{}, Effects: []notice.Effect{"confidentiality"}}
	c.Impact.People = &notice.Quantity{Value: 263, Bound: "at_most", Unit: "名", Text: words, Start: 140, End: 147}
	for range 15 {
		c.Evidence = append(c.Evidence, notice.Evidence{Field: "impact.people", Rule: "people.counter", Text: words, Start: 140, End: 147})
	}
	n := example()
	for range 7 {
		n.Body += n.Body
	}
	for name, v := range map[string]appender{"classification": c, "notice": &n} {
		b.Run(name+"/appended", func(b *testing.B) {
			var to []byte
			for b.Loop() {
				to, _ = v.AppendJSON(to[:0])
			}
			b.ReportMetric(float64(len(to)), "bytes")
		})
		b.Run(name+"/encoding_json", func(b *testing.B) {
			for b.Loop() {
				_, _ = json.Marshal(v)
			}
		})
	}
}
