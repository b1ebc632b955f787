-- A case: the notices of one organization about one day of occurrence (or, where that is
-- not told, of detection), of which one at least is called an update or a final report.
-- Approximate: two incidents of one day are one case, and reports that tell different
-- days are not found. The keys are found first, by the key alone, so that names and
-- numbers are put together for the few that are cases. GLOBAL: over a cluster the set of
-- cases is made once. The latest notice says what the organization is called and is.
WITH
    followed AS (SELECT case_key FROM incidents WHERE stage IN ('update', 'final') AND case_key IS NOT NULL),
    told_again AS (SELECT case_key FROM incidents WHERE case_key GLOBAL IN followed GROUP BY case_key HAVING count() >= 2)
SELECT case_key, any(synthetic) AS synthetic, argMax(organization_key, moment) AS organization_key, argMax(organization, moment) AS organization, argMax(sector, moment) AS sector,
    argMax(coalesce(occurred_date, detected_date), moment) AS case_date, count() AS notices, countIf(stage IN ('update', 'final')) AS follow_ups,
    min(published) AS first_published, max(published) AS last_published, toInt32(dateDiff('day', first_published, last_published)) AS follow_up_days,
    CAST(countIf(stage = 'final') > 0, 'Bool') AS has_final,
    argMinOrNull(people, moment) AS first_people, argMaxOrNull(people, moment) AS last_people,
    if(first_people > 0, last_people / first_people, NULL) AS people_growth
FROM incidents
WHERE case_key GLOBAL IN told_again
GROUP BY case_key
HAVING notices >= 2
