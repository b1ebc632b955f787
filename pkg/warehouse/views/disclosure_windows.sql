-- Counted by the set of classes and by window first, and by class then. A follow-up is
-- no first disclosure, whenever it was published.
SELECT year, synthetic, ppc_class, {{label "toString(ppc_class)" "ppc_class" "ja"}} AS ppc_class_ja, {{label "toString(ppc_class)" "ppc_class" "en"}} AS ppc_class_en,
    sum(n) AS notices, sumIf(n, NOT follow_up) AS incidents, sumIf(n, window > 0) AS known,
    sumIf(n, window = 1) AS within_5, sumIf(n, window = 2) AS from_6_to_30, sumIf(n, window = 3) AS from_31_to_60, sumIf(n, window = 4) AS over_60,
    sumIf(n, sets.within_final) AS within_final,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM (
    SELECT year, synthetic, follow_up,
        -- a bit each; 0: every reportable one, once; 5: whether it is reportable cannot be told
        multiIf(ifNull(reportable, false), 1 + 2 * ifNull(ppc_sensitive, false) + 4 * ifNull(ppc_financial, false) + 8 * ifNull(ppc_wrongful, false) + 16 * ifNull(ppc_over_limit, false),
            reportable IS NULL, 32, 0) AS classes,
        multiIf(follow_up OR disclosure_days IS NULL, 0, disclosure_days <= 5, 1, disclosure_days <= 30, 2, disclosure_days <= 60, 3, 4) AS window,
        ifNull(disclosure_days <= final_days, false) AND NOT follow_up AS within_final,
        count() AS n
    FROM reportable
    GROUP BY year, synthetic, follow_up, classes, window, within_final) AS sets
ARRAY JOIN bitPositionsToArray(classes) AS class
GROUP BY year, synthetic, toUInt8(class) AS ppc_class
