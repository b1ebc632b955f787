package classify

import (
	"slices"
	"strings"

	"owabi/pkg/japanese"
	"owabi/pkg/notice"
)

// leaks is what the notice says about data getting out: the first place of
// each way of saying it, in what leads the notice and in the rest.
type leaks struct {
	confirmed, suspected, denied          *match
	leadConfirmed, leadSuspected          *match
	seenSuspected, seenDenied, seenStated *match
	handed                                *match
}

func (r *reading) findLeaks() leaks {
	var l leaks
	set := func(p **match, m match) {
		if *p == nil {
			*p = &m
		}
	}
	for _, m := range r.matches {
		c := r.cue(m)
		if c.group != groupLeak {
			continue
		}
		z := r.zones[m.sentence]
		if z == zonePrevention || z == zoneContact || z == zoneGreeting || z == zoneBackground || z == zoneRequest || r.isTopic(m) || r.elsewhere(m) {
			continue
		}
		p := r.polarity(m)
		lead := z == zoneTitle || z == zoneLead
		switch c.code {
		case "exposure.leak", "exposure.taken":
			switch p {
			case japanese.Asserted:
				if z == zoneDamage {
					continue
				}
				set(&l.confirmed, m)
				if lead {
					set(&l.leadConfirmed, m)
				}
			case japanese.Possible, japanese.Negligible:
				set(&l.suspected, m)
				if lead {
					set(&l.leadSuspected, m)
				}
			case japanese.Denied:
				set(&l.denied, m)
			}
		case "exposure.doubt":
			set(&l.suspected, m)
		case "exposure.seen":
			switch p {
			case japanese.Asserted:
				set(&l.seenStated, m)
			case japanese.Possible, japanese.Negligible:
				set(&l.seenSuspected, m)
			case japanese.Denied:
				if w := r.words(r.doc.Sentences[m.sentence].Range); strings.Contains(w, "閲覧され") || strings.Contains(w, "第三者") || strings.Contains(w, "外部") || strings.Contains(w, "実際に") || strings.Contains(w, "痕跡") || strings.Contains(w, "形跡") || strings.Contains(w, "記録") {
					set(&l.seenDenied, m)
				}
			}
		case "exposure.handed":
			if p == japanese.Asserted {
				set(&l.handed, m)
			}
		}
	}
	return l
}

// elsewhere tells whether the words at m speak of somebody else's leak.
func (r *reading) elsewhere(m match) bool {
	for _, o := range r.inSentence(int(m.sentence)) {
		if r.cue(o).group == groupLeakElsewhere && o.start < m.end && m.start < o.end {
			return true
		}
	}
	return false
}

