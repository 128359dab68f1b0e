SELECT teacher_key, district_id, school_id, session_id, 1 AS numerator, 0 AS denominator
FROM coach_year
UNION ALL
SELECT NULL, district_id, NULL, session_id, 0, 1
FROM (SELECT DISTINCT coach_key, district_id, session_id FROM coach_year)
