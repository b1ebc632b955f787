-- By the name as the notices write it; who is told to be involved and not named cannot
-- be joined. An organization was hit whichever of its notices names the contractor.
WITH if(follow_up, NULL, people) AS told
SELECT contractor, synthetic, uniqExactIf(organization_hash, organization_hash > 1) AS organizations, count() AS notices, countIf(NOT follow_up) AS incidents,
    count(told) AS known, sumOrNull(told) AS persons, min(published) AS first, max(published) AS last,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM incidents
WHERE contractor_involved AND contractor IS NOT NULL
GROUP BY contractor, synthetic
