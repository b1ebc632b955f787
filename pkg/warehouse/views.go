package warehouse

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"text/template"

	"gopkg.in/yaml.v3"

	"owabi/pkg/notice"
)

// The views: what each answers and what its columns mean stands in
// views/views.yaml, its SQL in a file of its name beside it, its columns' types in
// views/types.txt, which a test holds against the engine. From these three come the
// views in ClickHouse with their comments, and what Views returns.
//
//go:embed views
var viewFiles embed.FS

// View is a view of the database, as documented.
type View struct {
	Name string
	// Questions are the numbers, 1 to 15, of the analysts' questions that the
	// README lists; empty for what serves several.
	Questions []int
	Answers   notice.Label // what it tells
	Row       string       // what one row is
	Columns   []Column     // in order
}

// Column is a column of a view.
type Column struct {
	Name, Type string       // of ClickHouse
	Unit       string       // days, minutes, persons, yen, share (0 to 1), …; empty: none
	Meaning    notice.Label // Japanese and English
}

// viewsFile is views.yaml.
type viewsFile struct {
	Labels []struct {
		Kind  string
		Codes []struct{ Code, JA, EN string }
	}
	Columns map[string]columnText
	Views   []struct {
		Name      string
		Questions []int
		JA, EN    string
		Row       string
		Columns   map[string]columnText // that mean something else here
	}
}

type columnText struct{ JA, EN, Unit string }

// catalogue is what the embedded files say, read once.
type catalogue struct {
	views  []View
	labels []notice.Labelled // the taxonomy's and those of the views' own codes
}

var readCatalogue = sync.OnceValue(func() catalogue {
	c, err := parseCatalogue()
	if err != nil {
		panic("warehouse: the embedded views: " + err.Error()) // a fault of the build; the tests read them
	}
	return c
})

func parseCatalogue() (catalogue, error) {
	text, err := viewFiles.ReadFile("views/views.yaml")
	if err != nil {
		return catalogue{}, err
	}
	var file viewsFile
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return catalogue{}, err
	}
	types, err := viewFiles.ReadFile("views/types.txt")
	if err != nil {
		return catalogue{}, err
	}
	c := catalogue{labels: notice.Labels()}
	for _, l := range file.Labels {
		for _, code := range l.Codes {
			c.labels = append(c.labels, notice.Labelled{Kind: l.Kind, Code: code.Code, Label: notice.Label{JA: code.JA, EN: code.EN}})
		}
	}
	columns := map[string][]Column{}
	for line := range strings.Lines(string(types)) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) != 3 {
			return catalogue{}, fmt.Errorf("types.txt: %q is not view, column and type", line)
		}
		columns[fields[0]] = append(columns[fields[0]], Column{Name: fields[1], Type: fields[2]})
	}
	for _, v := range file.Views {
		view := View{Name: v.Name, Questions: v.Questions, Answers: notice.Label{JA: v.JA, EN: v.EN}, Row: v.Row, Columns: columns[v.Name]}
		for i, column := range view.Columns {
			text, ok := v.Columns[column.Name]
			if !ok {
				text = file.Columns[column.Name]
			}
			view.Columns[i].Unit, view.Columns[i].Meaning = text.Unit, notice.Label{JA: text.JA, EN: text.EN}
		}
		c.views = append(c.views, view)
	}
	return c, nil
}

// Views lists the views, each after those that it reads from. The slice is the
// caller's.
func Views() []View {
	views := slices.Clone(readCatalogue().views)
	for i := range views {
		views[i].Questions, views[i].Columns = slices.Clone(views[i].Questions), slices.Clone(views[i].Columns)
	}
	return views
}

// Labels lists the labels of every code that a view shows: the taxonomy's, and
// those of size bands, windows and the like, which only views have. It is what
// stands in the view labels.
func Labels() []notice.Labelled { return slices.Clone(readCatalogue().labels) }

