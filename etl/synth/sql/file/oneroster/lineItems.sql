SELECT 'li-' || p || '-' || ends AS "sourcedId", NULL AS status, NULL AS "dateLastModified", 'Unit test 1' AS title, NULL AS description,
       make_date(ends - 1, 11, 1) AS "assignDate", make_date(ends - 1, 11, 15) AS "dueDate", section_id AS "classSourcedId", 'cat-unit-test' AS "categorySourcedId",
       fall AS "academicSessionSourcedId", 0 AS "resultValueMin", 100 AS "resultValueMax", school_id AS "schoolSourcedId"
FROM class ORDER BY p, y
