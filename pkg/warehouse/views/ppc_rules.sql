-- Act on the Protection of Personal Information, art. 26, Enforcement Rules art. 7 and 8
-- (companies and associations); art. 68, Rules art. 43 (public bodies: more than 100).
-- A duty since 2022-04-01; local governments came under it on 2023-04-01.
SELECT *
FROM VALUES('ppc_class UInt8, ownership LowCardinality(String), more_than UInt64, final_days UInt8, valid_from Date32, valid_to Nullable(Date32)',
    (1, 'private', 0, 30, '2022-04-01', NULL),
    (2, 'private', 0, 30, '2022-04-01', NULL),
    (3, 'private', 0, 60, '2022-04-01', NULL),
    (4, 'private', 1000, 30, '2022-04-01', NULL),
    (1, 'public', 0, 30, '2022-04-01', NULL),
    (2, 'public', 0, 30, '2022-04-01', NULL),
    (3, 'public', 0, 60, '2022-04-01', NULL),
    (4, 'public', 100, 30, '2022-04-01', NULL))
