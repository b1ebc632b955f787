WITH if(follow_up, NULL, people) AS told
SELECT year, synthetic, ownership, {{label "ifNull(ownership, 'unknown')" "ownership" "ja"}} AS ownership_ja, {{label "ifNull(ownership, 'unknown')" "ownership" "en"}} AS ownership_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    countIf(NOT follow_up AND category IN ('misdelivery', 'unintended_publication', 'loss', 'processing_error')) AS clerical, clerical / nullIf(incidents, 0) AS clerical_share,
    count(told) AS known, sumOrNull(told) AS persons, quantileExactOrNull(0.5)(told) AS median,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM incidents
GROUP BY year, synthetic, ownership
