package warehouse

import (
	"context"
	"fmt"
)

// Count is how often something was seen.
type Count struct {
	Name string // a code; for months YYYY-MM; empty: unknown
	N    uint64
}

// Summary is what stands in the warehouse, counted over each notice once.
type Summary struct {
	Notices, Incidents            uint64
	ByCategory, BySector, ByMonth []Count // incidents; categories and sectors from most to least, months in order
}

// Summary counts what is stored.
func (w *Warehouse) Summary(ctx context.Context) (Summary, error) {
	var s Summary
	err := w.conn.QueryRow(ctx, "SELECT count(), countIf(is_incident) FROM notices").Scan(&s.Notices, &s.Incidents)
	if err != nil {
		return Summary{}, fmt.Errorf("count notices: %w", err)
	}
	for _, part := range []struct {
		into  *[]Count
		query string
	}{
		{&s.ByCategory, "SELECT toString(category) AS name, count() AS n FROM incidents GROUP BY name ORDER BY n DESC, name"},
		{&s.BySector, "SELECT toString(sector) AS name, count() AS n FROM incidents GROUP BY name ORDER BY n DESC, name"},
		{&s.ByMonth, "SELECT ifNull(formatDateTime(month, '%Y-%m'), '') AS name, count() AS n FROM incidents GROUP BY name ORDER BY name = '', name"},
	} {
		rows, err := w.conn.Query(ctx, part.query)
		if err != nil {
			return Summary{}, fmt.Errorf("count incidents: %w", err)
		}
		for rows.Next() {
			var c Count
			if err := rows.Scan(&c.Name, &c.N); err != nil {
				rows.Close()
				return Summary{}, fmt.Errorf("count incidents: %w", err)
			}
			*part.into = append(*part.into, c)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return Summary{}, fmt.Errorf("count incidents: %w", err)
		}
	}
	return s, nil
}
