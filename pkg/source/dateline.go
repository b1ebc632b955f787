package source

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The date line of a notice: a publication date that stands alone. It is read
// strictly, because a line that says more is text about some other day. Dates in
// running text are pkg/japanese's matter.

// maxDateLine bounds, in bytes, a line that is tried as a date. The longest real
// ones, spaced out, with both calendars, weekday and label, are below it.
const maxDateLine = 256

// eras holds the first day of each era a notice can be dated in, and its last year.
var eras = map[string]struct {
	first time.Time
	last  int
}{
	"昭和": {time.Date(1926, 12, 25, 0, 0, 0, 0, time.UTC), 1989},
	"平成": {time.Date(1989, 1, 8, 0, 0, 0, 0, time.UTC), 2019},
	"令和": {time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC), 9999},
}

var eraLetters = map[string]string{"S": "昭和", "H": "平成", "R": "令和"}

const (
	datePart = `(?:(昭和|平成|令和|[SHR])\.?([0-9]{1,2}|元)|([0-9]{4}))` + // 1 era, 2 its year, 3 western year
		`(?:年?\((?:(昭和|平成|令和)([0-9]{1,2}|元)|([0-9]{4}))年?\))?` + // 4, 5, 6: the same year in the other calendar
		`(?:年?([0-9]{1,2})月([0-9]{1,2})日|([./-])([0-9]{1,2})([./-])([0-9]{1,2})\.?)` // 7, 8 or 10, 12
	weekdayPart = `(?:\((?:[日月火水木金土](?:曜日?)?(?:[・･]?祝日?)?|(?i:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?)\)|[日月火水木金土]曜日?)?`
	clockPart   = `(?:(?:午前|午後)?[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2})?|時(?:[0-9]{1,2}分)?))?`
	labelBefore = `(?:[【\[(<]?(?:掲載|公開|発表|公表|発行|配信|更新|最終更新|登録|報道発表|プレスリリース)(?:日時?|年月日)?[】\])>]?:?|日付:|date:)?`
	labelAfter  = `(?:現在|時点|付け?|更新|掲載|公開|発表|公表|配信|発行)?`
)

var dateLine = regexp.MustCompile(`^` + labelBefore + datePart + weekdayPart + clockPart + labelAfter + `$`)

// parseDateLine returns the date, YYYY-MM-DD, that is all a line says, or "".
// It reads western years and those of the eras since 昭和 with 元年 as year 1, in
// any width, spaced out, in kanji numerals, with . / or - between the parts, with
// a weekday, a clock time or a label such as 掲載日 beside it. A date that does
// not exist, one from before its era began, and one whose two calendars disagree
// are none.
func parseDateLine(s string) string {
	if len(s) > maxDateLine || !strings.ContainsAny(s, "日./-．／－") {
		return ""
	}
	s = arabicDigits(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\uFEFF', r == '\u200B':
			return -1
		case r == '−' || r == '‐' || r == '–':
			return '-'
		}
		return r
	}, norm.NFKC.String(s)))
	m := dateLine.FindStringSubmatch(s)
	if m == nil || m[7] != "" && !strings.Contains(s, "年") {
		return ""
	}
	year, ok := calendarYear(m[1], m[2], m[3])
	if !ok {
		return ""
	}
	if m[4] != "" || m[6] != "" {
		if other, ok := calendarYear(m[4], m[5], m[6]); !ok || other != year {
			return ""
		}
	}
	month, day := m[7], m[8]
	if m[9] != "" {
		if m[9] != m[11] {
			return ""
		}
		month, day = m[10], m[12]
	}
	monthNumber, _ := strconv.Atoi(month)
	dayNumber, _ := strconv.Atoi(day)
	date := time.Date(year, time.Month(monthNumber), dayNumber, 0, 0, 0, 0, time.UTC)
	if date.Year() != year || int(date.Month()) != monthNumber || date.Day() != dayNumber || year < 1926 {
		return ""
	}
	for _, era := range []string{m[1], m[4]} {
		if long, ok := eraLetters[era]; ok {
			era = long
		}
		if e, ok := eras[era]; ok && date.Before(e.first) {
			return ""
		}
	}
	return fmt.Sprintf("%04d-%02d-%02d", date.Year(), int(date.Month()), date.Day())
}

// calendarYear returns the western year of an era's year, or of western digits
// when era is empty. The year in which an era ended may be written to its end.
func calendarYear(era, eraYear, western string) (int, bool) {
	if era == "" {
		year, err := strconv.Atoi(western)
		return year, err == nil
	}
	if long, ok := eraLetters[era]; ok {
		era = long
	}
	n := 1
	if eraYear != "元" {
		n, _ = strconv.Atoi(eraYear)
	}
	year := eras[era].first.Year() + n - 1
	return year, n >= 1 && year <= eras[era].last
}

// kanjiDigits are the numerals of dates written in kanji.
const kanjiDigits = "〇一二三四五六七八九"

// arabicDigits turns runs of kanji numerals up to 九十九, and digit by digit years
// such as 二〇二三, into Arabic ones. The 日 and 月 of weekdays are not numerals.
func arabicDigits(s string) string {
	if !strings.ContainsAny(s, "〇零一二三四五六七八九十") {
		return s
	}
	s = strings.ReplaceAll(s, "零", "〇")
	var out strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && strings.ContainsRune(kanjiDigits+"十", runes[end]) {
			end++
		}
		if end == i {
			out.WriteRune(runes[i])
			i++
			continue
		}
		out.WriteString(kanjiRun(string(runes[i:end])))
		i = end
	}
	return out.String()
}

func kanjiRun(run string) string {
	digit := func(r rune) int {
		return len([]rune(kanjiDigits[:strings.IndexRune(kanjiDigits, r)]))
	}
	before, after, tens := strings.Cut(run, "十")
	if !tens {
		var out strings.Builder
		for _, r := range run {
			out.WriteByte(byte('0' + digit(r)))
		}
		return out.String()
	}
	b, a := []rune(before), []rune(after)
	if len(b) > 1 || len(a) > 1 || strings.Contains(after, "十") {
		return run
	}
	n := 10
	if len(b) == 1 {
		n = 10 * digit(b[0])
	}
	if len(a) == 1 {
		n += digit(a[0])
	}
	return strconv.Itoa(n)
}
