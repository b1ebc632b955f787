-- JNSA's JO model: 500 yen × sensitivity × identifiability × social responsibility ×
-- response, a person. The sensitivity is that of the worst item exposed. What a notice
-- cannot tell is taken as ordinary: the response is 1. Assumed, never paid.
WITH
    (SELECT groupArray(toString(data_type)) FROM jo_values) AS items,
    (SELECT groupArray(sensitivity) FROM jo_values) AS sensitivities,
    -- the kinds of each sensitivity, as bits
    (SELECT CAST((groupArray(sensitivity), groupArray(bits)), 'Map(UInt16, UInt64)')
        FROM (SELECT sensitivity, {{bits "data_types" "groupArray(data_type)"}} AS bits FROM jo_values GROUP BY sensitivity)) AS kinds
SELECT
    notice_id, title, url, published, year, month, synthetic, follow_up, stage, category, category_ja, category_en,
    sector, sector_ja, sector_en, organization, organization_key, ownership, severity, exposure, data_types,
    people, people_bound, people_text, moment,
    -- all that the model can give, from the greatest; 2 for kinds that its table lacks
    CAST(multiIf(data_bits = 0, NULL,
        bitAnd(data_bits, kinds[125]) != 0, 125, bitAnd(data_bits, kinds[105]) != 0, 105, bitAnd(data_bits, kinds[101]) != 0, 101,
        bitAnd(data_bits, kinds[35]) != 0, 35, bitAnd(data_bits, kinds[26]) != 0, 26, bitAnd(data_bits, kinds[15]) != 0, 15,
        bitAnd(data_bits, kinds[11]) != 0, 11, bitAnd(data_bits, kinds[6]) != 0, 6, 2), 'Nullable(UInt16)') AS jo_sensitivity,
    arrayFirst(t -> transform(t, items, sensitivities, toUInt16(2)) = jo_sensitivity, data_types) AS jo_item,
    toUInt8(multiIf({{has "data_bits" "data_types" "name"}} AND {{has "data_bits" "data_types" "address"}}, 6,
        {{has "data_bits" "data_types" "name"}} OR {{has "data_bits" "data_types" "address"}} AND {{has "data_bits" "data_types" "phone"}}, 3, 1)) AS jo_identifiability,
    toUInt8(if(ownership = 'public' OR sector IN ('government_national', 'government_local', 'medical_welfare', 'finance_insurance', 'telecom'), 2, 1)) AS jo_social,
    toUInt8(1) AS jo_response,
    500 * toUInt64(jo_sensitivity) * jo_identifiability * jo_social * jo_response AS jo_yen_per_person,
    jo_yen_per_person * people AS jo_yen,
    concat('想定額(JO モデル、2003年の表): 500円 × 機微度 ', toString(jo_sensitivity), '(', {{label "jo_item" "data_type" "ja"}}, ') × 特定容易度 ', toString(jo_identifiability),
        ' × 社会的責任 ', toString(jo_social), ' × 事後対応 1(不明のため標準) = 1人 ', toString(jo_yen_per_person), '円',
        if(people IS NULL, '、人数不明', concat(' × ', toString(people), '人 = ', toString(jo_yen), '円'))) AS explanation_ja,
    concat('Assumed (JO model, table of 2003): 500 yen × sensitivity ', toString(jo_sensitivity), ' (', {{label "jo_item" "data_type" "en"}}, ') × identifiability ', toString(jo_identifiability),
        ' × social responsibility ', toString(jo_social), ' × response 1 (not known: ordinary) = ', toString(jo_yen_per_person), ' yen a person',
        if(people IS NULL, ', persons unknown', concat(' × ', toString(people), ' persons = ', toString(jo_yen), ' yen'))) AS explanation_en
FROM incidents
WHERE exposure IN ('confirmed', 'suspected')
