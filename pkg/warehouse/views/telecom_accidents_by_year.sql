SELECT year, synthetic, service, service_ja, service_en, count() AS notices, countIf(NOT follow_up) AS incidents,
    countIf(verdict = 'yes') AS serious, countIf(verdict = 'no') AS not_serious, countIf(verdict != 'unknown') AS known,
    (notices - known) / notices AS unknown_share
FROM telecom_accidents
GROUP BY year, synthetic, service, service_ja, service_en
