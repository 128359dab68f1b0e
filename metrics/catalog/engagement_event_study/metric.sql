SELECT teacher_key, district_id, school_id, month, minutes AS value, occurred_on AS event, change AS breakdown
FROM school_engagement
