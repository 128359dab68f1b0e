SELECT 'cat-unit-test' AS "sourcedId", NULL AS status, NULL AS "dateLastModified", 'Unit test' AS title, 100 AS weight
