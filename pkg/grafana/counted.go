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
	// a scalar one once.
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
WHERE %s
ORDER BY place`, strings.Join(c.figures, ", "), c.where, c.by, having, c.order, c.limit, names.String(), columns, among("counted.1"))
}

// top is a question for the notices that come first by numbers; their words are read
// for these alone.
type top struct {
	from  string // a view with a row a notice that has published and moment
	where string // notices that may be shown
	order string // by numbers
	limit int
	// rows keeps some of the rows of such a notice, where the view has several.
	rows string
}

// show returns the SQL that asks columns of the notices, in their order.
func (t top) show(columns string) string {
	shown := among("first")
	if t.rows != "" {
		shown += " AND " + t.rows
	}
	return fmt.Sprintf(`WITH (SELECT groupArray(moment) FROM (
    SELECT moment
    FROM %[1]s
    WHERE %[2]s
    ORDER BY %[3]s
    LIMIT %[4]d
)) AS first
SELECT %[5]s
FROM %[1]s
WHERE %[6]s
ORDER BY indexOf(first, moment)`, t.from, t.where, t.order, t.limit, columns, shown)
}

// among is the condition that a notice's moment is in an array. The table is in order
// of the day of publication, which a moment holds: only the granules of these days are
// read.
func among(moments string) string {
	return "(published IS NULL OR published IN (SELECT " + dayOf("arrayJoin("+moments+")") + ")) AND moment IN (SELECT arrayJoin(" + moments + "))"
}

// dayOf is the day of publication that a moment holds; 1900-01-01 where none is known.
func dayOf(moment string) string {
	return "toDate32(toInt32(bitShiftRight(" + moment + ", 46)) - 25568)"
}
