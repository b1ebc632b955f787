-- The spans end with the newest notice that is not of the future, so that a warehouse
-- of old notices has its answer too. Organizations that are not named are not counted.
-- max where notices differ about its name or sector: one of them, always the same, and a
-- fifth of the time that the latest one's would take.
WITH (SELECT max(published) FROM notice_rows WHERE published <= toDate32(now('Asia/Tokyo'))) AS newest
SELECT any(organization_key) AS organization_key, synthetic, max(organization) AS organization, max(sector) AS sector, max(ownership) AS ownership,
    count() AS notices, countIf(NOT follow_up) AS incidents, min(published) AS first, max(published) AS last,
    countIf(NOT follow_up AND published > addMonths(newest, -12) AND published <= newest) AS in_12_months,
    countIf(NOT follow_up AND published > addMonths(newest, -36) AND published <= newest) AS in_36_months
FROM incidents
WHERE organization_hash != 0
GROUP BY organization_hash, synthetic
HAVING incidents >= 2
