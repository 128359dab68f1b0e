SELECT "kind", COUNT(*) AS "n", AVG("cost") AS "mean_cost"
FROM (
  SELECT "pd_program".*, "cost" / NULLIF("hours", 0.0) AS "rate"
  FROM "pd_program"
  WHERE (NOT(("cost" IS NULL)))
) "q01"
WHERE ("rate" > 1.0)
GROUP BY "kind"
ORDER BY "mean_cost" DESC