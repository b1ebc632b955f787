SELECT year, synthetic, size_band, {{position "size_band" "size_band"}} AS position,
    {{label "size_band" "size_band" "ja"}} AS size_band_ja, {{label "size_band" "size_band" "en"}} AS size_band_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, sumOrNullIf(people, NOT follow_up) AS persons,
    notices / sum(notices) OVER (PARTITION BY year, synthetic) AS share,
    sum(if(size_band = 'unknown', notices, 0)) OVER (PARTITION BY year, synthetic) / sum(notices) OVER (PARTITION BY year, synthetic) AS unknown_share
FROM incidents
GROUP BY year, synthetic, size_band
