package grafana

import (
	"fmt"
	"strings"
)

// counted is a question whose rows are groups that the notices themselves name,
// organizations or cases: of such there are as many as a million, so they are
// counted by numbers alone, and only those that are shown are named, each as its
// latest notice does.
type counted struct {
	by      string   // column of numbers that the incidents are grouped by
	figures []string // SQL of each figure, "… AS name"
	where   string   // incidents that are counted
	having  string   // groups that are shown; empty: all
	order   string   // by the figures, or by
	limit   int
}

// named returns the SQL: columns are asked of the latest notice of each group, with
// the figures by their names, in the order of the groups.
func (c counted) named(columns string) string {
	var names strings.Builder
	for i, figure := range c.figures {
		name := figure[strings.LastIndex(figure, " ")+1:]
		fmt.Fprintf(&names, ", counted[place].%d AS %s", i+2, name)
	}
	having := ""
	if c.having != "" {
		having = "\n    HAVING " + c.having
	}
	// An array, for ClickHouse asks a named subquery again wherever its name stands, and
	// a scalar one once. A moment holds the day of publication, which is what
	// the table is in order of: only the granules of these days are read.
	return fmt.Sprintf(`WITH (SELECT groupArray(tuple(*)) FROM (
    SELECT max(moment) AS latest, %s
    FROM incidents
    WHERE %s
    GROUP BY %s%s
    ORDER BY %s
    LIMIT %d
)) AS counted, indexOf(counted.1, moment) AS place%s
SELECT %s
FROM incidents
WHERE (published IS NULL OR published IN (SELECT %s)) AND has(counted.1, moment)
ORDER BY place`, strings.Join(c.figures, ", "), c.where, c.by, having, c.order, c.limit, names.String(), columns, dayOf("arrayJoin(counted.1)"))
}

// dayOf is the day of publication that a moment holds; 1900-01-01 where none is known.
func dayOf(moment string) string {
	return "toDate32(toInt32(bitShiftRight(" + moment + ", 46)) - 25568)"
}
