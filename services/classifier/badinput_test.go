package classifier_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"owabi/pkg/bus"
	"owabi/pkg/bus/bustest"
	"owabi/pkg/notice"
	"owabi/pkg/notice/schematest"
)

// Whatever anybody publishes to the raw stream is rejected with a reason that
// names the message, its place and what is wrong with it, and the notices around
// it are classified.
func TestBadInputIsRejectedAndTheStreamGoesOn(t *testing.T) {
	server, b := bustest.Start(t, func(c *bus.EmbeddedConfig) { c.MaxPayload = 16 << 20 })
	good := rawMessage(t, "一つ目です。")
	data := string(good.Data)
	headers := map[string]string{
		bus.HeaderSpecVersion: "1.0", bus.HeaderID: good.ID, bus.HeaderType: notice.TypeRaw, bus.HeaderSource: "/test",
		bus.HeaderTime: "2026-01-02T03:04:05Z", bus.HeaderContentType: "application/json; charset=utf-8",
	}
	tests := []struct {
		name    string
		subject string // empty: notices.raw.text
		data    string // empty: a good notice's
		header  string // that is set to value; empty value: taken away
		value   string
		says    string
	}{
		{name: "no data", data: " ", says: "no JSON at byte 2: unexpected EOF"},
		{name: "cut off", data: data[:40], says: "no JSON at byte 41: unexpected EOF"},
		{name: "no JSON", data: "お知らせ", says: "no JSON at byte 1: invalid character"},
		{name: "bytes", data: "\x00\xff\xfe", says: "no JSON at byte 1: invalid character"},
		{name: "more behind it", data: data + "{}", says: "invalid character '{' after top-level value"},
		{name: "too deep", data: `{"deep":` + strings.Repeat("[", 20_000), says: "exceeded max depth"},
		{name: "a list", data: "[]", says: "at byte 1, the whole has to be notice.Notice and is array"},
		{name: "null", data: "null", says: "the notice has no text"},
		{name: "a number for a text", data: `{"id":"x","source":"text","body":5}`, says: "body has to be string and is number"},
		{name: "a text for a truth", data: `{"source":"text","synthetic":"yes"}`, says: "synthetic has to be bool and is string"},
		{name: "no time", data: `{"source":"text","fetched_at":"yesterday"}`, says: `parsing time "yesterday"`},
		{name: "no id", data: `{"source":"text","body":"本文"}`, says: `id "" does not fit its content`},
		{name: "another's id", data: strings.Replace(data, good.ID[:8], "00000000", 1), says: "does not fit its content"},
		{name: "an endless id", data: `{"source":"text","body":"本文","id":"` + strings.Repeat("x", 1<<20) + `"}`, says: "does not fit its content"},
		{name: "no text", data: `{"source":"text","body":" \n"}`, says: "the notice has no text"},
		{name: "10 MB", data: `"` + strings.Repeat("長", 10<<20/3) + `"`, says: "its data is 10485761 bytes, the most is 8388608"},
		{name: "another source's subject", subject: "notices.raw.jsonl", says: "with source text it belongs on notices.raw.text and came on notices.raw.jsonl"},
		{name: "two tokens", subject: "notices.raw.text.more", says: "came on notices.raw.text.more"},
		{name: "Japanese subject", subject: "notices.raw.本文", says: "came on notices.raw.本文"},
		{name: "the next version", header: bus.HeaderType, value: "owabi.notice.raw.v2", says: `ce-type "owabi.notice.raw.v2" is unknown here, owabi.notice.raw.v1 is read`},
		{name: "another type", header: bus.HeaderType, value: notice.TypeClassified, says: "is unknown here"},
		{name: "no type", header: bus.HeaderType, says: "header ce-type is missing"},
		{name: "no event id", header: bus.HeaderID, says: "header ce-id is missing"},
		{name: "no event source", header: bus.HeaderSource, says: "header ce-source is missing"},
		{name: "no CloudEvents", header: bus.HeaderSpecVersion, says: "header ce-specversion is missing"},
		{name: "other CloudEvents", header: bus.HeaderSpecVersion, value: "0.3", says: `ce-specversion "0.3" is unknown`},
		{name: "structured mode", header: bus.HeaderContentType, value: "application/cloudevents+json", says: `content-type "application/cloudevents+json" is unknown`},
		{name: "no media type", header: bus.HeaderContentType, value: "///", says: `content-type "///" is unknown`},
		{name: "no event time", header: bus.HeaderTime, value: "昨日", says: `ce-time "昨日" is no time`},
		{name: "a time of no calendar", header: bus.HeaderTime, value: "2026-13-45T99:99:99Z", says: "is no time"},
		{name: "a time out of range", header: bus.HeaderTime, value: "9999-12-31T23:59:59Z", says: "is out of range"},
		{name: "a time out of range in UTC", header: bus.HeaderTime, value: "2261-12-31T23:59:59-12:00", says: "is out of range"},
		{name: "a long event id", header: bus.HeaderID, value: strings.Repeat("x", 5000), says: "header ce-id is 5000 bytes, the most is 1024"},
		{name: "long headers", header: "x-more", value: strings.Repeat("x", 60_000), says: "bytes, the most is 16384"},
	}

	js, done := bustest.Client(t, server.ClientURL())
	defer done()
	publish := func(subject, data, header, value string) error {
		m := nats.NewMsg(subject)
		for name, v := range headers {
			m.Header.Set(name, v)
		}
		switch {
		case header != "" && value != "":
			m.Header.Set(header, value)
		case header != "":
			m.Header.Del(header)
		}
		m.Data = []byte(data)
		_, err := js.PublishMsg(t.Context(), m)
		return err
	}
	for _, test := range tests {
		subject, body := test.subject, test.data
		if subject == "" {
			subject = "notices.raw.text"
		}
		if body == "" {
			body = data
		}
		if err := publish(subject, body, test.header, test.value); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
	}
	// The server itself takes no larger headers, nor a message above its limit.
	if err := publish("notices.raw.text", data, "x-more", strings.Repeat("x", 100_000)); err == nil {
		t.Error("the server takes headers of 100 KB")
	}
	if err := publish("notices.raw.text", strings.Repeat("x", 17<<20), "", ""); err == nil {
		t.Error("the server takes 17 MB")
	}
	bustest.Publish(t, b, good, rawMessage(t, "二つ目です。"))
	// What has all that CloudEvents asks for and nothing more is read too.
	if err := publish("notices.raw.text", string(rawMessage(t, "三つ目です。").Data), bus.HeaderTime, ""); err != nil {
		t.Fatal(err)
	}

	counts := classifyAll(t, b)
	if counts.Classified.Load() != 3 || counts.Rejected.Load() != uint64(len(tests)) {
		t.Errorf("classified %d, rejected %d; want 3 and %d", counts.Classified.Load(), counts.Rejected.Load(), len(tests))
	}
	bySequence := map[uint64]notice.Rejection{}
	for _, m := range bustest.Messages(t, server.ClientURL(), bus.StreamRejected) {
		schematest.Check(t, notice.TypeRejected, m.Data)
		var r notice.Rejection
		if err := json.Unmarshal(m.Data, &r); err != nil {
			t.Fatal(err)
		}
		bySequence[r.Sequence] = r
	}
	for i, test := range tests {
		r := bySequence[uint64(i+1)]
		where := "of NOTICES_RAW on notices.raw."
		if !strings.Contains(r.Reason, test.says) || !strings.Contains(r.Reason, where) || len(r.Reason) > notice.MaxReasonBytes+3 {
			t.Errorf("%s: reason %.300q, want it to say %q and %q", test.name, r.Reason, where, test.says)
		}
	}
}
