package synthetic

import (
	"bytes"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"owabi/pkg/notice"
)

// The months that notices are published in.
var (
	firstDay = time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC)
)

// field is a fact that a template names.
type field int

const (
	fieldNone field = iota
	fieldOrg
	fieldWe
	fieldCustomers
	fieldPersons
	fieldDepartment
	fieldService
	fieldSystem
	fieldContractor
	fieldData
	fieldVictims
	fieldRecords
	fieldDate
	fieldWhen
	fieldFound
	fieldOutage
	fieldFuture
	fieldFirstDate
	fieldFirstTitle
	fieldStem
	fieldPlace
	fieldN
	fieldWideN
)

var fieldNames = [...]string{
	"",
	"org",           // the publisher's name
	"we",            // how it calls itself
	"customers",     // those it serves
	"persons",       // its own people
	"department",    // one of its departments
	"service",       // what it offers
	"system",        // what it runs
	"contractor",    // who it has work done by
	"data",          // the kinds of data
	"victims",       // those affected, with their number when it is disclosed
	"records",       // a number of things
	"date",          // the day it happened
	"when",          // that day with the time
	"found",         // the day it was found out
	"outage",        // that day with beginning and end
	"future",        // a day to come
	"first_date",    // when the first report was published
	"first_title",   // and its headline
	"stem", "place", // of names
	"n", "N", // the number of a section, in ASCII and wide
}

// incident is what happened: the facts that its reports tell.
type incident struct {
	link       string
	category   *category
	kase       *kase
	sector     *sector
	org        string
	we         string
	customers  string
	persons    string
	department string
	service    string
	system     string
	contractor string // empty: none
	people     int64  // 0: undisclosed
	bound      notice.Bound
	unit       string
	records    int64
	minutes    int // of the outage
	occurred   time.Time
	detected   time.Time
	data       []notice.DataType
	dataWords  []string
	exposure   notice.Exposure
	secondary  notice.SecondaryDamage
	style      *style
	dates      dateStyle
	wide       bool // full-width digits
	commas     bool
	firstTitle string
	firstDate  time.Time
}

// page writes the reports of one incident after another.
type page struct {
	words *words
	seed  uint64
	draw  draw
	incident
	reports []report

	// of the report being written
	next    int
	b       []byte
	year    int // last written in full
	section int
	truth   *Truth
}

// report is one notice of an incident.
type report struct {
	stage     notice.ReportStage // empty: not said
	number    int                // 第n報
	published time.Time
}

// newIncident draws the facts of the incident with that number. Its draws depend
// on the seed and the number alone.
func (p *page) newIncident(number uint64) {
	d := &p.draw
	d.seed(p.seed, number*0x9E3779B97F4A7C15+1)
	c := &p.words.categories[d.weighted(p.words.weights)]
	k := &c.Cases[d.weighted(c.weights)]
	from := c.Sectors
	if len(k.Sectors.codes) > 0 {
		from = k.Sectors
	}
	s := p.words.sector(from.codes[d.weighted(from.weights)])
	p.incident = incident{
		link:     "synthetic-" + strconv.FormatUint(p.seed, 10) + "-incident-" + strconv.FormatUint(number, 10),
		category: c, kase: k, sector: s,
		org:        p.words.organization(s, d.low(20+30*s.Weight)),
		we:         one(d, s.We),
		customers:  one(d, s.Customers),
		persons:    one(d, s.Persons),
		department: one(d, s.Departments),
		service:    one(d, s.Services),
		system:     one(d, s.Systems),
		dates:      dateStyle(d.weighted(dateWeights[:])),
		wide:       d.percent(8),
		commas:     !d.percent(20),
	}
	if d.percent(k.Contractor) {
		p.contractor = p.words.organization(p.words.sector(string(notice.ITServices)), d.low(25))
	}
	p.drawCounts()
	p.drawData()
	p.drawTimes()
	p.style = &p.words.Styles[d.weighted(p.words.styleWeights)]
	p.next = 0
}

// organization returns the name of a sector's organization with that number: the
// same for every seed, so that organizations meet again.
func (w *words) organization(s *sector, number int) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.Code))
	var names page
	names.words = w
	names.draw.seed(h.Sum64(), uint64(number))
	names.expand(one(&names.draw, s.Names))
	return string(names.b)
}

func (p *page) drawCounts() {
	d, k := &p.draw, p.kase
	p.unit = k.Unit
	if p.unit == "" {
		p.unit = one(d, []string{"名", "名", "人"})
	}
	if k.People != "" && !d.percent(k.Undisclosed) {
		p.people, p.bound = d.count(k.People), notice.BoundExact
		switch n := d.below(100); {
		case p.people < 30 || n < 55:
		case n < 82:
			p.people, p.bound = rounded(p.people), notice.BoundApprox
		case n < 93:
			p.bound = notice.BoundAtMost
		default:
			p.people, p.bound = rounded(p.people), notice.BoundAtLeast
		}
	}
	switch k.Records {
	case "":
	case "ファイル":
		p.records = d.count("many")
	case "通", "件", "部":
		p.records = d.count("some")
	default:
		p.records = d.count("few")
		if !d.percent(20) {
			p.records = 1
		}
	}
}

