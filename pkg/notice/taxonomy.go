package notice

import "sync"

// The codes that stand in data and in subjects. A code is never renamed and
// never reused; labels may be improved. What each means when labelling by hand
// is written beside it.

type (
	// Category is what happened.
	Category string
	// Sector is what the publisher does.
	Sector string
	// DataType is a kind of personal data.
	DataType string
	// Effect is what suffered: VERIS calls it attribute.
	Effect string
	// OrganizationKind is what sort of body a publisher is.
	OrganizationKind string
	// ReportStage is where in a row of reports a notice stands.
	ReportStage string
	// Exposure is whether personal or confidential data got out.
	Exposure string
	// SecondaryDamage is whether misuse after the incident is known.
	SecondaryDamage string
	// FoundBy is who noticed the incident.
	FoundBy string
	// Medium is what the exposed data stood on.
	Medium string
	// Bound says how a number was qualified.
	Bound string
	// Severity is by the rule in pkg/classify's README.
	Severity string
	// Warning is a code for something a person should look at.
	Warning string
)

// Label names a code in the two languages of the dashboards.
type Label struct{ JA, EN string }

// The categories, one a notice.
const (
	UnauthorizedAccess    Category = "unauthorized_access"
	Malware               Category = "malware"
	DenialOfService       Category = "denial_of_service"
	Phishing              Category = "phishing"
	Misconfiguration      Category = "misconfiguration"
	Misdelivery           Category = "misdelivery"
	UnintendedPublication Category = "unintended_publication"
	Loss                  Category = "loss"
	Theft                 Category = "theft"
	InsiderMisuse         Category = "insider_misuse"
	SystemOutage          Category = "system_outage"
	SoftwareDefect        Category = "software_defect"
	ProcessingError       Category = "processing_error"
	DataLoss              Category = "data_loss"
	Vulnerability         Category = "vulnerability"
	EquipmentFailure      Category = "equipment_failure"
	Other                 Category = "other"
)

// TSRGroup is one of the four groups in which Tokyo Shoko Research counts the
// incidents of listed companies. Empty: it does not count such incidents.
type TSRGroup string

// Tokyo Shoko Research's groups.
const (
	TSRMalwareAndAccess TSRGroup = "malware_unauthorized_access" // ウイルス感染・不正アクセス
	TSRMistake          TSRGroup = "misdisplay_missending"       // 誤表示・誤送信
	TSRLoss             TSRGroup = "loss_disposal"               // 紛失・誤廃棄
	TSRTheft            TSRGroup = "theft_misuse"                // 不正持ち出し・盗難
)

// CategoryInfo describes a category and where it stands in the models of others.
type CategoryInfo struct {
	Code  Category
	Label Label
	// VERISAction and VERISVariety are the action and its variety in the VERIS
	// model; empty variety: several are possible.
	VERISAction, VERISVariety string
	TSR                       TSRGroup
}

// Categories lists every category, in the order they are shown.
func Categories() []CategoryInfo {
	return []CategoryInfo{
		{UnauthorizedAccess, Label{"不正アクセス", "unauthorized access"}, "hacking", "", TSRMalwareAndAccess},
		{Malware, Label{"マルウェア", "malware"}, "malware", "", TSRMalwareAndAccess},
		{DenialOfService, Label{"サービス妨害", "denial of service"}, "hacking", "DoS", ""},
		{Phishing, Label{"なりすまし・フィッシング", "impersonation and phishing"}, "social", "Phishing", TSRMalwareAndAccess},
		{Misconfiguration, Label{"設定不備", "misconfiguration"}, "error", "Misconfiguration", TSRMistake},
		{Misdelivery, Label{"誤送付・誤送信", "misdelivery"}, "error", "Misdelivery", TSRMistake},
		{UnintendedPublication, Label{"誤公開", "unintended publication"}, "error", "Publishing error", TSRMistake},
		{Loss, Label{"紛失・誤廃棄", "loss and mistaken disposal"}, "error", "Loss", TSRLoss},
		{Theft, Label{"盗難", "theft"}, "physical", "Theft", TSRTheft},
		{InsiderMisuse, Label{"内部不正", "insider misuse"}, "misuse", "", TSRTheft},
		{SystemOutage, Label{"システム障害", "system outage"}, "error", "Malfunction", ""},
		{SoftwareDefect, Label{"システム不具合", "software defect"}, "error", "Programming error", TSRMistake},
		{ProcessingError, Label{"事務処理ミス", "processing error"}, "error", "Data entry error", ""},
		{DataLoss, Label{"データ消失", "data loss"}, "error", "", ""},
		{Vulnerability, Label{"脆弱性", "vulnerability"}, "", "", ""},
		{EquipmentFailure, Label{"設備不備", "equipment failure"}, "error", "Malfunction", ""},
		{Other, Label{"その他", "other"}, "unknown", "", ""},
	}
}

