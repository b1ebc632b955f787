-- What service it was, a notice's reading does not tell, so every outage is held against
-- every service's thresholds of its day; one alternative met is enough, and a span or a
-- number too small decides alone. The thresholds come as an array a service: nothing is
-- grouped, so that only the columns that are asked for are read.
SELECT
    notice_id, title, url, published, year, month, synthetic, follow_up, category, category_ja, category_en,
    sector, sector_ja, sector_en, organization, organization_key, ownership, severity,
    outage_minutes, outage_text, people, people_bound, people_text, moment,
    service, {{label "service" "telecom_service" "ja"}} AS service_ja, {{label "service" "telecom_service" "en"}} AS service_en,
    arraySort(arrayMap(t -> (t.1, t.2), arrayFilter(
        t -> ifNull(coalesce(occurred_date, published) >= t.3, t.4 IS NULL) AND (t.4 IS NULL OR ifNull(coalesce(occurred_date, published) <= t.4, false)), alternatives))) AS thresholds,
    CAST(arrayExists(t -> ifNull(outage_minutes >= t.1 AND people >= t.2, false), thresholds), 'Bool') AS met,
    multiIf(met, 'yes', arrayAll(t -> ifNull(outage_minutes < t.1 OR people < t.2, false), thresholds), 'no', 'unknown') AS verdict
FROM incidents
CROSS JOIN (SELECT service, groupArray((min_minutes, min_users, valid_from, valid_to)) AS alternatives FROM telecom_thresholds GROUP BY service) AS services
WHERE sector = 'telecom' AND (outage_minutes IS NOT NULL OR {{has "effect_bits" "effects" "availability"}} OR category = 'system_outage') AND notEmpty(thresholds)
