-- Three-valued: false AND NULL is false, true AND NULL is NULL. Data that were not
-- exposed make no class; a number that is not told leaves class 4 open.
WITH
    (SELECT max(more_than) FROM ppc_rules WHERE ppc_class = 4 AND ownership = 'public') AS public_limit,
    (SELECT max(more_than) FROM ppc_rules WHERE ppc_class = 4 AND ownership = 'private') AS private_limit,
    (SELECT min(valid_from) FROM ppc_rules) AS duty_from,
    multiIf(exposure IN ('confirmed', 'suspected'), true, exposure = 'denied', false, NULL) AS exposed
SELECT
    notice_id, title, url, published, year, month, synthetic, follow_up, stage, category, category_ja, category_en,
    sector, sector_ja, sector_en, organization, organization_key, ownership, severity, exposure, data_types,
    people, people_bound, people_text, occurred_date, detected_date, moment,
    CAST(exposed AND if(data_bits = 0, NULL, {{sensitive "data_bits"}}), 'Nullable(Bool)') AS ppc_sensitive,
    CAST(exposed AND if(data_bits = 0, NULL, {{financial "data_bits"}}), 'Nullable(Bool)') AS ppc_financial,
    CAST(exposed AND {{has "category_bits" "categories" "unauthorized_access" "malware" "phishing" "theft" "insider_misuse"}}, 'Nullable(Bool)') AS ppc_wrongful,
    CAST(exposed AND people > if(ownership = 'public', public_limit, private_limit), 'Nullable(Bool)') AS ppc_over_limit,
    CAST(ppc_sensitive OR ppc_financial OR ppc_wrongful OR ppc_over_limit, 'Nullable(Bool)') AS reportable,
    arrayConcat(if(ifNull(ppc_sensitive, false), [1], []), if(ifNull(ppc_financial, false), [2], []),
        if(ifNull(ppc_wrongful, false), [3], []), if(ifNull(ppc_over_limit, false), [4], [])) AS ppc_classes,
    CAST(published >= duty_from, 'Nullable(Bool)') AS duty_in_force,
    multiIf(ifNull(ppc_wrongful, false), 60, ifNull(reportable, false), 30, NULL) AS final_days,
    disclosure_days,
    multiIf(disclosure_days IS NULL, 'unknown', disclosure_days <= 5, 'within_5', disclosure_days <= 30, '6_30', disclosure_days <= 60, '31_60', 'over_60') AS disclosure_window,
    CAST(disclosure_days <= final_days, 'Nullable(Bool)') AS within_final
FROM incidents
WHERE exposure IS NOT NULL OR data_bits != 0
