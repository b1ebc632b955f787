-- Incidents with personal data; those that do not say which kinds are in no row's
-- incidents and in unknown_share. Counted by the set of kinds first, and by kind then.
WITH sets AS (
    SELECT year, synthetic, data_bits, count() AS n, countIf(NOT follow_up) AS first_told,
        sum(first_told) OVER (PARTITION BY year, synthetic) AS all_incidents, sum(if(data_bits = 0, 0, first_told)) OVER (PARTITION BY year, synthetic) AS all_known
    FROM incidents
    WHERE exposure IN ('confirmed', 'suspected') OR exposure IS NULL AND data_bits != 0
    GROUP BY year, synthetic, data_bits)
SELECT year, synthetic, toLowCardinality(kind) AS data_type, {{label "data_type" "data_type" "ja"}} AS data_type_ja, {{label "data_type" "data_type" "en"}} AS data_type_en,
    CAST({{sensitive (bits "data_types" "[data_type]")}}, 'Bool') AS sensitive, CAST({{financial (bits "data_types" "[data_type]")}}, 'Bool') AS financial, CAST(data_type IN ('credit_card', 'security_code'), 'Bool') AS card,
    sum(n) AS notices, sum(first_told) AS incidents, any(all_known) AS known, incidents / nullIf(known, 0) AS share, (any(all_incidents) - known) / nullIf(any(all_incidents), 0) AS unknown_share
FROM sets
ARRAY JOIN {{codes "data_types" "data_bits"}} AS kind
GROUP BY year, synthetic, data_type
