SELECT *
FROM VALUES('kind LowCardinality(String), code LowCardinality(String), ja String, en String, position UInt8',
    {{labels}})
