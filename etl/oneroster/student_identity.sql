SELECT p.identifier AS student_number, p."sourcedId" AS student_sourced_id,
       p."givenName" AS given_name, p."middleName" AS middle_name, p."familyName" AS family_name, d."birthDate" AS birth_date,
       p._source_row, coalesce(p.status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_person p
LEFT JOIN (SELECT "sourcedId", any_value("birthDate") AS "birthDate" FROM oneroster_demographics GROUP BY 1) d USING ("sourcedId")
WHERE p._kind = 'student'
