-- Tokyo Shoko Research's own yearly figures, listed companies and their subsidiaries.
SELECT *
FROM VALUES('year UInt16, incidents UInt32, persons UInt64, malware_access_share Nullable(Float64)',
    (2019, 86, 9031734, NULL),
    (2020, 103, 25150047, 0.495),
    (2021, 137, 5749773, 0.496),
    (2022, 165, 5927057, 0.551),
    (2023, 175, 40908718, 0.531),
    (2024, 189, 15865611, 0.603),
    (2025, 180, 30636910, 0.644))
