SELECT month, year, synthetic, sector, {{label "sector" "sector" "ja"}} AS sector_ja, {{label "sector" "sector" "en"}} AS sector_en,
    category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents
FROM incidents
GROUP BY month, year, synthetic, sector, category
