package japanese

import (
	"strings"
	"time"
	"unicode/utf8"
)

// join groups dates and clocks into moments and moments into intervals.
func (v *Values) join() {
	v.moments()
	v.intervals()
}

func (v *Values) moments() {
	s := v.text.norm
	d, last := 0, -1
	for c := 0; c <= len(v.Clocks); c++ {
		limit := len(s) + 1
		if c < len(v.Clocks) {
			limit = v.Clocks[c].Range.Start
		}
		for d < len(v.Dates) && v.Dates[d].Range.Start < limit {
			date := v.Dates[d]
			v.Moments = append(v.Moments, Moment{Span: date.Span, Range: date.Range, Date: d, Clock: -1, Carried: d})
			last = d
			d++
		}
		if c == len(v.Clocks) {
			break
		}
		clock := v.Clocks[c]
		if n := len(v.Moments); n > 0 {
			m := &v.Moments[n-1]
			if m.Clock < 0 && joinsClock(s, m.Range.End, clock.Range.Start) {
				m.Clock = c
				m.Range.End = clock.Range.End
				m.Span.End = clock.Span.End
				continue
			}
		}
		v.Moments = append(v.Moments, Moment{Span: clock.Span, Range: clock.Range, Date: -1, Clock: c, Carried: last})
	}
}

// joinsClock tells whether only a light link stands between a date and a clock time.
func joinsClock(s string, from, to int) bool {
	if from > to || to-from > 30 {
		return false
	}
	gap := strings.TrimSpace(s[from:to])
	if strings.HasPrefix(gap, "(") && strings.HasSuffix(gap, ")") && strings.Count(gap, "(") == 1 {
		return true // 2月11日(建国記念の日)10時
	}
	switch gap {
	case "", "の", "、", ",", "に", "T", "は":
		return !strings.Contains(s[from:to], "\n")
	}
	return false
}

func (v *Values) intervals() {
	s := v.text.norm
	for i := 0; i+1 < len(v.Moments); i++ {
		a, b := v.Moments[i], v.Moments[i+1]
		kind := IntervalKind("")
		end := b.Range.End
		if connects(s, a.Range.End, b.Range.Start) {
			kind = FromTo
			k := skipSpaces(s, end)
			if w := prefixed(s, k, "まで"); w != "" {
				end = k + len(w)
			}
		} else if a.Clock >= 0 && b.Clock >= 0 && b.Range.Start-a.Range.End < 200 && !strings.ContainsAny(s[a.Range.End:b.Range.Start], "\n") && !strings.Contains(s[a.Range.End:b.Range.Start], "。") && (restores(s, end) || labelsRestore(s[a.Range.End:b.Range.Start])) {
			kind = UntilRestore
		}
		if kind == "" {
			continue
		}
		if kind == FromTo && a.Clock >= 0 && b.Clock >= 0 {
			v.carryHalf(a, b)
		}
		r := Range{a.Range.Start, end}
		v.Intervals = append(v.Intervals, Interval{Span: v.text.Span(r), Range: r, Kind: kind, From: i, To: i + 1})
		if kind == FromTo {
			i++
		}
	}
}

// connects tells whether から, ～ and the like are all that stands between two moments.
func connects(s string, from, to int) bool {
	if from > to || to-from > 40 {
		return false
	}
	gap := s[from:to]
	if strings.Count(gap, "\n") > 1 {
		return false
	}
	gap = strings.TrimSpace(gap)
	if strings.HasPrefix(gap, "(") { // 8時35分(日本時間)から
		if k := strings.IndexByte(gap, ')'); k > 0 {
			gap = strings.TrimSpace(gap[k+1:])
		}
	}
	for _, w := range [...]string{"頃", "ごろ"} {
		gap = strings.TrimSpace(strings.TrimPrefix(gap, w))
	}
	switch gap {
	case "から", "より", "~", "-", "ー", "→", "⇒", "から、", "より、", "から約", "~同", "から同", "開始~", "から翌", "~翌", "--", "から最大":
		return true
	}
	return false
}

