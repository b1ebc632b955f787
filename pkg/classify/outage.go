package classify

import (
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// outageEvent is a clock time at which something began or ended.
type outageEvent struct {
	moment int
	ends   bool
	whole  bool // すべて, 全面
	keyed  bool
	rough  bool // told in the headline, or as an hour before or after it
}

// readOutage gives the length of the unavailability in minutes: an interval of
// clock times, the time between what began and what restored it, or a stated
// length.
func (r *reading) readOutage() {
	service := false // the category is itself an unavailability
	switch r.out.Category {
	case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure:
		service = true
	case notice.SoftwareDefect, notice.DataLoss, notice.Malware, notice.UnauthorizedAccess, notice.Other:
	default:
		return
	}
	set := func(minutes int, rg japanese.Range, rule string) {
		span := r.text.Span(rg)
		r.out.Impact.OutageMinutes = &notice.Duration{Value: int64(minutes), Text: r.quote(span), Start: span.Start, End: span.End}
		r.evidence("impact.outage_minutes", rule, rg)
	}
	if n, rg, ok := r.outageStated(service); ok {
		// A length shorter than an interval from one time to another was part of it.
		if k, at, ok := r.outageInterval(service); ok {
			r.restoredAt = &at
			if k > n {
				set(k, at, "outage.interval")
				return
			}
		}
		set(n, rg, "outage.stated")
		if r.restoredAt != nil {
			return
		}
		if _, end, ok := r.outageEnds(service); ok {
			r.restoredAt = &r.v.Moments[end].Range
		}
		return
	}
	if service {
		if n, rg, ok := r.outageLength(true); ok {
			set(n, rg, "outage.length")
			return
		}
	}
	if n, rg, ok := r.outageInterval(service); ok {
		r.restoredAt = &rg
		set(n, rg, "outage.interval")
		return
	}
	begin, end, ok := r.outageEnds(service)
	if ok {
		if n, ok := r.v.MinutesBetween(begin, end); ok && n > 0 && n <= maxOutage {
			a, b := r.v.Moments[begin].Range, r.v.Moments[end].Range
			set(n, b, "outage.restored")
			r.restoredAt = &b
			r.evidence("impact.outage_minutes", "outage.begun", a)
			return
		}
	}
	if !service || r.still() {
		return
	}
	if n, rg, ok := r.outageLength(false); ok {
		set(n, rg, "outage.length")
	}
}

// out are words of something that cannot be used.
var outWords = []string{"止ま", "止め", "停止", "停電", "断水", "つなが", "繋が", "できな", "できません", "できず", "できなく", "いただけな", "いただけま", "使え", "不通", "中断", "開か", "開け", "ダウン", "見合わせ", "途絶", "受けられ", "受けつけられ", "受け付けられ", "表示されな", "見られな", "動かな", "障害が続", "状態が続", "供給"}

// stops are words that, right behind a length of time, say that it is that of
// the unavailability.
var stops = []string{"止ま", "停止", "停電", "断水", "つなが", "不通", "中断", "使えな", "使えず", "利用できな", "利用できず", "ご利用いただけ", "ご利用でき", "ダウン", "途絶", "動かな", "サービスが", "サービスを停", "全面的に停"}

// outageStated finds a length of the unavailability told as such and to the
// minute; when two differ none is taken.
func (r *reading) outageStated(service bool) (int, japanese.Range, bool) {
	found, at := 0, japanese.Range{}
	for _, d := range r.v.Durations {
		i := r.sentenceAt(d.Range.Start)
		if i < 0 || untold(r.zones[i]) || d.Use != japanese.LengthUse || d.Bound != japanese.Exact {
			continue
		}
		n, ok := d.Minutes()
		if !ok || n <= 0 || n > maxOutage || n%60 == 0 {
			continue
		}
		if !r.lasted(d, i, service) {
			continue
		}
		if found > 0 && found != n {
			return 0, at, false
		}
		if found == 0 {
			found, at = n, d.Range
		}
	}
	return found, at, found > 0
}

// lasted tells whether the words around d in sentence i say that something
// could not be used for so long.
func (r *reading) lasted(d japanese.Duration, i int, service bool) bool {
	before, after := r.around(d.Range, i)
	if endsIn(before, "うち", "さらに", "最大", "最長", "遅れは") || startsWith(after, "遅れ", "の遅れ", "以上遅", "おき", "ごと") || r.aboutPassengers(i) || holds(before, "予定", "最大で", "過去", "年前") {
		return false
	}
	if cut := strings.LastIndexAny(before, "、"); cut >= 0 && len(before)-cut < 60 && holds(before, "前にも") {
		return false
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(after, "ほど"), "の間"), "、"), "断続的に")
	clause, _, _ := strings.Cut(rest, "。")
	clause = head(clause, 40)
	if startsWith(rest, "にわたって", "にわたり", "に渡り", "に渡って", "に及び", "に及んだ", "におよ") {
		return holds(clause, outWords...) || holds(before, outWords...)
	}
	if startsWith(rest, stops...) {
		return service || holds(rest, "サービス", "サイト", "システム")
	}
	if service && startsWith(after, "、", "の間", "、断続") && holds(head(rest, 24), outWords...) {
		return true
	}
	if startsWith(rest, "を要し", "かかっ", "続い", "でした", "だった", "です", "でございま") || rest == "" {
		if k := strings.TrimRight(head(tail(before, 14), 14), "は約計:、"); holds(k, "停止時間", "停止した時間", "停止していた時間", "不通時間", "停電時間", "断水時間", "使えなかった時間", "利用できなかった時間", "ご利用いただけなかった時間", "停止していたのは", "止まっていたのは", "使えなかったのは", "利用できなかったのは", "までの時間", "できなかった時間") {
			return true
		}
		return startsWith(rest, "を要し", "かかっ") && holds(before, "止めてから", "停止から", "停止してから", "発生から", "止まってから", "復旧まで", "復旧に", "再開まで")
	}
	return false
}

