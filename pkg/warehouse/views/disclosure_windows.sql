-- Counted by the set of classes first, a bit each, and by class then. A follow-up is no
-- first disclosure, whenever it was published.
WITH if(follow_up, NULL, disclosure_days) AS days
SELECT year, synthetic, ppc_class, {{label "toString(ppc_class)" "ppc_class" "ja"}} AS ppc_class_ja, {{label "toString(ppc_class)" "ppc_class" "en"}} AS ppc_class_en,
    sum(sets.notices) AS notices, sum(sets.incidents) AS incidents, sum(sets.known) AS known,
    sum(sets.within_5) AS within_5, sum(sets.from_6_to_30) AS from_6_to_30, sum(sets.from_31_to_60) AS from_31_to_60, sum(sets.over_60) AS over_60,
    sum(sets.within_final) AS within_final,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM (
    SELECT year, synthetic,
        -- 0: every reportable one, once; 5: whether it is reportable cannot be told
        multiIf(ifNull(reportable, false), 1 + 2 * ifNull(ppc_sensitive, false) + 4 * ifNull(ppc_financial, false) + 8 * ifNull(ppc_wrongful, false) + 16 * ifNull(ppc_over_limit, false),
            reportable IS NULL, 32, 0) AS classes,
        count() AS notices, countIf(NOT follow_up) AS incidents, count(days) AS known,
        countIf(days <= 5) AS within_5, countIf(days BETWEEN 6 AND 30) AS from_6_to_30,
        countIf(days BETWEEN 31 AND 60) AS from_31_to_60, countIf(days > 60) AS over_60,
        countIf(days <= final_days) AS within_final
    FROM reportable
    GROUP BY year, synthetic, classes) AS sets
ARRAY JOIN bitPositionsToArray(classes) AS class
GROUP BY year, synthetic, toUInt8(class) AS ppc_class
