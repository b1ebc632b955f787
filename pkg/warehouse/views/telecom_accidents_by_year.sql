SELECT year, synthetic, service, service_ja, service_en, count() AS notices, countIf(NOT follow_up) AS incidents,
    countIf(verdict = 'yes' AND NOT follow_up) AS serious, countIf(verdict = 'no' AND NOT follow_up) AS not_serious, serious + not_serious AS known,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM telecom_accidents
GROUP BY year, synthetic, service, service_ja, service_en