// back are words that say a service came back, after a length of time: 4時間後に回復.
var back = []string{"回復", "復旧", "解消", "再開", "全面", "元に戻", "元の", "使えるよう", "すべて使え", "すべて復旧", "全て復旧", "正常"}

// outageLength finds a stated length of the unavailability. With only exact ones
// wanted, it takes a sum (延べ, 合計) or a length to the minute.
func (r *reading) outageLength(exact bool) (int, japanese.Range, bool) {
	for _, d := range r.v.Durations {
		i := r.sentenceAt(d.Range.Start)
		if i < 0 || untold(r.zones[i]) || r.zones[i] == zoneResponse {
			continue
		}
		before, after := r.around(d.Range, i)
		after = strings.TrimLeft(after, "後に、ほどでぶり")
		if d.Use != japanese.LengthUse && !(d.Use == japanese.OffsetUse && slices.ContainsFunc(back, func(w string) bool { return strings.HasPrefix(after, w) })) {
			continue
		}
		if words := r.words(d.Range); exact && !(strings.HasSuffix(before, "延べ") || strings.HasSuffix(before, "合計") || strings.HasSuffix(before, "合わせて") ||
			strings.HasPrefix(words, "延べ") || strings.HasPrefix(words, "合計") || d.Use == japanese.LengthUse && d.Bound == japanese.Exact && strings.HasSuffix(words, "分間") && r.zones[i] == zoneLead) {
			continue
		}
		if strings.HasSuffix(before, "平日") || strings.Contains(before, "最大") || strings.HasPrefix(after, "以上の遅") || strings.HasPrefix(after, "の遅れ") || strings.HasPrefix(after, "遅れ") || strings.HasPrefix(after, "体制") || strings.Contains(head(before+after, 80), "前にも") {
			continue
		}
		if n, ok := d.Minutes(); ok && n > 0 && n < 24*60*30 && (r.aboutOutage(i) || r.zones[i] == zoneTitle || r.keyedLength(d.Range) || r.has(i, groupTimeRestored) || r.lasted(d, i, true)) && !r.aboutPassengers(i) {
			return n, d.Range, true
		}
	}
	return 0, japanese.Range{}, false
}

// maxOutage bounds an unavailability read from two clock times, in minutes.
const maxOutage = 60 * 24 * 60

// still tells whether the notice says that it goes on.
func (r *reading) still() bool {
	on := false
	r.each(groupOngoing, func(m match) {
		if !untold(r.zones[m.sentence]) && r.polarity(m) != japanese.Denied {
			on = true
		}
	})
	back := false
	r.each(groupRestored, func(m match) {
		if !untold(r.zones[m.sentence]) && r.polarity(m) == japanese.Asserted {
			back = true
		}
	})
	return on && !back
}

