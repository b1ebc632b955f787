-- Of incidents alone: what a follow-up tells of its own publication is no first disclosure.
SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS incidents,
    count(detection_days) AS detection_known, if(detection_known > 0, quantilesExact(0.5, 0.9)(detection_days)[1], NULL) AS detection_p50, if(detection_known > 0, quantilesExact(0.5, 0.9)(detection_days)[2], NULL) AS detection_p90,
    (incidents - detection_known) / incidents AS detection_unknown_share,
    count(disclosure_days) AS disclosure_known, if(disclosure_known > 0, quantilesExact(0.5, 0.9)(disclosure_days)[1], NULL) AS disclosure_p50, if(disclosure_known > 0, quantilesExact(0.5, 0.9)(disclosure_days)[2], NULL) AS disclosure_p90,
    (incidents - disclosure_known) / incidents AS disclosure_unknown_share,
    count(total_days) AS total_known, if(total_known > 0, quantilesExact(0.5, 0.9)(total_days)[1], NULL) AS total_p50, if(total_known > 0, quantilesExact(0.5, 0.9)(total_days)[2], NULL) AS total_p90,
    (incidents - total_known) / incidents AS total_unknown_share
FROM incidents
WHERE NOT follow_up
GROUP BY year, synthetic, category
