-- The spans end with the newest notice that is not of the future, so that a warehouse
-- of old notices has its answer too. Organizations that are not named are not counted.
WITH (SELECT max(published) FROM notices WHERE published <= toDate32(now('Asia/Tokyo'))) AS newest
SELECT organization_key, synthetic, any(organization) AS organization, any(sector) AS sector, any(ownership) AS ownership,
    count() AS notices, countIf(NOT follow_up) AS incidents, min(published) AS first, max(published) AS last,
    countIf(NOT follow_up AND published > addMonths(newest, -12) AND published <= newest) AS in_12_months,
    countIf(NOT follow_up AND published > addMonths(newest, -36) AND published <= newest) AS in_36_months
FROM incidents
WHERE organization_key IS NOT NULL
GROUP BY organization_key, synthetic
HAVING incidents >= 2
