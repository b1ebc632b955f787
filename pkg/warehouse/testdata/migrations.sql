CREATE TABLE IF NOT EXISTS schema_migrations
(name String, applied_at DateTime DEFAULT now(), sha256 String) ENGINE = ReplacingMergeTree ORDER BY name
COMMENT '適用済みのマイグレーション。 / Migrations that were applied, with their checksums.';
CREATE TABLE IF NOT EXISTS notice_rows
(
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
organization        Nullable(String)                  COMMENT 'shortest full legal form' CODEC(LZ4),
organization_key    Nullable(String)                  COMMENT 'folded, legal form stripped' CODEC(LZ4),
organization_kind   LowCardinality(Nullable(String)),
prefecture          LowCardinality(Nullable(String)),
contractor_involved Bool,
contractor          Nullable(String)                  CODEC(ZSTD(1)),
stage               LowCardinality(Nullable(String)),
people              Nullable(UInt64)                  CODEC(T64, ZSTD(1)),
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
classified_at       DateTime64(6, 'UTC')              CODEC(Delta, ZSTD(1)),
case_key            Nullable(UInt64) MATERIALIZED cityHash64(organization_key, synthetic, coalesce(occurred_date, detected_date)),
organization_hash   UInt64 MATERIALIZED ifNull(cityHash64(organization_key, synthetic), toUInt64(synthetic)) CODEC(LZ4),
moment              UInt64 MATERIALIZED bitShiftLeft(toUInt64(ifNull(toInt32(published), -25568) + 25568), 46)
+ bitShiftRight(reinterpretAsUInt64(reverse(unhex(substring(notice_id, 1, 16)))), 18) CODEC(Delta, ZSTD(1)),
ownership           LowCardinality(Nullable(String)) MATERIALIZED multiIf(
organization_kind IN ('ministry', 'prefecture', 'municipality', 'public_body'), 'public',
sector IN ('government_national', 'government_local'), 'public',
organization_kind IN ('company', 'association'), 'private',
NULL),
data_bits           UInt64 MATERIALIZED arrayReduce('groupBitOr', arrayMap(c -> bitShiftLeft(toUInt64(1), transform(c, ['name', 'address', 'phone', 'email', 'birthdate', 'gender', 'age', 'credit_card', 'security_code', 'bank_account', 'password', 'my_number', 'health', 'id_document', 'employment', 'school_record', 'income', 'family', 'location', 'device_id', 'vehicle_id', 'purchase_history', 'photo', 'member_id', 'ip_address', 'other'], range(26), 63)), data_types)) CODEC(T64, LZ4),
category_bits       UInt64 MATERIALIZED arrayReduce('groupBitOr', arrayMap(c -> bitShiftLeft(toUInt64(1), transform(c, ['unauthorized_access', 'malware', 'denial_of_service', 'phishing', 'misconfiguration', 'misdelivery', 'unintended_publication', 'loss', 'theft', 'insider_misuse', 'system_outage', 'software_defect', 'processing_error', 'data_loss', 'vulnerability', 'equipment_failure', 'other'], range(17), 63)), arrayPushBack(also, category))) CODEC(T64, LZ4),
effect_bits         UInt8 MATERIALIZED arrayReduce('groupBitOr', arrayMap(c -> bitShiftLeft(toUInt64(1), transform(c, ['confidentiality', 'integrity', 'availability'], range(3), 63)), effects)) CODEC(T64, LZ4),
INDEX by_id notice_id TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree(classified_at)
PARTITION BY toYear(published)
ORDER BY (published, notice_id)
SETTINGS allow_nullable_key = 1, min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1
COMMENT 'お知らせの最新の読み取り(本文を除く)。ビュー notices を使う。 / Latest reading of every notice, without the texts: ask the view notices.';
CREATE TABLE IF NOT EXISTS text_rows
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
ENGINE = ReplacingMergeTree(classified_at)
ORDER BY notice_id
SETTINGS index_granularity = 256
COMMENT '公表された本文。ビュー texts を使う。 / What was published: ask the view texts.';
CREATE TABLE IF NOT EXISTS reading_rows
(
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
organization        Nullable(String)                  COMMENT 'shortest full legal form' CODEC(ZSTD(1)),
organization_key    Nullable(String)                  COMMENT 'folded, legal form stripped' CODEC(ZSTD(1)),
organization_kind   LowCardinality(Nullable(String)),
prefecture          LowCardinality(Nullable(String)),
contractor_involved Bool,
contractor          Nullable(String)                  CODEC(ZSTD(1)),
stage               LowCardinality(Nullable(String)),
people              Nullable(UInt64)                  CODEC(T64, ZSTD(1)),
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
classified_at       DateTime64(6, 'UTC')              CODEC(Delta, ZSTD(1)),
evidence            Nested
(
field      LowCardinality(String),
rule       LowCardinality(String),
text       String,
start_rune UInt32,
end_rune   UInt32
)
)
ENGINE = ReplacingMergeTree(classified_at)
ORDER BY (notice_id, classifier_version, rules_sha256)
SETTINGS index_granularity = 1024
COMMENT '読み取りの履歴と根拠。ビュー readings と evidence を使う。 / The history of readings with their evidence: ask the views readings and evidence.';
ALTER TABLE notice_rows
ADD COLUMN IF NOT EXISTS month           Nullable(Date32) MATERIALIZED addDays(published, 1 - toDayOfMonth(published)) CODEC(LZ4),
ADD COLUMN IF NOT EXISTS detection_days  Nullable(Int32)  MATERIALIZED if(occurred_date <= detected_date, toInt32(dateDiff('day', occurred_date, detected_date)), NULL) CODEC(T64, LZ4),
ADD COLUMN IF NOT EXISTS disclosure_days Nullable(Int32)  MATERIALIZED if(detected_date <= published, toInt32(dateDiff('day', detected_date, published)), NULL) CODEC(T64, LZ4),
ADD COLUMN IF NOT EXISTS total_days      Nullable(Int32)  MATERIALIZED if(occurred_date <= published, toInt32(dateDiff('day', occurred_date, published)), NULL) CODEC(T64, LZ4),
ADD COLUMN IF NOT EXISTS occurred_hour   Nullable(UInt8)  MATERIALIZED toUInt8OrNull(substring(occurred, 12, 2)) CODEC(T64, LZ4),
ADD COLUMN IF NOT EXISTS told_bits       UInt32           MATERIALIZED bitShiftLeft(toUInt32(published IS NOT NULL), 0) + bitShiftLeft(toUInt32(organization_key IS NOT NULL), 1) + bitShiftLeft(toUInt32(organization_kind IS NOT NULL), 2) + bitShiftLeft(toUInt32(ownership IS NOT NULL), 3) + bitShiftLeft(toUInt32(sector != 'other'), 4) + bitShiftLeft(toUInt32(category != 'other'), 5) + bitShiftLeft(toUInt32(stage IS NOT NULL), 6) + bitShiftLeft(toUInt32(people IS NOT NULL), 7) + bitShiftLeft(toUInt32(records IS NOT NULL), 8) + bitShiftLeft(toUInt32(exposure IS NOT NULL), 9) + bitShiftLeft(toUInt32(notEmpty(data_types)), 10) + bitShiftLeft(toUInt32(secondary_damage IS NOT NULL), 11) + bitShiftLeft(toUInt32(found_by IS NOT NULL), 12) + bitShiftLeft(toUInt32(medium IS NOT NULL), 13) + bitShiftLeft(toUInt32(outage_minutes IS NOT NULL), 14) + bitShiftLeft(toUInt32(occurred_date IS NOT NULL), 15) + bitShiftLeft(toUInt32(detected_date IS NOT NULL), 16) + bitShiftLeft(toUInt32(restored_date IS NOT NULL), 17) + bitShiftLeft(toUInt32(contractor_involved AND contractor IS NOT NULL), 18) + bitShiftLeft(toUInt32(case_key IS NOT NULL), 19) CODEC(T64, LZ4)
;
ALTER TABLE notice_rows
MATERIALIZE COLUMN month, MATERIALIZE COLUMN detection_days, MATERIALIZE COLUMN disclosure_days, MATERIALIZE COLUMN total_days,
MATERIALIZE COLUMN occurred_hour, MATERIALIZE COLUMN told_bits;
