package japanese

import (
	"strconv"
	"time"
)

// Values is everything countable or datable that Scan found, each list in the
// order of the text.
type Values struct {
	Dates       []Date
	FiscalYears []FiscalYear
	Impossible  []Range // written like a date, but none: 13月45日, 令和99年
	Clocks      []Clock
	Moments     []Moment
	Intervals   []Interval
	Durations   []Duration
	Quantities  []Quantity

	text *Text
}

// Precision tells how exactly a Date names a day.
type Precision string

const (
	PrecisionNone  Precision = ""      // only a relation (同日) that has not been resolved
	PrecisionYear  Precision = "year"  // 2023年
	PrecisionMonth Precision = "month" // 2023年6月, 6月
	PrecisionDay   Precision = "day"   // 2023年6月8日, 6月8日, 8日
)

// Relation says what an incomplete date leans on.
type Relation string

const (
	NoRelation    Relation = ""
	SameDay       Relation = "same_day"       // 同日
	NextDay       Relation = "next_day"       // 翌日, 翌8日
	PreviousDay   Relation = "previous_day"   // 前日
	SameMonth     Relation = "same_month"     // 同月8日
	NextMonth     Relation = "next_month"     // 翌月
	PreviousMonth Relation = "previous_month" // 前月
	SameYear      Relation = "same_year"      // 同年3月17日
	NextYear      Relation = "next_year"      // 翌年
	PreviousYear  Relation = "previous_year"  // 前年
	DaysLater     Relation = "days_later"     // 2日後: days after the last day named
	Today         Relation = "today"          // 本日, 今日: the day of publication
	Yesterday     Relation = "yesterday"      // 昨日, 昨夜
	ThisMonth     Relation = "this_month"     // 今月15日
	LastMonth     Relation = "last_month"     // 先月
	ComingMonth   Relation = "coming_month"   // 来月
	ThisYear      Relation = "this_year"      // 今年, 本年
	LastYear      Relation = "last_year"      // 昨年, 去年
	ComingYear    Relation = "coming_year"    // 来年
)

// Part of a month or a year, as written after it.
type Part string

const (
	WholePart   Part = ""
	EarlyPart   Part = "early"   // 上旬, 初旬, 初め
	MiddlePart  Part = "middle"  // 中旬, 半ば
	LatePart    Part = "late"    // 下旬
	EndPart     Part = "end"     // 末
	AroundPart  Part = "around"  // 頃
	OnwardsPart Part = "onwards" // 以降
)

// Date is a calendar date as written. A part that is not written is 0, until
// Resolve finds it.
type Date struct {
	Span  Span
	Range Range

	Year, Month, Day int
	Relation         Relation
	Part             Part

	Weekday        time.Weekday
	HasWeekday     bool // a day of the week stands behind it in brackets
	WeekdayDiffers bool // it contradicts the date
	OutOfEra       bool // written in an era that had not begun or was over: 平成32年
	Planned        bool // of something still to come: 予定, 以内に
	Resolved       bool // some part was filled in by Resolve

	days int // of DaysLater
}

// Precision is how exactly the date is known, as far as it is written or resolved.
func (d Date) Precision() Precision {
	switch {
	case d.Day > 0:
		return PrecisionDay
	case d.Month > 0:
		return PrecisionMonth
	case d.Year > 0:
		return PrecisionYear
	}
	return PrecisionNone
}

// ISO is the date as YYYY-MM-DD, YYYY-MM or YYYY; empty while its year, or the
// month of its day, is unknown.
func (d Date) ISO() string {
	switch {
	case d.Year == 0, d.Day > 0 && d.Month == 0:
		return ""
	case d.Month == 0:
		return string(appendDigits(nil, d.Year, 4))
	}
	iso := make([]byte, 0, len("2006-01-02"))
	iso = appendDigits(iso, d.Year, 4)
	iso = appendDigits(append(iso, '-'), d.Month, 2)
	if d.Day > 0 {
		iso = appendDigits(append(iso, '-'), d.Day, 2)
	}
	return string(iso)
}

// appendDigits appends n, which is not negative, with as many digits at least. Dates are
// written so often while they are compared that package fmt would be seen in the time.
func appendDigits(to []byte, n, least int) []byte {
	for width, power := 2, 10; width <= least; width, power = width+1, power*10 {
		if n < power {
			to = append(to, '0')
		}
	}
	return strconv.AppendInt(to, int64(n), 10)
}

// Time is the date at midnight in Japan; false unless year, month and day are known.
func (d Date) Time() (time.Time, bool) {
	if d.Year == 0 || d.Month == 0 || d.Day == 0 {
		return time.Time{}, false
	}
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, tokyo), true
}

// tokyo is Japan's time zone, which has known no summer time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// FiscalYear is a 年度: it begins on 1 April, and is no date of an event.
type FiscalYear struct {
	Span     Span
	Range    Range
	Year     int // 0 when only relative: 今年度
	Relation Relation
}