// rounded leaves the first two digits.
func rounded(n int64) int64 {
	power := int64(1)
	for n/power >= 100 {
		power *= 10
	}
	return n / power * power
}

func (p *page) drawData() {
	d, k := &p.draw, p.kase
	p.data, p.dataWords = nil, nil
	add := func(kind notice.DataType) {
		p.data = append(p.data, kind)
		p.dataWords = append(p.dataWords, one(d, p.words.DataTypes[kind]))
	}
	for _, kind := range k.Data {
		add(kind)
	}
	for _, kind := range k.Maybe {
		if d.percent(45) {
			add(kind)
		}
	}
	if e := k.Exposure.codes[d.weighted(k.Exposure.weights)]; e != "none" {
		p.exposure = notice.Exposure(e)
	}
	switch {
	case p.exposure == notice.ExposureConfirmed && d.percent(k.FoundDamage):
		p.secondary = notice.SecondaryFound
	case p.exposure != "" && d.percent(k.Secondary):
		p.secondary = notice.SecondaryNoneFound
	}
}

// drawTimes draws when it happened, was found and was published, the first report
// first. Intrusions stay unseen for long, an outage is seen at once.
func (p *page) drawTimes() {
	d, k := &p.draw, p.kase
	published := firstDay.AddDate(0, 0, d.below(1+int(lastDay.Sub(firstDay).Hours()/24)))
	lag, unseen := 0, 0
	switch k.Family {
	case "cyber":
		lag = d.low(90)
		if !k.Outage && d.percent(60) {
			unseen = d.low(420)
		} else if !k.Outage {
			unseen = d.low(4)
		}
	case "service", "plant":
		if !k.Outage {
			lag, unseen = d.low(60), d.low(90)
		}
	case "lost", "stolen":
		lag, unseen = d.low(25), d.low(6)
	default:
		lag, unseen = d.low(30), d.low(60)
	}
	p.detected = published.AddDate(0, 0, -lag)
	minute := d.between(0, 1439)
	if d.percent(70) {
		minute = d.between(8*60, 19*60)
	}
	p.occurred = p.detected.AddDate(0, 0, -unseen).Add(time.Duration(minute) * time.Minute)
	if k.Outage {
		switch d.weighted([]int{20, 40, 28, 12}) {
		case 0:
			p.minutes = d.between(3, 30)
		case 1:
			p.minutes = d.between(31, 180)
		case 2:
			p.minutes = d.between(181, 720)
		default:
			p.minutes = d.between(721, 3000)
		}
		// The first report tells the end, so it comes after it.
		end := p.occurred.Add(time.Duration(p.minutes) * time.Minute)
		published = time.Date(end.Year(), end.Month(), end.Day(), 0, 0, 0, 0, time.UTC).AddDate(0, 0, lag)
	}
	p.reports = append(p.reports[:0], report{published: published})
	p.drawFollowups(published)
}

func (p *page) drawFollowups(first time.Time) {
	d := &p.draw
	if p.kase.Incident != nil && !*p.kase.Incident {
		return
	}
	if p.kase.Outage {
		if d.percent(25) {
			p.reports = append(p.reports, report{stage: notice.StageRestored, number: 2, published: first})
		}
		return
	}
	if !d.percent(14) {
		return
	}
	day := first.AddDate(0, 0, d.between(5, 45))
	if d.percent(35) {
		p.reports = append(p.reports, report{stage: notice.StageUpdate, number: 2, published: day})
		day = day.AddDate(0, 0, d.between(14, 90))
	}
	p.reports = append(p.reports, report{stage: notice.StageFinal, number: len(p.reports) + 1, published: day})
	if d.percent(40) {
		p.reports[0].stage, p.reports[0].number = notice.StageFirst, 1
	}
}

