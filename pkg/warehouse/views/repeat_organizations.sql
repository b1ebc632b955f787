-- The spans end with the newest notice that is not of the future, so that a warehouse
-- of old notices has its answer too. Organizations that are not named are not counted.
WITH (SELECT max(published) FROM notices WHERE published <= toDate32(now('Asia/Tokyo'))) AS newest,
    (published, notice_id) AS moment -- the latest notice says what the organization is called and is
SELECT organization_key, synthetic, argMax(organization, moment) AS organization, argMax(sector, moment) AS sector, argMax(ownership, moment) AS ownership,
    count() AS notices, countIf(NOT follow_up) AS incidents, min(published) AS first, max(published) AS last,
    countIf(NOT follow_up AND published > addMonths(newest, -12) AND published <= newest) AS in_12_months,
    countIf(NOT follow_up AND published > addMonths(newest, -36) AND published <= newest) AS in_36_months
FROM incidents
WHERE organization_key IS NOT NULL
GROUP BY organization_key, synthetic
HAVING incidents >= 2
