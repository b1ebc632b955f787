WITH nullIf(sum(incidents) OVER (PARTITION BY year, synthetic), 0) AS of_the_year
SELECT year, synthetic, found_by, {{label "ifNull(found_by, 'unknown')" "found_by" "ja"}} AS found_by_ja, {{label "ifNull(found_by, 'unknown')" "found_by" "en"}} AS found_by_en,
    medium, {{label "ifNull(medium, 'unknown')" "medium" "ja"}} AS medium_ja, {{label "ifNull(medium, 'unknown')" "medium" "en"}} AS medium_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    incidents / of_the_year AS share,
    sum(if(found_by IS NULL, incidents, 0)) OVER (PARTITION BY year, synthetic) / of_the_year AS found_by_unknown_share,
    sum(if(medium IS NULL, incidents, 0)) OVER (PARTITION BY year, synthetic) / of_the_year AS medium_unknown_share
FROM incidents
GROUP BY year, synthetic, found_by, medium