// labelsRestore tells whether the words before a moment name it the time of
// recovery: 復旧日時:.
func labelsRestore(gap string) bool {
	gap = strings.TrimRight(gap, " :は\t")
	for _, w := range [...]string{"日時", "時刻", "時間", "日"} {
		gap = strings.TrimSuffix(gap, w)
	}
	for _, w := range [...]string{"復旧", "解消", "再開", "回復", "終了"} {
		if strings.HasSuffix(gap, w) {
			return true
		}
	}
	return false
}

// restores tells whether 13時56分に復旧した stands at i.
func restores(s string, i int) bool {
	j := i + len(prefixed(s, i, "に", "には", "までに", "、"))
	if j == i {
		return false
	}
	end := min(len(s), j+45)
	window := s[j:end]
	if k := strings.IndexAny(window, "\n"); k >= 0 {
		window = window[:k]
	}
	if k := strings.Index(window, "。"); k >= 0 {
		window = window[:k]
	}
	for _, w := range [...]string{"復旧", "解消", "再開", "回復", "復帰", "正常化"} {
		if strings.Contains(window, w) {
			return true
		}
	}
	return false
}

// carryHalf lets 午後7時から9時まで end in the evening.
func (v *Values) carryHalf(a, b Moment) {
	from, to := v.Clocks[a.Clock], &v.Clocks[b.Clock]
	if !from.meridiem || to.meridiem || b.Date >= 0 || !from.Exact() || !to.Exact() || to.Hour >= 12 {
		return
	}
	if to.Hour*60+to.Minute < from.Hour*60+from.Minute && (to.Hour+12)*60+to.Minute > from.Hour*60+from.Minute {
		to.Hour += 12
	}
}

// MinutesBetween is the time from one moment to another in minutes; both are
// indexes into Moments. A clock without a date is on the other's day, or on
// the next when it would else run backwards. It is false when a clock time is
// missing or vague, or the days cannot be told apart.
func (v *Values) MinutesBetween(from, to int) (int, bool) {
	if from < 0 || to < 0 || from >= len(v.Moments) || to >= len(v.Moments) {
		return 0, false
	}
	a, b := v.Moments[from], v.Moments[to]
	if a.Clock < 0 || b.Clock < 0 {
		return 0, false
	}
	ca, cb := v.Clocks[a.Clock], v.Clocks[b.Clock]
	if !ca.Exact() || !cb.Exact() {
		return 0, false
	}
	minutes := (cb.Hour-ca.Hour)*60 + cb.Minute - ca.Minute
	da, db := a.Carried, b.Carried
	if b.Date < 0 { // a bare clock is on the day of what it follows
		db = da
	}
	if a.Date < 0 && b.Date >= 0 && a.Carried < 0 {
		da = db
	}
	if da >= 0 && db >= 0 && da != db {
		days, ok := v.daysBetween(da, db)
		if !ok {
			return 0, false
		}
		minutes += days * 24 * 60
	} else if minutes < 0 {
		minutes += 24 * 60
	}
	if minutes < 0 {
		return 0, false
	}
	return minutes, true
}

// IntervalMinutes is the length of an interval between two clock times.
func (v *Values) IntervalMinutes(iv Interval) (int, bool) {
	return v.MinutesBetween(iv.From, iv.To)
}

// daysBetween counts days between two dates; missing years count as the same.
func (v *Values) daysBetween(from, to int) (int, bool) {
	a, b := v.Dates[from], v.Dates[to]
	switch b.Relation {
	case SameDay:
		if !b.Resolved {
			return 0, from <= to
		}
	case NextDay:
		if !b.Resolved {
			return 1, from <= to
		}
	}
	if a.Day == 0 || b.Day == 0 {
		return 0, false
	}
	if b.Month == 0 && a.Month > 0 {
		b.Month, b.Year = a.Month, a.Year
	} else if a.Month == 0 && b.Month > 0 {
		a.Month, a.Year = b.Month, b.Year
	}
	if a.Month == 0 {
		if b.Day < a.Day {
			return 0, false
		}
		return b.Day - a.Day, true
	}
	if a.Year == 0 {
		a.Year = b.Year
	} else if b.Year == 0 {
		b.Year = a.Year
	}
	if a.Year == 0 {
		const ordinary = 2023 // any year that is no leap year
		a.Year, b.Year = ordinary, ordinary
		if b.Month < a.Month {
			b.Year++
		}
	}
	ta, _ := a.Time()
	tb, _ := b.Time()
	return int(tb.Sub(ta).Hours() / 24), true
}

