-- More of what the views and dashboards would work out anew over ten million rows at
-- every question: the days between the dates of a notice, the month it was published in,
-- which fields it tells, and the hour at which it says that it began. 7 bytes a row.
--
-- Rows that were stored before are right at once, worked out as they are read, and
-- written by a mutation in the background; ten million take some seconds.
{{define "worked out"}}
    ADD COLUMN IF NOT EXISTS month           Nullable(Date32) MATERIALIZED addDays(published, 1 - toDayOfMonth(published)) CODEC(LZ4), -- Date32, for toStartOfMonth would fold years before 1970 into 1970
    -- A span that would be negative was misread or miswritten: it is not known.
    ADD COLUMN IF NOT EXISTS detection_days  Nullable(Int32)  MATERIALIZED if(occurred_date <= detected_date, toInt32(dateDiff('day', occurred_date, detected_date)), NULL) CODEC(T64, LZ4),
    ADD COLUMN IF NOT EXISTS disclosure_days Nullable(Int32)  MATERIALIZED if(detected_date <= published, toInt32(dateDiff('day', detected_date, published)), NULL) CODEC(T64, LZ4),
    ADD COLUMN IF NOT EXISTS total_days      Nullable(Int32)  MATERIALIZED if(occurred_date <= published, toInt32(dateDiff('day', occurred_date, published)), NULL) CODEC(T64, LZ4),
    ADD COLUMN IF NOT EXISTS occurred_hour   Nullable(UInt8)  MATERIALIZED toUInt8OrNull(substring(occurred, 12, 2)) CODEC(T64, LZ4),
    ADD COLUMN IF NOT EXISTS told_bits       UInt32           MATERIALIZED {{told}} CODEC(T64, LZ4) -- a bit for each field (bits.go)
{{- end}}

{{range everywhere "notice_rows" -}}
ALTER TABLE {{.}} {{onCluster}}{{template "worked out"}}
{{onAllReplicas}};

{{end -}}
ALTER TABLE {{local "notice_rows"}} {{onCluster}}
    MATERIALIZE COLUMN month, MATERIALIZE COLUMN detection_days, MATERIALIZE COLUMN disclosure_days, MATERIALIZE COLUMN total_days,
    MATERIALIZE COLUMN occurred_hour, MATERIALIZE COLUMN told_bits;
