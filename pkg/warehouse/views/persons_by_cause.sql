SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, count(people) AS known,
    sumOrNullIf(people, NOT follow_up) AS persons,
    if(known > 0, quantilesExact(0.5, 0.9)(people)[1], NULL) AS median, if(known > 0, quantilesExact(0.5, 0.9)(people)[2], NULL) AS p90, maxOrNull(people) AS max,
    (notices - known) / notices AS unknown_share
FROM incidents
GROUP BY year, synthetic, category
