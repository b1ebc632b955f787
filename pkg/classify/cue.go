package classify

import "slices"

// zone is what a sentence's place in the notice is for.
type zone uint8

const (
	zoneBody zone = iota // anywhere else
	zoneTitle
	zoneLead     // the first sentences, which say what happened
	zoneOverview // 概要, 経緯
	zoneCause
	zoneImpact // 影響, 対象, 件数
	zoneData   // what was in it
	zoneDamage // 二次被害
	zoneResponse
	zoneRequest
	zonePrevention
	zoneContact
	zoneGreeting
	zoneBackground // others' incidents, explanations
	zones
)

var zoneNames = [zones]string{"body", "title", "lead", "overview", "cause", "impact", "data", "damage",
	"response", "request", "prevention", "contact", "greeting", "background"}

func (z zone) String() string { return zoneNames[z] }

func parseZone(s string) (zone, bool) {
	i := slices.Index(zoneNames[:], s)
	return zone(max(i, 0)), i >= 0
}

// group says which question a cue helps to answer.
type group uint8

const (
	groupNone group = iota
	groupCategory
	groupTopicAfter
	groupPurposeAfter
	groupSectorName
	groupSectorText
	groupData
	groupDataNot
	groupDataBeside
	groupDataAlone
	groupHeading
	groupSentenceZone
	groupIncidentFor
	groupIncidentAgainst
	groupIncidentFrame
	groupIncidentTold
	groupIncidentFault
	groupIncidentPlan
	groupLeak
	groupLost
	groupPersonal
	groupNotLeaked
	groupLeakElsewhere
	groupSecondaryTopic
	groupSecondaryNone
	groupSecondaryFound
	groupStageMark
	groupRestored
	groupOngoing
	groupDone
	groupMore
	groupOpen
	groupContractor
	groupContractorNot
	groupOccurred
	groupDetected
	groupTimeRestored
	groupStopped
	groupEnded
	groupTimeNot
	groupAffected
	groupAffectedNoun
	groupStaff
	groupSeenBy
	groupExcluded
	groupRecordsNoun
	groupNotAffected
	groupWhole
	groupSetting
	groupUncounted
	groupReported
	groupFoundBy
	groupMedium
	groups
)

// cue is one rule: patterns, what they speak for, and how loudly.
type cue struct {
	group  group
	code   string // category, sector, kind of data, stage, zone: what it speaks for
	id     string
	weight float64
	zones  uint32 // bit set; 0 is every zone
	anyhow bool   // counts however it is stated: its words hold the negation
	place  string // file:line, for error messages
}

func (c *cue) countsIn(z zone) bool { return c.zones == 0 || c.zones&(1<<z) != 0 }
