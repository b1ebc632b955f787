-- A case: the notices of one organization about one day of occurrence (or, where that is
-- not told, of detection), of which one at least is called an update or a final report.
-- Approximate: two incidents of one day are one case, and reports that tell different
-- days are not found. GLOBAL: over a cluster the set of cases is made once.
SELECT case_key, synthetic, any(organization_key) AS organization_key, any(organization) AS organization, any(sector) AS sector,
    any(coalesce(occurred_date, detected_date)) AS case_date, count() AS notices, countIf(stage IN ('update', 'final')) AS follow_ups,
    min(published) AS first_published, max(published) AS last_published, toInt32(dateDiff('day', first_published, last_published)) AS follow_up_days,
    CAST(countIf(stage = 'final') > 0, 'Bool') AS has_final,
    argMinOrNull(people, published) AS first_people, argMaxOrNull(people, published) AS last_people,
    if(first_people > 0, last_people / first_people, NULL) AS people_growth
FROM incidents
WHERE case_key GLOBAL IN (SELECT case_key FROM incidents WHERE stage IN ('update', 'final') AND case_key IS NOT NULL)
GROUP BY case_key, synthetic
HAVING notices >= 2
