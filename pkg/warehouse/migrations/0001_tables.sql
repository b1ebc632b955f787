-- Three tables, one for each way that notices are asked for.
--
--   notice_rows   one row a notice: its latest reading, without the long texts. All
--                 figures come from here, so it is kept slim and in order of time.
--   text_rows     one row a notice: what was published. It never changes for an id,
--                 and is by far the largest, so that neither merging the figures nor
--                 reading a notice anew rewrites it.
--   reading_rows  one row a notice and classifier: the history of readings, each with
--                 the words that every value came from.
--
-- A notice loaded again is one more row with the same key; ReplacingMergeTree keeps
-- the latest of each key, and the views read with FINAL, so they show it once before
-- any merge. What a classifier may change its mind about (category, organization, …)
-- is in no key: two readings would stay two rows.
--
-- Unknown is NULL or an empty array. LowCardinality where the values are codes.

-- facts: given the codec of the names of organizations.
{{define "facts"}}
    notice_id           String                            COMMENT '32 hexadecimal digits, of the content' CODEC(ZSTD(1)),
    caller_id           Nullable(String)                  COMMENT 'the id the source had for it' CODEC(ZSTD(1)),
    source              LowCardinality(String),
    url                 Nullable(String)                  CODEC(ZSTD(1)),
    heading             LowCardinality(Nullable(String))                 COMMENT 'heading of the digest that held it',
    lang                LowCardinality(Nullable(String)),
    synthetic           Bool                                             COMMENT 'generated, reports nothing real',
    publisher           Nullable(String)                  COMMENT 'as written' CODEC(ZSTD(1)),
    title               Nullable(String)                  CODEC(ZSTD(1)),
    published           Nullable(Date32)                                 COMMENT 'day of publication, in Japan',
    fetched_at          DateTime64(3, 'UTC')              CODEC(Delta, ZSTD(1)),

    is_incident         Bool,
    category            LowCardinality(String),
    also                Array(LowCardinality(String)),
    effects             Array(LowCardinality(String)),
    sector              LowCardinality(String),
    jsic                LowCardinality(Nullable(String))                 COMMENT 'JSIC major division',
    organization        Nullable(String)                  COMMENT 'shortest full legal form' CODEC({{.}}),
    organization_key    Nullable(String)                  COMMENT 'folded, legal form stripped' CODEC({{.}}),
    organization_kind   LowCardinality(Nullable(String)),
    prefecture          LowCardinality(Nullable(String)),
    contractor_involved Bool,
    contractor          Nullable(String)                  CODEC(ZSTD(1)),
    stage               LowCardinality(Nullable(String)),

    people              Nullable(UInt64)                  CODEC(T64, ZSTD(1)), -- mostly small: T64 drops the empty high bits
    people_bound        LowCardinality(Nullable(String)),
    people_unit         LowCardinality(Nullable(String)),
    people_text         Nullable(String)                  COMMENT 'the words the number came from' CODEC(ZSTD(1)),
    records             Nullable(UInt64)                  CODEC(T64, ZSTD(1)),
    records_bound       LowCardinality(Nullable(String)),
    records_unit        LowCardinality(Nullable(String)),
    records_text        Nullable(String)                  CODEC(ZSTD(1)),
    outage_minutes      Nullable(UInt64)                  CODEC(T64, ZSTD(1)),
    outage_text         Nullable(String)                  CODEC(ZSTD(1)),
    exposure            LowCardinality(Nullable(String)),
    data_types          Array(LowCardinality(String)),
    secondary_damage    LowCardinality(Nullable(String)),
    found_by            LowCardinality(Nullable(String)),
    medium              LowCardinality(Nullable(String)),

    occurred            Nullable(String)                  COMMENT 'ISO 8601: a month, a day or a moment' CODEC(ZSTD(1)),
    occurred_date       Nullable(Date32)                  COMMENT 'NULL where the day is not known' CODEC(ZSTD(1)),
    ended               Nullable(String)                  CODEC(ZSTD(1)),
    ended_date          Nullable(Date32)                  CODEC(ZSTD(1)),
    detected            Nullable(String)                  CODEC(ZSTD(1)),
    detected_date       Nullable(Date32)                  CODEC(ZSTD(1)),
    restored            Nullable(String)                  CODEC(ZSTD(1)),
    restored_date       Nullable(Date32)                  CODEC(ZSTD(1)),

    severity            LowCardinality(String),
    confidence          Float64                           CODEC(ZSTD(1)),
    warnings            Array(LowCardinality(String)),
    classifier_version  LowCardinality(String),
    rules_sha256        LowCardinality(String),
    -- loads come in order of time
    classified_at       DateTime64(6, 'UTC')              CODEC(Delta, ZSTD(1))
{{- end}}

