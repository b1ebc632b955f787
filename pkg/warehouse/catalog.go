package warehouse

import (
	"context"
	"fmt"
)

// Relation is something that can be asked: a view or a table.
type Relation struct {
	Name    string
	Comment string // what it answers, or holds
}

// Relations lists the views that the database has and then its tables, each by
// name. What only serves owabi itself is there too, for it can be asked.
func (w *Warehouse) Relations(ctx context.Context) ([]Relation, error) {
	rows, err := w.conn.Query(ctx, `SELECT name, comment FROM system.tables
WHERE database = currentDatabase() AND NOT startsWith(name, '.') ORDER BY engine NOT LIKE '%View', name`)
	if err != nil {
		return nil, fmt.Errorf("list views and tables: %w", inItsWords(err))
	}
	defer rows.Close()
	var found []Relation
	for rows.Next() {
		var r Relation
		if err := rows.Scan(&r.Name, &r.Comment); err != nil {
			return nil, fmt.Errorf("list views and tables: %w", err)
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// Vocabulary is what a person can write in a statement beyond ClickHouse's
// keywords.
type Vocabulary struct {
	Columns   map[string][]string // by table or view
	Functions []string
}

// Vocabulary lists the names of the database, for completing what is typed.
func (w *Warehouse) Vocabulary(ctx context.Context) (Vocabulary, error) {
	v := Vocabulary{Columns: map[string][]string{}}
	rows, err := w.conn.Query(ctx, `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND NOT startsWith(table, '.')
UNION ALL SELECT '', name FROM system.functions WHERE alias_to = '' AND NOT startsWith(name, '_')`)
	if err != nil {
		return v, fmt.Errorf("list columns: %w", inItsWords(err))
	}
	defer rows.Close()
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			return v, fmt.Errorf("list columns: %w", err)
		}
		if table == "" {
			v.Functions = append(v.Functions, name)
		} else {
			v.Columns[table] = append(v.Columns[table], name)
		}
	}
	return v, rows.Err()
}
