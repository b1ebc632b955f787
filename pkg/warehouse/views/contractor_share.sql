SELECT year, synthetic, sector, {{label "sector" "sector" "ja"}} AS sector_ja, {{label "sector" "sector" "en"}} AS sector_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, countIf(contractor_involved) AS contractor_caused, contractor_caused / notices AS share,
    countIf(contractor_involved AND contractor IS NOT NULL) AS named, if(contractor_caused > 0, (contractor_caused - named) / contractor_caused, NULL) AS unknown_share
FROM incidents
GROUP BY year, synthetic, sector
