-- Ministry of Internal Affairs and Communications: accidents that are serious by time and
-- users, by service (Telecommunications Business Act, Enforcement Rules art. 58, as
-- changed in spring 2015). A row is one alternative; a new rule is a new row and a
-- valid_to in the old one.
SELECT *
FROM VALUES('service LowCardinality(String), min_minutes UInt32, min_users UInt64, valid_from Date32, valid_to Nullable(Date32)',
    ('voice_emergency', 60, 30000, '2015-04-01', NULL),
    ('voice', 60, 100000, '2015-04-01', NULL),
    ('free_messaging', 720, 1000000, '2015-04-01', NULL),
    ('free_messaging', 1440, 100000, '2015-04-01', NULL),
    ('data_other', 120, 30000, '2015-04-01', NULL),
    ('data_other', 60, 1000000, '2015-04-01', NULL))
