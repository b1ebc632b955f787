-- Of the table itself: .null tells what is known without reading the values. Which
-- fields a notice tells is a number, a bit each; notices are counted by that number
-- first, and by field then.
WITH ['published', 'organization', 'organization_kind', 'ownership', 'sector', 'category', 'stage', 'people', 'records', 'exposure', 'data_types',
    'secondary_damage', 'found_by', 'medium', 'outage_minutes', 'occurred_date', 'detected_date', 'restored_date', 'contractor', 'case_key'] AS fields
SELECT synthetic, field, sum(n) AS notices, sumIf(n, bitTest(told, position - 1)) AS known, (notices - known) / notices AS unknown_share
FROM (
    SELECT synthetic, count() AS n,
        {{told "NOT published.null" "organization_hash > 1" "organization_kind IS NOT NULL" "ownership IS NOT NULL" "sector != 'other'" "category != 'other'" "stage IS NOT NULL"
            "NOT people.null" "NOT records.null" "exposure IS NOT NULL" "data_bits != 0" "secondary_damage IS NOT NULL" "found_by IS NOT NULL" "medium IS NOT NULL"
            "NOT outage_minutes.null" "NOT occurred_date.null" "NOT detected_date.null" "NOT restored_date.null" "contractor_involved AND NOT contractor.null" "NOT case_key.null"}} AS told
    FROM notice_rows FINAL WHERE is_incident GROUP BY synthetic, told)
ARRAY JOIN fields AS field, arrayEnumerate(fields) AS position
GROUP BY synthetic, field
