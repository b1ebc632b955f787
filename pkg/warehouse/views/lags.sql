-- What a follow-up tells of its own publication is no first disclosure.
WITH if(follow_up, NULL, detection_days) AS detection, if(follow_up, NULL, disclosure_days) AS disclosure, if(follow_up, NULL, total_days) AS total
SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    count(detection) AS detection_known, if(detection_known > 0, quantilesExact(0.5, 0.9)(detection)[1], NULL) AS detection_p50, if(detection_known > 0, quantilesExact(0.5, 0.9)(detection)[2], NULL) AS detection_p90,
    (incidents - detection_known) / nullIf(incidents, 0) AS detection_unknown_share,
    count(disclosure) AS disclosure_known, if(disclosure_known > 0, quantilesExact(0.5, 0.9)(disclosure)[1], NULL) AS disclosure_p50, if(disclosure_known > 0, quantilesExact(0.5, 0.9)(disclosure)[2], NULL) AS disclosure_p90,
    (incidents - disclosure_known) / nullIf(incidents, 0) AS disclosure_unknown_share,
    count(total) AS total_known, if(total_known > 0, quantilesExact(0.5, 0.9)(total)[1], NULL) AS total_p50, if(total_known > 0, quantilesExact(0.5, 0.9)(total)[2], NULL) AS total_p90,
    (incidents - total_known) / nullIf(incidents, 0) AS total_unknown_share
FROM incidents
GROUP BY year, synthetic, category
