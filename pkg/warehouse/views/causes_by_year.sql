WITH nullIf(sum(incidents) OVER (PARTITION BY year, synthetic), 0) AS of_the_year
SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    incidents / of_the_year AS share,
    sum(if(category = 'other', incidents, 0)) OVER (PARTITION BY year, synthetic) / of_the_year AS unknown_share
FROM incidents
GROUP BY year, synthetic, category
