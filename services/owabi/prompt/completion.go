package prompt

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"owabi/pkg/warehouse"
)

// keywords of reading statements, in capitals as they are completed.
var keywords = strings.Fields(`SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT WITH AS AND OR NOT IN BETWEEN LIKE ILIKE IS NULL
	DISTINCT JOIN LEFT INNER ON USING ARRAY UNION ALL DESC ASC CASE WHEN THEN ELSE END INTERVAL OFFSET FINAL PREWHERE
	SETTINGS FORMAT SHOW TABLES CREATE DESCRIBE EXPLAIN EXISTS TABLE OVER PARTITION ROWS`)

// completer completes the word before the cursor: tables, columns, functions and
// keywords. The names are asked for at the first Tab.
type completer struct {
	vocabulary func(context.Context) (warehouse.Vocabulary, error)
	words      []string
	columns    map[string][]string
}

// forget makes the next Tab ask for the names again.
func (c *completer) forget() { c.words = nil }

// complete is liner's WordCompleter: pos counts runes.
func (c *completer) complete(line string, pos int) (head string, completions []string, tail string) {
	runes := []rune(line)
	start := pos
	for start > 0 && (runes[start-1] == '_' || runes[start-1] == '.' || unicode.IsLetter(runes[start-1]) || unicode.IsDigit(runes[start-1])) {
		start--
	}
	head, tail = string(runes[:start]), string(runes[pos:])
	word := string(runes[start:pos])
	if word == "" { // a tab that was pasted, or meant for room
		return head, []string{"  "}, tail
	}
	found := c.candidates(word)
	if len(found) == 0 || len(found) == 1 && found[0] == word || slices.Contains(keywords, strings.ToUpper(word)) {
		return head, []string{word + " "}, tail // nothing is to be added, or pasted text has a tab here
	}
	return head, found, tail
}

func (c *completer) candidates(word string) []string {
	if c.words == nil {
		c.learn()
	}
	if table, prefix, ok := strings.Cut(word, "."); ok && c.columns[table] != nil {
		var found []string
		for _, column := range c.columns[table] {
			if strings.HasPrefix(column, prefix) {
				found = append(found, table+"."+column)
			}
		}
		return found
	}
	var found []string
	for _, name := range c.words {
		if len(name) >= len(word) && strings.EqualFold(name[:len(word)], word) {
			found = append(found, name)
		}
	}
	return found
}

// learn asks for the names. Without an answer there are the keywords.
func (c *completer) learn() {
	names := map[string]bool{}
	v, err := c.vocabulary(context.Background())
	if err == nil {
		c.columns = v.Columns
		for table, columns := range v.Columns {
			names[table] = true
			for _, column := range columns {
				names[column] = true
			}
		}
	}
	for _, keyword := range keywords {
		names[keyword] = true
	}
	c.words = nil
	for name := range names {
		c.words = append(c.words, name)
	}
	slices.Sort(c.words)
	// Functions stand behind: there are a thousand and more.
	for _, function := range v.Functions {
		if !names[function] {
			c.words = append(c.words, function)
		}
	}
}
