-- By the name as the notices write it; who is told to be involved and not named cannot be joined.
SELECT contractor, synthetic, uniqExact(organization_key) AS organizations, count() AS notices, countIf(NOT follow_up) AS incidents,
    count(people) AS known, sumOrNullIf(people, NOT follow_up) AS persons, min(published) AS first, max(published) AS last,
    (notices - known) / notices AS unknown_share
FROM incidents
WHERE contractor_involved AND contractor IS NOT NULL
GROUP BY contractor, synthetic
