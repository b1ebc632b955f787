package warehouse_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/google/go-cmp/cmp"

	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// More codes than one byte can number, NULLs, and arrays of none and of many.
func TestDictionariesHoldWhatWasGiven(t *testing.T) {
	w := open(t)
	type stored struct {
		Type     string   `json:"type"`
		Source   string   `json:"source"`
		Heading  *string  `json:"heading"`
		Warnings []string `json:"warnings"`
		Rules    []string `json:"rules"`
	}
	rows := make([]warehouse.Row, 400)
	var want bytes.Buffer
	for i := range rows {
		r := row(fmt.Sprintf("本文%d。", i))
		r.NoticeID = fmt.Sprintf("%03d", i)
		r.Source = fmt.Sprint("source ", i%300)
		r.Notice.Heading, r.Warnings, r.Evidence = "", nil, nil
		is := stored{Type: "LowCardinality(String) Array(LowCardinality(String))", Source: r.Source, Warnings: []string{}, Rules: []string{}}
		if i%3 > 0 {
			r.Notice.Heading = fmt.Sprint("見出し", i)
			is.Heading = &r.Notice.Heading
		}
		for j := range i % 4 {
			code := fmt.Sprint("code ", i*j)
			r.Warnings = append(r.Warnings, notice.Warning(code))
			r.Evidence = append(r.Evidence, notice.Evidence{Rule: code}, notice.Evidence{})
			is.Warnings, is.Rules = append(is.Warnings, code), append(is.Rules, code, "")
		}
		rows[i] = r
		if err := json.NewEncoder(&want).Encode(is); err != nil {
			t.Fatal(err)
		}
	}
	load(t, w, rows...)
	got := query(t, w, warehouse.FormatJSON, "SELECT concat(toTypeName(source), ' ', toTypeName(`evidence.rule`)) AS type, source, heading, warnings, `evidence.rule` AS rules FROM reading_rows ORDER BY notice_id")
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("(-given +stored):\n%s", diff)
	}
}

// The driver makes the dictionary: equal codes are one entry.
func TestADictionaryOfTheDriversHoldsACodeOnce(t *testing.T) {
	for _, tc := range []struct {
		name string
		kind column.Type
		code string
		want string
	}{
		{"stage", "LowCardinality(Nullable(String))", "first", `["first","first",null]`},
		{"sector", "LowCardinality(String)", "retail_wholesale", `["retail_wholesale","retail_wholesale","other"]`},
		{"also", "Array(LowCardinality(String))", "loss", `[["loss"],["loss"],[]]`},
		{"evidence.rule", "Array(LowCardinality(String))", "people.affected", `[["people.affected"],["people.affected"],[]]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := &column.ServerContext{}
			sent, err := tc.kind.Column(tc.name, server)
			if err != nil {
				t.Fatal(err)
			}
			if err := warehouse.AppendTo(sent, tc.name, row("一つ目。"), row("二つ目。"), unknownRow("三つ目。")); err != nil {
				t.Fatal(err)
			}
			var encoded proto.Buffer
			sent.Encode(&encoded)
			if n := bytes.Count(encoded.Buf, []byte(tc.code)); n != 1 {
				t.Errorf("%q is sent %d times", tc.code, n)
			}
			received, err := tc.kind.Column(tc.name, server)
			if err != nil {
				t.Fatal(err)
			}
			if err := received.Decode(proto.NewReader(bytes.NewReader(encoded.Buf)), 3); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal([]any{received.Row(0, false), received.Row(1, false), received.Row(2, false)})
			if err != nil || string(got) != tc.want {
				t.Errorf("received %s, %v; want %s", got, err, tc.want)
			}
		})
	}
}
