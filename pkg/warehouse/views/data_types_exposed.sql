-- Notices about personal data; those that do not say which kinds are in no row's
-- notices and in unknown_share.
WITH matters AS (SELECT year, synthetic, follow_up, data_types FROM incidents WHERE exposure IN ('confirmed', 'suspected') OR exposure IS NULL AND notEmpty(data_types))
SELECT types.year AS year, types.synthetic AS synthetic, data_type, {{label "data_type" "data_type" "ja"}} AS data_type_ja, {{label "data_type" "data_type" "en"}} AS data_type_en,
    CAST(has({{sensitive}}, data_type), 'Bool') AS sensitive, CAST(has({{financial}}, data_type), 'Bool') AS financial, CAST(data_type IN ('credit_card', 'security_code'), 'Bool') AS card,
    types.notices AS notices, known, types.notices / known AS share, (all_notices - known) / all_notices AS unknown_share
FROM (SELECT year, synthetic, data_type, count() AS notices FROM matters ARRAY JOIN data_types AS data_type GROUP BY year, synthetic, data_type) AS types
INNER JOIN (SELECT year, synthetic, count() AS all_notices, countIf(notEmpty(data_types)) AS known FROM matters GROUP BY year, synthetic) AS totals
    ON types.year <=> totals.year AND types.synthetic = totals.synthetic
