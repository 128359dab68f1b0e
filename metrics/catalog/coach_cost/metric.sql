SELECT NULL AS teacher_key, district_id, NULL AS school_id, session_id, amount AS numerator, quantity AS denominator
FROM program_cost
WHERE program_kind = 'human_coaching' AND ingredient = 'personnel' AND unit = 'coach year'
UNION ALL
SELECT DISTINCT teacher_key, district_id, school_id, session_id, 0, 0
FROM coach_year
