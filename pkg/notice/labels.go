package notice

// Labelled is a code with its labels and what it is a code of.
type Labelled struct {
	// Kind is the field's name, in the singular: category, sector, data_type, …
	Kind, Code string
	Label      Label
}

// Labels lists the labels of every code, kind by kind, in the order they are
// shown.
func Labels() []Labelled {
	var out []Labelled
	for _, c := range Categories() {
		out = append(out, Labelled{"category", string(c.Code), c.Label})
	}
	for _, s := range Sectors() {
		out = append(out, Labelled{"sector", string(s.Code), s.Label})
	}
	for _, d := range DataTypes() {
		out = append(out, Labelled{"data_type", string(d.Code), d.Label})
	}
	return append(out, []Labelled{
		{"tsr_group", string(TSRMalwareAndAccess), Label{"ウイルス感染・不正アクセス", "malware and unauthorized access"}},
		{"tsr_group", string(TSRMistake), Label{"誤表示・誤送信", "mistaken display and sending"}},
		{"tsr_group", string(TSRLoss), Label{"紛失・誤廃棄", "loss and mistaken disposal"}},
		{"tsr_group", string(TSRTheft), Label{"不正持ち出し・盗難", "theft and misuse"}},

		{"effect", string(Confidentiality), Label{"機密性", "confidentiality"}},
		{"effect", string(Integrity), Label{"完全性", "integrity"}},
		{"effect", string(Availability), Label{"可用性", "availability"}},

		{"organization_kind", string(KindCompany), Label{"企業", "company"}},
		{"organization_kind", string(KindMinistry), Label{"国の機関", "national body"}},
		{"organization_kind", string(KindPrefecture), Label{"都道府県", "prefecture"}},
		{"organization_kind", string(KindMunicipality), Label{"市区町村", "municipality"}},
		{"organization_kind", string(KindPublicBody), Label{"公的機関", "public body"}},
		{"organization_kind", string(KindSchool), Label{"学校", "school"}},
		{"organization_kind", string(KindHospital), Label{"病院", "hospital"}},
		{"organization_kind", string(KindAssociation), Label{"団体", "association"}},
		{"organization_kind", string(KindOther), Label{"その他", "other"}},

		{"stage", string(StageFirst), Label{"第一報", "first report"}},
		{"stage", string(StageUpdate), Label{"続報", "update"}},
		{"stage", string(StageFinal), Label{"最終報", "final report"}},
		{"stage", string(StageRestored), Label{"復旧", "restored"}},

		{"exposure", string(ExposureConfirmed), Label{"漏えいあり", "confirmed"}},
		{"exposure", string(ExposureSuspected), Label{"漏えいのおそれ", "suspected"}},
		{"exposure", string(ExposureDenied), Label{"漏えいなし", "denied"}},

		{"secondary_damage", string(SecondaryNoneFound), Label{"二次被害は確認されず", "none found"}},
		{"secondary_damage", string(SecondaryFound), Label{"二次被害あり", "found"}},

		{"found_by", string(FoundByStaff), Label{"職員・従業員", "staff"}},
		{"found_by", string(FoundByMonitoring), Label{"監視・検知", "monitoring"}},
		{"found_by", string(FoundByAudit), Label{"点検・監査", "inspection or audit"}},
		{"found_by", string(FoundByAffected), Label{"本人・受け取った人", "persons affected"}},
		{"found_by", string(FoundByContractor), Label{"委託先", "contractor"}},
		{"found_by", string(FoundByOutside), Label{"外部", "others outside"}},

		{"medium", string(MediumPaper), Label{"紙", "paper"}},
		{"medium", string(MediumElectronic), Label{"電子", "electronic"}},
		{"medium", string(MediumBoth), Label{"紙と電子", "paper and electronic"}},

		{"bound", string(BoundExact), Label{"ちょうど", "exact"}},
		{"bound", string(BoundApprox), Label{"約", "about"}},
		{"bound", string(BoundAtMost), Label{"最大", "at most"}},
		{"bound", string(BoundAtLeast), Label{"以上", "at least"}},

		{"severity", string(SeverityInfo), Label{"情報", "info"}},
		{"severity", string(SeverityMinor), Label{"軽微", "minor"}},
		{"severity", string(SeverityModerate), Label{"中程度", "moderate"}},
		{"severity", string(SeverityMajor), Label{"重大", "major"}},
		{"severity", string(SeverityCritical), Label{"極めて重大", "critical"}},

		{"warning", string(WarnTitleBodyMismatch), Label{"見出しと本文の食い違い", "headline and body disagree"}},
		{"warning", string(WarnInvalidUTF8), Label{"文字化け", "invalid UTF-8"}},
		{"warning", string(WarnNotJapanese), Label{"日本語でない", "not Japanese"}},
		{"warning", string(WarnImpossibleDate), Label{"存在しない日付", "impossible date"}},
		{"warning", string(WarnSumMismatch), Label{"合計と内訳の食い違い", "total and items disagree"}},
	}...)
}