// write returns the next report of the incident as the record with that number.
func (p *page) write(number int) Record {
	d := &p.draw
	r := p.reports[p.next]
	if p.next > 0 && p.people > 0 && r.stage != notice.StageRestored && d.percent(40) {
		p.people += int64(d.low(int(p.people) + 1)) // later reports find more
		if p.bound != notice.BoundExact {
			p.people = rounded(p.people)
		}
	}
	p.next++
	p.truth = &Truth{IncidentLink: p.link, Answers: notice.Answers{
		IsIncident: p.kase.Incident == nil || *p.kase.Incident, Category: p.category.Code, Also: []notice.Category{},
		Sector: p.sector.Code, DataTypes: []notice.DataType{},
	}}
	p.b, p.year, p.section = p.b[:0], 0, 0
	title := p.title(r)
	p.b, p.year = p.b[:0], 0
	if d.percent(50) {
		p.line(title)
		p.blank()
	}
	if d.percent(45) {
		p.header(r.published)
	}
	p.lead(r)
	p.sections(r)
	id := strconv.FormatUint(p.seed, 10) + "-" + strconv.Itoa(number)
	p.line("（合成データ " + id + "：実在の組織・事案とは関係ありません）")
	record := Record{
		ID: "synthetic-" + id, Publisher: p.org, Title: title, Published: r.published.Format(time.DateOnly),
		Text: string(p.b), Synthetic: true, Truth: p.truth,
	}
	return record
}

func (p *page) title(r report) string {
	d := &p.draw
	if p.firstTitle != "" {
		p.b = append(p.b, p.firstTitle...)
	} else {
		p.expand(one(d, p.kase.Titles))
		p.firstTitle, p.firstDate = string(p.b), r.published
	}
	if r.stage == "" {
		return p.firstTitle
	}
	p.truth.Stage = &r.stage
	switch r.stage {
	case notice.StageRestored:
		if d.percent(50) {
			return "【復旧】" + p.firstTitle
		}
		return p.firstTitle + "（復旧報）"
	case notice.StageFinal:
		return p.firstTitle + "（最終報）"
	case notice.StageUpdate:
		if d.percent(50) {
			return p.firstTitle + "（続報）"
		}
	}
	return p.firstTitle + "（第" + strconv.Itoa(r.number) + "報）"
}

// header writes what stands over the text of a letter.
func (p *page) header(published time.Time) {
	d := &p.draw
	spaced := p.dates.era() && d.percent(15)
	at := len(p.b)
	p.date(published, true)
	if spaced {
		text := string(p.b[at:])
		p.b = append(p.b[:at], strings.Join(strings.Split(text, ""), " ")...)
	}
	p.b = append(p.b, '\n')
	if d.percent(35) {
		p.line(one(d, []string{"各位", "関係各位", "報道関係者 各位"}))
	}
	if d.percent(40) {
		p.line(p.org)
	}
	p.blank()
}

func (p *page) lead(r report) {
	if !p.truth.IsIncident {
		return
	}
	leads := p.words.Leads.Plain
	switch r.stage {
	case notice.StageUpdate:
		leads = p.words.Leads.Followup
	case notice.StageFinal:
		leads = p.words.Leads.Final
	case notice.StageRestored:
		leads = p.words.Leads.Restored
	default:
		if p.draw.percent(25) {
			return
		}
	}
	p.say(one(&p.draw, leads))
	p.blank()
}

func (p *page) sections(report) {
	d, k, w := &p.draw, p.kase, p.words
	p.heading(p.style.What)
	p.say(one(d, k.What))
	if !p.truth.IsIncident {
		p.say(one(d, w.Contacts))
		return
	}
	if p.contractor != "" {
		p.say(one(d, w.phrases.Contractor))
		p.truth.Contractor = true
	}
	p.scope()
	if len(k.Cause) > 0 && d.percent(80) {
		p.heading(p.style.Cause)
		p.say(one(d, k.Cause))
	}
	if d.percent(85) {
		p.heading(p.style.Actions)
		p.say(one(d, w.Actions.of(k.Family)))
		if len(p.data) > 0 && d.percent(50) {
			p.say(one(d, w.Actions.Data))
		}
	}
	if d.percent(85) {
		p.heading(p.style.Prevention)
		p.say(one(d, w.Prevention.of(k.Family)))
	}
	p.blank()
	p.say(one(d, w.Closings))
	p.say(one(d, w.Contacts))
}

// scope writes what data of how many were hit, and whether it got out.
func (p *page) scope() {
	d, w := &p.draw, p.words
	if len(p.data) > 0 || p.exposure != "" {
		p.heading(p.style.Scope)
	}
	if len(p.data) > 0 && (len(p.style.Scope) > 0 || len(p.truth.DataTypes) == 0) {
		if d.percent(35) {
			p.b = append(p.b, "対象となる情報は、"...)
			p.value(fieldData)
			p.b = append(p.b, "です。\n"...)
		} else {
			p.b = append(p.b, one(d, []string{"・項目 ", "・内容："})...)
			p.value(fieldData)
			p.b = append(p.b, '\n')
		}
		if p.people > 0 && d.percent(60) {
			p.b = append(p.b, one(d, []string{"・対象 ", "・対象者：", "・対象者数 "})...)
			p.value(fieldVictims)
			p.b = append(p.b, '\n')
		}
	}
	if p.exposure != "" {
		exposure := p.exposure
		p.truth.Exposure = &exposure
		// That something reached the wrong hands the facts say themselves.
		switch p.exposure {
		case notice.ExposureConfirmed:
			if len(p.data) > 0 && d.percent(50) {
				p.say(one(d, w.phrases.Exposure.Confirmed))
			}
		case notice.ExposureSuspected:
			if len(p.data) > 0 {
				p.say(one(d, w.phrases.Exposure.Suspected))
			} else {
				p.truth.Exposure = nil
			}
		case notice.ExposureDenied:
			p.say(one(d, w.phrases.Exposure.Denied))
		}
	}
	switch p.secondary {
	case notice.SecondaryNoneFound:
		p.say(one(d, w.Secondary.NoneFound))
	case notice.SecondaryFound:
		p.say(one(d, w.Secondary.Found))
	default:
		return
	}
	secondary := p.secondary
	p.truth.SecondaryDamage = &secondary
}

