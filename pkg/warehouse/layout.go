package warehouse

import (
	"fmt"
	"strings"
	"text/template"
)

// layout says how the tables lie: on one server, or over a cluster of shards and
// replicas. Both are written from the same files.
type layout struct {
	database string
	cluster  string // empty: one server
}

func (l layout) functions() template.FuncMap {
	return template.FuncMap{
		"local":         l.local,
		"everywhere":    l.everywhere,
		"onCluster":     l.onCluster,
		"onAllReplicas": l.onAllReplicas,
		"replacing":     l.replacing,
		"distributed":   l.distributed,
		"deduplication": l.deduplication,
		"bits":          bits,
		"told":          told,
	}
}

// local is the name of the table that holds rows on each server.
func (l layout) local(table string) string {
	if l.cluster == "" {
		return table
	}
	return table + "_local"
}

// whole is the name of the table that shows the rows of all shards, of one that holds
// rows on each server: of what others made, it is that table itself.
func (l layout) whole(table string) string {
	for _, t := range tables {
		if table == l.local(t.name) {
			return t.name
		}
	}
	return table
}

// everywhere are the tables that a column is added to: over a cluster also the one
// over all shards.
func (l layout) everywhere(table string) []string {
	if l.cluster == "" {
		return []string{table}
	}
	return []string{l.local(table), table}
}

func (l layout) onCluster() string {
	if l.cluster == "" {
		return ""
	}
	return "ON CLUSTER " + quoteIdentifier(l.cluster)
}

// onAllReplicas makes an ALTER wait for all replicas and not only for the one that
// carries it out: the next statement may be another's.
func (l layout) onAllReplicas() string {
	if l.cluster == "" {
		return ""
	}
	return "SETTINGS alter_sync = 2"
}

// subqueries are the settings with which a mutation of a replicated table may have
// one. ClickHouse forbids it where replicas could find different rows; they fetch the
// part of whichever was first, and an erasure that was stopped is run again.
func (l layout) subqueries() string {
	if l.cluster == "" {
		return ""
	}
	return ", allow_nondeterministic_mutations = 1"
}

// replacing is the engine that keeps the row with the highest version of each key.
func (l layout) replacing(version string) string {
	if l.cluster == "" {
		return fmt.Sprintf("ReplacingMergeTree(%s)", version)
	}
	return fmt.Sprintf("ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', %s)", version)
}

// distributed is the table over all shards. By the id, so that two readings of a
// notice meet on one shard, where FINAL can see both.
func (l layout) distributed(table string) string {
	if l.cluster == "" {
		return ""
	}
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s %s AS %s ENGINE = Distributed(%s, %s, %s, cityHash64(notice_id)) COMMENT %s",
		table, l.onCluster(), l.local(table), quoteString(l.cluster), quoteString(l.database), quoteString(l.local(table)),
		quoteString("全シャードの "+l.local(table)+"。 / "+l.local(table)+" of all shards."))
}

// deduplication turns off what a replicated table does by itself with a block
// it has seen: rows that were deleted and loaded again would be swallowed.
func (l layout) deduplication() string {
	if l.cluster == "" {
		return ""
	}
	return ", replicated_deduplication_window = 0"
}

// ledger makes the table of what was applied. Over a cluster every server holds
// the same rows of it.
func (l layout) ledger() string {
	engine := "ReplacingMergeTree"
	if l.cluster != "" {
		engine = fmt.Sprintf("ReplicatedReplacingMergeTree('/clickhouse/tables/%s/schema_migrations', '{shard}-{replica}')", l.database)
	}
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS schema_migrations %s\n(name String, applied_at DateTime DEFAULT now(), sha256 String) ENGINE = %s ORDER BY name\nCOMMENT %s",
		l.onCluster(), engine, quoteString("適用済みのマイグレーション。 / Migrations that were applied, with their checksums."))
}

// render fills a migration or a view in and parts it into statements, at the
// semicolons that end a line, the only ones that our own files have.
func render(name, text string, functions template.FuncMap) ([]string, error) {
	t, err := template.New(name).Funcs(functions).Parse(text)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := t.Execute(&out, nil); err != nil {
		return nil, err
	}
	var statements []string
	for part := range strings.SplitSeq(out.String(), ";\n") {
		if strings.TrimSpace(part) != "" {
			statements = append(statements, part)
		}
	}
	return statements, nil
}

func quoteIdentifier(name string) string {
	return "`" + strings.ReplaceAll(strings.ReplaceAll(name, "\\", "\\\\"), "`", "\\`") + "`"
}