// Resolve fills v.Dates in place. See the function Resolve.
func (v *Values) Resolve(a Anchor) {
	v.Dates = Resolve(v.text, v.Dates, a)
}

// Resolve gives dates what they leave open, from the dates before them in the
// text and from the day of publication: 同日 is the day last named, a day
// without a month belongs to the month last named, a month without a year to
// the year last named, else to the latest that is not after publication,
// unless something planned is spoken of. A day of the week in brackets decides
// between years. What cannot be known stays 0. The argument is not changed.
func Resolve(t *Text, dates []Date, a Anchor) []Date {
	out := make([]Date, len(dates))
	copy(out, dates)
	r := resolver{text: t, published: a.Published}
	r.horizon = r.publication()
	if a.Published.IsZero() {
		// No notice is older than the latest day it tells of.
		for _, d := range dates {
			if d.Year > 0 && d.Month > 0 && d.Day > 0 && !d.Planned && later(d, r.horizon) {
				r.horizon = Date{Year: d.Year, Month: d.Month, Day: d.Day}
			}
		}
	}
	for i := range out {
		earlier := r.story
		r.fill(&out[i])
		if i > 0 && coverage(t.norm, out[i-1], out[i]) {
			r.story = r.before
			if r.weak = out[i].Year; r.story.Year > 0 {
				r.weak = r.story.Year
			}
		}
		r.before = earlier
	}
	return out
}

type resolver struct {
	text      *Text
	published time.Time
	horizon   Date // the day of publication, or the latest day the text names
	story     Date // the date last named that tells the story
	before    Date // what story was one date earlier
	near      Date // the date last named, whatever it tells: what 同月 and 同年 lean on
	nearDay   Date // the same, of those that name a day
	weak      int  // a year that only the coverage of some data tells
}

// coverage tells whether a to b is the span of some data (2015年4月から2020年1月
// まで) and not of the incident: two months or more, without clock times.
func coverage(s string, a, b Date) bool {
	if a.Year == 0 || b.Year == 0 || !connects(s, a.Range.End, b.Range.Start) {
		return false
	}
	if a.Month == 0 || b.Month == 0 {
		return b.Year > a.Year
	}
	return b.Year*12+b.Month-a.Year*12-a.Month >= 2
}

func (r *resolver) fill(d *Date) {
	before := *d
	switch d.Relation {
	case NoRelation:
		r.plain(d)
	case Today:
		r.offset(d, r.publication(), 0)
	case Yesterday:
		r.offset(d, r.publication(), -1)
	case SameDay:
		r.offset(d, r.nearDay, 0)
	case PreviousDay:
		r.offset(d, r.nearDay, -1)
	case DaysLater:
		r.offset(d, r.nearDay, d.days)
	case NextDay:
		if d.Day == 0 {
			r.offset(d, r.nearDay, 1)
		} else {
			r.dayAfter(d)
		}
	case SameMonth, NextMonth, PreviousMonth:
		r.monthFrom(d, r.near, map[Relation]int{SameMonth: 0, NextMonth: 1, PreviousMonth: -1}[d.Relation])
	case ThisMonth, LastMonth, ComingMonth:
		r.monthFrom(d, r.publication(), map[Relation]int{ThisMonth: 0, ComingMonth: 1, LastMonth: -1}[d.Relation])
	case SameYear, NextYear, PreviousYear:
		if r.near.Year > 0 {
			d.Year = r.near.Year + map[Relation]int{SameYear: 0, NextYear: 1, PreviousYear: -1}[d.Relation]
		}
	case ThisYear, LastYear, ComingYear:
		if !r.published.IsZero() {
			d.Year = r.published.Year() + map[Relation]int{ThisYear: 0, ComingYear: 1, LastYear: -1}[d.Relation]
		}
	}
	if d.Day > 0 && d.Month > 0 && d.Day > daysIn(d.Year, d.Month) { // 30日 after February
		*d = before
		return
	}
	d.Resolved = *d != before
	if d.HasWeekday {
		if t, ok := d.Time(); ok {
			d.WeekdayDiffers = t.Weekday() != d.Weekday
		}
	}
	if d.Precision() == PrecisionNone {
		return
	}
	r.near = *d
	if d.Day > 0 {
		r.nearDay = *d
	}
	if r.narrates(*d) {
		r.story = *d
	}
}

