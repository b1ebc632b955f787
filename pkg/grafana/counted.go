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
	having  string   // groups that are shown, told in aggregates; empty: all
	order   string   // by the figures, or by
	limit   int
	// most is an aggregate, never NULL, that order begins with, the greatest first. The
	// groups are then found by it alone, and the figures counted for these and for those
	// that have as much: a million groups are counted in less than half the time.
	most string
}

// named returns the SQL: columns are asked of the latest notice of each group, with
// the figures by their names, in the order of the groups.
func (c counted) named(columns string) string {
	var names strings.Builder
	for i, figure := range c.figures {
		name := figure[strings.LastIndex(figure, " ")+1:]
		fmt.Fprintf(&names, ", counted[place].%d AS %s", i+3, name)
	}
	where, groups := c.where, "GROUP BY "+c.by
	if c.having != "" {
		groups += " HAVING " + c.having
	}
	if c.most != "" {
		where += fmt.Sprintf(`
        AND %s GLOBAL IN (SELECT %[1]s FROM incidents WHERE %s %s ORDER BY %s DESC LIMIT %d WITH TIES)`, c.by, c.where, groups, c.most, c.limit)
	}
	// An array, for ClickHouse asks a named subquery again wherever its name stands, and
	// a scalar one once. Two notices can have one moment.
	return fmt.Sprintf(`WITH (SELECT groupArray(tuple(*)) FROM (
    SELECT %[1]s, max(moment) AS latest, %[2]s
    FROM incidents
    WHERE %[3]s
    %[4]s
    ORDER BY %[5]s
    LIMIT %[6]d
)) AS counted, indexOf(counted.1, %[1]s) AS place%[7]s
SELECT %[8]s
FROM incidents
WHERE %[9]s AND counted.2[place] = moment
ORDER BY place
LIMIT 1 BY place`, c.by, strings.Join(c.figures, ", "), where, groups, c.order, c.limit, names.String(), columns, among("counted.2"))
}

// top is a question for the notices that come first by numbers; their words are read
// for these alone.
type top struct {
	from  string // a view with a row a notice that has published and moment
	where string // notices that may be shown
	order string // by numbers
	limit int    // of notices
	// rows keeps some of the rows of such a notice, where the view has several; they
	// follow each other in that order.
	rows string
}

// show returns the SQL that asks columns of the notices, in their order.
func (t top) show(columns string) string {
	shown, limit, order := among("first"), fmt.Sprint(t.limit), "indexOf(first, moment)"
	if t.rows != "" {
		shown += " AND " + t.rows
		limit = "1 BY moment LIMIT " + limit
		order += ", " + t.order
	}
	return fmt.Sprintf(`WITH (SELECT groupArray(moment) FROM (
    SELECT moment
    FROM %[1]s
    WHERE %[2]s
    ORDER BY %[3]s
    LIMIT %[4]s
)) AS first
SELECT %[5]s
FROM %[1]s
WHERE %[6]s
ORDER BY %[7]s`, t.from, t.where, t.order, limit, columns, shown, order)
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

// median is the median of a column; NULL where no value is known.
func median(column string) string { return quantile(column, 1) }

// percentile90 is the 90th percentile of a column; NULL where no value is known.
func percentile90(column string) string { return quantile(column, 2) }

// quantile asks both of one state, so that asking for both costs no more than for one,
// and takes the one at a place.
func quantile(column string, place int) string {
	return fmt.Sprintf("if(count(%[1]s) > 0, quantilesExact(0.5, 0.9)(%[1]s)[%[2]d], NULL)", column, place)
}
