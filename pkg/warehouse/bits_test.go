package warehouse_test

import (
	"fmt"
	"strings"
	"testing"

	"owabi/pkg/notice"
	"owabi/pkg/warehouse"
)

// The bits that Go reckons with are those that the table stores, for every code of
// the taxonomy; one without a bit of its own would be lost in the views.
func TestEveryCodeHasItsBit(t *testing.T) {
	w := open(t)
	var rows []warehouse.Row
	want := map[string]uint64{}
	mask := func(set, code string) uint64 {
		m, err := warehouse.Mask(set, code)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, d := range notice.DataTypes() {
		r := row("種類 " + string(d.Code))
		r.Impact.DataTypes = []notice.DataType{d.Code}
		rows = append(rows, r)
		want["data "+string(d.Code)] = mask("data_types", string(d.Code))
	}
	for _, c := range notice.Categories() {
		r := row("区分 " + string(c.Code))
		r.Category, r.Also, r.Impact.DataTypes = c.Code, []notice.Category{notice.Loss}, nil
		rows = append(rows, r)
		want["category "+string(c.Code)] = mask("categories", string(c.Code)) | mask("categories", "loss")
	}
	for _, e := range []notice.Effect{notice.Confidentiality, notice.Integrity, notice.Availability} {
		r := row("性質 " + string(e))
		r.Category, r.Also, r.Impact.DataTypes, r.Effects = "", nil, nil, []notice.Effect{e}
		rows = append(rows, r)
		want["effect "+string(e)] = mask("effects", string(e))
	}
	load(t, w, rows...)
	got := values(t, w, `SELECT multiIf(data_bits != 0, concat('data ', data_types[1], ' ', toString(data_bits)), category != '', concat('category ', category, ' ', toString(category_bits)), concat('effect ', effects[1], ' ', toString(effect_bits))) FROM notices`)
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	for _, line := range got {
		code, number, _ := strings.Cut(line, " ")
		name, bits, _ := strings.Cut(number, " ")
		if name = code + " " + name; fmt.Sprint(want[name]) != bits {
			t.Errorf("%s is stored as %s, want %d", name, bits, want[name])
		}
	}
}
