SELECT "pd_engagement".*
FROM "pd_engagement"
LIMIT 6