// The sectors, one a publisher.
const (
	GovernmentNational   Sector = "government_national"
	GovernmentLocal      Sector = "government_local"
	Education            Sector = "education"
	MedicalWelfare       Sector = "medical_welfare"
	FinanceInsurance     Sector = "finance_insurance"
	Telecom              Sector = "telecom"
	ITServices           Sector = "it_services"
	Media                Sector = "media"
	TransportLogistics   Sector = "transport_logistics"
	Utilities            Sector = "utilities"
	Manufacturing        Sector = "manufacturing"
	Construction         Sector = "construction"
	RetailWholesale      Sector = "retail_wholesale"
	RealEstate           Sector = "real_estate"
	AccommodationFood    Sector = "accommodation_food"
	EntertainmentSports  Sector = "entertainment_sports"
	ProfessionalServices Sector = "professional_services"
	Associations         Sector = "associations"
	AgricultureMining    Sector = "agriculture_mining"
	OtherSector          Sector = "other"
)

// SectorInfo describes a sector and the major divisions of the Japan Standard
// Industrial Classification that it covers.
type SectorInfo struct {
	Code  Sector
	Label Label
	JSIC  []string
}

// Sectors lists every sector, in the order they are shown.
func Sectors() []SectorInfo {
	return []SectorInfo{
		{GovernmentNational, Label{"国・中央省庁", "national government"}, []string{"S"}},
		{GovernmentLocal, Label{"地方公共団体", "local government"}, []string{"S"}},
		{Education, Label{"教育", "education"}, []string{"O"}},
		{MedicalWelfare, Label{"医療・福祉", "medical and welfare"}, []string{"P"}},
		{FinanceInsurance, Label{"金融・保険", "finance and insurance"}, []string{"J"}},
		{Telecom, Label{"通信", "telecommunications"}, []string{"G"}},
		{ITServices, Label{"情報サービス", "IT services"}, []string{"G"}},
		{Media, Label{"メディア", "media"}, []string{"G"}},
		{TransportLogistics, Label{"運輸・物流", "transport and logistics"}, []string{"H"}},
		{Utilities, Label{"電気・ガス・水道", "utilities"}, []string{"F"}},
		{Manufacturing, Label{"製造", "manufacturing"}, []string{"E"}},
		{Construction, Label{"建設", "construction"}, []string{"D"}},
		{RetailWholesale, Label{"小売・卸売", "retail and wholesale"}, []string{"I"}},
		{RealEstate, Label{"不動産", "real estate"}, []string{"K"}},
		{AccommodationFood, Label{"宿泊・飲食", "accommodation and food"}, []string{"M"}},
		{EntertainmentSports, Label{"娯楽・スポーツ・旅行", "entertainment, sports and travel"}, []string{"N"}},
		{ProfessionalServices, Label{"専門サービス", "professional services"}, []string{"L", "R"}},
		{Associations, Label{"団体・組合", "associations"}, []string{"Q", "R"}},
		{AgricultureMining, Label{"農林水産・鉱業", "agriculture and mining"}, []string{"A", "B", "C"}},
		{OtherSector, Label{"その他", "other"}, []string{"T"}},
	}
}

