WITH nullIf(sum(incidents) OVER (PARTITION BY year, synthetic), 0) AS of_the_year
SELECT year, synthetic, size_band, {{position "size_band" "size_band"}} AS position,
    {{label "size_band" "size_band" "ja"}} AS size_band_ja, {{label "size_band" "size_band" "en"}} AS size_band_en,
    count() AS notices, countIf(NOT follow_up) AS incidents, sumOrNull(if(follow_up, NULL, people)) AS persons,
    incidents / of_the_year AS share,
    sum(if(size_band = 'unknown', incidents, 0)) OVER (PARTITION BY year, synthetic) / of_the_year AS unknown_share
FROM incidents
GROUP BY year, synthetic, size_band
