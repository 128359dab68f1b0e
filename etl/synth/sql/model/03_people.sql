-- A position is filled in every year. After a year its holder leaves with
-- probability 0.08, independently of all else, and a new person is hired.
CREATE TABLE position AS
SELECT p, s, d, p // schools() AS i, i % grades AS grade_index, first_grade + i % grades AS grade,
       CASE WHEN grade <= 2 THEN 'KG-02' WHEN grade <= 5 THEN '03-05' WHEN grade <= 8 THEN '06-08' ELSE '09-12' END AS grade_band,
       CASE WHEN level = 'elementary' THEN
                CASE WHEN u('subject', p) < 0.86 THEN 'general' WHEN u('subject', p) < 0.94 THEN 'special_education' ELSE 'arts' END
            ELSE ['mathematics', 'mathematics', 'mathematics', 'language_arts', 'language_arts', 'language_arts', 'science', 'science',
                  'social_studies', 'world_languages', 'physical_education'][1 + pick('subject', p, 11)] END AS subject
FROM range(getvariable('teachers')) AS t(p) JOIN school ON s = p % schools();

CREATE MACRO grade_code(grade) AS CASE WHEN grade = 0 THEN 'KG' ELSE printf('%02d', grade) END;

-- One row a teacher and school year, known as ty.
CREATE TABLE teaching AS
WITH holder AS (
    SELECT p, y, 16 * p + sum(CAST(y > 0 AND u('leaves', 16 * p + y) < 0.08 AS BIGINT)) OVER (PARTITION BY p ORDER BY y) AS teacher
    FROM position, school_year
), hired AS (
    SELECT p, y, teacher, min(y) OVER (PARTITION BY teacher) AS first_year FROM holder
), aged AS (
    SELECT *, y - first_year + CASE WHEN teacher % 16 = 0 THEN floor(34 * u('experience', teacher) * u('experience', teacher))
                                    ELSE floor(20 * u('experience', teacher) * u('experience', teacher) * u('experience', teacher)) END AS experience
    FROM hired
)
SELECT CAST(16 * teacher + y AS BIGINT) AS ty, y, p, CAST(teacher AS BIGINT) AS teacher, s, d, i, grade_index, grade, grade_band, subject,
       experience, experience <= 3 AS early_career,
       CASE WHEN u('device', teacher) < 0.55 THEN 'personal' WHEN u('device', teacher) < 0.88 THEN 'shared' ELSE 'none' END AS device,
       u('broadband', teacher) < CASE device WHEN 'personal' THEN 0.96 WHEN 'shared' THEN 0.88 ELSE 0.60 END AS broadband,
       z('quality', teacher) AS quality_z
FROM aged JOIN position USING (p);

CREATE MACRO teacher_number(teacher) AS printf('T%09d', teacher);
CREATE MACRO administrator_number(s, k) AS printf('A%05d%04d', s, k);
CREATE MACRO coach_number(d, k) AS printf('C%03d%06d', d, k);
CREATE MACRO mail(number) AS lower(number) || '@staff.example';
CREATE MACRO sourced(number) AS 'usr-' || lower(number);

-- Every school has an administrator for each 25 teachers, who observe and evaluate.
CREATE MACRO administrators(teachers) AS 1 + teachers // 25;
CREATE MACRO evaluator(s, i, teachers) AS administrator_number(s, i % administrators(teachers));
