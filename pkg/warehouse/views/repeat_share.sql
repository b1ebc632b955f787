WITH (SELECT max(published) FROM notice_rows WHERE published <= toDate32(now('Asia/Tokyo'))) AS newest
SELECT synthetic, toUInt8(months) AS months,
    countIf(n >= 1 AND organization_hash > 1) AS organizations,
    countIf(n >= 2 AND organization_hash > 1) AS repeated,
    repeated / nullIf(organizations, 0) AS share,
    sum(n) AS incidents, sumIf(n, organization_hash > 1) AS known,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM (
    SELECT organization_hash, synthetic,
        countIf(NOT follow_up AND published > addMonths(newest, -12)) AS in_12,
        countIf(NOT follow_up) AS in_36
    FROM incidents
    WHERE published > addMonths(newest, -36) AND published <= newest
    GROUP BY organization_hash, synthetic)
ARRAY JOIN [12, 36] AS months, [in_12, in_36] AS n
GROUP BY synthetic, months
