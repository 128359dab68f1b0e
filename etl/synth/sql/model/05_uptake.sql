-- The fall observations, before any programme of the year begins. The level of
-- a teacher starts each year anew: last year's gains are not carried over.
CREATE MACRO visit_error(ty, k) AS 0.16 * z('visit', 8 * ty + k);

CREATE TABLE fall AS
SELECT t.*, 1 + pick('fall visits', ty, 2) AS fall_visits, 1 + pick('spring visits', ty, 2) AS spring_visits,
       2.0 + 0.02 * y + school.quality + 0.17 * quality_z + 0.012 * least(experience, 10) AS fall_level,
       fall_level + CASE fall_visits WHEN 1 THEN visit_error(ty, 0) ELSE (visit_error(ty, 0) + visit_error(ty, 1)) / 2 END AS baseline,
       school.uptake, school.growth AS school_growth, adoption <= round(micro_credential_share(y) * schools()) AS offers_micro_credentials
FROM teaching AS t JOIN school USING (s);

-- Uptake is a multinomial logit of what a study can condition on: the observed
-- baseline, experience, device access and the school. The workshop is the reference.
CREATE TABLE uptake AS
WITH utility AS (
    SELECT *, (baseline - 2.1) / 0.25 AS b, (experience - 10) / 10 AS e,
           CASE device WHEN 'personal' THEN 0.4 WHEN 'shared' THEN 0 ELSE -0.8 END AS access
    FROM fall
), weight AS (
    SELECT *, exp(-0.95 + 0.55 * b - 0.25 * e + access + uptake) AS w1,
           exp(-1.25 - 0.35 * b - 0.15 * e) AS w2,
           exp(-1.20 + 0.25 * b - 0.30 * e + access) AS w3,
           exp(-1.70 - 0.10 * b - 0.20 * e + access) AS w4,
           exp(-1.60 + 0.10 * b) AS w5,
           exp(-2.00 + 0.15 * b + access) AS w6,
           CASE WHEN offers_micro_credentials THEN exp(-1.20 + 0.20 * b) ELSE 0 END AS w7,
           exp(-2.00) AS w8
    FROM utility
), chance AS (
    SELECT *, 1 + w1 + w2 + w3 + w4 + w5 + w6 + w7 + w8 AS whole, w1 / whole AS ai_chance, whole * u('arm', ty) AS draw FROM weight
)
SELECT * EXCLUDE (b, e, access, w1, w2, w3, w4, w5, w6, w7, w8, whole, draw),
       CASE WHEN draw < 1 THEN 0
            WHEN draw < 1 + w1 THEN 1
            WHEN draw < 1 + w1 + w2 THEN 2
            WHEN draw < 1 + w1 + w2 + w3 THEN 3
            WHEN draw < 1 + w1 + w2 + w3 + w4 THEN 4
            WHEN draw < 1 + w1 + w2 + w3 + w4 + w5 THEN 5
            WHEN draw < 1 + w1 + w2 + w3 + w4 + w5 + w6 THEN 6
            WHEN draw < 1 + w1 + w2 + w3 + w4 + w5 + w6 + w7 THEN 7
            ELSE 8 END AS arm,
       3 + pick('coaching sessions', ty, 9) AS sessions
FROM chance;
DROP TABLE fall;

-- A human coach has about 13.5 teachers of one district; coaches stay from year to year.
CREATE TABLE coached AS
SELECT ty, d, y, (rank - 1) % greatest(1, CAST(round(teachers / 13.5) AS BIGINT)) AS coach
FROM (SELECT ty, d, y, row_number() OVER (PARTITION BY d, y ORDER BY ty) AS rank, count(*) OVER (PARTITION BY d, y) AS teachers
      FROM uptake WHERE arm IN (2, 4));

-- Who took which programme. Arm 4 is a human coach and an AI coach together.
CREATE TABLE participation AS
WITH taken AS (
    SELECT ty, arm FROM uptake WHERE arm <> 4
    UNION ALL SELECT ty, unnest([2, 3]) FROM uptake WHERE arm = 4
), numbered AS (
    SELECT ty, arm, CASE WHEN arm = 2 THEN coach % programs ELSE pick('program', ty, programs) END AS j
    FROM taken JOIN kind USING (arm) LEFT JOIN coached USING (ty)
)
SELECT 16 * ty + arm AS part, ty, program.*, t.y, t.s, t.d, t.teacher, t.device, teacher_number(t.teacher) AS teacher_number
FROM numbered JOIN program USING (arm, j) JOIN teaching AS t USING (ty);
