WITH if(follow_up, 0, data_bits) AS told
SELECT year, synthetic, count() AS notices, countIf(NOT follow_up) AS incidents, countIf(told != 0) AS known,
    countIf({{sensitive "told"}}) AS sensitive, countIf({{financial "told"}}) AS financial,
    countIf({{has "told" "data_types" "credit_card" "security_code"}}) AS cards,
    sensitive / nullIf(known, 0) AS sensitive_share, financial / nullIf(known, 0) AS financial_share, cards / nullIf(known, 0) AS cards_share,
    (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM incidents
WHERE exposure IN ('confirmed', 'suspected') OR exposure IS NULL AND data_bits != 0
GROUP BY year, synthetic
