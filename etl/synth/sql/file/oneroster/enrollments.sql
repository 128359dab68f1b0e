-- The end date is exclusive.
SELECT id AS "sourcedId", NULL AS status, NULL AS "dateLastModified", section_id AS "classSourcedId", school_id AS "schoolSourcedId",
       sourced(number) AS "userSourcedId", role, "primary", make_date(ends - 1, 8, 15) AS "beginDate", make_date(ends, 6, 15) + 1 AS "endDate"
FROM (
    SELECT 0 AS part, 16 * p + y AS ord, n, 'ent-' || p || '-' || ends || '-' || n AS id, section_id, s, teacher_number(who) AS number,
           'teacher' AS role, n = 1 AS "primary", ends
    FROM section JOIN school_year USING (y), LATERAL (VALUES (1, teacher), (2, co_teacher)) AS t(n, who) WHERE who IS NOT NULL
    UNION ALL
    SELECT 1, sy, 1, 'ens-' || sy, section_id, s, student_number(student), 'student', false, ends FROM student_year
) JOIN school USING (s) ORDER BY part, ord, n
