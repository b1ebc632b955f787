-- The latest notice that tells it says what the organization is called and where it is.
WITH if(follow_up, NULL, people) AS told
SELECT any(organization_key) AS organization_key, any(synthetic) AS synthetic, argMax(organization, moment) AS organization, argMax(prefecture, moment) AS prefecture,
    category, {{label "category" "category" "ja"}} AS category_ja, {{label "category" "category" "en"}} AS category_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, count(told) AS known, sumOrNull(told) AS persons,
    min(published) AS first, max(published) AS last, (incidents - known) / nullIf(incidents, 0) AS unknown_share
FROM incidents
WHERE organization_kind = 'municipality' AND category IN ('misdelivery', 'unintended_publication', 'loss', 'processing_error')
GROUP BY organization_hash, category
