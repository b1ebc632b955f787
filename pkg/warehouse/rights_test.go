package warehouse_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"owabi/pkg/chdb"
	"owabi/pkg/chdb/chdbtest"
	"owabi/pkg/warehouse"
)

// passwordFromEnvironment is how the file takes a password. What Go sets in the
// environment does not reach a library that is loaded without cgo, so the tests
// write a password instead.
var passwordFromEnvironment = regexp.MustCompile(`<password_sha256_hex from_env="OWABI_[A-Z]+_SHA256"/>`)

// withUsers gives the engine of these tests the users of deploy/clickhouse, as a
// server has them that the file was put into. The folder is the engine's, so that
// it goes with it.
func withUsers(config *chdb.Config) {
	folder := filepath.Join(config.Path, "server")
	users, err := os.ReadFile("../../deploy/clickhouse/users.d/owabi.xml")
	if err == nil {
		err = os.RemoveAll(folder) // of an earlier run, in a folder that is kept
	}
	if err == nil {
		err = os.MkdirAll(filepath.Join(folder, "users.d"), 0o700)
	}
	if err == nil {
		sum := fmt.Sprintf("<password_sha256_hex>%x</password_sha256_hex>", sha256.Sum256([]byte("a password")))
		users = passwordFromEnvironment.ReplaceAll(users, []byte(sum))
		err = os.WriteFile(filepath.Join(folder, "users.d", "owabi.xml"), users, 0o600)
	}
	if err == nil {
		err = os.CopyFS(folder, os.DirFS("testdata/server"))
	}
	if err == nil {
		server := "<clickhouse><users_config>" + filepath.Join(folder, "users.xml") + "</users_config></clickhouse>"
		err = os.WriteFile(filepath.Join(folder, "config.xml"), []byte(server), 0o600)
	}
	if err != nil {
		panic(err) // TestMain has no other way to fail
	}
	config.ServerConfig = filepath.Join(folder, "config.xml")
}

