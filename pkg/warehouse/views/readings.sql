-- A reading is the latest when the facts came from it.
SELECT
    notice_id, synthetic, publisher, title, published, is_incident, category, also, effects, sector, jsic,
    organization, organization_key, organization_kind, prefecture, contractor_involved, contractor, stage,
    people, people_bound, people_unit, people_text, records, records_bound, records_unit, records_text,
    outage_minutes, outage_text, exposure, data_types, secondary_damage, found_by, medium,
    occurred, ended, detected, restored, severity, confidence, warnings,
    evidence.field, evidence.rule, evidence.text, evidence.start_rune, evidence.end_rune,
    classifier_version, rules_sha256, classified_at,
    CAST(classified_at = max(classified_at) OVER (PARTITION BY notice_id), 'Bool') AS latest
FROM reading_rows FINAL
