SELECT NULL AS teacher_key, district_id, NULL AS school_id, session_id, amount AS numerator, 0 AS denominator
FROM program_cost
UNION ALL
SELECT teacher_key, district_id, school_id, session_id, 0, 1
FROM teacher_year
