SELECT NULL AS teacher_key, district_id, NULL AS school_id, session_id, amount AS numerator, 0 AS denominator
FROM program_cost
WHERE program_kind = 'human_coaching'
UNION ALL
SELECT DISTINCT teacher_key, district_id, school_id, session_id, 0, 1
FROM coach_year
