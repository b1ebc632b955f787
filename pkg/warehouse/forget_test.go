package warehouse_test

import (
	"fmt"
	"slices"
	"strings"
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

// Over a cluster the server that is asked may have no row of a notice that another
// shard has. Its own table is empty here, and another database stands for that shard.
func TestNoticesOfOtherShardsAreFoundAndErased(t *testing.T) {
	shard := open(t)
	gone := row("ほかのシャードの本文。")
	load(t, shard, gone)
	asked := openUnmigrated(t)
	createDatabase(t, asked)
	for _, table := range []string{"notice_rows", "reading_rows", "text_rows"} {
		execute(t, asked, fmt.Sprintf("CREATE TABLE %s_local AS %s.%s", table, shard.Database(), table))
		execute(t, asked, fmt.Sprintf("CREATE TABLE %s AS %s_local ENGINE = Merge('%s', '^%s$')", table, table, shard.Database(), table))
	}
	w, err := warehouse.Open(warehouse.Config{URL: asked.URL(), Cluster: "c"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ids, err := w.NoticesOf(t.Context(), "みなと商会")
	if err != nil || !slices.Equal(ids, []string{gone.NoticeID}) {
		t.Errorf("notices of the organization: %v, %v", ids, err)
	}
	want := []warehouse.TableTrace{{Table: "notice_rows", Rows: 1}, {Table: "reading_rows", Rows: 1}, {Table: "text_rows", Rows: 1}}
	if traces, err := w.Traces(t.Context(), []string{gone.NoticeID}); err != nil || !slices.Equal(traces, want) {
		t.Errorf("traces: %v, %v; want %v", traces, err, want)
	}
	// There is no cluster to erase from; that it is tried is what can be seen.
	for _, ids := range [][]string{{gone.NoticeID}, {"of a notice that no server has"}} {
		if err := w.Forget(t.Context(), ids); err == nil || !strings.Contains(err.Error(), "reading_rows_local") {
			t.Errorf("forgetting %v: %v; want that the servers' own tables are erased from", ids, err)
		}
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
