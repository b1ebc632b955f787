SELECT notice_id, synthetic, classifier_version, classified_at,
    `evidence.field` AS field, `evidence.rule` AS rule, `evidence.text` AS text, `evidence.start_rune` AS start_rune, `evidence.end_rune` AS end_rune
FROM readings
ARRAY JOIN `evidence.field`, `evidence.rule`, `evidence.text`, `evidence.start_rune`, `evidence.end_rune`
WHERE latest