// goesOn tells whether the notice says, as things stand, that something cannot
// be used: 断水中, つながったり切れたりする状態.
func (r *reading) goesOn() bool {
	if r.still() {
		return true
	}
	back := false
	r.each(groupRestored, func(m match) {
		back = back || !untold(r.zones[m.sentence]) && r.polarity(m) == japanese.Asserted
	})
	if back {
		return false
	}
	for i := range r.doc.Sentences {
		if untold(r.zones[i]) {
			continue
		}
		w := r.words(r.doc.Sentences[i].Range)
		if k := strings.TrimRight(w, "。 　\n"); endsIn(k, "断水中", "停電中", "停止中", "調査中", "復旧作業中", "対応中", "切れたりする状態です", "断水しております", "停電しております", "が続いております", "が続いています") || holds(w, "復旧の時刻は、まだ", "復旧しておりません", "復旧していません", "復旧には至って", "再開の時刻は申し上げ", "再開の見通しは立って", "復旧の見通しは立って") {
			return true
		}
	}
	return false
}

// aboutOutage tells whether sentence i speaks of something that could not be used.
func (r *reading) aboutOutage(i int) bool {
	for _, m := range r.inSentence(i) {
		c := r.cue(m)
		if c.group != groupCategory {
			continue
		}
		switch notice.Category(c.code) {
		case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure:
			return true
		}
	}
	return false
}

// aboutPassengers tells whether sentence i speaks of people who were held up,
// which is not how long the service was.
func (r *reading) aboutPassengers(i int) bool {
	w := r.words(r.doc.Sentences[i].Range)
	return strings.Contains(w, "車内") || strings.Contains(w, "閉じ込め") || strings.Contains(w, "救助") || strings.Contains(w, "立ち往生") || strings.Contains(w, "避難")
}

// repeated are words of a notice that tells of several unavailabilities, whose
// lengths add up.
var repeated = []string{"回目", "2回", "二回", "度目", "二度", "三度", "第1波", "第2波"}

// openingHours are words of sentences whose clock times are when somebody answers.
var openingHours = []string{"受付", "電話", "フリーダイヤル", "給水", "窓口", "営業", "開館", "0120-", "平日"}

// outageInterval adds up the intervals of clock times in sentences that speak
// of the unavailability.
func (r *reading) outageInterval(service bool) (int, japanese.Range, bool) {
	total, seen := 0, map[[2]int]bool{}
	var first japanese.Range
	longest := 0
	times := 0
	emergency := strings.Contains(r.text.Norm(), "緊急メンテナンス")
	for _, iv := range r.v.Intervals {
		i := r.sentenceAt(iv.Range.Start)
		if i < 0 || untold(r.zones[i]) {
			continue
		}
		n, ok := r.v.IntervalMinutes(iv)
		if !ok || n == 0 || n > maxOutage {
			continue
		}
		before, _ := r.around(iv.Range, i)
		words := r.words(r.doc.Sentences[i].Range)
		if strings.Contains(words, "予告") || strings.Contains(words, "予定") || strings.Contains(before, "メンテナンス") || strings.HasSuffix(before, "平日") || strings.HasSuffix(before, "受付時間") {
			continue
		}
		about := r.aboutOutage(i)
		if strings.Contains(words, "メンテナンス") && holds(words, "臨時", "定期", "計画") || holds(words, "計画停電", "問い合わせ", "問合せ") && !r.statesOut(iv.Range, i) {
			continue // what was planned, and when somebody answers
		}
		if !about && slices.ContainsFunc(openingHours, func(w string) bool { return strings.Contains(words, w) }) {
			continue
		}
		field, keyed := r.keyOf(iv.Range)
		keyed = keyed && field == "occurred"
		// Opening hours stand in lists of places and have no date; an
		// unavailability is dated, or its sentence speaks of it.
		dated := r.v.Moments[iv.From].Date >= 0
		switch {
		case service && (keyed || dated || about || iv.Kind == japanese.UntilRestore || !r.doc.Lines[r.doc.Sentences[i].Line].Item):
		case !service && (about || r.emergency(iv.Range, emergency)):
		default:
			continue
		}
		a, b := r.v.Clocks[r.v.Moments[iv.From].Clock], r.v.Clocks[r.v.Moments[iv.To].Clock]
		key := [2]int{a.Hour*60 + a.Minute, b.Hour*60 + b.Minute}
		if seen[key] {
			continue
		}
		seen[key] = true
		total += n
		times++
		longest = max(longest, n)
		if first.Len() == 0 {
			first = iv.Range
		}
	}
	if total == 0 {
		return 0, first, false
	}
	if times > 1 && !slices.ContainsFunc(repeated, func(w string) bool { return strings.Contains(r.text.Norm(), w) }) {
		total = longest
	}
	return total, first, true
}

