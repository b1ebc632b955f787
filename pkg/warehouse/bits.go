package warehouse

import (
	"fmt"
	"slices"
	"strings"
)

// The columns data_bits, category_bits and effect_bits of notice_rows hold sets of
// codes as numbers: bit 0 stands for the first code here, and bit 63 for any that is
// not here (which effect_bits, of a byte, drops). The order is stored in every row, so
// a code is only ever added, at the end and with a migration that gives the column its
// new expression and materializes it. The migration that gave it the old one then gets
// that written out, for what was applied never changes (testdata/migrations.sql).
const (
	dataTypeBits = `name address phone email birthdate gender age credit_card security_code bank_account
		password my_number health id_document employment school_record income family location device_id
		vehicle_id purchase_history photo member_id ip_address other`
	categoryBits = `unauthorized_access malware denial_of_service phishing misconfiguration misdelivery
		unintended_publication loss theft insider_misuse system_outage software_defect processing_error
		data_loss vulnerability equipment_failure other`
	effectBits = `confidentiality integrity availability`
)

// toldFields are the fields that coverage is told of, each with its condition on
// notice_rows, in the order of their bits in told_bits. They are stored in every row
// too: a field is only ever added, at the end and with a migration that gives told_bits
// its new expression and materializes it, and a condition only changed with one.
func toldFields() [][2]string {
	return [][2]string{
		{"published", "published IS NOT NULL"},
		{"organization", "organization_key IS NOT NULL"},
		{"organization_kind", "organization_kind IS NOT NULL"},
		{"ownership", "ownership IS NOT NULL"},
		{"sector", "sector != 'other'"},
		{"category", "category != 'other'"},
		{"stage", "stage IS NOT NULL"},
		{"people", "people IS NOT NULL"},
		{"records", "records IS NOT NULL"},
		{"exposure", "exposure IS NOT NULL"},
		{"data_types", "notEmpty(data_types)"},
		{"secondary_damage", "secondary_damage IS NOT NULL"},
		{"found_by", "found_by IS NOT NULL"},
		{"medium", "medium IS NOT NULL"},
		{"outage_minutes", "outage_minutes IS NOT NULL"},
		{"occurred_date", "occurred_date IS NOT NULL"},
		{"detected_date", "detected_date IS NOT NULL"},
		{"restored_date", "restored_date IS NOT NULL"},
		{"contractor", "contractor_involved AND contractor IS NOT NULL"},
		{"case_key", "case_key IS NOT NULL"},
	}
}

// told is the expression that makes told_bits.
func told() string {
	var parts []string
	for i, f := range toldFields() {
		parts = append(parts, fmt.Sprintf("bitShiftLeft(toUInt32(%s), %d)", f[1], i))
	}
	return strings.Join(parts, " + ")
}

// toldNames is the array of the fields that told_bits has, in its order.
func toldNames() string {
	var names []string
	for _, f := range toldFields() {
		names = append(names, f[0])
	}
	return quoteArray(names)
}

// bitOrder lists the codes of a set (data_types, categories, effects) by their bits.
func bitOrder(set string) ([]string, error) {
	switch set {
	case "data_types":
		return strings.Fields(dataTypeBits), nil
	case "categories":
		return strings.Fields(categoryBits), nil
	case "effects":
		return strings.Fields(effectBits), nil
	}
	return nil, fmt.Errorf("no bits are given to %q", set)
}

// bits is the expression that makes the number of an array of codes.
func bits(set, array string) (string, error) {
	order, err := bitOrder(set)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("arrayReduce('groupBitOr', arrayMap(c -> bitShiftLeft(toUInt64(1), transform(c, %s, range(%d), 63)), %s))", quoteArray(order), len(order), array), nil
}

// mask is the number of the codes alone.
func mask(set string, codes ...string) (uint64, error) {
	order, err := bitOrder(set)
	if err != nil {
		return 0, err
	}
	var m uint64
	for _, code := range codes {
		i := slices.Index(order, code)
		if i < 0 {
			return 0, fmt.Errorf("%s has no bit among the %s", code, set)
		}
		m |= 1 << i
	}
	return m, nil
}

// codesOf is the expression that makes an array of codes of their number.
func codesOf(set, column string) (string, error) {
	order, err := bitOrder(set)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("arrayMap(i -> %s[i + 1], bitPositionsToArray(bitAnd(%s, %d)))", quoteArray(order), column, uint64(1)<<len(order)-1), nil
}

func quoteArray(codes []string) string {
	quoted := make([]string, len(codes))
	for i, code := range codes {
		quoted[i] = quoteString(code)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// HasData is the condition on data_bits that one of the kinds of data is concerned.
// It panics over a code that is no kind of data.
func HasData(codes ...string) string { return mustHave("data_bits", "data_types", codes) }

// DataCodes is the array of the kinds of data that data_bits holds.
func DataCodes() string {
	codes, err := codesOf("data_types", "data_bits")
	if err != nil {
		panic(err)
	}
	return codes
}

// HasEffect is the condition on effect_bits that one of the effects was had. It panics
// over a code that is no effect.
func HasEffect(codes ...string) string { return mustHave("effect_bits", "effects", codes) }

func mustHave(column, set string, codes []string) string {
	condition, err := hasAny(column, set, codes)
	if err != nil {
		panic(err)
	}
	return condition
}