func (r *resolver) publication() Date {
	if r.published.IsZero() {
		return Date{}
	}
	p := r.published.In(tokyo)
	return Date{Year: p.Year(), Month: int(p.Month()), Day: p.Day()}
}

// plain completes a date that leans on nothing by its words.
func (r *resolver) plain(d *Date) {
	switch {
	case d.Year > 0:
	case d.Month > 0:
		d.Year = r.yearOf(*d)
	case d.Day > 0:
		r.monthOf(d)
	}
}

// yearOf chooses the year of a month and day: by the story so far, which goes
// on rather than back where that leads a few months further and not past
// publication; else the latest before publication.
func (r *resolver) yearOf(d Date) int {
	const few, recent = 8, 1 // months
	var candidates []int
	p := r.publication()
	if y := r.story.Year; y > 0 {
		next := Date{Year: y + 1, Month: d.Month, Day: d.Day}
		switch {
		case !d.Planned && p.Year == y+1 && d.Month < r.story.Month && !later(next, p) && (p.Month-d.Month) <= recent:
			candidates = append(candidates, y+1, y) // shortly before publication
		case d.Planned && r.story.Month > 0 && d.Month < r.story.Month:
			candidates = append(candidates, y+1, y)
		case r.story.Month > 0 && d.Month < r.story.Month && d.Month+12-r.story.Month <= few && (r.horizon.Year > y && !later(next, r.horizon) || p.Year == 0 && d.Month+12-r.story.Month <= few/2):
			candidates = append(candidates, y+1, y)
		case !d.Planned && p.Year > 0 && later(Date{Year: y, Month: d.Month, Day: d.Day}, p):
			candidates = append(candidates, y-1, y)
		default:
			candidates = append(candidates, y, y+1)
		}
	}
	if p.Year > 0 {
		y := p.Year
		if !d.Planned && later(Date{Year: y, Month: d.Month, Day: d.Day}, p) {
			y--
		} else if d.Planned && d.Month+6 < p.Month {
			y++
		}
		candidates = append(candidates, y, y-1)
	}
	if len(candidates) == 0 {
		return r.weak
	}
	if d.HasWeekday && d.Day > 0 {
		for _, y := range candidates {
			if d.Day <= daysIn(y, d.Month) {
				if t := time.Date(y, time.Month(d.Month), d.Day, 0, 0, 0, 0, tokyo); t.Weekday() == d.Weekday {
					return y
				}
			}
		}
	}
	return candidates[0]
}

// later tells whether a, from its first day on, lies after the day b.
func later(a, b Date) bool {
	return a.Year*10000+a.Month*100+max(1, a.Day) > b.Year*10000+b.Month*100+b.Day
}

// monthOf places a lone day in a month: that last named, else the latest not
// after publication.
func (r *resolver) monthOf(d *Date) {
	if r.story.Month > 0 {
		d.Year, d.Month = r.story.Year, r.story.Month
		return
	}
	p := r.publication()
	if p.Year == 0 {
		return
	}
	d.Year, d.Month = p.Year, p.Month
	if d.Day > p.Day && !d.Planned {
		d.Year, d.Month = addMonths(d.Year, d.Month, -1)
	}
}

