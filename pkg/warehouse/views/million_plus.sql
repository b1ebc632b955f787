SELECT notice_id, title, url, published, year, month, synthetic, follow_up, category, category_ja, category_en,
    sector, sector_ja, sector_en, organization, organization_key, ownership, severity, people, people_bound, people_text
FROM incidents
WHERE people >= 1000000
