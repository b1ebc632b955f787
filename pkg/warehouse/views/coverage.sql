-- Of the table itself: .null and .size0 tell what is known without reading the values.
SELECT synthetic, field, notices, known, (notices - known) / notices AS unknown_share
FROM (
    SELECT synthetic, count() AS notices, [
        ('published', countIf(NOT published.null)), ('organization', countIf(organization_hash != 0)), ('organization_kind', count(organization_kind)), ('ownership', count(ownership)),
        ('sector', countIf(sector != 'other')), ('category', countIf(category != 'other')), ('stage', count(stage)),
        ('people', countIf(NOT people.null)), ('records', countIf(NOT records.null)), ('exposure', count(exposure)), ('data_types', countIf(data_bits != 0)),
        ('secondary_damage', count(secondary_damage)), ('found_by', count(found_by)), ('medium', count(medium)),
        ('outage_minutes', countIf(NOT outage_minutes.null)), ('occurred_date', countIf(NOT occurred_date.null)), ('detected_date', countIf(NOT detected_date.null)), ('restored_date', countIf(NOT restored_date.null)),
        ('contractor', countIf(contractor_involved AND NOT contractor.null)), ('case_key', countIf(NOT case_key.null))] AS fields
    FROM notice_rows FINAL WHERE is_incident GROUP BY synthetic)
ARRAY JOIN fields.1 AS field, fields.2 AS known
