WITH if(follow_up, NULL, people) AS told
SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, count(told) AS known,
    sumOrNull(told) AS persons,
    if(known > 0, quantilesExact(0.5, 0.9)(told)[1], NULL) AS median, if(known > 0, quantilesExact(0.5, 0.9)(told)[2], NULL) AS p90, maxOrNull(told) AS max,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM incidents
GROUP BY year, synthetic, category