// statesOut tells whether the words behind rg in sentence i say that something
// could not be used.
func (r *reading) statesOut(rg japanese.Range, i int) bool {
	_, after := r.around(rg, i)
	return holds(after, outWords...)
}

// emergency tells whether the key or the heading of rg names a maintenance that
// nobody had planned; said is whether the text speaks of such.
func (r *reading) emergency(rg japanese.Range, said bool) bool {
	title := ""
	if key, ok := r.keyAt(rg); ok {
		title = key
	} else if i := r.sentenceAt(rg.Start); i >= 0 {
		title = r.doc.Sections[r.doc.Sentences[i].Section].Title
	}
	return said && strings.Contains(title, "メンテナンス") || strings.Contains(title, "サービス停止") || strings.Contains(title, "停止期間") || strings.Contains(title, "停止時間")
}

// outageEnds finds the clock times at which the unavailability began and ended.
func (r *reading) outageEnds(service bool) (begin, end int, ok bool) {
	var events []outageEvent
	for i, m := range r.v.Moments {
		if m.Clock < 0 || !r.v.Clocks[m.Clock].Exact() || r.publishedSpan.Overlaps(m.Range) {
			continue
		}
		s := r.sentenceAt(m.Range.Start)
		if s < 0 || untold(r.zones[s]) {
			continue
		}
		if field, ok := r.keyOf(m.Range); ok {
			switch field {
			case "occurred":
				if !service {
					continue // when the defect was, not the unavailability
				}
				events = append(events, outageEvent{moment: i, keyed: true})
				continue
			case "restored", "ended":
				events = append(events, outageEvent{moment: i, ends: true, whole: true, keyed: true})
				continue
			}
		}
		at := r.viewAt(m.Range)
		stop := int32(len(r.view.runes))
		if i+1 < len(r.v.Moments) {
			stop = r.viewIndex(r.v.Moments[i+1].Range.Start)
		}
		title := r.doc.Sections[r.doc.Sentences[s].Section].Title
		rough := r.zones[s] == zoneTitle || strings.HasSuffix(r.words(m.Range), "前") || strings.HasSuffix(r.words(m.Range), "台") || strings.HasSuffix(r.words(m.Range), "過ぎ")
		before, after := r.around(m.Range, s)
		near, _, _ := strings.Cut(head(after, 24), "。")
		if still, _, _ := strings.Cut(near, "した"); holds(still, "目指", "見込", "予定", "見通し") || holds(title, "見込", "見通し", "予定") {
			continue // still to come
		}
		if startsWith(after, "になっても", "を過ぎても") && service {
			events = append(events, outageEvent{moment: i, keyed: true})
			continue
		}
		if startsWith(after, "まで") && holds(near, "続い", "続きま", "できな", "できません", "使え", "つなが", "止ま", "及") && !holds(near, "受け", "受付", "作業") && service {
			events = append(events, outageEvent{moment: i, ends: true, rough: rough})
			continue
		}
		if sentence := before + after; strings.Contains(sentence, "予定") && holds(sentence, "計画停電", "工事", "定期", "次回", "来月", "点検のため") && !holds(sentence, "予定どおり終", "の後、") {
			continue // what was planned anyway
		}
		if service && startsWith(after, "から順", "より順", "以降順", "から徐々", "から段階") {
			continue // the first of many
		}
		if w := r.words(r.doc.Sentences[s].Range); !r.aboutOutage(s) && slices.ContainsFunc(openingHours, func(o string) bool { return strings.Contains(w, o) }) && !r.has(s, groupOccurred) && !holds(near, "再開", "復旧", "回復") {
			continue // when somebody answers
		}
		kind := 0
		if rest := string(r.view.runes[at.end:min(int(at.end)+4, len(r.view.runes))]); strings.HasPrefix(rest, "0戸") || strings.HasPrefix(rest, "0軒") || strings.HasPrefix(rest, "0世帯") {
			events = append(events, outageEvent{moment: i, ends: true, whole: true, keyed: true}) // the last row of a table of households
			continue
		}
		for _, mt := range r.inSentence(s) {
			if mt.start < at.end || mt.start >= stop || mt.start-at.end > 60 {
				continue
			}
			c := r.cue(mt)
			switch {
			case c.group == groupTimeNot && mt.start-at.end <= 2 && strings.Contains(string(r.view.runes[mt.start:mt.end]), "現在"):
				kind = -1
			case kind < 0:
			case c.group == groupTimeRestored && r.polarity(mt) == japanese.Asserted:
				kind = 2
			case kind == 0 && (c.group == groupStopped || service && (c.group == groupOccurred || c.group == groupDetected || c.group == groupCategory && isOutage(c.code))):
				kind = 1
			}
		}
		if near := tail(before, 14); kind == 0 && (strings.HasSuffix(strings.TrimRight(near, "、"), "のは") || holds(near, "復旧の時刻は", "復旧時刻は", "復旧は")) { // 開けなくなったのは午前6時43分
			clause := strings.TrimRight(before, "、")
			if k := strings.LastIndex(clause, "。"); k >= 0 {
				clause = clause[k+len("。"):]
			}
			switch {
			case holds(tail(clause, 20), "復旧", "再開", "ようになったの", "ようになりましたの", "戻ったの", "解消", "回復", "収まったの", "直ったの", "着いたの", "終わったの", "終えたの"):
				if !holds(clause, "支払いが終わ", "会計が終わ") {
					kind = 2
				}
			case service && endsIn(clause, "たのは"):
				kind = 1
			}
		}
		if kind == 0 && service && (strings.Contains(before, "復旧の時刻は") || strings.Contains(before, "復旧時刻は")) {
			kind = 2 // one after the other
		}
		if kind == 0 && service { // 故障が起きたのは午前6時43分
			for _, mt := range r.inSentence(s) {
				if mt.end > at.start || at.start-mt.end > 12 || !strings.Contains(string(r.view.runes[mt.start:at.start]), "のは") {
					continue
				}
				switch c := r.cue(mt); {
				case c.group == groupTimeRestored:
					kind = 2
				case kind == 0 && (c.group == groupOccurred || c.group == groupCategory && isOutage(c.code)):
					kind = 1
				}
			}
		}
		words := r.words(r.doc.Sentences[s].Range)
		if kind == 1 || kind == 0 {
			if title := title; holds(title, "発生", "開始", "障害の") && kind == 1 {
				// 発生と復旧: its rows say which is which.
			} else if strings.Contains(title, "復旧") || strings.Contains(title, "通水") || strings.Contains(title, "解消") || strings.Contains(title, "再開") {
				kind = 2
			}
		}
		switch kind {
		case 1:
			events = append(events, outageEvent{moment: i, rough: rough})
		case 2:
			whole := false
			for _, w := range []string{"すべて", "全て", "全面", "全戸", "全世帯", "全線", "全台", "全機能", "全サーバ", "全域", "全地域", "完全", "全ての", "全回線", "全システム", "障害の終了", "全員"} {
				whole = whole || strings.Contains(words, w)
			}
			if strings.Contains(words, "のみ") || strings.Contains(words, "いったん") || strings.Contains(words, "一部") && !whole {
				continue
			}
			events = append(events, outageEvent{moment: i, ends: true, whole: whole, rough: rough})
		}
	}
	if r.goesOn() {
		events = slices.DeleteFunc(events, func(e outageEvent) bool { return e.ends && !e.keyed && !e.whole })
	}
	begin, end = -1, -1
	beginKeyed, beginRough := false, false
	for _, e := range events {
		if !e.ends && (begin < 0 || e.keyed && !beginKeyed || !e.rough && beginRough && !beginKeyed) {
			begin, beginKeyed, beginRough = e.moment, e.keyed, e.rough
		}
	}
	if begin < 0 {
		return 0, 0, false
	}
	best := -1
	for k, e := range events {
		if !e.ends {
			continue
		}
		if n, ok := r.v.MinutesBetween(begin, e.moment); !ok || n <= 0 || n > maxOutage {
			continue
		}
		if best < 0 || rank(e) > rank(events[best]) || rank(e) == rank(events[best]) && !e.keyed && !e.whole {
			best = k
		}
	}
	if best < 0 {
		return 0, 0, false
	}
	end = events[best].moment
	return begin, end, true
}

func rank(e outageEvent) int {
	n := 0
	switch {
	case e.keyed:
		n = 4
	case e.whole:
		n = 2
	}
	if e.rough {
		n--
	}
	return n
}

func isOutage(code string) bool {
	switch notice.Category(code) {
	case notice.SystemOutage, notice.DenialOfService, notice.EquipmentFailure:
		return true
	}
	return false
}
