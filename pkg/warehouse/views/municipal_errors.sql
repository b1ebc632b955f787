-- The latest notice says what the organization is called and where it is.
SELECT any(organization_key) AS organization_key, synthetic, argMax(organization, moment) AS organization, argMax(prefecture, moment) AS prefecture,
    category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, count(people) AS known, sumOrNullIf(people, NOT follow_up) AS persons,
    min(published) AS first, max(published) AS last, (notices - known) / notices AS unknown_share
FROM incidents
WHERE organization_kind = 'municipality' AND category IN ('misdelivery', 'unintended_publication', 'loss', 'processing_error')
GROUP BY organization_hash, synthetic, category
