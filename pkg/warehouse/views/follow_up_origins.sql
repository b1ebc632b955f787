-- Whether the report that a follow-up follows is stored too, told by the case: one
-- organization and one day. Incidents are counted by their first reports, so those of
-- which only follow-ups are stored are in no count; they are at most alone.
WITH
    followed AS (SELECT case_key FROM incidents WHERE follow_up AND case_key IS NOT NULL),
    first_told AS (SELECT case_key FROM incidents WHERE NOT follow_up AND case_key GLOBAL IN followed)
SELECT year, synthetic, count() AS notices, countIf(case_key GLOBAL IN first_told) AS followed, countIf(case_key GLOBAL NOT IN first_told) AS alone,
    followed + alone AS known, (notices - known) / notices AS unknown_share
FROM incidents
WHERE follow_up
GROUP BY year, synthetic
