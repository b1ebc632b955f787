SELECT year, synthetic, ownership, {{label "ifNull(ownership, 'unknown')" "ownership" "ja"}} AS ownership_ja, {{label "ifNull(ownership, 'unknown')" "ownership" "en"}} AS ownership_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    countIf(category IN ('misdelivery', 'unintended_publication', 'loss', 'processing_error')) AS clerical, clerical / notices AS clerical_share,
    count(people) AS known, sumOrNullIf(people, NOT follow_up) AS persons, quantileExactOrNull(0.5)(people) AS median,
    (notices - known) / notices AS unknown_share
FROM incidents
GROUP BY year, synthetic, ownership
