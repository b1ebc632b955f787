package grafana

import (
	"fmt"
	"regexp"
	"strings"
)

// A question's SQL is written once, with placeholders:
//
//	{filters}       the time range on `published` and every variable's condition;
//	                over all time it keeps rows without a day of publication too
//	{choices}       the conditions alone, for rows without a day of publication
//	{day c}         the date column c lies in the time range
//	{since c}       the date column c is not before the time range
//	{moment c}      the date-time column c lies in the time range
//	{interval c}    the date-time column c, cut to the width of a bar
//	{month}         the month of publication, of rows that have one
//	{value v}       the value of variable v, of kind Choice or Text
//	{values v}      the values of variable v, of kind Choices or Lookup, as an array
//	{lang}          ja or en
//
// A dialect says what the parts become: macros and variables of Grafana, or
// parameters of ClickHouse.
type dialect interface {
	day(column string) string
	since(column string) string
	moment(column string) string
	interval(column string) string
	month() string
	value(v Variable) string
	values(v Variable) string
	// unlessAll is condition, but true when nothing particular was chosen of v.
	unlessAll(condition string, v Variable) string
}

var placeholder = regexp.MustCompile(`\{([a-z]+)(?: ([a-z_]+))?\}`)

// expand writes sql in a dialect. Of the variables, except names one that
// {filters} and {choices} pass over.
func (d Dashboard) expand(sql string, lang Language, to dialect, except string) (string, error) {
	var err error
	sql = placeholder.ReplaceAllStringFunc(sql, func(whole string) string {
		parts := placeholder.FindStringSubmatch(whole)
		text, e := d.placeholder(parts[1], parts[2], lang, to, except)
		if e != nil && err == nil {
			err = fmt.Errorf("%s: %w", whole, e)
		}
		return text
	})
	return sql, err
}

func (d Dashboard) placeholder(kind, argument string, lang Language, to dialect, except string) (string, error) {
	switch kind {
	case "filters":
		return d.conditions(to, except, to.day("published")), nil
	case "choices":
		return d.conditions(to, except), nil
	case "day":
		return to.day(argument), nil
	case "since":
		return to.since(argument), nil
	case "moment":
		return to.moment(argument), nil
	case "interval":
		return to.interval(argument), nil
	case "month":
		return to.month(), nil
	case "lang":
		return string(lang), nil
	case "value", "values":
		v, ok := d.Variable(argument)
		if !ok || v.many() != (kind == "values") {
			return "", fmt.Errorf("dashboard %s has no such variable", d.UID)
		}
		if kind == "values" {
			return to.values(v), nil
		}
		return to.value(v), nil
	}
	return "", fmt.Errorf("no such placeholder")
}

func (d Dashboard) conditions(to dialect, except string, all ...string) string {
	for _, v := range d.Variables {
		switch {
		case v.Condition == "" || v.Name == except:
		case v.many():
			all = append(all, to.unlessAll(strings.ReplaceAll(v.Condition, "{values}", to.values(v)), v))
		default:
			all = append(all, strings.ReplaceAll(v.Condition, "{value}", to.value(v)))
		}
	}
	if len(all) == 0 {
		return "true"
	}
	return strings.Join(all, " AND ")
}
