-- One statement a line. SECRET is a file that can be read, WRITTEN one that is not
-- there, ELSEWHERE an address that answers, HOST its host and port.
INSERT INTO notice_rows (notice_id) VALUES ('x')
INSERT INTO notice_rows SELECT * FROM notice_rows
INSERT INTO FUNCTION file('WRITTEN', 'CSV', 'a UInt8') SELECT 1
INSERT INTO FUNCTION url('ELSEWHERE/in', 'CSV', 'a UInt8') SELECT 1
ALTER TABLE notice_rows DELETE WHERE 1
ALTER TABLE notice_rows ADD COLUMN x UInt8
DELETE FROM notice_rows WHERE 1
UPDATE notice_rows SET title = 'x' WHERE 1
DROP TABLE notice_rows
DROP VIEW notices
DROP DATABASE demo
TRUNCATE TABLE notice_rows
DETACH TABLE notice_rows
RENAME TABLE notice_rows TO gone
OPTIMIZE TABLE notice_rows FINAL
CREATE TABLE mine (n UInt8) ENGINE = Memory
CREATE TEMPORARY TABLE mine (n UInt8)
CREATE OR REPLACE VIEW notices AS SELECT 1
CREATE FUNCTION mine AS (x) -> x
CREATE USER mine
GRANT ALL ON *.* TO explorer
SET readonly = 0
SET max_memory_usage = 0
SELECT 1 SETTINGS readonly = 0
SELECT 1 SETTINGS max_execution_time = 0
SELECT 1 SETTINGS max_memory_usage = 0
SELECT 1 SETTINGS max_result_rows = 0
SELECT 1 SETTINGS max_result_bytes = 0
SELECT 1 SETTINGS result_overflow_mode = 'break'
SELECT 1 SETTINGS timeout_overflow_mode = 'break'
SELECT 1 SETTINGS max_threads = 1000
SELECT 1 SETTINGS allow_ddl = 1
SELECT 1 SETTINGS allow_introspection_functions = 1
SELECT addressToLine(1)
SELECT catboostEvaluate('SECRET', 1)
EXECUTE AS default SELECT 1
USE default
SELECT * FROM system.users
SELECT * FROM system.grants
SELECT * FROM dictionary('x')
SELECT * FROM mergeTreeIndex(currentDatabase(), 'notice_rows')
SYSTEM STOP MERGES
SYSTEM SHUTDOWN
SYSTEM FLUSH LOGS
KILL QUERY WHERE 1
BACKUP TABLE notice_rows TO File('WRITTEN')
RESTORE TABLE notice_rows FROM File('WRITTEN')
ATTACH TABLE x FROM 'SECRET' (a String) ENGINE = File(CSV)
SELECT 1 INTO OUTFILE 'WRITTEN'
SELECT * FROM notices INTO OUTFILE 'WRITTEN' FORMAT CSV
SELECT file('SECRET')
SELECT * FROM file('SECRET', 'LineAsString')
SELECT * FROM `SECRET`
SELECT * FROM fileCluster('default', 'SECRET', 'LineAsString')
SELECT * FROM url('file://SECRET', 'LineAsString')
SELECT * FROM url('ELSEWHERE/out', 'LineAsString')
SELECT * FROM urlCluster('default', 'ELSEWHERE/out', 'LineAsString')
SELECT * FROM s3('ELSEWHERE/bucket/x', 'CSV')
SELECT * FROM gcs('ELSEWHERE/bucket/x', 'CSV')
SELECT * FROM azureBlobStorage('ELSEWHERE', 'a', 'b', 'c', 'd')
SELECT * FROM hdfs('hdfs://HOST/x', 'CSV')
SELECT * FROM iceberg('ELSEWHERE/bucket/x')
SELECT * FROM deltaLake('ELSEWHERE/bucket/x')
SELECT * FROM remote('HOST', 'system.one')
SELECT * FROM remoteSecure('HOST', 'system.one')
SELECT * FROM mysql('HOST', 'a', 'b', 'c', 'd')
SELECT * FROM postgresql('HOST', 'a', 'b', 'c', 'd')
SELECT * FROM mongodb('HOST', 'a', 'b', 'c', 'd')
SELECT * FROM redis('HOST', 'a', 'a String')
SELECT * FROM sqlite('SECRET', 'x')
SELECT * FROM jdbc('ELSEWHERE', 'a', 'b')
SELECT * FROM odbc('ELSEWHERE', 'a', 'b')
SELECT * FROM executable('cat SECRET', 'LineAsString', 'a String')
SELECT * FROM python('x')
WITH (SELECT file('SECRET')) AS s SELECT s
SELECT count() FROM notices WHERE title = (SELECT file('SECRET'))
SELECT 1; DROP TABLE notice_rows
EXPLAIN SELECT file('SECRET')
DESCRIBE TABLE url('ELSEWHERE/out', 'CSV')
DESCRIBE TABLE url('ELSEWHERE/out')
DESCRIBE TABLE s3('ELSEWHERE/bucket/x.csv')
DESCRIBE TABLE file('SECRET', 'CSV')
EXPLAIN SELECT * FROM url('ELSEWHERE/out', 'CSV')
DESCRIBE (SELECT * FROM url('ELSEWHERE/out', 'CSV'))
SELECT * FROM viewIfPermitted(SELECT 1 ELSE url('ELSEWHERE/out', 'CSV'))
SELECT * FROM loop(url('ELSEWHERE/out', 'CSV'))
SELECT * FROM cluster('default', url('ELSEWHERE/out', 'CSV'))
SELECT * FROM remote('HOST', url('ELSEWHERE/out', 'CSV'))
SELECT * FROM filesystem('/')
SELECT * FROM eval('SELECT 1')
SELECT * FROM icebergLocal('SECRET')
EXPLAIN TABLE OVERRIDE mysql('HOST', 'a', 'b', 'c', 'd') PARTITION BY x
