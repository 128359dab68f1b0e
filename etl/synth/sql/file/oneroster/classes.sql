SELECT section_id AS "sourcedId", NULL AS status, NULL AS "dateLastModified", title || ' ' || (p + 1) AS title, grade_code(grade) AS grades,
       course_id AS "courseSourcedId", code || '-' || (p + 1) AS "classCode", CASE subject WHEN 'general' THEN 'homeroom' ELSE 'scheduled' END AS "classType",
       'Room ' || (100 + p % 80) AS location, school_id AS "schoolSourcedId", session AS "termSourcedIds", subject AS subjects, NULL AS "subjectCodes",
       (1 + p % 7) AS periods
FROM class ORDER BY p, y