-- ORDER BY published first: every question has a span of time, which then reads only
-- its own granules; dates next to each other compress to almost nothing. published is
-- a part of the content that the id is made of, so one id has one published, and a
-- notice loaded twice meets itself in one partition and at one place of the order. By
-- year, not by month: a load over ten years makes eleven parts instead of 120, and the
-- engine need not look for doubles across partitions. A year that is at rest for ten
-- minutes is merged to one part, which FINAL reads without looking for doubles at all.
-- The names of organizations are LZ4, half of ZSTD's time for views that list hundreds of
-- thousands of them.
CREATE TABLE IF NOT EXISTS {{local "notice_rows"}} {{onCluster}}
(
{{template "facts" "LZ4"}},
    -- Worked out once, at the insert, of the columns above: what the views would spend most
    -- of their time on over ten million rows.
    --
    -- One organization and one day: what tells of one incident, as near as can be told.
    case_key            Nullable(UInt64) MATERIALIZED cityHash64(organization_key, synthetic, coalesce(occurred_date, detected_date)),
    -- A number is grouped by in a third of the time of a name, and one number in less than
    -- two, so that of a generated organization is another. 0 and 1 (generated): not named.
    organization_hash   UInt64 MATERIALIZED ifNull(cityHash64(organization_key, synthetic), toUInt64(synthetic)) CODEC(LZ4),
    -- The order of (published, notice_id) as a number: days since 1900, undated first, and
    -- 46 bits of the id. What argMax asks for the latest notice by.
    moment              UInt64 MATERIALIZED bitShiftLeft(toUInt64(ifNull(toInt32(published), -25568) + 25568), 46)
                            + bitShiftRight(reinterpretAsUInt64(reverse(unhex(substring(notice_id, 1, 16)))), 18) CODEC(Delta, ZSTD(1)),
    ownership           LowCardinality(Nullable(String)) MATERIALIZED multiIf(
                            organization_kind IN ('ministry', 'prefecture', 'municipality', 'public_body'), 'public',
                            sector IN ('government_national', 'government_local'), 'public',
                            organization_kind IN ('company', 'association'), 'private',
                            NULL),
    -- Sets of codes as bits (bits.go), which are asked without reading arrays.
    data_bits           UInt64 MATERIALIZED {{bits "data_types" "data_types"}} CODEC(T64, LZ4),
    category_bits       UInt64 MATERIALIZED {{bits "categories" "arrayPushBack(also, category)"}} CODEC(T64, LZ4),
    effect_bits         UInt8 MATERIALIZED {{bits "effects" "effects"}} CODEC(T64, LZ4),
    INDEX by_id notice_id TYPE bloom_filter(0.01) GRANULARITY 4 -- a notice that is asked for by its id alone
)
ENGINE = {{replacing "classified_at"}}
PARTITION BY toYear(published)
ORDER BY (published, notice_id)
SETTINGS allow_nullable_key = 1, min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1{{deduplication}}
COMMENT 'お知らせの最新の読み取り(本文を除く)。ビュー notices を使う。 / Latest reading of every notice, without the texts: ask the view notices.';

{{distributed "notice_rows"}};

-- ORDER BY notice_id: a text is asked for by its id. Granules of 256 rows, about 600 KB
-- of text, which one page costs to read.
CREATE TABLE IF NOT EXISTS {{local "text_rows"}} {{onCluster}}
(
    notice_id     String               CODEC(ZSTD(1)),
    source        LowCardinality(String),
    url           Nullable(String)     CODEC(ZSTD(1)),
    synthetic     Bool,
    publisher     Nullable(String)     COMMENT 'as written' CODEC(ZSTD(1)),
    title         Nullable(String)     CODEC(ZSTD(1)),
    published     Nullable(Date32)                    COMMENT 'day of publication, in Japan',
    body          String               COMMENT 'as published, without the headline' CODEC(ZSTD(3)),
    classified_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = {{replacing "classified_at"}}
ORDER BY notice_id
SETTINGS index_granularity = 256{{deduplication}}
COMMENT '公表された本文。ビュー texts を使う。 / What was published: ask the view texts.';

{{distributed "text_rows"}};

-- ORDER BY notice_id and the classifier: a history is asked for by its notice, and one
-- classifier has one reading of a notice, however often it was loaded.
CREATE TABLE IF NOT EXISTS {{local "reading_rows"}} {{onCluster}}
(
{{template "facts" "ZSTD(1)"}},
    evidence            Nested
    (
        field      LowCardinality(String),
        rule       LowCardinality(String),
        text       String,
        start_rune UInt32,
        end_rune   UInt32
    )
)
ENGINE = {{replacing "classified_at"}}
ORDER BY (notice_id, classifier_version, rules_sha256)
SETTINGS index_granularity = 1024{{deduplication}}
COMMENT '読み取りの履歴と根拠。ビュー readings と evidence を使う。 / The history of readings with their evidence: ask the views readings and evidence.';

{{distributed "reading_rows"}};
