SELECT synthetic, field, notices, known, (notices - known) / notices AS unknown_share
FROM (
    SELECT synthetic, count() AS notices, [
        ('published', count(published)), ('organization', count(organization_key)), ('organization_kind', count(organization_kind)), ('ownership', count(ownership)),
        ('sector', countIf(sector != 'other')), ('category', countIf(category != 'other')), ('stage', count(stage)),
        ('people', count(people)), ('records', count(records)), ('exposure', count(exposure)), ('data_types', countIf(notEmpty(data_types))),
        ('secondary_damage', count(secondary_damage)), ('found_by', count(found_by)), ('medium', count(medium)),
        ('outage_minutes', count(outage_minutes)), ('occurred_date', count(occurred_date)), ('detected_date', count(detected_date)), ('restored_date', count(restored_date)),
        ('contractor', countIf(contractor_involved AND contractor IS NOT NULL)), ('case_key', count(case_key))] AS fields
    FROM incidents GROUP BY synthetic)
ARRAY JOIN fields.1 AS field, fields.2 AS known
