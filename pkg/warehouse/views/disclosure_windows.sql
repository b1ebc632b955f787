SELECT year, synthetic, ppc_class, {{label "toString(ppc_class)" "ppc_class" "ja"}} AS ppc_class_ja, {{label "toString(ppc_class)" "ppc_class" "en"}} AS ppc_class_en,
    count() AS notices, count(disclosure_days) AS known,
    countIf(disclosure_window = 'within_5') AS within_5, countIf(disclosure_window = '6_30') AS from_6_to_30,
    countIf(disclosure_window = '31_60') AS from_31_to_60, countIf(disclosure_window = 'over_60') AS over_60,
    countIf(within_final) AS within_final,
    (notices - known) / notices AS unknown_share
FROM reportable
-- 0: every reportable one, once; 5: whether it is reportable cannot be told
ARRAY JOIN multiIf(notEmpty(ppc_classes), arrayConcat([0], ppc_classes), reportable IS NULL, [5], []) AS ppc_class
GROUP BY year, synthetic, ppc_class
