SELECT year, synthetic, count() AS notices, countIf(NOT follow_up) AS incidents, count(jo_yen) AS known,
    sumOrNullIf(jo_yen, NOT follow_up) AS yen, quantileExactOrNull(0.5)(jo_yen) AS median, quantileExactOrNull(0.5)(jo_yen_per_person) AS median_per_person, maxOrNull(jo_yen) AS max,
    (notices - known) / notices AS unknown_share
FROM assumed_damage
GROUP BY year, synthetic
