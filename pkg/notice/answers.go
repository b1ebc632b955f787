package notice

// Answers is what a reader should find in a notice, one value a field: the labels
// that a person gave it, or what a synthetic one was made from. Null and empty mean
// that the text does not say.
type Answers struct {
	IsIncident      bool             `json:"is_incident"`
	Category        Category         `json:"category"`
	Also            []Category       `json:"also"`
	Sector          Sector           `json:"sector"`
	People          *int64           `json:"people"`
	PeopleBound     *Bound           `json:"people_bound"`
	Records         *int64           `json:"records"`
	OutageMinutes   *int64           `json:"outage_minutes"`
	Occurred        *string          `json:"occurred"` // YYYY-MM-DD, or YYYY-MM
	Detected        *string          `json:"detected"` // YYYY-MM-DD, or YYYY-MM
	Exposure        *Exposure        `json:"exposure"`
	DataTypes       []DataType       `json:"data_types"`
	Stage           *ReportStage     `json:"stage"`
	Contractor      bool             `json:"contractor"`
	SecondaryDamage *SecondaryDamage `json:"secondary_damage"`
}
