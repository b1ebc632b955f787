SELECT toYear(first_published) AS year, synthetic, count() AS cases, sum(f.notices) AS notices, sum(f.follow_ups) AS follow_ups,
    quantileExactOrNull(0.5)(follow_up_days) AS days_p50, quantileExactOrNull(0.9)(follow_up_days) AS days_p90,
    count(people_growth) AS growth_known, quantileExactOrNull(0.5)(people_growth) AS growth_p50, quantileExactOrNull(0.9)(people_growth) AS growth_p90,
    (cases - growth_known) / cases AS unknown_share
FROM follow_ups AS f
GROUP BY year, synthetic
