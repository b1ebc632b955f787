WITH if(follow_up, NULL, jo_yen) AS told
SELECT year, synthetic, count() AS notices, countIf(NOT follow_up) AS incidents, count(told) AS known,
    sumOrNull(told) AS yen, quantileExactOrNull(0.5)(told) AS median, quantileExactOrNull(0.5)(if(follow_up, NULL, jo_yen_per_person)) AS median_per_person, maxOrNull(told) AS max,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM assumed_damage
GROUP BY year, synthetic
