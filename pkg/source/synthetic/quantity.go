package synthetic

import (
	"strconv"
	"time"
	"unicode/utf8"

	"owabi/pkg/notice"
)

// How days, times and counts are written.

// dateStyle is how a publisher writes days.
type dateStyle int

const (
	western dateStyle = iota // 2024年3月5日
	westernWeekday
	era // 令和6年3月5日
	eraWeekday
	both // 令和6年(2024年)3月5日
	padded
)

var dateWeights = [...]int{western: 36, westernWeekday: 16, era: 18, eraWeekday: 12, both: 5, padded: 4}

func (s dateStyle) era() bool { return s == era || s == eraWeekday }

// date writes a day, with its year when full is set or another year was last.
func (p *page) date(t time.Time, full bool) {
	style := p.dates
	if full || p.year != t.Year() || p.draw.percent(40) {
		eraYear := int64(t.Year() - 2018) // of 令和, from 2019-05-01
		switch style {
		case era, eraWeekday:
			p.b = append(p.b, "令和"...)
			p.digits(eraYear, 1)
			p.b = append(p.b, "年"...)
		case both:
			p.b = append(p.b, "令和"...)
			p.digits(eraYear, 1)
			p.b = append(p.b, "年("...)
			p.digits(int64(t.Year()), 4)
			p.b = append(p.b, "年)"...)
		default:
			p.digits(int64(t.Year()), 4)
			p.b = append(p.b, "年"...)
		}
		p.year = t.Year()
	}
	width := 1
	if style == padded {
		width = 2
	}
	p.digits(int64(t.Month()), width)
	p.b = append(p.b, "月"...)
	p.digits(int64(t.Day()), width)
	p.b = append(p.b, "日"...)
	if style == westernWeekday || style == eraWeekday {
		p.b = append(p.b, "（"...)
		p.b = append(p.b, [...]string{"日", "月", "火", "水", "木", "金", "土"}[t.Weekday()]...)
		p.b = append(p.b, "）"...)
	}
}

// clock writes a time of day in one of three forms.
func (p *page) clock(t time.Time, form int) {
	hour, minute := int64(t.Hour()), int64(t.Minute())
	switch form {
	case 0: // 14時05分
		p.digits(hour, 1)
		p.b = append(p.b, "時"...)
		p.digits(minute, 2)
		p.b = append(p.b, "分"...)
	case 1: // 午後2時5分
		half := "午前"
		if hour >= 12 {
			half, hour = "午後", hour-12
		}
		p.b = append(p.b, half...)
		p.digits(hour, 1)
		p.b = append(p.b, "時"...)
		p.digits(minute, 1)
		p.b = append(p.b, "分"...)
	default: // 14:05
		p.digits(hour, 1)
		p.b = append(p.b, ':')
		p.digits(minute, 2)
	}
}

// outage writes from when until when.
func (p *page) outage() {
	d := &p.draw
	form := d.below(3)
	about := d.percent(25)
	end := p.occurred.Add(time.Duration(p.minutes) * time.Minute)
	p.date(p.occurred, false)
	if form == 2 {
		p.b = append(p.b, ' ')
	}
	p.clock(p.occurred, form)
	if about {
		p.b = append(p.b, "ごろ"...)
	}
	p.b = append(p.b, "から"...)
	switch days := end.YearDay() - p.occurred.YearDay(); {
	case days == 0:
	case days == 1:
		p.b = append(p.b, "翌"...)
		p.digits(int64(end.Day()), 1)
		p.b = append(p.b, "日"...)
	default:
		p.date(end, false)
		if form == 2 {
			p.b = append(p.b, ' ')
		}
	}
	p.clock(end, form)
	if about {
		p.b = append(p.b, "ごろ"...)
	}
	p.b = append(p.b, "まで"...)
	if p.minutes < 60 && d.percent(40) {
		p.b = append(p.b, "の"...)
		p.digits(int64(p.minutes), 1)
		p.b = append(p.b, "分間"...)
	}
	minutes := int64(p.minutes)
	p.truth.OutageMinutes = &minutes
}

// victims writes who was hit, with the number when it is disclosed.
func (p *page) victims() {
	d := &p.draw
	if p.people == 0 {
		p.b = append(append(p.b, "一部の"...), p.customers...)
		return
	}
	n, bound := p.people, p.bound
	p.truth.People, p.truth.PeopleBound = &n, &bound
	switch {
	case p.kase.Unit != "":
		p.bounded()
	case d.percent(50):
		p.bounded()
		p.b = append(append(p.b, "の"...), p.customers...)
	default:
		p.b = append(p.b, p.customers...)
		p.bounded()
	}
}

// bounded writes the number of people with its bound and unit.
func (p *page) bounded() {
	d := &p.draw
	after := ""
	switch p.bound {
	case notice.BoundApprox:
		p.b = append(p.b, one(d, []string{"約", "約", "約", "およそ"})...)
	case notice.BoundAtMost:
		p.b = append(p.b, one(d, []string{"最大", "最大で"})...)
	case notice.BoundAtLeast:
		if d.percent(70) {
			after = "以上"
		} else {
			p.b = append(p.b, "少なくとも"...)
		}
	default:
		if p.people > 1 && d.percent(12) {
			p.b = append(p.b, one(d, []string{"延べ", "計", "合計"})...)
		}
	}
	p.number(p.people)
	p.b = append(p.b, p.unit...)
	p.b = append(p.b, after...)
}

// number writes a count: in digits, with 万 and 千 when it is round, or small ones
// now and then in kanji.
func (p *page) number(n int64) {
	d := &p.draw
	switch {
	case n <= 99 && d.percent(3):
		p.kanji(n)
	case n >= 10_000 && n%10_000 == 0 && d.percent(80):
		p.digits(n/10_000, 1)
		p.b = append(p.b, "万"...)
	case n >= 10_000 && n < 100_000 && n%1_000 == 0 && d.percent(60):
		p.digits(n/10_000, 1)
		if d.percent(50) {
			p.b = append(p.b, '.')
			p.digits(n%10_000/1_000, 1)
			p.b = append(p.b, "万"...)
			return
		}
		p.b = append(p.b, "万"...)
		p.digits(n%10_000/1_000, 1)
		p.b = append(p.b, "千"...)
	case n >= 10_000 && d.percent(15):
		p.digits(n/10_000, 1)
		p.b = append(p.b, "万"...)
		if n%10_000 > 0 {
			p.grouped(n % 10_000)
		}
	default:
		p.grouped(n)
	}
}

func (p *page) grouped(n int64) {
	if !p.commas || n < 1000 {
		p.digits(n, 1)
		return
	}
	p.grouped(n / 1000)
	p.b = append(p.b, ',')
	p.digits(n%1000, 3)
}

func (p *page) kanji(n int64) {
	names := [...]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	if n >= 20 {
		p.b = append(p.b, names[n/10]...)
	}
	if n >= 10 {
		p.b = append(p.b, "十"...)
	}
	p.b = append(p.b, names[n%10]...)
}

// digits writes n with at least width digits, full-width where the publisher
// writes them so.
func (p *page) digits(n int64, width int) {
	at := len(p.b)
	for limit := int64(10); width > 1; width-- {
		if n < limit {
			p.b = append(p.b, '0')
		}
		limit *= 10
	}
	p.b = strconv.AppendInt(p.b, n, 10)
	if !p.wide {
		return
	}
	ascii := string(p.b[at:])
	p.b = p.b[:at]
	for _, r := range ascii {
		p.b = utf8.AppendRune(p.b, '０'+r-'0')
	}
}
