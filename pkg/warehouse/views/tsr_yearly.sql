-- Counted as Tokyo Shoko Research counts, as near as notices allow: private bodies (it:
-- listed companies), personal data exposed or maybe, the four groups, each incident once.
SELECT counted.year AS year, synthetic, notices, incidents, malware_access, mistake, loss, theft,
    malware_access / nullIf(incidents, 0) AS malware_access_share, known, persons, unknown_share,
    published.incidents AS published_incidents, published.persons AS published_persons, published.malware_access_share AS published_malware_access_share
FROM (
    SELECT year, synthetic, count() AS notices, countIf(NOT follow_up) AS incidents,
        countIf(tsr_group = 'malware_unauthorized_access' AND NOT follow_up) AS malware_access,
        countIf(tsr_group = 'misdisplay_missending' AND NOT follow_up) AS mistake,
        countIf(tsr_group = 'loss_disposal' AND NOT follow_up) AS loss,
        countIf(tsr_group = 'theft_misuse' AND NOT follow_up) AS theft,
        countIf(people IS NOT NULL AND NOT follow_up) AS known, sumOrNullIf(people, NOT follow_up) AS persons,
        (incidents - known) / nullIf(incidents, 0) AS unknown_share
    FROM incidents
    WHERE ownership = 'private' AND exposure IN ('confirmed', 'suspected') AND tsr_group != ''
    GROUP BY year, synthetic) AS counted
LEFT JOIN (SELECT toNullable(year) AS year, toNullable(incidents) AS incidents, toNullable(persons) AS persons, malware_access_share FROM tsr_published) AS published
    ON counted.year = published.year
