-- Without a date of the role, it holds from the first day of the first session.
SELECT p."sourcedId" AS teacher_sourced_id,
       coalesce(p._begun, (SELECT min("startDate") FROM oneroster_academicSessions)) AS effective_from,
       o."sourcedId" AS school_id,
       CASE p._role WHEN 'teacher' THEN 'teacher' WHEN 'aide' THEN 'aide' WHEN 'counselor' THEN 'specialist' ELSE 'administrator' END AS role,
       p.grades,
       p._source_row, coalesce(p.status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_person p
LEFT JOIN (SELECT DISTINCT "sourcedId" FROM oneroster_orgs WHERE type = 'school') o ON o."sourcedId" = p._org
WHERE p._kind = 'staff' AND p._role NOT IN ('proctor', 'systemAdministrator')
