SELECT 'rol-' || lower(number) AS "sourcedId", NULL AS status, NULL AS "dateLastModified", sourced(number) AS "userSourcedId", 'primary' AS "roleType", role,
       make_date(CAST(2026 - getvariable('years') + first_year AS BIGINT), 8, 1) AS "beginDate", NULL AS "endDate", school_id AS "orgSourcedId", NULL AS "userProfileSourcedId"
FROM (
    SELECT part, ord, number, role, first_year, school_id FROM staff JOIN school USING (s)
    UNION ALL
    SELECT 3, student, student_number(student), 'student', first_year, school_id FROM student
) ORDER BY part, ord
