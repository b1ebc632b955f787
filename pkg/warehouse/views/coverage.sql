-- Which fields a notice tells is a number, a bit each, that the table has: notices are
-- counted by that number first, and by field then.
WITH {{toldFields}} AS fields
SELECT synthetic, field, sum(n) AS notices, sumIf(n, bitTest(told_bits, position - 1)) AS known, (notices - known) / notices AS unknown_share
FROM (SELECT synthetic, told_bits, count() AS n FROM notice_rows FINAL WHERE is_incident GROUP BY synthetic, told_bits)
ARRAY JOIN fields AS field, arrayEnumerate(fields) AS position
GROUP BY synthetic, field
