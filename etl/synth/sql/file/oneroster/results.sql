SELECT 're-' || sy AS "sourcedId", NULL AS status, NULL AS "dateLastModified", 'li-' || substr(section_id, 5) AS "lineItemSourcedId",
       sourced(student_number(student)) AS "studentSourcedId", 'fully graded' AS "scoreStatus",
       CAST(70 + 6 * prior + 3 * z('unit test', sy) AS DECIMAL(5, 1)) AS score, make_date(ends - 1, 11, 15) AS "scoreDate", NULL AS comment, NULL AS "textScore",
       section_id AS "classSourcedId", false AS "inProgress", false AS incomplete, false AS late, false AS missing
FROM student_year ORDER BY sy
