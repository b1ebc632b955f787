-- The latest notice says what the organization is called and is.
SELECT any(organization_key) AS organization_key, synthetic, argMax(organization, moment) AS organization, argMax(sector, moment) AS sector,
    {{label "sector" "sector" "ja"}} AS sector_ja, {{label "sector" "sector" "en"}} AS sector_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, count(outage_minutes) AS known, sumOrNullIf(outage_minutes, NOT follow_up) AS minutes,
    quantileExactOrNull(0.5)(outage_minutes) AS median, maxOrNull(outage_minutes) AS max, min(published) AS first, max(published) AS last,
    (notices - known) / notices AS unknown_share
FROM incidents
WHERE category = 'system_outage' OR has(effects, 'availability') OR outage_minutes IS NOT NULL
GROUP BY organization_hash, synthetic
