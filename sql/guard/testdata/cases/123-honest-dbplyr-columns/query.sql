SELECT *
FROM "pd_program" AS "q01"
WHERE (0 = 1)