func (p *page) heading(names []string) {
	if len(names) == 0 {
		if p.section++; p.section > 1 {
			p.blank()
		}
		return
	}
	p.section++
	p.blank()
	p.expand(p.style.Mark)
	wrapped := bytes.HasSuffix(p.b, []byte("【"))
	p.b = append(p.b, one(&p.draw, names)...)
	if wrapped {
		p.b = append(p.b, "】"...)
	}
	p.b = append(p.b, '\n')
}

// say writes a phrase on lines of its own; an empty one not at all.
func (p *page) say(t template) {
	at := len(p.b)
	p.expand(t)
	if len(p.b) > at {
		p.b = append(p.b, '\n')
	}
}

func (p *page) line(s string) { p.b = append(append(p.b, s...), '\n') }

// blank leaves one blank line, if there is something above it.
func (p *page) blank() {
	if n := len(p.b); n > 0 && !(n > 1 && p.b[n-2] == '\n') {
		p.b = append(p.b, '\n')
	}
}

func (p *page) expand(t template) {
	for _, n := range t {
		switch {
		case n.choices != nil:
			p.expand(one(&p.draw, n.choices))
		case n.field != fieldNone:
			p.value(n.field)
		default:
			p.b = append(p.b, n.text...)
		}
	}
}

// value writes a fact. What is written becomes part of the truth.
func (p *page) value(f field) {
	d := &p.draw
	switch f {
	case fieldOrg:
		p.b = append(p.b, p.org...)
	case fieldWe:
		p.b = append(p.b, p.we...)
	case fieldCustomers:
		p.b = append(p.b, p.customers...)
	case fieldPersons:
		p.b = append(p.b, p.persons...)
	case fieldDepartment:
		p.b = append(p.b, p.department...)
	case fieldService:
		p.b = append(p.b, p.service...)
	case fieldSystem:
		p.b = append(p.b, p.system...)
	case fieldContractor:
		p.b = append(p.b, p.contractor...)
	case fieldData:
		p.list(p.dataWords)
		p.truth.DataTypes = append(p.truth.DataTypes[:0], p.data...)
	case fieldVictims:
		p.victims()
	case fieldRecords:
		p.number(p.records)
		p.b = append(p.b, p.kase.Records...)
		n := p.records
		p.truth.Records = &n
	case fieldDate:
		p.date(p.occurred, false)
		p.happened()
	case fieldWhen:
		p.date(p.occurred, false)
		p.clock(p.occurred, d.below(3))
		p.b = append(p.b, one(d, []string{"ごろ", "頃", ""})...)
		p.happened()
	case fieldOutage:
		p.outage()
		p.happened()
	case fieldFound:
		p.date(p.detected, false)
		p.truth.Detected = day(p.detected)
	case fieldFuture:
		start := p.reports[0].published.AddDate(0, 0, d.between(5, 30))
		p.date(start, false)
		p.b = append(p.b, "の深夜"...)
	case fieldFirstDate:
		p.date(p.firstDate, true)
	case fieldFirstTitle:
		p.b = append(p.b, p.firstTitle...)
	case fieldStem:
		p.b = append(append(p.b, one(d, p.words.Stems.Fronts)...), one(d, p.words.Stems.Backs)...)
	case fieldPlace:
		p.b = append(append(p.b, one(d, p.words.Places.Fronts)...), one(d, p.words.Places.Backs)...)
	case fieldN:
		p.b = strconv.AppendInt(p.b, int64(p.section), 10)
	case fieldWideN:
		p.b = utf8.AppendRune(p.b, '０'+rune(p.section))
	}
}

func day(t time.Time) *string {
	s := t.Format(time.DateOnly)
	return &s
}

func (p *page) happened() { p.truth.Occurred = day(p.occurred) }

func (p *page) list(words []string) {
	for i, s := range words {
		if i > 0 {
			p.b = append(p.b, "、"...)
		}
		p.b = append(p.b, s...)
	}
}