// readExposure decides whether data got out. What a leak is depends on what
// happened: handing papers to the wrong person is one in itself, losing them a
// possible one.
func (r *reading) readExposure() {
	l := r.findLeaks()
	personal, hasPersonal := match{}, false
	r.each(groupPersonal, func(m match) {
		z := r.zones[m.sentence]
		if !hasPersonal && z != zonePrevention && z != zoneContact && z != zoneGreeting && z != zoneRequest && r.polarity(m) != japanese.Denied {
			personal, hasPersonal = m, true
		}
	})
	data := r.seen[groupDataAlone] > 0 && hasPersonal
	var noLeak *match
	r.each(groupNotLeaked, func(m match) {
		if z := r.zones[m.sentence]; (noLeak == nil || r.cue(m).id == "exposure.certain") && z != zonePrevention && z != zoneContact {
			noLeak = &m
		}
	})
	pick := func(e notice.Exposure, ms ...*match) {
		r.out.Impact.Exposure = &e
		for _, m := range ms {
			if m != nil {
				r.evidence("impact.exposure", r.cue(*m).id, r.rangeOf(*m))
				return
			}
		}
		if hasPersonal {
			r.evidence("impact.exposure", "exposure.by_category", r.rangeOf(personal))
		}
	}
	if noLeak != nil && r.cue(*noLeak).id == "exposure.certain" && l.leadConfirmed == nil {
		switch r.out.Category {
		case notice.Misdelivery, notice.UnintendedPublication, notice.InsiderMisuse:
		default:
			pick(notice.ExposureDenied, noLeak)
			return
		}
	}
	switch r.out.Category {
	case notice.Misdelivery, notice.UnintendedPublication, notice.InsiderMisuse:
		switch {
		case l.confirmed == nil && l.leadSuspected != nil && r.out.Category == notice.UnintendedPublication:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case data || hasPersonal || l.confirmed != nil:
			pick(notice.ExposureConfirmed, l.confirmed, l.handed, l.seenStated)
		case l.suspected != nil:
			pick(notice.ExposureSuspected, l.suspected)
		}
	case notice.Loss, notice.Theft:
		switch {
		case data || hasPersonal || l.suspected != nil || l.confirmed != nil:
			pick(notice.ExposureSuspected, l.suspected, l.confirmed)
		case l.denied != nil || noLeak != nil:
			pick(notice.ExposureDenied, l.denied, noLeak)
		}
	case notice.Misconfiguration:
		switch {
		case l.leadSuspected != nil:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case l.seenDenied != nil || l.denied != nil && l.confirmed == nil:
			pick(notice.ExposureSuspected, l.seenDenied, l.denied)
		case l.seenSuspected != nil && l.leadConfirmed == nil:
			pick(notice.ExposureSuspected, l.seenSuspected)
		case l.confirmed != nil || l.seenStated != nil:
			pick(notice.ExposureConfirmed, l.confirmed, l.seenStated)
		case data || hasPersonal:
			pick(notice.ExposureSuspected, l.suspected)
		}
	case notice.SoftwareDefect:
		defect := false
		r.each(groupCategory, func(m match) { defect = defect || r.cue(m).id == "defect.display" })
		switch {
		case l.leadSuspected != nil:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case l.confirmed != nil:
			pick(notice.ExposureConfirmed, l.confirmed)
		case defect && (data || hasPersonal) && l.seenStated != nil:
			pick(notice.ExposureConfirmed, l.seenStated)
		case l.suspected != nil:
			pick(notice.ExposureSuspected, l.suspected)
		case noLeak != nil:
			pick(notice.ExposureDenied, noLeak)
		}
	default:
		intrusion := r.out.Category == notice.UnauthorizedAccess || r.out.Category == notice.Malware || r.out.Category == notice.Phishing
		switch {
		case l.leadSuspected != nil:
			pick(notice.ExposureSuspected, l.leadSuspected)
		case l.leadConfirmed != nil:
			pick(notice.ExposureConfirmed, l.leadConfirmed)
		case l.suspected != nil && intrusion:
			pick(notice.ExposureSuspected, l.suspected)
		case l.confirmed != nil && intrusion:
			pick(notice.ExposureConfirmed, l.confirmed)
		case l.seenSuspected != nil && intrusion:
			pick(notice.ExposureSuspected, l.seenSuspected)
		case l.denied != nil || noLeak != nil:
			pick(notice.ExposureDenied, l.denied, noLeak)
		case l.suspected != nil:
			pick(notice.ExposureSuspected, l.suspected)
		}
	}
}

// unheardOf is the logarithm of the share of an answer that no notice taught.
const unheardOf = -7

// hearExposure weighs the rules' answer, none included, against the model's: that
// of its ranker, and that of its head, which reads the whole notice.
func (r *reading) hearExposure() {
	var aside []float64
	if h, log, ok := r.ask(fieldExposure); ok {
		aside = make([]float64, len(exposureVerdict.answers))
		for a, answer := range exposureVerdict.answers {
			aside[a] = unheardOf
			if i := h.label(answer); i >= 0 {
				aside[a] = log[i]
			}
		}
	}
	settle(r, exposureVerdict, &r.out.Impact.Exposure, r.rules.hearing.Exposure, aside)
}

// readSecondaryDamage decides whether misuse is known: the rules' answer against
// the model's, where any sentence speaks of misuse.
func (r *reading) readSecondaryDamage() {
	r.ruleSecondaryDamage()
	spoken := false
	r.secondarySentences(func(int) { spoken = true })
	if !spoken {
		return
	}
	ruled := text((*string)(r.out.Impact.SecondaryDamage))
	settle(r, secondaryVerdict, &r.out.Impact.SecondaryDamage, r.rules.hearing.Secondary[ruled], nil)
}

