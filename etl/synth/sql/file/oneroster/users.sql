-- Sorted while narrow: there are as many rows as people, and their names are long.
SELECT sourced(number) AS "sourcedId", NULL AS status, NULL AS "dateLastModified", enabled AS "enabledUser", lower(number) AS username, NULL AS "userIds",
       given_name(id) AS "givenName", family_name(id) AS "familyName", CASE WHEN u('middle name', id) < 0.2 THEN given_name(id + 1) END AS "middleName",
       number AS identifier, CASE WHEN part < 3 THEN mail(number) END AS email,
       printf('555-01%02d', id % 100) AS sms, printf('555-01%02d', (id + 50) % 100) AS phone,
       NULL AS "agentSourcedIds", CASE WHEN part = 3 THEN grade_code(grade) END AS grades, 'not-a-password-' || (id % 1000) AS "password", NULL AS "userMasterIdentifier",
       NULL AS "preferredGivenName", NULL AS "preferredMiddleName", NULL AS "preferredFamilyName", school_id AS "primaryOrgSourcedId", NULL AS pronouns
FROM (SELECT *, coalesce(staff_number, student_number(ord)) AS number, 8 * ord + part AS id FROM (
    SELECT part, ord, number AS staff_number, last_year = getvariable('years') - 1 AS enabled, NULL AS grade, school_id
    FROM staff JOIN school USING (s)
    UNION ALL
    SELECT 3, student, NULL, last_year = getvariable('years') - 1, grade, school_id FROM student
    ORDER BY part, ord
))