// Clock is a time of day.
type Clock struct {
	Span  Span
	Range Range

	Hour, Minute int    // Hour up to 29: 25時 is one o'clock of the next day
	Vague        string // 未明, 早朝, 朝, 昼, 夕方, 夜, 深夜 without a number: Hour and Minute say nothing
	Approx       bool   // 頃, ごろ, 前, 過ぎ
	meridiem     bool   // the half of the day is written
}

// Exact tells whether the clock names a minute or an hour.
func (c Clock) Exact() bool { return c.Vague == "" }

// Moment is a date, a clock time, or both side by side.
type Moment struct {
	Span  Span
	Range Range
	Date  int // index into Values.Dates, or -1
	Clock int // index into Values.Clocks, or -1
	// Carried is the date a bare clock time follows in the text: an index
	// into Values.Dates, or -1. It equals Date when there is one.
	Carried int
}

// IntervalKind says what joins the two ends.
type IntervalKind string

const (
	FromTo       IntervalKind = "from_to"        // 9時05分から13時20分, 3月2日〜3月8日
	UntilRestore IntervalKind = "until_restored" // 停止は10時15分で、11時40分に復旧した
)

// Interval is the time between two moments of one sentence.
type Interval struct {
	Span     Span
	Range    Range
	Kind     IntervalKind
	From, To int // indexes into Values.Moments
}

// Use says what a stated length of time is for.
type Use string

const (
	LengthUse   Use = ""       // 約6分間: how long something lasted
	DeadlineUse Use = "within" // 30日以内
	OffsetUse   Use = "offset" // 3日後, 10日前
	RepeatUse   Use = "repeat" // 5分ごと, 24時間体制, 1日当たり
)

// Duration is a stated length of time.
type Duration struct {
	Span   Span
	Range  Range
	Length time.Duration // of hours, minutes, days, weeks
	Months int           // of months and years, which have no fixed length
	Bound  Bound
	Use    Use
}

// Minutes is the length in whole minutes, rounded; false for months and years.
func (d Duration) Minutes() (int, bool) {
	if d.Months > 0 {
		return 0, false
	}
	return int((d.Length + 30*time.Second) / time.Minute), true
}

// Bound says how a figure stands to the true one.
type Bound string

const (
	Exact   Bound = "exact"
	Approx  Bound = "approx"   // 約, およそ, 程度, 余り
	AtMost  Bound = "at_most"  // 最大, 以下, 未満
	AtLeast Bound = "at_least" // 以上, 少なくとも, 超
)

// Class says what a counter counts.
type Class string

const (
	ClassPerson       Class = "person"       // 人, 名
	ClassHousehold    Class = "household"    // 世帯, 戸
	ClassAccount      Class = "account"      // 口座, アカウント, 会員
	ClassCase         Class = "case"         // 件
	ClassDocument     Class = "document"     // 通, 枚, 冊, 部, ファイル
	ClassDevice       Class = "device"       // 台, 回線, 本, 個
	ClassOrganization Class = "organization" // 社, 校, 団体
	ClassPlace        Class = "place"        // 箇所, 店舗, 棟
	ClassOccurrence   Class = "occurrence"   // 回
	ClassMoney        Class = "money"        // 円
	ClassPercent      Class = "percent"      // %
	ClassSize         Class = "size"         // MB
	ClassNone         Class = ""             // no counter
)

// Quantity is a counted number.
type Quantity struct {
	Span  Span
	Range Range // qualifier, figure, counter, and qualifier: 最大約1,234名分程度

	Value float64 // 0 and Vague when no figure can be told: 数十人
	Max   float64 // upper end of 10～20名, else 0
	Vague bool

	Unit    string // counter in its plain form: 人 for 人分, 名 for 名様
	Class   Class
	Share   bool // 分: the data of so many, not the many themselves
	Bound   Bound
	Total   bool // 計, 合計, 総計, あわせて, 全
	Part    bool // うち
	Gross   bool // 延べ: the same one may be counted twice
	Per     bool // 1人当たり, ごと
	Ordinal bool // 2回目, 第3

	Number Range // the figure alone
	Before Range // the noun before: 対象者 in 対象者46人分; empty when there is none
	After  Range // the noun after: 氏名 in 9名の氏名
}

// Count is the value as a whole number; false when it is vague or not whole.
func (q Quantity) Count() (int64, bool) {
	if q.Vague || q.Value != float64(int64(q.Value)) {
		return 0, false
	}
	return int64(q.Value), true
}

// Anchor is what is known about a notice from outside its text.
type Anchor struct {
	Published time.Time // day of publication; zero when unknown
}

// Dates reads the dates of t. Scan reads everything in one pass.
func Dates(t *Text) []Date { return Scan(t).Dates }

// Quantities reads the counted numbers of t.
func Quantities(t *Text) []Quantity { return Scan(t).Quantities }

// Text is what was scanned.
func (v *Values) Text() *Text { return v.text }
