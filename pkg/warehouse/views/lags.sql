-- What a follow-up tells of its own publication is no first disclosure.
WITH NOT follow_up AS first_told
SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(first_told) AS incidents,
    countIf(detection_days, first_told) AS detection_known, if(detection_known > 0, quantilesExactIf(0.5, 0.9)(detection_days, first_told)[1], NULL) AS detection_p50, if(detection_known > 0, quantilesExactIf(0.5, 0.9)(detection_days, first_told)[2], NULL) AS detection_p90,
    (incidents - detection_known) / nullIf(incidents, 0) AS detection_unknown_share,
    countIf(disclosure_days, first_told) AS disclosure_known, if(disclosure_known > 0, quantilesExactIf(0.5, 0.9)(disclosure_days, first_told)[1], NULL) AS disclosure_p50, if(disclosure_known > 0, quantilesExactIf(0.5, 0.9)(disclosure_days, first_told)[2], NULL) AS disclosure_p90,
    (incidents - disclosure_known) / nullIf(incidents, 0) AS disclosure_unknown_share,
    countIf(total_days, first_told) AS total_known, if(total_known > 0, quantilesExactIf(0.5, 0.9)(total_days, first_told)[1], NULL) AS total_p50, if(total_known > 0, quantilesExactIf(0.5, 0.9)(total_days, first_told)[2], NULL) AS total_p90,
    (incidents - total_known) / nullIf(incidents, 0) AS total_unknown_share
FROM incidents
GROUP BY year, synthetic, category