func addMonths(y, m, n int) (int, int) {
	k := y*12 + m - 1 + n
	return k / 12, k%12 + 1
}

func (r *resolver) offset(d *Date, from Date, days int) {
	if from.Day == 0 {
		return
	}
	if days == 0 {
		d.Year, d.Month, d.Day = from.Year, from.Month, from.Day
		return
	}
	if from.Month == 0 {
		return
	}
	y := from.Year
	if y == 0 {
		if next := from.Day + days; next >= 1 && next <= 28 { // the year plays no part
			d.Month, d.Day = from.Month, next
		}
		return
	}
	t := time.Date(y, time.Month(from.Month), from.Day+days, 0, 0, 0, 0, tokyo)
	d.Year, d.Month, d.Day = t.Year(), int(t.Month()), t.Day()
}

// dayAfter completes 翌9日.
func (r *resolver) dayAfter(d *Date) {
	if r.nearDay.Month == 0 {
		return
	}
	y, m := r.nearDay.Year, r.nearDay.Month
	if d.Day < r.nearDay.Day {
		if y == 0 {
			if m < 12 {
				d.Month = m + 1
			}
			return
		}
		y, m = addMonths(y, m, 1)
	}
	d.Year, d.Month = y, m
}

func (r *resolver) monthFrom(d *Date, from Date, months int) {
	if from.Month == 0 {
		return
	}
	if from.Year == 0 {
		if m := from.Month + months; m >= 1 && m <= 12 {
			d.Month = m
		}
		return
	}
	d.Year, d.Month = addMonths(from.Year, from.Month, months)
}

// narrates tells whether later dates may lean on d. The date of a document
// (8月13日付の伝票) and of a birth do not carry the story on.
func (r *resolver) narrates(d Date) bool {
	if d.Year == 0 && d.Month == 0 && d.Day == 0 {
		return false
	}
	s := r.text.norm
	if d.Month == 0 && d.Day == 0 && runeAt(s, d.Range.End) == '」' { // 「令和元年」 is spoken of as a word
		return false
	}
	if d.Month == 0 && d.Day == 0 && prefixed(s, d.Range.End, "布設", "敷設", "設置", "製造", "製の", "製)", "竣工", "建設", "建築", "築造", "完成", "開業", "開設", "制定", "以前", "に布設", "に敷設", "に設置", "に製造", "に竣工", "に建設", "に建てられ", "に完成") != "" {
		return false // how old a thing is: (昭和49年布設)
	}
	return prefixed(s, d.Range.End, "付の", "付けの", "付で", "付け", "付", "生まれ", "生", "創", "設立", "発行") == ""
}

// planned tells whether the sentence goes on from i to something to come.
func planned(s string, i int) bool {
	const far = 150 // bytes
	end := min(len(s), i+far)
	for end < len(s) && !utf8.RuneStart(s[end]) {
		end++
	}
	window := s[i:end]
	if k := strings.IndexByte(window, '\n'); k >= 0 {
		window = window[:k]
	}
	if k := strings.Index(window, "。"); k >= 0 {
		window = window[:k+len("。")]
	}
	if strings.HasPrefix(window, "までに") && !past(window) {
		return true
	}
	for _, w := range [...]string{"予定", "見込み", "見込んで", "見通し", "締切", "締め切り", "期限", "いたします。", "します。", "まいります", "再開する。", "を目途", "をめど"} {
		k := strings.Index(window, w)
		if k < 0 {
			continue
		}
		if past(window[:k]) || strings.HasPrefix(window[k:], "予定していた") || strings.HasPrefix(window[k:], "予定どおり") {
			return false
		}
		return true
	}
	return false
}

// past tells whether a verb of s is in the past: た before a noun, a particle
// or the end.
func past(s string) bool {
	for i := 0; i < len(s); {
		k := strings.Index(s[i:], "た")
		if k < 0 {
			return false
		}
		i += k + len("た")
		if r := runeAt(s, i); !strings.ContainsRune("だいめびりまなちっ", r) || r == utf8.RuneError {
			return true
		}
	}
	return false
}
