SELECT year, synthetic, count() AS notices, countIf(data_bits != 0) AS known,
    countIf({{sensitive "data_bits"}}) AS sensitive, countIf({{financial "data_bits"}}) AS financial,
    countIf({{has "data_bits" "data_types" "credit_card" "security_code"}}) AS cards,
    if(known > 0, sensitive / known, NULL) AS sensitive_share, if(known > 0, financial / known, NULL) AS financial_share, if(known > 0, cards / known, NULL) AS cards_share,
    (notices - known) / notices AS unknown_share
FROM incidents
WHERE exposure IN ('confirmed', 'suspected') OR exposure IS NULL AND data_bits != 0
GROUP BY year, synthetic
