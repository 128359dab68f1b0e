-- A class over several terms stands with the first.
SELECT c."sourcedId" AS section_id, c."schoolSourcedId" AS school_id, split_part(c."termSourcedIds", ',', 1) AS session_id, c.title,
       k."courseCode" AS course_code, oneroster_subject(coalesce(c.subjects, k.subjects, k.title)) AS subject,
       split_part(coalesce(c.grades, k.grades), ',', 1) AS grade,
       c._source_row, coalesce(c.status, 'active') = 'tobedeleted' AS _deleted
FROM oneroster_classes c
LEFT JOIN (SELECT "sourcedId", any_value("courseCode") AS "courseCode", any_value(subjects) AS subjects, any_value(title) AS title, any_value(grades) AS grades
           FROM oneroster_courses GROUP BY 1) k ON k."sourcedId" = c."courseSourcedId"
