-- The calendar: the last school year ends in 2026.
CREATE TABLE school_year AS
SELECT y, 2027 - getvariable('years') + y AS ends,
       'SY' || ends AS session, session || '-F' AS fall, session || '-S' AS spring
FROM (SELECT CAST(unnest(range(getvariable('years'))) AS BIGINT) AS y);

CREATE MACRO schools() AS getvariable('districts') * getvariable('schools');

-- Share of schools that offer micro-credentials: from 12 % in the first year to
-- 54 % in the last.
CREATE MACRO micro_credential_share(y) AS
    CASE WHEN getvariable('years') = 1 THEN 0.54
         ELSE 0.12 + 0.42 * y / (getvariable('years') - 1) END;

CREATE TABLE district AS
SELECT d, printf('D%02d', d + 1) AS district_id,
       ['Lakehollow', 'Fernmarch', 'Quillwater', 'Aldermoor', 'Bramblefield', 'Stonewick', 'Thistledown', 'Marrowgate'][1 + d % 8]
           || CASE WHEN d >= 8 THEN ' ' || (1 + d // 8) ELSE '' END || ' Unified' AS name,
       -- no state has the code 99
       printf('%07d', 9900001 + d) AS nces_id
FROM (SELECT unnest(range(getvariable('districts'))) AS d);

CREATE TABLE school AS
WITH numbered AS (
    SELECT s, s // getvariable('schools') AS d, s % getvariable('schools') AS n
    FROM (SELECT unnest(range(schools())) AS s)
), leveled AS (
    SELECT *, getvariable('teachers') // schools() + CAST(s < getvariable('teachers') % schools() AS BIGINT) AS teachers,
           CASE n % 4 WHEN 2 THEN 'middle' WHEN 3 THEN 'high' ELSE 'elementary' END AS level
    FROM numbered
)
SELECT s, d, teachers, level,
       printf('D%02d-S%03d', d + 1, n + 1) AS school_id,
       ['Éclair', 'Ørvale', 'Willow', 'Cinder', 'Harbor', 'Juniper', 'Meridian', 'Pebble', 'Saffron', 'Tundra'][1 + n % 10]
           || CASE WHEN n >= 10 THEN ' ' || (1 + n // 10) ELSE '' END || ' '
           || CASE level WHEN 'elementary' THEN 'Elementary' WHEN 'middle' THEN 'Middle' ELSE 'High' END AS name,
       printf('%07d%05d', 9900001 + d, n + 1) AS nces_id,
       CASE level WHEN 'elementary' THEN 0 WHEN 'middle' THEN 6 ELSE 9 END AS first_grade,
       least(CASE level WHEN 'elementary' THEN 6 WHEN 'middle' THEN 3 ELSE 4 END, teachers) AS grades,
       0.08 * z('school quality', s) AS quality,
       0.35 * z('school uptake', s) AS uptake,
       0.012 * z('school growth', s) AS growth,
       z('school students', s) AS student_z,
       -- the order in which schools take up micro-credentials
       row_number() OVER (ORDER BY bits('adoption', s)) AS adoption,
       -- 1 and 2: evaluators are given access to PD data, a quarter of the first district each
       CASE WHEN d > 0 THEN 0
            ELSE ceil(row_number() OVER (PARTITION BY d ORDER BY bits('sharing', s)) / ceil(getvariable('schools') / 4.0)) END AS rollout
FROM leveled;

CREATE TABLE sharing AS
SELECT s, school_id,
       CASE rollout WHEN 1 THEN make_date(ends, 2, 1) ELSE make_date(ends, 1, 1) END AS shared_on
FROM school JOIN school_year ON y = CASE rollout WHEN 1 THEN (getvariable('years') - 1) // 2 ELSE getvariable('years') - 1 END
WHERE rollout IN (1, 2) AND getvariable('schools') > rollout;
