package warehouse

import (
	"fmt"
	"slices"
	"strings"
)

// The columns data_bits, category_bits and effect_bits of notice_rows hold sets of
// codes as numbers: bit 0 stands for the first code here, and bit 63 for any that is
// not here (which effect_bits, of a byte, drops). The order is stored in every row, so a code is only ever added, at the end
// and with a migration that gives the column its new expression and materializes it.
const (
	dataTypeBits = `name address phone email birthdate gender age credit_card security_code bank_account
		password my_number health id_document employment school_record income family location device_id
		vehicle_id purchase_history photo member_id ip_address other`
	categoryBits = `unauthorized_access malware denial_of_service phishing misconfiguration misdelivery
		unintended_publication loss theft insider_misuse system_outage software_defect processing_error
		data_loss vulnerability equipment_failure other`
	effectBits = `confidentiality integrity availability`
)

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
