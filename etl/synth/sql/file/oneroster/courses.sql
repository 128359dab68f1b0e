SELECT DISTINCT course_id AS "sourcedId", NULL AS status, NULL AS "dateLastModified", NULL AS "schoolYearSourcedId", title, code AS "courseCode",
       grade_code(grade) AS grades, district_id AS "orgSourcedId", subject AS subjects, NULL AS "subjectCodes"
FROM class ORDER BY 1
