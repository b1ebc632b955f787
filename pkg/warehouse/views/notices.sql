-- The latest reading of every notice: FINAL shows one row for each key before any merge.
SELECT
    notice_id, caller_id, source, url, heading, lang, synthetic, publisher, title, published,
    toYear(published) AS year,
    -- Date32, for toStartOfMonth would fold years before 1970 into 1970
    addDays(published, 1 - toDayOfMonth(published)) AS month,
    fetched_at, is_incident,
    category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    also, effects,
    sector, {{label "sector" "sector" "ja"}} AS sector_ja, {{label "sector" "sector" "en"}} AS sector_en,
    jsic, organization, organization_key, organization_kind, prefecture,
    ownership,
    contractor_involved, contractor, stage,
    CAST(ifNull(stage IN ('update', 'final'), false), 'Bool') AS follow_up,
    people, people_bound, people_unit, people_text,
    multiIf(people IS NULL, 'unknown', people < 100, 'lt_100', people < 1000, '100_999', people < 10000, '1000_9999',
        people < 100000, '10000_99999', people < 1000000, '100000_999999', 'ge_1000000') AS size_band,
    records, records_bound, records_unit, records_text,
    outage_minutes, outage_text, exposure, data_types, secondary_damage, found_by, medium,
    occurred, occurred_date, ended, ended_date, detected, detected_date, restored, restored_date,
    -- A span that would be negative was misread or miswritten: it is not known.
    if(occurred_date <= detected_date, toInt32(dateDiff('day', occurred_date, detected_date)), NULL) AS detection_days,
    if(detected_date <= published, toInt32(dateDiff('day', detected_date, published)), NULL) AS disclosure_days,
    if(occurred_date <= published, toInt32(dateDiff('day', occurred_date, published)), NULL) AS total_days,
    {{tsrGroup "category"}} AS tsr_group,
    severity, {{label "severity" "severity" "ja"}} AS severity_ja, {{label "severity" "severity" "en"}} AS severity_en,
    {{position "severity" "severity"}} AS severity_level,
    confidence, warnings, case_key, organization_hash, moment, data_bits, category_bits, effect_bits, classifier_version, rules_sha256, classified_at
FROM notice_rows FINAL
