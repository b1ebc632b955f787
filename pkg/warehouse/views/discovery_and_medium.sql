SELECT year, synthetic, found_by, {{label "ifNull(found_by, 'unknown')" "found_by" "ja"}} AS found_by_ja, {{label "ifNull(found_by, 'unknown')" "found_by" "en"}} AS found_by_en,
    medium, {{label "ifNull(medium, 'unknown')" "medium" "ja"}} AS medium_ja, {{label "ifNull(medium, 'unknown')" "medium" "en"}} AS medium_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    notices / sum(notices) OVER (PARTITION BY year, synthetic) AS share,
    sum(if(found_by IS NULL, notices, 0)) OVER (PARTITION BY year, synthetic) / sum(notices) OVER (PARTITION BY year, synthetic) AS found_by_unknown_share,
    sum(if(medium IS NULL, notices, 0)) OVER (PARTITION BY year, synthetic) / sum(notices) OVER (PARTITION BY year, synthetic) AS medium_unknown_share
FROM incidents
GROUP BY year, synthetic, found_by, medium
