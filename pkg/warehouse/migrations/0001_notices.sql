-- One row a reading of a notice. The same notice loaded again, or read again by
-- newer rules, is one more row with the same key; ReplacingMergeTree keeps the
-- latest reading, and the view `notices` shows just that one before any merge.
-- Unknown is NULL or an empty array.
CREATE TABLE IF NOT EXISTS notice_rows
(
    notice_id           String,
    caller_id           Nullable(String)                  COMMENT 'the id the source had for it',
    source              LowCardinality(String),
    url                 Nullable(String),
    heading             Nullable(String)                  COMMENT 'heading of the digest that held it',
    lang                LowCardinality(Nullable(String)),
    synthetic           Bool                              COMMENT 'generated, reports nothing real',
    publisher           Nullable(String)                  COMMENT 'as written',
    title               Nullable(String),
    published           Nullable(Date32)                  COMMENT 'day of publication',
    body                String                            CODEC(ZSTD(3)),
    fetched_at          DateTime64(3, 'UTC'),

    is_incident         Bool,
    category            LowCardinality(String),
    also                Array(LowCardinality(String)),
    effects             Array(LowCardinality(String)),
    sector              LowCardinality(String),
    jsic                LowCardinality(Nullable(String))  COMMENT 'JSIC major division',
    organization        Nullable(String)                  COMMENT 'shortest full legal form',
    organization_key    Nullable(String)                  COMMENT 'folded, legal form stripped',
    organization_kind   LowCardinality(Nullable(String)),
    prefecture          LowCardinality(Nullable(String)),
    contractor_involved Bool,
    contractor          Nullable(String),
    stage               LowCardinality(Nullable(String)),

    people              Nullable(UInt64),
    people_bound        LowCardinality(Nullable(String)),
    people_unit         LowCardinality(Nullable(String)),
    people_text         Nullable(String)                  COMMENT 'the words the number came from',
    records             Nullable(UInt64),
    records_bound       LowCardinality(Nullable(String)),
    records_unit        LowCardinality(Nullable(String)),
    records_text        Nullable(String),
    outage_minutes      Nullable(UInt64),
    outage_text         Nullable(String),
    exposure            LowCardinality(Nullable(String)),
    data_types          Array(LowCardinality(String)),
    secondary_damage    LowCardinality(Nullable(String)),

    occurred            Nullable(String)                  COMMENT 'ISO 8601: a month, a day or a moment',
    occurred_date       Nullable(Date32)                  COMMENT 'NULL where the day is not known',
    ended               Nullable(String),
    ended_date          Nullable(Date32),
    detected            Nullable(String),
    detected_date       Nullable(Date32),
    restored            Nullable(String),
    restored_date       Nullable(Date32),

    severity            LowCardinality(String),
    confidence          Float64,
    evidence            Nested
    (
        field      LowCardinality(String),
        rule       LowCardinality(String),
        text       String,
        start_rune UInt32,
        end_rune   UInt32
    ),
    warnings            Array(LowCardinality(String)),
    classifier_version  LowCardinality(String),
    rules_sha256        LowCardinality(String),
    classified_at       DateTime64(6, 'UTC')
)
ENGINE = ReplacingMergeTree(classified_at)
ORDER BY notice_id;

-- Every notice once, in its latest reading.
CREATE VIEW IF NOT EXISTS notices AS
SELECT * FROM notice_rows FINAL;

-- The notices that report an incident, with the month they were published in.
CREATE VIEW IF NOT EXISTS incidents AS
SELECT *, toStartOfMonth(published) AS month
FROM notice_rows FINAL
WHERE is_incident;
