-- Of incidents alone. The spans end with the newest notice that is not of the future, so
-- that a warehouse of old notices has its answer too. Organizations that are not named
-- are not counted. Counted by numbers first (moment holds the day), and then the latest
-- notice of each says what it is called and is: looked up in the table, for a filter by
-- what the moments are of already would copy the names of all notices. Two notices can
-- have one moment, so the organization is a key too.
WITH
    (SELECT max(published) FROM notice_rows WHERE published <= toDate32(now('Asia/Tokyo'))) AS newest,
    day -> bitShiftLeft(toUInt64(ifNull(toInt32(day), -25568) + 25568), 46) AS begins, -- the first moment of a day
    moment -> if(moment < begins(toDate32('1900-01-01')), NULL, toDate32(toInt32(bitShiftRight(moment, 46)) - 25568)) AS day_of,
    addDays(newest, 1) AS end,
    repeated AS (
        SELECT organization_hash, max(told.moment) AS moment, minIf(told.moment, told.moment >= begins(toDate32('1900-01-01'))) AS first_dated, count() AS incidents,
            countIf(told.moment >= begins(addDays(addMonths(newest, -12), 1)) AND told.moment < begins(end)) AS in_12_months,
            countIf(told.moment >= begins(addDays(addMonths(newest, -36), 1)) AND told.moment < begins(end)) AS in_36_months
        FROM incidents AS told
        WHERE organization_hash > 1 AND NOT follow_up
        GROUP BY organization_hash
        HAVING incidents >= 2)
SELECT organization_key, synthetic, organization, sector, ownership, repeated.incidents AS incidents,
    day_of(repeated.first_dated) AS first, day_of(repeated.moment) AS last,
    repeated.in_12_months AS in_12_months, repeated.in_36_months AS in_36_months
FROM notice_rows AS latest FINAL
GLOBAL ANY INNER JOIN repeated ON latest.moment = repeated.moment AND latest.organization_hash = repeated.organization_hash
