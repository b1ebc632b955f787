package warehouse_test

import (
	"fmt"
	"testing"
	"time"

	"owabi/pkg/warehouse"
)

func TestAForgottenNoticeLeavesNoRow(t *testing.T) {
	w := open(t)
	gone, kept := row("消すべき本文。"), row("残す本文。")
	other := "北野発送"
	kept.Organization.Key = &other
	reread := gone
	reread.ClassifiedAt = gone.ClassifiedAt.Add(time.Hour)
	load(t, w, gone, kept)
	load(t, w, reread) // an older reading stands in another part
	ids, err := w.NoticesOf(t.Context(), "みなと商会")
	if err != nil || fmt.Sprint(ids) != fmt.Sprint([]string{gone.NoticeID}) {
		t.Fatalf("notices of the organization: %v, %v", ids, err)
	}
	traces, err := w.Traces(t.Context(), ids)
	if err != nil || len(traces) == 0 {
		t.Fatalf("traces: %v, %v", traces, err)
	}
	if err := w.Forget(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	if traces, err := w.Traces(t.Context(), ids); err != nil || len(traces) != 0 {
		t.Errorf("afterwards: %v, %v", traces, err)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT notice_id FROM notices"); got != "notice_id\n"+kept.NoticeID+"\n" {
		t.Errorf("left: %s", got)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM system.parts WHERE database = currentDatabase() AND NOT active AND table LIKE '%_rows'"); got != "n\n0\n" {
		t.Errorf("old parts on the disk: %s", got)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT count() AS n FROM system.tables WHERE database = currentDatabase() AND create_table_query LIKE '%old_parts_lifetime%'"); got != "n\n0\n" {
		t.Errorf("tables whose settings stayed changed: %s", got)
	}
	if err := w.Forget(t.Context(), ids); err != nil { // once more finds nothing
		t.Error(err)
	}
}

func TestOldNoticesExpire(t *testing.T) {
	w := open(t)
	old, young := row("古い本文。"), row("新しい本文。")
	met := *young.Notice
	met.FetchedAt = old.Notice.FetchedAt.AddDate(1, 0, 0)
	young.Notice = &met
	load(t, w, old, young)
	before := old.Notice.FetchedAt.AddDate(0, 1, 0)
	expired, err := w.Expired(t.Context(), before)
	if err != nil || len(expired) == 0 || expired[0].Rows != 1 {
		t.Fatalf("expired: %v, %v; want one row a table", expired, err)
	}
	if err := w.Expire(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if got := query(t, w, warehouse.FormatCSV, "SELECT notice_id FROM notices"); got != "notice_id\n"+young.NoticeID+"\n" {
		t.Errorf("left: %s", got)
	}
	if left, err := w.Traces(t.Context(), []string{old.NoticeID}); err != nil || len(left) != 0 {
		t.Errorf("traces of the old one: %v, %v", left, err)
	}
}