// openAsServer is the database that the rights are given on.
func openAsServer(t *testing.T) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(warehouse.Config{URL: chdbtest.URLOf(t, "owabi")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	if err := w.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// as asks with the rights of a user: a view that another defines is read with
// the definer's, which ClickHouse checks at every use.
func as(t *testing.T, w *warehouse.Warehouse, user, statement string) error {
	t.Helper()
	query(t, w, warehouse.FormatCSV, "CREATE OR REPLACE VIEW default.probe DEFINER = "+user+" SQL SECURITY DEFINER AS "+statement)
	_, err := w.Ask(t.Context(), warehouse.Question{SQL: "SELECT * FROM default.probe"}, &strings.Builder{})
	return err
}

func denied(err error) bool {
	exception, ok := errors.AsType[*clickhouse.Exception](err)
	return ok && exception.Code == 497
}

func TestReadersReadEveryViewAndServicesDoNot(t *testing.T) {
	w := openAsServer(t)
	relations, err := w.Relations(t.Context())
	if err != nil || len(relations) == 0 {
		t.Fatalf("relations: %v, %v", relations, err)
	}
	for _, r := range relations {
		for _, user := range []string{"owabi_analyst", "owabi_explorer", "owabi_grafana", "owabi_keeper"} {
			if err := as(t, w, user, "SELECT count() FROM owabi."+r.Name); err != nil {
				t.Errorf("%s on %s: %v", user, r.Name, err)
			}
		}
	}
	if err := as(t, w, "owabi_loader", "SELECT count() FROM owabi.notice_rows"); !denied(err) {
		t.Errorf("the loader reads notices: %v", err)
	}
	query(t, w, warehouse.FormatCSV, "CREATE TABLE IF NOT EXISTS default.private (n UInt8) ENGINE = Memory")
	for _, user := range []string{"owabi_analyst", "owabi_explorer", "owabi_grafana", "owabi_keeper", "owabi_loader"} {
		if err := as(t, w, user, "SELECT n FROM default.private"); !denied(err) {
			t.Errorf("%s reads another's table: %v", user, err)
		}
	}
}

func TestReadersReachNothingBeyondTheTables(t *testing.T) {
	w := openAsServer(t)
	for _, beyond := range []string{
		"url('http://127.0.0.1:1/x', 'CSV', 'a String')", "file('/etc/hostname', 'LineAsString', 'line String')",
		"s3('http://127.0.0.1:1/bucket/x', 'CSV', 'a String')", "filesystem('/etc')",
	} {
		for _, user := range []string{"owabi_analyst", "owabi_explorer", "owabi_grafana"} {
			if err := as(t, w, user, "SELECT count() FROM "+beyond); !denied(err) {
				t.Errorf("%s may use %s: %v", user, beyond, err)
			}
		}
	}
}

func TestTheLoaderMayInsertIntoEveryTableItLoads(t *testing.T) {
	w := openAsServer(t)
	// What a materialized view inserts, it inserts with its definer's rights.
	query(t, w, warehouse.FormatCSV, "CREATE TABLE IF NOT EXISTS owabi.source_of_probe (id String) ENGINE = Null")
	defer query(t, w, warehouse.FormatCSV, "DROP TABLE owabi.source_of_probe")
	insert := func(user string) error {
		query(t, w, warehouse.FormatCSV, "CREATE MATERIALIZED VIEW owabi.insert_probe TO owabi.notice_rows DEFINER = "+user+" SQL SECURITY DEFINER AS SELECT id AS notice_id FROM owabi.source_of_probe")
		defer query(t, w, warehouse.FormatCSV, "DROP VIEW owabi.insert_probe")
		return w.Query(t.Context(), "INSERT INTO owabi.source_of_probe SELECT 'probe'", warehouse.FormatCSV, &strings.Builder{})
	}
	if err := insert("owabi_analyst"); !denied(err) {
		t.Errorf("the analyst inserts: %v", err)
	}
	if err := insert("owabi_keeper"); err != nil {
		t.Errorf("the keeper: %v", err)
	}
	if err := w.Forget(t.Context(), []string{"probe"}); err != nil {
		t.Fatal(err)
	}
}

func TestGrants(t *testing.T) {
	w := openAsServer(t)
	want := map[string][]string{
		"owabi_loader":   {"GRANT SHOW TABLES, SHOW COLUMNS, INSERT ON owabi.* TO owabi_loader", "GRANT SELECT ON system.parts TO owabi_loader"},
		"owabi_explorer": {"GRANT SHOW, SELECT ON owabi.* TO owabi_explorer", "GRANT SELECT ON system.parts TO owabi_explorer"},
		"owabi_analyst":  {"GRANT SHOW, SELECT ON owabi.* TO owabi_analyst"},
		"owabi_grafana":  {"GRANT SHOW, SELECT ON owabi.* TO owabi_grafana", "GRANT SELECT ON system.parts TO owabi_grafana"},
	}
	for user, grants := range want {
		got := strings.Split(strings.TrimSpace(query(t, w, warehouse.FormatCSV, "SHOW GRANTS FOR "+user)), "\n")[1:]
		for i := range got {
			got[i] = strings.Trim(got[i], `"`)
		}
		if diff := cmp.Diff(grants, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", user, diff)
		}
	}
	const drops = `SELECT user_name, access_type FROM system.grants WHERE startsWith(user_name, 'owabi_')
AND (access_type LIKE 'DROP%' AND access_type != 'DROP VIEW' OR access_type IN ('ALL', 'TRUNCATE', 'DETACH', 'SYSTEM') OR grant_option)`
	if got := query(t, w, warehouse.FormatCSV, drops); got != "" {
		t.Errorf("somebody may drop: %s", got)
	}
	const limits = `SELECT profile_name, setting_name, value FROM system.settings_profile_elements
WHERE profile_name IN ('owabi_analyst', 'owabi_explorer', 'owabi_grafana') AND setting_name IN ('readonly', 'max_execution_time', 'max_memory_usage', 'max_result_rows') ORDER BY ALL`
	wantLimits := "profile_name,setting_name,value\n" +
		"owabi_analyst,max_execution_time,60\nowabi_analyst,max_memory_usage,4294967296\nowabi_analyst,max_result_rows,1000000\nowabi_analyst,readonly,2\n" +
		"owabi_explorer,max_execution_time,20\nowabi_explorer,max_memory_usage,2147483648\nowabi_explorer,max_result_rows,100000\nowabi_explorer,readonly,2\n" +
		"owabi_grafana,max_execution_time,30\nowabi_grafana,max_memory_usage,1073741824\nowabi_grafana,max_result_rows,100000\nowabi_grafana,readonly,2\n"
	if diff := cmp.Diff(wantLimits, query(t, w, warehouse.FormatCSV, limits)); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}
