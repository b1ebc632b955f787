SELECT year, synthetic, category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    notices / sum(notices) OVER (PARTITION BY year, synthetic) AS share,
    sum(if(category = 'other', notices, 0)) OVER (PARTITION BY year, synthetic) / sum(notices) OVER (PARTITION BY year, synthetic) AS unknown_share
FROM incidents
GROUP BY year, synthetic, category