// ruleSecondaryDamage is what the rules say of it.
func (r *reading) ruleSecondaryDamage() {
	set := func(d notice.SecondaryDamage, m match) {
		r.out.Impact.SecondaryDamage = &d
		r.evidence("impact.secondary_damage", r.cue(m).id, r.rangeOf(m))
	}
	var found *match
	asked := -1 // the last sentence that named a misuse
	for i := range r.doc.Sentences {
		if z := r.zones[i]; z == zoneContact || z == zoneGreeting {
			continue
		}
		var topic *match
		none := false
		var damage *match
		matches := r.inSentence(i)
		for k := range matches {
			m := &matches[k]
			switch r.cue(*m).group {
			case groupSecondaryTopic:
				topic = m
			case groupSecondaryNone:
				if topic != nil && m.start >= topic.start && m.start-topic.end <= 40 {
					none = true
				}
			case groupSecondaryFound:
				damage = m
			}
		}
		if r.zones[i] == zoneDamage && topic == nil { // under a heading that names the misuse
			if m, ok := r.first(i, groupSecondaryNone); ok {
				set(notice.SecondaryNoneFound, m)
				return
			}
		}
		if topic == nil && asked >= 0 && i-asked <= 2 {
			words := r.words(r.doc.Sentences[i].Range)
			if m, ok := r.first(i, groupSecondaryNone); ok && refersBack(words, r.words(r.doc.Sentences[asked].Range)) {
				set(notice.SecondaryNoneFound, m)
				return
			}
		}
		if topic != nil {
			asked = i
		}
		if none && topic != nil && !r.physical() {
			set(notice.SecondaryNoneFound, *topic)
			return
		}
		if damage != nil && strings.Contains(r.words(r.doc.Sentences[i].Range), "予想され") {
			continue
		}
		if damage != nil && found == nil && r.zones[i] != zonePrevention {
			reported := r.reportedBy(*damage)
			if reported || r.zones[i] != zoneRequest && r.polarity(*damage) == japanese.Asserted {
				found = damage
			}
		}
	}
	switch r.out.Category {
	case notice.UnauthorizedAccess, notice.Malware, notice.Phishing, notice.Misconfiguration, notice.UnintendedPublication,
		notice.Misdelivery, notice.Loss, notice.Theft, notice.InsiderMisuse:
		if found != nil && r.secondHand(*found) {
			set(notice.SecondaryFound, *found)
		}
	}
}

// refersBack tells whether words answer or point to what was said before:
// 悪用された例はありますか。― そうした報告は受けていません。
func refersBack(words, before string) bool {
	for _, w := range [...]string{"そうした", "そのような", "こうした", "このような", "その種の"} {
		if strings.Contains(words, w) {
			return true
		}
	}
	before = strings.TrimRight(before, " 。")
	return strings.HasSuffix(before, "?") || strings.HasSuffix(before, "か")
}

// reportedBy tells whether people have reported the damage at m, whatever the
// predicate before the report says: 振り込んだのに届かないとのお申し出を頂戴しています.
func (r *reading) reportedBy(m match) bool {
	words := r.words(r.doc.Sentences[m.sentence].Range)
	at := strings.Index(words, r.words(r.rangeOf(m)))
	if at < 0 {
		return false
	}
	after := words[at:]
	for _, by := range [...]string{"との", "という", "お客様が", "お客さまが", "方が", "受けたと"} {
		_, rest, ok := strings.Cut(after, by)
		if !ok {
			continue
		}
		for _, w := range [...]string{"いただいて", "いただきま", "頂戴", "寄せられて", "寄せられた", "寄せられま", "ありました", "あった", "いらっしゃいま", "受けております", "受けています"} {
			if strings.Contains(rest, w) && !strings.Contains(rest, "場合") && !strings.Contains(rest, "ことは") {
				return true
			}
		}
	}
	return false
}

// physical tells an event whose damage is none to data: 健康被害, 人への被害.
func (r *reading) physical() bool {
	return r.out.Category == notice.EquipmentFailure || r.out.Category == notice.Other
}

// secondHand tells damage done with the data from the incident itself, which is
// called 被害 as well.
func (r *reading) secondHand(m match) bool {
	words := string(r.view.runes[m.start:m.end])
	switch {
	case r.out.Category == notice.Phishing: // whoever fell for it is the damage, but for the publisher's own staff
		text := r.text.Norm()
		return !strings.Contains(text, "サポート詐欺") && !strings.Contains(text, "遠隔操作")
	case len(words) >= len("被害が") && words[:len("被害")] == "被害":
		return false
	}
	return true
}

// sufferedByExposure adds confidentiality to what suffered where data got out,
// whatever the category is.
func (r *reading) sufferedByExposure() {
	e := r.out.Impact.Exposure
	if e == nil || *e != notice.ExposureConfirmed || slices.Contains(r.out.Effects, notice.Confidentiality) {
		return
	}
	r.out.Effects = append([]notice.Effect{notice.Confidentiality}, r.out.Effects...)
}
