-- The spans end with the newest notice that is not of the future, so that a warehouse
-- of old notices has its answer too. Organizations that are not named are not counted.
-- moment holds the day. The latest notice says what the organization is called and is,
-- and all that it says is one text until then, for each that argMax keeps costs as much as
-- all numbers together.
WITH
    (SELECT max(published) FROM notice_rows WHERE published <= toDate32(now('Asia/Tokyo'))) AS newest,
    day -> bitShiftLeft(toUInt64(ifNull(toInt32(day), -25568) + 25568), 46) AS begins, -- the first moment of a day
    moment -> if(moment < begins(toDate32('1900-01-01')), NULL, toDate32(toInt32(bitShiftRight(moment, 46)) - 25568)) AS day_of,
    addDays(newest, 1) AS end,
    splitByChar('\n', argMax(concat(n.sector, '\n', ifNull(n.ownership, ''), '\n', ifNull(n.organization_key, ''), '\n', ifNull(n.organization, '')), n.moment), 4) AS says
SELECT nullIf(says[3], '') AS organization_key, any(synthetic) AS synthetic, nullIf(says[4], '') AS organization, toLowCardinality(says[1]) AS sector, toLowCardinality(nullIf(says[2], '')) AS ownership,
    count() AS notices, countIf(NOT follow_up) AS incidents,
    day_of(minIf(n.moment, n.moment >= begins(toDate32('1900-01-01')))) AS first, day_of(max(n.moment)) AS last,
    countIf(NOT follow_up AND n.moment >= begins(addDays(addMonths(newest, -12), 1)) AND n.moment < begins(end)) AS in_12_months,
    countIf(NOT follow_up AND n.moment >= begins(addDays(addMonths(newest, -36), 1)) AND n.moment < begins(end)) AS in_36_months
FROM incidents AS n
WHERE organization_hash > 1
GROUP BY organization_hash
HAVING incidents >= 2
