-- The latest notice says what the organization is called and is. All that it says is one
-- text until then, for each that argMax keeps costs as much as all numbers together.
WITH if(follow_up, NULL, outage_minutes) AS told,
    splitByChar('\n', argMax(concat(n.sector, '\n', ifNull(n.organization_key, ''), '\n', ifNull(n.organization, '')), moment), 3) AS says
SELECT nullIf(says[2], '') AS organization_key, any(synthetic) AS synthetic, nullIf(says[3], '') AS organization, toLowCardinality(says[1]) AS sector,
    {{label "sector" "sector" "ja"}} AS sector_ja, {{label "sector" "sector" "en"}} AS sector_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, count(told) AS known, sumOrNull(told) AS minutes,
    quantileExactOrNull(0.5)(told) AS median, maxOrNull(told) AS max, min(published) AS first, max(published) AS last,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM incidents AS n
WHERE category = 'system_outage' OR {{has "effect_bits" "effects" "availability"}} OR outage_minutes IS NOT NULL
GROUP BY organization_hash