// The kinds of personal data.
const (
	DataName            DataType = "name"
	DataAddress         DataType = "address"
	DataPhone           DataType = "phone"
	DataEmail           DataType = "email"
	DataBirthdate       DataType = "birthdate"
	DataGender          DataType = "gender"
	DataAge             DataType = "age"
	DataCreditCard      DataType = "credit_card"
	DataSecurityCode    DataType = "security_code"
	DataBankAccount     DataType = "bank_account"
	DataPassword        DataType = "password"
	DataMyNumber        DataType = "my_number"
	DataHealth          DataType = "health"
	DataIDDocument      DataType = "id_document"
	DataEmployment      DataType = "employment"
	DataSchoolRecord    DataType = "school_record"
	DataIncome          DataType = "income"
	DataFamily          DataType = "family"
	DataLocation        DataType = "location"
	DataDeviceID        DataType = "device_id"
	DataVehicleID       DataType = "vehicle_id"
	DataPurchaseHistory DataType = "purchase_history"
	DataPhoto           DataType = "photo"
	DataMemberID        DataType = "member_id"
	DataIPAddress       DataType = "ip_address"
	DataOther           DataType = "other"
)

// DataTypeInfo describes a kind of personal data.
type DataTypeInfo struct {
	Code  DataType
	Label Label
	// Sensitive marks special-care data (要配慮個人情報) and what the Act's
	// enforcement rules treat like it: one person is enough to report.
	Sensitive bool
	// Financial marks data whose leak risks damage to property.
	Financial bool
}

// DataTypes lists every kind of personal data, in the order they are shown.
func DataTypes() []DataTypeInfo {
	return []DataTypeInfo{
		{Code: DataName, Label: Label{"氏名", "name"}},
		{Code: DataAddress, Label: Label{"住所", "address"}},
		{Code: DataPhone, Label: Label{"電話番号", "phone number"}},
		{Code: DataEmail, Label: Label{"メールアドレス", "e-mail address"}},
		{Code: DataBirthdate, Label: Label{"生年月日", "date of birth"}},
		{Code: DataGender, Label: Label{"性別", "gender"}},
		{Code: DataAge, Label: Label{"年齢", "age"}},
		{Code: DataCreditCard, Label: Label{"クレジットカード情報", "credit card"}, Financial: true},
		{Code: DataSecurityCode, Label: Label{"セキュリティコード", "security code"}, Financial: true},
		{Code: DataBankAccount, Label: Label{"口座情報", "bank account"}, Financial: true},
		{Code: DataPassword, Label: Label{"パスワード", "password"}, Financial: true},
		{Code: DataMyNumber, Label: Label{"マイナンバー", "Individual Number"}},
		{Code: DataHealth, Label: Label{"健康・医療情報", "health"}, Sensitive: true},
		{Code: DataIDDocument, Label: Label{"本人確認書類", "identity document"}},
		{Code: DataEmployment, Label: Label{"勤務先・職歴", "employment"}},
		{Code: DataSchoolRecord, Label: Label{"成績・学籍", "school record"}},
		{Code: DataIncome, Label: Label{"所得・資産", "income and assets"}},
		{Code: DataFamily, Label: Label{"家族", "family"}},
		{Code: DataLocation, Label: Label{"位置情報", "location"}},
		{Code: DataDeviceID, Label: Label{"端末識別情報", "device id"}},
		{Code: DataVehicleID, Label: Label{"車両識別情報", "vehicle id"}},
		{Code: DataPurchaseHistory, Label: Label{"購入履歴", "purchase history"}},
		{Code: DataPhoto, Label: Label{"顔写真・画像", "photo"}},
		{Code: DataMemberID, Label: Label{"会員番号・ID", "member id"}},
		{Code: DataIPAddress, Label: Label{"IPアドレス", "IP address"}},
		{Code: DataOther, Label: Label{"その他", "other"}},
	}
}

// What suffered: the three attributes of VERIS (possession, authenticity and
// utility folded into them).
const (
	Confidentiality Effect = "confidentiality" // data could be seen by those who must not
	Integrity       Effect = "integrity"       // data or processing became wrong
	Availability    Effect = "availability"    // a service or data could not be used
)

// Kinds of organization.
const (
	KindCompany      OrganizationKind = "company"
	KindMinistry     OrganizationKind = "ministry" // ministries, agencies and other national bodies
	KindPrefecture   OrganizationKind = "prefecture"
	KindMunicipality OrganizationKind = "municipality" // cities, wards, towns, villages and their offices
	KindPublicBody   OrganizationKind = "public_body"  // independent administrative agencies, police, public corporations
	KindSchool       OrganizationKind = "school"
	KindHospital     OrganizationKind = "hospital"
	KindAssociation  OrganizationKind = "association"
	KindOther        OrganizationKind = "other"
)

