SELECT year, synthetic, count() AS notices, countIf(notEmpty(data_types)) AS known,
    countIf(hasAny(data_types, {{sensitive}})) AS sensitive, countIf(hasAny(data_types, {{financial}})) AS financial,
    countIf(hasAny(data_types, ['credit_card', 'security_code'])) AS cards,
    if(known > 0, sensitive / known, NULL) AS sensitive_share, if(known > 0, financial / known, NULL) AS financial_share, if(known > 0, cards / known, NULL) AS cards_share,
    (notices - known) / notices AS unknown_share
FROM incidents
WHERE exposure IN ('confirmed', 'suspected') OR exposure IS NULL AND notEmpty(data_types)
GROUP BY year, synthetic