// definition is the statement that makes a view, or the query alone when its
// columns are not known yet.
func (v View) definition(l layout) (statement, query string, err error) {
	text, err := viewFiles.ReadFile("views/" + v.Name + ".sql")
	if err != nil {
		return "", "", err
	}
	parts, err := render(v.Name, string(text), viewFunctions())
	if err != nil {
		return "", "", fmt.Errorf("view %s: %w", v.Name, err)
	}
	if len(parts) != 1 {
		return "", "", fmt.Errorf("view %s: %d statements", v.Name, len(parts))
	}
	query = strings.TrimSuffix(strings.TrimSpace(parts[0]), ";")
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE OR REPLACE VIEW %s %s", v.Name, l.onCluster())
	if len(v.Columns) > 0 {
		b.WriteString(" (\n")
		for i, c := range v.Columns {
			fmt.Fprintf(&b, "    %s %s COMMENT %s", quoteIdentifier(c.Name), c.Type, quoteString(c.comment()))
			if i < len(v.Columns)-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteByte(')')
	}
	fmt.Fprintf(&b, " AS\n%s\nCOMMENT %s", query, quoteString(v.comment()))
	return b.String(), query, nil
}

// comment is what the database says of the view: Japanese, English, what a row is.
func (v View) comment() string {
	return v.Answers.JA + " / " + v.Answers.EN + " Row: " + v.Row + "."
}

func (c Column) comment() string {
	text := c.Meaning.JA + " / " + c.Meaning.EN
	if c.Unit != "" {
		text += " [" + c.Unit + "]"
	}
	return text
}

// viewFunctions are what the SQL of the views may ask of the taxonomy.
func viewFunctions() template.FuncMap {
	return template.FuncMap{
		// label column kind language: the label of the code in column.
		"label": func(column, kind, language string) string {
			var codes, texts []string
			for _, l := range Labels() {
				if l.Kind == kind {
					codes = append(codes, quoteString(l.Code))
					texts = append(texts, quoteString(map[string]string{"ja": l.Label.JA, "en": l.Label.EN}[language]))
				}
			}
			return fmt.Sprintf("transform(%s, [%s], [%s], '')", column, strings.Join(codes, ", "), strings.Join(texts, ", "))
		},
		// labels: every label, as the rows of a VALUES list.
		"labels": func() string {
			var rows []string
			position := map[string]int{}
			for _, l := range Labels() {
				position[l.Kind]++
				rows = append(rows, fmt.Sprintf("(%s, %s, %s, %s, %d)", quoteString(l.Kind), quoteString(l.Code), quoteString(l.Label.JA), quoteString(l.Label.EN), position[l.Kind]))
			}
			return strings.Join(rows, ",\n    ")
		},
		// tsrGroup column: Tokyo Shoko Research's group of the category in column.
		"tsrGroup": func(column string) string {
			var codes, groups []string
			for _, c := range notice.Categories() {
				codes, groups = append(codes, quoteString(string(c.Code))), append(groups, quoteString(string(c.TSR)))
			}
			return fmt.Sprintf("transform(%s, [%s], [%s], '')", column, strings.Join(codes, ", "), strings.Join(groups, ", "))
		},
		// position column kind: where the code in column stands among its kind, from 1.
		"position": func(column, kind string) string {
			var codes []string
			for _, l := range Labels() {
				if l.Kind == kind {
					codes = append(codes, quoteString(l.Code))
				}
			}
			return fmt.Sprintf("CAST(indexOf([%s], %s), 'UInt8')", strings.Join(codes, ", "), column)
		},
		// has column set codes…: whether any of the codes is among the bits in column.
		"has": func(column, set string, codes ...string) (string, error) { return hasAny(column, set, codes) },
		"sensitive": func(column string) (string, error) {
			return hasAny(column, "data_types", dataTypes(func(d notice.DataTypeInfo) bool { return d.Sensitive }))
		},
		"financial": func(column string) (string, error) {
			return hasAny(column, "data_types", dataTypes(func(d notice.DataTypeInfo) bool { return d.Financial }))
		},
		"bits":  bits,
		"codes": codesOf,
		// toldFields: the names of those that told_bits has, in its order.
		"toldFields": toldNames,
	}
}

// hasAny is the condition that any of the codes is among the bits in column.
func hasAny(column, set string, codes []string) (string, error) {
	m, err := mask(set, codes...)
	return fmt.Sprintf("(bitAnd(%s, %d) != 0)", column, m), err
}

// dataTypes lists the codes for which is holds.
func dataTypes(is func(notice.DataTypeInfo) bool) []string {
	var codes []string
	for _, d := range notice.DataTypes() {
		if is(d) {
			codes = append(codes, string(d.Code))
		}
	}
	return codes
}

// createViews makes every view anew and notes which text they have.
func (w *Warehouse) createViews(ctx context.Context) error {
	for _, v := range Views() {
		statement, _, err := v.definition(w.layout)
		if err != nil {
			return err
		}
		if err := w.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("view %s: %w", v.Name, err)
		}
	}
	return w.record(ctx, viewsEntry, viewsSum(w.layout))
}

// viewsSum tells two sets of views apart.
func viewsSum(l layout) string {
	var all strings.Builder
	for _, v := range Views() {
		statement, _, err := v.definition(l)
		if err != nil {
			return "" // createViews tells it
		}
		all.WriteString(statement)
	}
	return checksum(all.String())
}

// hasAllViews says whether no view was dropped.
func (w *Warehouse) hasAllViews(ctx context.Context) (bool, error) {
	var names []string
	for _, v := range Views() {
		names = append(names, v.Name)
	}
	var n uint64
	err := w.conn.QueryRow(ctx, "SELECT count() FROM system.tables WHERE database = ? AND engine = 'View' AND has(?, name)", w.database, names).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for the views: %w", err)
	}
	return int(n) == len(names), nil
}
