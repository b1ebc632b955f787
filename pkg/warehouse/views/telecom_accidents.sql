-- What service it was, a notice's reading does not tell, so every outage is held against
-- every service's thresholds of its day. A span or a number too small decides alone.
WITH outages AS (
    SELECT *, coalesce(occurred_date, published) AS day
    FROM incidents
    WHERE sector = 'telecom' AND (outage_minutes IS NOT NULL OR has(effects, 'availability') OR category = 'system_outage'))
SELECT
    notice_id, title, url, published, year, month, synthetic, follow_up, organization, organization_key, severity,
    outage_minutes, outage_text, people, people_bound, people_text,
    service, {{label "service" "telecom_service" "ja"}} AS service_ja, {{label "service" "telecom_service" "en"}} AS service_en,
    arraySort(groupArray((min_minutes, min_users))) AS thresholds,
    CAST(max(ifNull(outage_minutes >= min_minutes AND people >= min_users, false)), 'Bool') AS met,
    -- met by one alternative, or failed by all
    multiIf(met, 'yes', min(ifNull(outage_minutes < min_minutes OR people < min_users, false)), 'no', 'unknown') AS verdict
FROM outages
CROSS JOIN telecom_thresholds
WHERE ifNull(day >= valid_from, valid_to IS NULL) AND (valid_to IS NULL OR ifNull(day <= valid_to, false))
GROUP BY notice_id, title, url, published, year, month, synthetic, follow_up, organization, organization_key, severity,
    outage_minutes, outage_text, people, people_bound, people_text, service
