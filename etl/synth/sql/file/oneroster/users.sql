SELECT sourced(number) AS "sourcedId", NULL AS status, NULL AS "dateLastModified", enabled AS "enabledUser", lower(number) AS username, NULL AS "userIds",
       given_name(id) AS "givenName", family_name(id) AS "familyName", CASE WHEN u('middle name', id) < 0.2 THEN given_name(id + 1) END AS "middleName",
       number AS identifier, email, printf('555-01%02d', id % 100) AS sms, printf('555-01%02d', (id + 50) % 100) AS phone,
       NULL AS "agentSourcedIds", grades, 'not-a-password-' || (id % 1000) AS "password", NULL AS "userMasterIdentifier",
       NULL AS "preferredGivenName", NULL AS "preferredMiddleName", NULL AS "preferredFamilyName", school_id AS "primaryOrgSourcedId", NULL AS pronouns
FROM (
    SELECT part, ord, number, last_year = getvariable('years') - 1 AS enabled, mail(number) AS email, NULL AS grades, school_id, 8 * ord + part AS id
    FROM staff JOIN school USING (s)
    UNION ALL
    SELECT 3, student, student_number(student), last_year = getvariable('years') - 1, NULL, grade_code(grade), school_id, 8 * student + 3 FROM student
) ORDER BY part, ord
