SELECT NULL AS teacher_key, district_id, NULL AS school_id, session_id, program_kind, amount AS numerator, 0 AS denominator
FROM program_cost
UNION ALL
SELECT teacher_key, district_id, school_id, session_id, program_kind, 0, 1
FROM teacher_year
CROSS JOIN (SELECT DISTINCT program_kind FROM program_cost)
