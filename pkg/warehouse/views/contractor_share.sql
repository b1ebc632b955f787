SELECT year, synthetic, sector, {{label "sector" "sector" "ja"}} AS sector_ja, {{label "sector" "sector" "en"}} AS sector_en,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    countIf(contractor_involved AND NOT follow_up) AS contractor_caused, contractor_caused / nullIf(incidents, 0) AS share,
    countIf(contractor_involved AND contractor IS NOT NULL AND NOT follow_up) AS named, (contractor_caused - named) / nullIf(contractor_caused, 0) AS unknown_share
FROM incidents
GROUP BY year, synthetic, sector