// Where a notice stands in a row of reports.
const (
	StageFirst    ReportStage = "first"
	StageUpdate   ReportStage = "update"
	StageFinal    ReportStage = "final"
	StageRestored ReportStage = "restored"
)

// Whether data got out; null when it is not a matter of data.
const (
	ExposureConfirmed Exposure = "confirmed" // a fact
	ExposureSuspected Exposure = "suspected" // おそれ, 可能性, 否定できない
	ExposureDenied    Exposure = "denied"    // explicitly not leaked
)

// Whether misuse is known; null when the notice does not say.
const (
	SecondaryNoneFound SecondaryDamage = "none_found"
	SecondaryFound     SecondaryDamage = "found"
)

// Who noticed the incident; null when the notice does not say.
const (
	FoundByStaff      FoundBy = "staff"      // somebody of the organization, at work
	FoundByMonitoring FoundBy = "monitoring" // a system that watches: alerts, virus scanners, logs that are watched
	FoundByAudit      FoundBy = "audit"      // an inspection, an audit, a stocktaking
	FoundByAffected   FoundBy = "affected"   // persons affected, and those who received or saw what they should not have
	FoundByContractor FoundBy = "contractor" // the contractor reported it
	FoundByOutside    FoundBy = "outside"    // anybody else: police, researchers, card companies, finders, the press
)

// What exposed data stood on; null when it is not a matter of data, or not told.
const (
	MediumPaper      Medium = "paper"
	MediumElectronic Medium = "electronic"
	MediumBoth       Medium = "both"
)

// How a number was qualified.
const (
	BoundExact   Bound = "exact"
	BoundApprox  Bound = "approx"   // 約, およそ, 程度
	BoundAtMost  Bound = "at_most"  // 最大, 以下
	BoundAtLeast Bound = "at_least" // 以上, 少なくとも
)

// The severities, from least to worst.
const (
	SeverityInfo     Severity = "info"
	SeverityMinor    Severity = "minor"
	SeverityModerate Severity = "moderate"
	SeverityMajor    Severity = "major"
	SeverityCritical Severity = "critical"
)

// Warnings a classification can carry.
const (
	// WarnTitleBodyMismatch: the headline speaks of something else than the
	// body; the body was believed.
	WarnTitleBodyMismatch Warning = "title_body_mismatch"
	// WarnInvalidUTF8: bytes that are not UTF-8 were replaced.
	WarnInvalidUTF8 Warning = "invalid_utf8"
	// WarnNotJapanese: hardly any Japanese was found, so little can be read.
	WarnNotJapanese Warning = "not_japanese"
	// WarnImpossibleDate: a date that does not exist stands in the text.
	WarnImpossibleDate Warning = "impossible_date"
	// WarnSumMismatch: a total is told with its items, and they add up to
	// another number; the told total was believed.
	WarnSumMismatch Warning = "sum_mismatch"
)

// Valid says whether c is a known code.
func (c Category) Valid() bool { return validCategories()[c] }

// Valid says whether s is a known code.
func (s Sector) Valid() bool { return validSectors()[s] }

// Valid says whether s is a known code.
func (s Severity) Valid() bool {
	switch s {
	case SeverityInfo, SeverityMinor, SeverityModerate, SeverityMajor, SeverityCritical:
		return true
	}
	return false
}

// Valid says whether d is a known code.
func (d DataType) Valid() bool { return validDataTypes()[d] }

// Every message that is loaded is asked for its codes.
var (
	validCategories = sync.OnceValue(func() map[Category]bool {
		return codes(Categories(), func(i CategoryInfo) Category { return i.Code })
	})
	validSectors = sync.OnceValue(func() map[Sector]bool {
		return codes(Sectors(), func(i SectorInfo) Sector { return i.Code })
	})
	validDataTypes = sync.OnceValue(func() map[DataType]bool {
		return codes(DataTypes(), func(i DataTypeInfo) DataType { return i.Code })
	})
)

func codes[I any, C comparable](list []I, code func(I) C) map[C]bool {
	known := make(map[C]bool, len(list))
	for _, info := range list {
		known[code(info)] = true
	}
	return known
}
