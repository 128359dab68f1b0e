-- One section a position and year. In one of five a colleague has 30 % of the instruction.
CREATE TABLE section AS
WITH paired AS (
    SELECT t.p, t.y, t.s, t.d, t.i, t.grade, t.grade_index, t.subject, t.ty, t.teacher, school.teachers,
           CASE WHEN u('co-teacher', t.ty) < 0.2 AND school.teachers > 1
                THEN t.s + schools() * ((t.i + 1) % school.teachers) END AS helper
    FROM teaching AS t JOIN school USING (s)
)
SELECT a.*, 'cls-' || a.p || '-' || ends AS section_id, h.teacher AS co_teacher,
       CASE WHEN co_teacher IS NULL THEN 1.0 ELSE 0.7 END AS share,
       CASE a.subject WHEN 'general' THEN 'mathematics' WHEN 'mathematics' THEN 'mathematics' WHEN 'language_arts' THEN 'language_arts'
                      WHEN 'science' THEN 'science' WHEN 'social_studies' THEN 'social_studies' END AS tested,
       share * own.value_added + (1 - share) * coalesce(h.value_added, 0) AS value_added
FROM paired AS a JOIN school_year USING (y) JOIN teacher_year AS own USING (ty)
LEFT JOIN teacher_year AS h ON h.p = a.helper AND h.y = a.y;

-- Twelve students a position. A seat moves up a grade each year; after the
-- school's last grade its student leaves and another begins.
CREATE VIEW seat AS
SELECT s, d, j, j % grades AS entry_index, CAST(grades AS BIGINT) AS grades, first_grade, teachers, school_id, student_z,
       (16777216 * s + j) * 16 AS first_student
FROM (SELECT q % 12 AS k, q // 12 AS p FROM range(12 * getvariable('teachers')) AS t(q))
JOIN school ON s = p % schools(), LATERAL (SELECT (p // schools()) * 12 + k AS j);

CREATE VIEW student AS
SELECT s, d, school_id, first_student + generation AS student, student_z,
       greatest(0, generation * grades - entry_index) AS first_year,
       least(getvariable('years') - 1, (generation + 1) * grades - 1 - entry_index) AS last_year,
       first_grade + (entry_index + last_year) % grades AS grade
FROM seat, LATERAL (SELECT unnest(range(1 + (entry_index + getvariable('years') - 1) // grades)) AS generation);

-- One row a student and year, with the section: the seats of a grade are dealt
-- to its teachers in turn, otherwise in each year.
CREATE VIEW student_year AS
WITH placed AS (
    SELECT s, y, student_z, first_student + (entry_index + y) // grades AS student, (entry_index + y) % grades AS grade_index,
           (teachers - grade_index + grades - 1) // grades AS colleagues, j // grades AS turn,
           s + schools() * (grade_index + grades * ((turn + y * (turn // colleagues)) % colleagues)) AS p
    FROM seat, school_year
)
SELECT CAST(student AS BIGINT) AS student, CAST(16 * student + placed.y AS BIGINT) AS sy, placed.y, placed.s,
       section_id, grade, tested, ends, session, fall, spring,
       sqrt(0.15) * student_z + sqrt(0.75) * z('ability', student) + sqrt(0.10) * z('prior', sy) AS prior,
       0.2 + 0.75 * prior + value_added + 0.5 * z('post', sy) AS post
FROM placed JOIN section ON section.p = placed.p AND section.y = placed.y JOIN school_year ON school_year.y = placed.y;

CREATE MACRO student_number(student) AS printf('S%012d', student);
